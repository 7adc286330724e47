"""The page where both sides are reconciled, by keyboard in the real window."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.base import i18n
from app.discrepancies.rules import LineState, Tab
from app.intake.rules import Kind as EntryKind
from app.matching.rules import Kind, Side, Task
from tests.ui.conftest import Keys, Opening, dialog, press, settle
from ui.dialogs.trace import TraceDialog
from ui.main_window import MainWindow
from ui.pages.reconcile import ReconcilePage
from ui.widgets.linked_tables import LinkedTables

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def window(opened_sample: Opening) -> MainWindow:
    """Return the main window on the reconcile page, for the clerk."""
    return opened_sample(page="reconcile")


@pytest.fixture
def page(window: MainWindow) -> ReconcilePage:
    """Return the page."""
    return page_of(window)


def page_of(window: MainWindow) -> ReconcilePage:
    """Return the reconcile page of a window."""
    found = window.page("reconcile")
    assert isinstance(found, ReconcilePage)
    return found


def shown(tables: LinkedTables, row: int) -> list[str]:
    """Return what stands in a row, from left to right."""
    texts = []
    for view in tables.views:
        texts += [
            str(view.model().index(row, place).data() or "")
            for place in range(len(view.columns))
            if not view.header.isSectionHidden(place)
        ]
    return texts


def wait_for_filter(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until what was typed into a filter has had its effect."""
    qtbot.wait(350)
    settle(qtbot, window)


