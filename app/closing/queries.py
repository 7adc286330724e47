"""Where the day stands."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.base.dates import day_of
from app.base.errors import NotFound
from app.base.i18n import N_
from app.intake.model import SourceFile
from app.intake.rules import FileStatus, Kind
from app.records.model import TouchedDay


class NothingLoaded(NotFound):
    """The database holds no entries yet."""

    template = N_("Nothing is loaded yet. Import files first, or name a date.")


def latest_day(session: Session) -> date:
    """Return the latest business day of payments, else of anything that is loaded.

    Raises:
        NothingLoaded: The database holds no entries.
    """
    for kinds in ((Kind.PAYMENTS,), (Kind.CLEARING_BATCHES,), (Kind.CHANNEL,), tuple(Kind)):
        latest = session.scalars(
            select(func.max(TouchedDay.business_on)).where(
                TouchedDay.kind.in_([kind.value for kind in kinds])
            )
        ).one()
        if latest:
            return day_of(latest)
    raise NothingLoaded


def loaded_files(session: Session) -> int:
    """Return how many files are loaded."""
    query = select(func.count()).where(SourceFile.status == FileStatus.LOADED)
    return session.execute(query).scalar_one()
