"""The figures beside the day board: differences, what is on its way or overdue, the trend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from app.arrivals.queries import as_of, terms
from app.arrivals.rules import is_late
from app.base.dates import day_number, day_of
from app.calendar.rules import WorkingCalendar
from app.catalog import queries as catalog
from app.catalog.rules import SettingName
from app.closing.board import OPEN, SET_ASIDE, WAITING, BoardRow, board
from app.closing.rules import CellState, RowKind, Step, Sum
from app.discrepancies.model import Discrepancy
from app.discrepancies.queries import as_of as last_run
from app.discrepancies.rules import Resolution, Status
from app.intake.rules import Kind as EntryKind
from app.matching.due import due_on
from app.matching.model import Run
from app.matching.queries import figures_of
from app.matching.rules import COUNTED_ZERO, Kind, Task
from app.records.kinds import SHAPES
from app.records.model import ClearingBatch

TREND_DAYS = 30

_UNRESOLVED = (*OPEN, *WAITING, *SET_ASIDE)
_EXPECTED = (
    EntryKind.PAYMENTS,
    EntryKind.BILL_LINES,
    EntryKind.WRITEOFFS,
    EntryKind.CLEARING_BATCHES,
)
"""Kinds of files without which a day is not whole; channels' statements are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What differs on a day.

    `reconciled` is what reconciliation left, `adjusted` what of that nobody has explained,
    adjusted or set aside. What is only on its way (`transit`) stands in neither of them.
    """

    reconciled: Sum
    adjusted: Sum
    transit: Sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """What should have been settled: batches, discrepancies older than their window, files.

    `since` is the business date of the oldest one of each.
    """

    batches: Sum
    batches_since: date | None
    discrepancies: Sum
    discrepancies_since: date | None
    files: tuple[EntryKind, ...]
    statements: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether all is in time."""
        counts = self.batches.count + self.discrepancies.count
        return not (counts or self.files or self.statements)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendDay:
    """One reconciled day: how many entries were matched of how many, and what is open of it."""

    day: date
    matched: int
    entries: int
    open_count: int
    open_fen: int

    @property
    def per_mille(self) -> int:
        """The match rate, rounded down."""
        return self.matched * 1000 // self.entries if self.entries else 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBoard:
    """Everything that the morning screen shows."""

    day: date
    rows: tuple[BoardRow, ...]
    figures: Figures
    overdue: Overdue
    trend: tuple[TrendDay, ...]


def day_board(session: Session, day: date, *, organisation: str = "") -> DayBoard:
    """Return the whole board of a day; accounts of one organisation and those below it, or all."""
    payees = catalog.branch(session, organisation) if organisation else ()
    rows = tuple(board(session, day, payees=payees))
    return DayBoard(
        day=day,
        rows=rows,
        figures=figures(session, day),
        overdue=overdue(session, day, rows),
        trend=tuple(trend(session, day)),
    )


def figures(session: Session, day: date) -> Figures:
    """Return what differs on a day, and what is on its way."""
    row = Discrepancy
    left, after, transit = Sum(), Sum(), Sum()
    query = (
        select(row.status, row.resolution, row.kind, _in_transit(session).label("way"), *_sums())
        .where(row.business_on == day_number(day), _stands())
        .group_by(row.status, row.resolution, row.kind, "way")
    )
    for found in session.execute(query):
        counted = (found.number, int(found.fen), int(found.gross))
        if found.way:
            transit = transit.plus(*counted)
            continue
        left = left.plus(*counted)
        if found.status in (*OPEN, *WAITING):
            after = after.plus(*counted)
    return Figures(reconciled=left, adjusted=after, transit=transit)


def overdue(session: Session, day: date, rows: Iterable[BoardRow]) -> Overdue:
    """Return what should have been settled by the latest day that was run."""
    late, batches_since = _late_batches(session)
    old, since = _old_discrepancies(session)
    statements = [
        row.channel
        for row in rows
        if row.kind is RowKind.CHANNEL and row.steps[Step.FILE].state is CellState.MISSING
    ]
    return Overdue(
        batches=late,
        batches_since=batches_since,
        discrepancies=old,
        discrepancies_since=since,
        files=tuple(missing_kinds(session, day)),
        statements=tuple(statements),
    )


def missing_kinds(session: Session, day: date) -> list[EntryKind]:
    """Return the kinds of files of which nothing is loaded for a day; none before the first."""
    number = day_number(day)
    there = {kind for kind in _EXPECTED if session.execute(select(_has(kind, number))).scalar_one()}
    return [kind for kind in _EXPECTED if kind not in there] if there else []


