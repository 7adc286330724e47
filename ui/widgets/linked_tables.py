"""Both sides of a task beside each other: three tables that are one."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QPoint,
    QSettings,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.base.i18n import N_, _
from app.discrepancies.queries import SIDES
from app.discrepancies.rows import Line, lines_at
from app.discrepancies.sheet import Sheet
from app.discrepancies.worklist import Order
from app.matching.rules import Side, Task
from app.wording.labels import label as label_of
from ui.desk import Desk
from ui.models.column import Column
from ui.models.paged_table import PagedTable
from ui.models.twin_table import TwinTable
from ui.widgets.entry_columns import Picked, line_columns, side_columns
from ui.widgets.panels import label
from ui.widgets.table_view import COPIED_AT_MOST, TableView, as_text, put_on_clipboard

_STRETCH = (1, 0, 1)
"""What is between the sides keeps its width."""

_ALWAYS_ON = Qt.ScrollBarPolicy.ScrollBarAlwaysOn
_ALWAYS_OFF = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
_NO_UPDATE = QItemSelectionModel.SelectionFlag.NoUpdate
_INSTEAD = QItemSelectionModel.SelectionFlag.ClearAndSelect


class PartView(TableView):
    """One of the three; Tab goes to the other side."""

    focused = Signal()
    other_side = Signal()
    copied = Signal()

    def __init__(
        self, model: PagedTable[Line], *, name: str, title: str, preferences: QSettings
    ) -> None:
        super().__init__(model, name=name, title=title, preferences=preferences)
        self.header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        # Numbers differ at their ends.
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)

    def copy(self) -> None:
        """Copy the selected lines with both sides."""
        self.copied.emit()

    def event(self, event: QEvent) -> bool:
        """Qt: Tab changes the side instead of leaving the tables; Shift+Tab leaves them."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Tab
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
        ):
            self.other_side.emit()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt: tell which side the keyboard is on."""
        super().focusInEvent(event)
        self.focused.emit()


class LinkedTables(QWidget):
    """Our entries, how they stand, their entries: one cursor, one selection, one scroll bar.

    `sorted_by` carries an `Order`, `filtered` tells that a filter changed, `moved` that the cursor
    or the selection did, `opened` the row that was double-clicked.
    """

    sorted_by = Signal(object)
    filtered = Signal()
    moved = Signal()
    opened = Signal(int)

    def __init__(
        self, desk: Desk, task: Task, picked: Picked, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.task = task
        self.side = Side.OURS
        self.hints: Mapping[int, str] = {}
        self._desk = desk
        self._linking = False
        self._divided = False
        self.lines: PagedTable[Line] = PagedTable(
            _columns(desk, task, Side.OURS, picked),
            _nothing,
            desk.jobs,
            desk.messages.failed,
            self,
        )
        middle = TwinTable(line_columns(lambda: self.hints), self.lines, self)
        right = TwinTable(_columns(desk, task, Side.THEIRS, picked), self.lines, self)
        self.views = tuple(
            PartView(
                model, name=f"reconcile.{task}.{part}", title=title, preferences=desk.preferences
            )
            for model, part, title in (
                (self.lines, "ours", N_("Our entries")),
                (middle, "line", N_("How the lines stand")),
                (right, "theirs", N_("Their entries")),
            )
        )
        self.captions = (label("", "title"), label("", "muted"), label("", "title"))
        self._arrange()
        self._link()
        self.show_sums(None, None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: at first the sides share what is not needed between them."""
        super().resizeEvent(event)
        if not self._divided:
            self._divided = True
            middle = self.views[1]
            between = middle.arrangement.needed() + 2 * middle.frameWidth()
            beside = (self.width() - between - 2 * self.split.handleWidth()) // 2
            self.split.setSizes([beside, between, beside])

    # ------------------------------------------------------------ what is shown

    def show_lines(self, sheet: Sheet, places: array[int]) -> None:
        """Show lines of a sheet."""
        self.hints = {}
        self.lines.load = lambda ids: self._desk.workspace.read(lines_at, sheet, ids)
        self._linking = True
        self.lines.show_ids(places)
        self._linking = False

    def show_candidates(self, lines: Sequence[Line], hints: Mapping[int, str]) -> None:
        """Show these lines instead, and what speaks for those that have hints, by their place."""
        self.hints = hints
        self.lines.load = lambda ids: [lines[id_] for id_ in ids]
        self._linking = True
        self.lines.show_ids(array("q", range(len(lines))))
        self._linking = False

    def show_sums(self, ours: str | None, theirs: str | None) -> None:
        """Show what stands on each side, beside its name."""
        for place, (words, said) in enumerate(((N_("Ours"), ours), (N_("Theirs"), theirs))):
            kind = label_of(SIDES[self.task][place])
            text = _(N_("{side} · {kind}")).format(side=_(words), kind=kind)
            self.captions[2 * place].setText(f"{text}    {said}" if said else text)

    def view(self, side: Side | None) -> PartView:
        """Return the table of a side, or the one between them."""
        return self.views[1 if side is None else 0 if side is Side.OURS else 2]

    def redraw(self) -> None:
        """Draw what is picked anew."""
        for view in self.views:
            view.viewport().update()

    def shown_columns(self) -> list[Column[Line]]:
        """Return all columns that are shown, from left to right, titled with their side."""
        found: list[Column[Line]] = []
        for view, words in zip(self.views, (N_("Ours"), "", N_("Theirs")), strict=True):
            for column in view.shown_columns():
                title = _(column.title)
                title = (
                    _(N_("{side}: {title}")).format(side=_(words), title=title) if words else title
                )
                found.append(replace(column, title=title))
        return found

    def copy(self) -> None:
        """Copy the selected lines as tab-separated text."""
        rows = self.selected_rows(COPIED_AT_MOST)
        self.lines.with_rows(rows, partial(as_text, self.shown_columns()), put_on_clipboard)

    # ------------------------------------------------------------ cursor and selection

    def row(self) -> int | None:
        """Return the row with the cursor."""
        return self.views[0].current_row()

    def line(self) -> Line | None:
        """Return the line with the cursor; None also while it is on its way."""
        row = self.row()
        return None if row is None else self.lines.row(row)

    def place(self) -> int | None:
        """Return the place of the line with the cursor in its sheet."""
        row = self.row()
        return None if row is None else self.lines.id_at(row)

    def selected_rows(self, at_most: int) -> list[int]:
        """Return the selected rows, the first ones of very many."""
        return self.views[0].selected_rows(at_most)

    def selected_count(self) -> int:
        """Return how many rows are selected."""
        return self.views[0].selected_count()

    def select(self, rows: Iterable[int], current: int | None) -> None:
        """Select rows and put the cursor on one of them."""
        count = self.lines.rowCount()
        chosen = sorted({row for row in rows if 0 <= row < count})
        view = self.views[0]
        selection, last = QItemSelection(), len(self.lines.columns) - 1
        for row in chosen:
            selection.append(
                QItemSelectionRange(self.lines.index(row, 0), self.lines.index(row, last))
            )
        if current is not None and 0 <= current < count:
            self._put_cursor(view, current)
            view.scrollTo(self.lines.index(current, 0))
            if not chosen:
                view.selectRow(current)
                return
        view.selectionModel().select(selection, _INSTEAD)

    def go_to_row(self, row: int) -> None:
        """Put the cursor on a row, or on the last one."""
        row = min(row, self.lines.rowCount() - 1)
        if row >= 0:
            self.select([row], row)

    def change_side(self, side: Side | None = None) -> None:
        """Take the keyboard to the other side, or to this one."""
        other = Side.THEIRS if self.side is Side.OURS else Side.OURS
        self.view(side or other).setFocus(Qt.FocusReason.TabFocusReason)

    def focus(self) -> None:
        """Take the keyboard to the side where it was."""
        self.view(self.side).setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------ filters and order

    def filters(self) -> dict[Side | None, dict[str, str]]:
        """Return what is typed under the titles, side by side; None is between them."""
        return {side: self.view(side).header.filters() for side in (Side.OURS, None, Side.THEIRS)}

    def set_filters(self, filters: dict[Side | None, dict[str, str]]) -> None:
        """Fill the filters in; says `filtered` once when something changed."""
        before = self.filters()
        with QSignalBlocker(self):
            for side in (Side.OURS, None, Side.THEIRS):
                self.view(side).header.set_filters(filters.get(side, {}))
        if self.filters() != before:
            self.filtered.emit()

    def current_column(self) -> str:
        """Return the name of the column with the cursor."""
        view = self.view(self.side)
        index = view.currentIndex()
        return view.columns[index.column() if index.isValid() else 0].name

    def sort_by_current(self) -> None:
        """Sort by the column with the cursor; again the other way round, then not at all."""
        view = self.view(self.side)
        place = max(view.currentIndex().column(), 0)
        header, down = view.header, Qt.SortOrder.DescendingOrder
        if header.sortIndicatorSection() != place:
            header.setSortIndicator(place, Qt.SortOrder.AscendingOrder)
        elif header.sortIndicatorOrder() == down:
            header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.sorted_by.emit(None)
        else:
            header.setSortIndicator(place, down)

    def clear_order(self) -> None:
        """Forget by which column the lines are sorted; says nothing."""
        self._unsort(None)

    def choose_columns(self) -> None:
        """Let the user choose the columns of the side with the keyboard."""
        self.view(self.side).choose_columns(QPoint(20, 20))

    # ------------------------------------------------------------ making it one

    def _arrange(self) -> None:
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(3)
        for caption, view, stretch in zip(self.captions, self.views, _STRETCH, strict=True):
            part = QWidget()
            column = QVBoxLayout(part)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(2)
            caption.setMinimumWidth(10)
            column.addWidget(caption)
            column.addWidget(view)
            self.split.addWidget(part)
            self.split.setStretchFactor(self.split.count() - 1, stretch)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(self.split)

    def _link(self) -> None:
        for place, view in enumerate(self.views):
            side = (Side.OURS, None, Side.THEIRS)[place]
            view.setVerticalScrollBarPolicy(_ALWAYS_ON if place == 2 else _ALWAYS_OFF)  # noqa: PLR2004 - the last
            view.verticalScrollBar().valueChanged.connect(self._scrolled)
            view.horizontalScrollBar().rangeChanged.connect(self._widths_changed)
            chosen = view.selectionModel()
            chosen.selectionChanged.connect(partial(self._selected, view))
            chosen.currentChanged.connect(partial(self._current_changed, view))
            view.focused.connect(partial(self._focused, side))
            view.other_side.connect(self.change_side)
            view.sorted_by.connect(partial(self._sorted, side))
            view.filtered.connect(lambda _filters: self.filtered.emit())
            view.opened.connect(self.opened)
            view.copied.connect(self.copy)
        self.views[1].setTextElideMode(Qt.TextElideMode.ElideRight)
        self.views[1].setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def _scrolled(self, value: int) -> None:
        for view in self.views:
            if view.verticalScrollBar().value() != value:
                view.verticalScrollBar().setValue(value)

    def _widths_changed(self, _least: int, _most: int) -> None:
        """A scroll bar below one of them is below all, so that their lines stay in line."""
        needed = any(view.horizontalScrollBar().maximum() > 0 for view in self.views)
        for view in self.views:
            view.setHorizontalScrollBarPolicy(_ALWAYS_ON if needed else _ALWAYS_OFF)

    def _selected(self, view: PartView, _new: QItemSelection, _old: QItemSelection) -> None:
        if self._linking:
            return
        self._linking = True
        ranges = view.selected_ranges()
        for other in self.views:
            if other is not view:
                model = other.model()
                last, selection = model.columnCount() - 1, QItemSelection()
                for rows in ranges:
                    selection.append(
                        QItemSelectionRange(
                            model.index(rows.start, 0), model.index(rows.stop - 1, last)
                        )
                    )
                other.selectionModel().select(selection, _INSTEAD)
        self._linking = False
        self.moved.emit()

    def _current_changed(self, view: PartView, *_indexes: object) -> None:
        row = view.current_row()
        if self._linking or row is None:
            return
        self._linking = True
        for other in self.views:
            if other is not view:
                self._put_cursor(other, row)
        self._linking = False
        self.moved.emit()

    def _put_cursor(self, view: PartView, row: int) -> None:
        column = max(view.currentIndex().column(), 0)
        if view.header.isSectionHidden(column):
            shown = (n for n in range(view.header.count()) if not view.header.isSectionHidden(n))
            column = next(shown, 0)
        view.selectionModel().setCurrentIndex(view.model().index(row, column), _NO_UPDATE)

    def _focused(self, side: Side | None) -> None:
        if side is not None and side is not self.side:
            self.side = side
            self.moved.emit()

    def _sorted(self, side: Side | None, name: str, downwards: bool) -> None:  # noqa: FBT001 - a signal's value
        self._unsort(self.view(side))
        self.sorted_by.emit(Order(side=side, field=name, downwards=downwards))

    def _unsort(self, chosen: PartView | None) -> None:
        for view in self.views:
            if view is not chosen:
                with QSignalBlocker(view.header):
                    view.header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
                view.header.viewport().update()


def _columns(desk: Desk, task: Task, side: Side, picked: Picked) -> list[Column[Line]]:
    return side_columns(task, side, lambda: desk.day, picked, lambda: desk.names)


def _nothing(_ids: Sequence[int]) -> list[Line]:
    return []
