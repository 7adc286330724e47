"""All that somebody looks at who closes a day: what is in the way, and what closing would book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.adjustments.rules import VoucherKind
from app.calendar.queries import closed_days
from app.closing.blocking import blockers, days_of_closing
from app.closing.months import MonthDay, month_view
from app.closing.rules import Blocker, DayState
from app.closing.summing import summaries
from app.closing.totals import Totals, totals_of
from app.intake.rules import Kind as FileKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """How many of something, and what they add up to in fen."""

    name: FileKind | VoucherKind
    count: int
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingPlan:
    """A day before it is closed, or as it was closed.

    `month` are all days of its month; `days` those that are closed together with it. `entries` are
    the day's entries by kind of file, `vouchers` what closing it would post (nothing while
    something is in the way), by kind.
    """

    day: date
    here: MonthDay
    month: tuple[MonthDay, ...]
    latest: date | None
    blockers: tuple[Blocker, ...]
    days: tuple[date, ...]
    entries: tuple[Figure, ...]
    vouchers: tuple[Figure, ...]

    @property
    def can_close(self) -> bool:
        """Whether nothing is in the way."""
        open_ = self.here.state in (DayState.OPEN, DayState.REOPENED)
        return open_ and not self.blockers


def closing_plan(session: Session, day: date) -> ClosingPlan:
    """Return where a day stands on the way to being closed."""
    month = tuple(month_view(session, day.year, day.month))
    here = month[day.day - 1]
    closed = here.state is DayState.CLOSED
    loaded = here.state is not DayState.NONE
    found = blockers(session, day) if loaded and not closed else ()
    days = days_of_closing(session, day) if loaded and not closed else [day]
    return ClosingPlan(
        day=day,
        here=here,
        month=month,
        latest=max(closed_days(session), default=None),
        blockers=found,
        days=tuple(days),
        entries=_entries(totals_of(session, day, days)),
        vouchers=() if closed or found or not loaded else _vouchers(session, days),
    )


def _entries(totals: Totals) -> tuple[Figure, ...]:
    return tuple(
        Figure(name=FileKind(kind), count=count, fen=fen)
        for kind, (count, fen) in totals["entries"].items()
    )


def _vouchers(session: Session, days: list[date]) -> tuple[Figure, ...]:
    sums: dict[VoucherKind, tuple[int, int]] = {}
    for one in summaries(session, days):
        count, fen = sums.get(one.kind, (0, 0))
        sums[one.kind] = (count + 1, fen + sum(line.debit_fen for line in one.lines))
    return tuple(Figure(name=kind, count=count, fen=fen) for kind, (count, fen) in sums.items())
