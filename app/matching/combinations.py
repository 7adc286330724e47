"""Which of several amounts add up to a given one.

Sums of half the size are listed and looked up in each other. A set is found once: its lower
members form one half, its higher members the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

HALF_LIMIT = 1_200_000
"""No more half sums than this are listed."""

PAIRS_LIMIT = 4_000_000
"""No more pairs of halves than this are looked at for one size."""

_BITS = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Sets of indices that add up to the target, smallest sets first.

    `total` counts the sets found, of which `solutions` holds at most the number asked for;
    `searched` is the largest size that was searched to the end, and `complete` says that
    nothing up to the size asked for was left out.
    """

    solutions: tuple[tuple[int, ...], ...]
    total: int
    searched: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sets:
    """All sets of one size, by the place at which they were made: by ascending indices.

    A set is one of the next smaller size and one index more. Which indices a set has is only
    looked up for the few that are found.
    """

    smaller: _Sets | None
    of_smaller: Numbers
    firsts: Numbers
    lasts: Numbers
    sums: Numbers

    def members(self, places: Numbers) -> Numbers:
        """Return the ascending indices of some sets, one row each."""
        lasts = self.lasts[places].reshape(-1, 1)
        if self.smaller is None:
            return lasts
        return np.hstack((self.smaller.members(self.of_smaller[places]), lasts))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Halves:
    """All sets of one size in order of their sums: `places` says where each was made."""

    sets: _Sets
    sums: Numbers
    places: Numbers


def find(target_fen: int, amounts_fen: Sequence[int], *, largest: int, limit: int = 20) -> Found:
    """Find the sets of up to `largest` amounts that add up to `target_fen`."""
    amounts = np.asarray(amounts_fen, dtype=np.int64)
    largest = min(largest, len(amounts))
    solutions: list[tuple[int, ...]] = []
    total, searched, complete = 0, 0, True
    halves = _halves(amounts, (largest + 1) // 2)
    for size in range(1, largest + 1):
        lower, upper = (size + 1) // 2, size // 2
        if lower > len(halves) or (upper and upper > len(halves)):
            complete = False
            break
        found, whole = _of_size(target_fen, halves[lower - 1], halves[upper - 1] if upper else None)
        total += len(found)
        solutions.extend(tuple(int(i) for i in row) for row in found[: limit - len(solutions)])
        complete &= whole
        searched = size if complete else searched
    return Found(solutions=tuple(solutions), total=total, searched=searched, complete=complete)


def _halves(amounts: Numbers, largest: int) -> list[_Halves]:
    halves = []
    for sets in _subsets(amounts, largest):
        sums, places = _sorted(sets.sums)
        halves.append(_Halves(sets=sets, sums=sums, places=places))
    return halves


def _sorted(sums: Numbers) -> tuple[Numbers, Numbers]:
    """Return the sums in order, and where each stood; equal ones stay in order."""
    bits = len(sums).bit_length()
    lowest, highest = int(sums.min(initial=0)), int(sums.max(initial=0))
    if (highest - lowest).bit_length() + bits > _BITS:
        places = np.argsort(sums, kind="stable")
        return sums[places], places
    # Sum and place in one number: to sort numbers is much faster than to sort places by them.
    both = np.sort(((sums - lowest) << bits) | np.arange(len(sums)))
    return (both >> bits) + lowest, both & ((1 << bits) - 1)


def _subsets(amounts: Numbers, largest: int) -> Iterator[_Sets]:
    """Yield all sets of one index, of two, and so on."""
    count = len(amounts)
    singles = np.arange(count, dtype=np.int64)
    sets = _Sets(smaller=None, of_smaller=singles, firsts=singles, lasts=singles, sums=amounts)
    yield sets
    for _size in range(2, largest + 1):
        after = count - 1 - sets.lasts
        total = int(after.sum())
        if total > HALF_LIMIT:
            return
        of_smaller = np.repeat(np.arange(len(after)), after)
        # The first index that a set can take is the one after its last; then one more each time.
        start = sets.lasts + 1 - (np.cumsum(after) - after)
        lasts = np.arange(total) + start[of_smaller]
        sets = _Sets(
            smaller=sets,
            of_smaller=of_smaller,
            firsts=sets.firsts[of_smaller],
            lasts=lasts,
            sums=sets.sums[of_smaller] + amounts[lasts],
        )
        yield sets


def _of_size(target: int, lower: _Halves, upper: _Halves | None) -> tuple[Numbers, bool]:
    if upper is None:
        first, last = np.searchsorted(lower.sums, [target, target + 1])
        return lower.sets.members(lower.places[first:last]), True
    starts, ends = _equal(lower.sums, target - upper.sums[::-1])
    counts = ends - starts
    hits = np.flatnonzero(counts)
    starts, counts = starts[hits], counts[hits]
    whole = int(counts.sum()) <= PAIRS_LIMIT
    if not whole:
        keep = np.cumsum(counts) <= PAIRS_LIMIT
        hits, starts, counts = hits[keep], starts[keep], counts[keep]
    begun = np.repeat(np.cumsum(counts) - counts, counts)
    low = lower.places[np.arange(int(counts.sum())) - begun + np.repeat(starts, counts)]
    high = np.repeat(upper.places[::-1][hits], counts)
    apart = lower.sets.lasts[low] < upper.sets.firsts[high]
    low, high = low[apart], high[apart]
    found = np.hstack((lower.sets.members(low), upper.sets.members(high)))
    return found[np.lexsort(found.T[::-1])], whole


def _equal(sums: Numbers, wanted: Numbers) -> tuple[Numbers, Numbers]:
    """Return from where to where in sorted sums each wanted one stands; both are ascending."""
    starts = np.searchsorted(sums, wanted, side="left")
    ends = starts.copy()
    there = np.flatnonzero(sums[np.minimum(starts, len(sums) - 1)] == wanted)
    ends[there] = np.searchsorted(sums, wanted[there], side="right")
    return starts, ends
