"""Reading files and entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, select
from sqlalchemy.orm import Session

from app.db.counters import Counter
from app.intake.model import SourceFile, SourcePart
from app.intake.rules import FileStatus, Kind
from app.records.kinds import SHAPES, Shape
from app.records.model import HeldEntry, TouchedDay
from app.records.rules import HeldBy

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRef:
    """An entry as people name it: where it stands, its business key and its amount."""

    id: int
    kind: Kind
    file: str
    line: int
    key: str
    amount_fen: int
    business_on: int
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file on record."""

    id: int
    name: str
    sha256: str
    profile: str
    kind: Kind
    status: FileStatus
    rows: int
    accepted: int
    overlapping: int
    total_fen: int
    loaded_by: str


def files(session: Session, *, kinds: Collection[Kind] = ()) -> list[FileView]:
    """Return the files on record, the oldest first."""
    query = select(SourceFile).order_by(SourceFile.id)
    if kinds:
        query = query.where(SourceFile.kind.in_(kinds))
    names = FileView.__slots__
    return [
        FileView(**{name: getattr(row, name) for name in names}) for row in session.scalars(query)
    ]


def files_with_entries(session: Session, kind: Kind) -> list[int]:
    """Return the files that entries of a kind came from."""
    query = select(SourceFile.id).where(
        SourceFile.kind == kind, SourceFile.status == FileStatus.LOADED, SourceFile.accepted > 0
    )
    return list(session.scalars(query))


def loaded_under(session: Session, sha256: str) -> int | None:
    """Return the id of the loaded file with these bytes."""
    query = select(SourceFile.id).where(
        SourceFile.sha256 == sha256, SourceFile.status == FileStatus.LOADED
    )
    return session.scalars(query).first()


def entries(session: Session, kind: Kind, ids: Iterable[int]) -> dict[int, EntryRef]:
    """Return entries of one kind by id."""
    shape = SHAPES[kind]
    return _found(session, kind, [shape.table.c.id.in_(chunk) for chunk in _chunks(sorted(ids))])


def by_key(session: Session, kind: Kind, keys: Iterable[str]) -> dict[int, EntryRef]:
    """Return the entries of one kind under business keys."""
    shape = SHAPES[kind]
    if len(shape.shown_key) == 1:
        column = shape.table.c[shape.shown_key[0]]
        return _found(session, kind, [column.in_(chunk) for chunk in _chunks(sorted(keys))])
    conditions = []
    for key in sorted(keys):
        order_no, _dash, line_no = key.rpartition("-")
        if line_no.isdecimal():
            conditions.append(
                and_(shape.table.c.order_no == order_no, shape.table.c.line_no == int(line_no))
            )
    return _found(session, kind, conditions)


def change_no(session: Session) -> int:
    """Return the number of the last change of entries."""
    return session.scalars(select(Counter.value).where(Counter.name == "change")).first() or 0


def touched_since(session: Session, kinds: Collection[Kind], after: int) -> list[tuple[Kind, int]]:
    """Return kinds and days whose entries changed after a change."""
    query = select(TouchedDay.kind, TouchedDay.business_on).where(
        TouchedDay.kind.in_([kind.value for kind in kinds]), TouchedDay.change_no > after
    )
    return [(Kind(kind), day) for kind, day in session.execute(query)]


def touched(session: Session, kinds: Collection[Kind]) -> list[tuple[Kind, int, int]]:
    """Return the last change of each kind and day."""
    query = select(TouchedDay.kind, TouchedDay.business_on, TouchedDay.change_no).where(
        TouchedDay.kind.in_([kind.value for kind in kinds])
    )
    return [(Kind(kind), day, number) for kind, day, number in session.execute(query)]


def channels_with_entries(session: Session, first: int, last: int) -> set[str]:
    """Return the channels that have payments or records on these days.

    What each file holds of them stands beside it; the entries themselves, of which there may be a
    million, are asked only where a file was about too many channels to keep them.
    """
    query = (
        select(SourceFile.kind, SourcePart.file_id, SourcePart.scope)
        .join(SourceFile, SourceFile.id == SourcePart.file_id)
        .where(
            SourceFile.kind.in_((Kind.PAYMENTS, Kind.CHANNEL)),
            SourceFile.status == FileStatus.LOADED,
            SourcePart.business_on.between(first, last),
            SourcePart.rows > 0,
        )
    )
    found: set[str] = set()
    for kind, file_id, scope in session.execute(query).all():
        found |= {scope} if scope else _channels_of(session, kind, file_id, first, last)
    return found


def _channels_of(session: Session, kind: Kind, file_id: int, first: int, last: int) -> set[str]:
    table = SHAPES[kind].table
    on_days = table.c.business_on.between(first, last)
    query = select(table.c.channel).where(on_days, table.c.file_id == file_id).distinct()
    return set(session.scalars(query))


def held(session: Session, ids: Collection[int], by: HeldBy) -> set[int]:
    """Return which of these entries are held by this kind of thing."""
    found: set[int] = set()
    for chunk in _chunks(sorted(ids)):
        query = select(HeldEntry.entry_id).where(
            HeldEntry.entry_id.in_(chunk), HeldEntry.held_by == by.value
        )
        found.update(session.scalars(query))
    return found


def digests(session: Session) -> Mapping[int, tuple[int, int]]:
    """Return count and sum of the entries in the database by file."""
    found = {}
    for shape in SHAPES.values():
        table = shape.table
        query = select(table.c.file_id, func.count(), func.sum(table.c[shape.amount])).group_by(
            table.c.file_id
        )
        found.update({file_id: (count, int(fen)) for file_id, count, fen in session.execute(query)})
    return found


def _found(
    session: Session, kind: Kind, conditions: Sequence[ColumnElement[bool]]
) -> dict[int, EntryRef]:
    shape = SHAPES[kind]
    table = shape.table
    found = {}
    for condition in conditions:
        query = (
            select(
                table.c.id,
                SourceFile.name,
                table.c.line,
                business_key(shape),
                table.c[shape.amount],
                table.c[shape.day] if shape.day else literal(0),
                table.c.channel if "channel" in table.c else literal(""),
            )
            .join(SourceFile, SourceFile.id == table.c.file_id)
            .where(condition)
        )
        for id_, file, line, key, amount_fen, day, scope in session.execute(query):
            found[id_] = EntryRef(
                id=id_,
                kind=kind,
                file=file,
                line=line,
                key=key,
                amount_fen=amount_fen,
                business_on=day,
                scope=scope,
            )
    return found


def business_key(shape: Shape) -> ColumnElement[str]:
    """Return the key that people use, as an expression."""
    parts = [cast(shape.table.c[name], String) for name in shape.shown_key]
    key: ColumnElement[str] = parts[0]
    for part in parts[1:]:
        key = key + "-" + part
    return key


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
