"""What a run of a task found."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from app.matching.rules import Side

MATCHES = pa.schema(
    [
        ("rule", pa.string()),
        ("scope", pa.string()),
        ("ours_id", pa.int64()),
        ("theirs_id", pa.int64()),
        ("part_of", pa.int64()),
    ]
)
"""Lines of matches; those of one larger match share `part_of`, the others have null there."""

FACTS = pa.schema(
    [
        ("kind", pa.string()),
        ("scope", pa.string()),
        ("business_on", pa.int64()),
        ("ours_kind", pa.string()),
        ("ours_id", pa.int64()),
        ("ours_key", pa.string()),
        ("ours_fen", pa.int64()),
        ("theirs_kind", pa.string()),
        ("theirs_id", pa.int64()),
        ("theirs_key", pa.string()),
        ("theirs_fen", pa.int64()),
        ("difference_fen", pa.int64()),
        ("detail", pa.string()),
    ]
)
"""Discrepancies; `detail` says more in JSON where there is more to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What was reconciled and matched, in counts and fen."""

    ours: int = 0
    theirs: int = 0
    matched_ours: int = 0
    matched_theirs: int = 0
    ours_fen: int = 0
    theirs_fen: int = 0
    matched_fen: int = 0
    matched_theirs_fen: int = 0

    def plus(self, other: Totals) -> Totals:
        """Return both together."""
        names = Totals.__slots__
        return Totals(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A further entry of a discrepancy: of the fact that stands at `fact`."""

    fact: int
    side: Side
    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Entries that may belong together."""

    rule: str
    scope: str
    ours: tuple[int, ...]
    theirs: tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class Result:
    """The outcome of a task for one extent, by scope (channel, or "")."""

    matches: pa.Table
    facts: pa.Table
    totals: dict[str, Totals]
    legs: list[Leg] = field(default_factory=list)
    suggestions: list[Suggested] = field(default_factory=list)
    extra: dict[str, int] = field(default_factory=dict)
