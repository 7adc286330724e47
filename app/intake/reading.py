"""The fields of one block: from columns of text to columns of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from app.intake import cells
from app.intake.blocks import Block
from app.intake.cells import Bad
from app.intake.columns import (
    Flags,
    Ints,
    cells_of,
    plain_amounts,
    plain_moments,
    stripped,
)
from app.intake.detection import Table
from app.intake.fields import Field
from app.intake.profiles import FieldSource
from app.intake.rules import Reason

_MEMORY = 200_000
_LONGEST_TEXT = 4_000
_NOTHING = pa.array(["", "0"], type=pa.string())


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cell that is wrong: which field and column, what it says and why."""

    field: str
    column: str
    value: str
    bad: Bad


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers, some of which may be absent."""

    values: Ints
    absent: Flags
    text: pa.StringArray | None = None
    decimals: npt.NDArray[np.int8] | None = None


@dataclass(slots=True)
class Memory:
    """What odd texts meant the last time, by way of reading."""

    known: dict[str, dict[str, int | str | Bad]] = field(default_factory=dict)

    def of(self, name: str) -> dict[str, int | str | Bad]:
        """Return the memory of one way of reading."""
        memory = self.known.setdefault(name, {})
        if len(memory) > _MEMORY:
            memory.clear()
        return memory


class BlockReader:
    """Reads the fields of one block and notes which cells are wrong."""

    def __init__(self, block: Block, table: Table, memory: Memory) -> None:
        self.block = block
        self.table = table
        self.troubles: dict[int, list[Trouble]] = {}
        self._memory = memory
        self._texts: dict[int, pa.StringArray] = {}

    def __len__(self) -> int:
        return len(self.block)

    def column_name(self, names: Sequence[str]) -> str:
        """Return the header's name of the first of these columns that is there."""
        place = self.table.place(names)
        if place is None:
            return names[0] if names else ""
        return self.table.header[place].strip()

    def trouble(self, row: int, where: tuple[str, str], value: str, bad: Bad) -> None:
        """Note that a cell is wrong; `where` is the field and the column."""
        self.troubles.setdefault(row, []).append(Trouble(*where, value, bad))

    def raw(self, names: Sequence[str]) -> pa.StringArray | None:
        """Return a column as it stands in the file, None if it is not there."""
        place = self.table.place(names) if names else None
        return None if place is None else self.block.columns[place]

    def text(self, names: Sequence[str]) -> pa.StringArray | None:
        """Return a column without blanks around its cells, None if it is not there."""
        place = self.table.place(names) if names else None
        if place is None:
            return None
        if place not in self._texts:
            self._texts[place] = stripped(self.block.columns[place], also=self.table.profile.strip)
        return self._texts[place]

    def same(self, text: str) -> pa.StringArray:
        """Return a column that holds the same text in all rows."""
        return pa.repeat(pa.scalar(text, type=pa.string()), len(self.block))

    def source_text(self, source: FieldSource, refunds: Flags | None = None) -> pa.StringArray:
        """Return the text of a field, wherever it comes from."""
        if source.value:
            return self.same(source.value)
        array = self.joined(source.join) if source.join else self.text(source.columns)
        if array is None:
            array = self.same("")
        other = self.text(source.refund_columns)
        if other is not None and refunds is not None:
            given = ~np.asarray(pc.is_in(other, value_set=_NOTHING))
            array = pc.if_else(pa.array(refunds & given), other, array)
        if source.empty:
            blank = pc.is_in(array, value_set=pa.array(list(source.empty), type=pa.string()))
            array = pc.if_else(blank, "", array)
        if source.default:
            array = pc.if_else(pc.equal(array, ""), source.default, array)
        return array

    def joined(self, groups: Sequence[Sequence[str]]) -> pa.StringArray:
        """Return several columns as one text, the filled ones joined by a space."""
        joined = self.same("")
        for part in (one for one in map(self.text, groups) if one is not None):
            both = pc.binary_join_element_wise(joined, part, " ")
            longer = pc.if_else(pc.equal(part, ""), joined, both)
            joined = pc.if_else(pc.equal(joined, ""), part, longer)
        return joined

    def words(
        self, array: pa.StringArray, where: tuple[str, str], read: cells.Read
    ) -> pa.StringArray:
        """Read texts that repeat much, each different one once; empty ones stay empty."""
        encoded = array.dictionary_encode()
        meanings = [self._read(where[0], text, read) for text in encoded.dictionary.to_pylist()]
        self._note_bad(encoded, meanings, where)
        texts = ["" if isinstance(meaning, Bad) else str(meaning) for meaning in meanings]
        if texts == encoded.dictionary.to_pylist():
            return array
        return pa.array(texts, type=pa.string()).take(encoded.indices)

    def numbers(self, array: pa.StringArray, where: tuple[str, str], read: cells.Read) -> Numbers:
        """Read numbers that repeat much, each different text once."""
        encoded = array.dictionary_encode()
        meanings = [self._read(where[0], text, read) for text in encoded.dictionary.to_pylist()]
        self._note_bad(encoded, meanings, where)
        values = [meaning if isinstance(meaning, int) else 0 for meaning in meanings]
        absent = [not isinstance(meaning, int) for meaning in meanings]
        places = encoded.indices.to_numpy(zero_copy_only=False)
        if not len(encoded.dictionary):
            return Numbers(np.zeros(len(array), np.int64), np.ones(len(array), np.bool_))
        return Numbers(
            np.array(values, dtype=np.int64)[places], np.array(absent, dtype=np.bool_)[places]
        )

    def amounts(
        self,
        names: Sequence[str],
        field_name: str,
        *,
        exact: bool = False,
        empty: Sequence[str] = (),
    ) -> Numbers | None:
        """Read a column of amounts; None if it is not there."""
        raw = self.raw(names)
        if raw is None:
            return None
        decimals = 5 if exact else 2
        found = plain_amounts(raw, decimals)
        tidy = self.text(names)
        if not found.good.all() and tidy is not None:
            raw = tidy
            found = plain_amounts(raw, decimals)
        absent = np.zeros(len(raw), dtype=np.bool_)
        rows = np.flatnonzero(~found.good)
        if len(rows):
            read = cells.exact_amount if exact else cells.amount
            where = (field_name, self.column_name(names))
            self._one_by_one(raw, rows, found.values, absent, _Way(where, read, tuple(empty)))
            if exact:
                found.decimals[rows] = [_decimals(raw[row].as_py()) for row in rows.tolist()]
        return Numbers(found.values, absent, raw, found.decimals)

    def moments(self, source: FieldSource, field_name: str, read: cells.Read) -> Numbers:
        """Read a column of moments."""
        raw = None if source.join else self.raw(source.columns)
        values, good = plain_moments(raw if raw is not None else self.source_text(source))
        if raw is None or not good.all():
            raw = self.source_text(source)
            values, good = plain_moments(raw)
        absent = np.zeros(len(raw), dtype=np.bool_)
        rows = np.flatnonzero(~good)
        if len(rows):
            names = source.columns or (source.join[-1] if source.join else ())
            where = (field_name, self.column_name(names))
            self._one_by_one(raw, rows, values, absent, _Way(where, read, source.empty))
        return Numbers(values, absent, raw)

    def _one_by_one(
        self, array: pa.StringArray, rows: Ints, values: Ints, absent: Flags, way: _Way
    ) -> None:
        """Read the cells that are not written plainly, in place."""
        for row, text in zip(rows.tolist(), array.take(pa.array(rows)).to_pylist(), strict=True):
            meaning: int | str | Bad = ""
            if text and text not in way.empty:
                meaning = self._read(way.where[0], text, way.read)
            if isinstance(meaning, int):
                values[row] = meaning
                continue
            values[row] = 0
            absent[row] = True
            if isinstance(meaning, Bad):
                self.trouble(row, way.where, text, meaning)

    def _read(self, name: str, text: str, read: cells.Read) -> int | str | Bad:
        if not text:
            return ""
        memory = self._memory.of(name)
        if text not in memory:
            memory[text] = read(text)
        return memory[text]

    def _note_bad(
        self,
        encoded: pa.DictionaryArray,
        meanings: Sequence[int | str | Bad],
        where: tuple[str, str],
    ) -> None:
        bad = {place: one for place, one in enumerate(meanings) if isinstance(one, Bad)}
        if not bad:
            return
        texts = encoded.dictionary
        places = encoded.indices.to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(np.isin(places, list(bad))).tolist():
            place = int(places[row])
            self.trouble(row, where, texts[place].as_py(), bad[place])


