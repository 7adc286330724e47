"""Personal data in the window: masked, shown for half a minute to who may see them, then gone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.audit.queries import records
from app.db.workspace import Workspace
from app.records.unmasking import SHOWN_S
from tests.ui.conftest import Opening, dialog, press, settle
from ui.dialogs.asking import Ask
from ui.dialogs.unmasking import Unmasked
from ui.main_window import MainWindow
from ui.pages.arrivals import ArrivalsPage

SHIFT = Qt.KeyboardModifier.ShiftModifier


def arrivals(opened: Opening, qtbot: QtBot, name: str) -> tuple[MainWindow, ArrivalsPage]:
    window = opened(name, page="arrivals")
    page = window.page("arrivals")
    assert isinstance(page, ArrivalsPage)
    for number in range(page.table.model().rowCount()):
        page.table.go_to_row(number)
        qtbot.wait(120)
        settle(qtbot, window)
        if page.details.entries():
            return window, page
    raise AssertionError("no batch has bank lines")


def test_the_supervisor_sees_them_for_half_a_minute(
    opened_sample: Opening, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    window, page = arrivals(opened_sample, qtbot, "supervisor")
    page.table.setFocus()

    press(Qt.Key.Key_P, SHIFT)
    asked = dialog(qtbot)
    assert isinstance(asked, Ask)
    assert not asked.act.isEnabled()
    press("客户来电")
    asked.accept()
    settle(qtbot, window)
    shown = dialog(qtbot)
    assert isinstance(shown, Unmasked)
    assert any(value.text() for value in shown.values)

    shown.pass_time(SHOWN_S - 1 - (SHOWN_S - shown.left))
    assert shown.isVisible()
    values = shown.values
    shown.pass_time(1)

    assert not any(value.text() for value in values)
    assert not shown.isVisible()
    last = sample_workspace.read(records, after=0, limit=100_000)[-1]
    assert (last.verb, last.actor) == ("unmasked", "supervisor")
    assert "客户来电" in last.after


@pytest.mark.parametrize("who", ["clerk", "checker"])
def test_others_see_them_masked(opened_sample: Opening, qtbot: QtBot, who: str) -> None:
    _window, page = arrivals(opened_sample, qtbot, who)
    page.table.setFocus()

    press(Qt.Key.Key_P, SHIFT)

    assert not page.actions_by_name["arrivals.unmask"].isEnabled()
    assert QApplication.activeModalWidget() is None
