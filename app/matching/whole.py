"""The entries of channel reconciliation: packed columns where there are some, else rows."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy.orm import Session

from app.db import bulk
from app.db.bulk import AnySelect
from app.intake.rules import Kind as EntryKind
from app.matching.extent import Extent
from app.matching.rules import Side, Task
from app.matching.taken import Taken
from app.records import columns
from app.records.kinds import SHAPES
from app.records.queries import files_with_entries
from app.records.rules import INTERNAL, EntryStatus


def read(
    session: Session, extent: Extent, side: Side, kind: EntryKind, query: AnySelect
) -> pa.Table:
    """Return one side of channel reconciliation; `query` gives the same columns from rows."""
    taken = Taken(session, Task.CHANNEL, extent)
    table = SHAPES[kind].table
    packed = columns.packed_files(session, kind)
    others = set(files_with_entries(session, kind)) - set(packed)
    rest = taken.beside(
        side, query, (table.c.id, table.c.file_id, table.c.business_on), (packed, others)
    )
    schema = bulk.schema_of(query)
    parts = [] if rest is None else [bulk.read(session.connection(), rest)]
    if packed:
        found = columns.read_columns(session, kind, extent.first, extent.last)
        if kind is EntryKind.PAYMENTS:
            found = _outside(found)
        found = _limited(found, extent.scope, taken.by_hand(side))
        parts.append(_shaped(found, kind, schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def _outside(found: pa.Table) -> pa.Table:
    """Leave out payments that no channel knows of."""
    inside = pc.equal(found["channel"], INTERNAL)
    return found.filter(pc.invert(inside)) if pc.any(inside).as_py() else found


def _limited(found: pa.Table, scope: str, by_hand: list[int]) -> pa.Table:
    """Leave out other channels and what people matched."""
    if scope:
        found = found.filter(pc.field("channel") == scope)
    if by_hand:
        found = found.filter(~pc.field("id").isin(by_hand))
    return found


def _shaped(found: pa.Table, kind: EntryKind, schema: pa.Schema) -> pa.Table:
    at = "paid_at" if kind is EntryKind.PAYMENTS else "traded_at"
    success = pc.equal(found["status"], EntryStatus.SUCCESS.value)
    return pa.table(
        {
            "id": found["id"],
            "part": pc.binary_join_element_wise(found["channel"], found["type"], " "),
            "key": found["payment_no"],
            "other_key": found["txn_no"],
            "amount": found["amount_fen"],
            "fee": found["fee_fen"],
            "at": found[at],
            "day": found["business_on"],
            "good": pc.cast(success, pa.int64()),
        },
        schema=schema,
    )
