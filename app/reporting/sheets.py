"""Papers as workbooks and as comma-separated text: real numbers, and text that stays text."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from app.base.i18n import N_, _, speaking
from app.base.money import yuan
from app.base.progress import Progress, Silent
from app.base.spreadsheets import csv_text, is_formula
from app.reporting.paper import Column, Field, Fields, Look, Paper, Row, Stamp, Table, Text, Value

_CHUNK = 2_000
_LONGEST_TEXT = 32_767
_LONGEST_NAME = 31
_A4 = 9
_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_NO_TEXT = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file can hold."""
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_FORMATS = {
    Look.MONEY: "#,##0.00;[Red]-#,##0.00",
    Look.COUNT: "#,##0",
    Look.DAY: "yyyy-mm-dd",
    Look.TEXT: "General",
    Look.SHARE: "General",
}
_WORDS = frozenset({Look.TEXT, Look.SHARE})
_FONT = "宋体"
_THIN = Side(style="thin", color="999999")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_FILL = PatternFill("solid", fgColor="EEEEEE")

_Sheet = Any
"""openpyxl's sheet that is written row by row; its stub does not know all that it can do."""


def write_xlsx(path: Path, paper: Paper, stamp: Stamp, *, progress: Progress | None = None) -> int:
    """Write a paper as a workbook and return how many sheets it has.

    Each table has a sheet, the largest one the first; what else stands on the paper is on the last.

    Raises:
        Cancelled: The user stopped it.
    """
    told = progress or Silent()
    book = Workbook(write_only=True)
    book.properties.title = f"{paper.title} {stamp.number}".strip()
    book.properties.creator = paper.unit
    tables = [block for block in paper.blocks if isinstance(block, Table)]
    if paper.table is not None:
        tables.remove(paper.table)
        tables.insert(0, paper.table)
    names: set[str] = set()
    with speaking(paper.language):
        above = [[Field(name="", value=paper.title, strong=True)], [_origin(paper, stamp)]]
        for table in tables:
            name = _name_of(table.name, paper, names)
            _Writer(book.create_sheet(name), table).write(above, told)
        about = _name_of(_(N_("About")) if tables else paper.title, paper, names)
        _Writer(book.create_sheet(about), None).write([*above, [], *_about(paper, stamp)], told)
    book.save(path)
    return len(names)


def write_csv(path: Path, paper: Paper, *, progress: Progress | None = None) -> int:
    """Write the largest table of a paper as text with commas, and return how many rows it has.

    Raises:
        Cancelled: The user stopped it.
    """
    told = progress or Silent()
    table = paper.table
    assert table is not None, "only tables are written as text"
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(_MARK)
        writer = csv.writer(stream)
        writer.writerow([csv_text(column.title) for column in table.columns])
        for number, row in enumerate(table.rows):
            if number % _CHUNK == 0:
                told.advance(number, len(table.rows))
            writer.writerow(_texts(table.columns, row))
    told.advance(len(table.rows), len(table.rows))
    return len(table.rows)


def _texts(columns: Sequence[Column], row: Row) -> Iterator[str]:
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, int):
            yield yuan(value) if column.look is Look.MONEY else str(value)
        else:
            yield csv_text(value or "")


# ---------------------------------------------------------------- workbooks


def _origin(paper: Paper, stamp: Stamp) -> Field:
    """One line that says whose paper it is and which one."""
    words = [paper.unit, paper.period, stamp.number, stamp.code]
    if stamp.void:
        words.append(_(N_("VOID")))
    return Field(name="", value="  ".join(word for word in words if word))


def _about(paper: Paper, stamp: Stamp) -> Iterator[list[Field]]:
    """What stands on the paper besides its tables: values under names, and lines of text."""
    if stamp.number:
        number = Field(name=_(N_("Number")), value=stamp.number)
        yield [number, Field(name=_(N_("Verification code")), value=stamp.code)]
        printed = _(N_("{at} by {by}")).format(at=stamp.at, by=stamp.by)
        copy = str(stamp.copy) if stamp.copy else _(N_("original"))
        yield [Field(name=_(N_("Printed")), value=printed), Field(name=_(N_("Copy")), value=copy)]
    if stamp.void:
        yield [Field(name=_(N_("VOID")), value=stamp.void, strong=True)]
    yield [Field(name="", value=_(N_("Currency: CNY, in yuan")))]
    for block in paper.blocks:
        if isinstance(block, Fields):
            yield from ([field] for field in block.fields)
        elif isinstance(block, Text):
            yield [Field(name="", value=block.text)]
    for one in paper.signatures:
        yield [Field(name=one.part, value=f"{one.name} {one.at}".strip())]
    yield from ([Field(name="", value=note)] for note in paper.notes)


def _name_of(wanted: str, paper: Paper, names: set[str]) -> str:
    plain = _NO_NAME.sub(" ", wanted).strip("' ") or paper.kind.value
    name, count = plain[:_LONGEST_NAME], 2
    while name.casefold() in names:
        name = f"{plain[: _LONGEST_NAME - 4]} {count}"
        count += 1
    names.add(name.casefold())
    return name


