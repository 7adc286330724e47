"""The plain pipeline: csv module, executemany on the standard sqlite3, matching in SQL.

What a good developer would write without further ado, storing the same facts as the program: all
columns of both templates, three indexes a table, matches and discrepancies; then reading them back.
Run as a script with the two files and the database; prints what it found as JSON.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "temp_store=MEMORY", "cache_size=-200000")

TABLES = """
CREATE TABLE payment (id INTEGER PRIMARY KEY, order_no TEXT NOT NULL, payment_no TEXT NOT NULL,
  paid_at TEXT NOT NULL, business_on INTEGER NOT NULL, channel TEXT NOT NULL,
  instrument TEXT NOT NULL, type TEXT NOT NULL, amount_fen INTEGER NOT NULL, fee_fen INTEGER,
  bearer TEXT NOT NULL, status TEXT NOT NULL, txn_no TEXT NOT NULL, original TEXT NOT NULL,
  scene TEXT NOT NULL);
CREATE TABLE record (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, payment_no TEXT NOT NULL,
  txn_no TEXT NOT NULL, traded_at TEXT NOT NULL, business_on INTEGER NOT NULL, type TEXT NOT NULL,
  amount_fen INTEGER NOT NULL, fee_fen INTEGER, status TEXT NOT NULL);
CREATE TABLE match (id INTEGER PRIMARY KEY, ours INTEGER, theirs INTEGER, rule TEXT NOT NULL);
CREATE TABLE discrepancy (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, ours INTEGER, theirs INTEGER,
  difference_fen INTEGER NOT NULL);
"""

INDEXES = """
CREATE INDEX payment_key ON payment (payment_no, type);
CREATE INDEX payment_txn ON payment (txn_no);
CREATE INDEX payment_order ON payment (order_no);
CREATE INDEX record_key ON record (payment_no, type);
CREATE INDEX record_txn ON record (txn_no);
CREATE INDEX record_day ON record (channel, business_on);
"""

# Repeated keys are paired by rank; only they are ranked, the rest is joined once.
MATCHING = """
CREATE TEMP TABLE ours_again AS SELECT id, n FROM (
  SELECT id, row_number() OVER (PARTITION BY payment_no, type ORDER BY id) AS n
  FROM payment WHERE (payment_no, type) IN (
    SELECT payment_no, type FROM payment GROUP BY payment_no, type HAVING count(*) > 1))
  WHERE n > 1;
CREATE TEMP TABLE theirs_again AS SELECT id, n FROM (
  SELECT id, row_number() OVER (PARTITION BY payment_no, type ORDER BY id) AS n
  FROM record WHERE (payment_no, type) IN (
    SELECT payment_no, type FROM record GROUP BY payment_no, type HAVING count(*) > 1))
  WHERE n > 1;
INSERT INTO match (ours, theirs, rule) SELECT p.id, r.id, 'payment_no'
  FROM payment p JOIN record r ON r.payment_no = p.payment_no AND r.type = p.type
  WHERE p.amount_fen = r.amount_fen AND p.status = r.status
    AND p.id NOT IN (SELECT id FROM ours_again) AND r.id NOT IN (SELECT id FROM theirs_again);
CREATE TEMP TABLE pair AS
  SELECT p.id AS ours, r.id AS theirs, p.amount_fen AS ours_fen, r.amount_fen AS theirs_fen,
    p.fee_fen AS ours_fee, r.fee_fen AS theirs_fee, p.status AS ours_status,
    r.status AS theirs_status
  FROM payment p JOIN record r ON r.payment_no = p.payment_no AND r.type = p.type
  WHERE (p.amount_fen <> r.amount_fen OR p.status <> r.status OR p.fee_fen <> r.fee_fen)
    AND p.id NOT IN (SELECT id FROM ours_again) AND r.id NOT IN (SELECT id FROM theirs_again);
