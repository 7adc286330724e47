"""Two files of one kind held against each other, row by row, by business key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, and_, func, not_, select
from sqlalchemy.orm import Session

from app.records.kinds import Shape

Value = str | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field that differs: its name, and both values as they are stored."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRow:
    """A row that was added, removed or changed; `line` is that of the file that has it now."""

    key: str
    line: int
    amount_fen: int
    before_line: int = 0
    before_fen: int = 0
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What two files differ in: counts and sums of all rows, and the first rows themselves."""

    added: int
    removed: int
    changed: int
    same: int
    added_fen: int
    removed_fen: int
    changed_fen: int
    added_rows: tuple[ComparedRow, ...]
    removed_rows: tuple[ComparedRow, ...]
    changed_rows: tuple[ComparedRow, ...]


Ids = tuple[int, int]
"""First and last id of a file's entries."""


def compare(session: Session, shape: Shape, old_ids: Ids, new_ids: Ids, *, most: int) -> Compared:
    """Hold the entries of two files against each other.

    Where a key repeats in a file, its first rows are paired, then its second ones, and so on.
    """
    new, old = _numbered(shape, new_ids, "new"), _numbered(shape, old_ids, "old")
    added, added_fen, added_rows = _alone(session, shape, new, old, most)
    removed, removed_fen, removed_rows = _alone(session, shape, old, new, most)
    changed, changed_fen, pairs = _paired(session, shape, new, old)
    return Compared(
        added=added,
        removed=removed,
        changed=changed,
        same=pairs - changed,
        added_fen=added_fen,
        removed_fen=removed_fen,
        changed_fen=changed_fen,
        added_rows=added_rows,
        removed_rows=removed_rows,
        changed_rows=_changed_rows(session, shape, new, old, most) if changed else (),
    )


def _numbered(shape: Shape, ids: Ids, name: str) -> Subquery:
    table = shape.table
    keys = [table.c[column] for column in shape.key]
    names = dict.fromkeys(("id", "line", *shape.key, *shape.content, shape.amount))
    nth = func.row_number().over(partition_by=keys, order_by=table.c.id).label("nth")
    columns = [table.c[column] for column in names]
    return select(*columns, nth).where(table.c.id.between(*ids)).subquery(name)


def _same_key(shape: Shape, one: Subquery, other: Subquery) -> ColumnElement[bool]:
    return and_(*(one.c[name] == other.c[name] for name in (*shape.key, "nth")))


def _differs(shape: Shape, new: Subquery, old: Subquery) -> ColumnElement[bool]:
    return not_(and_(*(new.c[name].is_not_distinct_from(old.c[name]) for name in shape.content)))


def _alone(
    session: Session, shape: Shape, one: Subquery, other: Subquery, most: int
) -> tuple[int, int, tuple[ComparedRow, ...]]:
    joined = one.outerjoin(other, _same_key(shape, one, other))
    only = other.c.id.is_(None)
    amount = one.c[shape.amount]
    sums = select(func.count(), func.coalesce(func.sum(amount), 0)).select_from(joined).where(only)
    count, fen = session.execute(sums).one()
    if not count:
        return 0, 0, ()
    keys = [one.c[name] for name in shape.shown_key]
    rows = select(one.c.line, amount, *keys).select_from(joined).where(only)
    found = tuple(
        ComparedRow(key=_key(key), line=line, amount_fen=int(fen))
        for line, fen, *key in session.execute(rows.order_by(one.c.line).limit(most))
    )
    return count, int(fen), found


def _paired(session: Session, shape: Shape, new: Subquery, old: Subquery) -> tuple[int, int, int]:
    """Return how many pairs differ, by how much altogether, and how many pairs there are."""
    joined = new.join(old, _same_key(shape, new, old))
    by = func.coalesce(func.sum(new.c[shape.amount] - old.c[shape.amount]), 0)
    differs = _differs(shape, new, old)
    changed, fen = session.execute(
        select(func.count(), by).select_from(joined).where(differs)
    ).one()
    pairs = session.execute(select(func.count()).select_from(joined)).scalar_one()
    return changed, int(fen), pairs


def _changed_rows(
    session: Session, shape: Shape, new: Subquery, old: Subquery, most: int
) -> tuple[ComparedRow, ...]:
    names = list(shape.content)
    query = (
        select(
            new.c.line,
            old.c.line,
            new.c[shape.amount],
            old.c[shape.amount],
            *(new.c[name] for name in shape.shown_key),
            *(new.c[name] for name in names),
            *(old.c[name] for name in names),
        )
        .select_from(new.join(old, _same_key(shape, new, old)))
        .where(_differs(shape, new, old))
        .order_by(new.c.line)
        .limit(most)
    )
    width = len(shape.shown_key)
    return tuple(
        ComparedRow(
            key=_key(rest[:width]),
            line=line,
            amount_fen=fen,
            before_line=before_line,
            before_fen=before_fen,
            changes=_changes(names, rest[width : width + len(names)], rest[width + len(names) :]),
        )
        for line, before_line, fen, before_fen, *rest in session.execute(query)
    )


def _changes(
    names: Sequence[str], after: Sequence[Value], before: Sequence[Value]
) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(field=name, before=old, after=new)
        for name, new, old in zip(names, after, before, strict=True)
        if new != old
    )


def _key(parts: Sequence[object]) -> str:
    return "-".join(str(part) for part in parts)
