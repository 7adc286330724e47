"""Whole columns of text to numbers, in bulk.

Each function reads what is written in the usual plain way with numpy and says which
cells it left alone; those go one by one to the exact parsers of `app.base`, so that
both ways agree by construction (and by property test).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

SPACES = " \t\r\n\x0b\x0c\u00a0\u3000\ufeff\u200b"
"""What may stand around a value without being part of it."""

_CHINA_SECONDS = 8 * 3600
_DAY_SECONDS = 86_400
_LONGEST_PLAIN = 20
_PLAIN_DIGITS = 15
_SPACE, _MINUS, _DOT, _ZERO, _BACKTICK, _DELETE = b" -.0`\x7f"
_EDGES = np.zeros(256, dtype=np.bool_)
# Control characters, space, backtick; first bytes of NBSP, U+3000, U+FEFF, U+200B; last
# bytes of the same. A false alarm costs a trim that changes nothing.
_EDGES[[*range(0x21), 0x60, 0xC2, 0xE3, 0xEF, 0xE2, 0xA0, 0x80, 0xBF, 0x8B]] = True


@dataclass(frozen=True, slots=True)
class Cells:
    """The buffers of a column of text."""

    data: Bytes
    offsets: npt.NDArray[np.int32]

    @property
    def lengths(self) -> npt.NDArray[np.int32]:
        """The bytes of each cell."""
        return np.diff(self.offsets)

    @property
    def used(self) -> Bytes:
        """All bytes of the cells, one after another."""
        return self.data[self.offsets[0] : self.offsets[-1]]


@dataclass(frozen=True, slots=True)
class Amounts:
    """What the plain way made of a column of amounts."""

    values: Ints
    good: Flags
    decimals: npt.NDArray[np.int8]
    """How many digits follow the decimal point."""


def cells_of(array: pa.StringArray) -> Cells:
    """Look into a column of text (without nulls) without copying it."""
    _validity, offsets_buffer, data_buffer = array.buffers()
    if len(array) == 0:
        return Cells(np.zeros(0, dtype=np.uint8), np.zeros(1, dtype=np.int32))
    offsets = np.frombuffer(offsets_buffer, dtype=np.int32)
    filled = data_buffer is not None and data_buffer.size > 0
    data = np.frombuffer(data_buffer, dtype=np.uint8) if filled else np.zeros(0, dtype=np.uint8)
    return Cells(data, offsets[array.offset : array.offset + len(array) + 1])


def stripped(array: pa.StringArray, *, also: str = "") -> pa.StringArray:
    """Return the column without spaces, tabs and the like around its cells."""
    cells = cells_of(array)
    used = cells.used
    if len(used) == 0:
        return array
    if used.min() > _SPACE and used.max() < _DELETE and not also:
        return array
    starts, ends = cells.offsets[:-1], cells.offsets[1:]
    if cells.lengths.min() == 0:
        filled = ends > starts
        starts, ends = starts[filled], ends[filled]
    if not (_EDGES[cells.data[starts]].any() or _EDGES[cells.data[ends - 1]].any()):
        return array
    return pc.utf8_trim(array, characters=SPACES + also)


def plain_amounts(array: pa.StringArray, decimals: int) -> Amounts:
    """Read amounts such as `-1234.50` as whole numbers of 10^-decimals yuan."""
    count = len(array)
    values = np.zeros(count, dtype=np.int64)
    points = np.full(count, -1, dtype=np.int8)
    minus = np.zeros(count, dtype=np.bool_)
    good = np.ones(count, dtype=np.bool_)
    rows, lengths = _right_aligned(array)
    width = len(rows)
    for place, row in enumerate(rows):
        digit = row - _ZERO
        is_digit = digit <= 9  # noqa: PLR2004 - uint8: what is below zero wraps around
        first = lengths == width - place
        is_minus = (row == _MINUS) & first
        is_point = (row == _DOT) & (points < 0)
        np.copyto(values, values * 10 + digit, where=is_digit)
        points[is_point] = width - place - 1
        minus |= is_minus
        good &= is_digit | is_point | is_minus | (lengths < width - place)
    has_point = points >= 0
    before = lengths - minus - np.where(has_point, points + 1, 0)
    after = np.where(has_point, points, 0).astype(np.int8)
    good &= (before >= 1) & (before + 2 <= _PLAIN_DIGITS)
    good &= (after <= decimals) & ((points != 0) | ~has_point)
    values *= _TENS[np.clip(decimals - after, 0, decimals)]
    np.negative(values, out=values, where=minus)
    return Amounts(values, good, after)


def plain_moments(array: pa.StringArray) -> tuple[Ints, Flags]:
    """Read `2026-03-01 08:05:00` and its like; return epoch seconds and which were read."""
    cells = cells_of(array)
    lengths = cells.lengths
    values = np.zeros(len(lengths), dtype=np.int64)
    good = np.zeros(len(lengths), dtype=np.bool_)
    for shape in _SHAPES:
        here = lengths == len(shape.text)
        if here.all():
            return _moments_of(_matrix(cells, len(lengths), len(shape.text)), shape)
        if here.any():
            rows = np.flatnonzero(here)
            places = cells.offsets[rows][:, None] + np.arange(len(shape.text))
            values[rows], good[rows] = _moments_of(cells.data[places], shape)
    return values, good


def plain_days(moments: Ints, cutoffs: Ints) -> Days:
    """Return the business days (yyyymmdd) of moments under cut-offs in minutes."""
    noon, midnight = 720, 1440
    later = np.where(cutoffs >= noon, (midnight - cutoffs) * 60, -cutoffs * 60)
    return day_numbers((moments + later + _CHINA_SECONDS) // _DAY_SECONDS)


def day_numbers(days: Ints) -> Days:
    """Turn days since 1970 into numbers yyyymmdd."""
    if len(days) == 0:
        return np.zeros(0, dtype=np.int32)
    first = int(days.min())
    span = np.arange(first, min(int(days.max()), first + _WIDEST_SPAN) + 1)
    dates = span.astype("datetime64[D]")
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    months = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    in_month = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    numbers = (years * 10_000 + months * 100 + in_month).astype(np.int32)
    found: Days = numbers[np.clip(days - first, 0, len(numbers) - 1)]
    return found


def rounded_fen(exact: Ints) -> Ints:
    """Round hundred-thousandths of a yuan half up to fen, by absolute value."""
    fen = (np.abs(exact) + 500) // 1000
    signed: Ints = np.where(exact < 0, -fen, fen)
    return signed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """One fixed way to write a moment: where the digits and the marks stand."""

    text: str
    marks: tuple[tuple[int, bytes], ...]
    same: tuple[int, int] | None = None


_SHAPES = (
    _Shape(
        text="YYYY-MM-DD hh:mm:ss",
        marks=((4, b"-/"), (7, b"-/"), (10, b" T"), (13, b":"), (16, b":")),
        same=(4, 7),
    ),
    _Shape(text="YYYYMMDD hh:mm:ss", marks=((8, b" "), (11, b":"), (14, b":"))),
    _Shape(text="YYYYMMDDhhmmss", marks=()),
)
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int32)
_TENS = 10 ** np.arange(10, dtype=np.int64)
_WIDEST_SPAN = 4_000_000


def _moments_of(matrix: Bytes, shape: _Shape) -> tuple[Ints, Flags]:
    rows = np.ascontiguousarray(matrix.T)
    good = np.ones(len(matrix), dtype=np.bool_)
    for place, allowed in shape.marks:
        fits = rows[place] == allowed[0]
        for mark in allowed[1:]:
            fits |= rows[place] == mark
        good &= fits
    if shape.same is not None:
        good &= rows[shape.same[0]] == rows[shape.same[1]]
    parts: dict[str, npt.NDArray[np.int32]] = {}
    for letter in "YMDhms":
        number = np.zeros(len(matrix), dtype=np.int32)
        for place in (index for index, here in enumerate(shape.text) if here == letter):
            digit = rows[place] - _ZERO
            good &= digit <= 9  # noqa: PLR2004 - uint8: what is below zero wraps around
            number = number * 10 + digit
        parts[letter] = number
    good &= _is_day(parts["Y"], parts["M"], parts["D"])
    good &= (parts["h"] < 24) & (parts["m"] < 60) & (parts["s"] < 60)  # noqa: PLR2004
    days = _days_since_1970(parts["Y"], parts["M"], parts["D"])
    clock = parts["h"] * 3600 + parts["m"] * 60 + parts["s"]
    return days.astype(np.int64) * _DAY_SECONDS + (clock - _CHINA_SECONDS), good


def _is_day(year: Days, month: Days, day: Days) -> Flags:
    known = (year >= 1) & (month >= 1) & (month <= 12)  # noqa: PLR2004
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _MONTH_DAYS[np.clip(month, 0, 12)] + (leap & (month == 2))  # noqa: PLR2004
    real: Flags = known & (day >= 1) & (day <= last)
    return real


def _days_since_1970(year: Days, month: Days, day: Days) -> Days:
    # Days from the civil date, by years that begin in March.
    shifted = year - (month <= 2)  # noqa: PLR2004
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    total: Days = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    return total


def _right_aligned(array: pa.StringArray) -> tuple[Bytes, npt.NDArray[np.int32]]:
    """Return the characters by place, the last place last, and each cell's length.

    Cells that are too long to be plain come as empty ones.
    """
    lengths = cells_of(array).lengths
    if lengths.max(initial=0) > _LONGEST_PLAIN:
        array = pc.if_else(pa.array(lengths <= _LONGEST_PLAIN), array, "")
        lengths = cells_of(array).lengths
    width = int(lengths.max(initial=0))
    if width > lengths.min(initial=width):
        array = pc.ascii_lpad(array, width=width, padding=" ")
    matrix = _matrix(cells_of(array), len(array), width)
    return np.ascontiguousarray(matrix.T), lengths


def _matrix(cells: Cells, count: int, length: int) -> Bytes:
    """All cells are of one length: their text stands in one piece."""
    return cells.used.reshape(count, length)
