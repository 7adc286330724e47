"""Counting working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)
_WORKDAYS_A_WEEK = 5
_DAYS_A_WEEK = 7
_FEW_DAYS = 60
"""So many are counted one by one sooner than all holidays are gone through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """Mainland China's working days as the tables say, loaded once.

    A year that is not known counts Monday to Friday.
    """

    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    known_years: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        """Return whether people work on this day."""
        if day in self.make_up_days:
            return True
        return day.weekday() < _WORKDAYS_A_WEEK and day not in self.holidays

    def next_working_day(self, day: date) -> date:
        """Return the first working day after this day."""
        return self.add_working_days(day, 1)

    def working_day_from(self, day: date) -> date:
        """Return this day if people work on it, else the next working day."""
        return day if self.is_working(day) else self.next_working_day(day)

    def add_working_days(self, day: date, count: int) -> date:
        """Return the working day that is `count` working days after (or before) a day."""
        step = _ONE_DAY if count >= 0 else -_ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """Return how many working days come after `first` up to and with `last`.

        It is negative where `last` comes before `first`.
        """
        if last < first:
            return -self.working_days_between(last, first)
        days = (last - first).days
        if days <= _FEW_DAYS:
            return sum(self.is_working(first + timedelta(days=n)) for n in range(1, days + 1))
        weeks, rest = divmod(days, _DAYS_A_WEEK)
        weekdays = weeks * _WORKDAYS_A_WEEK + sum(
            (last - timedelta(days=back)).weekday() < _WORKDAYS_A_WEEK for back in range(rest)
        )
        off = sum(first < day <= last for day in self.holidays if _is_weekday(day))
        extra = sum(first < day <= last for day in self.make_up_days if not _is_weekday(day))
        both = self.holidays & self.make_up_days
        worked = sum(first < day <= last for day in both if _is_weekday(day))
        return weekdays - off + extra + worked

    def unknown_years(self, *days: date) -> tuple[int, ...]:
        """Return the years of these days for which only weekdays are counted."""
        return tuple(sorted({day.year for day in days} - self.known_years))


def _is_weekday(day: date) -> bool:
    return day.weekday() < _WORKDAYS_A_WEEK
