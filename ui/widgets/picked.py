"""What is selected in a long table, without looking at each row."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange

from ui.widgets.table_view import TableView

MOST_KEPT = 5_000
"""So many selected rows are found again after the list was read anew."""


def picked_ids(view: TableView, ids: array[int]) -> array[int]:
    """Return the ids of the selected rows in order."""
    found = array("q")
    for rows in view.selected_ranges():
        found.extend(ids[rows.start : rows.stop])
    return found


def pick(view: TableView, ids: array[int], wanted: Iterable[int], current: int | None) -> None:
    """Select the rows of these ids again and put the cursor on one of them."""
    known = set(wanted)
    rows = [row for row, id_ in enumerate(ids) if id_ in known] if known else []
    model, last = view.model(), view.model().columnCount() - 1
    selection = QItemSelection()
    for first, end in _runs(rows):
        selection.append(QItemSelectionRange(model.index(first, 0), model.index(end, last)))
    chosen = view.selectionModel()
    if current is not None and 0 <= current < len(ids):
        chosen.setCurrentIndex(model.index(current, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        view.scrollTo(model.index(current, 0))
    chosen.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def _runs(rows: list[int]) -> Iterator[tuple[int, int]]:
    """Join rows that follow each other."""
    first = end = -2
    for row in rows:
        if row == end + 1:
            end = row
            continue
        if first >= 0:
            yield first, end
        first = end = row
    if first >= 0:
        yield first, end
