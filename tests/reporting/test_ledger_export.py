"""Vouchers written for ledger systems."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree.ElementTree import parse

import openpyxl
import pytest

from app.adjustments.queries import LineView, VoucherView
from app.adjustments.rules import VoucherKind
from app.reporting import ledger_layouts
from app.reporting.ledger_export import (
    VALUES,
    NothingToExport,
    UnknownEnding,
    export_vouchers,
    form_of,
)
from app.reporting.ledger_layouts import FIELDS, BadLayout, UnknownLayout, layout, layouts


def line(code: str, *, debit: int = 0, credit: int = 0, summary: str = "") -> LineView:
    return LineView(
        code=code,
        name="银行存款" if code == "1002" else "其他应付款-待查",
        account_no="3305000011500196215" if code == "1002" else "",
        channel="",
        debit_fen=debit,
        credit_fen=credit,
        summary=summary,
    )


def voucher(summary: str = "来款挂账", fen: int = 544_81, **more: str) -> VoucherView:
    return VoucherView(
        id=1,
        payee="3103",
        month=202603,
        serial=7,
        number="3103-202603-0007",
        kind=VoucherKind.ADJUSTMENT,
        business_on=date(2026, 3, 3),
        summary=summary,
        total_fen=fen,
        source="TZ2026-000010",
        attachments=1,
        maker_name="clerk",
        checker_name="checker",
        posted_at=datetime(2026, 3, 4, 1, 2, 3, tzinfo=UTC),
        reverses=more.get("reverses", ""),
        reversed_by="",
        lines=(
            line("1002", debit=fen, summary=summary),
            line("224101", credit=fen, summary=summary),
        ),
    )


def written(path: Path, *vouchers: VoucherView, name: str = "two-columns") -> Path:
    lines = export_vouchers(
        path,
        vouchers,
        form=form_of(path),
        names={"3103": "临江水务有限公司"},
        layout=layout(name),
    )
    assert lines == 2 * len(vouchers)
    return path


def test_text_has_a_line_for_each_line_and_no_formulas(tmp_path: Path) -> None:
    path = written(tmp_path / "out.csv", voucher("=1+1"), voucher("红字", -3_00, reverses="X"))

    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["借方金额"] for row in rows] == ["544.81", "0.00", "-3.00", "0.00"]
    assert [row["贷方金额"] for row in rows] == ["0.00", "544.81", "0.00", "-3.00"]
    assert rows[0]["摘要"] == "'=1+1"
    assert rows[0]["明细"] == "'3305000011500196215"
    assert rows[0]["核算单位名称"] == "临江水务有限公司"
    assert rows[2]["冲销凭证"] == "X"


def test_a_workbook_holds_numbers_days_and_harmless_text(tmp_path: Path) -> None:
    path = written(tmp_path / "out.xlsx", voucher("=1+1"))

    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    heads, first, second = list(sheet.iter_rows(values_only=True))
    row = dict(zip(heads, first, strict=True))
    assert (row["借方金额"], row["日期"]) == (544.81, datetime(2026, 3, 3))  # noqa: DTZ001
    assert row["摘要"] == "=1+1"
    assert sheet.cell(2, heads.index("摘要") + 1).data_type == "s"
    assert row["明细"] == "3305000011500196215"
    assert dict(zip(heads, second, strict=True))["贷方金额"] == 544.81
    assert sheet.title == "记账凭证"


def test_xml_has_the_fields_of_the_standard_and_balances(tmp_path: Path) -> None:
    path = written(tmp_path / "out.xml", voucher("a & b <c>\x07"), voucher("红字", -3_00))

    records = parse(path).getroot().findall("记账凭证")
    said = [{one.tag: one.text or "" for one in record} for record in records]
    assert [one["记账凭证行号"] for one in said] == ["1", "2", "1", "2"]
    assert said[0]["记账凭证摘要"] == "a & b <c> "
    assert (said[0]["会计年度"], said[0]["会计期间号"]) == ("2026", "3")
    assert said[0]["记账凭证日期"] == "20260303"
    debit = sum(int(one["借方本币金额"].replace(".", "")) for one in said)
    credit = sum(int(one["贷方本币金额"].replace(".", "")) for one in said)
    assert debit == credit == 541_81


def test_every_field_of_a_layout_has_a_value() -> None:
    assert set(FIELDS) == set(VALUES)
    shipped = {one.name for one in layouts()}
    assert shipped >= {"two-columns", "side-and-amount"}


def test_ones_own_layout_takes_the_place_of_a_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_layouts, "ledger_layouts_folder", lambda: tmp_path)
    (tmp_path / "two-columns.toml").write_text(
        'title = "mine"\n[[columns]]\ntitle = "No."\nfield = "serial"\n'
        '[[columns]]\ntitle = "Word"\nvalue = "-记"\n',
        encoding="utf-8",
    )

    path = written(tmp_path / "own.csv", voucher())

    assert path.read_text(encoding="utf-8-sig").splitlines() == ["No.,Word", "7,'-记", "7,'-记"]
    (tmp_path / "bad.toml").write_text('[[columns]]\ntitle = "x"\nfield = "nonsense"\n')
    with pytest.raises(BadLayout, match="nonsense"):
        layouts()


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnknownEnding):
        form_of(tmp_path / "out.pdf")
    with pytest.raises(UnknownLayout, match="two-columns"):
        layout("three-columns")
    with pytest.raises(NothingToExport):
        export_vouchers(
            tmp_path / "out.csv", [], form=".csv", names={}, layout=layout("two-columns")
        )
