"""Drafting an adjustment from the list of discrepancies, by keyboard, in the real main window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.adjustments.attachments import attachments
from app.adjustments.listing import AdjustmentWish, adjustment_list, adjustment_rows
from app.adjustments.queries import AdjustmentView
from app.adjustments.rules import AdjustmentKind, AdjustmentStatus
from app.db.workspace import Workspace
from app.discrepancies.cases import case_rows
from app.discrepancies.rules import Status
from tests.ui.conftest import Opening, dialog, press, settle
from ui.dialogs.adjusting import AdjustDialog
from ui.main_window import MainWindow
from ui.pages.discrepancies import DiscrepanciesPage

ALT = Qt.KeyboardModifier.AltModifier


def adjustments(workspace: Workspace) -> list[AdjustmentView]:
    listed = workspace.read(adjustment_list, AdjustmentWish())
    return workspace.read(adjustment_rows, listed.ids)


def the_page(window: MainWindow, qtbot: QtBot) -> DiscrepanciesPage:
    found = window.page("discrepancies")
    assert isinstance(found, DiscrepanciesPage)
    settle(qtbot, window)
    qtbot.wait(120)
    settle(qtbot, window)
    return found


def drafting(qtbot: QtBot, window: MainWindow) -> AdjustDialog:
    """Return the dialog with the voucher that it shows."""
    found = dialog(qtbot)
    assert isinstance(found, AdjustDialog)
    qtbot.wait(160)
    settle(qtbot, window)
    return found


def of_kind(workspace: Workspace, page: DiscrepanciesPage, kind: str) -> list[int]:
    rows = workspace.read(case_rows, page._cases.ids())
    return [row.id for row in rows if row.kind.value == kind and row.status is Status.OPEN]


def cursor_on(page: DiscrepanciesPage, id_: int) -> None:
    page.table.go_to_row(page._cases.ids().index(id_))
    page.table.setFocus()


def test_a_difference_is_adjusted_with_its_proposed_kind(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened_sample(page="discrepancies")
    page = the_page(window, qtbot)
    id_ = of_kind(sample_workspace, page, "amount_differs")[0]
    cursor_on(page, id_)
    qtbot.wait(120)
    settle(qtbot, window)
    assert "1  Correct an amount  (proposed, also F6)" in page.view._todo.text()

    press(Qt.Key.Key_F6)
    asked = drafting(qtbot, window)

    assert asked.form.kind() is AdjustmentKind.CORRECT_AMOUNT
    *lines, total = asked.grid.rows()
    assert len(lines) == 2
    assert total.debit_fen == total.credit_fen == lines[0].debit_fen
    assert "Give the reason" in asked.problem.text()
    press("typed wrongly")
    proof = tmp_path / "proof.txt"
    proof.write_text("they paid less")
    asked.take_file(proof)
    qtbot.waitUntil(lambda: bool(asked.files))
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    (made,) = adjustments(sample_workspace)
    assert made.status is AdjustmentStatus.SUBMITTED
    assert made.discrepancy_ids == (id_,)
    assert made.reason == "typed wrongly"
    assert [one.name for one in sample_workspace.read(attachments, made.number)] == ["proof.txt"]
    (row,) = sample_workspace.read(case_rows, [id_])
    assert row.status is Status.SUBMITTED
    assert made.number in window.frame.status.message.text()
    assert made.number in window.desk.undo_list[-1].text


def test_a_digit_chooses_the_kind_and_escape_leaves_a_draft(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    window = opened_sample(page="discrepancies")
    page = the_page(window, qtbot)
    id_ = of_kind(sample_workspace, page, "missing_theirs")[0]
    cursor_on(page, id_)

    press("2")
    asked = drafting(qtbot, window)
    assert asked.form.kind() is AdjustmentKind.SHORTAGE
    press(Qt.Key.Key_1, ALT)
    assert asked.form.kind() is AdjustmentKind.REVERSE_PAYMENT
    asked.form.amount.setText("0.01")
    press("asking the bank")
    qtbot.wait(160)
    settle(qtbot, window)
    assert asked.grid.rows()[-1].debit_fen == 1
    press(Qt.Key.Key_Escape)
    settle(qtbot, window)

    (made,) = adjustments(sample_workspace)
    assert (made.status, made.amount_fen) == (AdjustmentStatus.DRAFT, 1)
    assert made.kind is AdjustmentKind.REVERSE_PAYMENT


def test_what_cannot_be_kept_is_said_before_it_is_lost(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    window = opened_sample(page="discrepancies")
    page = the_page(window, qtbot)
    cursor_on(page, of_kind(sample_workspace, page, "amount_differs")[0])
    press(Qt.Key.Key_F6)
    asked = drafting(qtbot, window)

    asked.form.amount.setText("99999999")
    press("more than there is")
    qtbot.wait(160)
    settle(qtbot, window)
    assert "only" in asked.problem.text()
    assert not asked.send.isEnabled()
    assert not asked.grid.rows()
    press(Qt.Key.Key_Escape)
    assert asked.isVisible()
    assert "Esc again leaves it" in asked.problem.text()
    press(Qt.Key.Key_Escape)
    settle(qtbot, window)

    assert not adjustments(sample_workspace)


def test_several_go_into_one_and_what_fits_none_is_said(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    window = opened_sample(page="discrepancies")
    page = the_page(window, qtbot)
    alike = of_kind(sample_workspace, page, "missing_theirs")[:2]
    other = of_kind(sample_workspace, page, "unexpected_arrival")[:1]
    assert len(alike) == 2
    page.work._adjusting.discrepancies(alike)
    asked = drafting(qtbot, window)
    assert "several payees" in asked.problem.text()
    asked.form.payee.setCurrentIndex(1)
    press("both failed")
    qtbot.wait(160)
    settle(qtbot, window)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)
    (made,) = adjustments(sample_workspace)
    assert (made.discrepancy_ids, made.payee) == (tuple(sorted(alike)), "10")

    page.work._adjusting.discrepancies([alike[0], *other])
    settle(qtbot, window)

    assert "No kind of adjustment fits all 2" in window.frame.status.message.text()


@pytest.mark.parametrize("who", ["checker", "supervisor"])
def test_who_may_not_adjust_is_told(opened_sample: Opening, qtbot: QtBot, who: str) -> None:
    window = opened_sample(who, page="discrepancies")
    the_page(window, qtbot).table.setFocus()

    press(Qt.Key.Key_F6)

    assert "your role does not allow this" in window.frame.status.message.text()
