"""Vouchers for ledger systems: workbooks and text in a layout, or XML by GB/T 24589.1."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from sqlalchemy.orm import Session

from app.adjustments.queries import LineView, VoucherView
from app.adjustments.rules import VoucherKind
from app.base.dates import CHINA
from app.base.errors import UserError
from app.base.i18n import N_, member_name
from app.base.money import yuan
from app.base.progress import Progress, Silent
from app.base.spreadsheets import csv_text, is_formula
from app.catalog.queries import organisations
from app.reporting.ledger_layouts import AMOUNTS, WHOLE, Layout

_CHUNK = 500
_MONEY = "#,##0.00;[Red]-#,##0.00"
_WIDEST = 40
_NARROWEST = 8
_CURRENCY = "CNY"
_TYPE = "记"
_NO_TEXT = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file can hold."""


class NothingToExport(UserError):
    """No voucher answers to what was asked for."""

    template = N_("There is no voucher to export.")


class UnknownEnding(UserError):
    """The end of the file's name says what is written."""

    template = N_("“{file}” should end with .xlsx, .csv or .xml.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of a voucher with its number within the voucher."""

    voucher: VoucherView
    line: LineView
    number: int
    payee_name: str


def payee_names(session: Session) -> dict[str, str]:
    """Return the names of those in whose books vouchers stand."""
    return {one.code: one.name for one in organisations(session)}


def form_of(path: Path) -> str:
    """Return in which form a file of this name is written, such as `.xlsx`.

    Raises:
        UnknownEnding: The name ends with none of the known ones.
    """
    if path.suffix.lower() not in _WRITERS:
        raise UnknownEnding(file=path.name)
    return path.suffix.lower()


def export_vouchers(
    path: Path,
    vouchers: Sequence[VoucherView],
    *,
    form: str,
    names: Mapping[str, str],
    layout: Layout,
    progress: Progress | None = None,
) -> int:
    """Write vouchers to a file in a form that `form_of` returned; return how many lines.

    Raises:
        NothingToExport: There is none.
        Cancelled: The user stopped it.
    """
    if not vouchers:
        raise NothingToExport
    entries = [
        Entry(voucher=one, line=line, number=number, payee_name=names.get(one.payee, ""))
        for one in vouchers
        for number, line in enumerate(one.lines, start=1)
    ]
    _WRITERS[form](path, entries, layout, progress or Silent())
    return len(entries)


def _csv(path: Path, entries: Sequence[Entry], layout: Layout, progress: Progress) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow([csv_text(column.title) for column in layout.columns])
        for entry in _told(entries, progress):
            out.writerow([_text(entry, one.field, one.value, layout) for one in layout.columns])


def _text(entry: Entry, field: str, value: str, layout: Layout) -> str:
    if not field:
        return csv_text(value)
    found = VALUES[field](entry)
    if field in AMOUNTS:
        return yuan(int(found))
    if field == "date":
        return entry.voucher.business_on.strftime(layout.date)
    return str(found) if field in WHOLE else csv_text(str(found))


def _xlsx(path: Path, entries: Sequence[Entry], layout: Layout, progress: Progress) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(layout.sheet[:31])
    sheet.freeze_panes = "A2"
    for place, column in enumerate(layout.columns, start=1):
        longest = max((len(str(_value(one, column.field))) for one in entries[:200]), default=0)
        width = min(max(2 * len(column.title), longest + 2, _NARROWEST), _WIDEST)
        sheet.column_dimensions[get_column_letter(place)].width = width
    heads = []
    for column in layout.columns:
        head = WriteOnlyCell(sheet, value=column.title)
        head.font = Font(bold=True)
        heads.append(head)
    sheet.append(heads)
    for entry in _told(entries, progress):
        sheet.append([_cell(sheet, entry, one.field, one.value) for one in layout.columns])
    book.save(path)


def _cell(sheet: Any, entry: Entry, field: str, value: str) -> Any:
    found = _value(entry, field) if field else value
    if found == "":
        return None
    made: Any = WriteOnlyCell(sheet)
    if field in AMOUNTS:
        # Written out: openpyxl would write 544.81 as 544.8099999999999.
        made.value = yuan(int(found))
        made.data_type = "n"
        made.number_format = _MONEY
        return made
    if field == "date":
        made.value = entry.voucher.business_on
        made.number_format = "yyyy-mm-dd"
        return made
    made.value = _NO_TEXT.sub(" ", found) if isinstance(found, str) else found
    if isinstance(found, str):
        # What begins like a formula stays text.
        made.data_type = "s"
        made.quotePrefix = is_formula(found)
    return made


def _xml(path: Path, entries: Sequence[Entry], layout: Layout, progress: Progress) -> None:
    """Write the element 记账凭证 of the ledger class, one for each line, fields by their names."""
    del layout
    root = Element("总账类")
    for entry in _told(entries, progress):
        record = SubElement(root, "记账凭证")
        for name, text in _standard(entry):
            SubElement(record, name).text = text
    indent(root)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _standard(entry: Entry) -> Iterator[tuple[str, str]]:
    """Return the fields that GB/T 24589.1 names for a line of a voucher, in its order."""
    voucher, line = entry.voucher, entry.line
    yield "记账凭证日期", voucher.business_on.strftime("%Y%m%d")
    yield "会计年度", str(voucher.month // 100)
    yield "会计期间号", str(voucher.month % 100)
    yield "记账凭证类型编号", _TYPE
    yield "记账凭证编号", voucher.number
    yield "记账凭证行号", str(entry.number)
    yield "记账凭证摘要", _plain(line.summary or voucher.summary)
    yield "科目编号", line.code
    yield "辅助项1编号", line.account_no
    yield "辅助项2编号", line.channel
    yield "币种编码", _CURRENCY
    yield "借方原币金额", yuan(line.debit_fen)
    yield "借方本币金额", yuan(line.debit_fen)
    yield "贷方原币金额", yuan(line.credit_fen)
    yield "贷方本币金额", yuan(line.credit_fen)
    yield "汇率", "1"
    yield "附件数", str(voucher.attachments)
    yield "制单人", _plain(voucher.maker_name)
    yield "审核人", _plain(voucher.checker_name)
    yield "记账人", _plain(voucher.checker_name or voucher.maker_name)
    yield "记账标志", "1"
    yield "作废标志", "0"
    yield "凭证来源系统", "Duiping"


def _plain(text: str) -> str:
    return _NO_TEXT.sub(" ", text)


def _told(entries: Sequence[Entry], progress: Progress) -> Iterator[Entry]:
    for place, entry in enumerate(entries):
        if place % _CHUNK == 0:
            progress.advance(place, len(entries))
        yield entry
    progress.advance(len(entries), len(entries))


def _value(entry: Entry, field: str) -> str | int:
    return VALUES[field](entry) if field else ""


_WRITERS: Mapping[str, Callable[[Path, Sequence[Entry], Layout, Progress], None]] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".xml": _xml,
}

VALUES: Mapping[str, Callable[[Entry], str | int]] = {
    "payee": lambda one: one.voucher.payee,
    "payee_name": lambda one: one.payee_name,
    "year": lambda one: one.voucher.month // 100,
    "period": lambda one: one.voucher.month % 100,
    "month": lambda one: str(one.voucher.month),
    "serial": lambda one: one.voucher.serial,
    "number": lambda one: one.voucher.number,
    "kind": lambda one: member_name(VoucherKind(one.voucher.kind)),
    "date": lambda one: one.voucher.business_on.isoformat(),
    "summary": lambda one: one.line.summary or one.voucher.summary,
    "line": lambda one: one.number,
    "ledger_code": lambda one: one.line.code,
    "ledger_name": lambda one: one.line.name,
    "account_no": lambda one: one.line.account_no,
    "channel": lambda one: one.line.channel,
    "sub_account": lambda one: one.line.account_no or one.line.channel,
    "debit": lambda one: one.line.debit_fen,
    "credit": lambda one: one.line.credit_fen,
    "amount": lambda one: one.line.debit_fen + one.line.credit_fen,
    "side": lambda one: "借" if one.line.debit_fen else "贷",
    "attachments": lambda one: one.voucher.attachments,
    "maker": lambda one: one.voucher.maker_name,
    "checker": lambda one: one.voucher.checker_name,
    "posted_at": lambda one: one.voucher.posted_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
    "source": lambda one: one.voucher.source,
    "reverses": lambda one: one.voucher.reverses,
}
"""What each field of a layout holds."""
