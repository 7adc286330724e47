"""The page of the discrepancies, by keyboard, in the real main window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from app.base import i18n
from app.db.workspace import Actor, Workspace
from app.discrepancies.attachments import attachment_content, attachments
from app.discrepancies.cases import case_rows
from app.discrepancies.casework import assign_cases, explain_cases
from app.discrepancies.history import case_notes
from app.discrepancies.rules import Status
from app.identity.queries import user_named
from app.matching.rules import Kind, Task
from tests.discrepancies.nursery import fill_day, fill_many
from tests.ui.conftest import Opening, dialog, press, settle
from ui.desk import Target
from ui.dialogs.asking import Ask
from ui.dialogs.choosing import Choose
from ui.main_window import MainWindow
from ui.pages.discrepancies import DiscrepanciesPage
from ui.widgets.case_filters import View

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def actor(workspace: Workspace, name: str) -> Actor:
    row = workspace.read(user_named, name)
    assert row is not None
    return Actor(
        user_id=row.user_id, name=row.name, roles=frozenset(row.roles), machine="elsewhere"
    )


@pytest.fixture
def day(sqlite_workspace: Workspace) -> Workspace:
    """Return a database with four discrepancies: Z2, Z3, Z4, Z9."""
    fill_day(sqlite_workspace, actor(sqlite_workspace, "clerk"))
    return sqlite_workspace


@pytest.fixture
def come(opened: Opening, qtbot: QtBot) -> Callable[..., DiscrepanciesPage]:
    """Return a function that opens the page and waits until all of it is there."""

    def go(name: str = "clerk", size: tuple[int, int] = (1366, 768)) -> DiscrepanciesPage:
        window = opened(name, page="discrepancies", size=size)
        wait(qtbot, window)
        found = window.page("discrepancies")
        assert isinstance(found, DiscrepanciesPage)
        return found

    return go


Coming = Callable[..., DiscrepanciesPage]


def wait(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until rows and details have arrived."""
    settle(qtbot, window)
    qtbot.wait(120)
    settle(qtbot, window)


def window_of(page: DiscrepanciesPage) -> MainWindow:
    found = page.window()
    assert isinstance(found, MainWindow)
    return found


def column(page: DiscrepanciesPage, name: str) -> list[str]:
    model = page.table.model()
    names = [str(one.name) for one in page._cases.columns]
    place = names.index(name)
    return [str(model.index(row, place).data()) for row in range(model.rowCount())]


def said(page: DiscrepanciesPage) -> str:
    return window_of(page).frame.status.message.text()


def choose(page: DiscrepanciesPage, qtbot: QtBot, view: View) -> None:
    page.filters.views.setCurrentIndex(list(View).index(view))
    wait(qtbot, window_of(page))
    back(page, qtbot)


def back(page: DiscrepanciesPage, qtbot: QtBot) -> None:
    """Give the keyboard to the list; offscreen no window manager does so after a dialog."""
    window = window_of(page)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page.table.setFocus()


@pytest.mark.usefixtures("day")
def test_the_list_and_what_stands_beside_it(come: Coming, qtbot: QtBot) -> None:
    page = come()

    assert column(page, "ours_key") == ["Z2", "Z3", "Z4", "Z9"]
    assert column(page, "difference") == ["458.30", "1.00", "30.00", "-5.00"]
    assert page.table.hasFocus()
    assert page.view.detail is not None
    assert page.view.detail.row.ours_key == "Z2"
    assert "4 discrepancies · difference 484.30" in page.total.text()
    assert page.bands.buttons["0-1"].text().split() == ["0–1", "d", "4", "items", "484.30"]
    assert "found by the run for 2026-03-03" in page.view._history.toPlainText()
    for widget in (
        *page.findChildren(type(page.filters.task)),
        *page.findChildren(QListWidget),
        *(page.table, page.groups, page.view.sides, page.view.note, page.view.tabs),
        page.filters.views,
        *page.bands.buttons.values(),
    ):
        assert widget.accessibleName(), widget
    press(Qt.Key.Key_Down)
    wait(qtbot, window_of(page))

    rows = {row.field: (row.ours, row.theirs, row.differs) for row in page.view._sides.rows()}
    assert rows["Amount"] == ("100.00", "99.00", True)
    assert not rows["Payment no."][2]
    number = [row.field for row in page.view._sides.rows()].index("Amount")
    assert page.view.sides.model().index(number, 0).data() == "≠ Amount"


