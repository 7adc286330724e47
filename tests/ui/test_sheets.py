"""The list of discrepancies out to a spreadsheet and back, in the real main window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.db.workspace import Workspace
from app.discrepancies.cases import case_rows
from app.discrepancies.history import case_notes
from app.reporting.roundtrip import COLUMNS
from tests.ui.conftest import Opening, dialog, press, settle
from ui.dialogs.taking_back import TakeBackDialog
from ui.main_window import MainWindow
from ui.pages.discrepancies import DiscrepanciesPage

NAMES = [one.name for one in COLUMNS]


def page_of(window: MainWindow, qtbot: QtBot) -> DiscrepanciesPage:
    found = window.page("discrepancies")
    assert isinstance(found, DiscrepanciesPage)
    settle(qtbot, window)
    qtbot.wait(120)
    settle(qtbot, window)
    return found


def test_a_sheet_goes_out_is_filled_in_and_comes_back(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened_sample(page="discrepancies")
    page = page_of(window, qtbot)
    first, second = page._cases.ids()[:2]
    path = tmp_path / "list.xlsx"
    page.sheets.write_to(path)
    settle(qtbot, window)
    book = openpyxl.load_workbook(path)
    sheet: Any = book.active
    lines = {sheet.cell(line, 1).value: line for line in range(3, sheet.max_row + 1)}
    assert list(lines) == list(page._cases.ids())
    sheet.cell(lines[first], NAMES.index("note") + 1).value = "from the sheet"
    sheet.cell(lines[second], NAMES.index("assignee") + 1).value = "nobody at all"
    book.save(path)

    page.sheets.read_from(path)
    asked = dialog(qtbot)
    assert isinstance(asked, TakeBackDialog)
    assert "changes 1 discrepancy" in asked.sentence.text()
    assert "1 row cannot be taken back" in asked.sentence.text()
    assert "works on no discrepancies" in str(asked.rows.index(0, 3).data())
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    assert [note.text for note in sample_workspace.read(case_notes, first)] == ["from the sheet"]
    (untouched,) = sample_workspace.read(case_rows, [second])
    assert untouched.assignee == ""
    assert "0 assigned, 1 noted, 0 drafted" in window.frame.status.message.text()


def test_a_file_that_was_not_written_here_is_refused(
    opened_sample: Opening, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened_sample(page="discrepancies")
    page = page_of(window, qtbot)
    (tmp_path / "other.xlsx").write_bytes(b"PK\x03\x04 nothing")

    page.sheets.read_from(tmp_path / "other.xlsx")
    settle(qtbot, window)

    assert "no list of discrepancies" in window.frame.status.message.text()
