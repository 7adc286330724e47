"""What was tolerated: the residues of matches whose sides are not quite equal.

Money that is short of the receivable is an expense, money above it an income. A bill line and a
write-off that differ leave advance receipts or the electricity receivable open: they are set off
against each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.adjustments.posting import Line
from app.adjustments.subjects import default_payee
from app.catalog.rules import Purpose
from app.closing.sums import Sums
from app.matching.model import HandMatch, Match, Run
from app.matching.queries import lines_of
from app.matching.rules import MatchRule, Task
from app.records.model import (
    Arrival,
    BillLine,
    ChannelRecord,
    ClearingBatch,
    ClearingLine,
    Payment,
    WriteOff,
)

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Residue:
    """Ours less theirs of a match, in fen, and one of its entries on each side."""

    match_id: int
    task: Task
    fen: int
    ours_id: int | None
    theirs_id: int | None


def residues(session: Session, days: Sequence[int]) -> Sums:
    """Return the lines that book what was tolerated on these days."""
    sums = Sums()
    for task in Task:
        found = [*_by_rule(session, task, days), *_by_hand(session, task, days)]
        for one, payee, channel in _attributed(session, task, found):
            owner = payee or default_payee(session)
            sums.add(owner, *_lines(one, channel), part=_part(one))
    return sums


def _lines(one: _Residue, channel: str) -> tuple[Line, Line]:
    if one.task is Task.WRITEOFF:
        return (
            Line(purpose=Purpose.ADVANCE_RECEIPTS, debit_fen=one.fen),
            Line(purpose=Purpose.ELECTRICITY_RECEIVABLE, credit_fen=one.fen),
        )
    size = abs(one.fen)
    if one.fen > 0:
        return (
            Line(purpose=Purpose.NON_OPERATING_EXPENSE, debit_fen=size),
            Line(purpose=Purpose.CHANNEL_RECEIVABLE, channel=channel, credit_fen=size),
        )
    return (
        Line(purpose=Purpose.CHANNEL_RECEIVABLE, channel=channel, debit_fen=size),
        Line(purpose=Purpose.NON_OPERATING_INCOME, credit_fen=size),
    )


def _part(one: _Residue) -> str:
    return f"{one.task} {'short' if one.fen > 0 else 'over'}"


def _by_rule(session: Session, task: Task, days: Sequence[int]) -> Iterator[_Residue]:
    """Residues of what rules matched within a tolerance: matches of one with one."""
    if task not in (Task.CHANNEL, Task.WRITEOFF):
        # Only these two have a rule that tolerates.
        return
    runs = select(Run.id, Run.first_match, Run.last_match).where(
        Run.task == task, Run.business_on.in_(days), Run.last_match >= Run.first_match
    )
    ours, theirs = _amounts(task)
    for run_id, first, last in session.execute(runs).all():
        query = (
            _joined(task)
            .with_only_columns(Match.match_id, Match.ours_id, Match.theirs_id, ours - theirs)
            .where(
                Match.id.between(first, last),
                Match.run_id == run_id,
                Match.rule == MatchRule.TOLERANCE,
                ours != theirs,
            )
            .order_by(Match.id)
        )
        for match_id, ours_id, theirs_id, fen in session.execute(query):
            yield _Residue(
                match_id=match_id, task=task, fen=fen, ours_id=ours_id, theirs_id=theirs_id
            )


def _by_hand(session: Session, task: Task, days: Sequence[int]) -> Iterator[_Residue]:
    query = (
        select(HandMatch.match_id, HandMatch.residue_fen)
        .where(HandMatch.task == task, HandMatch.business_on.in_(days), HandMatch.residue_fen != 0)
        .order_by(HandMatch.match_id)
    )
    found = dict(session.execute(query).all())
    for match_id, lines in lines_of(session, found).items():
        ours = next((line.ours_id for line in lines if line.ours_id is not None), None)
        theirs = next((line.theirs_id for line in lines if line.theirs_id is not None), None)
        yield _Residue(
            match_id=match_id, task=task, fen=found[match_id], ours_id=ours, theirs_id=theirs
        )


_TABLES: dict[Task, tuple[Any, Any]] = {
    Task.CHANNEL: (Payment, ChannelRecord),
    Task.WRITEOFF: (BillLine, WriteOff),
}


def _amounts(task: Task) -> tuple[ColumnElement[int], ColumnElement[int]]:
    ours, theirs = _TABLES[task]
    return ours.amount_fen, theirs.amount_fen


def _joined(task: Task) -> Select[*tuple[Any, ...]]:
    ours, theirs = _TABLES[task]
    return (
        select(Match.id)
        .join(ours, ours.id == Match.ours_id)
        .join(theirs, theirs.id == Match.theirs_id)
    )


def _attributed(
    session: Session, task: Task, found: Sequence[_Residue]
) -> Iterator[tuple[_Residue, str, str]]:
    """Each residue with the payee in whose book it stands, and the channel."""
    for start in range(0, len(found), _CHUNK):
        part = found[start : start + _CHUNK]
        ours = [one.ours_id for one in part if one.ours_id is not None]
        theirs = [one.theirs_id for one in part if one.theirs_id is not None]
        owners = _owners(session, task, ours, theirs)
        for one in part:
            payee, channel = owners.get(one.ours_id) or owners.get(one.theirs_id) or ("", "")
            yield one, payee, channel


_Owners = dict[int | None, tuple[str, str]]


def _owners(session: Session, task: Task, ours: Sequence[int], theirs: Sequence[int]) -> _Owners:
    """By an entry's id: the payee, and the channel where it is about one."""
    match task:
        case Task.CHANNEL:
            return _of_payments(session, ours)
        case Task.WRITEOFF:
            bills = select(BillLine.id, BillLine.payee).where(BillLine.id.in_(ours))
            return {id_: (payee, "") for id_, payee in session.execute(bills)}
        case Task.CLEARING:
            lines = (
                select(ClearingLine.id, ClearingLine.payee, ClearingBatch.channel)
                .outerjoin(ClearingBatch, ClearingBatch.batch_no == ClearingLine.batch_no)
                .where(ClearingLine.id.in_(theirs))
            )
            return {id_: (payee, channel or "") for id_, payee, channel in session.execute(lines)}
        case Task.ARRIVAL:
            return _of_batches(session, ours, theirs)


