"""Closing and reopening a day, by keyboard, in the real main window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.adjustments.rules import VoucherKind
from app.calendar.queries import closed_days
from app.closing.rules import BlockerCode
from app.db.workspace import Actor, Workspace
from app.identity.service import login
from tests.books import DAY, Books
from tests.closing.desk import Close, whole
from tests.conftest import PASSWORD
from tests.ui.conftest import Opening, dialog, press, settle
from ui.desk import Target
from ui.dialogs.asking import Ask
from ui.dialogs.closing import ClosingDialog
from ui.main_window import MainWindow
from ui.pages.discrepancies import DiscrepanciesPage

CONTROL = Qt.KeyboardModifier.ControlModifier


def person(workspace: Workspace, name: str) -> Actor:
    return login(workspace, name, PASSWORD)


@pytest.fixture
def desk(sqlite_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Close:
    """Return books without a day, and those who close them."""
    books = Books(
        workspace=sqlite_workspace,
        actor=person(sqlite_workspace, "clerk"),
        folder=tmp_path_factory.mktemp("books"),
    )
    books.know_payee()
    return Close(
        books=books,
        checker=person(sqlite_workspace, "checker"),
        supervisor=person(sqlite_workspace, "supervisor"),
    )


def closing(window: MainWindow, qtbot: QtBot) -> ClosingDialog:
    window.actions_by_name["window.closing"].trigger()
    found = dialog(qtbot)
    assert isinstance(found, ClosingDialog)
    found.show_day(DAY)
    settle(qtbot, window)
    return found


def answer(qtbot: QtBot, window: MainWindow, reason: str = "") -> str:
    """Say yes to a question, with a reason where it wants one; return what it said."""
    asked = dialog(qtbot)
    assert isinstance(asked, Ask)
    text = asked.findChildren(QLabel)[0].text()
    if reason:
        press(reason)
    asked.accept()
    settle(qtbot, window)
    return text


def test_a_ready_day_is_closed_and_reopened_by_two(
    opened: Opening, desk: Close, qtbot: QtBot
) -> None:
    desk.ready(1)
    workspace = desk.books.workspace
    window = opened("supervisor")
    found = closing(window, qtbot)
    assert found.plan is not None
    assert found.plan.can_close
    assert {one.blocker for one in found._checks.rows()} == {None}
    assert "Closing it posts" in found.booked.text()

    press(Qt.Key.Key_Return, CONTROL)
    assert "collections" in answer(qtbot, window)
    assert workspace.read(closed_days) == {DAY}
    assert len(desk.vouchers(VoucherKind.COLLECTIONS)) == 1
    assert "closed by supervisor" in found.state.text()
    assert not found.buttons["close"].isEnabled()
    press("r")
    answer(qtbot, window, "a file came late")
    assert "supervisor asked to reopen it: a file came late" in found.state.text()
    assert not found.buttons["agree"].isEnabled()
    found.reject()

    other = opened("checker")
    there = closing(other, qtbot)
    press("y")
    assert "a file came late" in answer(qtbot, other)
    assert workspace.read(closed_days) == set()
    assert desk.vouchers(VoucherKind.REVERSAL)
    there.reject()


def test_what_is_in_the_way_is_shown_waived_or_led_to(
    opened: Opening, desk: Close, qtbot: QtBot
) -> None:
    files = whole(1)
    del files["bank"]
    desk.load(**files)
    desk.reconcile()
    window = opened("supervisor")
    found = closing(window, qtbot)
    codes = [row.code for row in found._checks.rows() if row.blocker is not None]
    assert BlockerCode.FILE_MISSING in codes
    assert BlockerCode.DISCREPANCY in codes
    assert not found.buttons["close"].isEnabled()

    found.checks.go_to_row(
        [row.code for row in found._checks.rows()].index(BlockerCode.FILE_MISSING)
    )
    press("w")
    answer(qtbot, window, "the bank was closed")
    assert "the bank was closed" in found.waived.text()
    codes = [row.code for row in found._checks.rows() if row.blocker is not None]
    assert BlockerCode.FILE_MISSING not in codes
    place = [row.code for row in found._checks.rows()].index(BlockerCode.DISCREPANCY)
    found.checks.go_to_row(place)
    found.checks.setFocus()
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    page = window.page("discrepancies")
    assert isinstance(page, DiscrepanciesPage)
    assert page.isVisible()


def test_a_clerk_looks_and_closes_nothing(opened: Opening, desk: Close, qtbot: QtBot) -> None:
    desk.ready(1)
    window = opened("clerk")
    window.desk.open(Target(page="board"))
    found = closing(window, qtbot)

    press(Qt.Key.Key_Return, CONTROL)
    press("r")
    settle(qtbot, window)

    assert not found.buttons["close"].isEnabled()
    assert "role" in found.buttons["close"].toolTip()
    assert desk.books.workspace.read(closed_days) == set()
    found.reject()
