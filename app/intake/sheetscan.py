"""A look into an XLSX before a library gets it: sizes, header rows, formulas without value.

The libraries build a dense table from the first to the last cell; a legal file of 1.4 KB
can make that table larger than any memory. So the cells are looked at first.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from app.base.lazily import Lazily
from app.intake.archives import RATIO, UNPACKED
from app.intake.detection import HEADER_WITHIN, HeadRow
from app.intake.refusal import refuse
from app.intake.rules import Reason

if TYPE_CHECKING:
    from lxml import etree
else:
    etree = Lazily("lxml.etree")

CELLS = 30_000_000
"""More cells than that, empty ones in between included, are not read."""

_PIECE = 4 << 20
_OVERLAP = 4 << 10
_SMALL = 1 << 20
_KEPT_FORMULAS = 1_000
_LETTER_A, _LETTER_Z, _DIGIT_0 = b"AZ0"
# A formula whose value is missing or empty; openpyxl writes such cells.
_BARE_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^<>]*)>\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERROR_CELL = re.compile(
    rb"<(?:\w+:)?c\b([^<>]*\bt=\"e\"[^<>]*)>(?:<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>))?"
    rb"<(?:\w+:)?v>([^<]*)<"
)
# Without these, a sheet has at most 26 columns and fewer than a million rows.
_FAR_REFERENCE = re.compile(rb" r=\"(?:[A-Z]{2}|[A-Z]?[0-9]{7})")
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_TEXT_VALUE = re.compile(rb"\bt\s*=\s*[\"']str[\"']")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, KeyError, RuntimeError)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """A worksheet of a workbook and its part in the package."""

    name: str
    part: str


@dataclass(slots=True)
class Extent:
    """How far the cells of a sheet reach, and which formulas have no value."""

    rows: int = 0
    columns: int = 0
    formulas: dict[tuple[int, int], None] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


class Package:
    """The parts of an XLSX."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (*_BROKEN, OSError, ValueError) as error:
            raise refuse(Reason.BAD_WORKBOOK, detail=str(error)[:80]) from None
        self.names = set(self._zip.namelist())
        entries = self._zip.infolist()
        total = sum(entry.file_size for entry in entries)
        if total > UNPACKED:
            raise refuse(Reason.TOO_LARGE, size=total, limit=UNPACKED)
        for entry in entries:
            packed = max(entry.compress_size, 1)
            if entry.file_size > _SMALL and entry.file_size > packed * RATIO:
                ratio = entry.file_size // packed
                raise refuse(Reason.RATIO_TOO_HIGH, ratio=ratio, limit=RATIO)

    def sheets(self) -> list[SheetPart]:
        """Return the worksheets in the order of the workbook."""
        book = self._tree("xl/workbook.xml")
        targets = {}
        for relation in self._tree("xl/_rels/workbook.xml.rels"):
            target = relation.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            targets[relation.get("Id")] = (part, relation.get("Type", ""))
        found = []
        for sheet in book.iter("{*}sheet"):
            part, kind = targets.get(sheet.get(_RELATION), ("", ""))
            if part in self.names and kind.endswith("/worksheet"):
                found.append(SheetPart(name=sheet.get("name", ""), part=part))
        return found

    def extent(self, index: int) -> Extent:
        """Return how far a sheet's cells reach.

        Raises:
            FileRefused: They reach too far, or the sheet declares entities.
        """
        extent = Extent()
        rest = b""
        formula = b"<f"
        for piece in self._pieces(self.sheets()[index].part):
            data = rest + piece
            if not rest:
                # A prefix before the names of elements is rare, and legal.
                formula = b"<f" if b"<worksheet" in data[:_OVERLAP] else b":f"
                if b"<!DOCTYPE" in data:
                    raise refuse(Reason.DOCTYPE)
            if _FAR_REFERENCE.search(data):
                _measure(data, extent)
            if formula in data:
                _find_bare_formulas(data, extent)
            if b't="e"' in data:
                _find_errors(data, extent)
            rest = data[-_OVERLAP:]
        if extent.rows * extent.columns > CELLS:
            raise refuse(Reason.ABSURD_SIZE, rows=extent.rows, columns=extent.columns)
        return extent

    def head(self, part: str) -> list[HeadRow]:
        """Return the first rows of a sheet without reading the rest of it."""
        raw: list[tuple[int, dict[int, tuple[str, str]]]] = []
        parser = _pull_parser("{*}row")
        for piece in self._pieces(part, 1 << 18):
            try:
                parser.feed(piece)
            except etree.XMLSyntaxError as error:
                raise refuse(Reason.BAD_WORKBOOK, detail=str(error)[:80]) from None
            for row in _ended(parser):
                raw.append(_raw_row(row, raw[-1][0] + 1 if raw else 1))
                row.clear()
            if len(raw) > HEADER_WITHIN:
                break
        raw = raw[: HEADER_WITHIN + 1]
        wanted = {int(text) for _line, row in raw for kind, text in row.values() if kind == "s"}
        strings = self._strings(max(wanted, default=-1))
        return [_head_row(line, row, strings) for line, row in raw]

    def _strings(self, last: int) -> list[str]:
        part = next((name for name in self.names if name.lower() == "xl/sharedstrings.xml"), None)
        found: list[str] = []
        if part is None or last < 0:
            return found
        parser = _pull_parser("{*}si")
        for piece in self._pieces(part, 1 << 18):
            try:
                parser.feed(piece)
            except etree.XMLSyntaxError as error:
                raise refuse(Reason.BAD_WORKBOOK, detail=str(error)[:80]) from None
            for item in _ended(parser):
                found.append(_text_of(item))
                item.clear()
            if len(found) > last:
                break
        return found

    def _pieces(self, part: str, size: int = _PIECE) -> Iterator[bytes]:
        try:
            with self._zip.open(part) as stream:
                while piece := stream.read(size):
                    yield piece
        except (*_BROKEN, OSError, ValueError) as error:
            raise refuse(Reason.BAD_WORKBOOK, detail=str(error)[:80]) from None

    def _tree(self, part: str) -> etree._Element:
        data = b"".join(self._pieces(part))
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise refuse(Reason.DOCTYPE)
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
            return etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise refuse(Reason.BAD_WORKBOOK, detail=str(error)[:80]) from None


