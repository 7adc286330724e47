"""`kill -9` in the middle of a decision, a closing or a backup leaves all of it, or nothing.

`DUIPING_NIGHTLY=1` kills a thousand times, `DUIPING_SEED` repeats a run.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.adjustments import service
from app.adjustments.drafting import Draft
from app.adjustments.rules import fitting
from app.base.errors import UserError
from app.db.workspace import Workspace
from app.upkeep.verify import foundation_of, verify
from tests.guard import desk
from tests.guard.decided import broken
from tests.guard.deeds import FIRST
from tests.guard.office import Office, clear_desk, prepare_days
from tests.guard.test_kill import Job, Nursery, copy
from tests.guard.world import write_world

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of POSIX")

NIGHTLY = os.environ.get("DUIPING_NIGHTLY") == "1"
SEED = int(os.environ.get("DUIPING_SEED", "0")) or SystemRandom().randrange(1, 10**9)
ROUNDS = 1000 if NIGHTLY else 60

POINTS = {
    "approve": (
        *("approve.vote", "post.lines", "post.voucher", "approve.posted", "approve.effects"),
        "commit",
    ),
    "reverse": ("reverse.effects", "post.lines", "post.voucher", "commit"),
    "confirm": ("confirm.rows", "confirm.held", "commit"),
    "close": ("post.lines", "close.vouchers", "close.totals", "close.closed", "commit"),
    "backup": ("backup.copied", "backup.verified"),
}
"""Where the work is not saved yet; `committed` (`backup.named`) is the moment after."""

Picture = dict[str, Any]
TABLES = (
    *("adjustment", "adjustment_case", "approval_request", "approval_vote", "voucher"),
    *("voucher_line", "voucher_entry", "suspense_item", "suspense_move", "counter"),
    *("arrival_confirmation", "arrival_confirmation_line", "held_entry", "closed_day"),
    "day_close",
)
MOMENTS = frozenset({"at", "made_at", "ended_at", "checked_at", "posted_at", "closed_at"})


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
    assert broken(session) == []
    state: Picture = {"made": desk.state(session)}
    for table in TABLES:
        rows = session.execute(text(f'SELECT * FROM "{table}"')).mappings()
        state[table] = sorted(
            str({name: value for name, value in row.items() if name not in MOMENTS}) for row in rows
        )
    state["log"] = session.execute(
        text("SELECT count(*) FROM audit_record WHERE verb <> 'backed_up'")
    ).scalar_one()
    # The hash of a closing covers when it was made.
    state["day_close"] = len(state["day_close"])
    return state


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A database on which a deed can be done."""

    folder: Path

    def office(self, database: Path) -> Office:
        workspace = Workspace.open(f"sqlite:///{database}")
        return Office(
            workspace=workspace,
            clerk=desk.actor(workspace, "clerk"),
            checker=desk.actor(workspace, "checker"),
            supervisor=desk.actor(workspace, "supervisor"),
        )


def _submit_some(office: Office) -> None:
    """Let adjustments of several kinds wait for approval."""
    for row in office.open_cases(FIRST)[:6]:
        kinds = fitting(row.task, row.kind, row.difference_fen)
        if not kinds:
            continue
        wanted = Draft(kind=kinds[0], reason="settled", discrepancy_ids=(row.id,))
        number = office.workspace.write(office.clerk, service.draft, wanted=wanted).value
        try:
            office.workspace.write(office.clerk, service.submit, number=number)
        except UserError:
            office.workspace.write(office.clerk, service.withdraw, number=number)


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    opened = Nursery(tmp_path_factory.mktemp("decisions") / "errors.txt")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def jobs(
    nursery: Nursery, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> list[Job]:
    folder = tmp_path_factory.mktemp("deeds")
    stage = Stage(folder=folder)
    first = copy(sqlite_template, folder / "reconciled.db")
    prepare_days(f"sqlite:///{first}", *write_world(folder, 7))
    waiting = copy(first, folder / "waiting.db")
    office = stage.office(waiting)
    _submit_some(office)
    _end(office)
    jobs = [_job(nursery, "approve", waiting)]
    approved = copy(waiting, folder / "approved.db")
    assert nursery.do(jobs[0], approved) == 0
    _end(stage.office(approved))
    jobs.append(_job(nursery, "reverse", approved))
    settled = copy(approved, folder / "settled.db")
    office = stage.office(settled)
    clear_desk(office)
    office.settle(FIRST)
    _end(office)
    jobs.append(_job(nursery, "confirm", settled))
    ready = copy(settled, folder / "ready.db")
    office = stage.office(ready)
    office.confirm(FIRST)
    office.waive(FIRST)
    _end(office)
    jobs.append(_job(nursery, "close", ready))
    jobs.append(_job(nursery, "backup", ready))
    return jobs


def _end(office: Office) -> None:
    """Bring what was written into the file itself, so that it can be copied."""
    office.workspace.read(
        lambda session: session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).all()
    )
    office.workspace.close()


def _job(nursery: Nursery, verb: str, database: Path) -> Job:
    then = copy(database, database.with_name(f"{verb}-done.db"))
    job = Job(
        verb=verb,
        file=database.with_name(f"{verb}.backup"),
        points=POINTS[verb],
        database=database,
        before=picture(database),
        after={},
        milliseconds=0,
    )
    assert nursery.do(job, then) == 0
    return replace(job, after=picture(then), milliseconds=nursery.milliseconds)


def kill_once(job: Job, folder: Path, nursery: Nursery, rng: Random) -> str:
    """Kill the job at a point or a time, and say what of it is there."""
    database = copy(job.database, folder / "killed.db")
    file = folder / "saved.db"
    file.unlink(missing_ok=True)
    mine = replace(job, file=file)
    last = "backup.named" if job.verb == "backup" else "committed"
    if rng.random() < 0.7:
        point = rng.choice((*job.points, last))
        assert nursery.do(mine, database, point=point) == -signal.SIGKILL, point
    else:
        nursery.do(mine, database, milliseconds=rng.randrange(job.milliseconds + 1))
    if job.verb == "backup":
        assert picture(database) == job.before
        return _saved(file)
    found = picture(database)
    if found == job.after:
        return "all"
    assert found == job.before, job.verb
    return "nothing"


def _saved(file: Path) -> str:
    """A backup that has its name is whole."""
    if not file.exists():
        return "nothing"
    workspace = Workspace.open(f"sqlite:///{file}")
    try:
        found = workspace.read(verify, checks=foundation_of(None))
        assert found.ok
    finally:
        workspace.close()
    return "all"


def test_a_killed_decision_is_wholly_there_or_absent(
    jobs: list[Job], nursery: Nursery, tmp_path: Path
) -> None:
    sys.stdout.write(f"DUIPING_SEED={SEED}\n")
    counted: Counter[str] = Counter()

    for number in range(ROUNDS):
        job = jobs[number % len(jobs)]
        outcome = kill_once(job, tmp_path, nursery, Random(f"{SEED} {number}"))
        counted[f"{job.verb} {outcome}"] += 1

    sys.stdout.write(f"{dict(counted)}\n")
    assert counted.total() == ROUNDS
    assert {name.split()[0] for name in counted} == set(POINTS)


def test_a_decision_that_saves_half_way_is_noticed(
    jobs: list[Job], nursery: Nursery, tmp_path: Path
) -> None:
    """Negative control: a harness that cannot fail proves nothing."""
    job = jobs[0]
    database = copy(job.database, tmp_path / "killed.db")

    assert nursery.do(job, database, point="post.lines:2", half_way=True) < 0

    with pytest.raises(AssertionError):
        assert picture(database) in (job.before, job.after)
