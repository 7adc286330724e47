"""Every entry has its one place: in a match, or in what is open or set aside.

What carries no money, or expects no partner, has none. Where a task is out of date, entries may
wait for its next run; that none has two places is checked all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.base.dates import day_number, day_of
from app.catalog.queries import accounts
from app.discrepancies.model import Discrepancy, DiscrepancyLeg
from app.discrepancies.queries import SIDES
from app.discrepancies.rules import Resolution, Status
from app.discrepancies.stale import stale_days
from app.matching.model import Match, Run
from app.matching.rules import Kind, Side, Task
from app.records.kinds import SHAPES
from app.records.model import (
    Arrival,
    BillLine,
    ChannelRecord,
    ClearingBatch,
    ClearingLine,
    Payment,
    WriteOff,
)
from app.records.rules import INTERNAL, EntryStatus
from app.upkeep.rules import CheckResult, nothing_but

_SHOWN = 9

_Query = Select[*tuple[Any, ...]]


def placed(session: Session) -> CheckResult:
    """Hold the entries against the matches and discrepancies."""
    problems: list[str] = []
    fresh = fresh_tasks(session)
    for task in Task:
        for side in Side:
            places = _places(task, side)
            problems += [f"{task} {side} {id_}: 2 ×" for id_ in _twice(session, task, side, places)]
            if task in fresh:
                lost = _lost(session, task, side, places)
                problems += [f"{task} {side} {id_}: ∅" for id_ in lost]
    return nothing_but(problems)


def fresh_tasks(session: Session) -> set[Task]:
    """Return the tasks that were run and have nothing new to take up."""
    runs = _runs(session)
    return {task for task, own in runs.items() if own and not _stale(session, task, own)}


def waiting_days(session: Session) -> list[int]:
    """Return the days that some task has to be run for again."""
    runs = _runs(session)
    return sorted({day for task, own in runs.items() for day in _stale(session, task, own)})


def _runs(session: Session) -> dict[Task, list[Run]]:
    found: dict[Task, list[Run]] = {task: [] for task in Task}
    for run in session.scalars(select(Run).order_by(Run.business_on)):
        found[run.task].append(run)
    return found


def _stale(session: Session, task: Task, runs: list[Run]) -> list[int]:
    days = sorted({run.business_on for run in runs})
    return stale_days(session, task, runs, days) if days else []


def _places(task: Task, side: Side) -> Subquery:
    """The entries of a side that are open or set aside, as often as they are.

    What is said about fees and headers stands beside the entries themselves.
    """
    kind, entry = (
        (Discrepancy.ours_kind, Discrepancy.ours_id)
        if side is Side.OURS
        else (Discrepancy.theirs_kind, Discrepancy.theirs_id)
    )
    own = SIDES[task][0 if side is Side.OURS else 1]
    stands = and_(
        Discrepancy.task == task,
        Discrepancy.kind != Kind.FEE_DIFFERS,
        or_(
            Discrepancy.status != Status.RESOLVED,
            Discrepancy.resolution.in_((Resolution.EXPLAINED, Resolution.ADJUSTED)),
        ),
    )
    first = select(entry.label("id")).where(stands, kind == own)
    further = (
        select(DiscrepancyLeg.entry_id.label("id"))
        .join(Discrepancy, Discrepancy.id == DiscrepancyLeg.discrepancy_id)
        .where(stands, DiscrepancyLeg.side == side)
    )
    return union_all(first, further).subquery("places")


def _twice(session: Session, task: Task, side: Side, places: Subquery) -> Iterator[int]:
    """Entries with two places."""
    column = _column(side)
    open_twice = select(places.c.id).group_by(places.c.id).having(func.count() > 1)
    matched = select(places.c.id).join(Match, and_(Match.task == task, column == places.c.id))
    for query in (open_twice, matched):
        yield from session.scalars(query.limit(_SHOWN))


def _lost(session: Session, task: Task, side: Side, places: Subquery) -> list[int]:
    """Entries without any place that should have one."""
    until = _reconciled_until(session, task)
    query = _expected(task, side, until)
    entry = SHAPES[SIDES[task][0 if side is Side.OURS else 1]].table.c.id
    query = (
        query.outerjoin(Match, and_(Match.task == task, _column(side) == entry))
        .outerjoin(places, places.c.id == entry)
        .where(Match.id.is_(None), places.c.id.is_(None))
    )
    if task is Task.ARRIVAL and side is Side.OURS:
        return _due(session, query, max(until.values()))
    return list(session.scalars(query.limit(_SHOWN)))


def _reconciled_until(session: Session, task: Task) -> dict[str, int]:
    """The last day of each scope; "" is all that has no run of its own."""
    query = select(Run.scope, func.max(Run.business_on)).where(Run.task == task)
    return {row[0]: row[1] for row in session.execute(query.group_by(Run.scope))}


def _expected(task: Task, side: Side, until: dict[str, int]) -> _Query:
    """The entries of a side that carry money and were due to be taken up."""
    last = max(until.values())
    if task is Task.CHANNEL:
        model = Payment if side is Side.OURS else ChannelRecord
        query = select(model.id).where(
            model.status == EntryStatus.SUCCESS, model.channel != INTERNAL
        )
        return query.where(_of_scopes(model.__table__, until))
    if task is Task.ARRIVAL:
        return _money(side, last)
    if side is Side.OURS:
        return select(BillLine.id).where(BillLine.business_on <= last, ~_unexpected(task))
    if task is Task.WRITEOFF:
        return select(WriteOff.id).where(WriteOff.business_on <= last)
    return _lines_received(last)


def _of_scopes(table: FromClause, until: dict[str, int]) -> ColumnElement[bool]:
    return or_(
        *(
            and_(table.c.channel == scope, table.c.business_on <= max(day, until.get("", 0)))
            for scope, day in until.items()
            if scope
        ),
        and_(
            table.c.channel.not_in([scope for scope in until if scope]),
            table.c.business_on <= until.get("", 0),
        ),
    )


def _money(side: Side, last: int) -> _Query:
    if side is Side.OURS:
        columns = (ClearingBatch.id, ClearingBatch.account_no, ClearingBatch.clearing_on)
        due = and_(ClearingBatch.net_fen != 0, ClearingBatch.business_on <= last)
        return select(ClearingBatch).with_only_columns(*columns).where(due)
    return select(Arrival.id).where(
        Arrival.amount_fen != 0, Arrival.currency == "CNY", Arrival.booked_on <= last
    )


def _unexpected(task: Task) -> ColumnElement[bool]:
    """Whether a bill expects no partner: its order did not succeed, or is not cleared."""
    failed = exists().where(
        Payment.order_no == BillLine.order_no,
        Payment.type == BillLine.type,
        Payment.status != EntryStatus.SUCCESS,
    )
    if task is not Task.CLEARING:
        return failed
    unbalanced = exists().where(
        Discrepancy.task == task,
        Discrepancy.kind == Kind.ORDER_UNBALANCED,
        Discrepancy.ours_key == BillLine.order_no,
    )
    return or_(failed, unbalanced)


def _lines_received(last: int) -> _Query:
    """Clearing lines; where their batch is missing they take the day of their order."""
    of_order = (
        select(func.min(BillLine.business_on))
        .where(BillLine.order_no == ClearingLine.order_no)
        .scalar_subquery()
    )
    return (
        select(ClearingLine.id)
        .outerjoin(ClearingBatch, ClearingBatch.batch_no == ClearingLine.batch_no)
        .where(func.coalesce(ClearingBatch.business_on, of_order, literal(0)) <= last)
    )


def _due(session: Session, query: _Query, last: int) -> list[int]:
    """Of the batches that have no place those whose money should have come."""
    lag = {one.account_no: one.arrival_lag_days for one in accounts(session)}
    return [
        id_
        for id_, account_no, clearing_on in session.execute(query)
        if day_number(day_of(clearing_on) + timedelta(days=lag.get(account_no, 0))) <= last
    ]


def _column(side: Side) -> Any:
    return Match.ours_id if side is Side.OURS else Match.theirs_id