def _pull_parser(tag: str) -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=("end",), tag=tag, resolve_entities=False, no_network=True, load_dtd=False
    )


def _ended(parser: etree.XMLPullParser) -> Iterator[Any]:
    return (element for _event, element in parser.read_events())


def _measure(data: bytes, extent: Extent) -> None:
    """Widen the extent by the references `r="AB12"` in a piece of a sheet."""
    buffer = np.frombuffer(data + b" " * 16, dtype=np.uint8)
    marks = np.flatnonzero(
        (buffer[:-15] == ord("r")) & (buffer[1:-14] == ord("=")) & (buffer[2:-13] == ord('"'))
    )
    if len(marks) == 0:
        return
    places = marks + 3
    column = np.zeros(len(marks), dtype=np.int64)
    for _letter in range(3):
        byte = buffer[places]
        is_letter = (byte >= _LETTER_A) & (byte <= _LETTER_Z)
        column = np.where(is_letter, column * 26 + (byte - _LETTER_A) + 1, column)
        places = places + is_letter
    row = np.zeros(len(marks), dtype=np.int64)
    places = np.minimum(places, len(buffer) - 8)
    going: npt.NDArray[np.bool_] = np.ones(len(marks), dtype=np.bool_)
    for _digit in range(7):
        digit = buffer[places] - _DIGIT_0
        going &= digit <= 9  # noqa: PLR2004 - uint8: what is below zero wraps around
        row = np.where(going, row * 10 + digit, row)
        places = places + going
    extent.rows = max(extent.rows, int(row.max()))
    extent.columns = max(extent.columns, int(column.max()))


def _find_bare_formulas(data: bytes, extent: Extent) -> None:
    for match in _BARE_FORMULA.finditer(data):
        reference = _REFERENCE.search(match[1])
        if reference is None or len(extent.formulas) >= _KEPT_FORMULAS:
            continue
        if _TEXT_VALUE.search(match[1]) and b"v" in match[0].rpartition(b"f>")[2]:
            continue  # its value is the empty text
        extent.formulas[_place(reference)] = None


def _find_errors(data: bytes, extent: Extent) -> None:
    for match in _ERROR_CELL.finditer(data):
        reference = _REFERENCE.search(match[1])
        if reference is not None and len(extent.errors) < _KEPT_FORMULAS:
            extent.errors[_place(reference)] = match[2].decode("utf-8", "replace")


def _place(reference: re.Match[bytes]) -> tuple[int, int]:
    return int(reference[2]), _column_number(reference[1].decode())


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _raw_row(row: etree._Element, following: int) -> tuple[int, dict[int, tuple[str, str]]]:
    """Return a row's number and its cells: column, kind and stored text."""
    line = int(row.get("r") or following)
    cells: dict[int, tuple[str, str]] = {}
    column = 0
    for cell in row.iterchildren("{*}c"):
        letters = re.match("[A-Z]+", cell.get("r") or "")
        column = _column_number(letters[0]) if letters else column + 1
        kind = cell.get("t") or "n"
        if kind == "inlineStr":
            cells[column] = ("t", _text_of(cell))
        elif (value := cell.find("{*}v")) is not None and value.text:
            is_index = kind == "s" and value.text.strip().isdigit()
            cells[column] = ("s", value.text.strip()) if is_index else ("t", value.text)
    return line, cells


def _head_row(line: int, row: dict[int, tuple[str, str]], strings: list[str]) -> HeadRow:
    width = min(max(row, default=0), 16_384)
    fields = [""] * width
    for column, (kind, text) in row.items():
        if kind == "s":
            text = strings[int(text)] if int(text) < len(strings) else ""  # noqa: PLW2901
        if 1 <= column <= width:
            fields[column - 1] = text
    return HeadRow(line=line, last_line=line, fields=tuple(fields))


def _text_of(item: etree._Element) -> str:
    parts = []
    for text in item.iter("{*}t"):
        parent = text.getparent()
        if parent is None or not str(parent.tag).endswith("}rPh"):
            parts.append(text.text or "")
    return "".join(parts)
