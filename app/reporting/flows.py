"""Parts of a paper that know how high they are, and how to split over pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from app.base.i18n import N_, _
from app.reporting.fonts import Face
from app.reporting.looks import Style, shown
from app.reporting.paper import Field, Fields, Picture, Signature, Text, Weight
from app.reporting.pen import POINT, Align, Pen, measure, wrapped
from app.reporting.qr import outlines

Draw: TypeAlias = Callable[[Pen, int], None]
"""Draws a piece whose upper edge is at this height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What stands on one page.

    `new_page` begins one and draws nothing, `glued` is never the last on its page.
    """

    height: int
    draw: Draw
    new_page: bool = False
    glued: bool = False


class Flow(Protocol):
    """A part of a paper."""

    def split(self, room: int) -> tuple[Piece | None, Flow | None]:
        """Return what fits into this height, and what is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A part that is never split."""

    piece: Piece

    def split(self, room: int) -> tuple[Piece | None, Flow | None]:
        """Return the part when it fits, else keep it for the next page."""
        return (self.piece, None) if self.piece.height <= room else (None, self)


def whole(height: int, draw: Draw, *, new_page: bool = False) -> Whole:
    """Return a part that is never split."""
    return Whole(piece=Piece(height=height, draw=draw, new_page=new_page))


def gap(height: int) -> Whole:
    """Return some space."""
    return whole(height, lambda _pen, _top: None)


def baseline(top: int, size: int, padding: int = 0) -> int:
    """Return where the line of writing is, below the top of its line."""
    return top - padding - size


def lines_of(texts: Sequence[str], style: Style, size: int, face: Face) -> list[Whole]:
    """Return lines of text as parts, so that a long text goes on over pages."""
    leading = size * 13 // 10

    def one(text: str) -> Whole:
        return whole(
            leading,
            lambda pen, top: pen.text((style.left, baseline(top, size)), text, size, face),
        )

    return [one(text) for text in texts]


def text_flows(text: Text, style: Style) -> list[Whole]:
    """Return a paragraph."""
    size = style.small if text.weight is Weight.SMALL else style.size
    face = Face.HEI if text.weight is Weight.STRONG else Face.SONG
    parts = wrapped(text.text, size, style.room, face)
    return [*lines_of(parts, style, size, face), gap(style.gap // 3)]


def heading_flows(title: str, style: Style) -> list[Whole]:
    """Return the title of a part of a paper."""
    if not title:
        return []
    size = style.size + POINT
    lines = wrapped(title, size, style.room, Face.HEI)
    parts = [gap(style.gap // 3), *lines_of(lines, style, size, Face.HEI), gap(style.gap // 4)]
    return [Whole(piece=replace(part.piece, glued=True)) for part in parts]


# ---------------------------------------------------------------- fields


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A field in its place: left edge of its name and of its value, and its right edge."""

    left: int
    middle: int
    right: int
    name: Sequence[str]
    value: Sequence[str]
    face: Face


def fields_flows(fields: Fields, style: Style) -> list[Whole]:
    """Return values under names as a grid."""
    parts = heading_flows(fields.title, style)
    rows = _rows(fields)
    named = max((_name_width(field, style) for row in rows for field in row), default=0)
    for number, row in enumerate(rows):
        cells = _placed(row, fields.beside, named, style)
        parts.append(_field_row(cells, style, is_first=number == 0))
    return [*parts, gap(style.gap)] if rows else parts


def _rows(fields: Fields) -> list[list[Field]]:
    rows: list[list[Field]] = []
    open_row: list[Field] = []
    for field in fields.fields:
        if field.wide:
            rows += [open_row] * bool(open_row) + [[field]]
            open_row = []
        else:
            open_row.append(field)
            if len(open_row) == fields.beside:
                rows.append(open_row)
                open_row = []
    return rows + [open_row] * bool(open_row)


def _name_width(field: Field, style: Style) -> int:
    most = style.room // 6
    return min(measure(field.name, style.size, Face.HEI), most) + 8 * POINT


