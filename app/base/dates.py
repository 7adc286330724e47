"""Days and moments: text is China wall time, moments are seconds since 1970 in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from app.base.errors import BadDate

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one time without summer time in all the years that we accept."""

FIRST_DAY = date(2000, 1, 1)
"""No file contains an earlier day."""

DAYS_AHEAD = 366
"""No file contains a day further in the future."""

NOON = 720
MIDNIGHT = 1440
"""Minutes of the cut-off 24:00."""

_SPACES = " \t\u00a0\u3000"
_DAY = re.compile(r"([0-9]{4})(?:([-/])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2}))")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_MOMENT = re.compile(r"([0-9]{4}[-/0-9]{4,6}?)(?:[ ]{1,2}|T)([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)")
_COMPACT = re.compile(r"([0-9]{8})[ ]?([0-9]{2})([0-9]{2})([0-9]{2})")


def parse_day(text: str) -> date:
    """Read `2026-03-01`, `2026/3/1` or `20260301`.

    Raises:
        BadDate: It is none of these, or there is no such day.
    """
    match = _DAY.fullmatch(text.strip(_SPACES))
    if match is None:
        raise BadDate(text=_shown(text))
    year, _mark, month, day, month_compact, day_compact = match.groups()
    try:
        return date(int(year), int(month or month_compact), int(day or day_compact))
    except ValueError:
        raise BadDate(text=_shown(text)) from None


def parse_moment(text: str) -> int:
    """Read China wall time as seconds since 1970 in UTC.

    A time without a clock, such as `2026-03-01`, is not accepted.

    Raises:
        BadDate: It is not a time, or there is no such time (24:00:00 is none).
    """
    stripped = text.strip(_SPACES)
    try:
        if compact := _COMPACT.fullmatch(stripped):
            day = parse_day(compact[1])
            hour, minute, second = int(compact[2]), int(compact[3]), int(compact[4])
        else:
            day, (hour, minute, second) = _split(stripped)
        moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=CHINA)
    except ValueError:
        raise BadDate(text=_shown(text)) from None
    except BadDate:
        raise BadDate(text=_shown(text)) from None
    return epoch_of(moment)


def epoch_of(moment: datetime) -> int:
    """Return an aware moment as whole seconds since 1970 in UTC."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


def moment_of(epoch: int) -> datetime:
    """Return seconds since 1970 as an aware UTC moment."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=epoch)


def china_time(epoch: int) -> datetime:
    """Return seconds since 1970 as China wall time."""
    return moment_of(epoch).astimezone(CHINA)


def day_number(day: date) -> int:
    """Return a day as the number yyyymmdd."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of(number: int) -> date:
    """Return the day that the number yyyymmdd means."""
    return date(number // 10_000, number // 100 % 100, number % 100)


def business_day(epoch: int, cutoff_minutes: int) -> date:
    """Return the business day of a moment under a channel's cut-off.

    A cut-off from noon on ends the day itself: what comes at or after it belongs to
    the next day. A cut-off before noon ends the day on the following morning: what
    comes before it belongs to the day before.
    """
    wall = china_time(epoch)
    minutes = wall.hour * 60 + wall.minute
    if cutoff_minutes >= NOON:
        return wall.date() + timedelta(days=1 if minutes >= cutoff_minutes else 0)
    return wall.date() - timedelta(days=1 if minutes < cutoff_minutes else 0)


def _split(text: str) -> tuple[date, tuple[int, int, int]]:
    match = _MOMENT.fullmatch(text)
    clock = match and _CLOCK.fullmatch(match[2])
    if not match or not clock:
        raise BadDate(text=text)
    return parse_day(match[1]), (int(clock[1]), int(clock[2]), int(clock[3] or 0))


def _shown(text: str) -> str:
    longest = 60
    return text if len(text) <= longest else text[:longest] + "…"
