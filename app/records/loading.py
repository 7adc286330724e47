"""One file into the database: whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from app.base.dates import day_number, day_of
from app.base.failpoints import reach
from app.base.lazily import Lazily
from app.db import bulk, counters
from app.db.workspace import Tx
from app.intake.model import SourceChunk, SourceFile
from app.intake.protocol import RawChunk
from app.intake.reader import Reading, Source
from app.intake.rules import (
    PROBLEMS_KEPT,
    FileStatus,
    Finding,
    Kind,
    Reason,
    RowProblem,
    Summary,
)
from app.records.balances import balance_breaks
from app.records.columns import drop_columns, keep_columns
from app.records.dating import batch_days, date_order_lines
from app.records.kinds import SHAPES, Shape
from app.records.overlaps import earlier_file, settle_overlaps
from app.records.parts import keep_parts, recount_lines
from app.records.refusals import FileRejected
from app.records.repeated import without_repeated
from app.records.spread import Manner, Spread, Window
from app.records.touching import mark_touched, require_open_days
from app.records.unbatched import days_of_lines, files_of_batches, touch_lines
from app.records.using import require_unused

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
else:
    np = Lazily("numpy")
    pa = Lazily("pyarrow")
    pc = Lazily("pyarrow.compute")


@dataclass(slots=True, kw_only=True)
class Loaded:
    """What became of a file's rows."""

    file_id: int
    status: FileStatus
    rows: int
    accepted: int
    overlapping: int
    total_fen: int
    business_days: list[int]
    findings: list[Finding] = field(default_factory=list)
    replaced: Removed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Entries that are gone: those of a replaced or undone file."""

    file_id: int
    kind: Kind
    first_id: int
    last_id: int


def load_entries(
    tx: Tx,
    source: Source,
    reading: Reading,
    manner: Manner,
) -> Loaded:
    """Store a file with its entries.

    Raises:
        FileRejected: Rows are wrong, lie outside the window or contradict loaded ones.
        FileInUse: People built on the file that this one would replace.
        DayClosed: Something would come to a closed day or leave it.
        Cancelled: The user stopped it.
    """
    assert source.kind is not None
    shape = SHAPES[source.kind]
    file = new_file(tx, source)
    with bulk.loading(tx.connection, shape.table):
        spread = store_rows(tx, reading, file, manner)
        refuse_problems(source, reading.summary, spread)
        manner.meter.settling()
    if source.kind is Kind.CLEARING_LINES and spread.rows:
        spread.days |= batch_days(tx, spread.first_id, spread.last_id) or {0}
    require_open_days(tx, spread.days)
    reach("import.entries")
    removed = _replaced(tx, source, file, shape, spread) if manner.replace else None
    overlapping = spread.repeated + settle_overlaps(tx, source, file, shape, spread)
    moved = date_order_lines(tx, source.kind, (spread.first_id, spread.last_id), spread.days)
    findings = list(reading.summary.findings)
    if source.kind is Kind.ARRIVALS and spread.rows:
        findings += balance_breaks(tx.session, spread.first_id, spread.last_id)
    _describe(file, reading, spread, overlapping, findings)
    keep_parts(tx, file, spread, manner.about)
    mark_touched(tx, source.kind, spread.days | moved)
    touch_lines(tx, days_of_lines(tx.session, source.kind, (spread.first_id, spread.last_id)))
    reach("import.touched")
    tx.touch(shape.table.name, "source_file", "source_part", "touched_day")
    return Loaded(
        file_id=file.id,
        status=FileStatus.REPLACED if removed else FileStatus.LOADED,
        rows=file.rows,
        accepted=file.accepted,
        overlapping=overlapping,
        total_fen=file.total_fen,
        business_days=sorted(spread.days),
        findings=findings,
        replaced=removed,
    )


def keep_file(tx: Tx, source: Source, chunks: Iterable[RawChunk], *, rows: int) -> SourceFile:
    """Put a file without entries on record, with its bytes."""
    file = new_file(tx, source)
    file.rows = file.accepted = rows
    for chunk in chunks:
        _keep(tx, file, chunk)
    tx.session.flush()
    return file


def remove_file(tx: Tx, file: SourceFile, status: FileStatus) -> Removed:
    """Take a file's entries out; the file stays on record.

    Raises:
        FileInUse: People built on one of them, or a later file shares rows with it.
        DayClosed: One lies in a closed day.
    """
    shape = SHAPES[file.kind]
    require_unused(tx.session, file)
    days = set(json.loads(file.days)) | _present_days(tx, shape, file)
    require_open_days(tx, days)
    days |= date_order_lines(tx, file.kind, (file.first_id, file.last_id), days, leaving=True)
    drop_columns(tx, file.id)
    ids = (file.first_id, file.last_id)
    beside = days_of_lines(tx.session, file.kind, ids)
    with_lines = files_of_batches(tx.session, ids) if file.kind is Kind.CLEARING_BATCHES else []
    tx.session.execute(
        delete(shape.table).where(shape.table.c.id.between(file.first_id, file.last_id))
    )
    file.status = status
    mark_touched(tx, file.kind, days)
    touch_lines(tx, beside)
    recount_lines(tx, with_lines)
    tx.touch(shape.table.name, "source_file", "touched_day")
    return Removed(file_id=file.id, kind=file.kind, first_id=file.first_id, last_id=file.last_id)


def _present_days(tx: Tx, shape: Shape, file: SourceFile) -> set[int]:
    """The days on which a file's entries lie now; other files may have moved them."""
    if file.kind is Kind.CLEARING_LINES:
        return batch_days(tx, file.first_id, file.last_id)
    table = shape.table
    days: set[int] = set()
    for name in (shape.day, "moved_on"):
        if name is not None and name in table.columns:
            query = select(table.c[name]).where(
                table.c.id.between(file.first_id, file.last_id), table.c[name].is_not(None)
            )
            days.update(tx.session.scalars(query.distinct()))
    return days


