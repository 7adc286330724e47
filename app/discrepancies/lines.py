"""The lines of a task's business day as columns of numbers.

A line holds one entry of ours, one of theirs, or both. Several lines of one match, discrepancy
or suggestion stand together; the first of them leads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.db.bulk import Numbers
from app.discrepancies.rules import LineState
from app.intake.rules import Kind as EntryKind
from app.matching.rules import Kind

Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

STATES = tuple(LineState)
KINDS = tuple(Kind)
ENTRY_KINDS = tuple(EntryKind)
"""What the numbers in columns of states, kinds and entry kinds mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Some lines, column by column; 0 stands for an entry or thing that is not there, -1 for none.

    `leader` counts from the first of these lines. `ours_fen` and `theirs_fen` are what counts,
    and stand at the leader for all of its lines. `other_day` is the business day of what was
    brought forward, else 0.
    """

    state: Numbers
    leader: Places
    match_line: Numbers
    match_id: Numbers
    fact: Numbers
    group: Numbers
    kind: Numbers
    ours: Numbers
    theirs: Numbers
    ours_kind: Numbers
    theirs_kind: Numbers
    ours_fen: Numbers
    theirs_fen: Numbers
    difference_fen: Numbers
    other_day: Numbers
    hinted: Numbers

    def __len__(self) -> int:
        return len(self.state)

    @classmethod
    def of(cls, count: int, **columns: Numbers | int) -> Self:
        """Make lines of which some columns are known; each line leads itself."""
        held = {}
        for field in fields(cls):
            value = columns.get(field.name, -1 if field.name in _NONE else 0)
            if field.name == "leader" and field.name not in columns:
                value = np.arange(count, dtype=np.int64)
            held[field.name] = np.broadcast_to(np.asarray(value, dtype=np.int64), (count,))
        return cls(**held)

    @classmethod
    def joined(cls, parts: Iterable[Lines]) -> Self:
        """Put lines one below the other."""
        blocks = list(parts) or [cls.of(0)]
        starts = np.cumsum([0, *(len(block) for block in blocks[:-1])])
        moved = [
            replace(block, leader=block.leader + start)
            for block, start in zip(blocks, starts.tolist(), strict=True)
        ]
        return cls(
            **{
                field.name: np.concatenate([getattr(block, field.name) for block in moved])
                for field in fields(cls)
            }
        )

    def take(self, places: Places) -> Self:
        """Return these lines in this order; whole groups only, led by their first."""
        back = np.full(len(self), -1, dtype=np.int64)
        back[places] = np.arange(len(places), dtype=np.int64)
        columns = {field.name: getattr(self, field.name)[places] for field in fields(self)}
        columns["leader"] = back[columns["leader"]]
        return type(self)(**columns)

    def in_order(self) -> Self:
        """Return the lines by state, those of a group together."""
        return self.take(np.argsort(self.state[self.leader], kind="stable"))


_NONE = ("kind", "ours_kind", "theirs_kind")


def state_number(state: LineState) -> int:
    """Return how a state is written in a column."""
    return STATES.index(state)


def as_group(ours: list[int], theirs: list[int]) -> tuple[list[int], list[int]]:
    """Put entries of both sides side by side, with 0 where a side has no more."""
    longest = max(len(ours), len(theirs))
    return ours + [0] * (longest - len(ours)), theirs + [0] * (longest - len(theirs))
