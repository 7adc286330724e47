"""A decision asks for the password when the last one is too old, and is then made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.approval.queries import requests
from app.approval.rules import OwnRequest
from app.catalog.queries import setting
from app.catalog.rules import SettingName
from app.closing.deciding import approve_request
from app.closing.master import change_setting
from app.db.workspace import Workspace
from app.identity.service import login
from tests.conftest import PASSWORD
from tests.ui.conftest import Opening, dialog, press, settle
from ui.dialogs.proving import ProveDialog
from ui.main_window import MainWindow

NAME = SettingName.CHANNEL_TOLERANCE_FEN
OLD = timedelta(minutes=5, seconds=1)


@pytest.fixture
def request_id(sqlite_workspace: Workspace) -> int:
    """Return the id of a request of the supervisor's."""
    supervisor = login(sqlite_workspace, "supervisor", PASSWORD)
    made = sqlite_workspace.write(supervisor, change_setting, name=NAME, value=5).value
    assert made is not None
    return made


def tired(window: MainWindow) -> MainWindow:
    """Let the password have been given too long ago."""
    desk = window.desk
    desk.actor = replace(desk.actor, proved_at=datetime.now(UTC) - OLD)
    return window


def test_a_fresh_password_decides_at_once(
    opened: Opening, qtbot: QtBot, sqlite_workspace: Workspace, request_id: int
) -> None:
    window = opened("checker")
    agreed: list[bool] = []

    window.desk.decide(approve_request, request_id=request_id).then(agreed.append, owner=window)
    settle(qtbot, window)

    assert agreed == [True]
    assert sqlite_workspace.read(setting, NAME) == 5


def test_an_old_password_is_asked_for_and_the_decision_is_made(
    opened: Opening, qtbot: QtBot, sqlite_workspace: Workspace, request_id: int
) -> None:
    window = tired(opened("checker"))
    agreed: list[bool] = []
    failures: list[Exception] = []
    window.desk.decide(approve_request, request_id=request_id).then(
        agreed.append, failed=failures.append, owner=window
    )
    asked = dialog(qtbot)
    assert isinstance(asked, ProveDialog)

    press("wrong")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(asked.problem.text()))
    assert sqlite_workspace.read(setting, NAME) == 0
    press(PASSWORD)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    assert (agreed, failures) == ([True], [])
    assert sqlite_workspace.read(setting, NAME) == 5
    proved = window.desk.actor.proved_at
    assert proved is not None
    assert datetime.now(UTC) - proved < timedelta(minutes=1)


def test_a_decision_is_given_up_with_the_password(
    opened: Opening, qtbot: QtBot, sqlite_workspace: Workspace, request_id: int
) -> None:
    window = tired(opened("checker"))
    window.desk.decide(approve_request, request_id=request_id).then(owner=window)
    dialog(qtbot)

    press(Qt.Key.Key_Escape)
    settle(qtbot, window)

    assert sqlite_workspace.read(setting, NAME) == 0
    assert len(sqlite_workspace.read(requests)) == 1


def test_other_refusals_are_told_as_they_are(
    opened: Opening, qtbot: QtBot, request_id: int
) -> None:
    window = opened("supervisor")
    failures: list[Exception] = []

    window.desk.decide(approve_request, request_id=request_id).then(
        failed=failures.append, owner=window
    )
    settle(qtbot, window)

    assert [type(one) for one in failures] == [OwnRequest]


def test_unlocking_the_window_counts_as_giving_the_password(opened: Opening, qtbot: QtBot) -> None:
    window = tired(opened("checker"))
    window.lock()

    window._unlock("checker", PASSWORD, "")
    settle(qtbot, window)

    assert window.desk.actor.proved_at is not None
    assert datetime.now(UTC) - window.desk.actor.proved_at < timedelta(minutes=1)
