"""Workbooks load as what their cells say, and what their cells cannot say is told."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import msoffcrypto
import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from app.intake.reader import Reader
from app.intake.rules import Reason
from tests.intake.books import raw_book, row_xml, write_book
from tests.intake.making import CHANNEL, PAYMENT, PAYMENTS, TODAY, columns, read_path

HEADER = PAYMENTS.split(",")
ROW = PAYMENT.split(",")
MOMENT = datetime(2026, 10, 13, 8, 15, 30)  # noqa: DTZ001 - cells of workbooks have no zone
MORNING = 1791850530


def with_cells(**cells: Any) -> list[Any]:
    row: list[Any] = list(ROW)
    for name, cell in cells.items():
        row[HEADER.index(name)] = cell
    return row


def test_numbers_and_dates_of_a_workbook_are_read_exactly(reader: Reader, tmp_path: Path) -> None:
    rows = [
        with_cells(金额=100.1, 手续费=0.6, 支付时间=MOMENT),
        with_cells(金额=7),
        with_cells(金额="1,234.5"),
    ]

    outcome = read_path(reader, write_book(tmp_path / "a.dat", [HEADER, *rows]))

    assert outcome.summary.problems == ()
    assert columns(outcome.rows, "line", "amount_fen", "fee_fen", "paid_at") == [
        (2, 10010, 60, MORNING),
        (3, 700, 60, MORNING),
        (4, 123450, 60, MORNING),
    ]


def test_the_header_may_stand_below_a_title_and_lines_are_those_of_the_sheet(
    reader: Reader, tmp_path: Path
) -> None:
    rows: list[list[Any]] = [
        ["某平台支付流水"],
        *[[]] * 4,
        ["2026年10月13日"],
        HEADER,
        ROW,
        [],
        ROW,
        ["#合计", 2, 200.0],
    ]

    outcome = read_path(reader, write_book(tmp_path / "a.xlsx", rows))

    assert outcome.summary.problems == ()
    assert [row["line"] for row in outcome.rows] == [8, 10]
    assert [total.found for total in outcome.summary.totals] == ["2", "200.00"]


def test_a_table_may_begin_anywhere_in_the_sheet(reader: Reader, tmp_path: Path) -> None:
    rows: list[list[Any]] = [[]] * 3 + [[None, None, *HEADER], [None, None, *ROW]]

    outcome = read_path(reader, write_book(tmp_path / "a.xlsx", rows))

    assert columns(outcome.rows, "line", "order_no") == [(5, "O1")]


def test_workbooks_that_count_from_1904_are_read_right(reader: Reader, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    sheet.append(with_cells(支付时间=MOMENT))
    book.save(tmp_path / "a.xlsx")

    outcome = read_path(reader, tmp_path / "a.xlsx")

    assert columns(outcome.rows, "paid_at") == [(MORNING,)]


def test_days_and_times_of_day_are_cells_too(reader: Reader, tmp_path: Path) -> None:
    header = ["渠道编码", "名称", "类型", "日切", "结算周期", "费率ppm"]
    row = ["ICBC", "工商银行", "银行", time(23, 30), "T+2 自然日", 600]

    outcome = read_path(reader, write_book(tmp_path / "a.xlsx", [header, row]))

    assert columns(outcome.rows, "cutoff", "cycle_days", "cycle", "rate_ppm") == [
        (1410, 2, "calendar", 600)
    ]


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"支付订单号": 20261013000000123456}, "支付订单号", Reason.ID_AS_NUMBER),
        ({"渠道流水号": 1234567890123456}, "渠道流水号", Reason.ID_AS_NUMBER),
        ({"金额": 12.345}, "金额", Reason.BAD_AMOUNT),
        ({"支付时间": 60}, "支付时间", Reason.BAD_DATE),
        ({"支付时间": date(1999, 1, 1)}, "支付时间", Reason.DATE_OUTSIDE),
        ({"金额": "=1+1"}, "金额", Reason.FORMULA_WITHOUT_VALUE),
        ({"金额": "#DIV/0!"}, "金额", Reason.CELL_ERROR),
        ({"金额": True}, "金额", Reason.BAD_AMOUNT),
    ],
)
def test_a_bad_cell_is_named_with_sheet_row_and_column(
    reader: Reader, tmp_path: Path, cells: dict[str, Any], column: str, reason: Reason
) -> None:
    path = write_book(tmp_path / "a.xlsx", [HEADER, ROW, with_cells(**cells)])

    problems = read_path(reader, path).summary.problems

    where = {(one.reason, one.sheet, one.line, one.column) for one in problems}
    assert (reason, "明细", 3, column) in where


def test_numbers_of_fifteen_digits_are_still_exact(reader: Reader, tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", [HEADER, with_cells(支付订单号=123456789012345)])

    assert columns(read_path(reader, path).rows, "order_no") == [("123456789012345",)]


def test_one_sheet_among_others_is_found(reader: Reader, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, rows in (("说明", [["填写说明"]]), ("数据", [HEADER, ROW])):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "a.xlsx")

    assert len(read_path(reader, tmp_path / "a.xlsx").rows) == 1


def test_several_sheets_with_statements_are_refused(reader: Reader, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, header in (("支付", PAYMENTS), ("渠道", CHANNEL)):
        book.create_sheet(title).append(header.split(","))
    book.save(tmp_path / "a.xlsx")

    (source,) = reader.sources(tmp_path / "a.xlsx")

    assert source.error is not None
    assert (source.error.reason, source.error.params["sheets"]) == (
        Reason.SEVERAL_SHEETS,
        "支付, 渠道",
    )


def test_encrypted_workbooks_open_with_their_password_only(reader: Reader, tmp_path: Path) -> None:
    plain = write_book(tmp_path / "plain.xlsx", [HEADER, ROW])
    path = tmp_path / "a.xlsx"
    with path.open("wb") as target:
        office = msoffcrypto.OfficeFile(io.BytesIO(plain.read_bytes()))
        office.encrypt("secret", target)

    reasons = []
    for password in (None, "wrong", "secret"):
        (source,) = reader.sources(path, password=password)
        reasons.append(source.error.reason if source.error else None)

    assert reasons == [Reason.PASSWORD_NEEDED, Reason.PASSWORD_WRONG, None]
    assert len(read_path(reader, path, password="secret").rows) == 1


def test_formulas_with_a_stored_value_count_as_it(reader: Reader, tmp_path: Path) -> None:
    cells = row_xml(2, ROW).replace(
        '<c r="G2" t="inlineStr"><is><t>100.00</t></is></c>', '<c r="G2"><f>50+50</f><v>100</v></c>'
    )
    path = raw_book(tmp_path / "a.xlsx", row_xml(1, HEADER) + cells)

    outcome = read_path(reader, path)

    assert columns(outcome.rows, "amount_fen") == [(10000,)]


def test_a_day_that_is_a_cell_is_a_day(reader: Reader, tmp_path: Path) -> None:
    header = ["账号", "记账日期", "银行流水号", "收入金额", "支出金额", "摘要"]
    path = write_book(tmp_path / "a.xlsx", [header, ["6001", TODAY, "S1", 1.5, None, "清分"]])

    assert columns(read_path(reader, path).rows, "booked_on", "amount_fen") == [(20261014, 150)]