@dataclass(frozen=True, slots=True)
class _Way:
    """How the cells of one column are read one by one."""

    where: tuple[str, str]
    read: cells.Read
    empty: tuple[str, ...]


def require(reader: BlockReader, absent: Flags, field_: Field, column: str) -> None:
    """Note each row in which a needed field is empty, unless it is wrong already."""
    if field_.may_be_empty:
        return
    for row in np.flatnonzero(absent).tolist():
        known = any(one.field == field_.name for one in reader.troubles.get(row, ()))
        if not known:
            reader.trouble(row, (field_.name, column), "", Bad(Reason.EMPTY_FIELD))


def sane_text(
    reader: BlockReader, array: pa.StringArray, field_: Field, column: str
) -> pa.StringArray:
    """Return texts without control characters; note the ones that are too long."""
    found = cells_of(array)
    if len(array) and found.lengths.max() > _LONGEST_TEXT:
        for row in np.flatnonzero(found.lengths > _LONGEST_TEXT).tolist():
            value = array[row].as_py()[:60] + "…"
            reader.trouble(row, (field_.name, column), value, Bad(Reason.BAD_TEXT))
    used = found.used
    if len(used) and (used.min() < 0x20 or (used == 0x7F).any()):  # noqa: PLR2004
        array = pc.replace_substring_regex(array, "[\\x00-\\x1f\\x7f]+", " ")
    return array


def _decimals(text: str) -> int:
    return min(len(text.rstrip(") ").rpartition(".")[2]), 9) if "." in text else 0
