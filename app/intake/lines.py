"""The raw lines of a file as rows of cells, as they stand, for people who look at it.

Only the reading process uses this: a row may be as odd as its file.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from app.intake.camt import CamtStatement
from app.intake.contents import Content, content_of
from app.intake.detection import Table
from app.intake.encodings import as_text, chunks_of
from app.intake.fields import FIELDS
from app.intake.inputs import Input
from app.intake.opening import Statement, Wishes, reopen
from app.intake.profiles import Profile, loose
from app.intake.refusal import FileRefused, refuse
from app.intake.rules import OFTEN_PERSONAL, Personal, RawLines, RawRow, Reason
from app.intake.swift import SwiftStatement
from app.intake.tables import DELIMITERS, TextStatement
from app.intake.workbooks import SheetStatement, unknown_sheet_rows

LONGEST_CELL = 500
MOST_CELLS = 200
MOST_CHARACTERS = 2_000_000
"""All cells that are shown at once, together."""
LONGEST_LINE = 100_000
"""Characters of a line that are looked at; what stands behind them is not shown."""

_HEAD = 64 << 10
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")

Ranges = Sequence[tuple[int, int]]
"""First and last lines, both included, in order and apart from each other."""


def raw_lines(
    source: Input,
    wishes: Wishes,
    encoding: str,
    profiles: Sequence[Profile],
    *,
    ranges: Ranges,
    most_rows: int,
) -> RawLines:
    """Return rows of a file as they stand, also of one that cannot be read as a statement.

    Raises:
        FileRefused: Not even its lines can be told apart.
    """
    statement = _opened(source, wishes, encoding, profiles)
    table = statement.table if isinstance(statement, TextStatement | SheetStatement) else None
    rows = _rows(source, wishes, encoding, (statement, table), ranges)
    found = _limited(rows, most_rows)
    return RawLines(
        header=tuple(_shown(table.header)) if table is not None else (),
        header_line=table.header_line if table is not None else 0,
        places=_places(table) if table is not None else {},
        personal=_personal(table) if table is not None else {},
        rows=found,
    )


def _opened(
    source: Input, wishes: Wishes, encoding: str, profiles: Sequence[Profile]
) -> Statement | None:
    try:
        return reopen(source, wishes, encoding, profiles)
    except FileRefused as error:
        if error.problem.reason in {Reason.PASSWORD_NEEDED, Reason.PASSWORD_WRONG}:
            raise
        return None


def _rows(
    source: Input,
    wishes: Wishes,
    encoding: str,
    known: tuple[Statement | None, Table | None],
    ranges: Ranges,
) -> Iterator[tuple[int, Sequence[str]]]:
    statement, table = known
    with source.open() as stream:
        head = stream.read(_HEAD)
    match content_of(head):
        case Content.ZIP | Content.OLE:
            if isinstance(statement, SheetStatement):
                return _within(statement.rows(), ranges)
            return _within(unknown_sheet_rows(source.data(), wishes.password), ranges)
        case _ if isinstance(statement, CamtStatement | SwiftStatement):
            return _within(enumerate(statement.entries(), start=1), ranges)
        case Content.TEXT | Content.SWIFT | Content.XML:
            delimiter = table.delimiter if table is not None else _likely_delimiter(head, encoding)
            return _text_rows(source, encoding, delimiter, ranges)
        case format_:
            raise refuse(Reason.NOT_A_STATEMENT, format=format_.value)


def _within(
    rows: Iterable[tuple[int, Sequence[str]]], ranges: Ranges
) -> Iterator[tuple[int, Sequence[str]]]:
    starts = [first for first, _last in ranges]
    end = ranges[-1][1] if ranges else 0
    for line, cells in rows:
        if line > end:
            return
        place = bisect_right(starts, line) - 1
        if place >= 0 and line <= ranges[place][1]:
            yield line, cells


def _text_rows(
    source: Input, encoding: str, delimiter: str, ranges: Ranges
) -> Iterator[tuple[int, Sequence[str]]]:
    with source.open() as stream:
        for first, lines in _text_ranges(as_text(chunks_of(stream), encoding), ranges):
            reader = csv.reader(lines, delimiter=delimiter)
            line = first
            while (cells := _next_row(reader)) is not None:
                yield line, cells
                line = first + reader.line_num


def _next_row(reader: Iterator[list[str]]) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error:
        return []


def _text_ranges(pieces: Iterable[str], ranges: Ranges) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of each range; lines elsewhere are counted and not cut."""
    wanted = iter(ranges)
    current = next(wanted, None)
    line, rest, kept = 1, "", list[str]()
    for piece in _ended_by_newlines(pieces):
        text = rest + piece
        count = text.count("\n")
        if current is None:
            break
        if line + count < current[0]:
            line, rest = line + count, text[text.rfind("\n") + 1 :][:LONGEST_LINE]
            continue
        lines = text.split("\n")
        rest = lines.pop()[:LONGEST_LINE]
        for one in lines:
            while current is not None and line > current[1]:
                yield current[0], kept
                current, kept = next(wanted, None), []
            if current is not None and line >= current[0]:
                kept.append(_clean(one))
            line += 1
    if current is not None:
        yield current[0], kept


def _ended_by_newlines(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the text with plain line ends, and one after the last line."""
    last = ""
    for piece in pieces:
        last = piece
        yield piece.replace("\r", "\n") if "\r" in piece and "\n" not in piece else piece
    if last and not last.endswith(("\n", "\r")):
        yield "\n"


def _clean(line: str) -> str:
    return _CONTROL.sub("\ufffd", line.rstrip("\r")[:LONGEST_LINE]) + "\n"


def _likely_delimiter(head: bytes, encoding: str) -> str:
    text = head.decode(encoding, "replace")
    return max(DELIMITERS, key=text.count)


def _shown(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…"
        for text in map(str, cells[:MOST_CELLS])
    )


def _limited(rows: Iterable[tuple[int, Sequence[str]]], most_rows: int) -> tuple[RawRow, ...]:
    found: list[RawRow] = []
    left = MOST_CHARACTERS
    for line, cells in islice(rows, most_rows):
        row = RawRow(line=line, cells=_shown(cells))
        left -= sum(map(len, row.cells)) + len(row.cells)
        if left < 0:
            break
        found.append(row)
    return tuple(found)


def _places(table: Table) -> dict[str, int]:
    """Return where columns and fields stand, by the names under which problems tell them."""
    places: dict[str, int] = {}
    for place, name in enumerate(table.header):
        if name.strip():
            places.setdefault(name.strip(), place)
    for name in table.profile.fields:
        for group in table.profile.source(name).names():
            place_ = table.place(group)
            if place_ is not None:
                places.setdefault(name, place_)
    return places


def _personal(table: Table) -> dict[int, Personal]:
    kind = table.profile.kind
    found: dict[int, Personal] = {}
    known = [loose(name) for name in table.header]
    for field in FIELDS[kind] if kind is not None else ():
        personal = field.personal
        if personal is None and field.name in OFTEN_PERSONAL:
            personal = Personal.CARD
        if personal is None:
            continue
        source = table.profile.source(field.name)
        names = {loose(name) for group in source.names() for name in group}
        found.update({place: personal for place, name in enumerate(known) if name in names})
    return found
