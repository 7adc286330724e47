"""QR codes as outlines in a PDF."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

_MASK = 2
"""Readers take any of the eight masks; looking for the best one takes ten times as long."""


@lru_cache(maxsize=64)
def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the squares of a code by row, from the top."""
    code: Any = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.version = code.calculate_version()
    code.makeImpl(False, _MASK)  # noqa: FBT003 - the library's own
    return tuple(tuple(bool(dark) for dark in row) for row in code.modules)


@lru_cache(maxsize=64)
def outlines(text: str) -> str:
    """Return the dark squares as PDF operators; the whole code is 1 by 1, from the lower left."""
    rows = modules(text)
    count = len(rows)
    found = []
    for number, row in enumerate(rows):
        start = None
        for place, dark in enumerate((*row, False)):
            if dark and start is None:
                start = place
            elif not dark and start is not None:
                found.append(f"{start} {count - 1 - number} {place - start} 1 re")
                start = None
    return f"{1 / count:.6f} 0 0 {1 / count:.6f} 0 0 cm\n" + "\n".join(found) + "\nf"