INSERT INTO discrepancy (kind, ours, theirs, difference_fen)
  SELECT 'status_differs', ours, theirs,
    CASE ours_status WHEN '成功' THEN ours_fen ELSE 0 END
    - CASE theirs_status WHEN '成功' THEN theirs_fen ELSE 0 END
  FROM pair WHERE ours_status <> theirs_status
  UNION ALL SELECT 'amount_differs', ours, theirs, ours_fen - theirs_fen
  FROM pair WHERE ours_fen <> theirs_fen AND ours_status = theirs_status
  UNION ALL SELECT 'fee_differs', ours, theirs, ours_fee - theirs_fee
  FROM pair WHERE ours_fen = theirs_fen AND ours_status = theirs_status AND ours_fee <> theirs_fee
  UNION ALL SELECT 'duplicate_ours', p.id, NULL, p.amount_fen
  FROM payment p JOIN ours_again USING (id)
  UNION ALL SELECT 'duplicate_theirs', NULL, r.id, -r.amount_fen
  FROM record r JOIN theirs_again USING (id)
  UNION ALL SELECT CASE WHEN substr(p.paid_at, 12) >= '23:30:00' THEN 'timing'
    ELSE 'missing_theirs' END, p.id, NULL, p.amount_fen
  FROM payment p WHERE p.status = '成功' AND p.id NOT IN (SELECT id FROM ours_again)
    AND NOT EXISTS (SELECT 1 FROM record r WHERE r.payment_no = p.payment_no AND r.type = p.type)
  UNION ALL SELECT CASE WHEN substr(r.traded_at, 12) >= '23:30:00' THEN 'timing'
    ELSE 'missing_ours' END, NULL, r.id, -r.amount_fen
  FROM record r WHERE r.status = '成功' AND r.id NOT IN (SELECT id FROM theirs_again)
    AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.payment_no = r.payment_no AND p.type = r.type);
"""


def main(payments: Path, channel: Path, database: Path) -> None:
    """Load both files, match them, store and read back what came out."""
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(TABLES)
    connection.execute("BEGIN IMMEDIATE")
    _insert(connection, "payment", 14, _payments(payments))
    _insert(connection, "record", 9, _records(channel))
    for statement in (INDEXES + MATCHING).split(";\n"):
        connection.execute(statement)
    connection.execute("COMMIT")
    sys.stdout.write(json.dumps(_read_back(connection)))


def _insert(
    connection: sqlite3.Connection, table: str, columns: int, rows: Iterator[tuple[object, ...]]
) -> None:
    marks = ",".join("?" * columns)
    connection.executemany(f"INSERT INTO {table} VALUES (NULL,{marks})", rows)  # noqa: S608


def _payments(path: Path) -> Iterator[tuple[object, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for order, number, at, channel, tool, kind, amount, fee, *rest in rows:
            signed = -_fen(amount) if kind == "退款" else _fen(amount)
            fees = None if not fee else -_fen(fee) if kind == "退款" else _fen(fee)
            yield (order, number, at, _day(at), channel, tool, kind, signed, fees, *rest)


def _records(path: Path) -> Iterator[tuple[object, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for channel, number, txn, at, kind, amount, fee, status in rows:
            signed = -_fen(amount) if kind == "退款" else _fen(amount)
            fees = None if not fee else -_fen(fee) if kind == "退款" else _fen(fee)
            yield (channel, number, txn, at, _day(at), kind, signed, fees, status)


def _fen(text: str) -> int:
    whole, _, cents = text.partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


def _day(text: str) -> int:
    return int(text[:4] + text[5:7] + text[8:10])


def _read_back(connection: sqlite3.Connection) -> dict[str, object]:
    matches = connection.execute("SELECT ours, theirs, rule FROM match").fetchall()
    found = connection.execute(
        "SELECT kind, count(*), sum(difference_fen) FROM discrepancy GROUP BY kind"
    ).fetchall()
    difference = connection.execute(
        "SELECT (SELECT sum(amount_fen) FROM payment WHERE status = '成功')"
        " - (SELECT sum(amount_fen) FROM record WHERE status = '成功')"
    ).fetchone()[0]
    explained = sum(fen for kind, _count, fen in found if kind != "fee_differs")
    if difference != explained:
        raise SystemExit(f"the sums do not agree: {difference} and {explained}")
    return {"matched": len(matches), "kinds": {kind: count for kind, count, _fen in found}}


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
