"""The combination finder: which open entries together settle those that are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from app.discrepancies.openness import Money, unsettled
from app.discrepancies.refusals import TooMany
from app.discrepancies.searching import Marks, marks_of, ranked
from app.matching import combinations
from app.matching.arrivals import SUGGESTED_CANDIDATES, SUGGESTED_SIZE
from app.matching.rules import Side, Task

T = TypeVar("T")

MOST_SETS = 20
_READ = 2_000
_LOOKED_AT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSet:
    """Entries of both sides that settle each other together with what is chosen."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The sets found, the smallest first, and how far was searched.

    `total` counts all sets found, `considered` the entries that were looked at of the `open` ones
    that came into question, `searched` is the largest size searched to the end of `largest`.
    """

    target_fen: int
    sets: tuple[FoundSet, ...]
    total: int
    considered: int
    open: int
    searched: int
    largest: int

    @property
    def complete(self) -> bool:
        """Whether nothing that came into question was left out."""
        return self.considered == self.open and self.searched == min(self.largest, self.considered)

    @property
    def unique(self) -> bool:
        """Whether there is exactly one set, as far as was searched."""
        return self.total == 1


def find_sets(
    session: Session,
    *,
    task: Task,
    ours: Sequence[int],
    theirs: Sequence[int],
    side: Side,
    days: int = 3,
) -> Finding:
    """Find open entries to add on a side so that both sides amount to the same."""
    chosen = {Side.OURS: list(ours), Side.THEIRS: list(theirs)}
    money = Money.of(session, task, chosen, unsettled(session, task, chosen))
    target = sum(money.ours.values()) - sum(money.theirs.values())
    if side is Side.OURS:
        target = -target
    marks = [marks_of(session, task, one, ids) for one, ids in chosen.items() if ids]
    if not target or not marks:
        return _nothing(target)
    hits = [
        hit
        for hit in ranked(session, task, side, _joined(marks), days=days, most=_READ)
        if 0 < _signed(hit.fen, target) <= abs(target) and hit.id not in chosen[side]
    ]
    looked = hits[:SUGGESTED_CANDIDATES]
    found = combinations.find(
        target, [hit.fen for hit in looked], largest=SUGGESTED_SIZE, limit=MOST_SETS
    )
    sets = [tuple(looked[place].id for place in places) for places in found.solutions]
    return Finding(
        target_fen=target,
        sets=tuple(
            FoundSet(
                ours=(*ours, *ids) if side is Side.OURS else tuple(ours),
                theirs=(*theirs, *ids) if side is Side.THEIRS else tuple(theirs),
            )
            for ids in sets
        ),
        total=found.total,
        considered=len(looked),
        open=len(hits),
        searched=found.searched,
        largest=SUGGESTED_SIZE,
    )


def find_balanced(
    session: Session, *, task: Task, ours: Sequence[int], theirs: Sequence[int]
) -> Finding:
    """Find which of these entries settle each other; larger sets made of smaller ones are left out.

    Raises:
        TooMany: There are more entries than can be searched.
    """
    if len(ours) + len(theirs) > SUGGESTED_CANDIDATES:
        raise TooMany(most=SUGGESTED_CANDIDATES, count=len(ours) + len(theirs))
    chosen = {Side.OURS: ours, Side.THEIRS: theirs}
    money = Money.of(session, task, chosen, unsettled(session, task, chosen))
    lines = [(Side.OURS, id_, money.ours[id_]) for id_ in sorted(money.ours)]
    lines += [(Side.THEIRS, id_, -money.theirs[id_]) for id_ in sorted(money.theirs)]
    lines = [line for line in lines if line[2]]
    found = combinations.find(
        0, [fen for _side, _id, fen in lines], largest=SUGGESTED_SIZE, limit=_LOOKED_AT
    )
    sets = _smallest(found.solutions)
    return Finding(
        target_fen=0,
        sets=tuple(
            FoundSet(
                ours=tuple(lines[place][1] for place in one if lines[place][0] is Side.OURS),
                theirs=tuple(lines[place][1] for place in one if lines[place][0] is Side.THEIRS),
            )
            for one in sets[:MOST_SETS]
        ),
        total=len(sets),
        considered=len(lines),
        open=len(lines),
        searched=found.searched,
        largest=SUGGESTED_SIZE,
    )


def _smallest(solutions: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Leave out sets that hold a smaller one."""
    kept: list[tuple[int, ...]] = []
    for one in solutions:
        if not any(set(other) < set(one) for other in kept):
            kept.append(one)
    return kept


def _signed(fen: int, target: int) -> int:
    return fen if target > 0 else -fen


def _joined(marks: Sequence[Marks]) -> Marks:
    """What is known of all of them; their amounts mean nothing for parts of a sum."""
    names = {name for one in marks for name in one.keys}
    return Marks(
        keys={name: _all(one.keys.get(name, frozenset()) for one in marks) for name in names},
        households=_all(one.households for one in marks),
        accounts=_all(one.accounts for one in marks),
        channels=_all(one.channels for one in marks),
        batch_nos=_all(one.batch_nos for one in marks),
        texts=_all(one.texts for one in marks),
        days=_all(one.days for one in marks),
    )


def _all(parts: Iterable[frozenset[T]]) -> frozenset[T]:
    return frozenset(one for part in parts for one in part)


def _nothing(target: int) -> Finding:
    return Finding(
        target_fen=target,
        sets=(),
        total=0,
        considered=0,
        open=0,
        searched=0,
        largest=SUGGESTED_SIZE,
    )
