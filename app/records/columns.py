"""Entries as whole columns beside their rows, for runs that read a day at once.

Reading a million rows out of a database takes seconds, reading the same columns packed takes
tenths. The rows are what counts: where a copy is missing, they are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from app.base.lazily import Lazily
from app.db import bulk
from app.db.errors import DatabaseDamaged
from app.db.workspace import Tx
from app.intake.model import SourceFile, SourcePart
from app.intake.rules import Kind
from app.records.kinds import SHAPES
from app.records.model import EntryColumns

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc
else:
    pa = Lazily("pyarrow")
    pc = Lazily("pyarrow.compute")

PACKED: dict[Kind, tuple[str, ...]] = {
    Kind.PAYMENTS: (
        "id", "channel", "type", "payment_no", "txn_no", "amount_fen", "fee_fen", "paid_at",
        "business_on", "status",
    ),
    Kind.CHANNEL: (
        "id", "channel", "type", "payment_no", "txn_no", "amount_fen", "fee_fen", "traded_at",
        "business_on", "status",
    ),
}  # fmt: skip
"""The columns that are kept of the kinds that come by the million."""

_COMPRESSION = "zstd"

_MANY = 100_000
"""From so many entries on it pays to unpack columns for their sums."""


def keep_columns(tx: Tx, file: SourceFile, number: int, batch: pa.RecordBatch) -> None:
    """Keep a batch of new entries, which has their ids, beside their rows."""
    names = PACKED.get(file.kind)
    day = SHAPES[file.kind].day
    if names is None or day is None:
        return
    days, ids = pc.min_max(batch.column(day)).as_py(), batch.column("id")
    packed = pa.BufferOutputStream()
    part = batch.select(names)
    options = pa.ipc.IpcWriteOptions(compression=_COMPRESSION)
    with pa.ipc.new_stream(packed, part.schema, options=options) as stream:
        stream.write_batch(part)
    tx.session.add(
        EntryColumns(
            file_id=file.id,
            number=number,
            first_id=ids[0].as_py(),
            last_id=ids[-1].as_py(),
            first_on=days["min"],
            last_on=days["max"],
            data=packed.getvalue().to_pybytes(),
        )
    )


def drop_columns(tx: Tx, file_id: int) -> None:
    """Let go of a file's columns before its entries go."""
    tx.session.execute(
        delete(EntryColumns).where(EntryColumns.file_id == file_id),
        execution_options={"synchronize_session": False},
    )


def packed_files(session: Session, kind: Kind) -> list[int]:
    """Return the files of a kind whose entries can be read as columns."""
    query = select(EntryColumns.file_id).join(SourceFile, SourceFile.id == EntryColumns.file_id)
    return sorted(session.scalars(query.where(SourceFile.kind == kind).distinct()))


def read_columns(session: Session, kind: Kind, first: int, last: int) -> pa.Table:
    """Return the packed entries of a kind on days from `first` to `last`."""
    query = (
        select(EntryColumns.first_on, EntryColumns.last_on, EntryColumns.data)
        .join(SourceFile, SourceFile.id == EntryColumns.file_id)
        .where(
            SourceFile.kind == kind, EntryColumns.last_on >= first, EntryColumns.first_on <= last
        )
        .order_by(EntryColumns.first_id)
    )
    parts = [
        part
        if first <= first_on and last_on <= last
        else part.filter((pc.field("business_on") >= first) & (pc.field("business_on") <= last))
        for first_on, last_on, part in (
            (first_on, last_on, unpacked(data))
            for first_on, last_on, data in session.execute(query)
        )
    ]
    return pa.concat_tables(parts) if parts else _nothing(kind)


