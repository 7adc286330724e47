"""What the reading of a file has to know about the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.base.dates import DAYS_AHEAD, FIRST_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Master data and limits that rows are checked against."""

    channels: Mapping[str, int] = field(default_factory=dict)
    """Channel codes and their cut-offs in minutes."""
    payees: frozenset[str] = frozenset()
    today: date
    password: str | None = None

    @property
    def first_day(self) -> date:
        """The earliest day a file may contain."""
        return FIRST_DAY

    @property
    def last_day(self) -> date:
        """The latest day a file may contain."""
        return self.today + timedelta(days=DAYS_AHEAD)
