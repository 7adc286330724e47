"""How wide the columns of a table are, which are shown, and what of it is remembered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QSettings, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableView

from app.base.i18n import _
from ui.models.column import Column
from ui.widgets.filter_header import FilterHeader

_PADDING = 14
_EVERY = "*"
"""Stands among the chosen columns when somebody chose which ones are shown."""


class TableLayout(QObject):
    """Gives each column its width, and what is left to those that can use it.

    Widths and columns that a person chose are kept; all others follow the width of the table:
    first columns that are shown where there is room, then those that have room to grow, and what
    is left goes to the widest text, never between numbers. Where there is too little, some give
    way before the table scrolls. `chosen` tells that a person gave a column another width.
    """

    chosen = Signal()

    def __init__(
        self, table: QTableView, header: FilterHeader, columns: Sequence[Column[Any]], place: str
    ) -> None:
        super().__init__(table)
        self._table = table
        self._header = header
        self._columns = columns
        self._place = place
        self._filling = _widest(columns)
        self._widths: dict[int, int] = {}
        self._by_hand: set[str] = set()
        self._own = False
        header.sectionResized.connect(self._resized)

    def restore(self, preferences: QSettings) -> None:
        """Take up what was chosen before."""
        self.standard()
        stored = preferences.value(f"layouts/{self._place}")
        if not isinstance(stored, QByteArray) or stored.isEmpty():
            return
        chosen = str(preferences.value(f"layouts/{self._place}.chosen", ""))
        with self._by_itself():
            self._header.restoreState(stored)
            self._header.setSectionsMovable(True)
            self._header.setStretchLastSection(False)
            self._by_hand = {name for name in chosen.split(",") if name}
            for number, column in enumerate(self._columns):
                if column.name in self._by_hand and self._header.sectionSize(number):
                    self._widths[number] = self._header.sectionSize(number)
                elif not self._header.isSectionHidden(number):
                    self._header.resizeSection(number, self._widths[number])
        self.fill()

    def save(self, preferences: QSettings) -> None:
        """Remember what was chosen."""
        preferences.setValue(f"layouts/{self._place}", self._header.saveState())
        preferences.setValue(f"layouts/{self._place}.chosen", ",".join(sorted(self._by_hand)))

    def standard(self) -> None:
        """Forget what was chosen."""
        self._by_hand = set()
        with self._by_itself():
            for number, column in enumerate(self._columns):
                self._widths[number] = self._standard_width(column)
                self._header.setSectionHidden(number, column.hidden)
                self._header.moveSection(self._header.visualIndex(number), number)
                self._header.resizeSection(number, self._widths[number])
            self._header.setStretchLastSection(False)
        self.fill()
        self._header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def show_column(self, number: int, *, shown: bool) -> None:
        """Show a column or hide it, because somebody chose to."""
        self._by_hand.add(_EVERY)
        with self._by_itself():
            self._header.setSectionHidden(number, not shown)
        self.fill()

    def needed(self) -> int:
        """Return the width that lets every column that is shown be read."""
        return sum(self._widths[number] for number in self._shown())

    def fill(self) -> None:
        """Share the width of the table out."""
        header, mode = self._header, QHeaderView.ResizeMode.Interactive
        if header.sectionResizeMode(self._filling) is not mode:
            return
        with self._by_itself():
            if _EVERY not in self._by_hand:
                self._show_spare()
            left = self._width() - self.needed()
            # The widest text comes last and takes the rest.
            for number in sorted(self._shown(), key=lambda number: number == self._filling):
                room = 0 if number == self._filling else self._room(number)
                grown = max(-self._spared(number), min(left, room))
                left -= grown
                rest = max(0, left) if number == self._filling else 0
                self._resize(number, self._widths[number] + grown + rest)

    def _show_spare(self) -> None:
        """Show columns that are not needed as far as there is room, from left to right."""
        columns = self._columns
        needed = [n for n, one in enumerate(columns) if not one.hidden and not one.spare]
        left = self._width() - sum(self._widths[number] for number in needed)
        filters = self._header.filters()
        for number, column in enumerate(columns):
            if column.spare:
                left -= self._widths[number]
                hidden = left < 0 and column.name not in filters
                if self._header.isSectionHidden(number) is not hidden:
                    self._header.setSectionHidden(number, hidden)

    def _shown(self) -> list[int]:
        return [n for n in range(len(self._columns)) if not self._header.isSectionHidden(n)]

    def _width(self) -> int:
        return self._table.viewport().width()

    def _room(self, number: int) -> int:
        """Return how much wider a column may become before the widest text takes the rest."""
        column = self._columns[number]
        if not column.room or column.name in self._by_hand:
            return 0
        return max(0, self._digits(column.room) + _PADDING - self._widths[number])

    def _spared(self, number: int) -> int:
        """Return how much narrower a column may become before the table scrolls."""
        column = self._columns[number]
        if not column.least or column.name in self._by_hand:
            return 0
        title = self._header.fontMetrics().horizontalAdvance(_(column.title))
        least = max(self._digits(column.least), title) + _PADDING
        return max(0, self._widths[number] - least)

    def _resize(self, number: int, width: int) -> None:
        if self._header.sectionSize(number) != width:
            self._header.resizeSection(number, width)

    def _resized(self, number: int, _before: int, width: int) -> None:
        if self._own or not width:
            return
        self._by_hand.add(self._columns[number].name)
        self._widths[number] = width
        if number != self._filling:
            self.fill()
        self.chosen.emit()

    def _standard_width(self, column: Column[Any]) -> int:
        """Return the width a column begins with; its title is never cut off."""
        metrics = self._table.fontMetrics()
        wanted = [metrics.horizontalAdvance(text) for text in column.holds]
        wanted = wanted or [self._digits(column.width)]
        wanted.append(self._header.fontMetrics().horizontalAdvance(_(column.title)))
        return max(wanted) + _PADDING

    def _digits(self, count: int) -> int:
        return count * self._table.fontMetrics().horizontalAdvance("0")

    @contextmanager
    def _by_itself(self) -> Iterator[None]:
        """What is resized here was not chosen by a person."""
        before, self._own = self._own, True
        self._header.hold(held=True)
        yield
        self._own = before
        self._header.hold(held=before)


def _widest(columns: Sequence[Column[Any]]) -> int:
    """The column that takes the width that is left: the widest text that is shown at first."""
    return max(
        range(len(columns)),
        key=lambda number: (
            not columns[number].hidden and not columns[number].spare,
            not columns[number].numeric,
            columns[number].width,
        ),
    )
