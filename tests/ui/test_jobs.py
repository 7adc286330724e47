"""The list of jobs, the lock, long messages and the crash dialog: what stands around the pages."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.base.progress import Progress
from app.matching.rules import Task
from app.upkeep.defects import Defect
from tests.ui.conftest import Opening, dialog, press, settle
from ui.dialogs.crash import CrashDialog
from ui.dialogs.lists import JobRow, JobsDialog
from ui.jobs import Job, JobState
from ui.main_window import MainWindow

CONTROL = Qt.KeyboardModifier.ControlModifier
WAIT_S = 20


@pytest.fixture
def window(opened_sample: Opening) -> MainWindow:
    """Return the main window on the day board."""
    return opened_sample(page="board")


class Slowly:
    """Work that reports as often as it is let, until it is told to end."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.reported = threading.Event()

    def __call__(self, progress: Progress) -> None:
        done = 0
        while not self.go.wait(0.05):
            done += 1_000
            progress.advance(min(done, 90_000), 100_000, "rows")
            self.reported.set()


def start(window: MainWindow, title: str = "long work") -> tuple[Job, Slowly]:
    work = Slowly()
    job = window.desk.job(title, work, writes=False)
    return job, work


def texts(row: JobRow) -> str:
    return " ".join(label.text() for label in row.findChildren(QLabel))


def test_a_job_tells_how_far_it_is_and_how_long_it_still_takes(
    window: MainWindow, qtbot: QtBot
) -> None:
    job, work = start(window)
    press("j", CONTROL)
    box = dialog(qtbot)
    assert isinstance(box, JobsDialog)
    (row,) = box.findChildren(JobRow)

    qtbot.waitUntil(lambda: "left" in texts(row) and "a second" in texts(row), timeout=5_000)

    assert "long work" in texts(row)
    assert row.bar.value() > 0
    assert "1 job runs" in window.frame.bar.jobs.text()
    other, more = start(window, "another one")
    assert [one._job.title for one in box.findChildren(JobRow)].count("another one") == 1
    for one in (work, more):
        one.go.set()
    qtbot.waitUntil(lambda: {job.state, other.state} == {JobState.DONE})
    assert not row.bar.isVisible()
    assert "Done: " in window.frame.status.message.text()
    box.close()
    settle(qtbot, window)


def test_the_window_goes_on_while_a_job_runs_and_cancelling_stops_it(
    window: MainWindow, qtbot: QtBot
) -> None:
    job, work = start(window)
    assert work.reported.wait(WAIT_S)

    press("4", CONTROL)
    assert window.frame.current == "discrepancies"
    press("j", CONTROL)
    box = dialog(qtbot)
    (row,) = box.findChildren(JobRow)
    row.stop.setFocus()
    press(Qt.Key.Key_Space)

    qtbot.waitUntil(lambda: job.state is JobState.CANCELLED)
    assert "Nothing was changed" in window.frame.status.message.text()
    box.close()
    settle(qtbot, window)


def test_a_run_tells_its_tasks_by_their_names(window: MainWindow, qtbot: QtBot) -> None:
    notes: list[str] = []
    window.desk.jobs.listed.connect(lambda job: job.changed.connect(lambda: notes.append(job.note)))

    press("r", CONTROL)
    settle(qtbot, window)

    assert any("reconciliation" in note for note in notes)
    assert not set(notes) & {task.value for task in Task}


def test_without_a_key_the_window_locks_itself_and_hides_what_was_open(
    window: MainWindow, qtbot: QtBot
) -> None:
    press("k", CONTROL)
    assert dialog(qtbot).isVisible()
    page = window.pages["board"]

    window._idle.setInterval(50)
    window._restart_idle()
    qtbot.waitUntil(lambda: window.locked, timeout=5_000)

    assert not page.isVisible()
    open_now = [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog)]
    assert not any(one.isVisible() for one in open_now)
    window._unlocked(window.desk.actor)
    window._idle.stop()
    settle(qtbot, window)


def test_a_long_message_neither_widens_the_window_nor_hides_the_rest(
    window: MainWindow, qtbot: QtBot
) -> None:
    least = window.frame.minimumSizeHint().width()

    window.desk.warn("a sentence that is longer than the window is wide " * 10)
    settle(qtbot, window)

    status = window.frame.status
    assert window.frame.minimumSizeHint().width() == least
    assert status.chain.geometry().right() <= window.width()
    assert len(status.message.toolTip()) > 400


def test_a_defect_shows_its_reference_and_the_work_goes_on(
    window: MainWindow, qtbot: QtBot
) -> None:
    def broken(_progress: Progress) -> None:
        raise ZeroDivisionError("a mistake of ours")

    told: list[Defect] = []
    window.desk.messages.crashed.connect(told.append)
    window.desk.job("broken work", broken, writes=False)
    box = dialog(qtbot)

    assert isinstance(box, CrashDialog)
    shown = " ".join(label.text() for label in box.findChildren(QLabel))
    assert told[0].reference in shown
    assert "Traceback" not in shown
    press_button(box, "Copy details")
    assert "a mistake of ours" in QGuiApplication.clipboard().text()
    assert told[0].reference in QGuiApplication.clipboard().text()
    press(Qt.Key.Key_Escape)
    window.activateWindow()
    press("4", CONTROL)
    assert window.frame.current == "discrepancies"
    settle(qtbot, window)


def press_button(box: QDialog, text: str) -> None:
    (button,) = [one for one in box.findChildren(QPushButton) if one.text() == text]
    button.setFocus()
    press(Qt.Key.Key_Space)