def new_file(tx: Tx, source: Source) -> SourceFile:
    """Put a file on record whose rows are yet to come."""
    assert source.kind is not None
    file = SourceFile(
        sha256=source.sha256,
        name=source.label,
        size=source.size,
        profile=source.profile or "",
        kind=source.kind,
        encoding=source.encoding,
        status=FileStatus.LOADED,
        rows=0,
        accepted=0,
        overlapping=0,
        total_fen=0,
        first_id=0,
        last_id=-1,
        first_key="",
        last_key="",
        digest_fen=0,
        days="[]",
        findings="[]",
        totals="[]",
        loaded_at=tx.at,
        loaded_by=tx.actor.name,
    )
    tx.session.add(file)
    tx.session.flush()
    return file


def store_rows(tx: Tx, reading: Reading, file: SourceFile, manner: Manner) -> Spread:
    """Store the rows and the bytes of a file as they come."""
    shape = SHAPES[file.kind]
    spread = Spread()
    size = 0
    for part in reading:
        if isinstance(part, RawChunk):
            _keep(tx, file, part)
            tx.session.flush()
            size += part.raw_size
        elif part.num_rows:
            _note_outside(part, shape, spread, manner.window)
            new = part if manner.replace else without_repeated(tx, shape, part)
            spread.repeated += part.num_rows - new.num_rows
            if new.num_rows:
                _store_batch(tx, new, file, shape, spread)
        manner.meter.moved(spread.rows, size)
    return spread


def _keep(tx: Tx, file: SourceFile, chunk: RawChunk) -> None:
    tx.session.add(
        SourceChunk(file_id=file.id, number=chunk.number, raw_size=chunk.raw_size, data=chunk.data)
    )


def _store_batch(
    tx: Tx, batch: pa.RecordBatch, file: SourceFile, shape: Shape, spread: Spread
) -> None:
    first = counters.take(tx, "entry", batch.num_rows)
    if not spread.rows:
        spread.first_id = first
    spread.rows += batch.num_rows
    spread.last_id = first + batch.num_rows - 1
    ids = pa.array(np.arange(first, first + batch.num_rows))
    batch = batch.append_column("id", ids)
    if "calendar_on" in shape.table.columns:
        batch = batch.append_column("calendar_on", batch.column("business_on"))
    bulk.insert(tx.connection, shape.table, batch, {"file_id": file.id})
    keep_columns(tx, file, spread.batches, batch)
    spread.batches += 1
    reach("import.batch")
    _widen(spread, batch, shape)


