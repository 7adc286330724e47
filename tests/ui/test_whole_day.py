"""A clerk's whole day in the real window by keyboard, and the second person's part of it."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.arrivals.rules import ArrivalState
from app.closing.rules import CellState, Step
from app.demo.sample import Sample
from app.discrepancies.rules import LineState
from app.intake.rules import FileStatus
from app.matching.rules import Side, Task
from app.upkeep.verify import verify
from tests.ui.conftest import Opening, come_back, dialog, press, settle, type_paths
from ui.dialogs.asking import Ask
from ui.main_window import MainWindow
from ui.pages.arrivals import ArrivalsPage
from ui.pages.board import BoardPage
from ui.pages.files import FilesPage
from ui.pages.reconcile import ReconcilePage
from ui.widgets.linked_tables import LinkedTables

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


def test_from_a_folder_of_files_to_arrivals_checked_by_a_second_person(
    opened_sample: Opening, qtbot: QtBot, sample: Sample
) -> None:
    window = opened_sample(page="board")

    imports_a_folder(window, qtbot, sample)
    board_shows_what_came(window, qtbot, sample.next_day)
    reconciles(window, qtbot)
    matches_one_to_many_by_hand(window, qtbot)
    confirmed = confirms_what_is_clean(window, qtbot)
    second = opened_sample("checker", page="arrivals")
    checks_as_the_second_person(second, qtbot, sample.next_day, confirmed)
    board_shows_what_was_checked(window, qtbot)

    found = window.desk.workspace.read(verify)
    assert [check.name for check in found.checks if not check.ok] == []


def imports_a_folder(window: MainWindow, qtbot: QtBot, sample: Sample) -> None:
    go(window, qtbot, "files")
    press("o", CONTROL | SHIFT)
    type_paths(qtbot, sample.next_files)
    settle(qtbot, window)
    page = window.page("files")
    assert isinstance(page, FilesPage)
    outcomes = [row.outcome for row in page.imports.rows.rows()]
    assert len(outcomes) > 20
    assert {outcome.status for outcome in outcomes if outcome} == {FileStatus.LOADED}


def board_shows_what_came(window: MainWindow, qtbot: QtBot, day: date) -> None:
    go(window, qtbot, "board")
    while window.desk.day != day:
        press(Qt.Key.Key_Right, ALT)
        settle(qtbot, window)
    rows = board_of(window).table.rows.rows()
    assert all(row.steps[Step.FILE].state is not CellState.MISSING for row in rows[:13])
    assert not any(row.steps[Step.RECONCILED].state is CellState.DONE for row in rows[:13])


def reconciles(window: MainWindow, qtbot: QtBot) -> None:
    press("r", CONTROL)
    settle(qtbot, window)
    rows = board_of(window).table.rows.rows()
    assert all(row.steps[Step.RECONCILED].state is CellState.DONE for row in rows[:13])


def matches_one_to_many_by_hand(window: MainWindow, qtbot: QtBot) -> None:
    """Take one batch that arrived in several parts apart, and match it again by hand."""
    go(window, qtbot, "reconcile")
    press(f"{list(Task).index(Task.ARRIVAL) + 1}", ALT)
    press("4")
    settle(qtbot, window)
    page = window.page("reconcile")
    assert isinstance(page, ReconcilePage)
    start, parts = group(page.tables_now)
    match_id = at(page.tables_now, start)[0]
    batch, *arrivals = at(page.tables_now, start)[1]
    page.tables_now.go_to_row(start)
    takes_apart(window, qtbot)

    for side, entry in ((Side.OURS, batch), *((Side.THEIRS, one) for one in arrivals)):
        find(page.tables_now, side, entry)
        press(Qt.Key.Key_Space)
        settle(qtbot, window)
    assert page.picks.count(Side.THEIRS) == parts
    assert page.picks.difference_fen == 0
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    press("4")
    settle(qtbot, window)
    lines = page.tables_now.lines
    rows = [at(page.tables_now, row) for row in range(lines.rowCount())]
    (again,) = {found for found, entries in rows if batch in entries[:1]}
    assert again != match_id


def takes_apart(window: MainWindow, qtbot: QtBot) -> None:
    press("u")
    settle(qtbot, window)
    assert isinstance(dialog(qtbot), Ask)
    press("to see it myself")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)
    come_back(window, qtbot)
    press("3")
    settle(qtbot, window)


def confirms_what_is_clean(window: MainWindow, qtbot: QtBot) -> int:
    go(window, qtbot, "arrivals")
    page = arrivals_of(window)
    clean = sum(row.clean for row in page.list.rows())
    assert clean > 100
    press(Qt.Key.Key_Return, CONTROL)
    assert isinstance(dialog(qtbot), Ask)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)
    come_back(window, qtbot)
    assert not any(row.clean for row in page.list.rows())
    return clean


def checks_as_the_second_person(
    window: MainWindow, qtbot: QtBot, day: date, confirmed: int
) -> None:
    assert window.desk.day == day
    page = arrivals_of(window)
    waiting = sum(row.state is ArrivalState.CONFIRMED for row in page.list.rows())
    assert waiting == confirmed
    press(Qt.Key.Key_Return, CONTROL | SHIFT)
    asked = dialog(qtbot)
    assert isinstance(asked, Ask)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)
    come_back(window, qtbot)
    assert not any(row.state is ArrivalState.CONFIRMED for row in page.list.rows())
    assert f"{confirmed} batches" in window.frame.status.message.text()


def board_shows_what_was_checked(window: MainWindow, qtbot: QtBot) -> None:
    go(window, qtbot, "board")
    press(Qt.Key.Key_F5)
    settle(qtbot, window)
    rows = board_of(window).table.rows.rows()
    assert any(row.steps[Step.CHECKED].count for row in rows)


def go(window: MainWindow, qtbot: QtBot, name: str) -> None:
    """Open a page by its number in the navigation."""
    come_back(window, qtbot)
    press(str((list(window.entries).index(name) + 1) % 10), CONTROL)
    settle(qtbot, window)


def group(tables: LinkedTables) -> tuple[int, int]:
    """Return the first line and the parts of a batch that arrived in several."""
    start, count = 0, 0
    for row in range(tables.lines.rowCount()):
        line = tables.lines.row(row)
        assert line is not None
        assert line.state is LineState.MATCHED
        if line.ours is not None:
            start, count = row, 0
        count += line.theirs is not None
        following = tables.lines.row(row + 1) if row + 1 < tables.lines.rowCount() else None
        if count > 1 and (following is None or following.ours is not None):
            return start, count
    pytest.fail("no batch arrived in several parts")


def at(tables: LinkedTables, row: int) -> tuple[int | None, list[int]]:
    """Return the match of a line, and the entries of all of its lines, ours first."""
    first = tables.lines.row(row)
    assert first is not None
    found = []
    for place in range(row, tables.lines.rowCount()):
        line = tables.lines.row(place)
        if line is None or line.match_id != first.match_id:
            break
        found += [entry.id for entry in (line.ours, line.theirs) if entry is not None]
    return first.match_id, found


def find(tables: LinkedTables, side: Side, entry_id: int) -> None:
    """Put the cursor on an entry."""
    for row in range(tables.lines.rowCount()):
        line = tables.lines.row(row)
        entry = None if line is None else line.entry(side)
        if entry is not None and entry.id == entry_id:
            tables.change_side(side)
            tables.go_to_row(row)
            return
    pytest.fail(f"{entry_id} is not shown")


def board_of(window: MainWindow) -> BoardPage:
    """Return the day board."""
    page = window.page("board")
    assert isinstance(page, BoardPage)
    return page


def arrivals_of(window: MainWindow) -> ArrivalsPage:
    """Return the page of arrivals."""
    page = window.page("arrivals")
    assert isinstance(page, ArrivalsPage)
    return page
