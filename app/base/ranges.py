"""Amounts as people ask for them: `>100`, `=458.3`, `100..200`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.base.errors import BadAmount, UserError
from app.base.i18n import N_
from app.base.money import parse_yuan

_WIDE = str.maketrans("\uff1e\uff1c\uff1d\uff0e\uff5e", "><=.~")
_COMPARED = re.compile(r"(>=|<=|≥|≤|>|<|=)?\s*(.+)", re.DOTALL)
_BETWEEN = re.compile(r"(.*?)\s*(?:\.{2,3}|…|~)\s*(.*)", re.DOTALL)


class BadRange(UserError):
    """A text says neither an amount nor a range of amounts."""

    template = N_("“{text}” is no amount or range. Write for example >100, =458.3 or 100..200.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FenRange:
    """Amounts from the lowest to the highest, both included; None does not limit."""

    lowest: int | None = None
    highest: int | None = None

    def holds(self, fen: int) -> bool:
        """Return whether an amount lies within."""
        low = self.lowest is None or self.lowest <= fen
        return low and (self.highest is None or fen <= self.highest)


def parse_range(text: str) -> FenRange | None:
    """Read an amount in yuan, a comparison or a range; nothing asks for nothing.

    Raises:
        BadRange: It is none of these.
    """
    wanted = text.translate(_WIDE).strip()
    if not wanted:
        return None
    try:
        between = _BETWEEN.fullmatch(wanted)
        return _between(between[1], between[2]) if between else _compared(wanted)
    except BadAmount:
        raise BadRange(text=text.strip()) from None


def _between(low: str, high: str) -> FenRange:
    if not low and not high:
        raise BadAmount(text="")
    lowest = parse_yuan(low) if low else None
    highest = parse_yuan(high) if high else None
    if lowest is not None and highest is not None and lowest > highest:
        lowest, highest = highest, lowest
    return FenRange(lowest=lowest, highest=highest)


def _compared(text: str) -> FenRange:
    match = _COMPARED.fullmatch(text)
    assert match is not None  # the text is not empty
    fen = parse_yuan(match[2])
    match match[1]:
        case ">":
            return FenRange(lowest=fen + 1)
        case "<":
            return FenRange(highest=fen - 1)
        case ">=" | "≥":
            return FenRange(lowest=fen)
        case "<=" | "≤":
            return FenRange(highest=fen)
        case _:
            return FenRange(lowest=fen, highest=fen)
