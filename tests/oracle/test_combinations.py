"""The combination finder finds what trying every set finds."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching import combinations as finder
from app.matching.combinations import Found, find

AMOUNTS = st.one_of(
    st.lists(st.integers(-6, 12), max_size=11),
    st.lists(st.integers(1, 10**12), max_size=11),
    st.lists(st.integers(-(2**58), 2**58), max_size=11),
)


def tried(target: int, amounts: list[int], largest: int) -> list[tuple[int, ...]]:
    return [
        chosen
        for size in range(1, largest + 1)
        for chosen in combinations(range(len(amounts)), size)
        if sum(amounts[place] for place in chosen) == target
    ]


@given(amounts=AMOUNTS, largest=st.integers(1, 8), data=st.data())
def test_it_finds_every_set_and_no_other(
    amounts: list[int], largest: int, data: st.DataObject
) -> None:
    wanted = data.draw(st.lists(st.sampled_from(amounts or [1]), min_size=1, max_size=4))

    found = find(sum(wanted), amounts, largest=largest, limit=10_000)

    every = tried(sum(wanted), amounts, largest)
    assert found == Found(
        solutions=tuple(every),
        total=len(every),
        searched=min(largest, len(amounts)),
        complete=True,
    )


def test_it_says_what_it_did_not_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "HALF_LIMIT", 100)

    found = find(10, [1] * 20, largest=4, limit=3)

    assert (found.searched, found.complete) == (2, False)


def test_it_stops_where_too_many_pairs_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "PAIRS_LIMIT", 50)

    found = find(4, [1] * 20, largest=4, limit=3)

    assert not found.complete
    assert found.searched < 4
    assert all(len(one) == 4 for one in found.solutions)
