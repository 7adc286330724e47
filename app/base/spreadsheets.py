"""Text in files that spreadsheets open: it must never become a formula, nor numbers lose digits."""

from __future__ import annotations

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "＝")
_LONGEST_NUMBER = 15
"""Digits that a spreadsheet keeps."""


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet would reckon with a text instead of showing it."""
    return text.startswith(_FORMULAS)


def csv_text(text: str) -> str:
    """Return a text as a cell of comma-separated text, on one line and guarded where needed."""
    plain = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", " ").replace("\n", " ")
    is_long = plain.isdigit() and (len(plain) > _LONGEST_NUMBER or plain.startswith("0"))
    plain = f"'{plain}" if is_long or is_formula(plain) else plain
    return plain.replace("\r", " ")
