"""What all tables do with the width that they have."""

from __future__ import annotations

from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.widgets.table_view import TableView

Row = tuple[str, str]


def table(preferences: QSettings, qtbot: QtBot, width: int = 700) -> TableView:
    columns: list[Column[Row]] = [
        Column(name="kind", title="A title longer than its values", text=str, width=4),
        Column(name="key", title="Key", text=lambda row: row[0], width=20),
        Column(name="fee", title="Fee", text=lambda row: row[1], numeric=True, width=10),
    ]
    model = ListTable(columns)
    model.show_rows([("P1", "1.00")])
    made = TableView(model, name="test", title="Test", preferences=preferences)
    model.setParent(made)
    qtbot.addWidget(made)
    made.resize(width, 200)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_what_is_left_of_the_width_goes_to_the_widest_text(
    preferences: QSettings, qtbot: QtBot
) -> None:
    view = table(preferences, qtbot)
    fee, key = view.header.sectionSize(2), view.header.sectionSize(1)

    view.resize(900, 200)

    assert view.header.sectionSize(2) == fee
    assert view.header.sectionSize(1) == key + 200
    assert view.header.length() == view.viewport().width()


def test_a_title_is_never_cut_off(preferences: QSettings, qtbot: QtBot) -> None:
    view = table(preferences, qtbot)

    title = view.header.fontMetrics().horizontalAdvance("A title longer than its values")
    assert view.header.sectionSize(0) >= title


def test_a_narrow_table_scrolls_and_keeps_its_widths(preferences: QSettings, qtbot: QtBot) -> None:
    view = table(preferences, qtbot)

    view.resize(200, 200)

    assert view.header.length() > view.viewport().width()
    assert view.header.sectionSize(1) >= 20 * view.fontMetrics().horizontalAdvance("0")


def test_widths_that_were_chosen_are_remembered(preferences: QSettings, qtbot: QtBot) -> None:
    view = table(preferences, qtbot)

    view.header.resizeSection(2, 150)
    again = table(preferences, qtbot)

    assert again.header.sectionSize(2) == 150
    assert again.header.length() == again.viewport().width()
