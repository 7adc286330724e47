"""The table of a file's raw lines."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.base.i18n import _
from ui.models.lines_table import ERROR_MARK, LinesTable

_WIDEST = 34
_LOOKED_AT = 60
_PADDING = 16


class LinesView(QTableView):
    """Shows lines as they stand; copies cells as text."""

    def __init__(
        self, title: str, parent: QWidget | None = None, *, mark: str = ERROR_MARK
    ) -> None:
        super().__init__(parent)
        self.lines = LinesTable(self, mark=mark)
        self.setModel(self.lines)
        self.setAccessibleName(_(title))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.lines.modelReset.connect(self._fit)
        self.lines.columnsInserted.connect(self._fit)

    def go_to(self, row: int, cell: int | None = None) -> None:
        """Put the cursor on a cell, or on a row's number."""
        index = self.lines.index(row, 0 if cell is None else cell + 1)
        chosen = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(index, chosen)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: copy the rows of the selected cells."""
        if event.matches(QKeySequence.StandardKey.Copy):
            chosen = self.selectionModel().selectedIndexes()
            if len(chosen) == 1:
                text = str(chosen[0].data(Qt.ItemDataRole.ToolTipRole) or "")
            else:
                text = self.lines.text_of(sorted({index.row() for index in chosen}))
            QGuiApplication.clipboard().setText(text)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: scroll by moving what is drawn already, as `TableView` does."""
        super().showEvent(event)
        self.viewport().setAutoFillBackground(True)

    def _fit(self) -> None:
        digit = self.fontMetrics().horizontalAdvance("0")
        rows = range(min(self.lines.rowCount(), _LOOKED_AT))
        for column in range(self.lines.columnCount()):
            texts = [str(self.lines.index(row, column).data() or "") for row in rows]
            texts.append(str(self.lines.headerData(column, Qt.Orientation.Horizontal) or ""))
            wide = max(self.fontMetrics().horizontalAdvance(text[:80]) for text in texts)
            self.setColumnWidth(column, min(wide, _WIDEST * digit) + _PADDING)
