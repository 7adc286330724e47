"""What every page says to whom: names for those who do not see it, no text left in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QTabBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.base import i18n
from tests.ui.conftest import Opening, settle
from ui.main_window import MainWindow

WORD = re.compile("[A-Za-z]{4,}")
CHINESE = re.compile("[\u4e00-\u9fff]")
OF_QT = {"Scroll Left", "Scroll Right"}
"""Without the program's start Qt's own texts are not translated."""


@pytest.fixture(params=["clerk", "administrator", "auditor"])
def window(request: pytest.FixtureRequest, opened_sample: Opening) -> MainWindow:
    """Return the main window in Chinese, for each role."""
    i18n.use("zh_CN")
    return opened_sample(str(request.param))


def test_everything_that_takes_the_keyboard_has_a_name_and_speaks_chinese(
    window: MainWindow, qtbot: QtBot
) -> None:
    nameless: set[tuple[str, str, str]] = set()
    foreign: set[tuple[str, str]] = set()

    for page in window.entries:
        window.show_page(page)
        settle(qtbot, window)
        for widget in window.findChildren(QWidget):
            if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                told = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
                if not told:
                    nameless.add((page, type(widget).__name__, widget.objectName()))
            foreign.update((page, text) for text in texts(widget) if is_foreign(text))

    assert not nameless
    assert not foreign


def texts(widget: QWidget) -> Iterator[str]:
    """Yield what a widget says of itself; not what users and files wrote."""
    yield widget.accessibleName()
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
        yield widget.toolTip()
    elif isinstance(widget, QTabBar):
        yield from (widget.tabText(place) for place in range(widget.count()))
    elif isinstance(widget, QComboBox):
        yield from (widget.itemText(place) for place in range(widget.count()))
    elif isinstance(widget, QTableView) and not widget.objectName():
        model, across = widget.model(), Qt.Orientation.Horizontal
        for place in range(model.columnCount()):
            yield str(model.headerData(place, across))


def is_foreign(text: str) -> bool:
    """Return whether a text has words and none of them is Chinese."""
    known = text in OF_QT or text == "English" or "/" in text or "_" in text
    return bool(WORD.search(text)) and not CHINESE.search(text) and not known
