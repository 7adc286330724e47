"""Other columns of the rows of another table, beside it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QModelIndex, QObject

from ui.models.column import Column
from ui.models.paged_table import PagedTable

Row = TypeVar("Row")
Result = TypeVar("Result")


class TwinTable(PagedTable[Row]):
    """Shows what another table loads; both always have the same rows."""

    def __init__(
        self, columns: Sequence[Column[Row]], first: PagedTable[Row], parent: QObject | None = None
    ) -> None:
        super().__init__(columns, first.load, first.jobs, first.failed, parent)
        self._first = first
        first.modelAboutToBeReset.connect(self.beginResetModel)
        first.modelReset.connect(self.endResetModel)
        first.dataChanged.connect(self._pass_on)

    def show_ids(self, ids: array[int]) -> None:
        """Show other rows, in both tables."""
        self._first.show_ids(ids)

    def ids(self) -> array[int]:
        """Return the ids of all rows in order."""
        return self._first.ids()

    def id_at(self, number: int) -> int | None:
        """Return the id of a row; None where there is none."""
        return self._first.id_at(number)

    def row(self, number: int) -> Row | None:
        """Return a row, or None while its page is on the way."""
        return self._first.row(number)

    def known(self, number: int) -> Row | None:
        """Return a row if it is here, without asking for it."""
        return self._first.known(number)

    def with_rows(
        self,
        numbers: Sequence[int],
        work: Callable[[list[Row]], Result],
        done: Callable[[Result], object],
    ) -> None:
        """Load rows, whether shown or not, and do something with them in the background."""
        self._first.with_rows(numbers, work, done)

    def _pass_on(self, first: QModelIndex, last: QModelIndex) -> None:
        self.dataChanged.emit(
            self.index(first.row(), 0), self.index(last.row(), len(self.columns) - 1)
        )
