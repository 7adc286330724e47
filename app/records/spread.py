"""What the rows of a file that is being loaded span."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from app.base.progress import Meter
from app.intake.rules import RowProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days, both included, on which the entries of a file have to lie."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a file is to be loaded.

    `about` is the business day that it is for where nothing in it tells, as yyyymmdd or 0.
    """

    meter: Meter
    replace: bool = False
    window: Window | None = None
    about: int = 0


@dataclass(slots=True)
class Spread:
    """What the rows of a file span."""

    first_key: str = ""
    last_key: str = ""
    first_id: int = 0
    last_id: int = 0
    rows: int = 0
    repeated: int = 0
    """Rows of closed days that are there already, and did not come in again."""
    batches: int = 0
    digest_fen: int = 0
    days: set[int] = field(default_factory=set)
    parts: Counter[tuple[int, str]] = field(default_factory=Counter)
    """Rows by business day and channel or account."""
    parts_fen: Counter[tuple[int, str]] = field(default_factory=Counter)
    outside: list[RowProblem] = field(default_factory=list)
    outside_count: int = 0
