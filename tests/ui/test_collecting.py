"""Garbage is collected on the window's thread."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.collecting import Collector


class Ring:
    """Holds itself, and remembers on which thread it went."""

    def __init__(self, gone: list[threading.Thread]) -> None:
        self.itself = self
        weakref.finalize(self, lambda: gone.append(threading.current_thread()))


def test_what_threads_leave_is_collected_by_the_window(qtbot: QtBot) -> None:
    gone: list[threading.Thread] = []

    def work() -> None:
        for _number in range(20_000):
            Ring(gone)

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert not gone

    qtbot.waitUntil(lambda: len(gone) == 20_000)
    assert set(gone) == {threading.main_thread()}


@pytest.mark.usefixtures("qapp")
def test_afterwards_python_collects_by_itself_again() -> None:
    was = gc.isenabled()
    collector = Collector()
    assert not gc.isenabled()

    collector.stop()

    assert gc.isenabled()
    if not was:
        gc.disable()


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[Collector]:
    made = Collector(qapp)
    yield made
    made.stop()
    gc.disable()
    gc.freeze()
    made.deleteLater()


def test_what_is_kept_is_looked_through_while_the_user_is_elsewhere(collector: Collector) -> None:
    gone: list[threading.Thread] = []
    Ring(gone)
    collector.keep()

    gc.collect()
    assert not gone
    collector.look_through_all(Qt.ApplicationState.ApplicationActive)
    assert not gone

    collector.look_through_all(Qt.ApplicationState.ApplicationInactive)
    assert gone


def test_what_outlived_everything_is_not_looked_through_again(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, 1_000))
    held = [Ring([])]

    collector.collect()

    assert gc.get_freeze_count() > 0
    assert not any(one is held[0] for one in gc.get_objects())
