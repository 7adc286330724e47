"""A table header with a filter under each title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QLineEdit, QTableView

from app.base.i18n import N_, _
from ui.models.column import Column

_WAIT_MS = 250


class FilterHeader(QHeaderView):
    """Shows a line to type in under the titles of filterable columns.

    `filtered` carries what is typed, by column name, a moment after the last key.
    """

    filtered = Signal(object)

    def __init__(self, columns: Sequence[Column[Any]], table: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self._columns = list(columns)
        self._lines: dict[int, QLineEdit] = {}
        self._height = 0
        self._held = False
        self._hint: QSize | None = None
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self._tell)
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        for number, column in enumerate(self._columns):
            if column.filterable:
                self._lines[number] = self._line(column)
        if self._lines:
            self.setDefaultAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.sectionResized.connect(self._place)
        self.sectionMoved.connect(self._place)
        self.geometriesChanged.connect(self._place)
        table.horizontalScrollBar().valueChanged.connect(self._place)

    def filters(self) -> dict[str, str]:
        """Return what is typed, by column name; empty ones are left out."""
        return {
            self._columns[number].name: line.text().strip()
            for number, line in self._lines.items()
            if line.text().strip()
        }

    def set_filters(self, filters: dict[str, str]) -> None:
        """Fill the lines in; says `filtered` at once when something changed."""
        before = self.filters()
        for number, line in self._lines.items():
            line.blockSignals(True)  # noqa: FBT003 - Qt's signature
            line.setText(filters.get(self._columns[number].name, ""))
            line.blockSignals(False)  # noqa: FBT003 - Qt's signature
        if self.filters() != before:
            self._tell()

    def hold(self, *, held: bool) -> None:
        """Leave the lines where they are while many columns change, then place them once."""
        self._held = held
        self._place()

    def focus_filter(self, name: str) -> None:
        """Put the cursor into the filter of a column."""
        for number, line in self._lines.items():
            if self._columns[number].name == name:
                line.setFocus(Qt.FocusReason.ShortcutFocusReason)
                line.selectAll()

    def setSelectionModel(self, selectionModel: QItemSelectionModel) -> None:  # noqa: N802, N803 - Qt's names
        """Qt: keep to the header's own selection.

        With the table's it would ask of each column whether all its rows are selected, which
        takes half a minute for a million rows.
        """
        if selectionModel.parent() is self:
            super().setSelectionModel(selectionModel)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Enter in a filter is for the filter, not for the row with the cursor."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Qt: the titles and the lines under them; asked for dozens of times while a page opens."""
        self.ensurePolished()
        if self._hint is None:
            size = super().sizeHint()
            self._hint = QSize(size.width(), size.height() + self._line_height())
        return self._hint

    def changeEvent(self, event: QEvent) -> None:
        """Qt: another font or style has other sizes."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._hint, self._height = None, 0

    def updateGeometries(self) -> None:
        """Qt: leave room for the lines."""
        self.setViewportMargins(0, 0, 0, self._line_height())
        super().updateGeometries()
        self._place()

    def _line(self, column: Column[Any]) -> QLineEdit:
        line = QLineEdit(self)
        # A button for each of many empty lines would hold the window up when a page opens.
        line.textChanged.connect(lambda _text: line.setClearButtonEnabled(True))
        line.setPlaceholderText(_(N_(">100  100..200")) if column.numeric else "")
        line.setAccessibleName(
            _(N_("Filter of the column {column}")).format(column=_(column.title))
        )
        line.setToolTip(
            _(N_("Amounts: 458.3 or =458.3, >100, <100, 100..200"))
            if column.numeric
            else _(N_("Shows rows that hold this text"))
        )
        line.textChanged.connect(lambda _text: self._wait.start())
        line.returnPressed.connect(self._leave)
        return line

    def _leave(self) -> None:
        self._tell()
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self) -> None:
        self._wait.stop()
        self.filtered.emit(self.filters())

    def _line_height(self) -> int:
        if self._lines and not self._height:
            self._height = next(iter(self._lines.values())).sizeHint().height()
        return self._height

    def _place(self) -> None:
        if self._held:
            return
        top = self.height() - self._line_height()
        for number, line in self._lines.items():
            hidden = self.isSectionHidden(number)
            line.setVisible(not hidden)
            line.setGeometry(
                self.sectionViewportPosition(number),
                top,
                self.sectionSize(number) - 1,
                self._line_height(),
            )
