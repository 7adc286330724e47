"""What people type to ask for amounts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.money import yuan
from app.base.ranges import BadRange, FenRange, parse_range


@pytest.mark.parametrize(
    ("text", "lowest", "highest"),
    [
        (">100", 100_01, None),
        (">=100", 100_00, None),
        ("≥100", 100_00, None),
        ("<100", None, 99_99),
        ("<=100", None, 100_00),
        ("=458.3", 458_30, 458_30),
        ("458.30", 458_30, 458_30),
        ("100..200", 100_00, 200_00),
        ("200..100", 100_00, 200_00),
        ("-5..5", -5_00, 5_00),
        ("100~200", 100_00, 200_00),
        ("..200", None, 200_00),
        ("100..", 100_00, None),
        ("＞１００", 100_01, None),
        (" > 1,234.5 ", 1234_51, None),
        ("<-3", None, -3_01),
    ],
)
def test_expressions_become_ranges(text: str, lowest: int | None, highest: int | None) -> None:
    assert parse_range(text) == FenRange(lowest=lowest, highest=highest)


def test_nothing_asks_for_nothing() -> None:
    assert parse_range("  ") is None


@pytest.mark.parametrize("text", ["x", ">", "..", "1..x", "=1.234", "> 1 2", "1..2..3", ">>1"])
def test_what_is_no_amount_is_said(text: str) -> None:
    with pytest.raises(BadRange, match="no amount or range"):
        parse_range(text)


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_a_range_holds_what_lies_between(one: int, other: int) -> None:
    low, high = sorted((one, other))

    found = parse_range(f"{yuan(one)}..{yuan(other)}")

    assert found is not None
    assert found.holds(low)
    assert found.holds(high)
    assert not found.holds(low - 1)
    assert not found.holds(high + 1)
