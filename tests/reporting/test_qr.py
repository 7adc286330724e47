"""QR codes: the same squares that reportlab makes, only sooner."""

from __future__ import annotations

import random
from typing import Any

import pytest
from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRAlphaNum, QRCode, QRErrorCorrectLevel

from app.reporting.qr import modules, outlines
from app.reporting.rules import qr_text


def _by_reportlab(data: Any) -> list[list[bool]]:
    code: Any = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(data)
    code.version = code.calculate_version()
    code.makeImpl(False, 2)  # noqa: FBT003 - the library's own
    return [[bool(dark) for dark in row] for row in code.modules]


@pytest.mark.parametrize("length", [1, 2, 17, 44, 61, 62, 100, 250, 600, 1_500])
def test_plain_codes_are_those_of_the_standard(length: int) -> None:
    chance = random.Random(length)
    text = "".join(chance.choices("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", k=length))

    assert list(map(list, modules(text))) == _by_reportlab(QRAlphaNum(text))


@pytest.mark.parametrize("text", ["对平", "a", "mixed 大小写 text", "x" * 500, "签名" * 200])
def test_other_texts_are_written_as_bytes(text: str) -> None:
    assert list(map(list, modules(text))) == _by_reportlab(QR8bitByte(text))


def test_a_papers_code_is_small_enough_for_a_receipt() -> None:
    assert len(modules(qr_text("SJ-20261013-9999", "ABCD-EFGH-JKMN-PQRS"))) == 29


def test_outlines_cover_the_dark_squares_and_nothing_else() -> None:
    text = "DUIPING"
    count = len(modules(text))

    drawn = set()
    for line in outlines(text).splitlines()[1:-1]:
        x, y, wide, _high, _re = line.split()
        drawn |= {(int(x) + step, int(y)) for step in range(int(wide))}

    assert drawn == {
        (column, count - 1 - number)
        for number, row in enumerate(modules(text))
        for column, dark in enumerate(row)
        if dark
    }


def test_too_long_a_text_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        modules("A" * 5_000)
