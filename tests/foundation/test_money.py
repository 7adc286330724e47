"""Reading, writing, rounding and splitting money."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.base.errors import BadAmount
from app.base.money import (
    EXACT_PER_FEN,
    LIMIT_FEN,
    fee_fen,
    parse_yuan,
    parse_yuan_exact,
    rounded_fen,
    spread,
    yuan,
)

WIDE = str.maketrans("0123456789.,-+()¥", "０１２３４５６７８９．，－＋（）￥")

GOOD = {
    "0": 0,
    "-0.00": 0,
    "7": 700,
    "1,234.5": 123450,
    "¥1,234.50": 123450,
    "￥1,234.50": 123450,
    "1234.50": 123450,
    "1,234,567.89": 123456789,
    "１２３４．５０": 123450,
    "１，２３４．５０": 123450,
    "（１２．００）": -1200,
    "－１２": -1200,
    "＋１２": 1200,
    "(12.00)": -1200,
    "(¥12.00)": -1200,
    "-12.00": -1200,
    "-¥12.00": -1200,
    "¥-12.00": -1200,
    "+12.00": 1200,
    " 12.00 ": 1200,
    "\t12.00": 1200,
    "\u00a012.00\u00a0": 1200,
    "\u300012.00": 1200,
    "12.300": 1230,
    "12.3400000": 1234,
    "00012.00": 1200,
    "10000000000000.00": LIMIT_FEN,
    "-10000000000000": -LIMIT_FEN,
}

BAD = [
    "",
    " ",
    "¥",
    "-",
    ".",
    "()",
    ".5",
    "5.",
    "1e5",
    "1E5",
    "1e309",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "0x10",
    "1_000",
    "12.345",
    "0.001",
    "1.234,56",
    "1,23",
    "12,34.00",
    "1,2345",
    ",123",
    "1234,567",
    "1,,234",
    "１，２3４",
    "1２",
    "１2.00",
    "--1",
    "+-1",
    "-+1",
    "-¥-1",
    "(-1)",
    "-(1)",
    "(1",
    "1)",
    "((1))",
    "1 000",
    "¥ 1",
    "1元",
    "$1",
    "€1",
    "CNY1",
    "一百",
    "٣",
    "²",
    "\u22121",
    "12.00\n",
    "12\x00",
    "1.2.3",
    "10000000000000.01",
    "10000000000001",
    "12345678901234.00",
    "9" * 5000,
    "0" * 5000,
    "0." + "0" * 5000,
]


@pytest.mark.parametrize(("text", "fen"), GOOD.items())
def test_amounts_are_read_exactly(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen
    assert parse_yuan_exact(text) == fen * EXACT_PER_FEN


@pytest.mark.parametrize("text", BAD)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(BadAmount):
        parse_yuan(text)


@pytest.mark.parametrize("text", [text for text in BAD if text not in {"12.345", "0.001"}])
def test_exact_amounts_have_the_same_form(text: str) -> None:
    with pytest.raises(BadAmount):
        parse_yuan_exact(text)


def test_exact_amounts_have_five_decimals() -> None:
    assert parse_yuan_exact("0.00001") == 1
    assert parse_yuan_exact("-1.2345600") == -123456
    assert parse_yuan_exact("10000000000000") == LIMIT_FEN * EXACT_PER_FEN
    for text in ("0.000001", "10000000000000.00001"):
        with pytest.raises(BadAmount):
            parse_yuan_exact(text)


def test_a_refused_text_is_shown_short() -> None:
    with pytest.raises(BadAmount) as caught:
        parse_yuan("x" * 1000)

    assert len(caught.value.user_message()) < 150


@given(st.text())
@example("9" * 5000)
def test_any_text_gives_fen_or_a_refusal(text: str) -> None:
    try:
        fen = parse_yuan(text)
    except BadAmount:
        return
    assert abs(fen) <= LIMIT_FEN


@given(st.text(alphabet="0123456789０１２９.,．，+-－()（）¥￥ \t\u00a0eE٣", max_size=20))
def test_what_is_accepted_means_what_decimal_says(text: str) -> None:
    try:
        fen = parse_yuan(text)
    except BadAmount:
        return
    narrow = text.translate({wide: narrow for narrow, wide in WIDE.items()}).strip()
    negative = narrow.startswith("(") or "-" in narrow
    digits = "".join(c for c in narrow if c in "0123456789.")
    assert fen == (-1 if negative else 1) * Decimal(digits) * 100


@given(st.integers(-LIMIT_FEN, LIMIT_FEN))
def test_what_is_written_is_read_back(fen: int) -> None:
    text = yuan(fen)

    assert parse_yuan(text) == fen
    assert parse_yuan(text.translate(WIDE)) == fen
    assert parse_yuan(f"  {text}00\t") == fen
    assert parse_yuan(f"{fen / 100:,.2f}" if abs(fen) < 10**12 else text) == fen


@given(st.integers(min_value=LIMIT_FEN + 1), st.booleans())
def test_amounts_beyond_the_limit_are_refused(fen: int, negative: bool) -> None:  # noqa: FBT001
    with pytest.raises(BadAmount):
        parse_yuan(yuan(-fen if negative else fen))


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123450, "1234.50"), (-100, "-1.00")]
)
def test_fen_are_written_as_yuan(fen: int, text: str) -> None:
    assert yuan(fen) == text


@given(st.integers(-(10**18), 10**18))
def test_exact_amounts_are_rounded_half_up(exact: int) -> None:
    wanted = (Decimal(exact) / EXACT_PER_FEN).quantize(Decimal(1), ROUND_HALF_UP)

    assert rounded_fen(exact) == wanted


@pytest.mark.parametrize(
    ("amount", "rate", "low", "high", "fee"),
    [
        (10_000, 3_000, None, None, 30),
        (-10_000, 3_000, None, None, -30),
        (150, 10_000, None, None, 2),  # 1.5 fen
        (149, 10_000, None, None, 1),
        (-150, 10_000, None, None, -2),
        (100, 3_000, 10, None, 10),
        (-100, 3_000, 10, None, -10),
        (10_000_000, 3_000, 10, 5_000, 5_000),
        (-10_000_000, 3_000, None, 5_000, -5_000),
        (0, 3_000, None, None, 0),
        (10_000, 0, None, None, 0),
    ],
)
def test_fees(amount: int, rate: int, low: int | None, high: int | None, fee: int) -> None:
    assert fee_fen(amount, rate, low, high) == fee


@given(st.integers(-LIMIT_FEN, LIMIT_FEN), st.integers(0, 1_000_000))
def test_a_fee_is_rounded_half_up_and_takes_the_sign(amount: int, rate: int) -> None:
    exact = (Decimal(amount) * rate / 1_000_000).quantize(Decimal(1), ROUND_HALF_UP)

    assert fee_fen(amount, rate) == exact
    assert fee_fen(-amount, rate) == -exact


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (2, [1, 1, 1], [1, 1, 0]),
        (1, [1, 2], [0, 1]),
        (10, [0, 5, 0], [0, 10, 0]),
        (7, [3, 3, 1], [3, 3, 1]),
        (0, [], []),
        (0, [0, 0], [0, 0]),
        (5, [-2, -3], [2, 3]),
    ],
)
def test_amounts_are_spread_by_largest_remainder(
    total: int, weights: list[int], parts: list[int]
) -> None:
    assert spread(total, weights) == parts


@pytest.mark.parametrize("weights", [[], [0], [0, 0]])
def test_an_amount_cannot_be_spread_over_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="over nothing"):
        spread(1, weights)


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 10**12), min_size=1, max_size=12).filter(any),
)
def test_parts_add_up_and_lie_next_to_their_exact_share(total: int, weights: list[int]) -> None:
    parts = spread(total, weights)

    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        exact = Fraction(total * weight, sum(weights))
        assert math.floor(exact) <= part <= math.ceil(exact)
        assert part == 0 or (part > 0) == (total > 0)
    assert parts == [-part for part in spread(-total, weights)]


@given(st.integers(0, 1000), st.lists(st.integers(0, 20), min_size=1, max_size=6).filter(any))
def test_the_largest_remainders_get_the_rest(total: int, weights: list[int]) -> None:
    parts = spread(total, weights)

    whole = sum(weights)
    up = [i for i, part in enumerate(parts) if part > total * weights[i] // whole]
    down = [i for i in range(len(parts)) if i not in up]
    remainder = [total * weight % whole for weight in weights]
    for i in up:
        for j in down:
            assert (remainder[i], -i) > (remainder[j], -j)
