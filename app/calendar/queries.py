"""Reading the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.base.dates import day_number
from app.calendar.model import CalendarDay, CalendarYear, ClosedDay
from app.calendar.rules import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRow:
    """A day that differs from the ordinary week."""

    day: date
    working: bool
    note: str


def working_calendar(session: Session) -> WorkingCalendar:
    """Return the calendar as a value to count with."""
    # It is asked for very often: thousands of rows as objects would take ten times as long.
    rows = session.execute(select(CalendarDay.day, CalendarDay.working)).all()
    return WorkingCalendar(
        holidays=frozenset(day for day, working in rows if not working),
        make_up_days=frozenset(day for day, working in rows if working),
        known_years=frozenset(session.scalars(select(CalendarYear.year))),
    )


def days(session: Session, *, year: int | None = None) -> list[CalendarRow]:
    """Return the days that differ from the ordinary week, of one year or of all."""
    query = select(CalendarDay).order_by(CalendarDay.day)
    if year is not None:
        query = query.where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
    return [
        CalendarRow(day=row.day, working=row.working, note=row.note)
        for row in session.scalars(query)
    ]


def known_years(session: Session) -> dict[int, str]:
    """Return the years of which the holidays are known, and where from."""
    return {row.year: row.source for row in session.scalars(select(CalendarYear))}


def closed_days(session: Session) -> frozenset[date]:
    """Return all closed business days."""
    return frozenset(session.scalars(select(ClosedDay.business_on)))


def closed_until(session: Session) -> int:
    """Return the last closed business day as yyyymmdd; 0 where none is closed."""
    last = session.scalar(select(func.max(ClosedDay.business_on)))
    return day_number(last) if last else 0


def is_closed(session: Session, day: date) -> bool:
    """Return whether a business day is closed."""
    return session.get(ClosedDay, day) is not None
