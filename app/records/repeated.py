"""Rows of closed days that a file only repeats: they never reach the table.

Statements of banks and channels overlap. What is closed cannot change, and the database sees to
that, so what is there already is left out before it comes in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.base.dates import day_number
from app.base.lazily import Lazily
from app.calendar.queries import closed_days
from app.db import bulk
from app.db.workspace import Tx
from app.records.kinds import Shape

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc
else:
    pa = Lazily("pyarrow")
    pc = Lazily("pyarrow.compute")

_PLACE = "place"


def without_repeated(tx: Tx, shape: Shape, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Leave out the rows of closed days that stand in the table with the same content."""
    if shape.day is None:
        return batch
    closed = sorted({day_number(day) for day in closed_days(tx.session)})
    inside = pc.is_in(batch.column(shape.day), value_set=pa.array(closed, pa.int64()))
    if not pc.any(inside).as_py():
        return batch
    names = [name for name in (*shape.key, *shape.content) if name in batch.schema.names]
    days = pc.unique(batch.column(shape.day).filter(inside)).to_pylist()
    query = select(*(shape.table.c[name] for name in names)).where(
        shape.table.c[shape.day].in_(days)
    )
    known = _plain(bulk.read(tx.connection, query), names)
    mine = _plain(pa.Table.from_batches([batch]), names)
    mine = mine.append_column(_PLACE, pa.array(range(batch.num_rows), pa.int64()))
    repeated = mine.filter(inside).join(known, names, join_type="left semi")
    kept = pc.invert(pc.is_in(mine.column(_PLACE), value_set=repeated.column(_PLACE)))
    return batch.filter(kept.combine_chunks())


def _plain(rows: pa.Table, names: list[str]) -> pa.Table:
    """Return the columns as whole numbers and texts, with a value where there is none."""
    columns = []
    for name in names:
        column = rows.column(name)
        if pa.types.is_integer(column.type):
            columns.append(column.cast(pa.int64()).fill_null(bulk.NOTHING))
        else:
            columns.append(column.cast(pa.string()).fill_null(""))
    return pa.table(dict(zip(names, columns, strict=True)))
