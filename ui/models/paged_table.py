"""A table over any number of database rows.

The model holds the sorted ids of all rows (8 bytes each) and asks for the rows of a page only
when the view shows them.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.jobs import Jobs
from ui.models.cells import ALIGNMENT, BACKGROUND, DISPLAY, FOREGROUND, TOOL_TIP, cell, title
from ui.models.column import Column

Row = TypeVar("Row")
Result = TypeVar("Result")
Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_ANSWERED = frozenset({DISPLAY, ALIGNMENT, TOOL_TIP, FOREGROUND, BACKGROUND})


class PagedTable(QAbstractTableModel, Generic[Row]):
    """Shows rows page by page.

    `load` gets ids and returns their rows in that order; it runs on a reader thread.
    """

    PAGE = 200
    PAGES_KEPT = 50

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        load: Callable[[Sequence[int]], list[Row]],
        jobs: Jobs,
        failed: Callable[[Exception], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = list(columns)
        self.load = load
        self.jobs = jobs
        self.failed = failed
        self._ids: array[int] = array("q")
        self._pages: OrderedDict[int, list[Row] | None] = OrderedDict()
        self._generation = 0

    def show_ids(self, ids: array[int]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._ids = ids
        self._pages.clear()
        self._generation += 1
        self.endResetModel()

    def ids(self) -> array[int]:
        """Return the ids of all rows in order."""
        return self._ids

    def id_at(self, number: int) -> int | None:
        """Return the id of a row; None where there is none."""
        return self._ids[number] if 0 <= number < len(self._ids) else None

    def row(self, number: int) -> Row | None:
        """Return a row, or None while its page is on the way."""
        page, offset = divmod(number, self.PAGE)
        if page not in self._pages:
            self._request(page)
        rows = self._pages[page]
        return rows[offset] if rows is not None and offset < len(rows) else None

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Qt: number of rows."""
        return 0 if parent.isValid() else len(self.ids())

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Qt: number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Qt: column titles."""
        if orientation == Qt.Orientation.Horizontal and section < len(self.columns):
            return title(self.columns[section], role)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: contents of a cell."""
        if role not in _ANSWERED:
            return None
        row = None if role == ALIGNMENT else self.row(index.row())
        return cell(self.columns[index.column()], row, role)

    def known(self, number: int) -> Row | None:
        """Return a row if it is here, without asking for it."""
        page, offset = divmod(number, self.PAGE)
        rows = self._pages.get(page)
        return rows[offset] if rows is not None and offset < len(rows) else None

    def with_rows(
        self,
        numbers: Sequence[int],
        work: Callable[[list[Row]], Result],
        done: Callable[[Result], object],
    ) -> None:
        """Load rows, whether shown or not, and do something with them in the background."""
        ids = array("q", (self._ids[number] for number in numbers))
        self.jobs.read(lambda: work(self.load(ids)), done=done, failed=self.failed)

    def _request(self, page: int) -> None:
        self._pages[page] = None
        if len(self._pages) > self.PAGES_KEPT:
            self._pages.popitem(last=False)
        ids = self._ids[page * self.PAGE : (page + 1) * self.PAGE]
        self.jobs.read(
            partial(self.load, ids),
            done=partial(self._loaded, self._generation, page),
            failed=partial(self._missed, self._generation, page),
        )

    def _missed(self, generation: int, page: int, error: Exception) -> None:
        # Asked for again when it is next shown.
        if generation == self._generation:
            self._pages.pop(page, None)
        self.failed(error)

    def _loaded(self, generation: int, page: int, rows: list[Row]) -> None:
        if generation != self._generation or page not in self._pages:
            return
        self._pages[page] = rows
        first = page * self.PAGE
        self.dataChanged.emit(
            self.index(first, 0), self.index(first + len(rows) - 1, len(self.columns) - 1)
        )
