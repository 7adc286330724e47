"""What a run is about."""

from __future__ import annotations

from dataclasses import dataclass

from app.db.bulk import AnySelect


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Which entries a run takes: days from `first` to `last` (yyyymmdd) and what is in the pool.

    `pool_ours` and `pool_theirs` are queries for the ids of what earlier runs left open.
    `settled_ours` and `settled_theirs` are queries for what has its place from an earlier day
    without a match, mostly by people: it is not taken up again. `scope` limits channel
    reconciliation to one channel, "" means all.
    """

    first: int
    last: int
    pool_ours: AnySelect
    pool_theirs: AnySelect
    settled_ours: AnySelect
    settled_theirs: AnySelect
    scope: str = ""
