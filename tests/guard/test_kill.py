"""`kill -9` in the middle of an import or a run leaves all of it, or nothing.

`DUIPING_NIGHTLY=1` kills a thousand times, `DUIPING_SEED` repeats a run.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.base.failpoints import VARIABLE
from app.db.workspace import Workspace
from app.upkeep.verify import verify
from tests.guard import desk
from tests.guard.bulky import write_bulky

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of POSIX")

ROOT = Path(__file__).parents[2]
NIGHTLY = os.environ.get("DUIPING_NIGHTLY") == "1"
SEED = int(os.environ.get("DUIPING_SEED", "0")) or SystemRandom().randrange(1, 10**9)
ROUNDS = 1000 if NIGHTLY else 60
LANES = 2

LOADING = ("import.batch", "import.entries", "import.touched", "import.audited", "commit")
REPLACING = (*LOADING, "import.forgotten")
RUNNING = ("reconcile.runs", "reconcile.matches", "reconcile.facts", "commit")
RUNNING_AGAIN = (*RUNNING, "reconcile.forgotten")
"""Where the work is not saved yet; `committed` is the moment after."""

Picture = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A command, the database it starts from, and what is there before it and after it."""

    verb: str
    file: Path
    points: tuple[str, ...]
    database: Path
    before: Picture
    after: Picture
    milliseconds: int


class Nursery:
    """The process whose children do the jobs."""

    def __init__(self, errors: Path) -> None:
        self.milliseconds = 0
        self._errors = errors
        self._out = errors.open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.guard.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._out,
            text=True,
        )

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()
        self._out.close()

    def do(
        self,
        job: Job,
        database: Path,
        *,
        point: str = "",
        milliseconds: int | None = None,
        half_way: bool = False,
    ) -> int:
        """Let a child do the job, killed at a point or after a time; return how it ended."""
        wanted = {
            "verb": job.verb,
            "file": str(job.file),
            "database": str(database),
            "environment": {VARIABLE: point},
            "half_way": half_way,
            "milliseconds": milliseconds,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        code, self.milliseconds = (int(part) for part in self._line().split())
        assert code in (0, -signal.SIGKILL), self._errors.read_text()
        return code

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert line, self._errors.read_text()
        return line


def picture(database: Path) -> Picture:
    """Return everything that is recorded, but for the moments at which it was."""
    workspace = Workspace.open(f"sqlite:///{database}")
    try:
        return workspace.read(_picture)
    finally:
        workspace.close()


def _picture(session: Session) -> Picture:
    found = verify(session)
    assert found.ok, [check for check in found.checks if not check.ok]

    def rows(query: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in session.execute(text(query))]

    return {
        "files": rows(
            "SELECT id, sha256, status, accepted, digest_fen, replaced_by FROM source_file"
        ),
        "chunks": rows("SELECT file_id, count(*) FROM source_chunk GROUP BY file_id"),
        "entries": [
            rows(f"SELECT count(*), sum(id), sum(amount_fen) FROM {table}")
            for table in ("payment", "channel_record")
        ],
        "made": desk.state(session),
        "counters": rows("SELECT name, value FROM counter ORDER BY name"),
        "log": rows("SELECT count(*), max(verb) FROM audit_record"),
    }


def copy(database: Path, to: Path) -> Path:
    for suffix in ("-wal", "-shm"):
        Path(f"{to}{suffix}").unlink(missing_ok=True)
    shutil.copy(database, to)
    return to


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    opened = Nursery(tmp_path_factory.mktemp("nursery") / "errors.txt")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def jobs(
    nursery: Nursery, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> list[Job]:
    folder = tmp_path_factory.mktemp("kills")
    payments, records, corrected = write_bulky(folder)
    database = copy(sqlite_template, folder / "0.db")
    before = picture(database)
    found: list[Job] = []
    for verb, file, points in (
        ("import", payments, LOADING),
        ("import", records, LOADING),
        ("reconcile", Path(), RUNNING),
        ("replace", corrected, REPLACING),
        ("reconcile", Path(), RUNNING_AGAIN),
    ):
        then = copy(database, folder / f"{len(found) + 1}.db")
        job = Job(
            verb=verb,
            file=file,
            points=points,
            database=database,
            before=before,
            after={},
            milliseconds=0,
        )
        assert nursery.do(job, then) == 0
        _into_one_file(then)
        after = picture(then)
        assert after != before
        found.append(replace(job, after=after, milliseconds=nursery.milliseconds))
        database, before = then, after
    return found


def _into_one_file(database: Path) -> None:
    """Bring what was written into the file itself, so that it can be copied."""
    workspace = Workspace.open(f"sqlite:///{database}")
    workspace.read(lambda session: session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).all())
    workspace.close()


def killed_once(job: Job, database: Path, nursery: Nursery, rng: Random) -> str:
    """Kill the job at a point or a time, and say what of it is there."""
    copy(job.database, database)
    if rng.random() < 0.5:
        point = rng.choice((*job.points, "committed"))
        assert nursery.do(job, database, point=point) == -signal.SIGKILL, point
    else:
        nursery.do(job, database, milliseconds=rng.randrange(job.milliseconds + 1))
    found = picture(database)
    if found == job.after:
        return "all"
    assert found == job.before, job.verb
    return "nothing"


def kills(jobs: list[Job], folder: Path, numbers: range) -> Counter[str]:
    """Kill one job after the other, and repeat the command after some of the kills."""
    folder.mkdir()
    nursery = Nursery(folder / "errors.txt")
    counted: Counter[str] = Counter()
    for number in numbers:
        job, rng = jobs[number % len(jobs)], Random(f"{SEED} {number}")
        database = folder / "killed.db"
        outcome = killed_once(job, database, nursery, rng)
        counted[f"{job.verb} {outcome}"] += 1
        if number % 6 == 0:
            assert nursery.do(job, database) == 0
            again = picture(database)
            if outcome == "all" and job.verb == "reconcile":
                again["log"] = job.after["log"]  # that it was asked for again is on record
            assert again == job.after, number
    nursery.close()
    return counted


def test_a_killed_job_is_wholly_there_or_absent(jobs: list[Job], tmp_path: Path) -> None:
    sys.stdout.write(f"DUIPING_SEED={SEED}\n")

    with ThreadPoolExecutor(LANES) as lanes:
        done = [
            lanes.submit(kills, jobs, tmp_path / f"{lane}", range(lane, ROUNDS, LANES))
            for lane in range(LANES)
        ]
        counted = sum((lane.result() for lane in done), Counter[str]())

    sys.stdout.write(f"{dict(counted)}\n")
    assert counted.total() == ROUNDS


def test_a_job_that_saves_half_way_is_noticed(
    jobs: list[Job], nursery: Nursery, tmp_path: Path
) -> None:
    """Negative control: a harness that cannot fail proves nothing."""
    database = copy(jobs[0].database, tmp_path / "killed.db")

    assert nursery.do(jobs[0], database, point="import.entries", half_way=True) < 0

    with pytest.raises(AssertionError):
        assert picture(database) in (jobs[0].before, jobs[0].after)
