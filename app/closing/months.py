"""A month of days: which are closed, by whom, and what they came to."""

from __future__ import annotations

import json
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.approval.queries import RequestView, requests
from app.approval.rules import Action
from app.base.dates import day_number, day_of
from app.calendar.model import ClosedDay
from app.calendar.queries import working_calendar
from app.closing.model import DayClose, DayWaiver
from app.closing.rules import CloseState, DayState
from app.intake.rules import Kind as FileKind
from app.records.model import TouchedDay


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingView:
    """One closing of a day; `reopened_by` is who asked, `agreed_by` who agreed, "" while closed.

    Sums are in fen: what was collected, written off and confirmed as arrived, and the vouchers.
    """

    id: int
    day: date
    state: CloseState
    hash: str
    previous_hash: str
    closed_by: str
    closed_at: datetime
    reopened_by: str
    agreed_by: str
    reopened_at: datetime | None
    reason: str
    payments: int
    payments_fen: int
    writeoffs: int
    writeoffs_fen: int
    confirmations: int
    arrived_fen: int
    vouchers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverView:
    """A file that a day is closed without; "" as scope is all of its kind."""

    file_kind: str
    scope: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDay:
    """A day of the month; `closing` is its latest, `request` a pending wish to reopen it.

    `working` says whether people work on it.
    """

    day: date
    state: DayState
    working: bool
    closing: ClosingView | None = None
    request: RequestView | None = None
    waivers: tuple[WaiverView, ...] = field(default=())


def month_view(session: Session, year: int, month: int) -> list[MonthDay]:
    """Return all days of a month in order."""
    first = date(year, month, 1)
    last = date(year, month, monthrange(year, month)[1])
    closed = set(
        session.scalars(
            select(ClosedDay.business_on).where(ClosedDay.business_on.between(first, last))
        )
    )
    loaded = _loaded(session, first, last)
    latest = {one.day: one for one in closings(session, first, last)}
    wishes = {one.object_key: one for one in requests(session, actions=(Action.REOPEN_DAY,))}
    waived = _waivers(session, first, last)
    calendar = working_calendar(session)
    days = [first + timedelta(days=count) for count in range(last.day)]
    return [
        MonthDay(
            day=day,
            state=_state(day, closed, latest, loaded),
            working=calendar.is_working(day),
            closing=latest.get(day),
            request=wishes.get(day.isoformat()),
            waivers=tuple(waived.get(day, ())),
        )
        for day in days
    ]


def closings(session: Session, first: date, last: date) -> list[ClosingView]:
    """Return all closings of a period, by day and in the order in which they were made."""
    query = (
        select(DayClose)
        .where(DayClose.business_on.between(first, last))
        .order_by(DayClose.business_on, DayClose.id)
    )
    return [_view(row) for row in session.scalars(query)]


def _state(
    day: date,
    closed: set[date],
    latest: dict[date, ClosingView],
    loaded: set[date],
) -> DayState:
    if day in closed:
        return DayState.CLOSED
    if day in latest:
        return DayState.REOPENED
    return DayState.OPEN if day in loaded else DayState.NONE


def _loaded(session: Session, first: date, last: date) -> set[date]:
    """Days of which business was loaded; bank lines belong to the day that cleared."""
    query = (
        select(TouchedDay.business_on)
        .where(
            TouchedDay.business_on.between(day_number(first), day_number(last)),
            TouchedDay.kind != FileKind.ARRIVALS.value,
        )
        .distinct()
    )
    return {day_of(number) for number in session.scalars(query)}


def _waivers(session: Session, first: date, last: date) -> dict[date, list[WaiverView]]:
    query = (
        select(DayWaiver)
        .where(DayWaiver.business_on.between(first, last))
        .order_by(DayWaiver.business_on, DayWaiver.file_kind, DayWaiver.scope)
    )
    found: dict[date, list[WaiverView]] = {}
    for row in session.scalars(query):
        found.setdefault(row.business_on, []).append(
            WaiverView(
                file_kind=row.file_kind,
                scope=row.scope,
                reason=row.reason,
                by=row.by,
                at=row.at,
            )
        )
    return found


def _view(row: DayClose) -> ClosingView:
    totals: dict[str, Any] = json.loads(row.totals)
    payments, payments_fen = totals["entries"][FileKind.PAYMENTS.value]
    writeoffs, writeoffs_fen = totals["entries"][FileKind.WRITEOFFS.value]
    confirmations, _expected, arrived_fen = totals["confirmations"]
    same = (
        *("id", "state", "hash", "previous_hash", "closed_by", "closed_at"),
        *("reopened_by", "agreed_by", "reopened_at", "reason"),
    )
    return ClosingView(
        day=row.business_on,
        payments=payments,
        payments_fen=payments_fen,
        writeoffs=writeoffs,
        writeoffs_fen=writeoffs_fen,
        confirmations=confirmations,
        arrived_fen=arrived_fen,
        vouchers=sum(count for count, _fen in totals["vouchers"].values()),
        **{name: getattr(row, name) for name in same},
    )
