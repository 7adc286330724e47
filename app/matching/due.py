"""When money is due, and up to which clearing date a run for a business date takes arrivals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.dates import day_of
from app.calendar.rules import WorkingCalendar
from app.catalog.queries import AccountView, ChannelView
from app.catalog.rules import Cycle
from app.records.model import ClearingBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what arrivals are reckoned."""

    calendar: WorkingCalendar
    accounts: Sequence[AccountView]
    channels: Sequence[ChannelView]
    window_days: int

    @property
    def lags(self) -> Mapping[str, int]:
        """How many days after the clearing date each account is credited."""
        return {one.account_no: one.arrival_lag_days for one in self.accounts}


def due_on(clearing_on: int, lag_days: int) -> date:
    """Return the day on which a batch is due: its clearing date, or as its account says later."""
    return day_of(clearing_on) + timedelta(days=lag_days)


def clearing_day(session: Session, last: int, terms: Terms) -> date:
    """Return the clearing date of a business date: up to it a run takes arrivals as in.

    It is the latest of the batches received for it, else what the usual cycle gives.
    """
    found = session.scalars(
        select(ClearingBatch.clearing_on)
        .where(ClearingBatch.business_on == last)
        .order_by(ClearingBatch.clearing_on.desc())
        .limit(1)
    ).first()
    if found is not None:
        return day_of(found)
    return cleared_on(day_of(last), usual_cycle(terms), terms.calendar)


def usual_cycle(terms: Terms) -> tuple[int, Cycle]:
    """Return the settlement cycle that most channels have; T+1 calendar without channels."""
    counted = Counter((one.cycle_days, one.cycle) for one in terms.channels)
    usual = (1, Cycle.CALENDAR)
    return max(counted, key=lambda cycle: (counted[cycle], cycle == usual), default=usual)


def cleared_on(day: date, cycle: tuple[int, Cycle], calendar: WorkingCalendar) -> date:
    """Return the day on which a business date is cleared under a cycle."""
    days, kind = cycle
    if kind is Cycle.WORKING:
        return calendar.add_working_days(day, days)
    return day + timedelta(days=days)
