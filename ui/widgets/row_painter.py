"""Draws the rows of a table in one go.

Qt asks the model seven things about each cell and lays its text out three times: a screen of a
large table took longer to draw than a frame may. Here the rows that are exposed are drawn from
what their columns say; only the cell with the cursor is left to Qt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRect
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QTableView

from ui.models.cells import LOADING, ground_of, shown, tone_of
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.models.paged_table import PagedTable

_MARGIN = 3
"""Pixels beside a text, as the Fusion style has them."""


class RowPainter:
    """Draws what a `PagedTable` or a `ListTable` shows in a view of whole rows."""

    def __init__(self, view: QTableView, model: PagedTable[Any] | ListTable[Any]) -> None:
        self._view = view
        self._model = model

    def draw(self, exposed: QRect) -> None:
        """Draw what an event exposed."""
        view = self._view
        first, last = view.rowAt(exposed.top()), view.rowAt(exposed.bottom())
        if first < 0:
            return
        count = self._model.rowCount()
        rows = range(first, (count if last < 0 else last + 1))
        painter = QPainter(view.viewport())
        try:
            painter.setFont(view.font())
            self._draw_rows(_Pen(view, painter), exposed, rows)
        finally:
            # A painter that is left would keep the table from ever being drawn again.
            painter.end()

    def _draw_rows(self, pen: _Pen, exposed: QRect, rows: range) -> None:
        view, columns = self._view, self._columns(exposed)
        chosen, cursor = view.selectionModel(), view.currentIndex()
        focused = cursor.row() if view.hasFocus() else -1
        for number in rows:
            place = _Row(
                top=view.rowViewportPosition(number),
                height=view.rowHeight(number),
                selected=chosen.isSelected(self._model.index(number, 0)),
            )
            if place.selected:
                pen.fill(columns, place, pen.selection)
            elif number % 2 and view.alternatingRowColors():
                pen.fill(columns, place, pen.alternate)
            without = cursor.column() if number == focused else -1
            self._draw_row(pen, number, [one for one in columns if one.number != without], place)
            if number == focused:
                self._draw_cursor(pen, place)
        if view.showGrid():
            _draw_grid(pen, exposed, columns, rows)

    def _columns(self, exposed: QRect) -> list[_Place]:
        view, header = self._view, self._view.horizontalHeader()
        found = []
        for number, column in enumerate(self._model.columns):
            left, width = view.columnViewportPosition(number), view.columnWidth(number)
            hidden = header.isSectionHidden(number)
            if not hidden and left <= exposed.right() and left + width > exposed.left():
                found.append(_Place(number=number, column=column, left=left, width=width))
        return found

    def _draw_row(self, pen: _Pen, number: int, columns: Sequence[_Place], place: _Row) -> None:
        row = self._model.row(number)
        if row is None:
            for one in columns:
                pen.write(LOADING, one, place)
            return
        for one in columns:
            column = one.column
            if not place.selected:
                ground = ground_of(column, row)
                if ground is not None:
                    pen.fill([one], place, ground)
            text = shown(column, row)
            if text:
                pen.write(text, one, place, None if place.selected else tone_of(column, row))

    def _draw_cursor(self, pen: _Pen, place: _Row) -> None:
        """The cell with the cursor, as Qt draws it."""
        view, index = self._view, self._view.currentIndex()
        option = QStyleOptionViewItem()
        view.initViewItemOption(option)
        option.rect = view.visualRect(index)
        option.state |= QStyle.StateFlag.State_HasFocus
        if place.selected:
            option.state |= QStyle.StateFlag.State_Selected
        view.itemDelegate().paint(pen.painter, option, index)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A column where it stands, in pixels."""

    number: int
    column: Column[Any]
    left: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row where it stands, in pixels, and whether it is selected."""

    top: int
    height: int
    selected: bool


class _Pen:
    """Colours, font and grid of a view while it is drawn."""

    def __init__(self, view: QTableView, painter: QPainter) -> None:
        palette, role = view.palette(), QPalette.ColorRole
        self.painter = painter
        self.view = view
        self.grid = 1 if view.showGrid() else 0
        self.selection = palette.brush(role.Highlight)
        self.alternate = palette.brush(role.AlternateBase)
        self._plain = palette.color(role.Text)
        self._on_selection = palette.color(role.HighlightedText)
        self._metrics: QFontMetrics = view.fontMetrics()
        self._drop = (self._metrics.ascent() - self._metrics.descent() + 1) // 2
        self._elide = view.textElideMode()

    def fill(self, columns: Sequence[_Place], place: _Row, brush: QBrush) -> None:
        """Fill cells of a row."""
        for one in columns:
            width, height = one.width - self.grid, place.height - self.grid
            self.painter.setBrushOrigin(one.left, place.top)
            self.painter.fillRect(one.left, place.top, width, height, brush)

    def write(self, text: str, one: _Place, place: _Row, tone: QColor | None = None) -> None:
        """Write the text of a cell; what is too long loses its middle or its end."""
        if "\n" in text:
            text = text.partition("\n")[0] + "…"
        usual = self._on_selection if place.selected else self._plain
        self.painter.setPen(tone or usual)
        room = one.width - self.grid - 2 * _MARGIN
        needed = self._metrics.horizontalAdvance(text)
        if needed > room:
            text = self._metrics.elidedText(text, self._elide, room)
            needed = self._metrics.horizontalAdvance(text)
        left = one.left + _MARGIN + (room - needed if one.column.numeric else 0)
        height = place.height - self.grid
        self.painter.drawText(left, place.top + height // 2 + self._drop, text)


def _draw_grid(pen: _Pen, exposed: QRect, columns: Sequence[_Place], rows: range) -> None:
    view, option = pen.view, QStyleOptionViewItem()
    view.initViewItemOption(option)
    hint = view.style().styleHint(QStyle.StyleHint.SH_Table_GridLineColor, option, view)
    pen.painter.setPen(QColor.fromRgba(hint & 0xFFFFFFFF))
    right = min(exposed.right(), max((one.left + one.width for one in columns), default=0) - 1)
    bottom = exposed.top()
    for number in rows:
        bottom = view.rowViewportPosition(number) + view.rowHeight(number) - 1
        pen.painter.drawLine(exposed.left(), bottom, right, bottom)
    for one in columns:
        line = one.left + one.width - 1
        pen.painter.drawLine(line, exposed.top(), line, bottom)