@pytest.mark.usefixtures("day")
def test_columns_are_filtered_and_letters_in_a_filter_are_letters(
    come: Coming, qtbot: QtBot
) -> None:
    page = come()

    press("/")
    press("z9ae")
    qtbot.waitUntil(lambda: page.table.model().rowCount() == 0)
    assert page.table.header.filters() == {"ours_key": "z9ae"}
    assert page.pile.currentWidget() is page.table
    page.table.header.set_filters({"difference": "1..30"})
    wait(qtbot, window_of(page))
    assert column(page, "ours_key") == ["Z3", "Z4"]
    page.table.header.set_filters({"difference": ">x"})
    wait(qtbot, window_of(page))

    assert "no amount or range" in said(page)
    page.table.setFocus()
    press("x")
    wait(qtbot, window_of(page))
    assert page.table.model().rowCount() == 4


@pytest.mark.usefixtures("day")
def test_groups_bands_and_order_are_chosen_by_keyboard(come: Coming, qtbot: QtBot) -> None:
    page = come()

    press("g")
    wait(qtbot, window_of(page))
    shown = [[page._groups.index(row, place).data() for place in range(3)] for row in range(3)]
    assert shown == [
        ["Amount differs", "1", "1.00"],
        ["Theirs only", "1", "-5.00"],
        ["Ours only", "2", "488.30"],
    ]
    page.groups.setFocus()
    page.groups.go_to_row(2)
    wait(qtbot, window_of(page))
    assert column(page, "ours_key") == ["Z2", "Z4"]
    assert page.groups.isVisible()
    page.table.setFocus()
    press("x")
    wait(qtbot, window_of(page))
    page.bands.buttons["0-1"].setFocus()
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Space)
    wait(qtbot, window_of(page))

    assert page.filters.bands == frozenset({"2-3"})
    assert page.table.model().rowCount() == 0


@pytest.mark.usefixtures("day")
def test_sorting_keeps_the_selection(come: Coming, qtbot: QtBot) -> None:
    page = come()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down, SHIFT)
    assert page.selected_ids() == [2, 3]
    wait(qtbot, window_of(page))
    shown = window_of(page).frame.status.selection.text()
    assert "2 discrepancies · difference 31.00" in shown

    names = [str(one.name) for one in page._cases.columns]
    page.table.header.setSortIndicator(names.index("difference"), Qt.SortOrder.AscendingOrder)
    wait(qtbot, window_of(page))

    assert column(page, "ours_key") == ["Z9", "Z3", "Z4", "Z2"]
    assert page.selected_ids() == [2, 3]
    assert page.current_id() == 3


def test_who_works_on_what_is_chosen_taken_back_and_never_overwritten(
    day: Workspace, come: Coming, qtbot: QtBot
) -> None:
    page = come()

    press("a")
    wait(qtbot, window_of(page))
    assert column(page, "assignee")[0] == "clerk"
    assert page.view.detail is not None
    assert page.view.detail.row.status is Status.ASSIGNED
    choose(page, qtbot, View.MINE)
    assert column(page, "ours_key") == ["Z2"]
    choose(page, qtbot, View.NOBODY)
    assert column(page, "ours_key") == ["Z3", "Z4", "Z9"]
    choose(page, qtbot, View.UNSETTLED)
    press("z", CONTROL)
    dialog(qtbot)
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Escape)
    wait(qtbot, window_of(page))
    assert column(page, "assignee")[0] == ""
    back(page, qtbot)
    page.table.go_to_row(0)
    wait(qtbot, window_of(page))
    day.write(actor(day, "supervisor"), assign_cases, ids=[1], to="supervisor")
    press("a")
    wait(qtbot, window_of(page))

    assert "changed by supervisor" in said(page)
    assert day.read(case_rows, [1])[0].assignee == "supervisor"


