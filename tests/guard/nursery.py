"""A process that has the program loaded and forks a child for each job, to be killed or not.

`python -m tests.guard.nursery` reads jobs as lines of JSON and answers how each child ended and
after how many milliseconds. It does no work itself, so that no thread of any library runs in it
when it forks.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import polars as pl
import pyarrow.compute
import pyarrow.csv

from app.adjustments import service
from app.db import bulk
from app.db.workspace import Workspace
from app.intake.reader import Reader
from app.matching import arrival_task, channel, clearing_task, writeoff
from app.matching.rules import Task
from tests.guard import desk
from tests.guard.deeds import DEEDS

LOADED = (
    Reader, arrival_task, channel, clearing_task, writeoff, duckdb, ibis, pl, pyarrow.compute,
    pyarrow.csv,
)  # fmt: skip
"""What the jobs use; a child finds it loaded."""

DAY = date(2026, 3, 2)


def main() -> None:
    """Serve jobs until the input ends."""
    for line in sys.stdin:
        job = json.loads(line)
        started = time.monotonic_ns()
        child = os.fork()
        if not child:
            _work(job)
        code = _await(child, job["milliseconds"])
        taken = (time.monotonic_ns() - started) // 1_000_000
        sys.stdout.write(f"{code} {taken}\n")
        sys.stdout.flush()


def _await(child: int, milliseconds: int | None) -> int:
    """Wait for the child, or kill it when its time is up; until then its number is its own."""
    if milliseconds is not None:
        time.sleep(milliseconds / 1000)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _work(job: dict[str, Any]) -> None:
    code = 1
    try:
        os.environ.update(job["environment"])
        if job["half_way"]:
            _commit_half_way()
        workspace = Workspace.open(f"sqlite:///{job['database']}")
        clerk = desk.actor(workspace, "clerk")
        if job["verb"] in DEEDS:
            DEEDS[job["verb"]](workspace, Path(job["file"]))
        elif job["verb"] == "reconcile":
            desk.run(workspace, clerk, DAY, [Task.CHANNEL])
        else:
            replace = job["verb"] == "replace"
            outcome = desk.load(workspace, clerk, Path(job["file"]), replace=replace)
            assert outcome.status.value in {"loaded", "replaced", "duplicate"}, outcome
        code = 0
    except Exception:
        traceback.print_exc()
        raise
    finally:
        sys.stderr.flush()
        os._exit(code)


def _commit_half_way() -> None:
    """Save after each batch of rows and each voucher, as a program without transactions would."""
    real = bulk.insert

    def saving(connection: Any, *rest: Any) -> None:
        real(connection, *rest)
        driver = connection.connection.dbapi_connection
        driver.execute("COMMIT")
        driver.execute("BEGIN IMMEDIATE")

    bulk.insert = saving  # type: ignore[assignment]
    posting: Any = vars(service)["post"]

    def posted(tx: Any, **wanted: Any) -> Any:
        done = posting(tx, **wanted)
        driver = tx.connection.connection.dbapi_connection
        driver.execute("COMMIT")
        driver.execute("BEGIN IMMEDIATE")
        return done

    vars(service)["post"] = posted


if __name__ == "__main__":
    main()
