"""Changing the calendar, and guarding closed days."""

from __future__ import annotations

from datetime import date

import chinese_calendar.constants as known
from sqlalchemy import select

from app.audit import service as audit
from app.audit.rules import Verb
from app.audit.stale import refuse_stale
from app.base.errors import DayClosed, WrongInput
from app.base.i18n import _
from app.calendar.model import CalendarDay, CalendarYear
from app.calendar.queries import CalendarRow, is_closed
from app.calendar.rules import WorkingCalendar
from app.db.locks import together
from app.db.workspace import Tx
from app.identity.rules import Permission
from app.identity.service import require

DAYS_LOCK = "closing of days"
"""Held together by whoever writes into a day, alone by whoever closes one."""

LONGEST_NOTE = 100
"""Characters of what is said of a day."""

SHIPPED = "chinesecalendar"
"""Where the holidays come from that the program brings along."""


def seed(tx: Tx) -> list[int]:
    """Add the years that the library knows and the table does not; return them."""
    there = set(tx.session.scalars(select(CalendarYear.year)))
    years = sorted({day.year for day in known.holidays} - there)
    if not years:
        return []
    tx.session.add_all(CalendarYear(year=year, source=SHIPPED) for year in years)
    taken = set(tx.session.scalars(select(CalendarDay.day)))
    tx.session.add_all(
        row for row in _exceptions() if row.day.year in years and row.day not in taken
    )
    audit.record(tx, Verb.CREATED, "calendar", SHIPPED, after={"years": years})
    return years


def override_day(
    tx: Tx, *, day: date, working: bool | None, note: str, seen: CalendarRow | None
) -> None:
    """Do what `set_day` does unless the day differs from what was shown.

    Raises:
        NotAllowed: The actor may not change master data.
        WrongInput: The note is too long.
        ChangedByOther: The day was changed since it was shown.
    """
    require(tx.actor, Permission.MASTER_DATA)
    if len(note) > LONGEST_NOTE:
        raise WrongInput(value=note[:20] + "…", field=_("note"))
    row = tx.session.get(CalendarDay, day, with_for_update=True)
    there = None if row is None else CalendarRow(day=row.day, working=row.working, note=row.note)
    if there != seen:
        refuse_stale(tx.session, "calendar_day", day.isoformat(), day.isoformat())
    set_day(tx, day=day, working=working, note=note.strip())


def set_day(tx: Tx, *, day: date, working: bool | None, note: str = "") -> None:
    """Say that people work on a day or not; None means as in an ordinary week.

    Raises:
        NotAllowed: The actor may not change master data.
    """
    require(tx.actor, Permission.MASTER_DATA)
    row = tx.session.get(CalendarDay, day, with_for_update=True)
    before = None if row is None else {"working": row.working, "note": row.note}
    after = None if working is None else {"working": working, "note": note}
    if row is not None:
        tx.session.delete(row)
        tx.session.flush()
    if working is not None:
        tx.session.add(CalendarDay(day=day, working=working, note=note))
    audit.record(tx, Verb.CHANGED, "calendar_day", day.isoformat(), before=before, after=after)


def know_year(tx: Tx, *, year: int) -> None:
    """Say that a year's holidays were entered by hand, so that it counts as known.

    Raises:
        NotAllowed: The actor may not change master data.
    """
    require(tx.actor, Permission.MASTER_DATA)
    if tx.session.get(CalendarYear, year) is None:
        tx.session.add(CalendarYear(year=year, source=tx.actor.name))
        audit.record(tx, Verb.CREATED, "calendar", str(year))


def require_open(tx: Tx, day: date) -> None:
    """Return if a business day is open, and keep it open to the end of the transaction.

    Raises:
        DayClosed: It is closed.
    """
    together(tx, DAYS_LOCK)
    if is_closed(tx.session, day):
        raise DayClosed(day=day.isoformat())


def _exceptions() -> list[CalendarDay]:
    week = WorkingCalendar()
    off = [
        CalendarDay(day=day, working=False, note=str(name))
        for day, name in known.holidays.items()
        if week.is_working(day)
    ]
    on = [
        CalendarDay(day=day, working=True, note=str(name))
        for day, name in known.workdays.items()
        if not week.is_working(day)
    ]
    return off + on
