"""Amounts in Chinese capitals (人民币大写), as they stand on vouchers, receipts and cheques."""

from __future__ import annotations

from functools import cache

from app.base.errors import UserError
from app.base.i18n import N_
from app.base.money import LIMIT_FEN

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_ZERO = "零"
_MYRIAD = 10_000
_HUNDRED_MILLION = 100_000_000
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_UNITS = {"拾": 10, "佰": 100, "仟": 1_000}


class BadCapitals(UserError):
    """A text could not be read as an amount in capitals."""

    template = N_("“{text}” is not an amount in Chinese capitals.")


def capitals(fen: int) -> str:
    """Write an amount in capitals, for example 壹仟肆佰零玖元伍角整 for 140950 fen.

    Raises:
        ValueError: It is larger than any amount may be.
    """
    if abs(fen) > LIMIT_FEN:
        raise ValueError("no amount is that large")
    yuan, rest = divmod(abs(fen), 100)
    tens, ones = divmod(rest, 10)
    text = f"{_whole(yuan)}元" if yuan else ""
    if tens:
        text += _ZERO if yuan and not yuan % 10 else ""
        text += f"{_DIGITS[tens]}角"
    elif ones and yuan:
        text += _ZERO
    text += f"{_DIGITS[ones]}分" if ones else "整"
    if not fen:
        text = "零元整"
    return f"负{text}" if fen < 0 else text


def parse_capitals(text: str) -> int:
    """Read an amount in capitals as fen; only the one right way of writing it is accepted.

    Raises:
        BadCapitals: It is none.
    """
    fen = _read(text)
    if fen is None or abs(fen) > LIMIT_FEN or capitals(fen) != text:
        raise BadCapitals(text=text[:60])
    return fen


def _whole(number: int) -> str:
    """Whole yuan: a zero is said where digits of a group, or whole groups, are missing."""
    above, number = divmod(number, _HUNDRED_MILLION)
    text = f"{_whole(above)}亿" if above else ""
    high, low = divmod(number, _MYRIAD)
    if high:
        text += _ZERO if text and high < _MYRIAD // 10 else ""
        text += f"{_group(high)}万"
    if low:
        missing = low < _MYRIAD // 10 or not high
        text += _ZERO if text and missing else ""
        text += _group(low)
    return text


@cache
def _group(number: int) -> str:
    """Up to four digits; a zero stands between two others, never first or last."""
    text, gap = "", False
    for unit, size in (("仟", 1_000), ("佰", 100), ("拾", 10), ("", 1)):
        digit = number // size % 10
        if digit:
            text += (_ZERO if gap and text else "") + _DIGITS[digit] + unit
        gap = not digit
    return text


def _read(text: str) -> int | None:
    """Add up what stands there; whether it is well written is not looked at."""
    sign, rest = (-1, text[1:]) if text.startswith("负") else (1, text)
    whole, yuan, part = rest.rpartition("元")
    fen = _read_whole(whole) if yuan else 0
    digit = 0
    for char in part:
        if char in _VALUES:
            digit = _VALUES[char]
        elif char in "角分":
            fen += digit * (10 if char == "角" else 1)
        elif char != "整":
            return None
    return sign * fen if fen >= 0 else None


def _read_whole(text: str) -> int:
    """Whole yuan in fen; -1 where a character belongs to no number."""
    total = group = digit = 0
    for char in text:
        if char in _VALUES:
            digit = _VALUES[char]
        elif char in _UNITS:
            group, digit = group + digit * _UNITS[char], 0
        elif char == "万":
            total, group, digit = total + (group + digit) * _MYRIAD, 0, 0
        elif char == "亿":
            total, group, digit = (total + group + digit) * _HUNDRED_MILLION, 0, 0
        else:
            return -1
    return (total + group + digit) * 100
