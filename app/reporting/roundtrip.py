"""The list of discrepancies out to a spreadsheet, and back in: what would change, as drafts.

The first row of the sheet is hidden and names the fields, so that it is read back whatever
language it was written in. What identifies a discrepancy is locked; people fill in the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from app.adjustments.rules import AdjustmentKind
from app.base.i18n import N_, _
from app.base.money import yuan
from app.base.progress import Progress, Silent
from app.base.spreadsheets import is_formula
from app.discrepancies.cases import CaseRow
from app.wording.labels import label

_CHUNK = 500
_MONEY = "#,##0.00;[Red]-#,##0.00"
_SHEET = N_("Discrepancies")
_FREE = PatternFill("solid", fgColor="FFF8E1")
_HEAD = PatternFill("solid", fgColor="EEEEEE")
_OPEN = Protection(locked=False)
_LOCKED = Protection(locked=True)
_LONGEST_LIST = 250
"""Characters of a list to choose from that a spreadsheet takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetColumn:
    """A column of the sheet; `free` ones are for people to fill in."""

    name: str
    title: str
    width: int
    text: Callable[[CaseRow], str | int | None]
    money: bool = False
    free: bool = False


COLUMNS: tuple[SheetColumn, ...] = (
    SheetColumn(name="id", title=N_("No."), width=8, text=lambda row: row.id),
    SheetColumn(name="version", title=N_("Version"), width=8, text=lambda row: row.version),
    SheetColumn(name="task", title=N_("Task"), width=12, text=lambda row: label(row.task)),
    SheetColumn(name="differs", title=N_("Kind"), width=14, text=lambda row: label(row.kind)),
    SheetColumn(
        name="day",
        title=N_("Business date"),
        width=12,
        text=lambda row: row.business_on.isoformat(),
    ),
    SheetColumn(name="channel", title=N_("Channel"), width=10, text=lambda row: row.channel),
    SheetColumn(name="in_book", title=N_("Payee"), width=10, text=lambda row: row.payee),
    SheetColumn(name="ours_key", title=N_("Our key"), width=26, text=lambda row: row.ours_key),
    SheetColumn(
        name="theirs_key", title=N_("Their key"), width=26, text=lambda row: row.theirs_key
    ),
    SheetColumn(name="ours", title=N_("Ours"), width=13, text=lambda row: row.ours_fen, money=True),
    SheetColumn(
        name="theirs", title=N_("Theirs"), width=13, text=lambda row: row.theirs_fen, money=True
    ),
    SheetColumn(
        name="difference",
        title=N_("Difference"),
        width=13,
        text=lambda row: row.difference_fen,
        money=True,
    ),
    SheetColumn(name="status", title=N_("State"), width=12, text=lambda row: label(row.status)),
    SheetColumn(
        name="assignee", title=N_("Assignee"), width=12, text=lambda row: row.assignee, free=True
    ),
    SheetColumn(name="note", title=N_("New note"), width=30, text=lambda _row: None, free=True),
    SheetColumn(name="kind", title=N_("Adjust by"), width=18, text=lambda _row: None, free=True),
    SheetColumn(
        name="amount",
        title=N_("Amount (all if empty)"),
        width=14,
        text=lambda _row: None,
        money=True,
        free=True,
    ),
    SheetColumn(name="reason", title=N_("Reason"), width=30, text=lambda _row: None, free=True),
    SheetColumn(
        name="reason_code", title=N_("Reason code"), width=14, text=lambda _row: None, free=True
    ),
    SheetColumn(
        name="payee", title=N_("In the book of"), width=12, text=lambda _row: None, free=True
    ),
    SheetColumn(
        name="original", title=N_("Original payment"), width=22, text=lambda _row: None, free=True
    ),
)
"""In the order in which they stand; the names are in the hidden first row."""


def write_cases(
    path: Path,
    ids: Sequence[int],
    load: Callable[[Sequence[int]], Sequence[CaseRow]],
    *,
    people: Sequence[str],
    progress: Progress | None = None,
) -> int:
    """Write discrepancies to a workbook and return how many; `people` can be assigned.

    Raises:
        Cancelled: The user stopped it.
    """
    told = progress or Silent()
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_(_SHEET))
    _set_up(sheet, len(ids), people)
    sheet.append([_cell(sheet, one.name) for one in COLUMNS])
    sheet.append([_title(sheet, one) for one in COLUMNS])
    written = 0
    for row in _loaded(ids, load, told):
        sheet.append([_filled(sheet, one, one.text(row)) for one in COLUMNS])
        written += 1
    book.save(path)
    return written


def _loaded(
    ids: Sequence[int], load: Callable[[Sequence[int]], Sequence[CaseRow]], told: Progress
) -> Iterator[CaseRow]:
    for start in range(0, len(ids), _CHUNK):
        told.advance(start, len(ids))
        yield from load(ids[start : start + _CHUNK])
    told.advance(len(ids), len(ids))


def _set_up(sheet: Any, count: int, people: Sequence[str]) -> None:
    sheet.freeze_panes = "C3"
    sheet.row_dimensions[1].hidden = True
    sheet.column_dimensions["B"].hidden = True
    for place, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.protection.sheet = True
    for name in ("formatColumns", "formatRows", "sort", "autoFilter"):
        setattr(sheet.protection, name, False)
    last = count + 2
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(COLUMNS))}{last}"
    lists: Mapping[str, Sequence[str]] = {
        "kind": [label(kind) for kind in AdjustmentKind],
        "assignee": people,
    }
    for name, values in lists.items():
        shown = ",".join(value.replace(",", " ") for value in values)
        if values and len(shown) <= _LONGEST_LIST:
            place = [one.name for one in COLUMNS].index(name) + 1
            rule = DataValidation(type="list", formula1=f'"{shown}"', allow_blank=True)
            rule.add(f"{get_column_letter(place)}3:{get_column_letter(place)}{max(last, 3)}")
            sheet.data_validations.append(rule)


def _title(sheet: Any, column: SheetColumn) -> Any:
    cell = _cell(sheet, _(column.title))
    cell.font = Font(bold=True)
    cell.fill = _FREE if column.free else _HEAD
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _filled(sheet: Any, column: SheetColumn, value: str | int | None) -> Any:
    if column.money and isinstance(value, int):
        # Written out: openpyxl would write 544.81 as 544.8099999999999.
        cell = _cell(sheet, yuan(value))
        cell.data_type = "n"
    else:
        cell = _cell(sheet, value or None)
    if column.money:
        cell.number_format = _MONEY
    cell.protection = _OPEN if column.free else _LOCKED
    if column.free:
        cell.fill = _FREE
    return cell


def _cell(sheet: Any, value: str | int | None) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = is_formula(value)
    return cell
