"""The table of all pages: copies as text, remembers its layout, knows what is selected."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain, islice
from typing import Any, ClassVar

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QPoint,
    QSettings,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QMenu, QTableView, QWidget

from app.base.i18n import N_, _
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.models.paged_table import PagedTable
from ui.widgets.filter_header import FilterHeader
from ui.widgets.row_painter import RowPainter
from ui.widgets.table_layout import TableLayout

COPIED_AT_MOST = 20_000
SELECTED_AT_MOST = 100_000


class TableView(QTableView):
    """Shows a `PagedTable` or a `ListTable`.

    `opened` carries the row number that was chosen with Enter or a double click, `picked` tells
    that the selection changed, `sorted_by` the name of a column and whether it runs downwards.
    """

    has_own_cells: ClassVar[bool] = False
    """Whether a delegate of the table draws its cells."""

    opened = Signal(int)
    picked = Signal()
    sorted_by = Signal(str, bool)
    filtered = Signal(object)

    def __init__(
        self,
        model: PagedTable[Any] | ListTable[Any],
        *,
        name: str,
        title: str,
        preferences: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = model
        self._rows = RowPainter(self, model)
        self.columns: Sequence[Column[Any]] = model.columns
        self._preferences = preferences
        self.setAccessibleName(_(title))
        self.setFont(_plain(self.font()))
        self.header = FilterHeader(self.columns, self)
        self.setHorizontalHeader(self.header)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.header.customContextMenuRequested.connect(self.choose_columns)
        self.header.filtered.connect(self.filtered)
        self.arrangement = TableLayout(self, self.header, self.columns, name)
        self.arrangement.restore(preferences)
        self.header.setSortIndicatorShown(True)
        self.header.sortIndicatorChanged.connect(self._sorted)
        self.arrangement.chosen.connect(self._remember)
        self.header.sectionMoved.connect(lambda *_: self._remember())
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    def selected_ranges(self) -> list[range]:
        """Return the selected rows as ranges in order; a million rows are one range."""
        found = self.selectionModel().selection()
        ranges = [found.at(place) for place in range(found.size())]
        return sorted(
            (range(one.top(), one.bottom() + 1) for one in ranges), key=lambda one: one.start
        )

    def selected_count(self) -> int:
        """Return how many rows are selected."""
        return sum(len(one) for one in self.selected_ranges())

    def selected_rows(self, at_most: int = SELECTED_AT_MOST) -> list[int]:
        """Return the numbers of the selected rows in order, the first ones of very many."""
        return list(islice(chain.from_iterable(self.selected_ranges()), at_most))

    def current_row(self) -> int | None:
        """Return the number of the row with the cursor."""
        index = self.currentIndex()
        return index.row() if index.isValid() else None

    def go_to_row(self, number: int) -> None:
        """Put the cursor on a row."""
        if 0 <= number < self.model().rowCount():
            # `selectRow` would take away from the selection while Ctrl is held.
            flags = QItemSelectionModel.SelectionFlag
            index = self.model().index(number, 0)
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.scrollTo(index)

    def shown_columns(self) -> list[Column[Any]]:
        """Return the columns that are shown, in the order in which they stand."""
        places = [self.header.logicalIndex(place) for place in range(len(self.columns))]
        return [self.columns[n] for n in places if not self.header.isSectionHidden(n)]

    def copy(self) -> None:
        """Copy the selected rows as tab-separated text, with the titles."""
        rows = self.selected_rows(COPIED_AT_MOST)
        columns = self.shown_columns()
        if isinstance(self._source, PagedTable):
            self._source.with_rows(rows, partial(as_text, columns), put_on_clipboard)
        else:
            found = [self._source.row(number) for number in rows]
            put_on_clipboard(as_text(columns, [row for row in found if row is not None]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: copy, and open with Enter."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            row = self.current_row()
            if row is not None:
                self.opened.emit(row)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the rows."""
        if self.has_own_cells or not self.isEnabled():
            super().paintEvent(event)
        else:
            self._rows.draw(event.rect())

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: scroll by moving what is drawn already.

        A style sheet makes Qt take the rows for transparent and draw all of them at each step.
        """
        super().showEvent(event)
        self.viewport().setAutoFillBackground(True)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Qt: tell the page."""
        super().selectionChanged(selected, deselected)
        self.picked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: share the new width out."""
        super().resizeEvent(event)
        self.arrangement.fill()

    def _remember(self) -> None:
        self.arrangement.save(self._preferences)

    def _sorted(self, section: int, order: Qt.SortOrder) -> None:
        if 0 <= section < len(self.columns) and self.columns[section].sortable:
            self.sorted_by.emit(self.columns[section].name, order == Qt.SortOrder.DescendingOrder)

    def choose_columns(self, place: QPoint) -> None:
        """Let the user choose which columns are shown."""
        menu = QMenu(self)
        for number, column in enumerate(self.columns):
            entry = menu.addAction(_(column.title))
            entry.setCheckable(True)
            entry.setChecked(not self.header.isSectionHidden(number))
            entry.setData(number)
        menu.addSeparator()
        standard = menu.addAction(_(N_("Standard columns")))
        chosen = menu.exec(self.header.mapToGlobal(place))
        if chosen is standard:
            self.arrangement.standard()
        elif chosen is not None:
            self.arrangement.show_column(int(chosen.data()), shown=chosen.isChecked())
        self._remember()
        menu.deleteLater()


def _plain(font: QFont) -> QFont:
    """The font without the finer points of setting type: a screen of numbers is drawn sooner."""
    font.setStyleStrategy(QFont.StyleStrategy.PreferNoShaping)
    return font


def as_text(columns: Sequence[Column[Any]], rows: Sequence[Any]) -> str:
    """Return rows as tab-separated text under their titles."""
    lines = ["\t".join(_(column.title) for column in columns)]
    lines += ["\t".join(flat(column.text(row)) for column in columns) for row in rows]
    return "\n".join(lines)


def put_on_clipboard(text: str) -> None:
    """Copy a text."""
    QGuiApplication.clipboard().setText(text)


def flat(text: str) -> str:
    """Return a cell of a spreadsheet that cannot be taken for a formula or for two cells."""
    plain = text.replace("\t", " ").replace("\n", " ")
    is_number = plain.lstrip("-").replace(",", "").replace(".", "").isdigit()
    return f"'{plain}" if plain[:1] in ("=", "+", "-", "@", "＝") and not is_number else plain
