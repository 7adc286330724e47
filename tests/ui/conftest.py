"""The real main window, offscreen, and what leaves nothing behind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QEvent, QSettings, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.base.progress import Silent
from app.db.workspace import Workspace
from app.demo.sample import Sample, make_sample
from app.identity.service import login
from tests.conftest import PASSWORD
from tests.sharing import Shelf
from ui.collecting import Collector
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.theme import dress

Opening = Callable[..., MainWindow]
WAIT_MS = 20_000


@pytest.fixture(scope="session", autouse=True)
def _dressed(qapp: QApplication) -> None:
    dress(qapp)


@pytest.fixture(scope="module", autouse=True)
def _collected_here(qapp: QApplication) -> Iterator[None]:
    """Collect garbage on the window's thread, as the program does."""
    collector = Collector(qapp)
    yield
    collector.stop()
    collector.deleteLater()


@pytest.fixture
def preferences(tmp_path: Path) -> QSettings:
    """Return settings of a file that belongs to the test."""
    return QSettings(str(tmp_path / "duiping.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def opened(qtbot: QtBot, sqlite_workspace: Workspace, preferences: QSettings) -> Iterator[Opening]:
    """Return a function that opens the main window on an empty database for a user."""
    yield from opening(qtbot, sqlite_workspace, preferences)


@pytest.fixture(scope="session")
def sample_template(shelf: Shelf) -> tuple[Path, Sample]:
    """Return a database with a reconciled sample day, and the files of the next; tests copy it."""

    def made(folder: Path) -> tuple[Path, Sample]:
        database = folder / "sample.db"
        sample = make_sample(
            f"sqlite:///{database}", folder / "files", password=PASSWORD, progress=Silent()
        )
        return database, sample

    return shelf.get("sample", made)


@pytest.fixture
def sample(sample_template: tuple[Path, Sample]) -> Sample:
    """Return which day is loaded, and where the files of the next one are."""
    return sample_template[1]


@pytest.fixture
def sample_workspace(tmp_path: Path, sample_template: tuple[Path, Sample]) -> Iterator[Workspace]:
    """Return a database with a reconciled sample day that belongs to the test."""
    path = tmp_path / "sample.db"
    shutil.copy(sample_template[0], path)
    opened = Workspace.open(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def opened_sample(
    qtbot: QtBot, sample_workspace: Workspace, preferences: QSettings
) -> Iterator[Opening]:
    """Return a function that opens the main window on the sample day for a user."""
    yield from opening(qtbot, sample_workspace, preferences)


def opening(qtbot: QtBot, workspace: Workspace, preferences: QSettings) -> Iterator[Opening]:
    """Yield a function that opens the main window; close what it opened."""
    windows: list[MainWindow] = []

    def open_for(
        name: str = "clerk", *, size: tuple[int, int] = (1366, 768), page: str = ""
    ) -> MainWindow:
        actor = login(workspace, name, PASSWORD)
        window = MainWindow(Desk(workspace, actor, preferences))
        windows.append(window)
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        settle(qtbot, window)
        if page:
            window.show_page(page)
            settle(qtbot, window)
        return window

    yield open_for
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.sendPostedEvents(None, 0)
    QApplication.processEvents()


@pytest.fixture(autouse=True)
def _nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    yield
    QApplication.sendPostedEvents(None, 0)
    qapp.processEvents()
    # Outside of an event loop Qt leaves what is to be deleted to the next one, amid the next test.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    left = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    timers = [
        timer
        for widget in QApplication.topLevelWidgets()
        for timer in widget.findChildren(QTimer)
        if timer.isActive() and widget.isVisible()
    ]
    assert not left
    assert not timers


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until no job runs and the window has drawn what came back."""
    for _round in range(3):
        qtbot.waitUntil(lambda: window.desk.jobs.busy == 0, timeout=WAIT_MS)
        qtbot.wait(10)
    qtbot.waitUntil(lambda: window.desk.jobs.busy == 0, timeout=WAIT_MS)


def press(
    key: Qt.Key | str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press a key, or type a text, where the keyboard is."""
    widget = focused()
    if isinstance(key, str) and not key.isascii():
        event = QInputMethodEvent()
        event.setCommitString(key)
        QApplication.sendEvent(widget, event)
    elif isinstance(key, str):
        QTest.keyClicks(widget, key, modifier)
    else:
        QTest.keyClick(widget, key, modifier)


def focused() -> QWidget:
    """Return the widget that has the keyboard."""
    widget = QApplication.focusWidget() or QApplication.activeModalWidget()
    widget = widget or QApplication.activeWindow()
    assert widget is not None, "nothing has the keyboard"
    return widget


def dialog(qtbot: QtBot) -> QWidget:
    """Return the dialog that is open; waits for it."""

    def found() -> QWidget | None:
        return QApplication.activeModalWidget()

    def ready() -> bool:
        widget, focus = found(), QApplication.focusWidget()
        return widget is not None and (focus is None or focus.window() is widget)

    qtbot.waitUntil(ready, timeout=WAIT_MS)
    widget = found()
    assert widget is not None
    return widget
