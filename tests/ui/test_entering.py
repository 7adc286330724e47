"""From the first start to the main window, and out again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.base import i18n
from app.identity.queries import users
from app.identity.service import add_user
from app.upkeep.entering import come_in
from app.upkeep.service import backup, initialise
from tests.conftest import PASSWORD
from tests.ui.conftest import keyboard_at, press, settle
from ui.application import Application
from ui.desk import Restoring
from ui.dialogs.entering import Entrance
from ui.dialogs.first_start import FirstStart
from ui.main_window import MainWindow

LONG_MS = 120_000


@pytest.fixture
def application(
    qapp: QApplication,
    preferences: QSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Application]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))
    made = Application(qapp, preferences, url=f"sqlite:///{tmp_path / 'own.db'}", user="")
    yield made
    made.stop()
    for window in QApplication.topLevelWidgets():
        window.deleteLater()


def face(qtbot: QtBot, application: Application, kind: type) -> Entrance | FirstStart:
    qtbot.waitUntil(lambda: isinstance(application.door.face, kind), timeout=LONG_MS)
    found = application.door.face
    assert isinstance(found, Entrance | FirstStart)
    return found


def inside(qtbot: QtBot, application: Application) -> MainWindow:
    qtbot.waitUntil(lambda: application.window is not None, timeout=LONG_MS)
    window = application.window
    assert window is not None
    settle(qtbot, window)
    return window


def test_a_new_user_comes_to_the_sample_day_by_keyboard(
    application: Application, qtbot: QtBot
) -> None:
    application.start()
    start = face(qtbot, application, FirstStart)
    assert isinstance(start, FirstStart)
    keyboard_at(start.password)

    press(PASSWORD)
    press(Qt.Key.Key_Tab)
    press(PASSWORD)
    press(Qt.Key.Key_Return)

    window = inside(qtbot, application)
    assert window.desk.actor.name == "clerk"
    assert window.desk.day is not None
    assert "sample" in window.frame.bar.title.text()


def test_own_data_begins_with_an_administrator(application: Application, qtbot: QtBot) -> None:
    application.start()
    start = face(qtbot, application, FirstStart)
    assert isinstance(start, FirstStart)
    start.own.setChecked(True)
    keyboard_at(start.name)

    press("boss")
    for _line in range(2):
        press(Qt.Key.Key_Tab)
        press(PASSWORD)
    press(Qt.Key.Key_Return)

    window = inside(qtbot, application)
    assert window.desk.actor.name == "boss"
    assert window.desk.actor.roles == {"administrator"}


def test_two_different_passwords_are_told(application: Application, qtbot: QtBot) -> None:
    application.start()
    start = face(qtbot, application, FirstStart)
    assert isinstance(start, FirstStart)
    start.password.setText(PASSWORD)
    start.again.setText("another one")

    start.go.click()

    assert "differ" in start.problem.text()


def test_who_logs_out_comes_to_the_door_and_another_comes_in(
    application: Application, qtbot: QtBot
) -> None:
    application.start()
    start = face(qtbot, application, FirstStart)
    assert isinstance(start, FirstStart)
    start.sample_chosen.emit(PASSWORD)
    window = inside(qtbot, application)

    window.logged_out.emit()
    door = face(qtbot, application, Entrance)
    assert isinstance(door, Entrance)
    door.name.setText("checker")
    door.password.setText("wrong")
    door.go.click()
    qtbot.waitUntil(door.problem.isVisible, timeout=LONG_MS)
    door.password.setText(PASSWORD)
    door.go.click()

    assert inside(qtbot, application).desk.actor.name == "checker"


def test_the_language_changes_at_the_door(application: Application, qtbot: QtBot) -> None:
    application.start()
    start = face(qtbot, application, FirstStart)

    application.speak("zh_CN")

    assert application.door.face is not start
    assert i18n.language() == "zh_CN"
    application.use_language("en")


def test_a_backup_is_put_in_place_and_one_logs_in_again(
    application: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    url, file = f"sqlite:///{tmp_path / 'own.db'}", tmp_path / "x.backup"
    initialise(url, administrator="boss", password=PASSWORD)
    entered = come_in(url, "boss", PASSWORD)
    backup(entered.workspace, entered.actor, file)
    entered.workspace.write(
        entered.actor, add_user, name="later", password=PASSWORD, roles=["clerk"]
    )
    application._enter("boss", PASSWORD, url)
    entered.workspace.close()
    window = inside(qtbot, application)

    for password, told in (("wrong", "wrong"), (PASSWORD, "The backup is in place")):
        window.desk.restore_wanted.emit(Restoring(file=file, user="boss", password=password))
        door = face(qtbot, application, Entrance)
        assert isinstance(door, Entrance)
        assert told in door.problem.text()
        door.name.setText("boss")
        door.password.setText(PASSWORD)
        door.go.click()
        window = inside(qtbot, application)

    people = [row.name for row in window.desk.workspace.read(users)]
    assert people == ["boss"]
    assert len(list(tmp_path.glob("*before-restore*"))) == 1
