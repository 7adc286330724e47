"""Delimited text to blocks of columns, with physical line numbers.

The usual file is split by pyarrow. Whatever is odd in a piece of the file (ragged rows,
blank lines, quotation marks in unusual places, lone carriage returns) sends that piece
through the csv module, which is slower and forgiving; both give the same block.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from app.intake.refusal import refuse
from app.intake.rules import Reason

ROWS = 65_536
"""A block has at most so many rows."""

LONGEST_LINE = 1 << 20
"""Bytes; nothing that people send has longer lines."""

_QUOTE, _NEWLINE, _RETURN = b'"\n\r'
_END_MARK = "\ue000end of file\ue000"
_SLOW_ROWS = 16_384
_BEYOND_ASCII = 0x80
_TAIL = 64 << 10
_MANY_ODD_ROWS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRow:
    """A row with another number of fields than the header."""

    before: int
    """It stands before this row of the block."""
    line: int
    fields: tuple[str, ...]
    last: bool = False
    """Nothing follows it, not even a line end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some rows as columns of text."""

    lines: npt.NDArray[np.int32]
    columns: tuple[pa.StringArray, ...]
    odd: tuple[OddRow, ...] = ()
    marks: tuple[tuple[int, int, str, str], ...] = ()
    """Cells of a workbook that are wrong in themselves: row, column, reason, value."""

    def __len__(self) -> int:
        return len(self.lines)

    def row(self, index: int) -> tuple[str, ...]:
        """Return the fields of one row."""
        return tuple(column[index].as_py() for column in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLayout:
    """How the rows below the header are written."""

    delimiter: str
    width: int
    """Fields in the header."""
    named: int
    """Fields in the header up to the last one with a name."""
    first_line: int
    encoding: str = "utf-8"
    surplus: int = 0
    """Empty fields that every row has beyond the header."""
    overflow: tuple[tuple[int, re.Pattern[str]], ...] | None = None
    """Surplus fields belong to the last column if these fields look as they should."""
    short_rows: bool = False
    bare_returns: bool = False


@dataclass(slots=True)
class _Gathered:
    """Rows of the slow way on their way into a block."""

    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    odd: list[OddRow] = field(default_factory=list)

    def block(self, width: int) -> Block:
        columns = zip(*self.rows, strict=True) if self.rows else [()] * width
        return Block(
            lines=np.array(self.lines, dtype=np.int32),
            columns=tuple(pa.array(column, type=pa.string()) for column in columns),
            odd=tuple(self.odd),
        )


class TextBlocks:
    """Iterates over the blocks of a text; the chunks begin below the header.

    They are UTF-8 or GB18030: in both, bytes of separators are never part of a character
    (but for the bar in GB18030). Only what stands in the cells is decoded.
    """

    def __init__(self, chunks: Iterable[bytes], layout: TextLayout) -> None:
        self._chunks = iter(chunks)
        self._layout = layout
        self._line = layout.first_line
        self._delimiter = layout.delimiter.encode()

    def __iter__(self) -> Iterator[Block]:
        carry = b""
        for chunk in self._chunks:
            self._check(chunk, carry)
            data = carry + (chunk.replace(b"\r", b"\n") if self._layout.bare_returns else chunk)
            quotes = _Quotes.of(data, self._delimiter)
            cut = quotes.cut(data)
            if not quotes.regular or (cut == 0 and len(data) > LONGEST_LINE and len(quotes.places)):
                yield from self._slow_to_the_end(data)
                return
            if cut == 0 and len(data) > LONGEST_LINE:
                raise refuse(Reason.LINE_TOO_LONG, line=self._line, limit=LONGEST_LINE)
            if cut:
                yield from self._piece(data[:cut], quotes)
            carry = data[cut:]
        if carry:
            yield from self._slow_to_the_end(carry)

    def _check(self, chunk: bytes, carry: bytes) -> None:
        place = chunk.find(b"\x00")
        if place >= 0:
            line = self._line + carry.count(b"\n") + chunk.count(b"\n", 0, place)
            raise refuse(Reason.NUL_BYTE, line=line)

    def _piece(self, data: bytes, quotes: _Quotes, *, whole: bool = True) -> Iterator[Block]:
        for start in range(0, len(data) - LONGEST_LINE, LONGEST_LINE):
            if data.find(b"\n", start, start + LONGEST_LINE) < 0:
                line = self._line + data.count(b"\n", 0, start)
                raise refuse(Reason.LINE_TOO_LONG, line=line, limit=LONGEST_LINE)
        newlines, bare = _line_ends(data)
        split = None
        if not bare and not quotes.holds_newline(data):
            split = self._split(data, newlines)
        if split is None and whole and len(data) > _TAIL and len(quotes.places) == 0:
            # Totals at the end are no reason to take the slow way with all of the piece.
            cut = data.rfind(b"\n", 0, len(data) - _TAIL) + 1
            yield from self._piece(data[:cut], quotes, whole=False)
            yield from self._slow(io.BytesIO(data[cut:]))
            return
        if split is None:
            yield from self._slow(io.BytesIO(data))
            return
        table, odd = split
        lines = np.arange(self._line, self._line + newlines, dtype=np.int32)
        lines = np.delete(lines, [one.line - self._line for one in odd])
        for start in range(0, max(table.num_rows, 1), ROWS):
            part = table.slice(start, ROWS).combine_chunks()
            yield Block(
                lines=lines[start : start + ROWS],
                columns=tuple(_decoded(column, self._layout) for column in part.columns),
                odd=_odd_within(odd, start, last=start + ROWS >= table.num_rows),
            )
        self._line += newlines

    def _split(self, data: bytes, newlines: int) -> tuple[pa.Table, list[OddRow]] | None:
        """Split a piece with pyarrow; None when only the csv module can make sense of it."""
        names = [str(number) for number in range(self._layout.width)]
        plain = self._layout.encoding == "utf-8"
        wrong: list[int] = []

        def keep(row: pa_csv.InvalidRow) -> str:
            wrong.append(row.number - 1)
            return "skip" if len(wrong) < _MANY_ODD_ROWS else "error"

        try:
            table = pa_csv.read_csv(
                pa.py_buffer(data),
                read_options=pa_csv.ReadOptions(
                    use_threads=False, column_names=names, block_size=len(data) + 1
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=self._layout.delimiter,
                    # The handler gets the row as text, which pyarrow takes for UTF-8.
                    invalid_row_handler=keep if plain else None,
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string() if plain else pa.binary()),
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            return None
        # Blank lines are passed over silently: then the lines cannot be told.
        if table.num_rows + len(wrong) != newlines:
            return None
        odd = self._odd_rows(data, wrong)
        fitting = any(fitted_row(one.fields, self._layout) is not None for one in odd)
        return None if fitting else (table, odd)

    def _odd_rows(self, data: bytes, places: Sequence[int]) -> list[OddRow]:
        lines = data.split(b"\n") if places else []
        odd = []
        for count, place in enumerate(places):
            text = tidy_line(lines[place].decode(self._layout.encoding, "replace"))
            fields = next(csv.reader([text], delimiter=self._layout.delimiter), [])
            line = self._line + place
            odd.append(OddRow(before=place - count, line=line, fields=tuple(fields)))
        return odd

    def _slow_to_the_end(self, data: bytes) -> Iterator[Block]:
        rest = _Joined(data, self._rest())
        stream = cast("BinaryIO", io.BufferedReader(rest, 1 << 16))
        yield from self._slow(stream, to_the_end=True)

    def _rest(self) -> Iterator[bytes]:
        line = self._line
        for chunk in self._chunks:
            if b"\x00" in chunk:
                raise refuse(Reason.NUL_BYTE, line=line)
            line += chunk.count(b"\n")
            yield chunk.replace(b"\r", b"\n") if self._layout.bare_returns else chunk

    def _slow(self, stream: BinaryIO, *, to_the_end: bool = False) -> Iterator[Block]:
        text = _Lines(stream, self._line, self._layout.encoding, mark_end=to_the_end)
        reader = csv.reader(text, delimiter=self._layout.delimiter)
        gathered = _Gathered()
        first = self._line
        try:
            for fields in reader:
                line, first = first, self._line + reader.line_num
                if not text.ended or not self._at_end(fields, line):
                    self._gather(gathered, fields, line, last=text.cut_off)
                if len(gathered.rows) + len(gathered.odd) >= _SLOW_ROWS:
                    yield gathered.block(self._layout.width)
                    gathered = _Gathered()
        except csv.Error:
            raise refuse(Reason.LINE_TOO_LONG, line=first, limit=LONGEST_LINE) from None
        self._line += text.count
        if gathered.rows or gathered.odd:
            yield gathered.block(self._layout.width)

    def _at_end(self, fields: list[str], line: int) -> bool:
        if not any(_END_MARK in one for one in fields):
            return False
        if fields != [_END_MARK]:
            raise refuse(Reason.OPEN_QUOTE, line=line)
        return True

    def _gather(self, gathered: _Gathered, fields: list[str], line: int, *, last: bool) -> None:
        fitted = fitted_row(fields, self._layout)
        if fitted is not None:
            gathered.rows.append(fitted)
            gathered.lines.append(line)
        elif any(one.strip() for one in fields):
            odd = OddRow(before=len(gathered.rows), line=line, fields=tuple(fields), last=last)
            gathered.odd.append(odd)


def _odd_within(odd: Sequence[OddRow], start: int, *, last: bool) -> tuple[OddRow, ...]:
    """Return the odd rows that stand among the rows from `start` on."""
    end = start + ROWS
    return tuple(
        replace(one, before=one.before - start)
        for one in odd
        if start <= one.before
        and (one.before < end or last)
        and any(cell.strip() for cell in one.fields)
    )


def fitted_row(fields: Sequence[str], layout: TextLayout) -> list[str] | None:
    """Return a row with as many fields as the header, or None if it is another thing."""
    width = layout.width
    surplus = len(fields) - width
    if surplus > 0 and surplus == layout.surplus and not any(map(str.strip, fields[width:])):
        return list(fields[:width])
    if len(fields) > width and layout.overflow is not None:
        if not all(pattern.search(fields[place]) for place, pattern in layout.overflow):
            return None
        return [*fields[: width - 1], layout.delimiter.join(fields[width - 1 :])]
    enough = 2 if layout.short_rows else layout.named
    if enough <= len(fields) < width:
        return [*fields, *[""] * (width - len(fields))]
    return list(fields) if len(fields) == width else None


def _line_ends(data: bytes) -> tuple[int, bool]:
    """Return the number of newlines and whether a carriage return stands without one."""
    # `bytes.count` takes eight times as long where lines are short.
    characters = np.frombuffer(data, dtype=np.uint8)
    newlines = characters == _NEWLINE
    returns = characters == _RETURN
    paired = np.count_nonzero(returns[:-1] & newlines[1:])
    return int(np.count_nonzero(newlines)), bool(np.count_nonzero(returns) != paired)


def tidy_line(line: str) -> str:
    """Return a line without carriage returns; one amid the line is only a blank."""
    if "\r" not in line:
        return line
    end = "\n" if line.endswith("\n") else ""
    return line.rstrip("\r\n").replace("\r", " ") + end


@dataclass(frozen=True, slots=True)
class _Quotes:
    """Where the quotation marks of a piece stand, and whether they are used by the book."""

    places: npt.NDArray[np.int64]
    regular: bool

    @classmethod
    def of(cls, data: bytes, delimiter: bytes) -> _Quotes:
        if b'"' not in data:
            return cls(np.zeros(0, dtype=np.int64), regular=True)
        buffer = np.frombuffer(data, dtype=np.uint8)
        places = np.flatnonzero(buffer == _QUOTE)
        around = np.zeros(256, dtype=np.bool_)
        around[[_QUOTE, _NEWLINE, delimiter[0]]] = True
        opening, closing = places[0::2], places[1::2]
        before = around[buffer[np.maximum(opening - 1, 0)]] | (opening == 0)
        around[_RETURN] = True
        after = around[buffer[np.minimum(closing + 1, len(data) - 1)]]
        after |= closing == len(data) - 1
        return cls(places, regular=bool(before.all() and after.all()))

    def cut(self, data: bytes) -> int:
        """Return where the last complete row ends."""
        end = data.rfind(b"\n") + 1
        if len(self.places) == 0:
            return end
        while end and np.searchsorted(self.places, end) % 2:
            # The newline stands inside quotation marks: try the last one before them.
            opened = int(self.places[np.searchsorted(self.places, end) - 1])
            end = data.rfind(b"\n", 0, opened) + 1
        return end

    def holds_newline(self, data: bytes) -> bool:
        """Tell whether a field of the piece runs over several lines."""
        opening, closing = self.places[0::2], self.places[1::2]
        if len(closing) == 0:
            return False
        opening = opening[: len(closing)]
        newlines = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _NEWLINE)
        return bool(
            (np.searchsorted(newlines, opening) != np.searchsorted(newlines, closing)).any()
        )


class _Joined(io.RawIOBase):
    """A stream over a first piece and the chunks that follow it."""

    def __init__(self, first: bytes, rest: Iterator[bytes]) -> None:
        super().__init__()
        self._current = memoryview(first)
        self._rest = rest

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, target: object) -> int:
        """Fill the target with what comes next."""
        view = memoryview(target).cast("B")  # type: ignore[arg-type]
        while not self._current:
            following = next(self._rest, None)
            if following is None:
                return 0
            self._current = memoryview(following)
        count = min(len(view), len(self._current))
        view[:count] = self._current[:count]
        self._current = self._current[count:]
        return count


class _Lines:
    """The physical lines of a stream for the csv module, counted and bounded."""

    def __init__(self, stream: BinaryIO, first: int, encoding: str, *, mark_end: bool) -> None:
        self._text = io.TextIOWrapper(stream, encoding=encoding, errors="strict", newline="\n")
        self._first = first
        self._mark_end = mark_end
        self.count = 0
        self.ended = False
        self.cut_off = False

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_LINE):
            if len(line) >= LONGEST_LINE:
                raise refuse(
                    Reason.LINE_TOO_LONG, line=self._first + self.count, limit=LONGEST_LINE
                )
            self.count += 1
            self.cut_off = not line.endswith("\n")
            yield tidy_line(line)
        if self._mark_end:
            # A field that is still open swallows the mark, and so gives itself away.
            self.ended = True
            yield _END_MARK


def _decoded(column: pa.ChunkedArray, layout: TextLayout) -> pa.StringArray:
    """Return a column of cells as text."""
    if column.num_chunks == 0:
        return pa.array([], type=pa.string())
    cells = column.chunk(0)
    if layout.encoding == "utf-8":
        return cells
    _validity, offsets, data = cells.buffers()
    if data is None or not (np.frombuffer(data, dtype=np.uint8) >= _BEYOND_ASCII).any():
        return pa.Array.from_buffers(
            pa.string(), len(cells), [None, offsets, data], 0, cells.offset
        )
    encoded = cells.dictionary_encode()
    texts = [text.decode(layout.encoding) for text in encoded.dictionary.to_pylist()]
    return pa.array(texts, type=pa.string()).take(encoded.indices)
