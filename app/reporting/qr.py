"""QR codes as outlines in a PDF.

What is equal in all codes of a size is made once, by reportlab; the data is put in here, because a
batch of receipts has a code on every sheet and reportlab takes longer for it than for the receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Any

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel, QRRSBlock

_MASK = 2
"""Readers take any of the eight masks; to look for the best one takes ten times as long."""
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_PADS = (0xEC, 0x11)
_LARGEST = 40
_FIELD = 255


@lru_cache(maxsize=64)
def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the squares of a code by row, from the top.

    Raises:
        ValueError: The text is longer than a code holds.
    """
    for version in range(1, _LARGEST + 1):
        bits = _header(text, version) + _body(text)
        blocks = _blocks(version)
        room = sum(data for data, _checks in blocks)
        if len(bits) <= room * 8:
            return _filled(version, _codewords(_padded(bits, room), blocks))
    raise ValueError("the text is too long for a QR code")


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


# ---------------------------------------------------------------- bits and codewords


def _is_plain(text: str) -> bool:
    return bool(text) and all(char in _ALPHABET for char in text)


def _header(text: str, version: int) -> str:
    """What kind of data it is, and how much."""
    step = 0 if version < 10 else 1 if version < 27 else 2  # noqa: PLR2004 - the standard's
    if _is_plain(text):
        return f"0010{len(text):0{9 + 2 * step}b}"
    return f"0100{len(text.encode()):0{16 if step else 8}b}"


def _body(text: str) -> str:
    if not _is_plain(text):
        return "".join(f"{byte:08b}" for byte in text.encode())
    places = [_ALPHABET.index(char) for char in text]
    pairs = zip_longest(places[::2], places[1::2])
    return "".join(
        f"{one:06b}" if other is None else f"{one * len(_ALPHABET) + other:011b}"
        for one, other in pairs
    )


def _padded(bits: str, room: int) -> list[int]:
    bits = (bits + "0000")[: room * 8]
    bits += "0" * (-len(bits) % 8)
    data = [int(bits[start : start + 8], 2) for start in range(0, len(bits), 8)]
    return data + [_PADS[place % 2] for place in range(room - len(data))]


def _codewords(data: Sequence[int], blocks: Sequence[tuple[int, int]]) -> list[int]:
    """The data block by block, interleaved, and behind it what corrects errors."""
    parts, start = [], 0
    for count, _checks in blocks:
        parts.append(data[start : start + count])
        start += count
    checks = [_check(part, count) for part, (_data, count) in zip(parts, blocks, strict=True)]
    return [
        word
        for columns in (zip_longest(*parts), zip_longest(*checks))
        for column in columns
        for word in column
        if word is not None
    ]


def _check(part: Sequence[int], count: int) -> list[int]:
    """Reed–Solomon: the rest of a division by the generator."""
    exponents, logs = _tables()
    generator, rest = _generator(count), [0] * count
    for word in part:
        factor = word ^ rest[0]
        rest = [*rest[1:], 0]
        if factor:
            shift = logs[factor]
            rest = [old ^ exponents[shift + own] for old, own in zip(rest, generator, strict=True)]
    return rest


@cache
def _tables() -> tuple[list[int], list[int]]:
    """Powers of 2 in the field of 256 elements, twice around, and their logarithms."""
    exponents, logs, value = [], [0] * 256, 1
    for power in range(_FIELD):
        exponents.append(value)
        logs[value] = power
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return exponents * 2, logs


@cache
def _generator(count: int) -> list[int]:
    """The logarithms of the generator's coefficients but for the first one, which is 1."""
    exponents, logs = _tables()
    factors = [1]
    for power in range(count):
        shifted = [*factors, 0]
        for place, own in enumerate(factors):
            shifted[place + 1] ^= exponents[logs[own] + power]
        factors = shifted
    return [logs[own] for own in factors[1:]]


# ---------------------------------------------------------------- squares


@cache
def _blocks(version: int) -> list[tuple[int, int]]:
    """Words of data and of correction of each block."""
    found: Any = QRRSBlock
    return [
        (block.dataCount, block.totalCount - block.dataCount)
        for block in found.getRSBlocks(version, QRErrorCorrectLevel.M)
    ]


@cache
def _frame(version: int) -> tuple[list[list[bool]], list[tuple[int, int]]]:
    """A code that holds nothing but zeros, and in which order its squares take the bits."""
    code: Any = QRCode(version, QRErrorCorrectLevel.M)
    code.dataCache = [0] * sum(data + checks for data, checks in _blocks(version))
    code.makeImpl(False, _MASK)  # noqa: FBT003 - the library's own
    return [[bool(dark) for dark in row] for row in code.modules], list(code.dataPosIterator())


def _filled(version: int, words: Sequence[int]) -> tuple[tuple[bool, ...], ...]:
    frame, places = _frame(version)
    rows = [list(row) for row in frame]
    bits = "".join(f"{word:08b}" for word in words)
    for (column, row), bit in zip(places, bits, strict=False):
        if bit == "1":
            rows[row][column] = not rows[row][column]
    return tuple(map(tuple, rows))
