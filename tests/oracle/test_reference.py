"""The reference finds in generated days exactly what was put into them."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.days import Shape, Story, build
from tests.oracle.reference import Reference
from tests.oracle.reference_entries import Fact

Mark = tuple[str, str, str, int]


def mark(fact: Fact) -> Mark:
    return fact.task, fact.kind, fact.key, fact.difference_fen


def disagreements(story: Story) -> list[str]:
    reference = Reference()
    reference.load(story.master)
    found = []
    for run, on in enumerate(story.dates):
        reference.load(story.files[run])
        said = Counter(mark(fact) for fact in reference.run(on))
        planted = Counter(mark(one.fact) for one in story.open_after(run))
        found += [f"run {run} lacks {one}" for one in planted - said]
        found += [f"run {run} invents {one}" for one in said - planted]
    return found


@pytest.mark.parametrize("seed", range(14))
def test_reference_finds_what_was_planted(seed: int) -> None:
    story = build(Shape(seed=seed, days=2 + seed % 3))

    assert disagreements(story) == []


@settings(max_examples=12, deadline=None)
@given(st.integers(min_value=1000, max_value=10**9), st.integers(0, 4), st.integers(1, 3))
def test_any_shape_is_read_alike(seed: int, orders: int, days: int) -> None:
    story = build(Shape(seed=seed, orders=orders, days=days))

    assert disagreements(story) == []


def test_days_without_faults_are_clean() -> None:
    story = build(
        Shape(
            seed=5, orders=30, order_faults=False, edges=False, header_faults=False, money_faults=0
        )
    )

    assert {one.fact.kind for one in story.planted} <= {"timing"}
    assert disagreements(story) == []


def test_a_lost_record_does_not_go_unnoticed() -> None:
    story = build(Shape(seed=9, order_faults=False, header_faults=False, money_faults=0))
    lost = story.files[0]["channel"].pop()

    found = disagreements(story)

    assert any(lost["商户订单号"] in one for one in found)
