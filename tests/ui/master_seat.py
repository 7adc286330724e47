"""One person in front of the page of the master data."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Opening, dialog, press, settle
from ui.desk import Target
from ui.dialogs.asking import Ask
from ui.main_window import MainWindow
from ui.pages.master import MasterPage

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One person in front of the page."""

    window: MainWindow
    page: MasterPage
    bot: QtBot

    @property
    def said(self) -> str:
        return self.window.frame.status.message.text()

    @property
    def title(self) -> str:
        return self.page.side.form.title.text()

    @property
    def problem(self) -> str:
        return self.page.side.form.problem.text()

    @property
    def pending(self) -> str:
        label = self.page.side.pending
        return label.text() if label.isVisible() else ""

    @property
    def note(self) -> str:
        return self.page.side.form.note.text()

    @property
    def codes(self) -> list[str]:
        rows = self.page._list.rows
        return [str(rows.data(rows.index(number, 0))) for number in range(rows.rowCount())]

    @property
    def happened(self) -> list[str]:
        table = self.page.side.changes
        columns = range(table.columnCount())
        return [
            " ".join(str(table.data(table.index(number, column))) for column in columns)
            for number in range(table.rowCount())
        ]

    def settle(self) -> None:
        settle(self.bot, self.window)
        self.bot.waitUntil(lambda: not self.page._wait.isActive())
        settle(self.bot, self.window)

    def press(self, *keys: Qt.Key | str) -> None:
        for key in keys:
            press(key)
        self.settle()

    def chord(self, key: Qt.Key, modifier: Qt.KeyboardModifier = CONTROL) -> None:
        press(key, modifier)
        self.settle()

    def write(self, text: str) -> None:
        """Write into the line that has the keyboard, in place of what is there."""
        press(Qt.Key.Key_A, CONTROL)
        press(text)
        self.settle()

    def part(self, name: str) -> None:
        for _step in range(7):
            if self.page.section.name == name:
                return
            self.chord(Qt.Key.Key_PageDown)
        raise AssertionError(name)

    def pick(self, part: str, key: str) -> None:
        self.page.go(Target(page="master", scope=part, key=key))
        self.settle()

    def answer(self) -> str:
        asked = dialog(self.bot)
        assert isinstance(asked, Ask)
        sentence = asked.findChildren(QLabel)[0].text()
        press(Qt.Key.Key_Return)
        self.back()
        return sentence

    def back(self) -> None:
        """Do what a window manager does when a dialog closes."""
        self.window.activateWindow()
        self.settle()


def sit(bot: QtBot, opening: Opening, name: str = "supervisor") -> Seat:
    window = opening(name, page="master")
    page = window.page("master")
    assert isinstance(page, MasterPage)
    seat = Seat(window=window, page=page, bot=bot)
    seat.settle()
    return seat
