"""Rows drawn by us look as Qt draws them."""

from __future__ import annotations

from array import array

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, QSettings
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Opening
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.models.paged_table import PagedTable
from ui.widgets.table_view import TableView

Row = tuple[str, str, str]
ROWS: list[Row] = [
    ("P1", "1.00", ""),
    ("P20261118000000041925", "1,234,567.89", "bad"),
    ("P3 供电公司", "0.10", ""),
    ("", "-7.00", "bad"),
    ("two\nlines", "9.99", ""),
    ("P6", "6.00", ""),
]
_NEAR = 2
"""So many pixels a text may stand further left or right: Qt reckons with parts of pixels."""


def columns() -> list[Column[Row]]:
    return [
        Column(
            name="key",
            title="Key",
            text=lambda row: row[0],
            mark=lambda row: "≠ " if row[2] else "",
            ground=lambda row: "marked" if row[2] else "",
            width=12,
        ),
        Column(name="gap", title="Gap", text=lambda _row: "", ground=lambda _row: "hatched"),
        Column(
            name="fee",
            title="Fee",
            text=lambda row: row[1],
            tone=lambda row: row[2],
            numeric=True,
            width=12,
        ),
    ]


def shown(
    qtbot: QtBot, preferences: QSettings, model: ListTable[Row] | PagedTable[Row]
) -> TableView:
    view = TableView(model, name="painted", title="Painted", preferences=preferences)
    model.setParent(view)
    qtbot.addWidget(view)
    view.resize(500, 260)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def view(qtbot: QtBot, preferences: QSettings) -> TableView:
    model = ListTable(columns())
    model.show_rows(ROWS)
    return shown(qtbot, preferences, model)


def drawn(view: TableView, *, by_qt: bool) -> QImage:
    view.has_own_cells = by_qt  # type: ignore[misc]
    return view.viewport().grab().toImage()


def ink(image: QImage, cell: QRect) -> tuple[int, int, int, int] | None:
    """Where in a cell something else than its ground is; None where nothing is."""
    ground = image.pixel(cell.left() + 1, cell.top() + 1)
    places = [
        (x, y)
        for x in range(cell.left() + 1, cell.right())
        for y in range(cell.top() + 1, cell.bottom())
        if image.pixel(x, y) != ground
    ]
    if not places:
        return None
    across, down = zip(*places, strict=True)
    return min(across), max(across), min(down), max(down)


def alike(view: TableView) -> None:
    ours, theirs = drawn(view, by_qt=False), drawn(view, by_qt=True)
    model = view.model()
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            cell = view.visualRect(model.index(row, column))
            corner = (cell.left() + 1, cell.top() + 1)
            assert same(ours.pixelColor(*corner), theirs.pixelColor(*corner)), (row, column)
            if view.currentIndex() == model.index(row, column):
                continue  # Qt draws it in both, on a ground that runs from one tone to another
            mine, other = ink(ours, cell), ink(theirs, cell)
            assert (mine is None) == (other is None), (row, column)
            if mine is not None and other is not None:
                apart = [abs(one - two) for one, two in zip(mine, other, strict=True)]
                assert max(apart) <= _NEAR, (row, column, apart)
    for x in range(0, ours.width(), 7):
        for y in range(ours.height()):
            assert ours.pixel(x, y) == theirs.pixel(x, y) or is_in_a_cell(view, x, y)


def same(one: QColor, other: QColor) -> bool:
    pairs = zip(one.getRgb(), other.getRgb(), strict=True)  # type: ignore[call-overload]
    return all(abs(left - right) <= 1 for left, right in pairs)


def is_in_a_cell(view: TableView, x: int, y: int) -> bool:
    index = view.indexAt(QPoint(x, y))
    return index.isValid() and view.visualRect(index).contains(x, y)


def test_texts_grounds_and_lines_are_those_of_qt(view: TableView) -> None:
    alike(view)


def test_so_are_the_selection_and_the_cursor(view: TableView) -> None:
    view.setFocus()
    view.go_to_row(1)
    alike(view)

    flags = QItemSelectionModel.SelectionFlag
    view.selectionModel().select(view.model().index(3, 0), flags.Select | flags.Rows)
    alike(view)


def test_so_are_moved_and_narrow_and_hidden_columns(view: TableView) -> None:
    view.header.moveSection(2, 0)
    view.header.setSectionHidden(1, True)  # noqa: FBT003 - Qt's signature
    view.header.resizeSection(0, 60)
    view.header.resizeSection(2, 400)
    alike(view)
    view.horizontalScrollBar().setValue(view.horizontalScrollBar().maximum())
    alike(view)


def test_without_a_grid_there_are_no_lines(view: TableView) -> None:
    view.setShowGrid(False)
    view.setAlternatingRowColors(False)
    alike(view)


def test_only_what_is_exposed_is_drawn(view: TableView, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    row = view._source.row

    def counted(number: int) -> object:
        asked.append(number)
        return row(number)

    monkeypatch.setattr(view._source, "row", counted)

    view.viewport().repaint(view.visualRect(view.model().index(2, 0)))

    assert set(asked) == {2}


def test_a_defect_in_a_column_leaves_the_table_drawable(
    view: TableView, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = drawn(view, by_qt=False)
    with monkeypatch.context() as broken:
        broken.setattr(view._source, "row", lambda _number: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            view.viewport().grab()

    assert drawn(view, by_qt=False) == whole


def test_rows_on_their_way_say_so(opened: Opening, qtbot: QtBot, preferences: QSettings) -> None:
    desk = opened().desk
    model = PagedTable(columns(), lambda ids: [ROWS[one] for one in ids], desk.jobs, print)
    view = shown(qtbot, preferences, model)
    model.show_ids(array("q", range(len(ROWS))))

    first = drawn(view, by_qt=False)
    qtbot.waitUntil(lambda: model.known(0) is not None)

    assert ink(first, view.visualRect(model.index(3, 0))) is not None
    alike(view)
