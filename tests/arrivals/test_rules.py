"""Where the money of a batch stands, reckoned without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.arrivals.rules import ArrivalState, Seen, is_late, money_state, number_of, shares


@pytest.mark.parametrize(
    ("expected", "came", "late", "state"),
    [
        (1000, 0, False, ArrivalState.EXPECTED),
        (1000, 0, True, ArrivalState.OVERDUE),
        (1000, 400, False, ArrivalState.PARTLY),
        (1000, 400, True, ArrivalState.PARTLY),
        (1000, 1000, True, ArrivalState.ARRIVED),
        (1000, 1200, False, ArrivalState.OVER),
        (-1000, -400, False, ArrivalState.PARTLY),
        (-1000, -1000, False, ArrivalState.ARRIVED),
        (-1000, -1200, False, ArrivalState.OVER),
        (0, 0, True, ArrivalState.ARRIVED),
        (0, 5, False, ArrivalState.OVER),
    ],
)
def test_the_state_of_money(expected: int, came: int, late: bool, state: ArrivalState) -> None:  # noqa: FBT001
    assert money_state(expected, came, late=late) is state


def test_money_is_late_when_its_day_is_over() -> None:
    due = date(2026, 3, 4)

    assert not is_late(due, date(2026, 3, 4))
    assert is_late(due, date(2026, 3, 5))
    assert not is_late(due, None)


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=6), st.integers(0, 10**10))
def test_shares_add_up_to_what_arrived(expected: list[int], came: int) -> None:
    assert sum(shares(expected, came)) == came


def test_what_is_short_is_short_in_the_last_batch() -> None:
    assert shares([1000, 500], 1200) == [1000, 200]
    assert shares([1000, 500], 1700) == [1000, 700]
    assert shares([1000, -200], 800) == [1000, -200]


def test_numbers_sort_by_year_and_count() -> None:
    assert number_of(2026, 7) == "DZ2026-000007"
    assert number_of(2026, 7) < number_of(2026, 12) < number_of(2027, 1)


def test_a_fingerprint_does_not_depend_on_the_order_of_lines() -> None:
    one = Seen(
        batch_id=1,
        account_no="6",
        expected_fen=5,
        arrived_fen=5,
        lines=(2, 3),
        discrepancies=((8, 1), (7, 2)),
    )
    other = Seen(
        batch_id=1,
        account_no="6",
        expected_fen=5,
        arrived_fen=5,
        lines=(3, 2),
        discrepancies=((7, 2), (8, 1)),
    )
    changed = Seen(
        batch_id=1,
        account_no="6",
        expected_fen=5,
        arrived_fen=5,
        lines=(2, 3),
        discrepancies=(),
    )

    assert one.digest() == other.digest() != changed.digest()
