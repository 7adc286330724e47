"""Two weeks of one company: what happens on which day, and what must hold of it in the end.

From Monday, 23 March to Sunday, 5 April 2026: two weekends, a month's end, a holiday (Qingming),
late money, a wrong file that is replaced, an adjustment that is reversed, a claimed deposit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.adjustments.rules import AdjustmentKind, fitting
from app.closing.closing import blockers
from app.closing.rules import Blocker, BlockerCode
from app.discrepancies.rules import Status
from app.intake.rules import Kind as FileKind
from app.matching.rules import Kind, Task
from tests.guard import world
from tests.guard.world import Paper, write_world

FIRST = date(2026, 3, 23)
DAYS = 14
WRONG = {1, 4, 8}
"""Days whose files have errors that stay."""

REPLACED = 6
LATE = 9
REVERSED = 4
CLAIMED = 7

HOUSEHOLD = "H3100000001"
"""Whose the deposit is."""

SETTLED = {Status.RESOLVED, Status.CARRIED, Status.SUSPENDED, Status.SUBMITTED}
"""With these nobody has to do anything now."""

EXPLAINED = (Kind.SHORT_ARRIVAL, Kind.OVER_ARRIVAL)
"""Differences of a batch with which it is confirmed once an adjustment explains them."""

_BOOK = """
    SELECT l.account_no, sum(l.debit_fen - l.credit_fen) FROM voucher_line l
    JOIN ledger_account a ON a.code = l.ledger_code
    WHERE a.purpose = 'bank' GROUP BY l.account_no ORDER BY 1
"""
_BANK = "SELECT account_no, sum(amount_fen) FROM arrival GROUP BY account_no ORDER BY 1"


def write_weeks(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[Path], Sequence[Paper]]:
    """Write the master data and the files of all days; return them."""
    monkeypatch.setattr(world, "FIRST_DAY", FIRST)
    monkeypatch.setattr(world, "DAYS", DAYS)
    return write_world(folder, 11)


def paths_of(
    papers: Sequence[Paper], day: int, version: str, kinds: Sequence[FileKind] = tuple(FileKind)
) -> list[Path]:
    """Return the files of a day."""
    return [
        paper.path
        for paper in papers
        if (paper.day, paper.version) == (day, version) and paper.kind in kinds
    ]


def without_second_payee(papers: Sequence[Paper], number: int, folder: Path) -> tuple[Path, Path]:
    """Write the bank's file without the money of one payee, and what comes a day later."""
    (path,) = paths_of(papers, number, "correct", [FileKind.ARRIVALS])
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    account = world.PAYEES["P2"]
    kept = [row for row in rows if not row.startswith(account)]
    (moved,) = [row for row in rows if row.startswith(account)]
    assert kept
    early, late = folder / "early.csv", folder / "late.csv"
    early.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")
    today, tomorrow = world.day_of(number + 1), world.day_of(number + 2)
    moved = moved.replace(today.isoformat(), tomorrow.isoformat())
    late.write_text(f"{header}\n{moved}\n", encoding="utf-8")
    return early, late


def usual(task: Task, kind: Kind, difference_fen: int) -> AdjustmentKind:
    """Return how a difference of a kind is usually adjusted."""
    if kind is Kind.TIMING:
        return AdjustmentKind.CARRY_FORWARD
    return fitting(task, kind, difference_fen)[0]


def missing_files(session: Session, on: date) -> list[Blocker]:
    """Return the statements that a day does without: a channel that had nothing sends none."""
    found = [one for one in blockers(session, on) if one.code is BlockerCode.FILE_MISSING]
    assert {one.kind for one in found} <= {FileKind.CHANNEL, FileKind.ARRIVALS}, found
    return found


def posted(session: Session) -> set[str]:
    """Return the numbers of the adjustments that have a voucher."""
    return set(session.scalars(text("SELECT number FROM adjustment WHERE voucher_id IS NOT NULL")))


def bank_sums(session: Session) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Return what the ledger's bank accounts hold, and what the bank's entries add up to.

    When all is settled both are the same.
    """
    book, bank = (
        [(str(account), int(fen)) for account, fen in session.execute(text(query))]
        for query in (_BOOK, _BANK)
    )
    assert bank
    return book, bank
