"""The page of the vouchers, by keyboard, in the real main window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.adjustments.queries import VoucherFilter, vouchers
from app.adjustments.rules import VoucherKind
from app.adjustments.service import approve, reverse_adjustment
from app.db.workspace import Workspace
from app.identity.service import login
from tests.conftest import PASSWORD
from tests.ui.conftest import Opening, dialog, press, settle
from tests.ui.test_adjustments import drafted
from ui.dialogs.asking import Ask
from ui.dialogs.palette import PaletteDialog
from ui.main_window import MainWindow
from ui.pages.adjustments import AdjustmentsPage
from ui.pages.adjustments_list import AdjustmentsPart
from ui.pages.vouchers import VouchersPage


def page_of(window: MainWindow, qtbot: QtBot) -> VouchersPage:
    page = window.page("vouchers")
    assert isinstance(page, VouchersPage)
    shown(window, qtbot)
    return page


def shown(window: MainWindow, qtbot: QtBot) -> None:
    settle(qtbot, window)
    qtbot.wait(100)
    settle(qtbot, window)


def test_a_voucher_is_seen_as_a_form_and_reversed_through_its_adjustment(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    numbers = drafted(sample_workspace, 3)
    checker = login(sample_workspace, "checker", PASSWORD)
    sample_workspace.write(checker, approve, numbers=numbers)
    posted = sample_workspace.read(vouchers, VoucherFilter())
    window = opened_sample("checker", page="vouchers")
    page = page_of(window, qtbot)
    assert page.table.model().rowCount() == len(posted) > 0
    one = page.form.voucher
    assert one is not None
    *lines, total = page.form.grid.rows()
    assert len(lines) == len(one.lines)
    assert (total.debit_fen, total.credit_fen) == (one.total_fen, one.total_fen)
    assert "clerk" in page.form.maker.text()

    press("v")
    asked = dialog(qtbot)
    assert isinstance(asked, Ask)
    press("booked twice")
    asked.accept()
    shown(window, qtbot)

    after = sample_workspace.read(vouchers, VoucherFilter())
    (red,) = [each for each in after if each.kind is VoucherKind.REVERSAL]
    assert (red.reverses, red.total_fen) == (one.number, -one.total_fen)
    page.table.header.set_filters({"number": red.number})
    page.reload()
    shown(window, qtbot)
    assert page.form.title.text() == "Voucher (red letter)"
    assert one.number in page.form.cancels.text()
    model = page.form.grid.table.model()
    texts = [str(model.index(0, place).data()) for place in range(model.columnCount())]
    assert any(text.startswith("-") for text in texts)


def test_keys_lead_from_a_voucher_to_the_one_that_cancels_it_and_to_its_adjustment(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    (number,) = drafted(sample_workspace, 1)
    checker = login(sample_workspace, "checker", PASSWORD)
    sample_workspace.write(checker, approve, numbers=[number])
    sample_workspace.write(checker, reverse_adjustment, number=number, reason="twice")
    black, red = sample_workspace.read(vouchers, VoucherFilter())
    window = opened_sample("checker", page="vouchers")
    page = page_of(window, qtbot)
    assert page.form.voucher is not None
    assert page.form.voucher.number == red.number

    page.table.setFocus()
    press("g")
    shown(window, qtbot)
    assert page.form.voucher.number == black.number
    page.table.setFocus()
    press("t")
    shown(window, qtbot)

    there = window.page("adjustments")
    assert isinstance(there, AdjustmentsPage)
    assert there.isVisible()


def test_numbers_of_vouchers_and_adjustments_are_found_with_ctrl_k(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    numbers = drafted(sample_workspace, 2)
    checker = login(sample_workspace, "checker", PASSWORD)
    sample_workspace.write(checker, approve, numbers=numbers)
    first = sample_workspace.read(vouchers, VoucherFilter())[0]
    window = opened_sample("checker", page="board")

    _look_for(first.number, window, qtbot)
    page = page_of(window, qtbot)
    assert page.isVisible()
    assert page.form.voucher is not None
    assert page.form.voucher.number == first.number

    _look_for(numbers[1], window, qtbot)
    there = window.page("adjustments")
    assert isinstance(there, AdjustmentsPage)
    assert there.isVisible()
    part = there.parts[0]
    assert isinstance(part, AdjustmentsPart)
    model = part.table.model()
    texts = [str(model.index(0, place).data()) for place in range(model.columnCount())]
    assert model.rowCount() == 1
    assert numbers[1] in texts


def _look_for(number: str, window: MainWindow, qtbot: QtBot) -> None:
    press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    box = dialog(qtbot)
    assert isinstance(box, PaletteDialog)
    press(number)
    qtbot.waitUntil(lambda: not box._wait.isActive())
    settle(qtbot, window)
    press(Qt.Key.Key_Return)
    shown(window, qtbot)


def test_what_is_listed_is_exported(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    numbers = drafted(sample_workspace, 2)
    checker = login(sample_workspace, "checker", PASSWORD)
    sample_workspace.write(checker, approve, numbers=numbers)
    window = opened_sample("auditor", page="vouchers")
    page = page_of(window, qtbot)
    lines = sum(len(one.lines) for one in sample_workspace.read(vouchers, VoucherFilter()))

    page.exporting.export_to(tmp_path / "out.csv", "side-and-amount")
    shown(window, qtbot)

    text = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == lines + 1
    page.exporting.export_to(tmp_path / "out.doc", "side-and-amount")
    assert "should end with" in window.frame.status.message.text()
    page.table.setFocus()
    press("v")
    assert "your role does not allow this" in window.frame.status.message.text()


def test_without_vouchers_it_says_where_they_come_from(opened: Opening, qtbot: QtBot) -> None:
    window = opened("clerk", page="vouchers")
    page = page_of(window, qtbot)

    assert page.pile.currentWidget() is page.empty
    assert not page.actions_by_name["vouchers.export"].isEnabled()
    press(Qt.Key.Key_Return)
