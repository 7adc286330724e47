"""Discrepancies put straight into the tables: most tests need rows, not files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Integer, insert

from app.base.dates import day_number
from app.db import counters
from app.db.base import Base
from app.db.workspace import Actor, Tx, Workspace
from app.discrepancies.model import Discrepancy
from app.discrepancies.rules import Resolution, Status
from app.intake.model import SourceFile
from app.intake.rules import FileStatus, Kind
from app.matching.model import Run
from app.matching.rules import Kind as Difference
from app.matching.rules import Task
from app.records.model import ChannelRecord, Payment
from app.records.rules import Bearer, EntryStatus, EntryType

DAY = date(2026, 3, 3)


def fill_day(workspace: Workspace, actor: Actor) -> list[int]:
    """Put four discrepancies on record and return their ids: Z2, Z3, Z4 and Z9."""
    return workspace.write(actor, _fill_day).value


def fill_many(workspace: Workspace, actor: Actor, count: int) -> list[int]:
    """Put very many on record, over twenty days, and return their ids."""
    return workspace.write(actor, _fill_many, count).value


def _fill_day(tx: Tx) -> list[int]:
    file = source_file(tx, "payments.csv", Kind.PAYMENTS)
    other = source_file(tx, "icbc.csv", Kind.CHANNEL)
    day = day_number(DAY)
    ours = {2: 458_30, 3: 100_00, 4: 30_00}
    theirs = {3: 99_00, 9: 5_00}
    for number, fen in ours.items():
        tx.session.add(_payment(number, file, fen, "CCB" if number == 4 else "ICBC"))
    for number, fen in theirs.items():
        tx.session.add(_record(100 + number, file=other, number=number, fen=fen))
    for scope in ("CCB", "ICBC"):
        tx.session.add(_run(tx, scope, day))
    rows = [
        _row(1, Difference.MISSING_THEIRS, "ICBC", day, ours=(2, "Z2", 458_30)),
        _row(2, Difference.AMOUNT_DIFFERS, "ICBC", day, (3, "Z3", 100_00), (103, "Z3", 99_00)),
        _row(3, Difference.MISSING_THEIRS, "CCB", day, ours=(4, "Z4", 30_00)),
        _row(4, Difference.MISSING_OURS, "ICBC", day, theirs=(109, "Z9", 5_00)),
    ]
    tx.session.execute(insert(Discrepancy), rows)
    counters.take(tx, "discrepancy", len(rows))
    return [1, 2, 3, 4]


def _fill_many(tx: Tx, count: int) -> list[int]:
    kinds = [Difference.MISSING_THEIRS, Difference.STATUS_DIFFERS, Difference.TIMING]
    channels = ["ICBC", "CCB", "ALIPAY", "WECHAT"]
    days = [20260301 + number for number in range(20)]
    tx.session.add(_run(tx, "ICBC", days[-1]))
    rows = [
        _row(
            number,
            kinds[number % 3],
            channels[number % 4],
            days[number % 20],
            (number, f"PX20260301{number:012d}", number * 7919 % 1_000_000),
            (number, f"PX20260301{number:012d}", 1_00) if number % 3 == 1 else None,
        )
        for number in range(1, count + 1)
    ]
    for start in range(0, count, 10_000):
        tx.session.execute(insert(Discrepancy), rows[start : start + 10_000])
    counters.take(tx, "discrepancy", count)
    return list(range(1, count + 1))


def source_file(tx: Tx, name: str, kind: Kind) -> int:
    """Put a file without bytes on record and return its id."""
    row = SourceFile(
        **blank(
            SourceFile,
            sha256=name.ljust(64, "0")[:64],
            name=name,
            kind=kind,
            status=FileStatus.LOADED,
            loaded_at=tx.at,
            loaded_by=tx.actor.name,
        )
    )
    tx.session.add(row)
    tx.session.flush()
    return row.id


def _payment(number: int, file: int, fen: int, channel: str) -> Payment:
    return Payment(
        id=number,
        file_id=file,
        line=number,
        order_no=f"O{number}",
        payment_no=f"Z{number}",
        paid_at=1_772_500_000,
        business_on=day_number(DAY),
        channel=channel,
        instrument="银行卡",
        type=EntryType.PAY,
        amount_fen=fen,
        fee_fen=None,
        bearer=Bearer.NONE,
        status=EntryStatus.SUCCESS,
        txn_no="",
        original_payment_no="",
        scene="",
    )


def _record(id_: int, *, file: int, number: int, fen: int) -> ChannelRecord:
    return ChannelRecord(
        id=id_,
        file_id=file,
        line=number,
        channel="ICBC",
        payment_no=f"Z{number}",
        txn_no=f"T{number}",
        traded_at=1_772_500_003,
        business_on=day_number(DAY),
        type=EntryType.PAY,
        amount_fen=fen,
        fee_fen=12,
        fee_text="0.12",
        status=EntryStatus.SUCCESS,
    )


def _run(tx: Tx, scope: str, day: int) -> Run:
    return Run(
        **blank(
            Run,
            task=Task.CHANNEL,
            scope=scope,
            business_on=day,
            as_of=day,
            at=tx.at,
            by=tx.actor.name,
            totals="{}",
            last_match=-1,
        )
    )


def blank(model: type[Base], **values: object) -> dict[str, Any]:
    """Return values for all columns that must have one: those given, else 0 or ""."""
    table = model.__table__
    return {
        column.name: values.get(column.name, 0 if isinstance(column.type, Integer) else "")
        for column in table.columns
        if column.name in values or not (column.nullable or column.primary_key)
    }


_Side = tuple[int, str, int]


def _row(
    id_: int,
    kind: Difference,
    scope: str,
    day: int,
    ours: _Side | None = None,
    theirs: _Side | None = None,
) -> dict[str, object]:
    sides: Sequence[tuple[str, Kind, _Side | None]]
    sides = (("ours", Kind.PAYMENTS, ours), ("theirs", Kind.CHANNEL, theirs))
    row: dict[str, object] = {
        "id": id_,
        "task": Task.CHANNEL,
        "scope": scope,
        "kind": kind,
        "business_on": day,
        "difference_fen": (ours[2] if ours else 0) - (theirs[2] if theirs else 0),
        "detail": "",
        "opened_on": day,
        "resolved_on": None,
        "status": Status.OPEN,
        "resolution": Resolution.NONE,
        "assignee": "",
        "reason": "",
        "version": 1,
    }
    for name, entry_kind, side in sides:
        row[f"{name}_kind"] = entry_kind if side else None
        row[f"{name}_id"] = side[0] if side else None
        row[f"{name}_key"] = side[1] if side else ""
        row[f"{name}_fen"] = side[2] if side else 0
    return row
