"""What people type into the filter of a column, and what it means."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol, TypeAlias

from app.base.dates import CHINA, day_number, epoch_of
from app.base.errors import BadAmount, UserError
from app.base.i18n import N_
from app.base.money import parse_yuan
from app.records.fields import Look

ANY_LEAST = -(2**62)
ANY_MOST = 2**62
DAY_SECONDS = 86_400
CHINA_SECONDS = 8 * 3600
_LAST_HOUR = 23
_LAST_MINUTE = 59

_BETWEEN = re.compile(r"(.*?)(?:\.\.|~)(.*)")
_COMPARED = re.compile(r"(>=|<=|≥|≤|>|<|=)?\s*(.*)")
_CLOCK = re.compile(r"([0-9]{1,2})(?::([0-9]{1,2}))?(?::([0-9]{1,2}))?")
_DAY = re.compile(r"(?:([0-9]{4})[-/])?([0-9]{1,2})[-/]([0-9]{1,2})")
_WIDE = str.maketrans("０１２３４５６７８９．，－：＝～\uff1e\uff1c", "0123456789.,-:=~><")


class BadFilter(UserError):
    """A filter that nobody can make sense of."""

    template = N_(
        "“{text}” is not a filter for this column. Amounts: 458.3, =458.30, >100, 100..200;"
        " times: 20:19, >20:00, 19:00..20:00; days: 10-13; texts: any part, *1234 for an end."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Values from `least` to `most`; `absolute` looks at them without their sign.

    `of_day` means the second of the day in China instead of the moment.
    """

    least: int
    most: int
    absolute: bool = False
    of_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text that a column holds, ends with, or is; `without` turns it round."""

    text: str
    end: bool = False
    whole: bool = False
    without: bool = False


Wanted: TypeAlias = Range | Words


def wanted_of(look: Look, text: str, day: date) -> Wanted | None:
    """Read a filter; None for an empty one. `day` gives the year of days without one.

    Raises:
        BadFilter: It makes no sense for such a column.
    """
    plain = text.strip()
    if not plain:
        return None
    if look in (Look.TEXT, Look.CHOICE):
        return _words(plain)
    try:
        return _range(plain.translate(_WIDE), _READERS[look], day)
    except (ValueError, BadAmount):
        raise BadFilter(text=plain) from None


def _words(text: str) -> Words:
    without = text.startswith(("!", "！"))
    text = text[1:].strip() if without else text
    if text.startswith(("*", "…")):
        return Words(text=text[1:], end=True, without=without)
    if text.startswith(("=", "＝")):
        return Words(text=text[1:].strip(), whole=True, without=without)
    return Words(text=text, without=without)


def _range(text: str, read: _Reader, day: date) -> Range:
    between = _BETWEEN.fullmatch(text)
    if between is None:
        compared = _COMPARED.fullmatch(text)
        assert compared is not None
        if not compared[1]:
            return read(compared[2], day, plain=True)
        return _compared(compared[1], read(compared[2], day, plain=False))
    ends = [
        read(part.strip(), day, plain=False) if part.strip() else None for part in between.groups()
    ]
    known = [end for end in ends if end is not None]
    if not known or len({end.of_day for end in known}) > 1:
        raise ValueError(text)
    return Range(
        least=ends[0].least if ends[0] else ANY_LEAST,
        most=ends[1].most if ends[1] else ANY_MOST,
        of_day=known[0].of_day,
    )


def _compared(sign: str, one: Range) -> Range:
    match sign:
        case ">":
            return replace(one, least=one.most + 1, most=ANY_MOST)
        case ">=" | "≥":
            return replace(one, most=ANY_MOST)
        case "<":
            return replace(one, least=ANY_LEAST, most=one.least - 1)
        case "<=" | "≤":
            return replace(one, least=ANY_LEAST)
        case _:
            return one


class _Reader(Protocol):
    def __call__(self, part: str, day: date, *, plain: bool) -> Range:
        """Read one end; where it stands alone it also means what begins with it."""


def _amount(part: str, day: date, *, plain: bool) -> Range:
    del day
    fen = parse_yuan(part)
    if not plain:
        return Range(least=fen, most=fen)
    decimals = len(part.partition(".")[2])
    further = {0: 99, 1: 9}.get(decimals, 0)
    size = abs(fen)
    if part.startswith("-"):
        return Range(least=-size - further, most=-size)
    return Range(least=size, most=size + further, absolute=True)


def _number(part: str, day: date, *, plain: bool) -> Range:
    del day, plain
    return Range(least=int(part), most=int(part))


def _day(part: str, day: date, *, plain: bool) -> Range:
    del plain
    number = day_number(_day_of(part, day))
    return Range(least=number, most=number)


def _time(part: str, day: date, *, plain: bool) -> Range:
    del plain
    words = part.split()
    on = None
    if words and _DAY.fullmatch(words[0]):
        moment = _day_of(words.pop(0), day)
        on = epoch_of(datetime(moment.year, moment.month, moment.day, tzinfo=CHINA))
    if not words:
        if on is None:
            raise ValueError(part)
        return Range(least=on, most=on + DAY_SECONDS - 1)
    first, length = _clock(" ".join(words))
    start = first + (on or 0)
    return Range(least=start, most=start + length - 1, of_day=on is None)


def _clock(text: str) -> tuple[int, int]:
    """Return the second of the day that a time begins with, and how many seconds it means."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(text)
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if hour > _LAST_HOUR or max(minute, second) > _LAST_MINUTE:
        raise ValueError(text)
    length = 1 if match[3] else 60 if match[2] else 3600
    return hour * 3600 + minute * 60 + second, length


def _day_of(text: str, near: date) -> date:
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return date(int(match[1] or near.year), int(match[2]), int(match[3]))


_READERS: dict[Look, _Reader] = {
    Look.AMOUNT: _amount,
    Look.NUMBER: _number,
    Look.TIME: _time,
    Look.DAY: _day,
}
