"""Statements in delimited text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.intake.blocks import Block, TextBlocks, TextLayout, tidy_line
from app.intake.columns import plain_amounts
from app.intake.contents import Content
from app.intake.context import Context
from app.intake.convert import Converter
from app.intake.detection import HEADER_WITHIN, HeadRow, Table, find_table
from app.intake.encodings import GB18030, UTF8, as_utf8, chunks_of
from app.intake.inputs import Input
from app.intake.profiles import Profile, Sign
from app.intake.reading import BlockReader, Memory
from app.intake.refusal import FileRefused
from app.intake.rules import Kind, Notice, Reason, Summary

DELIMITERS = ",\t|;"
_HEAD_TEXT = 256 << 10
_SAMPLE = 10
_WORKBOOK_NAMES = (".xls", ".xlsx")
Raw = Callable[[bytes], None]


class TextStatement:
    """A statement in delimited text whose profile is known."""

    def __init__(self, source: Input, table: Table, encoding: str, text: str) -> None:
        self.source = source
        self.table = table
        self.encoding = encoding
        # Some systems end lines with a carriage return alone.
        self._bare = "\r" in text and "\n" not in text
        self._surplus = _surplus(text, table)
        self._summary = Summary()

    @property
    def _decoded_late(self) -> bool:
        # In GB18030 a bar may be the second byte of a character; the other separators never are.
        return self.encoding == GB18030 and self.table.delimiter != "|"

    @property
    def profile_name(self) -> str:
        """The name of the profile."""
        return self.table.profile.name

    @property
    def kind(self) -> Kind | None:
        """What its rows are."""
        return self.table.profile.kind

    def batches(self, context: Context, raw: Raw) -> Iterator[pa.RecordBatch]:
        """Yield the rows; each piece of the original goes to `raw` as it is read."""
        converter = Converter(
            self.table,
            context,
            file_name=self.source.name,
            fees_negative=self._fees_are_expenses(),
        )
        for block in self._blocks(raw):
            batch = converter.feed(block)
            if batch is not None:
                yield batch
        if self.source.name.lower().endswith(_WORKBOOK_NAMES):
            converter.note(
                Notice.NAME_SAYS_OTHERWISE,
                name=self.source.name.rpartition(".")[2],
                format=Content.TEXT.value,
            )
        self._summary = converter.finish()

    def summary(self) -> Summary:
        """Return the sums, after all batches."""
        return self._summary

    def _blocks(self, raw: Raw) -> Iterator[Block]:
        with self.source.open() as stream:
            chunks = _tapped(chunks_of(stream), raw)
            if not self._decoded_late:
                chunks = as_utf8(chunks, self.encoding)
            rows = _below(chunks, self.table.first_line, b"\r" if self._bare else b"\n")
            yield from TextBlocks(rows, self._layout())

    def _layout(self) -> TextLayout:
        profile = self.table.profile
        return TextLayout(
            delimiter=self.table.delimiter,
            width=len(self.table.header),
            named=self.table.named,
            first_line=self.table.first_line,
            encoding=self.encoding if self._decoded_late else UTF8,
            surplus=self._surplus,
            overflow=self._proof(),
            short_rows=profile.short_rows,
            bare_returns=self._bare,
        )

    def _proof(self) -> tuple[tuple[int, re.Pattern[str]], ...] | None:
        overflow = self.table.profile.overflow
        if overflow is None:
            return None
        places = ((self.table.place([name]), pattern) for name, pattern in overflow.items())
        return tuple((place, pattern) for place, pattern in places if place is not None)

    def _fees_are_expenses(self) -> bool:
        """Tell whether the fees of payments are shown negative: all of them, or none is.

        Some exports of the same layout show a fee that was charged as `-0.12`, others as
        `0.12`; only the whole file tells which.
        """
        source = self.table.profile.source("fee_fen")
        if source.sign is not Sign.FILE:
            return False
        types = self.table.profile.source("type")
        negative = positive = False
        for block in self._blocks(lambda _piece: None):
            reader = BlockReader(block, self.table, Memory())
            fees = reader.text(source.columns)
            if fees is None:
                return False
            pays = [word for word, meaning in types.values.items() if meaning == "pay"]
            words = reader.source_text(types)
            paid = np.asarray(pc.is_in(words, value_set=pa.array(pays, type=pa.string())))
            charged = plain_amounts(fees, 5).values[paid]
            negative |= bool((charged < 0).any())
            positive |= bool((charged > 0).any())
        return negative and not positive


def open_text(
    source: Input, encoding: str, head: bytes, profiles: Sequence[Profile]
) -> TextStatement:
    """Find the profile of a text by its first rows.

    Raises:
        FileRefused: No profile fits.
    """
    text = _head_text(head, encoding)
    nearest: FileRefused | None = None
    for delimiter in sorted(DELIMITERS, key=lambda one: -text[:_HEAD_TEXT].count(one)):
        fitting = [one for one in profiles if one.detection.delimiter in {"", delimiter}]
        try:
            table = find_table(head_rows(text, delimiter), fitting)
        except FileRefused as error:
            if nearest is None or nearest.problem.reason is Reason.UNKNOWN_LAYOUT:
                nearest = error
            continue
        return TextStatement(source, replace(table, delimiter=delimiter), encoding, text)
    assert nearest is not None
    raise nearest


def head_rows(text: str, delimiter: str) -> list[HeadRow]:
    """Return the first rows of a text with their physical lines."""
    rows: list[HeadRow] = []
    if "\n" not in text:
        text = text.replace("\r", "\n")
    reader = csv.reader(map(tidy_line, io.StringIO(text, newline="\n")), delimiter=delimiter)
    line = 1
    try:
        for fields in reader:
            if fields:
                rows.append(HeadRow(line=line, last_line=reader.line_num, fields=tuple(fields)))
            line = reader.line_num + 1
            if len(rows) > HEADER_WITHIN + _SAMPLE:
                break
    except csv.Error:
        pass
    return rows


def _surplus(text: str, table: Table) -> int:
    """Return how many fields all of the first rows have beyond the header."""
    width = len(table.header)
    rows = [row for row in head_rows(text, table.delimiter) if row.line >= table.first_line]
    lengths = [len(row.fields) for row in rows[:_SAMPLE] if len(row.fields) >= width]
    return min(lengths, default=width) - width


def _head_text(head: bytes, encoding: str) -> str:
    text = head[:_HEAD_TEXT].decode(encoding, "ignore").removeprefix("\ufeff")
    if len(head) > _HEAD_TEXT:
        # The last line may be cut anywhere.
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    return text


def _tapped(chunks: Iterator[bytes], raw: Raw) -> Iterator[bytes]:
    for chunk in chunks:
        raw(chunk)
        yield chunk


def _below(chunks: Iterator[bytes], first_line: int, newline: bytes) -> Iterator[bytes]:
    """Yield the text from a physical line on."""
    left = first_line - 1
    for chunk in chunks:
        start = 0
        while left and (found := chunk.find(newline, start)) >= 0:
            start = found + 1
            left -= 1
        if not left and start < len(chunk):
            yield chunk[start:]
