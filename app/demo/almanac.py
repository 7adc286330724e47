"""Days, clock times and working days of the generator.

A moment is a number of seconds since midnight of the first day, in China wall time;
a day is its number counted from the first day.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Final

from app.base.dates import NOON
from app.demo.world import BY_CODE, INTERNAL, MIDNIGHT_MINUTES

DAY: Final = 86_400
TIMING_WINDOW: Final = 30 * 60
"""Seconds around a cut-off within which an entry may wait for its partner."""

_CLOCK: Final = tuple(
    f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}" for second in range(DAY)
)
# Weekdays off and weekends worked, as published for mainland China.
_OFF: Final = frozenset(
    {
        "2025-01-01", "2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31",
        "2025-02-03", "2025-02-04", "2025-04-04", "2025-05-01", "2025-05-02",
        "2025-05-05", "2025-06-02", "2025-10-01", "2025-10-02", "2025-10-03",
        "2025-10-06", "2025-10-07", "2025-10-08", "2026-01-01", "2026-01-02",
        "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20",
        "2026-02-23", "2026-04-06", "2026-05-01", "2026-05-04", "2026-05-05",
        "2026-06-19", "2026-09-25", "2026-10-01", "2026-10-02", "2026-10-05",
        "2026-10-06", "2026-10-07",
    }
)  # fmt: skip
_WORKED: Final = frozenset(
    {
        "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20",
        "2026-10-10",
    }
)  # fmt: skip
_SATURDAY: Final = 5


def is_working_day(day: date) -> bool:
    """Tell whether offices work; unknown years count weekdays."""
    text = day.isoformat()
    if text in _OFF:
        return False
    return text in _WORKED or day.weekday() < _SATURDAY


def next_working_day(day: date) -> date:
    """Return the first working day after a day."""
    following = day + timedelta(days=1)
    while not is_working_day(following):
        following += timedelta(days=1)
    return following


class Almanac:
    """Turns the generator's numbers into days and texts."""

    def __init__(self, first_day: date) -> None:
        self._first_day = first_day
        self._texts: dict[int, str] = {}

    @cache  # noqa: B019 - one almanac lives as long as one run
    def day(self, number: int) -> date:
        """Return the calendar day of a day number."""
        return self._first_day + timedelta(days=number)

    def number(self, day: date) -> int:
        """Return the day number of a calendar day."""
        return (day - self._first_day).days

    @cache  # noqa: B019 - one almanac lives as long as one run
    def compact(self, number: int) -> str:
        """Return a day as yyyymmdd."""
        return self.day(number).strftime("%Y%m%d")

    def text(self, at: int) -> str:
        """Return a moment as `YYYY-MM-DD HH:MM:SS`."""
        number, second = divmod(at, DAY)
        day = self._texts.get(number)
        if day is None:
            day = self._texts[number] = self.day(number).isoformat()
        return f"{day} {_CLOCK[second]}"

    def clearing_day(self, number: int, channel: str) -> int:
        """Return the day on which a business day is cleared."""
        if channel in BY_CODE and BY_CODE[channel].working_days:
            return self.number(next_working_day(self.day(number)))
        return number + 1

    def last_timing_day(self, number: int) -> int:
        """Return the last as-of day on which an entry of a business day still waits."""
        return self.number(next_working_day(self.day(number)))


def business_day(channel: str, at: int) -> int:
    """Return the business day of a moment in a channel."""
    cutoff = BY_CODE[channel].cutoff_minutes
    if cutoff >= NOON:
        return (at + (MIDNIGHT_MINUTES - cutoff) * 60) // DAY
    return (at - cutoff * 60) // DAY


def is_near_cutoff(channel: str, at: int) -> bool:
    """Tell whether a moment is within the timing window of its channel's cut-off."""
    if channel == INTERNAL:
        return False
    second = (at - BY_CODE[channel].cutoff_minutes * 60) % DAY
    return second <= TIMING_WINDOW or second >= DAY - TIMING_WINDOW
