"""Matching by hand on the reconcile page, by keyboard, with the keys counted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.db.workspace import Actor, Workspace
from app.discrepancies.looking import is_open
from app.matching.rules import Side, Task
from tests.books import Books, payment, record
from tests.ui.conftest import Keys, Opening, dialog, opening, press, settle
from tests.ui.test_reconcile import page_of
from ui.dialogs.asking import Ask
from ui.main_window import MainWindow
from ui.pages.reconcile import ReconcilePage

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="session")
def filled_template(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, people: dict[str, Actor]
) -> Path:
    """Return a day: three pairs, one of ours against five, two against two that sum up."""
    folder = tmp_path_factory.mktemp("matching")
    path = folder / "duiping.db"
    shutil.copy(sqlite_template, path)
    workspace = Workspace.open(f"sqlite:///{path}")
    books = Books(workspace=workspace, actor=people["clerk"], folder=folder)
    books.know_payee()
    ours = [payment(number) for number in (1, 2, 3)]
    ours.append(payment(10, 金额="50.00"))
    ours += [payment(number, 金额=fen) for number, fen in ((31, "700.01"), (32, "300.02"))]
    theirs = [record(number) for number in (1, 2, 3)]
    theirs += [record(number, 金额="10.00") for number in range(11, 16)]
    theirs += [record(number, 金额=fen) for number, fen in ((41, "600.03"), (42, "400.00"))]
    books.load("payments", *ours)
    books.load("records", *theirs)
    books.reconcile(Task.CHANNEL)
    workspace.close()
    return path


@pytest.fixture
def opened_filled(
    qtbot: QtBot, filled_template: Path, tmp_path: Path, preferences: QSettings
) -> Iterator[Opening]:
    """Return a function that opens the main window on that day for a user."""
    shutil.copy(filled_template, tmp_path / "duiping.db")
    workspace = Workspace.open(f"sqlite:///{tmp_path / 'duiping.db'}")
    yield from opening(qtbot, workspace, preferences)
    workspace.close()


@pytest.fixture
def window(opened_filled: Opening) -> MainWindow:
    """Return the main window on the reconcile page."""
    return opened_filled(page="reconcile")


@pytest.fixture
def page(window: MainWindow) -> ReconcilePage:
    """Return the page."""
    return page_of(window)


def back_in(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the keyboard is in the window again after a question."""
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)


def go_to(page: ReconcilePage, side: Side, key: str) -> None:
    """Put the cursor on an entry."""
    tables = page.tables_now
    for row in range(tables.lines.rowCount()):
        line = tables.lines.row(row)
        entry = None if line is None else line.entry(side)
        if entry is not None and entry.value("payment_no") == key:
            tables.change_side(side)
            tables.go_to_row(row)
            return
    pytest.fail(f"{key} is not shown")


def open_keys(page: ReconcilePage, side: Side) -> set[str]:
    """Return the keys of the open entries of a side."""
    tables = page.tables_now
    lines = (tables.lines.row(row) for row in range(tables.lines.rowCount()))
    return {
        str(entry.value("payment_no"))
        for line in lines
        if line is not None and is_open(line) and (entry := line.entry(side)) is not None
    }


def test_one_is_matched_with_five_by_seven_keys_and_taken_back_by_one(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot, keys: Keys
) -> None:
    go_to(page, Side.OURS, "Z10")
    keys.count = 0
    press("f")
    settle(qtbot, window)
    for _five in range(5):
        press(Qt.Key.Key_Space)
    settle(qtbot, window)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    assert keys.count <= 7
    assert open_keys(page, Side.OURS) == {"Z31", "Z32"}
    assert open_keys(page, Side.THEIRS) == {"Z41", "Z42"}
    assert not page.picks
    line = page.line_now()
    assert line is not None
    assert is_open(line)
    keys.count = 0
    press("z")
    settle(qtbot, window)
    assert keys.count == 1
    assert "Z10" in open_keys(page, Side.OURS)