def _placed(row: Sequence[Field], beside: int, named: int, style: Style) -> list[_Cell]:
    count = 1 if row[0].wide else beside
    cells = []
    for place in range(count):
        left = style.left + style.room * place // count
        right = style.left + style.room * (place + 1) // count
        field = row[place] if place < len(row) else Field(name="", value="")
        face = Face.HEI if field.strong else Face.SONG
        text = shown(field.value, field.look, sign=True)
        inner = right - left - named - 8 * POINT
        cells.append(
            _Cell(
                left=left,
                middle=left + named,
                right=right,
                name=wrapped(field.name, style.size, named - 8 * POINT, Face.HEI),
                value=wrapped(text, style.size, inner, face),
                face=face,
            )
        )
    return cells


def _field_row(cells: Sequence[_Cell], style: Style, *, is_first: bool) -> Whole:
    count = max(max(len(cell.name), len(cell.value)) for cell in cells)
    height = count * style.leading + 2 * style.padding
    right = style.left + style.room

    def draw(pen: Pen, top: int) -> None:
        bottom = top - height
        for cell in cells:
            if style.is_filled and any(cell.name):
                pen.fill((cell.left, bottom), (cell.middle - cell.left, height), 94)
            for edge in (cell.left, cell.middle, cell.right):
                pen.line((edge, top), (edge, bottom))
            _write(pen, cell.name, (cell.left + 4 * POINT, top), style, Face.HEI)
            _write(pen, cell.value, (cell.middle + 4 * POINT, top), style, cell.face)
        pen.level(style.left, right, (top, bottom) if is_first else (bottom,))

    return whole(height, draw)


def _write(pen: Pen, lines: Sequence[str], at: tuple[int, int], style: Style, face: Face) -> None:
    x, top = at
    for number, line in enumerate(lines):
        y = baseline(top - number * style.leading, style.size, style.padding)
        pen.text((x, y), line, style.size, face)


# ---------------------------------------------------------------- the end of a paper


def signature_flow(signatures: Sequence[Signature], style: Style) -> Whole:
    """Return the line in which people sign; who acted in the program stands there with the time."""
    size, count = style.size, len(signatures)
    has_time = any(one.at for one in signatures)
    height = style.leading * (2 if has_time else 1) + style.gap

    def draw(pen: Pen, top: int) -> None:
        y = baseline(top - style.gap // 2, size)
        for place, one in enumerate(signatures):
            x = style.left + style.room * place // count
            part = _(N_("{part}: ")).format(part=one.part)
            pen.text((x, y), part, size, Face.HEI)
            after = x + measure(part, size, Face.HEI)
            end = style.left + style.room * (place + 1) // count - 8 * POINT
            if one.name:
                pen.text((after, y), one.name, size, Face.SONG)
                pen.text((after, y - style.leading), one.at, style.small, Face.SONG)
            else:
                pen.line((after, y - 2 * POINT), (end, y - 2 * POINT))

    return whole(height, draw)


def notes_flows(notes: Sequence[str], style: Style) -> list[Whole]:
    """Return the small print."""
    lines = [line for note in notes for line in wrapped(note, style.small, style.room)]
    return lines_of(lines, style, style.small, Face.SONG)


def picture_flow(picture: Picture, style: Style) -> Whole:
    """Return a QR code with its title and what it holds beside it."""
    side = style.qr * 3 // 2
    room = style.room - side - 8 * POINT
    title = wrapped(picture.title, style.size, room, Face.HEI)
    held = wrapped(picture.holds, style.small, room)
    leading = style.leading
    height = max(side, leading * (len(title) + len(held))) + style.gap

    def draw(pen: Pen, top: int) -> None:
        pen.place((style.left, top - side), side, outlines(picture.holds))
        x, y = style.left + side + 8 * POINT, top
        for lines, face, size in ((title, Face.HEI, style.size), (held, Face.SONG, style.small)):
            for line in lines:
                pen.text((x, baseline(y, size)), line, size, face, Align.LEFT)
                y -= leading

    return whole(height, draw)