def sums_by_channel(session: Session, kind: Kind, day: int) -> dict[str, tuple[int, int]]:
    """Return how many entries of a kind each channel has on a day, and their sum in fen.

    A day of a million is added up from its packed columns: the rows take ten times as long.
    """
    table, packed = SHAPES[kind].table, packed_files(session, kind)
    on_day = table.c.business_on == day
    rows = select(table.c.channel, func.count(), func.sum(table.c.amount_fen))
    parts = (
        select(EntryColumns.data)
        .join(SourceFile, SourceFile.id == EntryColumns.file_id)
        .where(SourceFile.kind == kind, EntryColumns.last_on >= day, EntryColumns.first_on <= day)
    )
    size = parts.with_only_columns(func.sum(EntryColumns.last_id - EntryColumns.first_id + 1))
    if (session.scalars(size).one() or 0) < _MANY:
        whole = session.execute(rows.where(on_day).group_by(table.c.channel))
        return {channel: (count, int(fen)) for channel, count, fen in whole}
    sums: dict[str, tuple[int, int]] = {}
    others = _others(session, kind, day, packed)
    plain = rows.where(on_day, table.c.file_id.in_(others)).group_by(table.c.channel)
    found = session.execute(plain).all() if others else []
    for channel, count, fen in (*found, *_added_up(session, kind, parts, day)):
        before = sums.get(channel, (0, 0))
        sums[channel] = (before[0] + count, before[1] + int(fen))
    return sums


def _others(session: Session, kind: Kind, day: int, packed: list[int]) -> list[int]:
    """The files with entries on a day that are not there as columns."""
    query = (
        select(SourcePart.file_id)
        .join(SourceFile, SourceFile.id == SourcePart.file_id)
        .where(SourceFile.kind == kind, SourcePart.business_on == day)
        .distinct()
    )
    return sorted(set(session.scalars(query)) - set(packed))


def _added_up(
    session: Session, kind: Kind, parts: Select[bytes], day: int
) -> Iterator[tuple[str, int, int]]:
    names = PACKED[kind]
    wanted = [names.index(name) for name in ("channel", "amount_fen", "business_on")]
    options = pa.ipc.IpcReadOptions(included_fields=wanted)
    for data in session.scalars(parts):
        try:
            part = pa.ipc.open_stream(data, options=options).read_all()
        except (pa.ArrowException, OSError):
            raise DatabaseDamaged from None
        own = part.filter(pc.field("business_on") == day)
        sums = own.group_by("channel").aggregate([("amount_fen", "count"), ("amount_fen", "sum")])
        for row in sums.to_pylist():
            yield row["channel"], row["amount_fen_count"], row["amount_fen_sum"]


def unpacked(data: bytes) -> pa.Table:
    """Return the entries that a copy holds; whole numbers are int64, all else is text.

    Raises:
        DatabaseDamaged: These are no packed columns.
    """
    try:
        table = pa.ipc.open_stream(data).read_all()
    except (pa.ArrowException, OSError):
        raise DatabaseDamaged from None
    return table.cast(_wide(table.schema))


def unlike_rows(session: Session, kind: Kind) -> Iterator[int]:
    """Yield the files whose packed columns differ from their rows."""
    for file_id in packed_files(session, kind):
        file = session.get_one(SourceFile, file_id)
        if _rows_alike(session, kind, file_id) != file.accepted:
            yield file_id


def _rows_alike(session: Session, kind: Kind, file_id: int) -> int | None:
    """Return how many rows a file's packed columns equal, None where one differs."""
    table = SHAPES[kind].table
    rows = select(*(table.c[name] for name in PACKED[kind])).order_by(table.c.id)
    found = 0
    for first_id, last_id, data in session.execute(_parts(file_id)):
        mine = rows.where(table.c.id.between(first_id, last_id), table.c.file_id == file_id)
        try:
            packed = unpacked(data)
        except DatabaseDamaged:
            return None
        if not packed.equals(bulk.read(session.connection(), mine)):
            return None
        found += packed.num_rows
    return found


def _parts(file_id: int) -> Select[int, int, bytes]:
    return (
        select(EntryColumns.first_id, EntryColumns.last_id, EntryColumns.data)
        .where(EntryColumns.file_id == file_id)
        .order_by(EntryColumns.number)
    )


def _wide(schema: pa.Schema) -> pa.Schema:
    return pa.schema(
        [
            pa.field(one.name, pa.int64() if pa.types.is_integer(one.type) else pa.string())
            for one in schema
        ]
    )


def _nothing(kind: Kind) -> pa.Table:
    table = SHAPES[kind].table
    query = select(*(table.c[name] for name in PACKED[kind]))
    return bulk.schema_of(query).empty_table()
