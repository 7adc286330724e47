"""What is in the way of closing a day."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.adjustments.model import Adjustment
from app.adjustments.rules import AdjustmentStatus
from app.arrivals.queries import ArrivalFilter, ExpectedArrival, expected_arrivals
from app.arrivals.rules import ArrivalState
from app.base.dates import day_number, day_of
from app.calendar.queries import closed_days, working_calendar
from app.catalog.queries import setting
from app.catalog.rules import SettingName
from app.closing.board import standing_runs
from app.closing.expected import MAIN_SHARE, ExpectedFile, missing_files
from app.closing.model import DayWaiver
from app.closing.rules import Blocker, BlockerCode, CellState, shortened
from app.discrepancies.model import Discrepancy
from app.discrepancies.queries import as_of
from app.discrepancies.rules import Status
from app.intake.model import SourceFile, SourcePart
from app.intake.rules import FileStatus
from app.intake.rules import Kind as FileKind
from app.matching.law import broken
from app.matching.model import Run
from app.matching.rules import Kind, Task
from app.records.model import TouchedDay

UNSETTLED = (Status.OPEN, Status.ASSIGNED, Status.SUBMITTED)
"""A discrepancy in one of these states is in the way; carried and suspended ones are not."""

_WAITING = (AdjustmentStatus.DRAFT, AdjustmentStatus.SUBMITTED)

_DATED = (
    FileKind.PAYMENTS,
    FileKind.CHANNEL,
    FileKind.BILL_LINES,
    FileKind.WRITEOFFS,
    FileKind.CLEARING_BATCHES,
)
"""Kinds whose entries make a day a business day; bank lines belong to the day that cleared."""


def blockers(session: Session, day: date) -> tuple[Blocker, ...]:
    """Return what is in the way of closing a day, in the order in which it is cleared up."""
    parts: Sequence[Callable[[Session, date], Iterator[Blocker]]] = (
        _earlier,
        _files,
        _runs,
        _sums,
        _discrepancies,
        _adjustments,
        _batches,
    )
    return tuple(found for part in parts for found in part(session, day))


def days_of_closing(session: Session, day: date) -> list[date]:
    """Return the days that are closed together with a day, the earliest first.

    Beside the day itself: earlier open ones of which only a few entries came, in the files of
    other days. Nobody closes those by themselves, and runs took them with a later day.
    """
    return sorted({day, *_open_before(session, day)})


def _open_before(session: Session, day: date) -> list[date]:
    closed = closed_days(session)
    since = max((one for one in closed if one < day), default=None)
    query = (
        select(TouchedDay.business_on)
        .where(
            TouchedDay.kind.in_([kind.value for kind in _DATED]),
            TouchedDay.business_on > (day_number(since) if since else 0),
            TouchedDay.business_on < day_number(day),
        )
        .distinct()
    )
    return sorted(day_of(number) for number in session.scalars(query))


def _earlier(session: Session, day: date) -> Iterator[Blocker]:
    """Earlier days that have files of their own, or runs, and are open."""
    open_ = _open_before(session, day)
    run = select(Run.business_on).where(Run.business_on < day_number(day)).distinct()
    own = {day_of(number) for number in session.scalars(run)} - closed_days(session)
    own |= {one for one in open_ if _is_main(session, day_number(one))}
    if own:
        days = sorted(own)
        yield Blocker(
            code=BlockerCode.EARLIER_DAY,
            count=len(days),
            items=shortened([one.isoformat() for one in days]),
        )


def _is_main(session: Session, number: int) -> bool:
    """Whether a day is a main one of a loaded file, not a few entries around a cut-off."""
    files = (
        select(SourcePart.file_id)
        .join(SourceFile, SourceFile.id == SourcePart.file_id)
        .where(
            SourcePart.business_on == number,
            SourceFile.kind.in_(_DATED),
            SourceFile.status == FileStatus.LOADED,
        )
    )
    query = (
        select(SourcePart.file_id, SourcePart.business_on, func.sum(SourcePart.rows))
        .where(SourcePart.file_id.in_(files))
        .group_by(SourcePart.file_id, SourcePart.business_on)
    )
    rows: dict[int, dict[int, int]] = {}
    for file_id, on, count in session.execute(query):
        rows.setdefault(file_id, {})[on] = int(count)
    return any(days[number] * MAIN_SHARE >= max(days.values()) for days in rows.values())


def _files(session: Session, day: date) -> Iterator[Blocker]:
    """Files that did not come in and that nobody waived."""
    for one in unwaived(session, day):
        yield Blocker(
            code=BlockerCode.FILE_MISSING,
            kind=one.kind.value,
            scope=one.scope,
            fen=one.expected_fen,
        )


def unwaived(session: Session, day: date) -> list[ExpectedFile]:
    """Return the files that a day needs, that did not come in, and that nobody waived."""
    rows = session.execute(
        select(DayWaiver.file_kind, DayWaiver.scope).where(DayWaiver.business_on == day)
    ).all()
    waived = {(kind, scope) for kind, scope in rows}
    return [
        one
        for one in missing_files(session, day)
        if not {(one.kind.value, one.scope), (one.kind.value, "")} & waived
    ]


def _runs(session: Session, day: date) -> Iterator[Blocker]:
    codes = {CellState.OPEN: BlockerCode.NOT_RUN, CellState.WAITING: BlockerCode.STALE}
    for task, scope, state in standing_runs(session, day):
        if state in codes:
            yield Blocker(code=codes[state], kind=task.value, scope=scope)


def _sums(session: Session, day: date) -> Iterator[Blocker]:
    runs = select(Run).where(Run.business_on == day_number(day)).order_by(Run.id)
    for run in session.scalars(runs):
        why = [*broken(run.task, json.loads(run.totals))]
        if why:
            yield Blocker(
                code=BlockerCode.UNBALANCED,
                kind=run.task.value,
                scope=run.scope,
                items=shortened(why),
            )


def _discrepancies(session: Session, day: date) -> Iterator[Blocker]:
    """Differences that are neither settled nor carried nor in suspense."""
    row = Discrepancy
    number = day_number(day)
    query = (
        select(row.task, row.kind, row.id, row.business_on, row.difference_fen)
        .where(
            row.task.in_(list(Task)),
            row.status.in_(UNSETTLED),
            row.business_on <= number,
            row.opened_on <= number,
        )
        .order_by(row.task, row.kind, row.id)
    )
    late = _timing_until(session)
    groups: dict[tuple[Task, Kind], list[tuple[int, int]]] = {}
    for task, kind, id_, on, fen in session.execute(query):
        if kind is Kind.TIMING and (late is None or on >= late):
            continue
        groups.setdefault((task, kind), []).append((id_, fen))
    for (task, kind), found in groups.items():
        yield Blocker(
            code=BlockerCode.DISCREPANCY,
            kind=f"{task.value}/{kind.value}",
            count=len(found),
            fen=sum(fen for _id, fen in found),
            items=shortened([id_ for id_, _fen in found]),
        )


def _timing_until(session: Session) -> int | None:
    """The earliest day whose entries over the cut-off still have time; None without a run."""
    today = as_of(session)
    if today is None:
        return None
    window = setting(session, SettingName.TIMING_WINDOW_WORKING_DAYS)
    return day_number(working_calendar(session).add_working_days(today, -window))


def _adjustments(session: Session, day: date) -> Iterator[Blocker]:
    """Adjustments that count in these books and are neither approved nor given up."""
    query = (
        select(Adjustment.status, Adjustment.number, Adjustment.amount_fen)
        .where(Adjustment.business_on <= day, Adjustment.status.in_(_WAITING))
        .order_by(Adjustment.number)
    )
    found: dict[AdjustmentStatus, list[tuple[str, int]]] = {}
    for status, number, fen in session.execute(query):
        found.setdefault(status, []).append((number, fen))
    for status, rows in found.items():
        yield Blocker(
            code=BlockerCode.ADJUSTMENT,
            kind=status.value,
            count=len(rows),
            fen=sum(fen for _number, fen in rows),
            items=shortened([number for number, _fen in rows]),
        )


def _batches(session: Session, day: date) -> Iterator[Blocker]:
    """Batches whose money came by then and that are not confirmed, or not checked."""
    wanted = ArrivalFilter(day=day, brought_forward=True)
    found = [one for one in expected_arrivals(session, wanted) if _came_by(one, day)]
    for code, chosen in (
        (BlockerCode.NOT_CONFIRMED, [one for one in found if _is_unconfirmed(one)]),
        (BlockerCode.NOT_CHECKED, [one for one in found if one.state is ArrivalState.CONFIRMED]),
    ):
        if chosen:
            yield Blocker(
                code=code,
                count=len(chosen),
                fen=sum(one.expected_fen for one in chosen),
                items=shortened([one.batch_no for one in chosen]),
            )


def _is_unconfirmed(one: ExpectedArrival) -> bool:
    """Whether it could be confirmed: what differs of it is in the way by itself."""
    if one.confirmation is not None:
        return False
    return one.state is ArrivalState.ARRIVED or one.explained


def _came_by(one: ExpectedArrival, day: date) -> bool:
    if one.confirmation is not None:
        return one.confirmation.business_on <= day
    return (one.run_on or one.business_on) <= day