def test_pairs_stand_on_one_line_and_the_three_tables_move_together(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    press("5")
    settle(qtbot, window)

    tables = page.tables_now
    kinds = {}
    for row in range(tables.lines.rowCount()):
        line = tables.lines.row(row)
        assert line is not None
        kinds[line.kind] = row
    line = tables.lines.row(kinds[Kind.AMOUNT_DIFFERS])
    assert line is not None
    texts = shown(tables, kinds[Kind.AMOUNT_DIFFERS])
    assert line.ours is not None
    assert line.theirs is not None
    assert sum(text.startswith("≠ ") for text in texts) == 3
    tables.go_to_row(kinds[Kind.AMOUNT_DIFFERS])
    qtbot.wait(100)
    settle(qtbot, window)
    assert "✗" in page.why.text.text()
    press("1")
    settle(qtbot, window)

    tables = page.tables_now
    press(Qt.Key.Key_End, CONTROL)
    press(Qt.Key.Key_Up, SHIFT)
    settle(qtbot, window)

    last = tables.lines.rowCount() - 1
    assert tables.row() == last - 1
    for view in tables.views:
        assert view.current_row() == last - 1
        assert view.selected_ranges() == [range(last - 1, last + 1)]
        assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    assert tables.views[0].verticalScrollBar().value() > 0
    qtbot.waitUntil(lambda: bool(window.frame.status.selection.text()))


def test_tabs_count_what_they_hold(page: ReconcilePage, window: MainWindow, qtbot: QtBot) -> None:
    for task in range(1, 5):
        press(f"{task}", ALT)
        settle(qtbot, window)
        assert page.task is list(Task)[task - 1]
        for number, tab in enumerate(Tab, start=1):
            press(f"{number}")
            settle(qtbot, window)
            assert page.now.tab is tab
            view = page.now.view
            assert view is not None
            assert page.bars.tabs.tabText(number - 1).endswith(f" {view.count:,}")


def test_sorting_keeps_the_line_with_the_cursor(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    tables = page.tables_now
    tables.go_to_row(40)
    before = tables.line()
    assert before is not None
    press("s")
    settle(qtbot, window)

    assert page.now.order is not None
    assert tables.line() == before
    press("s")
    press("s")
    settle(qtbot, window)
    assert page.now.order is None


def test_an_amount_is_found_with_one_key_and_its_digits(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot, keys: Keys
) -> None:
    tables = page.tables_now
    lines = [tables.lines.row(row) for row in range(30, 60)]
    fen = next(line.ours.fen for line in lines if line is not None and line.ours is not None)

    typed = f"{fen // 100}.{fen % 100:02d}"
    keys.count = 0
    press("/")
    press(typed)
    wait_for_filter(qtbot, window)
    press(Qt.Key.Key_Return)

    assert keys.count - len(typed) <= 4
    found = [tables.lines.row(row) for row in range(tables.lines.rowCount())]
    assert found
    assert all(one is not None and one.ours is not None and one.ours.fen == fen for one in found)
    assert tables.views[0].hasFocus()
    press(Qt.Key.Key_F, CONTROL | SHIFT)
    settle(qtbot, window)
    assert not tables.filters()[Side.OURS]
    press("1")
    settle(qtbot, window)

    before = page.tables_now.lines.rowCount()

    press("/")
    press("abc")
    wait_for_filter(qtbot, window)

    assert "abc" in window.frame.status.message.text()
    assert page.tables_now.lines.rowCount() == before


def test_space_picks_what_is_open_on_each_side_and_the_tray_adds_up(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    press("3")
    settle(qtbot, window)
    tables = page.tables_now
    sides = {side: _rows_with(tables, side) for side in Side}
    tables.go_to_row(sides[Side.OURS][0])
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Tab)
    tables.go_to_row(sides[Side.THEIRS][0])
    press(Qt.Key.Key_Space)

    ours, theirs = (tables.lines.row(sides[side][0]) for side in Side)
    assert ours is not None
    assert ours.ours is not None
    assert theirs is not None
    assert theirs.theirs is not None
    assert page.picks.ids(Side.OURS) == (ours.ours.id,)
    assert page.picks.ids(Side.THEIRS) == (theirs.theirs.id,)
    assert page.picks.difference_fen == ours.ours.fen - theirs.theirs.fen
    assert any(text.startswith("☑") for text in shown(tables, sides[Side.OURS][0]))
    press("1")
    settle(qtbot, window)
    assert page.picks.count(Side.OURS) == 1
    press(Qt.Key.Key_Escape)
    assert not page.picks
    press("1")
    settle(qtbot, window)

    press("4")
    settle(qtbot, window)

    press(Qt.Key.Key_Space)

    assert not page.picks
    assert window.frame.status.message.text()


def test_what_is_shown_is_copied_and_exported_with_both_sides(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    press("5")
    settle(qtbot, window)
    press("a", CONTROL)
    press("c", CONTROL)
    settle(qtbot, window)
    copied = [line.split("\t") for line in QApplication.clipboard().text().split("\n")]
    sheet, view = page.now.sheet, page.now.view
    assert sheet is not None
    assert view is not None

    page.export_to(tmp_path / "out.csv", sheet, view.places)
    settle(qtbot, window)

    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as stream:
        written = list(csv.reader(stream))
    assert len(copied) == len(written) == len(view.places) + 1
    assert copied[0] == written[0]
    assert not any("≠" in cell for row in copied[1:] for cell in row[:3])
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_another_language_keeps_the_place_and_the_tray(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    press("3")
    settle(qtbot, window)
    page.tables_now.go_to_row(_rows_with(page.tables_now, Side.OURS)[0])
    press(Qt.Key.Key_Space)
    row = page.tables_now.row()

    i18n.use("zh_CN")
    window.build()
    settle(qtbot, window)

    again = page_of(window)
    assert again is not page
    assert again.now.tab is Tab.OPEN
    assert again.tables_now.row() == row
    assert again.picks.count(Side.OURS) == 1
    assert " 1 " in again.tray.ours.text()
    assert "未勾对" in again.bars.tabs.tabText(2)


def test_an_empty_database_says_where_to_begin(opened: Opening) -> None:
    window = opened(page="reconcile")

    page = page_of(window)

    assert page.faces.currentIndex() == 1


def test_who_may_only_read_cannot_run_or_match(opened_sample: Opening) -> None:
    window = opened_sample("auditor", page="reconcile")

    page = page_of(window)

    assert not page.actions_by_name["reconcile.run"].isEnabled()
    assert page.tables_now.lines.rowCount() > 0


def _rows_with(tables: LinkedTables, side: Side) -> list[int]:
    """Return the rows of open entries that stand alone on a side."""
    rows = []
    for row in range(tables.lines.rowCount()):
        line = tables.lines.row(row)
        other = Side.THEIRS if side is Side.OURS else Side.OURS
        if line is not None and line.state is LineState.OPEN and line.entry(other) is None:
            rows.append(row)
    return rows


def test_an_entry_is_followed_through_all_ledgers_to_the_line_of_its_file(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    press("2", ALT)
    settle(qtbot, window)
    press("4")
    settle(qtbot, window)
    press("t")
    found = dialog(qtbot)
    assert isinstance(found, TraceDialog), getattr(found, "_whole", "")
    settle(qtbot, window)
    kinds = {kind for kind, _id in found.picture.boxes}
    assert {
        EntryKind.BILL_LINES,
        EntryKind.PAYMENTS,
        EntryKind.WRITEOFFS,
        EntryKind.CLEARING_LINES,
    } <= kinds
    node = found.picture.current()
    assert node is not None
    assert node.kind is EntryKind.BILL_LINES
    shown_lines = found.lines.lines
    texts = [
        str(shown_lines.index(row, column).data())
        for row in range(shown_lines.rowCount())
        for column in range(shown_lines.columnCount())
        if str(shown_lines.index(row, 0).data()).startswith("→")
    ]
    assert node.key.rpartition("-")[0] in texts
    before = node

    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Right)
    node = found.picture.current()
    assert node is not None
    assert node != before
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    line = page.tables_now.line()
    assert line is not None
    assert any((entry := line.entry(side)) and entry.id == node.id for side in Side)


def test_payees_and_channels_are_shown_and_filtered_by_their_names(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    press("4", ALT)
    settle(qtbot, window)
    tables = page.tables_now
    place = next(n for n, one in enumerate(tables.views[0].columns) if one.name == "payee")
    index = tables.lines.index
    rows = [str(index(row, place).data() or "") for row in range(tables.lines.rowCount())]
    name = next(text for text in rows if len(text) > 4)
    assert "公司" in name
    assert not name[:4].isdigit()

    tables.set_filters({Side.OURS: {"payee": name[:4]}})
    wait_for_filter(qtbot, window)

    shown_now = {
        str(index(row, place).data())
        for row in range(tables.lines.rowCount())
        if (line := tables.lines.row(row)) is not None and line.ours is not None and line.leads
    }
    assert 0 < tables.lines.rowCount() < len(rows)
    assert shown_now
    assert all(name[:4] in text for text in shown_now)
