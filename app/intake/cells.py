"""One cell at a time, exactly: the way of every cell that is not written plainly."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from app.base.dates import china_time, day_number, parse_day, parse_moment
from app.base.errors import BadAmount, BadDate
from app.base.money import parse_yuan, parse_yuan_exact
from app.intake.rules import Reason

_DIGITS = re.compile("[0-9]{1,9}(?:\\.0+)?")
_PERIOD = re.compile("([0-9]{4})(0[1-9]|1[0-2])")
_CLOCK = re.compile("([0-9]{1,2}):([0-5][0-9])(?::00)?")
_CYCLE = re.compile("[Tt\uff34][+＋]([0-9]{1,2})\\s*(自然日|工作日|calendar|working)?")
_STAMP = re.compile(
    "([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]{2})[.]([0-9]{2})[.]([0-9]{2})(?:[.][0-9]+)?"
)
_FRACTION = re.compile("(.*:[0-9]{2})[.][0-9]+")
_BARE_CLOCK = re.compile("(.*[0-9]) +([0-9]{2})([0-9]{2})([0-9]{2})")
_UTILITY_MARKS = re.compile("[\\s,，、;；/|]+")
_LATEST_PERIOD_YEAR = 2100
_LATEST_CLOCK = 24 * 60


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that could not be read."""

    reason: Reason
    params: tuple[tuple[str, str], ...] = ()


Read = Callable[[str], "int | str | Bad"]


def amount(text: str) -> int | Bad:
    """Read yuan as fen."""
    try:
        return parse_yuan(text)
    except BadAmount:
        return Bad(Reason.BAD_AMOUNT)


def exact_amount(text: str) -> int | Bad:
    """Read yuan as hundred-thousandths."""
    try:
        return parse_yuan_exact(text)
    except BadAmount:
        return Bad(Reason.BAD_AMOUNT)


def moment(text: str) -> int | Bad:
    """Read China wall time as epoch seconds."""
    try:
        return parse_moment(text)
    except BadDate:
        return Bad(Reason.BAD_DATE)


def day(text: str) -> int | Bad:
    """Read a day, also where the file writes a moment, as yyyymmdd."""
    try:
        return day_number(parse_day(text))
    except BadDate:
        pass
    found = bank_moment(text)
    return found if isinstance(found, Bad) else day_number(china_time(found).date())


def bank_moment(text: str) -> int | Bad:
    """Read a moment in one of the ways in which banks write them."""
    found = moment(text)
    if not isinstance(found, Bad):
        return found
    if stamp := _STAMP.fullmatch(text):
        return moment(f"{stamp[1]} {stamp[2]}:{stamp[3]}:{stamp[4]}")
    if fraction := _FRACTION.fullmatch(text):
        return bank_moment(fraction[1])
    if bare := _BARE_CLOCK.fullmatch(text):
        return moment(f"{bare[1]} {bare[2]}:{bare[3]}:{bare[4]}")
    # “date date clock”: the column of times holds the date as well.
    _first, _space, rest = text.partition(" ")
    return moment(rest.strip()) if " " in rest.strip() else found


def moment_or_day(text: str) -> int | str | Bad:
    """Read a moment; a day alone is no moment and gives an empty text."""
    found = bank_moment(text)
    if isinstance(found, Bad) and not isinstance(day_alone(text), Bad):
        return ""
    return found


def day_alone(text: str) -> int | Bad:
    """Read a day without a clock."""
    try:
        return day_number(parse_day(text))
    except BadDate:
        return Bad(Reason.BAD_DATE)


def whole(text: str) -> int | Bad:
    """Read a whole number without a sign."""
    if _DIGITS.fullmatch(text) is None:
        return Bad(Reason.BAD_NUMBER)
    return int(text.partition(".")[0])


def period(text: str) -> int | Bad:
    """Read a month."""
    match = _PERIOD.fullmatch(text)
    if match is None or not date.min.year < int(match[1]) < _LATEST_PERIOD_YEAR:
        return Bad(Reason.BAD_PERIOD)
    return int(match[1] + match[2])


def clock(text: str) -> int | Bad:
    """Read a time of day as minutes; 24:00 is the end of the day."""
    match = _CLOCK.fullmatch(text)
    minutes = int(match[1]) * 60 + int(match[2]) if match else -1
    return minutes if 0 <= minutes <= _LATEST_CLOCK else Bad(Reason.BAD_DATE)


def cycle(text: str) -> str | Bad:
    """Read a settlement cycle such as `T+1 工作日` as `1 working`."""
    match = _CYCLE.fullmatch(text.strip())
    if match is None:
        return Bad(Reason.BAD_VALUE, (("allowed", "T+1 自然日, T+1 工作日, …"),))
    kind = "working" if match[2] in {"工作日", "working"} else "calendar"
    return f"{int(match[1])} {kind}"


def code(values: Mapping[str, str], codes: tuple[str, ...], otherwise: str = "") -> Read:
    """Return a function that reads one of a few known words; others may all mean the same."""
    known = values or {one: one for one in codes}
    allowed = ", ".join(values or codes)

    def read(text: str) -> str | Bad:
        found = known.get(text) or otherwise or None
        return Bad(Reason.BAD_VALUE, (("allowed", allowed),)) if found is None else found

    return read


def utilities(values: Mapping[str, str]) -> Read:
    """Return a function that reads a list of utilities as codes joined by commas."""
    read_one = code(values, ())

    def read(text: str) -> str | Bad:
        found = []
        for word in filter(None, _UTILITY_MARKS.split(text)):
            one = read_one(word)
            if not isinstance(one, str):
                return Bad(Reason.BAD_VALUE, (("allowed", ", ".join(values)),))
            found.append(one)
        return ",".join(dict.fromkeys(found))

    return read


def account(text: str) -> str:
    """Return an account number without the spaces that people put into it."""
    return re.sub("[\\s\u00a0\u3000]+", "", text)