@pytest.mark.usefixtures("day")
def test_what_is_done_to_many_says_to_how_many(come: Coming, qtbot: QtBot) -> None:
    page = come()
    press("a", CONTROL)

    press("a", SHIFT)
    found = dialog(qtbot)
    assert isinstance(found, Choose)
    names = [found.list.item(row).text() for row in range(found.list.count())]
    assert names == ["checker", "clerk", "supervisor"]
    press(Qt.Key.Key_End)
    press(Qt.Key.Key_Return)
    wait(qtbot, window_of(page))
    assert column(page, "assignee") == ["supervisor"] * 4
    assert "4 discrepancies assigned to supervisor" in said(page)
    back(page, qtbot)
    press("a")
    asked = dialog(qtbot)

    assert isinstance(asked, Ask)
    shown = [part.text() for part in asked.findChildren(type(page.total))]
    assert any("4 selected discrepancies, difference 484.30 in all" in text for text in shown)
    press(Qt.Key.Key_Return)
    wait(qtbot, window_of(page))
    assert column(page, "assignee") == ["clerk"] * 4


def test_closing_needs_a_reason_and_can_be_reopened(
    day: Workspace, come: Coming, qtbot: QtBot
) -> None:
    page = come()

    press("e")
    asked = dialog(qtbot)
    assert isinstance(asked, Ask)
    assert not asked.act.isEnabled()
    press("a test")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Return)
    wait(qtbot, window_of(page))
    assert column(page, "ours_key") == ["Z3", "Z4", "Z9"]
    assert page.current_id() == 2
    assert window_of(page).focusWidget() is page.table
    assert day.read(case_rows, [1])[0].reason == "a test"
    choose(page, qtbot, View.SETTLED)
    press("r")
    dialog(qtbot)
    press("again")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Return)
    wait(qtbot, window_of(page))

    assert day.read(case_rows, [1])[0].status is Status.OPEN
    assert page.pile.currentWidget() is page.empty


def test_notes_are_written_by_keys_and_wait_where_they_were_begun(
    day: Workspace, come: Coming, qtbot: QtBot
) -> None:
    page = come()

    press("n")
    press("called")
    press(Qt.Key.Key_Escape)
    assert page.table.hasFocus()
    page.table.go_to_row(1)
    wait(qtbot, window_of(page))
    assert page.view.note.toPlainText() == ""
    page.table.go_to_row(0)
    wait(qtbot, window_of(page))
    press("n")
    press(Qt.Key.Key_End)
    press(" them")
    press(Qt.Key.Key_Return, CONTROL)
    wait(qtbot, window_of(page))

    assert [note.text for note in day.read(case_notes, 1)] == ["called them"]
    assert page.view.note.toPlainText() == ""
    assert page.view.tabs.tabText(1) == "Notes (1)"
    assert column(page, "notes")[0] == "1"
    assert "clerk  note: called them" in page.view._history.toPlainText()


def test_pictures_are_pasted_and_shown(day: Workspace, come: Coming, qtbot: QtBot) -> None:
    page = come()
    QGuiApplication.clipboard().setText("text")
    press("v", CONTROL)
    assert "no picture" in said(page)
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    QGuiApplication.clipboard().setImage(image)

    press("v", CONTROL)
    wait(qtbot, window_of(page))

    (one,) = day.read(attachments, 1)
    assert one.media_type == "image/png"
    assert QImage.fromData(day.read(attachment_content, one.id)).size() == image.size()
    assert page.view.tabs.currentWidget() is page.view.attached
    assert not page.view.attached._picture.isNull()
    page.view.attached.list.setFocus()
    press(Qt.Key.Key_Delete)
    wait(qtbot, window_of(page))
    assert day.read(attachments, 1) == []
    page.table.setFocus()
    press("n")
    press("v", CONTROL)
    wait(qtbot, window_of(page))
    assert len(day.read(attachments, 1)) == 1


