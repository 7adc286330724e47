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


def test_what_may_gives_way_before_a_table_scrolls(preferences: QSettings, qtbot: QtBot) -> None:
    columns: list[Column[Row]] = [
        Column(name="kind", title="Kind", text=str, width=20, least=8),
        Column(name="key", title="Key", text=str, width=30, least=25),
        Column(name="fee", title="Fee", text=str, numeric=True, width=10),
    ]
    view = TableView(ListTable(columns), name="narrow", title="Narrow", preferences=preferences)
    qtbot.addWidget(view)
    view.resize(900, 200)
    view.show()
    qtbot.waitExposed(view)
    digit = view.fontMetrics().horizontalAdvance("0")

    def width(number: int) -> int:
        return view.header.sectionSize(number)

    whole = view.arrangement.needed()
    view.resize(whole - 5 * digit, 200)
    assert view.header.length() == view.viewport().width()
    assert 8 * digit < width(0) < 20 * digit
    assert width(1) >= 30 * digit

    view.resize(whole - 20 * digit, 200)
    assert view.header.length() > view.viewport().width()
    assert width(0) >= 8 * digit
    assert 25 * digit <= width(1) < 30 * digit
    assert width(2) >= 10 * digit

    view.resize(900, 200)
    assert view.header.length() == view.viewport().width()
    assert width(1) > 30 * digit


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


def roomy(preferences: QSettings, qtbot: QtBot, width: int) -> TableView:
    columns: list[Column[Row]] = [
        Column(name="state", title="State", text=str, holds=("a state in many words",), width=3),
        Column(name="key", title="Key", text=str, width=20, filterable=True),
        Column(name="kind", title="Kind", text=str, width=8, room=16),
        Column(name="far", title="Far", text=str, width=12, spare=True, filterable=True),
        Column(name="never", title="Never", text=str, width=12, hidden=True),
    ]
    made = TableView(ListTable(columns), name="roomy", title="Roomy", preferences=preferences)
    made.model().setParent(made)
    qtbot.addWidget(made)
    made.resize(width, 200)
    made.show()
    qtbot.waitExposed(made)
    return made


def shown(view: TableView) -> list[str]:
    return [column.name for column in view.shown_columns()]


def test_columns_that_are_not_needed_come_where_there_is_room(
    preferences: QSettings, qtbot: QtBot
) -> None:
    view = roomy(preferences, qtbot, 450)
    assert shown(view) == ["state", "key", "kind"]

    view.resize(1_200, 200)

    assert shown(view) == ["state", "key", "kind", "far"]
    assert view.header.sectionSize(2) >= 16 * view.fontMetrics().horizontalAdvance("0")
    assert view.header.length() == view.viewport().width()
    view.header.set_filters({"far": "x"})
    view.resize(450, 200)
    assert "far" in shown(view), "a filter that is in force must be seen"


def test_a_known_text_fits_however_few_digits_were_thought_of(
    preferences: QSettings, qtbot: QtBot
) -> None:
    view = roomy(preferences, qtbot, 450)

    text = view.fontMetrics().horizontalAdvance("a state in many words")
    assert view.header.sectionSize(0) >= text


def test_columns_that_were_chosen_stay_whatever_the_width(
    preferences: QSettings, qtbot: QtBot
) -> None:
    view = roomy(preferences, qtbot, 1_200)

    view.arrangement.show_column(3, shown=False)
    view.arrangement.show_column(4, shown=True)
    view.arrangement.save(preferences)

    assert shown(roomy(preferences, qtbot, 1_200)) == ["state", "key", "kind", "never"]
    view.arrangement.standard()
    assert shown(view) == ["state", "key", "kind", "far"]
