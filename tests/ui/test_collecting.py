"""Garbage is collected on the window's thread."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
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
