"""Papers are saved, printed, reprinted and made void in the real main window."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtGui import QPageLayout
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.base.progress import Progress
from app.db.workspace import Workspace
from app.reporting.drawing import Drawn, How, draw
from app.reporting.pictures import opened as pdf
from app.reporting.queries import prints_of, recent
from app.reporting.rules import Format, ReportKind
from tests.ui.conftest import Opening, dialog, keyboard_at, press
from tests.ui.reports_seat import (
    CTRL,
    add_reader,
    front,
    papers_of,
    part_of,
    printed,
    printer_to,
    said,
    shown,
)
from ui.dialogs.asking import Ask
from ui.jobs import JobState
from ui.pages.reports_check import CheckPart
from ui.pages.reports_papers import PapersPart
from ui.pages.reports_prints import PrintsPart
from ui.widgets.panels import EmptyState

# ---------------------------------------------------------------- saving


def test_many_receipts_are_seen_in_part_and_saved_whole(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    part.papers.choose(ReportKind.RECEIPT)
    shown(window, qtbot)
    preview = part.view.preview
    assert preview is not None
    assert preview.left > 0
    assert f"first {preview.pages} of {preview.papers} papers" in part.view.note.text()

    press("s", CTRL)
    asked = dialog(qtbot)
    assert isinstance(asked, QFileDialog)
    assert asked.selectedFiles()[0].endswith(f"Receipt of payment_{window.desk.day}.pdf")
    asked.fileSelected.emit(str(tmp_path / "receipts.pdf"))
    asked.reject()
    shown(window, qtbot)

    issues = sample_workspace.read(recent, limit=2_000)
    assert len(issues) == preview.papers
    with pdf(tmp_path / "receipts.pdf") as pages:
        assert pages.count == sum(one.pages for one in issues)
    assert f"{preview.papers} papers from {issues[-1].number} on" in said(window)


def test_a_sheet_is_saved(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    part.form.format.setCurrentIndex(part.form.format.findData("xlsx"))
    wish = part.form.wish()

    part.printing.save_to(tmp_path / "a.xlsx", part.order_of(wish, "Title", "name"))
    shown(window, qtbot)

    (issue,) = sample_workspace.read(recent)
    assert issue.format is Format.XLSX
    assert (tmp_path / "a.xlsx").stat().st_size > 1_000
    assert f"Saved: {issue.number}" in said(window)
    part.papers.choose(ReportKind.RECEIPT)
    shown(window, qtbot)
    wish = part.form.wish()
    part.printing.save_to(tmp_path / "b.xlsx", part.order_of(wish, "Title", "name"))
    shown(window, qtbot)
    assert "Several papers at once" in said(window)
    assert not (tmp_path / "b.xlsx").exists()


def test_a_stopped_batch_uses_no_number_and_leaves_no_file(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    part.papers.choose(ReportKind.RECEIPT)
    shown(window, qtbot)

    part.printing.save_to(tmp_path / "a.pdf", part.order_of(part.form.wish(), "Receipts", "a"))
    window.jobs[-1].cancel()
    shown(window, qtbot)

    assert window.jobs[-1].state is JobState.CANCELLED
    assert sample_workspace.read(recent) == []
    assert list(tmp_path.glob("*.pdf*")) == []
    assert "Cancelled" in said(window)


# ---------------------------------------------------------------- printing


def test_ctrl_p_asks_for_the_printer_with_the_pages_that_there_are(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    assert part.view.preview is not None

    press("p", CTRL)

    asked = dialog(qtbot)
    assert isinstance(asked, QPrintDialog)
    assert (asked.minPage(), asked.maxPage()) == (1, part.view.preview.pages)
    page = asked.printer().pageLayout()
    assert page.fullRect().width() > page.fullRect().height()
    asked.reject()
    shown(window, qtbot)
    assert sample_workspace.read(recent) == []


def test_a_continuous_form_is_the_sheet_of_the_printer(
    opened_sample: Opening, qtbot: QtBot
) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    part.papers.choose(ReportKind.RECEIPT)
    part.form.form.setCurrentIndex(part.form.form.findData("241x93.1"))
    shown(window, qtbot)
    preview = part.view.preview
    assert preview is not None
    assert preview.size == part.order_of(part.form.wish(), "Receipts", "a").size == (2410, 931)

    press("p", CTRL)

    asked = dialog(qtbot)
    assert isinstance(asked, QPrintDialog)
    sheet = asked.printer().pageLayout().fullRect(QPageLayout.Unit.Millimeter)
    assert (round(sheet.width()), round(sheet.height())) == (241, 93)
    asked.reject()


def test_the_pages_wanted_are_printed_and_the_paper_is_on_record(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    printer = printer_to(tmp_path / "out.pdf")
    printer.setFromTo(2, 3)
    printer.setPrintRange(QPrinter.PrintRange.PageRange)

    part.printing.print_on(printer, part.order_of(part.form.wish(), "Summary", "a"))
    shown(window, qtbot)

    (issue,) = sample_workspace.read(recent)
    assert f"Printed: {issue.number}" in said(window)
    assert issue.pages > 2
    with pdf(tmp_path / "out.pdf") as pages:
        assert pages.count == 2
        assert min(pages.picture(0, 40).data) < 60


def test_a_print_that_is_stopped_while_pages_are_painted_uses_no_number(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    drawn: list[Path] = []

    def slowly(path: Path, papers: object, how: How, progress: Progress) -> Drawn:
        made = draw(path, papers, how, progress)  # type: ignore[arg-type]
        drawn.append(path)
        window.jobs[-1].cancel()
        return made

    part.printing.renderer = slowly
    order = part.order_of(part.form.wish(), "Summary", "a")
    part.printing.print_on(printer_to(tmp_path / "out.pdf"), order)
    shown(window, qtbot)

    assert drawn
    assert window.jobs[-1].state is JobState.CANCELLED
    assert sample_workspace.read(recent) == []
    part.printing.renderer = draw
    part.printing.print_on(printer_to(tmp_path / "out.pdf"), order)
    shown(window, qtbot)
    assert [one.serial for one in sample_workspace.read(recent)] == [1]


def test_where_pages_are_not_held_the_paper_is_on_record_before_the_first_is_painted(
    opened_sample: Opening,
    sample_workspace: Workspace,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ui.pages.printing._HOLDS_PAGES", False)
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    order = part.order_of(part.form.wish(), "Summary", "a")
    part.printing.print_on(printer_to(tmp_path / "out.pdf"), order)
    shown(window, qtbot)
    assert len(sample_workspace.read(recent)) == 1

    def stopped(_spool: object, _file: Path, progress: Progress) -> int:
        window.jobs[-1].cancel()
        progress.advance(0, 1)
        return 0

    monkeypatch.setattr("ui.pages.spool.Spool.fill", stopped)
    part.printing.print_on(printer_to(tmp_path / "out.pdf"), order)
    shown(window, qtbot)

    second = sample_workspace.read(recent)[0]
    assert f"{second.number} has its number already" in said(window)


# ---------------------------------------------------------------- prints


def test_a_print_is_found_and_reprinted_by_keys(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    first = printed(sample_workspace, ReportKind.SUMMARY, tmp_path)
    printed(sample_workspace, ReportKind.AGEING, tmp_path)
    window = opened_sample("clerk", page="reports")
    part = part_of(window, qtbot, PrintsPart)
    assert part.rows.rowCount() == 2
    part.text.setText(first.number.lower())
    shown(window, qtbot)
    assert [one.number for one in part.rows.rows()] == [first.number]
    assert first.code in part.details.text()
    assert part.view.preview is not None

    keyboard_at(part.table)
    press("p", CTRL)
    asked = dialog(qtbot)
    assert isinstance(asked, QPrintDialog)
    asked.reject()
    order = part.order_again(first, (0, 0), "again")
    part.printing.print_on(printer_to(tmp_path / "again.pdf"), order)
    shown(window, qtbot)

    assert [one.copy_no for one in sample_workspace.read(prints_of, first.number)] == [0, 1]
    assert f"{first.number}, reprint no. 1" in said(window)


def test_a_print_is_made_void_by_keys_and_then_only_seen(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    first = printed(sample_workspace, ReportKind.SUMMARY, tmp_path)
    window = opened_sample("clerk", page="reports")
    part = part_of(window, qtbot, PrintsPart)

    keyboard_at(part.table)
    press("v")
    box = dialog(qtbot)
    assert isinstance(box, Ask)
    press("torn")
    box.accept()
    shown(window, qtbot)
    assert all(one.is_void for one in sample_workspace.read(prints_of, first.number))
    assert "torn" in part.details.text()
    for name in ("reports.print", "reports.save", "reports.void"):
        assert not window.page("reports").actions_by_name[name].isEnabled()
    part.text.setText("HZ-20200101-0001")
    shown(window, qtbot)
    assert part.pile.currentWidget() is part.empty


def test_prints_of_one_kind_are_listed_as_people_read_them(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    printed(sample_workspace, ReportKind.SUMMARY, tmp_path)
    printed(sample_workspace, ReportKind.AGEING, tmp_path)
    add_reader(sample_workspace)
    window = opened_sample("reader", page="reports")
    part = part_of(window, qtbot, PrintsPart)

    part.kind.setCurrentIndex(part.kind.findData(ReportKind.AGEING.value))
    shown(window, qtbot)

    (only,) = part.rows.rows()
    assert only.kind is ReportKind.AGEING
    texts = [str(part.rows.index(0, place).data()) for place in range(5)]
    assert texts[1:5] == [
        "Ageing of open discrepancies",
        str(window.desk.day),
        "✓ valid",
        "original",
    ]
    assert part.view.preview is not None
    keyboard_at(part.table)
    press("v")
    assert "your role does not allow this" in said(window)


def test_who_may_not_print_sees_no_paper_but_may_check_one(
    opened_sample: Opening, sample_workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    issue = printed(sample_workspace, ReportKind.SUMMARY, tmp_path)
    add_reader(sample_workspace)
    window = opened_sample("reader", page="reports")
    assert front(window, qtbot, PrintsPart).allowed
    part = part_of(window, qtbot, PapersPart)
    assert part.findChild(EmptyState) is not None

    checking = part_of(window, qtbot, CheckPart)
    checking.check(issue.code)
    shown(window, qtbot)

    assert checking.heading.text() == "✓ Printed here and valid"


# ---------------------------------------------------------------- in the way


def test_the_window_goes_on_while_thousands_are_drawn(
    opened_sample: Opening, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened_sample("clerk", page="reports")
    part = papers_of(window, qtbot)
    part.papers.choose(ReportKind.RECEIPT)
    shown(window, qtbot)
    part.printing.save_to(tmp_path / "a.pdf", part.order_of(part.form.wish(), "Receipts", "a"))
    longest, last = 0.0, time.monotonic()

    while window.desk.jobs.busy:
        QApplication.processEvents()
        now = time.monotonic()
        longest, last = max(longest, now - last), now
        time.sleep(0.002)

    assert window.jobs[-1].state is JobState.DONE
    assert longest < 0.5