def trend(session: Session, day: date) -> list[TrendDay]:
    """Return the reconciled days of the last thirty, the earliest first."""
    first, last = day_number(day - timedelta(days=TREND_DAYS - 1)), day_number(day)
    matched: dict[int, int] = defaultdict(int)
    entries: dict[int, int] = defaultdict(int)
    runs = select(Run.business_on, Run.totals).where(
        Run.task.in_(list(Task)), Run.business_on.between(first, last)
    )
    for number, stored in session.execute(runs):
        totals = figures_of(stored)
        matched[number] += totals["matched_ours"] + totals["matched_theirs"]
        entries[number] += totals["ours"] + totals["theirs"]
    open_ = {
        found.business_on: (found.number, int(found.gross))
        for found in session.execute(
            select(Discrepancy.business_on, *_sums())
            .where(_by_index(OPEN + WAITING), Discrepancy.business_on.between(first, last))
            .group_by(Discrepancy.business_on)
        )
    }
    return [
        TrendDay(
            day=day_of(number),
            matched=matched[number],
            entries=entries[number],
            open_count=open_.get(number, (0, 0))[0],
            open_fen=open_.get(number, (0, 0))[1],
        )
        for number in sorted(entries)
    ]


def _stands() -> ColumnElement[bool]:
    """What no match settled: open, set aside, or settled by people."""
    return or_(
        Discrepancy.status.in_(_UNRESOLVED),
        Discrepancy.resolution.in_((Resolution.EXPLAINED, Resolution.ADJUSTED)),
    )


def _by_index(statuses: Sequence[Status]) -> ColumnElement[bool]:
    """Some statuses of all tasks: named so that the index is used."""
    return and_(Discrepancy.task.in_(list(Task)), Discrepancy.status.in_(statuses))


def _sums() -> tuple[ColumnElement[int], ColumnElement[int], ColumnElement[int]]:
    """Count, net and gross; kinds that stand beside the sums count no money."""
    fen = case((Discrepancy.kind.in_(list(COUNTED_ZERO)), 0), else_=Discrepancy.difference_fen)
    return (
        func.count().label("number"),
        func.coalesce(func.sum(fen), 0).label("fen"),
        func.coalesce(func.sum(func.abs(fen)), 0).label("gross"),
    )


def _in_transit(session: Session) -> ColumnElement[int]:
    """1 for what is only on its way: over the cut-off, carried forward, or a batch not yet late."""
    until = as_of(session)
    # A batch whose account says later is due later; its clearing date is early enough for all.
    on_time = exists().where(
        ClearingBatch.id == Discrepancy.ours_id,
        ClearingBatch.clearing_on >= day_number(until or date.min),
    )
    waits = or_(
        Discrepancy.kind == Kind.TIMING,
        Discrepancy.status == Status.CARRIED,
        and_(Discrepancy.kind == Kind.NOT_ARRIVED, on_time),
    )
    unsettled = Discrepancy.status.in_(_UNRESOLVED)
    return case((and_(unsettled, waits), 1), else_=0)


def _late_batches(session: Session) -> tuple[Sum, date | None]:
    """Batches that are due and have not come, or not all of them."""
    lags, until = terms(session).lags, as_of(session)
    query = (
        select(ClearingBatch, Discrepancy.difference_fen)
        .join(Discrepancy, Discrepancy.ours_id == ClearingBatch.id)
        .where(
            _by_index((*OPEN, *WAITING)),
            Discrepancy.task == Task.ARRIVAL,
            Discrepancy.kind.in_((Kind.NOT_ARRIVED, Kind.SHORT_ARRIVAL)),
        )
    )
    late, since = Sum(), None
    for batch, fen in session.execute(query):
        if is_late(due_on(batch.clearing_on, lags.get(batch.account_no, 0)), until):
            late = late.plus(1, fen, abs(fen))
            since = min(since or batch.business_on, batch.business_on)
    return late, day_of(since) if since else None


def _old_discrepancies(session: Session) -> tuple[Sum, date | None]:
    """Open discrepancies whose window is over; late batches are told by themselves."""
    today = last_run(session)
    if today is None:
        return Sum(), None
    windows = _windows(session, terms(session).calendar, today)
    own = and_(Discrepancy.kind.not_in((Kind.NOT_ARRIVED, Kind.SHORT_ARRIVAL)), windows)
    count, fen, gross, since = session.execute(
        select(*_sums(), func.min(Discrepancy.business_on)).where(_by_index(OPEN), own)
    ).one()
    old = Sum(count=count, fen=int(fen), gross_fen=int(gross))
    return old, day_of(since) if since else None


def _windows(session: Session, calendar: WorkingCalendar, today: date) -> ColumnElement[bool]:
    """For each task the days that lie so far back that nothing of them should be open."""
    timing = catalog.setting(session, SettingName.TIMING_WINDOW_WORKING_DAYS)
    arrival = catalog.setting(session, SettingName.ARRIVAL_WINDOW_WORKING_DAYS)
    windows = {
        Task.CHANNEL: timing,
        Task.WRITEOFF: timing,
        Task.CLEARING: timing,
        Task.ARRIVAL: arrival,
    }
    return or_(
        *(
            and_(
                Discrepancy.task == task,
                Discrepancy.business_on < day_number(calendar.add_working_days(today, -days)),
            )
            for task, days in windows.items()
        )
    )


def _has(kind: EntryKind, number: int) -> ColumnElement[bool]:
    shape = SHAPES[kind]
    assert shape.day is not None
    return exists().where(shape.table.c[shape.day] == number)
