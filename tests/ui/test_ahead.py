"""Pages are made before anybody opens them."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.base import i18n
from tests.ui.conftest import WAIT_MS, Opening, press, settle
from ui.main_window import MainWindow
from ui.pages import ahead
from ui.pages.page import Page
from ui.pages.reconcile import ReconcilePage
from ui.pages.table import Entry

CONTROL = Qt.KeyboardModifier.ControlModifier


def prepare(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.prepared, timeout=WAIT_MS):
        window.start()


def test_all_pages_are_made_and_none_is_read(
    opened_sample: Opening, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened_sample()
    read: list[str] = []
    for entry in window.entries.values():
        kind = entry.load()
        monkeypatch.setattr(kind, "reload", lambda page: read.append(page.name))

    prepare(qtbot, window)

    assert set(window.pages) == set(window.entries)
    assert read == []
    reconcile = window.pages["reconcile"]
    assert isinstance(reconcile, ReconcilePage)
    assert list(reconcile.linked) == [reconcile.task]
    press(Qt.Key.Key_3, CONTROL)
    assert read == ["reconcile"]


def test_a_page_that_was_opened_meanwhile_stays(opened_sample: Opening, qtbot: QtBot) -> None:
    window = opened_sample()
    window.start()
    window.show_page("system" if "system" in window.entries else "master")
    opened = window.pages[window.frame.current]

    qtbot.waitUntil(lambda: set(window.pages) == set(window.entries), timeout=WAIT_MS)
    settle(qtbot, window)

    assert window.pages[window.frame.current] is opened


def test_in_another_language_they_are_made_again(opened_sample: Opening, qtbot: QtBot) -> None:
    window = opened_sample()
    prepare(qtbot, window)
    before = dict(window.pages)

    i18n.use("en")
    with qtbot.waitSignal(window.prepared, timeout=WAIT_MS):
        window.build()

    assert set(window.pages) == set(window.entries)
    assert not any(window.pages[name] is before[name] for name in before)
    for name in window.entries:
        window.show_page(name)
        settle(qtbot, window)


def test_one_that_cannot_be_loaded_stops_no_other(
    opened_sample: Opening, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened_sample()
    load = Entry.load

    def loaded(entry: Entry) -> type[Page]:
        if entry.name == "arrivals":
            raise ImportError
        return load(entry)

    monkeypatch.setattr(Entry, "load", loaded)

    prepare(qtbot, window)

    assert set(window.entries) - set(window.pages) == {"arrivals"}


def test_what_a_person_waits_for_goes_first(opened_sample: Opening, qtbot: QtBot) -> None:
    window = opened_sample()
    shown, read = set(window.pages), threading.Event()
    window.desk.jobs.read(read.wait, done=lambda _read: None, failed=lambda _error: None)
    window.start()

    qtbot.wait(300)
    assert set(window.pages) == shown

    with qtbot.waitSignal(window.prepared, timeout=WAIT_MS):
        read.set()


def test_who_works_for_long_does_not_keep_them_from_being_made(
    opened_sample: Opening, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "_PATIENCE", 3)
    window = opened_sample()
    read = threading.Event()
    window.desk.jobs.read(read.wait, done=lambda _read: None, failed=lambda _error: None)

    prepare(qtbot, window)
    read.set()


def test_whoever_closes_the_window_waits_for_none(opened_sample: Opening, qtbot: QtBot) -> None:
    window = opened_sample()
    shown = set(window.pages)
    window.start()

    window.close()
    qtbot.wait(200)

    assert set(window.pages) == shown


def test_another_language_may_come_before_a_page_is_whole(
    opened_sample: Opening, qtbot: QtBot
) -> None:
    window = opened_sample()
    window.start()
    for name in window.entries:
        while name not in window.pages:
            qtbot.wait(1)
        i18n.use("en" if i18n.language() == "zh_CN" else "zh_CN")
        window.build()

    with qtbot.waitSignal(window.prepared, timeout=WAIT_MS):
        window.build()
    assert set(window.pages) == set(window.entries)
