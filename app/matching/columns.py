"""Columns of many entries in memory, for filters and sorting that answer at once.

A column is read when it is first asked for, and kept.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Integer, select
from sqlalchemy.orm import Session

from app.db import bulk
from app.db.bulk import NOTHING, Numbers
from app.intake.rules import Kind
from app.records.kinds import SHAPES

Flags = NDArray[np.bool_]

_CHUNK = 500
_NEAR = 256
"""Ids that are no further apart than this are read as one range ..."""
_MANY = 2_000
"""... where it holds so many of them; others are asked for one by one."""


class Columns:
    """The columns of some entries of one kind, in the order of their ids.

    Several threads may ask at the same time.
    """

    def __init__(self, kind: Kind, ids: Numbers) -> None:
        self.kind = kind
        ordered = np.sort(ids)
        self.ids = ordered[np.append(np.ones(1, dtype=np.bool_), np.diff(ordered) != 0)[: len(ids)]]
        self._table = SHAPES[kind].table
        self._lock = threading.Lock()
        self._numbers: dict[str, Numbers] = {}
        self._texts: dict[str, pa.Array] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def is_number(self, name: str) -> bool:
        """Return whether a column holds whole numbers."""
        return _is_number(self._table.c[name].type)

    def places(self, ids: Numbers) -> Numbers:
        """Return where these entries stand; an entry that is not here gives -1."""
        if not len(self.ids):
            return np.full(len(ids), -1, dtype=np.int64)
        found = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[found] == ids, found, -1)

    def numbers(self, session: Session, name: str) -> Numbers:
        """Return a column of numbers; `NOTHING` where an entry has none."""
        with self._lock:
            if name not in self._numbers:
                self._numbers[name] = self._read_numbers(session, name)
            return self._numbers[name]

    def containing(self, session: Session, name: str, text: str) -> Flags:
        """Say of each entry whether a column holds this text, small and capital alike."""
        return _flags(pc.match_substring(self.text(session, name), text, ignore_case=True))

    def ending(self, session: Session, name: str, text: str) -> Flags:
        """Say of each entry whether a column ends with this text."""
        return _flags(pc.ends_with(self.text(session, name), text, ignore_case=True))

    def one_of(self, session: Session, name: str, texts: Collection[str]) -> Flags:
        """Say of each entry whether a column is one of these texts."""
        wanted = pa.array(sorted(texts), type=pa.string())
        return _flags(pc.is_in(self.text(session, name), value_set=wanted))

    def text(self, session: Session, name: str) -> pa.Array:
        """Return a column of text; empty where an entry has none."""
        with self._lock:
            if name not in self._texts:
                self._texts[name] = self._read_text(session, name)
            return self._texts[name]

    def _read_numbers(self, session: Session, name: str) -> Numbers:
        held = np.full(len(self.ids), NOTHING, dtype=np.int64)
        query = select(self._table.c.id, self._table.c[name])
        for condition in self._conditions():
            ids, values = bulk.read_numbers(session.connection(), query.where(condition))
            places = self.places(ids)
            mine = places >= 0
            held[places[mine]] = values[mine]
        return held

    def _read_text(self, session: Session, name: str) -> pa.Array:
        columns = self._table.c.id, self._table.c[name]
        parts = [
            bulk.read(session.connection(), select(*columns).where(condition))
            for condition in self._conditions()
        ]
        if not parts:
            return pa.array([], type=pa.string())
        read = pa.concat_tables(parts)
        ids = read.column("id").to_numpy()
        order = np.full(len(self.ids), -1, dtype=np.int64)
        places = self.places(ids)
        mine = places >= 0
        order[places[mine]] = np.flatnonzero(mine)
        texts = read.column(name).combine_chunks()
        if len(texts) == len(order) and bool((order == np.arange(len(order))).all()):
            return pc.fill_null(texts, "")
        return pc.fill_null(texts.take(pa.array(order, mask=order < 0)), "")

    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        """Ask for dense runs of ids as ranges and for the others one by one."""
        if not len(self.ids):
            return
        ends = np.append(np.flatnonzero(np.diff(self.ids) > _NEAR), len(self.ids) - 1)
        begin, scattered = 0, []
        for end in ends.tolist():
            if end - begin + 1 >= _MANY:
                yield self._table.c.id.between(int(self.ids[begin]), int(self.ids[end]))
            else:
                scattered += self.ids[begin : end + 1].tolist()
            begin = end + 1
        for start in range(0, len(scattered), _CHUNK):
            yield self._table.c.id.in_(scattered[start : start + _CHUNK])


def keys_of(session: Session, parts: Sequence[Columns], name: str) -> list[Numbers]:
    """Return numbers that sort as a column does, across several sets of entries."""
    if all(part.is_number(name) for part in parts):
        return [part.numbers(session, name) for part in parts]
    texts = pa.chunked_array([part.text(session, name) for part in parts], type=pa.string())
    ranks = pc.rank(texts, tiebreaker="dense").to_numpy(zero_copy_only=False).astype(np.int64)
    ends = np.cumsum([len(part) for part in parts])
    return [np.asarray(one) for one in np.split(ranks, ends[:-1])]


def _is_number(kind: object) -> bool:
    kind = getattr(kind, "impl_instance", kind)
    return isinstance(kind, Integer | BigInteger)


def _flags(found: pa.Array) -> Flags:
    flags: Flags = found.to_numpy(zero_copy_only=False)
    return flags