def test_files_are_attached_saved_again_and_refused_when_too_large(
    day: Workspace, come: Coming, qtbot: QtBot, tmp_path: Path
) -> None:
    page = come()
    file, large = tmp_path / ("很长的名字" * 15 + ".txt"), tmp_path / "large.bin"
    file.write_bytes(b"proof")
    with large.open("wb") as stream:
        stream.truncate((20 << 20) + 1)

    page.work.attach_file(file)
    wait(qtbot, window_of(page))
    (one,) = day.read(attachments, 1)
    page.view.attached.save_to(one, tmp_path / "back.txt")
    wait(qtbot, window_of(page))
    page.work.attach_file(large)
    wait(qtbot, window_of(page))

    assert (tmp_path / "back.txt").read_bytes() == b"proof"
    assert "no preview" in page.view.attached.preview.text()
    assert "larger than 20 MB" in said(page)


def test_an_empty_database_says_so(come: Coming) -> None:
    page = come()

    assert page.pile.currentWidget() is page.empty
    assert page.view.isHidden()
    assert not page.actions_by_name["discrepancies.explain"].isEnabled()


def test_who_only_reads_changes_nothing(
    day: Workspace, come: Coming, opened: Opening, qtbot: QtBot
) -> None:
    page = come("auditor")

    press("a")
    press("e")
    press("n")
    wait(qtbot, window_of(page))

    assert day.read(case_rows, [1])[0].assignee == ""
    assert page.view.note.isHidden()
    assert "does not allow" in page.actions_by_name["discrepancies.explain"].toolTip()
    assert "discrepancies" not in opened("administrator").frame.navigation.buttons


def test_another_page_points_at_one_discrepancy(day: Workspace, come: Coming, qtbot: QtBot) -> None:
    day.write(actor(day, "clerk"), explain_cases, ids=[3], reason="x")
    page = come()

    window_of(page).open(Target(page="discrepancies", discrepancy_id=3))
    wait(qtbot, window_of(page))
    assert page.current_id() == 3
    assert page.filters.view is View.ALL
    window_of(page).open(Target(page="discrepancies", task=Task.CHANNEL, scope="ICBC"))
    wait(qtbot, window_of(page))

    assert column(page, "ours_key") == ["Z2", "Z3", "Z9"]


@pytest.mark.usefixtures("day")
def test_both_languages_keep_what_is_chosen(come: Coming, qtbot: QtBot) -> None:
    page = come()
    window = window_of(page)
    page.filters.kind.setCurrentIndex(list(Kind).index(Kind.AMOUNT_DIFFERS) + 1)
    wait(qtbot, window)
    page.view.note.setPlainText("写到一半")

    i18n.use("zh_CN")
    window.build()
    wait(qtbot, window)

    again = window.page("discrepancies")
    assert isinstance(again, DiscrepanciesPage)
    assert column(again, "kind") == ["金额不符"]
    assert again.view.note.toPlainText() == "写到一半"
    assert "待处理" in column(again, "status")[0]


def test_very_many_rows_come_page_by_page(
    sqlite_workspace: Workspace, come: Coming, qtbot: QtBot
) -> None:
    fill_many(sqlite_workspace, actor(sqlite_workspace, "clerk"), 5_000)
    page = come(size=(1920, 1080))

    assert page.table.model().rowCount() == 5_000
    press(Qt.Key.Key_End, CONTROL)
    wait(qtbot, window_of(page))
    assert page.current_id() == page._cases.ids()[-1]
    assert len(page._cases._pages) < 8
    press("a", CONTROL)
    wait(qtbot, window_of(page))

    assert page.table.selected_count() == 5_000
    assert len(page.selected_ids()) == 5_000
    assert "5,000" in window_of(page).frame.status.selection.text()
