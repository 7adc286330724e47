"""The real main window, offscreen, and what leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget
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
MODIFIERS = {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt}


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
        with qtbot.waitActive(window, timeout=WAIT_MS):
            window.show()
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
    """Return the widget that has the keyboard.

    Waits until it is shown and in the window in front: a key that is sent before goes to a widget
    that nobody sees, or to the window before, and does something else there.
    """
    limit = time.monotonic() + WAIT_MS / 1000
    while (widget := _keyboard()) is None and time.monotonic() < limit:
        _give_keyboard()
        QTest.qWait(5)
    assert widget is not None, "nothing that is shown has the keyboard"
    return widget


def keyboard_at(widget: QWidget) -> None:
    """Put the keyboard into a widget."""
    widget.setFocus()
    found = focused()
    assert found is (widget.focusProxy() or widget), found


def come_back(window: MainWindow, qtbot: QtBot) -> None:
    """Do what a window manager does when a dialog closes, or somebody turns to a window."""
    window.activateWindow()

    def has_keyboard() -> bool:
        widget = QApplication.focusWidget()
        return widget is not None and widget.window() is window

    qtbot.waitUntil(has_keyboard, timeout=WAIT_MS)


def type_paths(qtbot: QtBot, *paths: Path) -> None:
    """Type names of files, or of a folder, into the dialog that asks for them."""
    shown = dialog(qtbot)
    assert isinstance(shown, QFileDialog)
    line = shown.findChild(QLineEdit, "fileNameEdit")
    assert line is not None
    keyboard_at(line)
    line.selectAll()
    press(" ".join(f'"{path}"' for path in paths) if len(paths) > 1 else str(paths[0]))
    press(Qt.Key.Key_Return)


def _keyboard() -> QWidget | None:
    """Return the widget that would get a key now; None while windows come and go."""
    window = QApplication.activeWindow()
    modal = QApplication.activeModalWidget()
    if window is None or not window.isVisible() or modal not in (None, window):
        return None
    widget = QApplication.focusWidget() or window
    return widget if widget.isVisible() else None


def _give_keyboard() -> None:
    """Do what a window manager does when a window closes; without a screen there is none."""
    shown = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
    if QApplication.activeWindow() is None and shown:
        (QApplication.activeModalWidget() or shown[-1]).activateWindow()


def dialog(qtbot: QtBot) -> QWidget:
    """Return the dialog that is open; waits for it."""

    def ready() -> bool:
        widget = QApplication.activeModalWidget()
        return widget is not None and widget is QApplication.activeWindow()

    qtbot.waitUntil(ready, timeout=WAIT_MS)
    widget = QApplication.activeModalWidget()
    assert widget is not None
    return widget


class Keys(QObject):
    """Counts the keys that people press."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and watched is QApplication.focusWidget()
            and event.key() not in MODIFIERS
        ):
            self.count += 1
        return False


@pytest.fixture
def keys(qapp: QApplication) -> Iterator[Keys]:
    """Return a counter of keys."""
    counter = Keys()
    qapp.installEventFilter(counter)
    yield counter
    qapp.removeEventFilter(counter)
