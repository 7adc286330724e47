"""Confirmed arrivals: what was confirmed is still there, held, and made by two people."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.arrivals.model import ArrivalConfirmation, ArrivalConfirmationLine
from app.arrivals.rules import ConfirmationStatus, number_of
from app.db.counters import Counter
from app.matching.model import Match
from app.matching.rules import Task
from app.records.model import Arrival, ClearingBatch, HeldEntry
from app.records.rules import HeldBy
from app.upkeep.rules import CheckResult, nothing_but

_SHOWN = 9
_SERIES = "arrival_confirmation "

_Query = Select[str]


def confirmed(session: Session) -> CheckResult:
    """Hold the confirmations against the batches, bank lines, matches and numbers."""
    row = ArrivalConfirmation
    live = row.status != ConfirmationStatus.UNCONFIRMED
    own = select(row.number).where(live).limit(_SHOWN)
    of_batch = and_(Match.task == Task.ARRIVAL, Match.ours_id == row.batch_id)
    held = and_(HeldEntry.entry_id == row.batch_id, HeldEntry.held_by == HeldBy.CONFIRMATION.value)
    changed = or_(
        ClearingBatch.id.is_(None),
        ClearingBatch.net_fen != row.expected_fen,
        ClearingBatch.account_no != row.account_no,
    )
    # What adjustments explain needs no match.
    unexplained = (row.expected_fen != 0, row.difference_fen == 0)
    queries: tuple[tuple[str, _Query], ...] = (
        ("≠", own.outerjoin(ClearingBatch, ClearingBatch.id == row.batch_id).where(changed)),
        ("+", own.where(row.expected_fen - row.arrived_fen != row.difference_fen)),
        ("↔", own.outerjoin(Match, of_batch).where(Match.id.is_(None), *unexplained)),
        ("▣", own.outerjoin(HeldEntry, held).where(HeldEntry.entry_id.is_(None))),
        ("2", select(row.number).where(row.checker_id == row.maker_id).limit(_SHOWN)),
        ("∅", _lost_lines()),
    )
    problems = [f"{number} {why}" for why, query in queries for number in session.scalars(query)]
    return nothing_but([*problems, *_gaps(session)])


def _lost_lines() -> _Query:
    """Live confirmations of which a bank line is gone or says something else."""
    line = ArrivalConfirmationLine
    return (
        select(ArrivalConfirmation.number)
        .join(line, line.confirmation_id == ArrivalConfirmation.id)
        .outerjoin(Arrival, Arrival.id == line.arrival_id)
        .where(
            ArrivalConfirmation.status != ConfirmationStatus.UNCONFIRMED,
            or_(Arrival.id.is_(None), Arrival.amount_fen != line.amount_fen),
        )
        .limit(_SHOWN)
    )


def _gaps(session: Session) -> Iterator[str]:
    """Series of numbers that are not 1, 2, 3 and so on up to the counter."""
    series = select(Counter.name, Counter.value).where(Counter.name.startswith(_SERIES))
    for name, last in session.execute(series):
        year = int(name.removeprefix(_SERIES))
        query = select(func.count(), func.max(ArrivalConfirmation.number)).where(
            ArrivalConfirmation.number.startswith(number_of(year, 0)[:-6])
        )
        count, highest = session.execute(query).one()
        if (count, highest) != (last, number_of(year, last)):
            yield f"{year}: {count} ≠ {last}"
