"""Money is a whole number of fen; every rounding and splitting stands here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.base.errors import BadAmount

LIMIT_FEN = 10**15
"""Amounts beyond this, either way, are refused."""

EXACT_PER_FEN = 1000
"""Hundred-thousandths of a yuan in one fen."""

PPM = 1_000_000

_SPACES = " \t\u00a0\u3000"
_WIDE = str.maketrans("０１２３４５６７８９，．＋－（）￥", "0123456789,.+-()¥")
_NARROW_DIGITS = frozenset("0123456789")
_WIDE_DIGITS = frozenset("０１２３４５６７８９")
_LONGEST = 400
"""No amount is written with more characters; a longer text is not even looked at."""

_NUMBER = re.compile(
    r"(?P<open>\()?"
    r"(?P<sign>(?(open)|[+-]?))¥?(?P<late>(?(open)|[+-]?))"
    r"(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)"
    r"(?:\.(?P<part>[0-9]+))?"
    r"(?(open)\))"
)


def parse_yuan(text: str) -> int:
    """Read an amount in yuan as fen.

    Raises:
        BadAmount: The text is anything but an amount with up to two decimals
            (further ones must be zeros) within the limits.
    """
    return _parsed(text, decimals=2)


def parse_yuan_exact(text: str) -> int:
    """Read an amount in yuan as hundred-thousandths of a yuan (five decimals).

    Raises:
        BadAmount: As for `parse_yuan`, with five decimals.
    """
    return _parsed(text, decimals=5)


def rounded_fen(exact: int) -> int:
    """Round hundred-thousandths of a yuan half up to fen, by absolute value."""
    fen = (abs(exact) + EXACT_PER_FEN // 2) // EXACT_PER_FEN
    return -fen if exact < 0 else fen


def yuan(fen: int) -> str:
    """Write fen as yuan with two decimals, for example `-1234.50`."""
    whole, part = divmod(abs(fen), 100)
    sign = "-" if fen < 0 else ""
    return f"{sign}{whole}.{part:02d}"


def fee_fen(
    amount_fen: int,
    rate_ppm: int,
    minimum_fen: int | None = None,
    maximum_fen: int | None = None,
) -> int:
    """Return the fee of one transaction: rate, round half up, then the limits.

    It is reckoned on the absolute amount and takes the amount's sign.
    """
    fee = (abs(amount_fen) * rate_ppm + PPM // 2) // PPM
    if minimum_fen is not None:
        fee = max(fee, minimum_fen)
    if maximum_fen is not None:
        fee = min(fee, maximum_fen)
    return -fee if amount_fen < 0 else fee


def spread(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by the largest remainder; ties go to the lowest index.

    The parts always add up to the whole. Weights count by absolute value.
    """
    sizes = [abs(weight) for weight in weights]
    whole = sum(sizes)
    if whole == 0:
        if total_fen != 0:
            raise ValueError("an amount cannot be spread over nothing")
        return [0] * len(sizes)
    total = abs(total_fen)
    parts = [total * size // whole for size in sizes]
    left = total - sum(parts)
    by_remainder = sorted(range(len(sizes)), key=lambda i: (-(total * sizes[i] % whole), i))
    for index in by_remainder[:left]:
        parts[index] += 1
    return [-part for part in parts] if total_fen < 0 else parts


def _parsed(text: str, *, decimals: int) -> int:
    match = None
    if len(text) <= _LONGEST and not _mixes_widths(text):
        match = _NUMBER.fullmatch(text.strip(_SPACES).translate(_WIDE))
    if match is None or (match["sign"] and match["late"]):
        raise BadAmount(text=_shown(text))
    whole = match["whole"].replace(",", "").lstrip("0")
    part = (match["part"] or "").rstrip("0")
    if len(part) > decimals or len(whole) > len(str(LIMIT_FEN)):
        raise BadAmount(text=_shown(text))
    value = int(whole + part.ljust(decimals, "0") or "0")
    if value > LIMIT_FEN * 10 ** (decimals - 2):
        raise BadAmount(text=_shown(text))
    negative = match["open"] or match["sign"] == "-" or match["late"] == "-"
    return -value if negative else value


def _mixes_widths(text: str) -> bool:
    characters = frozenset(text)
    return bool(characters & _NARROW_DIGITS) and bool(characters & _WIDE_DIGITS)


def _shown(text: str) -> str:
    longest = 60
    return text if len(text) <= longest else text[:longest] + "…"
