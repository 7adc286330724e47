"""Amounts in capitals: the vectors of papers.md, and a million amounts there and back."""

from __future__ import annotations

import random

import pytest

from app.base.capitals import BadCapitals, capitals, parse_capitals
from app.base.money import LIMIT_FEN, parse_yuan

VECTORS = {
    "0": "零元整",
    "0.05": "伍分",
    "0.50": "伍角整",
    "0.56": "伍角陆分",
    "1": "壹元整",
    "10": "壹拾元整",
    "15": "壹拾伍元整",
    "1001": "壹仟零壹元整",
    "10010.10": "壹万零壹拾元零壹角整",
    "1409.50": "壹仟肆佰零玖元伍角整",
    "6007.14": "陆仟零柒元壹角肆分",
    "1680.32": "壹仟陆佰捌拾元零叁角贰分",
    "107000.53": "壹拾万柒仟元零伍角叁分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "325.04": "叁佰贰拾伍元零肆分",
    "100000": "壹拾万元整",
    "1000000001": "壹拾亿零壹元整",
    "100000.05": "壹拾万元零伍分",
    "-12.30": "负壹拾贰元叁角整",
}
MORE = {
    "200700": "贰拾万零柒佰元整",
    "100001000": "壹亿零壹仟元整",
    "10000000000000": "壹拾万亿元整",
    "1000500000000": "壹万零伍亿元整",
    "20003000.40": "贰仟万叁仟元零肆角整",
    "-0.01": "负壹分",
}
"""Cases of the same rules that papers.md does not spell out."""


@pytest.mark.parametrize(("yuan", "text"), [*VECTORS.items(), *MORE.items()])
def test_amounts_are_written_and_read(yuan: str, text: str) -> None:
    fen = parse_yuan(yuan)

    assert capitals(fen) == text
    assert parse_capitals(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "元",
        "整",
        "壹",
        "拾元整",
        "壹元",
        "零元",
        "壹元零整",
        "一元整",
        "壹元伍角",
        "壹仟壹元整",
        "壹元整整",
    ],
)
def test_what_is_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(BadCapitals):
        parse_capitals(text)


def test_no_amount_is_larger_than_the_limit() -> None:
    assert parse_capitals(capitals(LIMIT_FEN)) == LIMIT_FEN
    with pytest.raises(ValueError, match="large"):
        capitals(LIMIT_FEN + 1)
    with pytest.raises(BadCapitals):
        parse_capitals("壹佰万亿元整")


@pytest.mark.parametrize("count", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_random_amounts_read_back(count: int) -> None:
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    sizes = [10**digits for digits in range(1, 16)]

    wrong = [
        fen
        for size in sizes
        for fen in (chance.randrange(-size, size + 1) for _ in range(count // len(sizes) + 1))
        if parse_capitals(capitals(fen)) != fen
    ]

    assert not wrong, f"seed {seed}"
