"""Statements in workbooks: XLSX and the old XLS, encrypted ones too."""

from __future__ import annotations

import gc
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from numbers import Real
from typing import Any

import msoffcrypto
import numpy as np
import pyarrow as pa
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from app.intake.blocks import Block
from app.intake.context import Context
from app.intake.convert import Converter
from app.intake.detection import HEADER_WITHIN, HeadRow, Table, find_table
from app.intake.inputs import Input
from app.intake.profiles import Profile
from app.intake.refusal import FileRefused, refuse
from app.intake.rules import Kind, Reason, Summary
from app.intake.sheetscan import Extent, Package

_OLE = b"\xd0\xcf\x11\xe0"
_BLOCK_ROWS = 16_384
_PIECE = 4 << 20
_EXACT_DIGITS = 10**15
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_LOST = "\ue000"
"""Stands for a number whose last digits are lost."""
_WRONG = _ERRORS | {_LOST}
_SHORT = 15
_PLAIN = frozenset({int, type(1 / 2)})
Cells = list[Any]


class SheetStatement:
    """A statement in a sheet whose profile is known."""

    encoding = ""

    def __init__(self, source: Input, data: bytes, table: Table, package: Package | None) -> None:
        self.source = source
        self.table = table
        self._data = data
        self._package = package
        self._summary = Summary()

    @property
    def profile_name(self) -> str:
        """The name of the profile."""
        return self.table.profile.name

    @property
    def kind(self) -> Kind | None:
        """What its rows are."""
        return self.table.profile.kind

    def batches(self, context: Context, raw: Callable[[bytes], None]) -> Iterator[pa.RecordBatch]:
        """Yield the rows; each piece of the original goes to `raw` first."""
        with self.source.open() as stream:
            while piece := stream.read(_PIECE):
                raw(piece)
        converter = Converter(self.table, context, file_name=self.source.name)
        # Millions of cells make the search for cycles, of which there are none, expensive.
        gc.disable()
        try:
            for block in self._blocks():
                batch = converter.feed(block)
                if batch is not None:
                    yield batch
        finally:
            gc.enable()
        self._summary = converter.finish()

    def summary(self) -> Summary:
        """Return the sums, after all batches."""
        return self._summary

    def _blocks(self) -> Iterator[Block]:
        extent = Extent() if self._package is None else self._package.extent(self.table.sheet_index)
        sheet = _sheet(_load(self._data), self.table.sheet_index)
        if sheet.start is None:
            return
        # The iterator begins with the first row of the sheet, in the first column in use.
        left = sheet.start[1]
        rows = sheet.iter_rows()
        line = self.table.first_line
        for _row in islice(rows, line - 1):
            pass
        while some := list(islice(rows, _BLOCK_ROWS)):
            yield self._block(some, line, left, extent)
            line += len(some)

    def rows(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield all rows of the sheet as a person would write them."""
        if self._package is not None:
            self._package.extent(self.table.sheet_index)
        return _plain_rows(_sheet(_load(self._data), self.table.sheet_index))

    def _block(self, rows: list[Cells], line: int, left: int, extent: Extent) -> Block:
        width = len(self.table.header)
        marks: list[tuple[int, int, str, str]] = []
        columns = []
        found = list(zip(*rows, strict=True))
        for place in range(width):
            inside = 0 <= place - left < len(found)
            cells = found[place - left] if inside else ("",) * len(rows)
            columns.append(pa.array(_texts(cells, place, marks), type=pa.string()))
        for row, column, reason, value in _marks(extent):
            if line <= row < line + len(rows) and column <= width:
                marks.append((row - line, column - 1, reason, value))
        lines = np.arange(line, line + len(rows), dtype=np.int32)
        return Block(lines=lines, columns=tuple(columns), marks=tuple(marks))


def _marks(extent: Extent) -> Iterator[tuple[int, int, str, str]]:
    for row, column in extent.formulas:
        yield row, column, Reason.FORMULA_WITHOUT_VALUE.value, ""
    for (row, column), value in extent.errors.items():
        yield row, column, Reason.CELL_ERROR.value, value


def open_workbook(
    source: Input, data: bytes, password: str | None, profiles: Sequence[Profile]
) -> SheetStatement:
    """Find the sheet and the profile of a workbook.

    Raises:
        FileRefused: It is encrypted, damaged, absurdly large, or no profile fits.
    """
    if data.startswith(_OLE):
        data = _decrypted(data, password)
    package = None if data.startswith(_OLE) else Package(data)
    heads = _old_heads(data) if package is None else _heads(package)
    tables, nearest = _find(heads, profiles)
    if len(tables) > 1:
        names = ", ".join(table.sheet for table in tables)
        raise refuse(Reason.SEVERAL_SHEETS, sheets=names)
    if not tables:
        raise nearest or refuse(Reason.UNKNOWN_LAYOUT, seen="…")
    return SheetStatement(source, data, tables[0], package)


def unknown_sheet_rows(data: bytes, password: str | None) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows of the first sheet of a workbook whose layout is not known.

    Raises:
        FileRefused: It is encrypted, damaged or absurdly large.
    """
    if data.startswith(_OLE):
        data = _decrypted(data, password)
    if not data.startswith(_OLE):
        package = Package(data)
        if "xl/workbook.xml" not in package.names or not package.sheets():
            raise refuse(Reason.NOT_A_STATEMENT, format="ZIP")
        package.extent(0)
    return _plain_rows(_sheet(_load(data), 0))


def _plain_rows(sheet: CalamineSheet) -> Iterator[tuple[int, tuple[str, ...]]]:
    if sheet.start is None:
        return
    left = ("",) * sheet.start[1]
    for line, row in enumerate(sheet.iter_rows(), start=1):
        yield line, (*left, *map(_plain, row))


def _plain(cell: Any) -> str:
    text = cell if type(cell) is str else _text(cell)
    return f"{cell:.0f}" if text == _LOST else str(text)


def _find(
    heads: Sequence[tuple[str, list[HeadRow]]], profiles: Sequence[Profile]
) -> tuple[list[Table], FileRefused | None]:
    tables: list[Table] = []
    nearest: FileRefused | None = None
    for index, (name, rows) in enumerate(heads):
        if not rows:
            continue
        try:
            table = find_table(rows, profiles)
        except FileRefused as error:
            if nearest is None or nearest.problem.reason is Reason.UNKNOWN_LAYOUT:
                nearest = error
            continue
        tables.append(replace(table, sheet=name, sheet_index=index))
    return tables, nearest


def _heads(package: Package) -> list[tuple[str, list[HeadRow]]]:
    return [(part.name, package.head(part.part)) for part in package.sheets()]


def _old_heads(data: bytes) -> list[tuple[str, list[HeadRow]]]:
    book = _load(data)
    heads = []
    for index, name in enumerate(book.sheet_names):
        rows = _sheet(book, index).to_python(skip_empty_area=False, nrows=HEADER_WITHIN + 1)
        marks: list[tuple[int, int, str, str]] = []
        head = [
            HeadRow(line=line, last_line=line, fields=tuple(_texts(tuple(row), 0, marks)))
            for line, row in enumerate(rows, start=1)
        ]
        heads.append((name, head))
    return heads


def _load(data: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError:
        raise refuse(Reason.PASSWORD_NEEDED) from None
    except (CalamineError, OSError, ValueError) as error:
        raise refuse(Reason.BAD_WORKBOOK, detail=str(error)[:120]) from None


def _sheet(book: CalamineWorkbook, index: int) -> CalamineSheet:
    try:
        return book.get_sheet_by_index(index)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise refuse(Reason.BAD_WORKBOOK, detail=str(error)[:120]) from None


def _decrypted(data: bytes, password: str | None) -> bytes:
    """Return the workbook inside an encrypted container, or the data as it is."""
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        if not office.is_encrypted():
            return data
        if not password:
            raise refuse(Reason.PASSWORD_NEEDED)
        opened = io.BytesIO()
        office.load_key(password=password)
        office.decrypt(opened)
    except (InvalidKeyError, DecryptionError):
        raise refuse(Reason.PASSWORD_WRONG) from None
    except (FileFormatError, ParseError, OSError, ValueError, AttributeError) as error:
        raise refuse(Reason.BAD_WORKBOOK, detail=str(error)[:120]) from None
    return opened.getvalue()


def _texts(
    cells: Sequence[Any], place: int, marks: list[tuple[int, int, str, str]]
) -> Sequence[str]:
    """Return the cells of a column as text; what is wrong in itself is marked."""
    kinds = set(map(type, cells))
    texts: Sequence[str] | None = None
    if kinds == {str}:
        texts = cells
    elif kinds <= _PLAIN:
        texts = _plain_numbers(cells)
    if texts is None:
        texts = [cell if type(cell) is str else _text(cell) for cell in cells]
        marks.extend(
            (row, place, Reason.ID_AS_NUMBER.value, f"{cells[row]:.0f}")
            for row, text in enumerate(texts)
            if text == _LOST
        )
    if not _ERRORS.isdisjoint(texts):
        marks.extend(
            (row, place, Reason.CELL_ERROR.value, text)
            for row, text in enumerate(texts)
            if text in _ERRORS
        )
    return texts


def _plain_numbers(cells: Sequence[Any]) -> list[str] | None:
    """Return numbers as text if the shortest way to write them is what a person would write."""
    texts = [text[:-2] if text[-2:] == ".0" else text for text in map(repr, cells)]
    longest = max(map(len, texts))
    return texts if longest < _SHORT and not any("e" in text for text in texts) else None


def _text(cell: Any) -> Any:
    """Return a cell that is no text as text, as a person would write it."""
    for kind, write in _WRITERS:
        if isinstance(cell, kind):
            return write(cell)
    return str(cell)


def _duration(cell: timedelta) -> str:
    minutes = round(cell.total_seconds() / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _moment(cell: datetime) -> str:
    # Workbooks keep moments as parts of a day; the nearest second is meant.
    return (cell + timedelta(milliseconds=500)).strftime("%Y-%m-%d %H:%M:%S")


def _number(cell: Any) -> Any:
    # A spreadsheet keeps fifteen digits; what stands behind them is noise.
    if abs(cell) >= _EXACT_DIGITS:
        return _LOST
    if cell == int(cell):
        return str(int(cell))
    text = f"{cell:.15g}"
    return format(Decimal(text), "f") if "e" in text else text


# In this order: a truth value is a whole number to Python, a moment is a day.
_WRITERS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (bool, lambda cell: "TRUE" if cell else "FALSE"),
    (Real, _number),
    (datetime, _moment),
    (date, lambda cell: f"{cell:%Y-%m-%d} 00:00:00"),
    (time, lambda cell: f"{cell:%H:%M:%S}"),
    (timedelta, _duration),
)
