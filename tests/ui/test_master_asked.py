"""Master data of weight, asked for and agreed to, by keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.approval.queries import requests
from app.catalog.editing import (
    add_ledger_account,
)
from app.catalog.queries import accounts, channels, ledger_accounts, setting
from app.catalog.rules import AccountKind, Purpose, SettingName
from app.closing.deciding import approve_request
from app.db.workspace import Workspace
from app.identity.service import login
from tests.conftest import PASSWORD
from tests.ui.conftest import Opening, focused, press
from tests.ui.master_seat import Seat, sit
from ui.desk import EVERYTHING
from ui.widgets.editors import ChoiceEditor


def rates(workspace: Workspace, code: str) -> tuple[int | None, int | None]:
    row = next(row for row in workspace.read(channels) if row.code == code)
    return row.rate_ppm, row.minimum_fen


def cutoff(workspace: Workspace, code: str) -> int:
    return next(row.cutoff_minutes for row in workspace.read(channels) if row.code == code)


def agree(workspace: Workspace) -> None:
    """Approve the one thing that waits, as a checker at another window."""
    (waiting,) = workspace.read(requests)
    checker = login(workspace, "checker", PASSWORD)
    workspace.write(checker, approve_request, request_id=waiting.id)


def test_what_is_of_weight_is_asked_for(
    opened_sample: Opening, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    seat = sit(qtbot, opened_sample)
    _a_fee_is_asked_for_and_agreed_to(seat, sample_workspace)
    _a_cut_off_is_asked_for_and_withdrawn(seat, sample_workspace)
    _an_account_is_asked_for(seat, sample_workspace)
    _a_purpose_is_asked_for(seat, sample_workspace)


def _an_account_is_asked_for(seat: Seat, sample_workspace: Workspace) -> None:
    seat.pick("accounts", "31")
    seat.press(Qt.Key.Key_Return)
    seat.write("6222029999")
    seat.press(Qt.Key.Key_Return)
    assert "Sent for approval" in seat.said
    assert "→ 6222029999" in seat.pending
    assert "6222029999" not in {row.account_no for row in sample_workspace.read(accounts)}

    seat.press(Qt.Key.Key_Return)
    seat.write("6222028888")
    seat.press(Qt.Key.Key_Return)
    assert "already waits for approval, made by supervisor" in seat.problem
    seat.chord(Qt.Key.Key_E)

    agree(sample_workspace)
    assert "6222029999" in {row.account_no for row in sample_workspace.read(accounts)}


def _a_purpose_is_asked_for(seat: Seat, sample_workspace: Workspace) -> None:
    sample_workspace.write(
        login(sample_workspace, "supervisor", PASSWORD),
        add_ledger_account,
        code="6711.09",
        name="营业外支出-其他",
        kind=AccountKind.EXPENSE,
    )
    seat.part("ledger")
    seat.page.reload()
    seat.settle()
    seat.pick("ledger", "6711.09")
    box = seat.page.side.form.editors["purpose"]
    assert isinstance(box, ChoiceEditor)
    box.box.setCurrentIndex(box.box.findText("Non-operating expense"))
    seat.chord(Qt.Key.Key_S)
    assert "Booked by the program: – → Non-operating expense" in seat.pending
    agree(sample_workspace)
    served = {row.purpose: row.code for row in sample_workspace.read(ledger_accounts)}
    assert served[Purpose.NON_OPERATING_EXPENSE] == "6711.09"

    seat.pick("ledger", served[Purpose.FINANCE_COST])
    box.box.setCurrentIndex(0)
    seat.chord(Qt.Key.Key_S)
    assert "every purpose needs one" in seat.problem


def test_tolerances_are_the_supervisors(
    opened_sample: Opening, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    seat = sit(qtbot, opened_sample)
    name = SettingName.CHANNEL_TOLERANCE_FEN
    seat.pick("settings", name.value)
    for text, told in (("1000", "cannot be used"), ("x", "cannot be used")):
        seat.press(Qt.Key.Key_Return)
        seat.write(text)
        seat.press(Qt.Key.Key_Return)
        assert told in seat.problem
    seat.write("0.05")
    seat.press(Qt.Key.Key_Return)
    assert sample_workspace.read(setting, name) == 0
    assert "0.00 yuan → 0.05 yuan" in seat.pending
    assert "0.00 yuan → 0.05 yuan" in seat.happened[0]
    agree(sample_workspace)
    assert sample_workspace.read(setting, name) == 5
    seat.window.close()

    other = sit(qtbot, opened_sample, "clerk")
    other.pick("settings", name.value)
    other.press(Qt.Key.Key_Return)
    assert "role does not allow" in other.said
    assert "a supervisor can change it" in other.note
    assert other.page._list.table.hasFocus()


def _a_fee_is_asked_for_and_agreed_to(seat: Seat, sample_workspace: Workspace) -> None:
    seat.pick("fees", "BCM")
    assert "not checked" in seat.note
    seat.press(Qt.Key.Key_Return)
    seat.write("a lot")
    seat.press(Qt.Key.Key_Return)
    assert "“a lot” cannot be used for Fee rate" in seat.problem
    seat.write("0.38%")
    assert not seat.problem
    assert "a payment of 1,000.00: fee 3.80" in seat.note
    seat.press(Qt.Key.Key_Tab, "5.00", Qt.Key.Key_Return)
    assert "Sent for approval: BCM" in seat.said
    assert rates(sample_workspace, "BCM") == (None, None)
    assert "Waits for approval, asked for by supervisor" in seat.pending
    assert "Fee rate: – → 0.38%" in seat.pending
    agree(sample_workspace)
    seat.window.desk.changed.emit(EVERYTHING)
    seat.settle()
    assert rates(sample_workspace, "BCM") == (3_800, 500)
    assert "Fee rate: – → 0.38%" in seat.happened[0]
    assert not seat.pending


def _a_cut_off_is_asked_for_and_withdrawn(seat: Seat, sample_workspace: Workspace) -> None:
    seat.pick("channels", "ALIPAY")
    seat.press(Qt.Key.Key_Return)
    editor = seat.page.side.form.editors["cutoff_minutes"]
    while focused() is not editor.widget:
        press(Qt.Key.Key_Tab)
    seat.write("23:30")
    seat.press(Qt.Key.Key_Return)
    asked = seat.answer()

    assert "from 24:00 to 23:30" in asked
    assert cutoff(sample_workspace, "ALIPAY") == 24 * 60
    assert "Cut-off: 24:00 → 23:30" in seat.pending
    assert seat.page.actions_by_name["master.withdraw"].isEnabled()
    seat.chord(Qt.Key.Key_W)
    assert "Withdrawn: ALIPAY" in seat.said
    assert not seat.pending
    assert not seat.page.actions_by_name["master.withdraw"].isEnabled()
    assert not sample_workspace.read(requests)
