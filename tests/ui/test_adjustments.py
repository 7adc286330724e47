"""The page of the adjustments: the maker's list and the checker's queue, by keyboard."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.adjustments.drafting import Draft
from app.adjustments.listing import AdjustmentWish, adjustment_list, adjustment_rows
from app.adjustments.preparing import prepare
from app.adjustments.previewing import beginning
from app.adjustments.queries import AdjustmentView
from app.adjustments.rules import AdjustmentKind, AdjustmentStatus
from app.adjustments.service import approve
from app.catalog.queries import settings
from app.catalog.rules import SettingName
from app.closing.master import change_setting
from app.db.workspace import Actor, Workspace
from app.discrepancies.casefilter import CaseFilter
from app.discrepancies.cases import case_list, case_rows
from app.discrepancies.rules import Status
from app.identity.service import login
from app.matching.rules import Kind
from tests.conftest import PASSWORD
from tests.ui.conftest import Opening, dialog, press, settle
from ui.desk import Target
from ui.dialogs.adjusting import AdjustDialog
from ui.dialogs.asking import Ask
from ui.dialogs.choosing import Choose
from ui.dialogs.proving import ProveDialog
from ui.main_window import MainWindow
from ui.pages.adjustments import AdjustmentsPage
from ui.pages.adjustments_list import AdjustmentsPart
from ui.pages.adjustments_requests import RequestsPart
from ui.pages.adjustments_suspense import SuspensePart
from ui.widgets.adjustment_filters import View

CONTROL = Qt.KeyboardModifier.ControlModifier
DRAFT, SUBMITTED = AdjustmentStatus.DRAFT, AdjustmentStatus.SUBMITTED


def drafted(workspace: Workspace, count: int, *, submit: bool = True) -> list[str]:
    """Let the clerk draft that many adjustments of channel differences; return their numbers."""
    clerk = login(workspace, "clerk", PASSWORD)
    ids = workspace.read(case_list, CaseFilter()).ids
    rows = [row for row in workspace.read(case_rows, ids) if row.status is Status.OPEN]
    numbers: list[str] = []
    for row in rows:
        begun = workspace.read(beginning, discrepancy_ids=(row.id,))
        if len(numbers) < count and begun.possible.kinds and row.difference_fen:
            wanted = Draft(
                kind=begun.possible.kinds[0], discrepancy_ids=(row.id,), reason="seen at the bank"
            )
            made = workspace.write(clerk, prepare, wanted=wanted, then_submit=submit)
            numbers.append(made.value.number)
    assert len(numbers) == count
    return numbers


def by_number(workspace: Workspace) -> dict[str, AdjustmentView]:
    ids = workspace.read(adjustment_list, AdjustmentWish()).ids
    return {row.number: row for row in workspace.read(adjustment_rows, ids)}


def part_of(window: MainWindow, qtbot: QtBot) -> AdjustmentsPart:
    page = window.page("adjustments")
    assert isinstance(page, AdjustmentsPage)
    shown(window, qtbot)
    part = page.parts[0]
    assert isinstance(part, AdjustmentsPart)
    return part


def shown(window: MainWindow, qtbot: QtBot) -> None:
    settle(qtbot, window)
    qtbot.wait(120)
    settle(qtbot, window)


def said(window: MainWindow) -> str:
    return window.frame.status.message.text()


def test_the_queue_goes_on_by_itself(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    first, second, third = drafted(sample_workspace, 3)
    window = opened_sample("checker", page="adjustments")
    part = part_of(window, qtbot)
    assert part.filters.view is View.TO_CHECK
    sheet = part.view.sheet
    assert sheet is not None
    assert sheet.detail.view.number == third
    assert "seen at the bank" in part.view.why.text()
    assert len(part.view.grid.rows()) == len(sheet.detail.lines) + bool(sheet.detail.lines)

    press(Qt.Key.Key_Return)
    shown(window, qtbot)

    assert by_number(sample_workspace)[third].status is AdjustmentStatus.APPROVED
    assert "1 adjustment approved" in said(window)
    assert part.view.sheet is not None
    assert part.view.sheet.detail.view.number == second
    press("r")
    asked = dialog(qtbot)
    assert isinstance(asked, Ask)
    assert not asked.act.isEnabled()
    press("no proof")
    asked.accept()
    shown(window, qtbot)

    returned = by_number(sample_workspace)[second]
    assert (returned.status, returned.end_reason) == (AdjustmentStatus.RETURNED, "no proof")
    assert part.view.sheet is not None
    assert part.view.sheet.detail.view.number == first


def test_many_are_approved_after_count_and_sum_were_said(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    numbers = drafted(sample_workspace, 4)
    window = opened_sample("checker", page="adjustments")
    part = part_of(window, qtbot)
    total = sum(row.amount_fen for row in by_number(sample_workspace).values())
    press("a", CONTROL)

    press(Qt.Key.Key_Return)
    asked = dialog(qtbot)
    assert isinstance(asked, Ask)
    text = asked.findChildren(type(part.total))[0].text()
    assert text.startswith("4 selected, ")
    assert int(re.sub(r"[^0-9-]", "", text.split(",", 1)[1].split("yuan")[0])) == total
    press(Qt.Key.Key_Return)
    shown(window, qtbot)

    after = by_number(sample_workspace)
    assert {after[number].status for number in numbers} == {AdjustmentStatus.APPROVED}
    assert part.pile.currentWidget() is part.empty


def test_an_old_password_is_asked_for_again(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    (number,) = drafted(sample_workspace, 1)
    window = opened_sample("checker", page="adjustments")
    part_of(window, qtbot)
    actor = window.desk.actor
    assert actor.proved_at is not None
    old = actor.proved_at - timedelta(minutes=6)
    window.desk.actor = type(actor)(
        user_id=actor.user_id,
        name=actor.name,
        roles=actor.roles,
        machine=actor.machine,
        proved_at=old,
    )

    press(Qt.Key.Key_Return)
    asked = dialog(qtbot)
    assert isinstance(asked, ProveDialog)
    press("wrong")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(asked.problem.text()), timeout=10_000)
    assert by_number(sample_workspace)[number].status is SUBMITTED
    asked.line.setText(PASSWORD)
    press(Qt.Key.Key_Return)
    shown(window, qtbot)

    assert by_number(sample_workspace)[number].status is AdjustmentStatus.APPROVED


def test_the_maker_goes_on_with_a_draft_and_withdraws(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    draft, other = drafted(sample_workspace, 2, submit=False)
    window = opened_sample(page="adjustments")
    part = part_of(window, qtbot)
    assert part.filters.view is View.MINE
    part.table.go_to_row(1)
    shown(window, qtbot)
    press(Qt.Key.Key_F2)
    asked = dialog(qtbot)
    assert isinstance(asked, AdjustDialog)
    assert asked.form.reason.text() == "seen at the bank"
    asked.form.reason.setText("seen twice")
    qtbot.wait(160)
    settle(qtbot, window)
    press(Qt.Key.Key_Return)
    shown(window, qtbot)
    row = by_number(sample_workspace)[draft]
    assert (row.status, row.reason) == (SUBMITTED, "seen twice")

    window.desk.open(Target(page="adjustments", key=draft))
    shown(window, qtbot)
    proof = tmp_path / "proof.txt"
    proof.write_text("late proof")
    part.work.attach_file(proof)
    qtbot.waitUntil(lambda: by_number(sample_workspace)[draft].status is AdjustmentStatus.RETURNED)
    window.desk.open(Target(page="adjustments", key=other))
    shown(window, qtbot)
    part.table.setFocus()
    press("w")
    press(Qt.Key.Key_Return)
    shown(window, qtbot)

    assert by_number(sample_workspace)[other].status is AdjustmentStatus.WITHDRAWN


@pytest.mark.parametrize("who", ["clerk", "supervisor"])
def test_who_may_not_approve_does_not(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, who: str
) -> None:
    (number,) = drafted(sample_workspace, 1)
    window = opened_sample(who, page="adjustments")
    part = part_of(window, qtbot)
    part.filters.views.setCurrentIndex(list(View).index(View.ALL))
    shown(window, qtbot)
    part.table.setFocus()

    press(Qt.Key.Key_Return)
    shown(window, qtbot)

    assert by_number(sample_workspace)[number].status is SUBMITTED
    assert "role does not allow" in said(window)


def park(workspace: Workspace) -> Actor:
    """Let money that arrived in excess be parked; return the checker who approved it."""
    clerk = login(workspace, "clerk", PASSWORD)
    checker = login(workspace, "checker", PASSWORD)
    ids = workspace.read(case_list, CaseFilter()).ids
    over = [
        row.id
        for row in workspace.read(case_rows, ids)
        if row.status is Status.OPEN and row.kind is Kind.OVER_ARRIVAL
    ]
    wanted = Draft(
        kind=AdjustmentKind.UNKNOWN_MONEY, discrepancy_ids=(over[0],), reason="nobody knows"
    )
    number = workspace.write(clerk, prepare, wanted=wanted, then_submit=True).value.number
    workspace.write(checker, approve, numbers=[number])
    return checker


def suspense_of(window: MainWindow, qtbot: QtBot) -> SuspensePart:
    page = window.page("adjustments")
    assert isinstance(page, AdjustmentsPage)
    page.show_part(SuspensePart)
    shown(window, qtbot)
    part = page.part
    assert isinstance(part, SuspensePart)
    part.table.setFocus()
    return part


def test_parked_money_is_handed_over(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    park(sample_workspace)
    window = opened_sample(page="adjustments")
    part = suspense_of(window, qtbot)
    assert "✓ The ledger's balance equals" in part.check.text()
    assert "1 item: 20.00 parked" in part.total.text()

    press("h")
    asked = dialog(qtbot)
    assert isinstance(asked, Choose)
    names = [asked.list.item(place).text() for place in range(asked.list.count())]
    asked.list.setCurrentRow(names.index("supervisor"))
    press(Qt.Key.Key_Return)
    shown(window, qtbot)

    assert part._items.rows()[0].owner == "supervisor"


def test_parked_money_is_claimed_for_a_household(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    checker = park(sample_workspace)
    window = opened_sample(page="adjustments")
    part = suspense_of(window, qtbot)

    press("c")
    drafting = dialog(qtbot)
    assert isinstance(drafting, AdjustDialog)
    press("0101234567")
    drafting.form.reason.setText("the customer called")
    qtbot.wait(160)
    settle(qtbot, window)
    press(Qt.Key.Key_Return)
    shown(window, qtbot)

    claim = max(by_number(sample_workspace).values(), key=lambda row: row.id)
    assert (claim.status, claim.household) == (SUBMITTED, "0101234567")
    sample_workspace.write(checker, approve, numbers=[claim.number])
    part.reload()
    shown(window, qtbot)
    assert part.pile.currentWidget() is part.empty


def test_the_count_in_the_bar_leads_to_what_waits(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    supervisor = login(sample_workspace, "supervisor", PASSWORD)
    sample_workspace.write(
        supervisor, change_setting, name=SettingName.SMALL_DIFFERENCE_LIMIT_FEN, value=2_00
    )
    window = opened_sample("checker")
    shown(window, qtbot)
    assert window.frame.bar.waiting.isVisible()
    assert window.frame.bar.waiting.text() == "1 to approve"

    window.actions_by_name["window.waiting"].trigger()
    shown(window, qtbot)
    page = window.page("adjustments")
    assert isinstance(page, AdjustmentsPage)
    assert isinstance(page.part, RequestsPart)
    page.part.table.setFocus()
    press("y")
    asked = dialog(qtbot)
    assert isinstance(asked, Ask)
    press(Qt.Key.Key_Return)
    shown(window, qtbot)

    assert sample_workspace.read(settings)[SettingName.SMALL_DIFFERENCE_LIMIT_FEN] == 2_00
    assert not window.frame.bar.waiting.isVisible()
    assert page.part.pile.currentIndex() == 1
