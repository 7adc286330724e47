"""A database with people at work, and what is held against it after each of their steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.base.progress import Silent
from app.closing import files
from app.closing.files import Wishes, import_paths
from app.closing.following import FileOutcome
from app.db.workspace import Actor, Workspace
from app.discrepancies.queries import SIDES
from app.discrepancies.reconciling import reconcile
from app.identity.queries import user_named
from app.intake.model import SourceFile
from app.intake.reader import Reader
from app.intake.rules import FileStatus
from app.matching.rules import Task
from app.records.kinds import SHAPES
from app.upkeep.verify import verify
from tests.conftest import PROVED
from tests.guard.world import KEYS, Paper

TODAY = date(2026, 3, 31)

MATCHES = "SELECT task, rule, ours_id, theirs_id FROM match"
OPEN = (
    "SELECT task, kind, status, resolution, business_on, ours_kind, ours_id, ours_fen,"
    " theirs_kind, theirs_id, theirs_fen, difference_fen, assignee, reason FROM discrepancy"
)
RUNS = "SELECT task, scope, business_on, as_of, totals FROM run"


def actor(workspace: Workspace, name: str, called: str = "") -> Actor:
    """Return a person of the prepared databases."""
    row = workspace.read(user_named, name)
    assert row is not None
    return Actor(
        user_id=row.user_id,
        name=called or name,
        roles=frozenset(row.roles),
        machine="test",
        proved_at=PROVED,
    )


def one_reader(patch: pytest.MonkeyPatch, reader: Reader) -> None:
    """Let every import use one reading process: to start one takes longer than a small file."""

    def borrowed() -> AbstractContextManager[Reader]:
        return nullcontext(reader)

    patch.setattr(files, "Reader", borrowed)


def load(workspace: Workspace, who: Actor, path: Path, *, replace: bool = False) -> FileOutcome:
    """Import one file."""
    outcomes = import_paths(
        workspace, who, [path], wishes=Wishes(replace=replace), today=TODAY, progress=Silent()
    )
    return outcomes[0]


def run(workspace: Workspace, who: Actor, day: date, tasks: Iterable[Task] = Task) -> None:
    """Reconcile a day."""
    workspace.write(who, reconcile, day=day, tasks=list(tasks), progress=Silent())


def state(session: Session) -> dict[str, Counter[tuple[Any, ...]]]:
    """What runs and people made, without the numbers that only count."""
    return {
        name: Counter(tuple(row) for row in session.execute(text(query)))
        for name, query in (("matches", MATCHES), ("discrepancies", OPEN), ("runs", RUNS))
    }


def make_stale(session: Session) -> None:
    """Say that every run has to be made again."""
    session.execute(text("UPDATE run SET change_no = -1"))


def sums_hold(session: Session) -> None:
    """Every check of `verify` passes."""
    found = verify(session)
    assert found.ok, [check for check in found.checks if not check.ok]


def entries_are(session: Session, papers: dict[int, Paper]) -> None:
    """The entries are those of the live files, and each line is there once."""
    status = select(SourceFile.id).where(
        SourceFile.status == FileStatus.LOADED, SourceFile.kind.in_(list(SHAPES))
    )
    assert set(session.scalars(status)) == set(papers)
    for kind, shape in SHAPES.items():
        table = shape.table
        wanted: dict[tuple[str, ...], int] = {}
        for paper in papers.values():
            if paper.kind is kind:
                wanted |= paper.entries
        columns = [table.c[name] for name in _KEY_COLUMNS[kind]]
        found = session.execute(select(*columns, table.c[shape.amount])).all()
        assert len(found) == len(wanted), (kind, len(found), len(wanted))
        assert {tuple(str(part) for part in row[:-1]): row[-1] for row in found} == wanted


def each_has_one_place(session: Session) -> None:
    """No entry is matched twice, or matched and open: reckoned here from the bare rows."""
    assert not session.execute(_TWICE).all()


def _places() -> Iterator[str]:
    """Where an entry of each side of each task may stand."""
    for task in Task:
        for side, kind in zip(("ours", "theirs"), SIDES[task], strict=True):
            own = f"SELECT '{task}' AS task, '{side}' AS side, {side}_id AS entry"
            yield f"{own} FROM match WHERE task = '{task}' AND {side}_id IS NOT NULL"
            yield (
                f"{own} FROM discrepancy WHERE task = '{task}' AND {side}_kind = '{kind}'"
                " AND kind <> 'fee_differs' AND status <> 'resolved'"
            )


_TWICE = text(
    f"SELECT task, side, entry FROM ({' UNION ALL '.join(_places())}) AS places"
    " GROUP BY task, side, entry HAVING count(*) > 1"
)

_KEY_COLUMNS = {
    kind: {
        1: SHAPES[kind].key[:1],
        2: ("payment_no", "txn_no") if "txn_no" in SHAPES[kind].key else SHAPES[kind].key[:2],
        3: SHAPES[kind].key[:3],
    }[len(places)]
    for kind, places in KEYS.items()
}
