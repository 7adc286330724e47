"""The frame around the pages."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import ClassVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.base import i18n
from app.base.bundle import bundled
from app.base.i18n import N_
from app.calendar.service import set_day
from tests.conftest import PASSWORD
from tests.ui.conftest import Opening, dialog, press, settle
from ui import main_window
from ui.actions import ACTIONS
from ui.desk import Desk
from ui.dialogs.palette import PaletteDialog
from ui.pages.page import Page
from ui.pages.table import PAGES, Entry
from ui.theme import DARK, LIGHT, Tones
from ui.widgets.panels import label

CONTROL = Qt.KeyboardModifier.ControlModifier
READABLE = 4.5


class OnePage(Page):
    name: ClassVar[str] = "one"
    tables: ClassVar[frozenset[str]] = frozenset({"app_user"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, desk=desk)
        self.read = 0
        QVBoxLayout(self).addWidget(label("here"))

    def reload(self) -> None:
        self.read += 1


class OtherPage(OnePage):
    name: ClassVar[str] = "other"


@pytest.fixture(autouse=True)
def _two_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        Entry(name=name, title=N_("Day"), picture="scale", place=f"{__name__}:{kind}")
        for name, kind in (("one", "OnePage"), ("other", "OtherPage"))
    ]
    monkeypatch.setattr(main_window, "PAGES", entries)
    monkeypatch.setattr(Entry, "load", lambda entry: {"one": OnePage}.get(entry.name, OtherPage))


def test_pages_open_by_their_keys(opened: Opening) -> None:
    window = opened()

    press(Qt.Key.Key_2, CONTROL)

    assert window.frame.current == "other"
    assert window.frame.navigation.buttons["other"].isChecked()


def test_a_hidden_page_reads_when_it_is_shown(opened: Opening) -> None:
    window = opened()
    other = window.page("other")
    assert isinstance(other, OtherPage)
    assert other.read == 0

    window.show_page("other")
    window.show_page("one")
    window.show_page("other")

    assert other.read == 1


def test_the_box_finds_a_page_by_its_name(opened: Opening, qtbot: QtBot) -> None:
    window = opened()
    press(Qt.Key.Key_K, CONTROL)
    box = dialog(qtbot)
    assert isinstance(box, PaletteDialog)

    press("Lock")
    press(Qt.Key.Key_Return)

    assert window.locked
    window._unlocked(window.desk.actor)


def test_whoever_types_or_moves_the_mouse_is_not_locked_out(opened: Opening) -> None:
    window = opened()
    handle = window.windowHandle()
    window._idle.stop()

    QTest.keyClick(handle, Qt.Key.Key_Shift)

    assert window._idle.isActive()
    window._idle.stop()
    QTest.mouseMove(handle, QPoint(300, 300))
    QApplication.processEvents()
    assert window._idle.isActive()


def test_what_is_locked_is_hidden_until_the_right_password(opened: Opening, qtbot: QtBot) -> None:
    window = opened()
    page = window.pages["one"]

    window.lock()

    assert not page.isVisible()
    assert "Day" not in window.windowTitle()
    press("wrong")
    press(Qt.Key.Key_Return)
    settle(qtbot, window)
    assert not page.isVisible()
    press(PASSWORD)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)
    assert not window.locked


def test_keys_do_nothing_while_it_is_locked(opened: Opening) -> None:
    window = opened()
    window.lock()

    press(Qt.Key.Key_2, CONTROL)

    assert window.frame.current == "one"
    window._unlocked(window.desk.actor)


def test_another_language_needs_no_new_start(opened: Opening) -> None:
    window = opened()
    window.show_page("other")

    i18n.use("zh_CN")
    window.build()

    assert window.frame.current == "other"
    assert "对平" in window.windowTitle()


def test_a_change_elsewhere_is_noticed(opened: Opening, qtbot: QtBot) -> None:
    window, second = opened(), opened("supervisor")
    page = window.pages["one"]
    assert isinstance(page, OnePage)
    window.start()
    settle(qtbot, window)
    before = page.read
    second.desk.write(set_day, day=date(2026, 10, 13), working=False, note="x").then()
    settle(qtbot, second)

    qtbot.waitUntil(lambda: page.read > before, timeout=10_000)


def test_own_work_at_another_window_is_noticed_with_the_next_change(
    opened: Opening, qtbot: QtBot
) -> None:
    window, second = opened("supervisor"), opened("supervisor")
    page = window.pages["one"]
    assert isinstance(page, OnePage)
    window.start()
    settle(qtbot, window)
    window.desk._timer.stop()
    before = page.read

    for number, one in enumerate((second, window), start=13):
        day = date(2026, 10, number)
        one.desk.write(set_day, day=day, working=False, note="x").then()
        settle(qtbot, one)

    assert page.read == before + 1


def test_the_first_window_waits_for_no_heavy_library() -> None:
    heavy = {"numpy", "pyarrow", "duckdb", "ibis", "openpyxl", "reportlab"}
    code = f"import sys, ui.application; print(*sorted({heavy!r} & set(sys.modules)))"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )

    assert done.stdout.split() == []


def test_no_two_actions_of_a_page_share_a_key() -> None:
    pages = {one.page for one in ACTIONS.values()}
    for page in pages | {"window"}:
        keys = [
            QKeySequence(part.strip()).toString()
            for one in ACTIONS.values()
            if one.page in (page, "window")
            for part in one.keys.split(";")
            if part.strip()
        ]
        assert len(keys) == len(set(keys)), page


def test_every_action_has_its_icon_and_page() -> None:
    names = {kind.name for kind in PAGES} | {"window"}
    for one in ACTIONS.values():
        assert one.page in names
        assert not one.icon or bundled("resources", "icons", f"{one.icon}.svg").exists()
        assert all(not QKeySequence(p.strip()).isEmpty() for p in one.keys.split(";") if p.strip())


@pytest.mark.parametrize("chosen", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["window", "panel", "base", "alternate", "selected", "marked"])
def test_text_is_readable_on_every_ground(chosen: Tones, ground: str) -> None:
    names = ["text"] if ground == "marked" else ["text", "muted", "good", "warn", "bad", "info"]
    low = {
        name: round(contrast(getattr(chosen, name), getattr(chosen, ground)), 2)
        for name in names
        if contrast(getattr(chosen, name), getattr(chosen, ground)) < READABLE
    }

    assert not low


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
