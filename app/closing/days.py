"""Which days there are."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.dates import day_of
from app.closing.queries import NothingLoaded, latest_day
from app.records.model import TouchedDay


def day_to_begin_with(session: Session) -> date | None:
    """Return the day that work begins with: the latest one; None while nothing is loaded."""
    try:
        return latest_day(session)
    except NothingLoaded:
        return None


def days_with_entries(session: Session) -> list[date]:
    """Return the days on which something is loaded."""
    query = select(TouchedDay.business_on).where(TouchedDay.business_on > 0).distinct()
    return sorted(day_of(number) for number in session.scalars(query))
