"""The manual inside the program."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from pytestqt.qtbot import QtBot

from app.base import i18n, manual
from tests.ui.conftest import Opening, dialog, press
from ui.dialogs.help import HelpDialog


def test_f1_opens_the_chapter_of_the_page_with_its_keys(opened: Opening, qtbot: QtBot) -> None:
    window = opened()
    window.show_page("files")

    press(Qt.Key.Key_F1)

    box = dialog(qtbot)
    assert isinstance(box, HelpDialog)
    text = box.text.toPlainText()
    assert box.list.currentItem().text() == "Files: import, replace, take back"
    assert text.startswith("Files: import, replace, take back")
    assert "No row is ever skipped silently." in text
    assert "Ctrl+Shift+O" in text.rpartition("On this page\n")[2]
    assert "Undo list" in text.rpartition("On every page\n")[2]
    box.close()


def test_links_and_the_list_lead_to_other_chapters(qtbot: QtBot) -> None:
    i18n.use("en")
    box = HelpDialog("board", "", "Day board")
    qtbot.addWidget(box)

    box.text.anchorClicked.emit(QUrl("discrepancies.md"))

    assert box.list.currentItem().text().startswith("Discrepancies")
    assert box.text.toPlainText().startswith("Discrepancies")
    assert "Unidentified money out" in box.text.toPlainText()
    assert "￼" not in box.text.toPlainText()  # no picture that a packed program does not have

    box.list.setCurrentRow(0)

    assert box.text.toPlainText().startswith("The first day")


def test_a_page_without_a_chapter_shows_its_sentence(qtbot: QtBot) -> None:
    box = HelpDialog("other", "What it is for.", "Other")
    qtbot.addWidget(box)

    assert "What it is for." in box.text.toPlainText()


def test_a_chapter_that_is_not_translated_comes_in_another_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = manual.chapter_path
    monkeypatch.setattr(
        manual, "chapter_path", lambda spoken, name: real(spoken if spoken != "en" else "xx", name)
    )
    i18n.use("en")

    found = manual.chapter("first-day")

    assert found is not None
    assert found.title == "第一天"
