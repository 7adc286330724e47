"""What a step of a person changed, row by row, so that it can be taken back exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select, tuple_

from app.audit.rules import Verb
from app.db.base import Base
from app.db.workspace import Tx
from app.discrepancies.model import DiscrepancyNote
from app.matching.rules import Task

Key = tuple[Any, ...]
Values = tuple[Any, ...]

_CHUNK = 400
_NOT_COMPARED = ("version",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One row before and after; None where it is not there."""

    table: str
    key: Key
    before: Values | None
    after: Values | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The run that a match came from, by its channel and business day (yyyymmdd)."""

    match_id: int
    scope: str
    business_on: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a person did: how much of what, and every row that it changed."""

    verb: Verb
    task: Task | None
    by: str
    at: datetime
    object_type: str
    object_ids: tuple[int, ...]
    ours_fen: int
    theirs_fen: int
    reason: str
    images: tuple[Image, ...]
    homes: tuple[Home, ...] = ()

    @property
    def count(self) -> int:
        """How many things it was about."""
        return len(self.object_ids)


class Journal:
    """Notes rows before they change and, at the end, what became of them."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._before: dict[str, dict[Key, Values | None]] = {}
        self._tables: dict[str, Table] = {}
        self._noted: set[int] = set()

    def watch(self, model: type[Base], keys: Iterable[Key | int]) -> None:
        """Note these rows; one that is not there yet is noted as such."""
        self._tx.session.flush()
        table = table_of(model)
        self._tables[table.name] = table
        known = self._before.setdefault(table.name, {})
        wanted = [key for key in map(_key, keys) if key not in known]
        found = read_rows(self._tx, table, wanted)
        known.update((key, found.get(key)) for key in wanted)

    def made(self, model: type[Base], keys: Iterable[Key | int]) -> None:
        """Note rows that this step made."""
        table = table_of(model)
        self._tables[table.name] = table
        known = self._before.setdefault(table.name, {})
        known.update((_key(key), None) for key in keys)

    def watch_notes(self, discrepancy_ids: Iterable[int]) -> None:
        """Note what was said of these discrepancies so far."""
        self._noted |= set(discrepancy_ids)
        self.watch(DiscrepancyNote, _notes_of(self._tx, self._noted))

    def images(self) -> tuple[Image, ...]:
        """Return what changed."""
        self._tx.session.flush()
        if self._noted:
            known = self._before[DiscrepancyNote.__tablename__]
            new = [key for key in map(_key, _notes_of(self._tx, self._noted)) if key not in known]
            self.made(DiscrepancyNote, new)
        found = []
        for name, rows in self._before.items():
            after = read_rows(self._tx, self._tables[name], list(rows))
            found += [
                Image(table=name, key=key, before=before, after=after.get(key))
                for key, before in rows.items()
                if before != after.get(key)
            ]
        return tuple(found)


def table_of(model: type[Base]) -> Table:
    """Return the table of a model."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def read_rows(tx: Tx, table: Table, keys: Sequence[Key]) -> dict[Key, Values]:
    """Return rows by their keys, as plain values."""
    columns = list(table.primary_key.columns)
    places = [table.columns.keys().index(column.name) for column in columns]
    found = {}
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        if len(columns) == 1:
            chosen = columns[0].in_([key[0] for key in chunk])
        else:
            chosen = tuple_(*columns).in_(chunk)
        for row in tx.session.execute(select(table).where(chosen)):
            values = tuple(row)
            found[tuple(values[place] for place in places)] = values
    return found


def same(table: Table, one: Values | None, other: Values | None) -> bool:
    """Return whether two states of a row are the same but for their versions."""
    if one is None or other is None:
        return one is other
    return all(
        mine == theirs or name in _NOT_COMPARED
        for name, mine, theirs in zip(table.columns.keys(), one, other, strict=True)
    )


def _notes_of(tx: Tx, discrepancy_ids: Iterable[int]) -> list[int]:
    ordered = sorted(discrepancy_ids)
    return [
        id_
        for start in range(0, len(ordered), _CHUNK)
        for id_ in tx.session.scalars(
            select(DiscrepancyNote.id).where(
                DiscrepancyNote.discrepancy_id.in_(ordered[start : start + _CHUNK])
            )
        )
    ]


def _key(key: Key | int) -> Key:
    return key if isinstance(key, tuple) else (key,)