def test_the_finder_puts_the_only_combination_into_the_tray(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    go_to(page, Side.OURS, "Z10")

    press("c")
    settle(qtbot, window)

    assert page.picks.count(Side.THEIRS) == 5
    assert page.picks.difference_fen == 0
    assert "✓" in page.tray.verdict.text()
    assert "Z10" in open_keys(page, Side.OURS), "it is never applied by itself"
    press(Qt.Key.Key_Return)
    settle(qtbot, window)
    assert "Z10" not in open_keys(page, Side.OURS)


def test_several_are_matched_with_several(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    for side, key in (
        (Side.OURS, "Z31"),
        (Side.OURS, "Z32"),
        (Side.THEIRS, "Z41"),
        (Side.THEIRS, "Z42"),
    ):
        go_to(page, side, key)
        press(Qt.Key.Key_Space)
    settle(qtbot, window)
    assert "1,000.03" in page.tray.ours.text()

    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    assert not {"Z31", "Z32"} & open_keys(page, Side.OURS)
    assert "1,000.03" in window.frame.status.message.text()


def test_what_is_not_equal_is_not_matched_and_says_by_how_much(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    go_to(page, Side.OURS, "Z31")
    press(Qt.Key.Key_Space)
    go_to(page, Side.THEIRS, "Z41")
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    assert "99.98" in window.frame.status.message.text()
    assert "Z31" in open_keys(page, Side.OURS)
    assert page.picks.count(Side.OURS) == 1


def test_a_match_is_taken_apart_with_a_reason_and_put_back(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    press("4")
    settle(qtbot, window)
    press("a", CONTROL)
    press("u")
    settle(qtbot, window)
    ask = dialog(qtbot)
    assert isinstance(ask, Ask)
    assert "3" in _sentence(ask)
    assert "30.00" in _sentence(ask)
    press("not theirs")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    assert page.tables_now.lines.rowCount() == 0
    back_in(window, qtbot)
    press("3")
    settle(qtbot, window)
    assert {"Z1", "Z2", "Z3"} <= open_keys(page, Side.OURS)
    press("z")
    settle(qtbot, window)
    assert not {"Z1", "Z2", "Z3"} & open_keys(page, Side.OURS)


def test_two_people_want_the_same_entry_and_one_is_told(
    page: ReconcilePage, window: MainWindow, opened_filled: Opening, qtbot: QtBot
) -> None:
    for side, key in ((Side.OURS, "Z31"), (Side.OURS, "Z32"), (Side.THEIRS, "Z41")):
        go_to(page, side, key)
        press(Qt.Key.Key_Space)
    go_to(page, Side.THEIRS, "Z42")
    settle(qtbot, window)
    other = opened_filled(page="reconcile")
    theirs = page_of(other)
    for side, key in ((Side.OURS, "Z31"), (Side.OURS, "Z32"), (Side.THEIRS, "Z41")):
        go_to(theirs, side, key)
        theirs.pick()
    go_to(theirs, Side.THEIRS, "Z42")
    theirs.pick()
    theirs.match()
    settle(qtbot, other)

    page.pick()
    page.match()
    settle(qtbot, window)

    message = window.frame.status.message.text()
    assert "Z31" in message or "Z32" in message or "Z41" in message
    assert "clerk" in message
    assert not page.picks


def test_a_note_is_written_on_the_discrepancy(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    go_to(page, Side.OURS, "Z10")
    press("n")
    dialog(qtbot)
    press("asked the bank")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)
    qtbot.wait(100)
    settle(qtbot, window)

    assert "1 note" in page.why.text.text()


def test_a_suggestion_is_accepted_with_one_key(
    opened_sample: Opening, qtbot: QtBot, keys: Keys
) -> None:
    window = opened_sample(page="reconcile")
    page = page_of(window)
    press("4", Qt.KeyboardModifier.AltModifier)
    settle(qtbot, window)
    press("2")
    settle(qtbot, window)
    qtbot.wait(100)
    settle(qtbot, window)
    before = page.tables_now.lines.rowCount()
    assert before >= 4
    assert "suggestion" in page.why.text.text()
    press(Qt.Key.Key_Return, CONTROL)
    settle(qtbot, window)
    ask = QApplication.activeModalWidget()
    said = _sentence(ask) if isinstance(ask, Ask) else window.frame.status.message.text()
    assert "want the same entries" in said
    if ask is not None:
        press(Qt.Key.Key_Escape)
        back_in(window, qtbot)
        page.tables_now.focus()

    keys.count = 0
    press("a")
    settle(qtbot, window)

    assert keys.count == 1
    assert page.tables_now.lines.rowCount() < before
    assert window.desk.undo_list


def test_who_may_only_read_can_look_but_not_match(opened_filled: Opening, qtbot: QtBot) -> None:
    window = opened_filled("auditor", page="reconcile")
    page = page_of(window)
    go_to(page, Side.OURS, "Z10")

    press("c")
    settle(qtbot, window)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    assert page.picks.count(Side.THEIRS) == 5
    assert "Z10" in open_keys(page, Side.OURS)


def _sentence(ask: Ask) -> str:
    return " ".join(label.text() for label in ask.findChildren(QLabel))


def test_leaving_the_candidates_goes_back_to_the_side_one_came_from(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    go_to(page, Side.OURS, "Z10")
    press("f")
    settle(qtbot, window)
    assert page.tables_now.views[2].hasFocus()

    press(Qt.Key.Key_Escape)
    settle(qtbot, window)

    assert page.tables_now.views[0].hasFocus()
    assert not page.picks


def test_the_finder_takes_the_entry_of_the_line_whichever_side_the_keyboard_is_on(
    page: ReconcilePage, window: MainWindow, qtbot: QtBot
) -> None:
    go_to(page, Side.OURS, "Z10")
    press(Qt.Key.Key_Tab)
    assert page.tables_now.side is Side.THEIRS

    press("c")
    settle(qtbot, window)

    assert page.picks.count(Side.OURS) == 1
    assert page.picks.count(Side.THEIRS) == 5