class _Writer:
    """Writes one sheet; a cell is filled anew for each row, because making one takes long."""

    def __init__(self, sheet: _Sheet, table: Table | None) -> None:
        self.sheet, self.table = sheet, table
        self.columns = table.columns if table else ()

    def write(self, head: Sequence[Sequence[Field]], progress: Progress) -> None:
        """Write what stands above, the header, the rows and the totals."""
        self._set_up(len(head))
        for line in head:
            self.sheet.append(list(self._line(line)))
        if self.table is None:
            return
        if self.table.groups:
            self.sheet.append(list(self._groups()))
        self.sheet.append([self._title(column.title) for column in self.columns])
        self._rows(self.table.rows, progress)
        for row in self.table.totals:
            self.sheet.append(list(self._total(row)))

    def _set_up(self, above: int) -> None:
        sheet, columns = self.sheet, self.columns
        for place, column in enumerate(columns or (Column(title="", width=24),) * 4, 1):
            sheet.column_dimensions[get_column_letter(place)].width = max(column.width + 4, 10)
        sheet.page_setup.paperSize = _A4
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        if columns:
            header = above + 1 + bool(self.table and self.table.groups)
            sheet.freeze_panes = f"A{header + 1}"
            sheet.print_title_rows = f"{above + 1}:{header}"
            sheet.page_setup.orientation = "landscape"

    def _rows(self, rows: Sequence[Row], progress: Progress) -> None:
        """Write rows from one cell for each column.

        openpyxl makes a cell of each value and finds out what it is, which takes longer than the
        writing; here that is known, so its cells are handed over as they are filled.
        """
        cells = [(self._cell(one.look), one.look) for one in self.columns]
        sheet, plain = self.sheet, self.sheet._values_to_row  # noqa: SLF001 - see above
        sheet._values_to_row = lambda row, number: self._placed(cells, row, number)  # noqa: SLF001
        for number, row in enumerate(rows):
            if number % _CHUNK == 0:
                progress.advance(number, len(rows))
            sheet.append(row)
        sheet._values_to_row = plain  # noqa: SLF001 - as it was
        progress.advance(len(rows), len(rows))

    def _placed(self, cells: Sequence[tuple[Any, Look]], row: Row, number: int) -> Iterator[Any]:
        """The filled cells of a row; each is written before the next one is asked for."""
        for place, ((own, look), value) in enumerate(zip(cells, row, strict=True), 1):
            if value is None or value == "":
                continue
            cell = own
            if isinstance(value, str):
                day = _day(value) if look is Look.DAY else value
                if isinstance(day, str):
                    value = _NO_TEXT.sub(" ", day)[:_LONGEST_TEXT]  # noqa: PLW2901 - made safe
                    cell = self._text_cell(value, own, look)
                    cell._value, cell.data_type = value, "s"  # noqa: SLF001 - see `_rows`
                else:
                    cell._value, cell.data_type = day, "d"  # noqa: SLF001 - see `_rows`
            else:
                # Written out: openpyxl would write 544.81 as 544.8099999999999.
                cell._value = yuan(value) if look is Look.MONEY else value  # noqa: SLF001
                cell.data_type = "n"
            cell.row, cell.column = number, place
            yield cell

    def _text_cell(self, text: str, own: Any, look: Look) -> Any:
        """The cell for a text: what looks like a formula gets one that is text for ever."""
        if is_formula(text) or text in ERROR_CODES:
            cell = self._cell(look)
            cell.quotePrefix = True
            return cell
        return own

    def _line(self, fields: Iterable[Field]) -> Iterator[Any]:
        for field in fields:
            if field.name:
                yield self._strong(field.name)
            size = 14 if field.strong and not field.name else 11
            yield self._value(field.value, field.look, bold=field.strong, size=size)

    def _total(self, row: Row) -> Iterator[Any]:
        for column, value in zip(self.columns, row, strict=True):
            cell = self._value(value, column.look, bold=True)
            cell.border = _GRID
            yield cell

    def _groups(self) -> Iterator[Any]:
        assert self.table is not None
        for group in self.table.groups:
            yield self._title(group.title)
            yield from (self._title("") for _place in range(group.columns - 1))

    def _title(self, text: str) -> Any:
        cell = self._strong(text)
        cell.fill, cell.border = _FILL, _GRID
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        return cell

    def _strong(self, text: str) -> Any:
        return self._value(text, Look.TEXT, bold=True)

    def _value(self, value: Value, look: Look, *, bold: bool = False, size: int = 11) -> Any:
        cell = self._cell(look)
        cell.font = Font(name=_FONT, bold=bold, size=size)
        if value == "":
            return cell
        if isinstance(value, str) and look is not Look.DAY:
            plain = _NO_TEXT.sub(" ", value)[:_LONGEST_TEXT]
            cell.quotePrefix = is_formula(plain)
            return _as_text(cell, plain)
        return _filled(cell, look, value)

    def _cell(self, look: Look = Look.TEXT) -> Any:
        cell: Any = WriteOnlyCell(self.sheet)
        cell.number_format = _FORMATS[look]
        return cell


def _as_text(cell: Any, text: str) -> Any:
    cell.value = text
    cell.data_type = "s"
    return cell


def _filled(cell: Any, look: Look, value: Value) -> Any:
    """Put a number or a day into a cell; text in a column of numbers stays text."""
    if value is None or cell is None:
        return cell
    match look, value:
        case Look.MONEY, int():
            # Written out: openpyxl would write 544.81 as 544.8099999999999.
            cell.value = yuan(value)
            cell.data_type = "n"
            return cell
        case Look.DAY, str():
            cell.value = _day(value)
        case _:
            cell.value = value
    if isinstance(cell.value, str):
        cell.data_type = "s"
    return cell


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
