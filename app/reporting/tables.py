"""Tables on paper: the header comes again on each page, and rows are as high as their text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

from app.base.i18n import N_, _
from app.reporting.flows import Flow, Piece, Whole, baseline, gap, heading_flows
from app.reporting.fonts import Face
from app.reporting.looks import Style, is_right, shown
from app.reporting.paper import Look, Row, Table
from app.reporting.pen import POINT, Align, Pen, fitted, unbroken, wrapped

_EDGE = 3 * POINT
"""Between a cell's text and the lines beside it."""
_TALLEST = 24
"""A row with more lines goes on as a further one, so that it can go on over pages; on small forms
one with more than a third of a sheet."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One row as it is drawn.

    `ends` says that the line below it is drawn, `span` over how many columns the first text goes.
    """

    cells: tuple[Sequence[str], ...]
    count: int
    strong: bool = False
    ends: bool = True
    span: int = 1


class _Grid:
    """A table's columns on a sheet."""

    def __init__(self, table: Table, style: Style) -> None:
        self.table, self.style = table, style
        whole = sum(column.width for column in table.columns)
        steps = accumulate(column.width for column in table.columns)
        self.edges = [style.left, *(style.left + style.room * step // whole for step in steps)]
        self.rooms = [
            right - left - 2 * _EDGE
            for left, right in zip(self.edges, self.edges[1:], strict=False)
        ]
        self.looks = [column.look for column in table.columns]
        self.title_sizes = [
            unbroken(column.title, style.size, room, Face.HEI)
            for column, room in zip(table.columns, self.rooms, strict=True)
        ]
        self.titles = [
            wrapped(column.title, size, room, Face.HEI)
            for column, size, room in zip(table.columns, self.title_sizes, self.rooms, strict=True)
        ]
        self.title_lines = max(len(lines) for lines in self.titles)
        self.has_groups = bool(table.groups)
        self.merged = [place for place, one in enumerate(table.columns) if one.merged]

    @property
    def tallest(self) -> int:
        """How many lines of text a row has at most."""
        return min(_TALLEST, self.style.height // 3 // self.style.leading)

    @property
    def head_height(self) -> int:
        """The height of the header."""
        return self.height(self.title_lines) + (self.height(1) if self.has_groups else 0)

    def height(self, count: int) -> int:
        """The height of a row with so many lines of text."""
        return count * self.style.leading + 2 * self.style.padding

    def lines(self, row: Row, *, strong: bool = False) -> list[_Line]:
        """Set a row."""
        if strong:
            return [self._total(row)]
        size, face = self.style.size, Face.SONG
        cells: list[tuple[str, ...]] = []
        most = 1
        for value, look, room in zip(row, self.looks, self.rooms, strict=True):
            text = shown(value, look)
            if len(text) * size <= room or is_right(look) or look is Look.DAY:
                cells.append((text,) if text else ())
                continue
            set_ = tuple(wrapped(text, size, room, face))
            most = max(most, len(set_))
            cells.append(set_)
        if most <= self.tallest:
            return [_Line(tuple(cells), most)]
        return self._parts(cells, most)

    def _total(self, row: Row) -> _Line:
        """Set a row of totals: its name goes over the empty columns beside it."""
        texts = [shown(value, look, sign=True) for value, look in zip(row, self.looks, strict=True)]
        place = next((place for place, text in enumerate(texts) if text), 0)
        span = next(
            (later for later in range(place + 1, len(texts)) if row[later] is not None), len(texts)
        )
        room = self.edges[span] - self.edges[0] - 2 * _EDGE
        name = tuple(wrapped(texts[place], self.style.size, room, Face.HEI))
        rest: list[tuple[str, ...]] = [(text,) if text else () for text in texts[span:]]
        return _Line((name, *[()] * (span - 1), *rest), len(name), strong=True, span=span)

    def _parts(self, cells: list[tuple[str, ...]], most: int) -> list[_Line]:
        step = self.tallest
        starts = range(0, most, step)
        return [
            _Line(
                tuple(cell[start : start + step] for cell in cells),
                min(step, most - start),
                ends=start + step >= most,
            )
            for start in starts
        ]

    def draw_head(self, pen: Pen, top: int) -> None:
        """Draw the header."""
        style, edges = self.style, self.edges
        bottom = top - self.head_height
        if style.is_filled:
            pen.fill((edges[0], bottom), (edges[-1] - edges[0], top - bottom), 92)
        pen.level(edges[0], edges[-1], (top, bottom))
        if self.has_groups:
            top = self._draw_groups(pen, top)
        for edge in edges[1:-1]:
            pen.line((edge, top), (edge, bottom))
        for edge in (edges[0], edges[-1]):
            pen.line((edge, bottom + self.head_height), (edge, bottom))
        for lines, size, left, right in zip(
            self.titles, self.title_sizes, edges, edges[1:], strict=False
        ):
            above = (self.title_lines - len(lines)) * style.leading // 2
            for number, line in enumerate(lines):
                y = baseline(top - above - number * style.leading, style.size, style.padding)
                pen.text(((left + right) // 2, y), line, size, Face.HEI, Align.CENTRE)

    def _draw_groups(self, pen: Pen, top: int) -> int:
        """Draw the titles over several columns, and return where they end."""
        style, bottom = self.style, top - self.height(1)
        place = 0
        for group in self.table.groups:
            left, right = self.edges[place], self.edges[place + group.columns]
            place += group.columns
            y = baseline(top, style.size, style.padding)
            pen.text(((left + right) // 2, y), group.title, style.size, Face.HEI, Align.CENTRE)
            pen.line((right, top), (right, bottom))
        pen.level(self.edges[0], self.edges[-1], (bottom,))
        return bottom

    def draw_rows(self, pen: Pen, top: int, lines: Sequence[_Line]) -> None:
        """Draw rows with the lines around them."""
        edges = self.edges
        y, below = top, []
        said: dict[int, Sequence[str]] = {}
        for line in lines:
            same = {place for place in self.merged if said.get(place) == line.cells[place]}
            self._draw_line(pen, y, line, same)
            said = {place: line.cells[place] for place in self.merged}
            if line.strong:
                for edge in (edges[0], *edges[line.span :]):
                    pen.line((edge, y), (edge, y - self.height(line.count)))
            y -= self.height(line.count)
            if line.ends or line is lines[-1]:
                below.append(y)
        pen.level(edges[0], edges[-1], below)
        plain = top - sum(self.height(line.count) for line in lines if not line.strong)
        for edge in edges:
            pen.line((edge, top), (edge, plain))

    def _draw_line(self, pen: Pen, top: int, line: _Line, same: Collection[int]) -> None:
        style = self.style
        size, leading = style.size, style.leading
        face = Face.HEI if line.strong else Face.SONG
        first = baseline(top, size, style.padding)
        for place, cell in enumerate(line.cells):
            if not cell or place in same:
                continue
            if is_right(self.looks[place]) and place >= line.span * line.strong:
                text, x = cell[0], self.edges[place + 1] - _EDGE
                fit = fitted(text, size, self.rooms[place], face)
                pen.text((x, first), text, fit, face, Align.RIGHT)
                continue
            x = self.edges[place] + _EDGE
            if self.looks[place] is Look.DAY and not line.strong:
                pen.text((x, first), cell[0], fitted(cell[0], size, self.rooms[place]), face)
                continue
            for number, text in enumerate(cell):
                pen.text((x, first - number * leading), text, size, face)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Rows of a table from `start` on, with the header above them on each page."""

    grid: _Grid
    lines: Sequence[_Line]
    start: int = 0

    def split(self, room: int) -> tuple[Piece | None, Flow | None]:
        """Take as many rows as fit; totals take at least one row along."""
        grid, lines = self.grid, self.lines
        height, end = grid.head_height, self.start
        while end < len(lines):
            more = grid.height(lines[end].count)
            if height + more > room:
                break
            height, end = height + more, end + 1
        if self.start < end < len(lines):
            end = _before_totals(lines, self.start, end)
            height = grid.head_height + sum(
                grid.height(line.count) for line in lines[self.start : end]
            )
        if end == self.start and lines:
            return None, self
        rest = _Rows(grid=grid, lines=lines, start=end) if end < len(lines) else None
        return self._piece(height, end), rest

    def _piece(self, height: int, end: int) -> Piece:
        grid, taken = self.grid, self.lines[self.start : end]

        def draw(pen: Pen, top: int) -> None:
            grid.draw_head(pen, top)
            grid.draw_rows(pen, top - grid.head_height, taken)

        return Piece(height=height, draw=draw)


def _before_totals(lines: Sequence[_Line], start: int, end: int) -> int:
    """Do not let totals begin a page."""
    while end > start + 1 and lines[end].strong:
        end -= 1
    return end


def table_flows(table: Table, style: Style) -> list[Flow]:
    """Return a table: its title, its rows with totals, and the empty rows that are struck out."""
    grid = _Grid(table, style)
    lines = [line for row in table.rows for line in grid.lines(row)]
    if not lines and not table.least:
        return [
            *_titled(table, style),
            _nothing(grid, style),
            *_totals(table, grid),
            gap(style.gap),
        ]
    # Long texts take the place of empty rows: what is filled up is as high as its short rows.
    used = sum(grid.height(line.count) for line in lines)
    blank = (table.least * grid.height(1) - used) // grid.height(1)
    flows: list[Flow] = [*_titled(table, style)]
    if blank > 0:
        flows.append(_with_blank(grid, lines, blank))
        return [*flows, *_totals(table, grid), gap(style.gap)]
    lines += [line for row in table.totals for line in grid.lines(row, strong=True)]
    return [*flows, _Rows(grid=grid, lines=lines), gap(style.gap)]


def _titled(table: Table, style: Style) -> list[Whole]:
    return heading_flows(table.name, style) if table.is_titled else []


def _totals(table: Table, grid: _Grid) -> list[Whole]:
    lines = [line for row in table.totals for line in grid.lines(row, strong=True)]
    if not lines:
        return []
    height = sum(grid.height(line.count) for line in lines)
    piece = Piece(height=height, draw=lambda pen, top: grid.draw_rows(pen, top, lines))
    return [Whole(piece=piece)]


def _nothing(grid: _Grid, style: Style) -> Whole:
    """The header, and in place of rows the word that there are none."""
    row = grid.height(1)

    def draw(pen: Pen, top: int) -> None:
        grid.draw_head(pen, top)
        top -= grid.head_height
        edges = grid.edges
        y = baseline(top, style.size, style.padding)
        word = _(N_("— none —"))
        pen.text(((edges[0] + edges[-1]) // 2, y), word, style.size, Face.SONG, Align.CENTRE)
        pen.level(edges[0], edges[-1], (top - row,))
        for edge in (edges[0], edges[-1]):
            pen.line((edge, top), (edge, top - row))

    return Whole(piece=Piece(height=grid.head_height + row, draw=draw))


def _with_blank(grid: _Grid, lines: Sequence[_Line], blank: int) -> Whole:
    """Rows, and empty rows that nobody can fill in any more: a line goes across them."""
    empty = _Line(cells=tuple(() for _ in grid.looks), count=1)
    taken = [*lines, *[empty] * blank]
    heights = [grid.height(line.count) for line in taken]
    above = grid.head_height + sum(heights[: len(lines)])
    height = grid.head_height + sum(heights)

    def draw(pen: Pen, top: int) -> None:
        grid.draw_head(pen, top)
        grid.draw_rows(pen, top - grid.head_height, taken)
        left, right = grid.edges[0] + _EDGE, grid.edges[-1] - _EDGE
        pen.line((right, top - above - 2 * POINT), (left, top - height + 2 * POINT))

    return Whole(piece=Piece(height=height, draw=draw))
