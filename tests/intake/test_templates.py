"""Every standard template loads as the rows it means, and what is wrong in it is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.intake.context import Context
from app.intake.fields import schema_of
from app.intake.reader import Reader
from app.intake.rules import Kind, Reason
from tests.intake.making import (
    ARRIVAL,
    ARRIVALS,
    CHANNEL,
    CHANNEL_ROW,
    PAYMENT,
    PAYMENTS,
    TODAY,
    changed,
    read_path,
    write_lines,
)
from tests.intake.templates import (
    BATCH,
    BATCHES,
    BILL,
    BILLS,
    EXPECTED,
    LINE,
    LINES,
    MORNING,
    WRITEOFF,
    WRITEOFFS,
)


@pytest.mark.parametrize(
    ("kind", "header", "row", "expected"), EXPECTED, ids=lambda one: str(one)[:9]
)
def test_a_template_loads_as_what_it_means(
    reader: Reader, tmp_path: Path, kind: Kind, header: str, row: str, expected: dict[str, Any]
) -> None:
    path = write_lines(tmp_path / "a", ["# 说明,不是表头", header, row])
    expected = {**expected, "line": 3}

    outcome = read_path(reader, path)

    assert outcome.summary.problems == ()
    assert (outcome.source.kind, outcome.rows) == (kind, [expected])
    assert list(outcome.rows[0]) == schema_of(kind).names


@pytest.mark.parametrize(
    ("kind", "header", "row", "expected"), EXPECTED, ids=lambda one: str(one)[:9]
)
def test_columns_are_found_by_name_in_any_order_and_in_either_encoding(
    reader: Reader, tmp_path: Path, kind: Kind, header: str, row: str, expected: dict[str, Any]
) -> None:
    turned = [",".join(reversed(line.split(","))) + ",多余" for line in (header, row)]
    path = write_lines(tmp_path / "a", turned, encoding="gb18030", newline="\r\n")

    outcome = read_path(reader, path)

    assert outcome.summary.problems == ()
    assert (outcome.source.kind, outcome.source.encoding) == (kind, "gb18030")
    assert outcome.rows == [expected]


@pytest.mark.parametrize(("kind", "header"), [one[:2] for one in EXPECTED])
def test_a_header_without_rows_is_an_empty_day(
    reader: Reader, tmp_path: Path, kind: Kind, header: str
) -> None:
    outcome = read_path(reader, write_lines(tmp_path / "a", [header]))

    assert (outcome.source.kind, outcome.rows, outcome.summary.rows) == (kind, [], 0)
    assert outcome.summary.problems == ()


@pytest.mark.parametrize(
    ("header", "row", "total"),
    [
        (PAYMENTS, changed(PAYMENT, PAYMENTS, 交易类型="退款"), "100.00"),
        (BILLS, changed(BILL, BILLS, 交易类型="退费"), "101.50"),
        (WRITEOFFS, changed(WRITEOFF, WRITEOFFS, 冲正标志="1"), "101.5"),
        (BATCHES, BATCH, "148.40"),
        (LINES, LINE, "49.70"),
        (ARRIVALS, changed(ARRIVAL, ARRIVALS, 收入金额="", 支出金额="30.00"), "-30.00"),
        (CHANNEL, changed(CHANNEL_ROW, CHANNEL, 交易类型="退款"), "100.00"),
    ],
)
def test_totals_are_sums_of_the_amounts_as_written(
    reader: Reader, tmp_path: Path, header: str, row: str, total: str
) -> None:
    good = write_lines(tmp_path / "good", [header, row, f"#合计,1,{total}"])
    bad = write_lines(tmp_path / "bad", [header, row, "#合计,2,0.01"])

    assert read_path(reader, good).summary.problems == ()
    assert read_path(reader, bad).reasons == [Reason.TOTAL_DISAGREES] * 2


def test_refunds_are_negative_inside(reader: Reader, tmp_path: Path) -> None:
    refund = changed(PAYMENT, PAYMENTS, 交易类型="退款", 手续费="0.60")

    (row,) = read_path(reader, write_lines(tmp_path / "a", [PAYMENTS, refund])).rows

    assert (row["type"], row["amount_fen"], row["fee_fen"]) == ("refund", -10000, -60)


def test_reversed_write_offs_are_of_the_refund_type(reader: Reader, tmp_path: Path) -> None:
    reversal = changed(WRITEOFF, WRITEOFFS, 冲正标志="1")

    (row,) = read_path(reader, write_lines(tmp_path / "a", [WRITEOFFS, reversal])).rows

    assert (row["type"], row["amount_fen"]) == ("refund", -10150)


def test_an_empty_optional_field_is_empty_not_zero(reader: Reader, tmp_path: Path) -> None:
    row = changed(PAYMENT, PAYMENTS, 手续费="")

    outcome = read_path(reader, write_lines(tmp_path / "a", [PAYMENTS, row]))

    assert outcome.rows[0]["fee_fen"] is None


def test_a_subsidy_is_always_borne_by_the_payee(reader: Reader, tmp_path: Path) -> None:
    row = changed(PAYMENT, PAYMENTS, 支付工具="光伏补贴", 支付渠道="INTERNAL")

    outcome = read_path(reader, write_lines(tmp_path / "a", [PAYMENTS, row]))

    assert outcome.rows[0]["bearer"] == "payee"


def test_channels_take_their_own_day(reader: Reader, tmp_path: Path) -> None:
    context = Context(channels={"ALIPAY": 1380, "ICBC": 120}, today=TODAY)
    rows = [
        changed(PAYMENT, PAYMENTS, 支付渠道=channel, 支付时间=f"2026-10-13 {time}")
        for channel, time in (
            ("ALIPAY", "22:59:59"),
            ("ALIPAY", "23:00:00"),
            ("ICBC", "01:59:59"),
            ("ICBC", "02:00:00"),
        )
    ]

    outcome = read_path(reader, write_lines(tmp_path / "a", [PAYMENTS, *rows]), context)

    assert [row["business_on"] for row in outcome.rows] == [20261013, 20261014, 20261012, 20261013]


CELLS: list[tuple[str, str, Reason]] = [
    ("金额", "", Reason.EMPTY_FIELD),
    ("金额", "1e309", Reason.BAD_AMOUNT),
    ("金额", "NaN", Reason.BAD_AMOUNT),
    ("金额", "inf", Reason.BAD_AMOUNT),
    ("金额", "1.234,56".replace(",", ";"), Reason.BAD_AMOUNT),
    ("金额", "12.345", Reason.BAD_AMOUNT),
    ("金额", "12345678901234.5", Reason.BAD_AMOUNT),
    ("金额", "１，２3４", Reason.BAD_AMOUNT),
    ("金额", "-5.00", Reason.NEGATIVE_AMOUNT),
    ("手续费", "0.601", Reason.BAD_AMOUNT),
    ("支付时间", "2026-02-30 00:00:00", Reason.BAD_DATE),
    ("支付时间", "0000-00-00 00:00:00", Reason.BAD_DATE),
    ("支付时间", "2026-10-13 24:00:00", Reason.BAD_DATE),
    ("支付时间", "60", Reason.BAD_DATE),
    ("支付时间", "1999-12-31 23:59:59", Reason.DATE_OUTSIDE),
    ("支付时间", "2027-10-16 00:00:00", Reason.DATE_OUTSIDE),
    ("支付渠道", "XYZ", Reason.UNKNOWN_CHANNEL),
    ("交易类型", "收款", Reason.BAD_VALUE),
    ("状态", "", Reason.EMPTY_FIELD),
    ("优惠承担方", "别人", Reason.BAD_VALUE),
    ("支付订单号", " ", Reason.EMPTY_FIELD),
    ("渠道流水号", "4.00123E+27", Reason.ID_AS_NUMBER),
]


@pytest.mark.parametrize(("column", "value", "reason"), CELLS)
def test_a_bad_cell_is_named_with_line_column_and_value(
    reader: Reader, tmp_path: Path, column: str, value: str, reason: Reason
) -> None:
    path = write_lines(
        tmp_path / "a", [PAYMENTS, PAYMENT, changed(PAYMENT, PAYMENTS, **{column: value})]
    )

    outcome = read_path(reader, path)

    (problem,) = outcome.summary.problems
    assert (problem.reason, problem.line, problem.column) == (reason, 3, column)
    assert problem.value == value.strip()
    assert "{" not in problem.text()
    assert outcome.summary.problem_count == 1


@pytest.mark.parametrize(
    ("value", "fen"),
    [
        ("1234.5", 123450),
        ("¥1234.50", 123450),
        ("￥1234.50", 123450),
        ("１２３４．５０", 123450),
        ('"1,234.50"', 123450),
        (" 1234.50\t", 123450),
        ("+1234.500", 123450),
        ("0", 0),
        ("00012.00", 1200),
    ],
)
def test_amounts_may_be_written_in_these_ways(
    reader: Reader, tmp_path: Path, value: str, fen: int
) -> None:
    path = write_lines(tmp_path / "a", [PAYMENTS, changed(PAYMENT, PAYMENTS, 金额=value)])

    outcome = read_path(reader, path)

    assert [row["amount_fen"] for row in outcome.rows] == [fen]


@pytest.mark.parametrize(
    "value",
    ["2026/10/13 08:15:30", "2026-10-13T08:15:30", "20261013081530", "20261013 08:15:30"],
)
def test_moments_may_be_written_in_these_ways(reader: Reader, tmp_path: Path, value: str) -> None:
    path = write_lines(tmp_path / "a", [PAYMENTS, changed(PAYMENT, PAYMENTS, 支付时间=value)])

    outcome = read_path(reader, path)

    assert [row["paid_at"] for row in outcome.rows] == [MORNING]


def test_every_bad_row_is_counted_and_the_first_thousand_are_named(
    reader: Reader, tmp_path: Path
) -> None:
    bad = changed(PAYMENT, PAYMENTS, 金额="x")
    path = write_lines(tmp_path / "a", [PAYMENTS, *[bad] * 2500])

    summary = read_path(reader, path).summary

    assert (summary.problem_count, len(summary.problems)) == (2500, 1000)
    assert [problem.line for problem in summary.problems] == list(range(2, 1002))


def test_personal_values_are_masked(reader: Reader, tmp_path: Path) -> None:
    row = changed(ARRIVAL, ARRIVALS, 账号="6.22202E+15", 对方账号="6.22E+18")

    problems = read_path(reader, write_lines(tmp_path / "a", [ARRIVALS, row])).summary.problems

    assert {problem.column for problem in problems} == {"账号", "对方账号"}
    assert all(set(problem.value) <= {"*"} for problem in problems)


def test_a_missing_column_is_named(reader: Reader, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a", [PAYMENTS.replace(",金额", ",钱")])

    (source,) = reader.sources(path)

    assert source.error is not None
    assert (source.error.reason, source.error.column) == (Reason.MISSING_COLUMN, "金额")


def test_a_batch_number_stands_in_a_file_once(reader: Reader, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a", [BATCHES, BATCH, BATCH])

    (problem,) = read_path(reader, path).summary.problems

    assert (problem.reason, problem.line, problem.value) == (Reason.BATCH_TWICE, 3, "B1")


def test_an_unknown_payee_is_refused(reader: Reader, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a", [BILLS, changed(BILL, BILLS, 收款单位编码="P99")])

    assert read_path(reader, path).reasons == [Reason.UNKNOWN_PAYEE]


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ("#合计,1,x", Reason.TOTAL_UNREADABLE),
        ("#合计,x,100.00", Reason.TOTAL_UNREADABLE),
        ("#合计", Reason.TOTAL_UNREADABLE),
        (f"#合计,1,100.00\n{PAYMENT}", Reason.AFTER_TOTAL),
        ("O2,P2,2026-10-13", Reason.RAGGED_ROW),
        (PAYMENT + ",x,y,z", Reason.RAGGED_ROW),
    ],
)
def test_the_end_of_a_file_is_checked(
    reader: Reader, tmp_path: Path, last: str, reason: Reason
) -> None:
    path = write_lines(tmp_path / "a", [PAYMENTS, PAYMENT, last])

    assert reason in read_path(reader, path).reasons


def test_a_total_padded_by_a_spreadsheet_still_counts(reader: Reader, tmp_path: Path) -> None:
    commas = "," * (PAYMENTS.count(",") - 2)
    path = write_lines(tmp_path / "a", [PAYMENTS, PAYMENT, f"#合计,1,100.00{commas}"])

    outcome = read_path(reader, path)

    assert outcome.summary.problems == ()
    assert [total.found for total in outcome.summary.totals] == ["1", "100.00"]


def test_rows_may_all_end_with_one_comma_too_many(reader: Reader, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a", [PAYMENTS, PAYMENT + ",", PAYMENT + ",", "#合计,2,200.00"])

    outcome = read_path(reader, path)

    assert (outcome.summary.rows, outcome.summary.problems) == (2, ())


def test_a_repeated_header_is_no_row(reader: Reader, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a", [PAYMENTS, PAYMENT, "", PAYMENTS, PAYMENT])

    assert [row["line"] for row in read_path(reader, path).rows] == [2, 5]