def _note_outside(
    batch: pa.RecordBatch, shape: Shape, spread: Spread, window: Window | None
) -> None:
    """Note the rows that do not lie on the days that the file is for."""
    if window is None or shape.day is None:
        return
    first, last = day_number(window.first), day_number(window.last)
    days = pc.field(shape.day)
    wrong = batch.select(["line", shape.day]).filter((days < first) | (days > last))
    spread.outside_count += wrong.num_rows
    spread.outside += [
        RowProblem(
            reason=Reason.DATE_OUTSIDE,
            line=line,
            field=shape.day,
            value=day_of(day).isoformat(),
            params={"first": window.first.isoformat(), "last": window.last.isoformat()},
        )
        for line, day in zip(*_first_rows(wrong, PROBLEMS_KEPT - len(spread.outside)), strict=True)
    ]


def _first_rows(batch: pa.RecordBatch, count: int) -> list[list[int]]:
    return [column.to_pylist() for column in batch.slice(0, max(count, 0)).columns]


def _widen(spread: Spread, batch: pa.RecordBatch, shape: Shape) -> None:
    keys = pc.min_max(batch.column(shape.key[0])).as_py()
    spread.first_key = min(spread.first_key or keys["min"], keys["min"])
    spread.last_key = max(spread.last_key, keys["max"])
    spread.digest_fen += pc.sum(batch.column(shape.amount)).as_py()
    if shape.day is not None:
        _count_parts(spread, batch, shape, shape.day)


def _count_parts(spread: Spread, batch: pa.RecordBatch, shape: Shape, day: str) -> None:
    scopes = [] if shape.scope is None else [shape.scope]
    rows = pa.Table.from_batches([batch.select([day, shape.amount, *scopes])])
    sums = rows.group_by([day, *scopes]).aggregate([([], "count_all"), (shape.amount, "sum")])
    for one in sums.to_pylist():
        part = one[day], "" if shape.scope is None else one[shape.scope]
        spread.days.add(one[day])
        spread.parts[part] += one["count_all"]
        spread.parts_fen[part] += one[f"{shape.amount}_sum"]


def _replaced(
    tx: Tx, source: Source, file: SourceFile, shape: Shape, spread: Spread
) -> Removed | None:
    """Remove the earlier file that this one corrects."""
    earlier = earlier_file(tx, source, file, shape, spread)
    if earlier is None:
        return None
    removed = remove_file(tx, earlier, FileStatus.REPLACED)
    earlier.replaced_by = file.id
    return removed


def refuse_problems(source: Source, summary: Summary, spread: Spread) -> None:
    """Raise `FileRejected` where something is wrong with the rows of a file."""
    found = (
        (summary.problems, summary.problem_count),
        (tuple(spread.outside), spread.outside_count),
    )
    for problems, count in found:
        if count:
            days = tuple(sorted(spread.days))
            raise FileRejected(file=source.label, problems=problems, count=count, days=days)


def _describe(
    file: SourceFile,
    reading: Reading,
    spread: Spread,
    overlapping: int,
    findings: Sequence[Finding],
) -> None:
    file.rows = spread.rows + spread.repeated
    file.accepted = file.rows - overlapping
    file.overlapping = overlapping
    file.total_fen = reading.summary.total_fen
    file.first_id, file.last_id = spread.first_id, spread.last_id if spread.rows else -1
    file.first_key, file.last_key = spread.first_key, spread.last_key
    file.digest_fen = spread.digest_fen
    file.days = json.dumps(sorted(spread.days))
    file.totals = json.dumps(
        [asdict(total) for total in reading.summary.totals], ensure_ascii=False
    )
    file.findings = json.dumps(
        [
            {"notice": one.notice.value, "line": one.line, "params": dict(one.params)}
            for one in findings
        ],
        ensure_ascii=False,
    )
