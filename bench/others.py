"""datacompy on polars over the same rows in memory; it stores nothing.

Runs in bench/.venv, which has an older polars than the program, so it imports nothing of ours.
Prints the seconds of comparing alone, reading the files excluded.
"""

from __future__ import annotations

import json
import sys
import time

import polars as pl
from datacompy import PolarsCompare

KEYS = ["payment_no", "type"]


def main(payments: str, channel: str) -> None:
    """Read both files, then compare and classify under the clock."""
    ours = _read(payments, "支付流水号", "交易类型", "金额", "手续费", "状态")
    theirs = _read(channel, "商户订单号", "交易类型", "金额", "手续费", "状态")
    began = time.perf_counter()
    comparison = PolarsCompare(ours, theirs, join_columns=KEYS)
    found = {
        "matched": int(comparison.count_matching_rows()),
        "differ": int(comparison.all_mismatch().height),
        "only_ours": int(comparison.df1_unq_rows.height),
        "only_theirs": int(comparison.df2_unq_rows.height),
    }
    seconds = time.perf_counter() - began
    sys.stdout.write(json.dumps({"seconds": seconds, **found}))


def _read(path: str, *columns: str) -> pl.DataFrame:
    number, kind, amount, fee, status = columns
    return pl.read_csv(path, infer_schema=False, columns=list(columns)).select(
        pl.col(number).alias("payment_no"),
        pl.col(kind).alias("type"),
        _fen(amount).alias("amount_fen"),
        _fen(fee).alias("fee_fen"),
        pl.col(status).alias("status"),
    )


def _fen(column: str) -> pl.Expr:
    return pl.col(column).str.replace(".", "", literal=True).cast(pl.Int64)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
