"""What entries amount to."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session

from app.intake.rules import Kind
from app.records.kinds import SHAPES
from app.records.rules import EntryStatus

_CHUNK = 500


def amount_of(kind: Kind) -> ColumnElement[int]:
    """Return what an entry amounts to as an expression."""
    shape = SHAPES[kind]
    amount: ColumnElement[int] = shape.table.c[shape.amount]
    if "status" in shape.table.c:
        good = shape.table.c.status == EntryStatus.SUCCESS
        amount = case((good, amount), else_=0)
    return amount


def amounts_of(session: Session, kind: Kind, ids: Iterable[int]) -> dict[int, int]:
    """Return what entries amount to; what did not succeed amounts to nothing."""
    shape = SHAPES[kind]
    amount = amount_of(kind)
    found: dict[int, int] = {}
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), _CHUNK):
        query = select(shape.table.c.id, amount).where(
            shape.table.c.id.in_(ordered[start : start + _CHUNK])
        )
        found.update((id_, fen) for id_, fen in session.execute(query))
    return found
