"""Pairing by a key: best first, never by the order in which files came."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from typing import Protocol, TypeVar


class Timed(Protocol):
    """What pairing needs to know of an entry."""

    @property
    def at(self) -> datetime:
        """When it happened."""

    @property
    def line(self) -> int:
        """Where it stands in its file."""


Ours = TypeVar("Ours", bound=Timed)
Theirs = TypeVar("Theirs", bound=Timed)
Item = TypeVar("Item")


def groups(
    items: Iterable[Item], key: Callable[[Item], Hashable | None]
) -> dict[Hashable, list[Item]]:
    """Group items by a key; those whose key is None stand in no group."""
    found: dict[Hashable, list[Item]] = defaultdict(list)
    for item in items:
        value = key(item)
        if value is not None:
            found[value].append(item)
    return found


def pair_nearest(
    ours: list[Ours],
    theirs: list[Theirs],
    our_key: Callable[[Ours], Hashable | None],
    their_key: Callable[[Theirs], Hashable | None],
) -> list[tuple[Ours, Theirs]]:
    """Pair equal keys, the nearest in time first, and take the pairs out of both lists."""
    pairs: list[tuple[Ours, Theirs]] = []
    theirs_by_key = groups(theirs, their_key)
    for value, group in groups(ours, our_key).items():
        pairs += _nearest_first(group, theirs_by_key.get(value, []))
    for one, other in pairs:
        ours.remove(one)
        theirs.remove(other)
    return pairs


def _nearest_first(ours: list[Ours], theirs: list[Theirs]) -> list[tuple[Ours, Theirs]]:
    free_ours, free_theirs = list(ours), list(theirs)
    pairs = []
    candidates = [(one, other) for one in ours for other in theirs]
    for one, other in sorted(candidates, key=_distance):
        if one in free_ours and other in free_theirs:
            free_ours.remove(one)
            free_theirs.remove(other)
            pairs.append((one, other))
    return pairs


def _distance(pair: tuple[Timed, Timed]) -> tuple[float, int, int]:
    one, other = pair
    return abs((one.at - other.at).total_seconds()), one.line, other.line


def unique_pairs(
    ours: list[Ours],
    theirs: list[Theirs],
    fits: Callable[[Ours, Theirs], bool],
) -> list[tuple[Ours, Theirs]]:
    """Pair where each fits exactly one of the other side, and take the pairs out of both lists."""
    candidates = [(one, other) for one in ours for other in theirs if fits(one, other)]
    pairs = [
        (one, other)
        for one, other in candidates
        if sum(one is each for each, _ in candidates) == 1
        and sum(other is each for _, each in candidates) == 1
    ]
    for one, other in pairs:
        ours.remove(one)
        theirs.remove(other)
    return pairs
