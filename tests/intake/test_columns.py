"""The bulk way and the exact way of reading cells agree."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.dates import business_day, day_number, parse_moment
from app.base.errors import BadAmount, BadDate
from app.base.money import parse_yuan, parse_yuan_exact
from app.base.money import rounded_fen as rounded_one
from app.intake.columns import (
    SPACES,
    day_numbers,
    plain_amounts,
    plain_days,
    plain_moments,
    rounded_fen,
    stripped,
)

AMOUNT_LIKE = st.one_of(
    st.from_regex(r"-?[0-9]{0,16}(\.[0-9]{0,6})?", fullmatch=True),
    st.text(alphabet="0123456789.,-+ ¥（）()eE１２", max_size=14),
    st.sampled_from(
        ["", "-", ".", "-.", "1.", ".5", "--1", "1-", "1.2.3", "00", "007.10", "1e309"]
    ),
)
MOMENT_LIKE = st.one_of(
    st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S")),
    st.datetimes().map(lambda moment: moment.strftime("%Y%m%d%H%M%S")),
    st.datetimes().map(lambda moment: moment.strftime("%Y%m%d %H:%M:%S")),
    st.from_regex(
        r"20[0-9]{2}[-/][0-9]{2}[-/][0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}", fullmatch=True
    ),
    st.text(alphabet="0123456789-/: T", max_size=20),
    st.sampled_from(["2026-02-29 00:00:00", "2024-02-29 23:59:59", "2026-01-01 24:00:00"]),
)


def text(values: list[str]) -> pa.StringArray:
    return pa.array(values, type=pa.string())


@given(st.lists(AMOUNT_LIKE, max_size=30))
def test_what_is_read_in_bulk_is_what_the_exact_parser_reads(values: list[str]) -> None:
    for decimals, parse in ((2, parse_yuan), (5, parse_yuan_exact)):
        found = plain_amounts(text(values), decimals)

        for place, value in enumerate(values):
            if found.good[place]:
                assert found.values[place] == parse(value)


@given(st.lists(st.integers(-(10**14), 10**14), min_size=1, max_size=30))
def test_plain_amounts_need_no_second_way(fen: list[int]) -> None:
    values = [f"{'-' if one < 0 else ''}{abs(one) // 100}.{abs(one) % 100:02d}" for one in fen]

    found = plain_amounts(text(values), 2)

    assert found.good.all()
    assert found.values.tolist() == fen
    assert found.decimals.tolist() == [2] * len(fen)


@pytest.mark.parametrize(
    "value", ["1234.5678901", "12345678901234.00", "1.234,56", "１.00", "", "abc"]
)
def test_what_is_not_plain_is_left_alone(value: str) -> None:
    assert not plain_amounts(text([value, "1.00"]), 2).good[0]


@given(st.lists(MOMENT_LIKE, max_size=30))
def test_moments_read_in_bulk_are_what_the_exact_parser_reads(values: list[str]) -> None:
    found, good = plain_moments(text(values))

    for place, value in enumerate(values):
        if good[place]:
            assert found[place] == parse_moment(value)


@pytest.mark.parametrize(
    "value", ["2026-02-30 00:00:00", "0000-00-00 00:00:00", "2026-01-01 24:00:00", "2026-1-1 1:1:1"]
)
def test_moments_that_do_not_exist_are_left_alone(value: str) -> None:
    assert plain_moments(text([value]))[1].tolist() == [False]


@given(
    st.lists(st.integers(946_656_000, 1_893_427_200), min_size=1, max_size=20),
    st.integers(0, 1440),
)
def test_business_days_follow_the_cut_off(moments: list[int], cutoff: int) -> None:
    found = plain_days(np.array(moments), np.full(len(moments), cutoff))

    assert found.tolist() == [day_number(business_day(one, cutoff)) for one in moments]


def test_days_far_apart_are_numbered_too() -> None:
    assert day_numbers(np.array([0, 20_000, -1])).tolist() == [19700101, 20241004, 19691231]


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1))
def test_rounding_in_bulk_is_rounding_one_by_one(exact: list[int]) -> None:
    assert rounded_fen(np.array(exact)).tolist() == [rounded_one(one) for one in exact]


@given(st.lists(st.text(alphabet="ab户号\u3000\u00a0 \t`\ufeff￥（", max_size=8), max_size=20))
def test_blanks_around_cells_are_cut_off(values: list[str]) -> None:
    assert stripped(text(values)).to_pylist() == [value.strip(SPACES) for value in values]
    with_ticks = stripped(text(values), also="`")
    assert with_ticks.to_pylist() == [value.strip(SPACES + "`") for value in values]


@given(st.lists(AMOUNT_LIKE, min_size=3, max_size=10), st.integers(0, 2))
def test_a_slice_of_a_column_is_read_like_a_column(values: list[str], start: int) -> None:
    part = text(["9.99", *values]).slice(start)

    assert (
        plain_amounts(part, 2).values.tolist()
        == plain_amounts(text(part.to_pylist()), 2).values.tolist()
    )


@given(AMOUNT_LIKE)
def test_the_exact_parser_raises_nothing_else(value: str) -> None:
    for parse in (parse_yuan, parse_yuan_exact):
        try:
            parse(value)
        except BadAmount:
            continue


@given(MOMENT_LIKE)
def test_the_exact_moment_parser_raises_nothing_else(value: str) -> None:
    try:
        parse_moment(value)
    except BadDate:
        return
