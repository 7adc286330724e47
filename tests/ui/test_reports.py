"""Papers are chosen, seen and checked, by keyboard, in the real main window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.adjustments.queries import VoucherFilter, vouchers
from app.adjustments.service import approve
from app.base import i18n
from app.catalog.queries import accounts
from app.closing.queries import latest_day
from app.closing.rules import StatementState
from app.closing.statements import statement, statements, submit_statement
from app.db.workspace import Workspace
from app.identity.service import login
from app.reporting.papers.gathering import BUILDERS
from app.reporting.queries import recent
from app.reporting.rules import PageForm, ReportKind
from app.reporting.service import void
from app.reporting.titles import title
from app.reporting.wishes import Wish
from tests.conftest import PASSWORD
from tests.ui.conftest import WAIT_MS, Opening, dialog, keyboard_at, press, settle
from tests.ui.reports_seat import (
    CTRL,
    front,
    papers_of,
    part_of,
    printed,
    said,
    shown,
    texts_of,
)
from tests.ui.test_adjustments import drafted
from ui.desk import Target
from ui.dialogs.asking import Ask
from ui.formatting import amount
from ui.pages.adjustments import AdjustmentsPage
from ui.pages.adjustments_requests import RequestsPart
from ui.pages.reports_check import CheckPart
from ui.pages.reports_papers import PapersPart
from ui.pages.reports_prints import PrintsPart
from ui.pages.vouchers import VouchersPage

# ---------------------------------------------------------------- choosing and seeing


def test_every_paper_that_can_be_made_is_listed_and_favourites_come_first(
    opened_sample: Opening, qtbot: QtBot
) -> None:
    window = opened_sample("clerk", page="reports")
    papers = papers_of(window, qtbot).papers
    texts = [papers.item(row).text() for row in range(papers.count())]
    wanted = [title(kind) for kind in BUILDERS if kind is not ReportKind.AUDIT]
    assert sorted(text[3:] for text in texts) == sorted(wanted)

    papers.choose(ReportKind.AGEING)
    keyboard_at(papers)
    press("f")

    assert papers.item(0).text() == f"★  {title(ReportKind.AGEING)}"
    assert papers.kind() is ReportKind.AGEING
    again = opened_sample("auditor", page="reports")
    there = papers_of(again, qtbot).papers
    assert there.kind() is ReportKind.AGEING
    assert there.count() == papers.count() + 1
    keyboard_at(there)
    press("f")
    assert there.favourites() == []


def test_a_paper_is_seen_before_it_has_a_number_and_its_pages_are_turned_by_keys(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    preview = part.view.preview
    assert preview is not None
    assert preview.pages > 1
    image = part.view.sheet.image
    assert image is not None
    first = image.copy()
    assert part.where.text() == f"page 1 of {preview.pages}"

    keyboard_at(part.papers)
    press(Qt.Key.Key_PageDown)
    shown(window, qtbot)

    assert part.where.text() == f"page 2 of {preview.pages}"
    assert part.view.sheet.image != first
    press(Qt.Key.Key_PageUp)
    shown(window, qtbot)
    assert part.view.sheet.image == first
    assert not window.page("reports").actions_by_name["reports.previous_page"].isEnabled()
    assert sample_workspace.read(recent) == []


def test_a_page_is_shown_larger_smaller_whole_or_as_wide_as_there_is_room(
    opened_sample: Opening, qtbot: QtBot
) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    first = part.view.sheet.image
    assert first is not None

    keyboard_at(part.papers)
    press("+")
    shown(window, qtbot)

    larger = part.view.sheet.image
    assert larger is not None
    assert larger.width() > first.width()
    press("-")
    press("w")
    press("w")
    shown(window, qtbot)
    wide = part.view.sheet.image
    assert wide is not None
    assert abs(wide.width() - part.view.area.viewport().width()) < 40


def test_a_statement_is_submitted_for_approval_and_shown_as_waiting(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    actions = window.page("reports").actions_by_name
    assert not actions["reports.submit"].isEnabled()
    part.papers.choose(ReportKind.STATEMENT)
    shown(window, qtbot)
    assert actions["reports.submit"].isEnabled()

    keyboard_at(part.papers)
    press(Qt.Key.Key_Return, CTRL)
    shown(window, qtbot)
    assert "Choose one bank account" in said(window)
    part.form.account.setCurrentIndex(1)
    shown(window, qtbot)
    before = part.view.sheet.image
    assert before is not None
    before = before.copy()
    keyboard_at(part.papers)
    press(Qt.Key.Key_Return, CTRL)
    shown(window, qtbot)

    # What is shown now says its number and that it waits.
    assert part.view.sheet.image != before
    (one,) = sample_workspace.read(statements)
    assert one.state is StatementState.SUBMITTED
    assert one.figures.account_no == part.form.wish().account_no
    assert one.number in said(window)


def test_a_checker_sees_the_figures_and_the_paper_before_he_approves_a_statement(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    clerk = login(sample_workspace, "clerk", PASSWORD)
    day = sample_workspace.read(latest_day)
    account = sample_workspace.read(accounts)[0].account_no
    number = sample_workspace.write(clerk, submit_statement, account_no=account, day=day).value
    figures = sample_workspace.read(statement, number).figures
    window = opened_sample("checker", page="adjustments")
    page = window.page("adjustments")
    assert isinstance(page, AdjustmentsPage)
    page.show_part(RequestsPart)
    settle(qtbot, window)
    part = page.part
    assert isinstance(part, RequestsPart)
    assert f"{number} {account}" in part.heading.text()
    assert f"Adjusted balance: {amount(figures.adjusted_book_fen)}" in part.change.text()

    keyboard_at(part.table)
    press("S", Qt.KeyboardModifier.ShiftModifier)
    shown(window, qtbot)
    papers = papers_of(window, qtbot)
    assert window.frame.current == "reports"
    assert papers.form.wish().keys == (number,)
    assert papers.view.preview is not None

    window.show_page("adjustments")
    settle(qtbot, window)
    keyboard_at(part.table)
    press("y")
    asked = dialog(qtbot)
    assert isinstance(asked, Ask)
    asked.accept()
    settle(qtbot, window)
    assert sample_workspace.read(statement, number).state is StatementState.APPROVED


def test_what_is_asked_fits_the_paper(opened_sample: Opening, qtbot: QtBot) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    form = part.form
    day = window.desk.day
    part.papers.choose(ReportKind.RECEIPT)
    assert form.numbers.isVisible()
    assert form.right.isVisible()
    assert not form.channel.isVisible()
    assert form.wish() == Wish(
        kind=ReportKind.RECEIPT, form=PageForm.A4, day=day, every=True, keys=()
    )

    form.form.setCurrentIndex(form.form.findData(PageForm.HALF.value))
    form.right.setValue(2.5)
    form.down.setValue(-1)
    form.numbers.setPlainText("D1， D2\nD1")
    wish = form.wish()

    assert (wish.form, wish.offset) == (PageForm.HALF, (25, -10))
    assert (wish.keys, wish.every) == (("D1", "D2"), False)
    form.form.setCurrentIndex(form.form.findData(PageForm.A4.value))
    assert form.wish().offset == (0, 0)
    form.form.setCurrentIndex(form.form.findData(PageForm.HALF.value))
    assert form.wish().offset == (25, -10)
    part.papers.choose(ReportKind.DISCREPANCIES)
    assert not form.numbers.isVisible()
    assert form.wish() == Wish(kind=ReportKind.DISCREPANCIES, form=PageForm.A4, day=day)
    form.time.setCurrentIndex(1)
    form.last.clear()
    assert form.first.isVisible()
    assert not form.day.isVisible()
    assert (form.wish().day, form.wish().first, form.wish().last) == (None, day, None)


def test_what_cannot_be_used_or_is_not_there_is_said_in_the_place_of_the_preview(
    opened_sample: Opening, qtbot: QtBot
) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)

    part.form.day.setText("the first")
    shown(window, qtbot)

    assert part.view.pile.currentWidget() is part.view.trouble
    assert "is not a date" in part.view.trouble.words()
    assert not window.page("reports").actions_by_name["reports.print"].isEnabled()
    part.papers.choose(ReportKind.RECEIPT)
    part.form.day.setText("2026-03-04")
    part.form.numbers.setPlainText("nobody's")
    shown(window, qtbot)
    assert "nobody's" in part.view.trouble.words()
    part.papers.choose(ReportKind.DISCREPANCIES)
    part.form.time.setCurrentIndex(1)
    part.form.first.clear()
    part.form.last.clear()
    shown(window, qtbot)
    assert "first or the last day" in part.view.trouble.words()


def test_the_language_and_the_day_change_the_preview(opened_sample: Opening, qtbot: QtBot) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    before = part.view.preview
    assert before is not None

    part.form.language.setCurrentIndex(part.form.language.findData("zh_CN"))
    shown(window, qtbot)

    assert part.view.preview is not None
    assert part.view.preview.content != before.content
    press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    shown(window, qtbot)
    assert window.desk.day is not None
    assert part.form.day.text() == window.desk.day.isoformat()
    i18n.use("zh_CN")
    window.build()
    again = papers_of(window, qtbot)
    assert again.form.language.currentData() == "zh_CN"
    assert "报表" in window.windowTitle()


# ---------------------------------------------------------------- checking


def test_a_scanned_code_tells_the_paper_and_a_file_is_held_against_it(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    issue = printed(sample_workspace, ReportKind.SUMMARY, tmp_path)
    window = opened_sample("clerk", page="reports")
    part = part_of(window, qtbot, CheckPart)
    keyboard_at(part.line)
    press(f"DUIPING {issue.number} {issue.code}")
    press(Qt.Key.Key_Return)
    shown(window, qtbot)
    assert part.heading.text() == "✓ Printed here and valid"
    facts = " ".join(texts_of(part))
    assert all(one in facts for one in (issue.number, "by clerk", "original, one of 1", "pages"))

    part.hold(tmp_path / "summary.pdf")
    shown(window, qtbot)

    assert part.file_told.text().startswith("✓ summary.pdf is the file")
    (tmp_path / "other.pdf").write_bytes(b"%PDF")
    part.hold(tmp_path / "other.pdf")
    shown(window, qtbot)
    assert part.file_told.text().startswith("✗ other.pdf is not the file")
    part.hold(tmp_path / "gone.pdf")
    shown(window, qtbot)
    assert "gone.pdf cannot be read" in said(window)
    press("o", CTRL)
    asked = dialog(qtbot)
    assert isinstance(asked, QFileDialog)
    asked.reject()


def test_wrong_codes_void_papers_and_numbers_of_others_are_told_apart(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    issue = printed(sample_workspace, ReportKind.SUMMARY, tmp_path)
    other = printed(sample_workspace, ReportKind.AGEING, tmp_path)
    clerk = login(sample_workspace, "clerk", PASSWORD)
    sample_workspace.write(clerk, void, number=other.number, reason="torn")
    window = opened_sample("clerk", page="reports")
    part = part_of(window, qtbot, CheckPart)
    told = []

    for text in (
        issue.code[:-1] + ("2" if issue.code[-1] != "2" else "3"),
        "2222-2222-2222-2222",
        f"DUIPING {other.number} {issue.code}",
        other.code,
    ):
        part.check(text)
        shown(window, qtbot)
        told.append((part.heading.text(), part.told.text()))

    assert [heading for heading, _words in told] == [
        "▲ Mistyped",
        "✗ Not one of ours",
        "✗ Forged or mixed up",
        "▲ Printed here, but void",
    ]
    assert other.number in told[2][1]
    assert "torn" in told[3][1]


def test_the_box_finds_a_code_and_a_number(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    issue = printed(sample_workspace, ReportKind.SUMMARY, tmp_path)
    window = opened_sample("clerk", page="board")
    press("k", CTRL)
    dialog(qtbot)
    press(issue.code.lower())
    press(Qt.Key.Key_Return)
    shown(window, qtbot)
    found = front(window, qtbot, CheckPart).found
    assert found is not None
    assert found.issue.number == issue.number

    press("k", CTRL)
    dialog(qtbot)
    press(issue.number)
    press(Qt.Key.Key_Return)
    shown(window, qtbot)

    rows = front(window, qtbot, PrintsPart).rows.rows()
    assert [one.number for one in rows] == [issue.number]


# ---------------------------------------------------------------- from other pages


def test_ctrl_p_on_the_board_shows_the_day_report(opened_sample: Opening, qtbot: QtBot) -> None:
    window = opened_sample("clerk", page="board")
    shown(window, qtbot)

    press("p", CTRL)
    shown(window, qtbot)

    part = front(window, qtbot, PapersPart)
    assert part.isVisible()
    assert part.papers.kind() is ReportKind.DAY
    assert part.view.preview is not None


def test_ctrl_p_on_a_voucher_and_on_an_adjustment_shows_its_paper(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    numbers = drafted(sample_workspace, 2)
    checker = login(sample_workspace, "checker", PASSWORD)
    sample_workspace.write(checker, approve, numbers=numbers)
    (first, second) = sample_workspace.read(vouchers, VoucherFilter())
    window = opened_sample("checker", page="vouchers")
    shown(window, qtbot)
    page = window.page("vouchers")
    assert isinstance(page, VouchersPage)
    keyboard_at(page.table)
    page.table.selectAll()
    press("p", CTRL)
    shown(window, qtbot)

    part = front(window, qtbot, PapersPart)

    assert set(part.form.wish().keys) == {first.number, second.number}
    assert part.view.preview is not None
    assert part.view.preview.papers == 2
    window.open(Target(page="adjustments", key=numbers[0]))
    possible = window.page("adjustments").actions_by_name["adjustments.print"].isEnabled
    qtbot.waitUntil(possible, timeout=WAIT_MS)
    settle(qtbot, window)
    press("p", CTRL)
    shown(window, qtbot)
    assert part.form.wish() == Wish(
        kind=ReportKind.ADJUSTMENT,
        form=PageForm.A4,
        day=window.desk.day,
        keys=(numbers[0],),
    )
