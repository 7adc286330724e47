"""A large synthetic day in the standard templates, with known faults.

Rows are made in columns, so that three million take seconds. The same size gives the same files.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

DAY = datetime(2026, 11, 18, tzinfo=UTC)
SECONDS = 86_400
MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How many of each fault stand in a day, and so what must be reported."""

    missing_theirs: int
    timing: int
    missing_ours: int
    duplicate_ours: int
    duplicate_theirs: int
    amount_differs: int
    status_differs: int
    fee_differs: int

    def kinds(self) -> dict[str, int]:
        """Return the count by kind of discrepancy, without those that do not occur."""
        return {kind: count for kind, count in asdict(self).items() if count}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The two files of a day and what stands in them."""

    rows: int
    payments: Path
    channel: Path
    faults: Faults
    theirs: int
    matched: int


def faults_of(rows: int) -> Faults:
    """Scale the faults of a million payments to a number of rows."""

    def scaled(count: int) -> int:
        return max(1, count * rows // MILLION)

    return Faults(
        missing_theirs=scaled(3_800),
        timing=scaled(200),
        missing_ours=scaled(1_700),
        duplicate_ours=scaled(200),
        duplicate_theirs=scaled(500),
        amount_differs=scaled(600),
        status_differs=scaled(300),
        fee_differs=scaled(400),
    )


def make_day(folder: Path, rows: int) -> Day:
    """Write the files of a day, unless they are there already."""
    faults = faults_of(rows)
    failed = max(1, 2_000 * rows // MILLION)
    paired = rows - faults.duplicate_ours - failed - faults.missing_theirs - faults.timing
    day = Day(
        rows=rows,
        payments=folder / f"payments-{rows}.csv",
        channel=folder / f"channel-{rows}.csv",
        faults=faults,
        theirs=paired + faults.missing_ours + faults.duplicate_theirs,
        matched=paired - faults.amount_differs - faults.status_differs,
    )
    if not (day.payments.exists() and day.channel.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        base = _base(rows, faults, failed)
        _payments(base, faults).write_csv(day.payments, line_terminator="\r\n")
        _channel(base, faults).write_csv(day.channel, line_terminator="\r\n")
    return day


def _base(rows: int, faults: Faults, failed: int) -> pl.DataFrame:
    """Return the payments without duplicates, each with the fault that is planted on it."""
    count = rows - faults.duplicate_ours
    random = np.random.default_rng(rows)
    second = np.arange(count) * SECONDS // count
    fen = np.minimum(random.lognormal(9.0, 1.0, count).astype(np.int64) + 100, 50_000_000)
    fault = np.zeros(count, dtype="U16")
    # Away from the cut-off, so that what is missing is missing and not a timing item.
    free = random.permutation(np.flatnonzero((second > 3_600) & (second < SECONDS - 3_600)))
    late = random.permutation(np.flatnonzero(second > SECONDS - 1_500))
    fault[late[: faults.timing]] = "timing"
    planted = {
        "failed": failed,
        "missing_theirs": faults.missing_theirs,
        "amount_differs": faults.amount_differs,
        "status_differs": faults.status_differs,
        "fee_differs": faults.fee_differs,
        "duplicate_ours": faults.duplicate_ours,
        "duplicate_theirs": faults.duplicate_theirs,
    }
    for name, number in planted.items():
        fault[free[:number]] = name
        free = free[number:]
    return pl.DataFrame(
        {
            "number": np.arange(count, dtype=np.int64),
            "second": second,
            "fen": fen,
            "refund": random.random(count) < 0.03,
            "fault": fault,
        }
    )


def _payments(base: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    again = base.filter(pl.col("fault") == "duplicate_ours").head(faults.duplicate_ours)
    rows = pl.concat([base, again]).sort("second", "number")
    unsuccessful = pl.col("fault").is_in(["failed", "status_differs"])
    return rows.select(
        _number("O2026111800", "number").alias("支付订单号"),
        _number("P2026111800", "number").alias("支付流水号"),
        _moment("second").alias("支付时间"),
        pl.lit("ALIPAY").alias("支付渠道"),
        pl.lit("支付宝").alias("支付工具"),
        _refund().alias("交易类型"),
        _yuan(pl.col("fen")).alias("金额"),
        _yuan(_fee()).alias("手续费"),
        pl.lit("").alias("优惠承担方"),
        pl.when(unsuccessful).then(pl.lit("失败")).otherwise(pl.lit("成功")).alias("状态"),
        _number("2026111822001", "number").alias("渠道流水号"),
        pl.lit("").alias("原支付流水号"),
        pl.lit("单户").alias("支付场景"),
    )


def _channel(base: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    there = base.filter(~pl.col("fault").is_in(["failed", "missing_theirs", "timing"]))
    again = there.filter(pl.col("fault") == "duplicate_theirs")
    extra = there.gather_every(max(1, there.height // (faults.missing_ours * 2)), 1)
    extra = extra.filter(pl.col("second").is_between(3_600, SECONDS - 3_600))
    extra = extra.head(faults.missing_ours).with_columns(
        number=pl.col("number") + 500_000_000, fault=pl.lit("")
    )
    rows = pl.concat([there, again, extra]).sort("second", "number")
    differs = pl.when(pl.col("fault") == "amount_differs").then(1).otherwise(0)
    fee_differs = pl.when(pl.col("fault") == "fee_differs").then(1).otherwise(0)
    return rows.select(
        pl.lit("ALIPAY").alias("渠道编码"),
        _number("P2026111800", "number").alias("商户订单号"),
        _number("2026111822001", "number").alias("渠道流水号"),
        _moment("second").alias("交易时间"),
        _refund().alias("交易类型"),
        _yuan(pl.col("fen") + differs).alias("金额"),
        _yuan(_fee() + fee_differs).alias("手续费"),
        pl.lit("成功").alias("状态"),
    )


def make_sheet(folder: Path, rows: int) -> Path:
    """Write an XLSX of payments with 12 columns, numbers and dates as a spreadsheet has them."""
    from openpyxl import Workbook  # noqa: PLC0415 - only when the file is not there yet

    path = folder / f"payments-{rows}.xlsx"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    titles = "支付订单号 支付流水号 支付时间 支付渠道 支付工具 交易类型 金额 手续费 优惠承担方 状态"
    book = Workbook(write_only=True)
    sheet = book.create_sheet("支付流水")
    sheet.append([*titles.split(), "渠道流水号", "支付场景"])
    start = DAY.replace(tzinfo=None)
    for number in range(rows):
        at = start + timedelta(seconds=number * SECONDS // rows)
        keys = (f"O{number:012}", f"P{number:012}", at, "ALIPAY", "支付宝", "支付")
        fen = 100 + number * 7919 % 999_983
        sheet.append([*keys, fen / 100, fen // 200 / 100, "", "成功", f"T{number:012}", "单户"])
    book.save(path)
    return path


def _number(prefix: str, column: str) -> pl.Expr:
    return pl.concat_str(pl.lit(prefix), pl.col(column).cast(pl.String).str.zfill(9))


def _moment(column: str) -> pl.Expr:
    start = pl.lit(DAY.replace(tzinfo=None))
    return (start + pl.duration(seconds=pl.col(column))).dt.strftime("%Y-%m-%d %H:%M:%S")


def _yuan(fen: pl.Expr) -> pl.Expr:
    cents = (fen % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str((fen // 100).cast(pl.String), pl.lit("."), cents)


def _fee() -> pl.Expr:
    return (pl.col("fen") * 6 + 500) // 1000


def _refund() -> pl.Expr:
    return pl.when(pl.col("refund")).then(pl.lit("退款")).otherwise(pl.lit("支付"))
