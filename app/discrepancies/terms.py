"""By which settings and master data a run works, and a digest that tells when they changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app.audit.rules import canonical
from app.base.dates import day_of
from app.calendar.queries import working_calendar
from app.calendar.rules import WorkingCalendar
from app.catalog import queries as catalog
from app.catalog.rules import FeeBearer, SettingName
from app.matching.rules import Task

TOLERANCES = {
    Task.CHANNEL: SettingName.CHANNEL_TOLERANCE_FEN,
    Task.WRITEOFF: SettingName.WRITEOFF_TOLERANCE_FEN,
    Task.CLEARING: SettingName.CLEARING_TOLERANCE_FEN,
    Task.ARRIVAL: SettingName.ARRIVAL_TOLERANCE_FEN,
}
"""How far the sums of a match may differ, task by task."""

_SEEN_AHEAD = timedelta(days=60)
"""No window reaches further, weekends and holidays included."""

_SETTINGS = {
    Task.CHANNEL: (
        SettingName.TIMING_MINUTES,
        SettingName.TIMING_WINDOW_WORKING_DAYS,
        SettingName.CHANNEL_TOLERANCE_FEN,
    ),
    Task.WRITEOFF: (SettingName.WRITEOFF_DAYS, SettingName.WRITEOFF_TOLERANCE_FEN),
    Task.CLEARING: (),
    Task.ARRIVAL: (SettingName.ARRIVAL_WINDOW_WORKING_DAYS,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Master data and settings of a run."""

    calendar: WorkingCalendar
    channels: Sequence[catalog.ChannelView]
    accounts: Sequence[catalog.AccountView]
    settings: dict[SettingName, int]


def terms_now(session: Session) -> Terms:
    """Return the terms on which a run would work now."""
    return Terms(
        calendar=working_calendar(session),
        channels=catalog.channels(session),
        accounts=catalog.accounts(session),
        settings=catalog.settings(session),
    )


def digest(terms: Terms, task: Task, scope: str, day: int) -> str:
    """Return a digest of all that bears on a task's run for a business day and channel.

    A channel without a fee rule, or a holiday far away, changes nothing and is not in it.
    """
    told: dict[str, object] = {name.value: terms.settings[name] for name in _SETTINGS[task]}
    if task is Task.CHANNEL:
        told["channel"] = _fees(terms, scope)
    if task is Task.CLEARING:
        told["channels"] = _fees(terms)
    if task in (Task.CLEARING, Task.ARRIVAL):
        told["accounts"] = [[one.organisation, one.account_no] for one in terms.accounts]
    if task is Task.ARRIVAL:
        told["lags"] = [[one.account_no, one.arrival_lag_days] for one in terms.accounts]
        told["cycles"] = [[one.code, one.cycle_days, one.cycle.value] for one in terms.channels]
    if task in (Task.CHANNEL, Task.ARRIVAL):
        told["days"] = _special_days(terms.calendar, day)
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def _fees(terms: Terms, scope: str | None = None) -> list[list[object]]:
    return [
        [
            one.code,
            one.rate_ppm,
            one.minimum_fen,
            one.maximum_fen,
            int(one.refund_returns_fee),
            one.fee_bearer.value,
        ]
        for one in terms.channels
        if scope is None or one.code == scope
        if one.rate_ppm is not None or one.fee_bearer is not FeeBearer.PAYEE
    ]


def _special_days(calendar: WorkingCalendar, day: int) -> list[list[str]]:
    first = day_of(day) if day else None
    return [
        [one.isoformat() for one in sorted(days) if first and first <= one <= first + _SEEN_AHEAD]
        for days in (calendar.holidays, calendar.make_up_days)
    ]
