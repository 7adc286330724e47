"""The day board's table: channels and accounts down, steps across."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSettings,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.base.i18n import N_, _
from app.closing.board import BoardRow
from app.closing.rules import BoardCell, CellState, RowKind, Step
from app.wording.labels import LABELS, label
from ui.formatting import amount, count
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.theme import tones
from ui.widgets.states import DONE, MISSING, NONE, OPEN, WAITING, Look
from ui.widgets.table_view import TableView

LOOKS: dict[CellState, Look] = {
    CellState.DONE: DONE,
    CellState.OPEN: OPEN,
    CellState.MISSING: MISSING,
    CellState.WAITING: WAITING,
    CellState.NONE: NONE,
}
_WITH_AMOUNT = frozenset({Step.FILE, Step.DISCREPANCIES, Step.ADJUSTED, Step.ARRIVED})
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TAIL = 6
_PADDING = 6
_AROUND = 6
"""Pixels above and below the two lines of a cell together."""


class BoardTable(TableView):
    """Moves cell by cell; the page asks which row and step the cursor is on.

    `stepped` tells that the cursor went to another cell.
    """

    has_own_cells: ClassVar[bool] = True

    stepped = Signal()

    def __init__(self, preferences: QSettings, parent: QWidget | None = None) -> None:
        self.rows: ListTable[BoardRow] = ListTable(_columns())
        super().__init__(
            self.rows, name="board", title=N_("Day board"), preferences=preferences, parent=parent
        )
        self.rows.setParent(self)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setItemDelegate(_Cells(self))
        self.selectionModel().currentChanged.connect(lambda *_: self.stepped.emit())
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() * 2 + _AROUND)
        self.header.setSortIndicatorShown(False)
        self.header.setStretchLastSection(False)
        self.header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)

    def told(self) -> str:
        """Return in words what the cell with the cursor shows."""
        work = self.work()
        if work is None:
            return ""
        row, step = work
        return _(N_("{row} · {step}: {state}")).format(
            row=" ".join(name_of(row)).strip(),
            step=label(step),
            state=cell_words(row, step),
        )

    def work(self) -> tuple[BoardRow, Step] | None:
        """Return the row and the step under the cursor."""
        index = self.currentIndex()
        row = self.rows.row(index.row()) if index.isValid() else None
        if row is None:
            return None
        return row, list(Step)[max(index.column() - 1, 0)]


class _Cells(QStyledItemDelegate):
    """Draws state and count above, the amount below."""

    def __init__(self, table: BoardTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Qt: draw a cell."""
        row = self._table.rows.row(index.row())
        if row is None:
            return
        upper, lower, tone = _lines(row, index.column())
        chosen = tones(self._table.palette())
        current = self._table.currentIndex() == index
        rect: QRect = option.rect
        painter.save()
        painter.fillRect(rect, QColor(chosen.selected if current else chosen.base))
        box = rect.adjusted(_PADDING, _AROUND // 2, -_PADDING, -_AROUND // 2)
        half = box.height() // 2
        painter.setPen(QColor(getattr(chosen, tone)))
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        top = QRect(box.topLeft(), QSize(box.width(), half if lower else box.height()))
        painter.drawText(top, align, upper)
        painter.setPen(QColor(chosen.muted if index.column() == 0 else chosen.text))
        bottom = QRect(box.topLeft() + QPoint(0, half), QSize(box.width(), box.height() - half))
        if lower:
            name = index.column() == 0
            painter.drawText(bottom, align if name else _RIGHT, lower)
        if current and self._table.hasFocus():
            painter.setPen(QPen(QColor(chosen.accent), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        painter.restore()

    def sizeHint(
        self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Qt: room for the longer of both lines."""
        row = self._table.rows.row(index.row())
        upper, lower, _tone = _lines(row, index.column()) if row else ("", "", "")
        metrics = self._table.fontMetrics()
        wide = max(metrics.horizontalAdvance(upper), metrics.horizontalAdvance(lower))
        return QSize(wide + 2 * _PADDING + 2, metrics.height() * 2 + _AROUND)


def name_of(row: BoardRow) -> tuple[str, str]:
    """Return what a row is called, and a second line about it."""
    if row.kind is RowKind.ACCOUNT:
        return row.name or row.account, f"…{row.account[-_TAIL:]}"
    if row.kind is RowKind.CHANNEL:
        return row.name or row.channel, row.channel if row.channel != row.name else ""
    return label(row.kind), ""


def cell_words(row: BoardRow, step: Step) -> str:
    """Return a cell in words, for tips, for copying and for those who do not see it."""
    cell = row.steps[step]
    parts = [label(cell.state), _counted(cell)]
    if step in _WITH_AMOUNT and cell.fen:
        parts.append(amount(cell.fen))
    return " ".join(part for part in parts if part)


def _columns() -> list[Column[BoardRow]]:
    first: Column[BoardRow] = Column(
        name="row",
        title=N_("Channel or account"),
        text=lambda row: " ".join(name_of(row)).strip(),
        width=20,
        sortable=False,
    )
    return [first, *(_column(step) for step in Step)]


def _column(step: Step) -> Column[BoardRow]:
    words: Callable[[BoardRow], str] = partial(cell_words, step=step)
    return Column(
        name=step.value,
        title=LABELS[Step][step],
        text=words,
        tip=words,
        width=11,
        sortable=False,
    )


def _lines(row: BoardRow, column: int) -> tuple[str, str, str]:
    if column == 0:
        upper, lower = name_of(row)
        return upper, lower, "text"
    step = list(Step)[column - 1]
    cell = row.steps[step]
    look = LOOKS[cell.state]
    lower = amount(cell.fen) if step in _WITH_AMOUNT and cell.fen else ""
    return f"{look.glyph} {_counted(cell)}".strip(), lower, look.tone


def _counted(cell: BoardCell) -> str:
    if cell.of:
        return f"{count(cell.count)}/{count(cell.of)}"
    return count(cell.count) if cell.count else ""