def _of_batches(session: Session, ours: Sequence[int], theirs: Sequence[int]) -> _Owners:
    batches = select(ClearingBatch.id, ClearingBatch.payee, ClearingBatch.channel).where(
        ClearingBatch.id.in_(ours)
    )
    found: _Owners = {id_: (payee, channel) for id_, payee, channel in session.execute(batches)}
    # What is matched without a batch: of whoever the account is.
    named = (
        select(Arrival.id, func.max(ClearingBatch.payee), func.max(ClearingBatch.channel))
        .join(ClearingBatch, ClearingBatch.account_no == Arrival.account_no)
        .where(Arrival.id.in_(theirs))
        .group_by(Arrival.id)
    )
    for id_, payee, channel in session.execute(named):
        found.setdefault(id_, (payee, channel))
    return found


def _of_payments(session: Session, ours: Sequence[int]) -> _Owners:
    """Payments by the payee whose bills are the largest part of their order."""
    query = select(Payment.id, Payment.channel, BillLine.payee, BillLine.amount_fen).join(
        BillLine, BillLine.order_no == Payment.order_no
    )
    parts: dict[int, Counter[str]] = {}
    channels: dict[int, str] = {}
    for id_, channel, payee, fen in session.execute(query.where(Payment.id.in_(ours))):
        parts.setdefault(id_, Counter())[payee] += abs(fen)
        channels[id_] = channel
    return {
        id_: (min(shares, key=lambda payee: (-shares[payee], payee)), channels[id_])
        for id_, shares in parts.items()
    }
