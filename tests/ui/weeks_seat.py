"""The people of a company, each at his own window, and what they do there by keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.adjustments.listing import AdjustmentWish, adjustment_list, adjustment_rows
from app.adjustments.queries import ItemView
from app.adjustments.rules import AdjustmentKind, AdjustmentStatus, fitting
from app.arrivals.queries import ExpectedArrival
from app.arrivals.rules import ArrivalState
from app.closing.rules import BlockerCode
from app.db.workspace import Workspace
from app.discrepancies.cases import CaseRow, case_rows
from app.intake.rules import FileStatus
from tests.conftest import PROVED
from tests.guard import weeks
from tests.ui.conftest import (
    WAIT_MS,
    Opening,
    come_back,
    dialog,
    keyboard_at,
    press,
    settle,
    type_paths,
)
from ui.dialogs.adjusting import AdjustDialog
from ui.dialogs.asking import Ask
from ui.dialogs.closing import ClosingDialog
from ui.dialogs.replacing import ReplaceDialog
from ui.main_window import MainWindow
from ui.pages.adjustments import AdjustmentsPage
from ui.pages.adjustments_list import AdjustmentsPart
from ui.pages.adjustments_suspense import SuspensePart
from ui.pages.arrivals import ArrivalsPage
from ui.pages.discrepancies import DiscrepanciesPage
from ui.pages.files import FilesPage
from ui.pages.page import Page
from ui.pages.part import Part
from ui.pages.system import SystemPage
from ui.pages.system_audit import AuditPart
from ui.pages.system_backups import BackupsPart
from ui.pages.tabbed import TabbedPage
from ui.widgets.adjustment_filters import View

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
ENTER = Qt.Key.Key_Return

AnyPage = TypeVar("AnyPage", bound=Page)
AnyPart = TypeVar("AnyPart", bound=Part)


@dataclass(slots=True)
class Person:
    """Somebody at a window that stays open over all days."""

    window: MainWindow
    bot: QtBot

    @property
    def workspace(self) -> Workspace:
        return self.window.desk.workspace

    @property
    def said(self) -> str:
        return self.window.frame.status.message.text()

    def press(
        self,
        key: Qt.Key | str,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """Press a key, and wait for what comes of it."""
        press(key, modifier)
        self.settle()

    def settle(self) -> None:
        settle(self.bot, self.window)

    def rest(self) -> None:
        """Wait until what follows the cursor is shown as well."""
        self.settle()
        self.bot.wait(120)
        self.settle()

    def turn(self, kind: type[AnyPage], name: str) -> AnyPage:
        """Come back to the window, go to a page by its number, and read it anew."""
        self.come_back()
        press(str((list(self.window.entries).index(name) + 1) % 10), CONTROL)
        if name != "board":
            press(Qt.Key.Key_F5)
        self.settle()
        page = self.window.page(name)
        assert isinstance(page, kind)
        assert page.isVisible()
        return page

    def turn_to_part(self, page: TabbedPage, kind: type[AnyPart]) -> AnyPart:
        """Go from tab to tab until this one is in front."""
        for _tab in page.parts:
            if isinstance(page.part, kind):
                break
            self.press(Qt.Key.Key_Tab, CONTROL)
        part = page.part
        assert isinstance(part, kind)
        return part

    def come_back(self) -> None:
        """Have the keyboard in the window again."""
        come_back(self.window, self.bot)

    def go_to_day(self, on: date) -> None:
        """Turn the days one by one."""
        self.come_back()
        self.bot.waitUntil(lambda: self.window.desk.day is not None, timeout=WAIT_MS)
        assert self.window.desk.day is not None
        while self.window.desk.day != on:
            forward = self.window.desk.day < on
            press(Qt.Key.Key_Right if forward else Qt.Key.Key_Left, ALT)
        self.settle()

    def answer(self, reason: str = "") -> None:
        """Say yes to the question that is open."""
        asked = dialog(self.bot)
        assert isinstance(asked, Ask)
        if reason:
            keyboard_at(asked.reason)
            press(reason)
            press(Qt.Key.Key_Tab)
        self.press(ENTER)


class Clerk(Person):
    """Imports, reconciles, adjusts, confirms and claims."""

    # ------------------------------------------------------------ files

    def imports_folder(self, folder: Path) -> None:
        """Load all files of a folder."""
        page = self.turn(FilesPage, "files")
        press("o", CONTROL | SHIFT)
        type_paths(self.bot, folder)
        self._came(page, list(folder.iterdir()), FileStatus.LOADED)

    def imports(self, paths: Sequence[Path]) -> None:
        """Load some files."""
        page = self.turn(FilesPage, "files")
        press("o", CONTROL)
        type_paths(self.bot, *paths)
        self._came(page, paths, FileStatus.LOADED)

    def replaces(self, path: Path) -> bool:
        """Compare a corrected file with the loaded one and replace it; False if they are alike."""
        page = self.turn(FilesPage, "files")
        press("r")
        type_paths(self.bot, path)
        asked = dialog(self.bot)
        assert isinstance(asked, ReplaceDialog)
        if not asked.act.isEnabled():
            assert "byte for byte" in asked.heading.text(), asked.heading.text()
            self.press(Qt.Key.Key_Escape)
            return False
        assert "would replace" in asked.heading.text()
        press(ENTER, CONTROL)
        # The key of a button presses it, and lets go of it a tenth of a second later.
        self.bot.waitUntil(lambda: QApplication.activeModalWidget() is None, timeout=WAIT_MS)
        self._came(page, [path], FileStatus.REPLACED)
        return True

    def _came(self, page: FilesPage, paths: Sequence[Path], status: FileStatus) -> None:
        self.settle()
        rows = {row.path: row.outcome for row in page.imports.rows.rows()}
        outcomes = [rows[str(path)] for path in paths]
        assert {one and one.status for one in outcomes} == {status}, self.said

    # ------------------------------------------------------------ the day

    def reconciles(self, on: date) -> None:
        """Run all tasks of the day from the board."""
        self.turn(Page, "board")
        self.go_to_day(on)
        self.press("r", CONTROL)
        assert self.window.jobs[-1].title.endswith(on.isoformat())

    def adjusts(self, on: date) -> int:
        """Adjust each difference that stands, as its kind is usually adjusted; return how many."""
        page = self.turn(DiscrepanciesPage, "discrepancies")
        self.rest()
        standing = self._standing(page, on)
        for row in standing:
            page.table.go_to_row(page._cases.ids().index(row.id))
            keyboard_at(page.table)
            self._adjusts_one(row)
        assert self._standing(page, on) == []
        return len(standing)

    def _standing(self, page: DiscrepanciesPage, on: date) -> list[CaseRow]:
        rows = self.workspace.read(case_rows, page._cases.ids())
        return [row for row in rows if row.status not in weeks.SETTLED and row.business_on <= on]

    def _adjusts_one(self, row: CaseRow) -> None:
        ways = fitting(row.task, row.kind, row.difference_fen)
        wanted = weeks.usual(row.task, row.kind, row.difference_fen)
        press(str(ways.index(wanted) + 1) if wanted is not ways[0] else Qt.Key.Key_F6)
        asked = dialog(self.bot)
        assert isinstance(asked, AdjustDialog)
        assert asked.form.kind() is wanted
        self._submits(asked)
        assert "waits for approval" in self.said

    def _submits(self, asked: AdjustDialog) -> None:
        keyboard_at(asked.form.reason)
        press("日常处理")
        self.bot.waitUntil(lambda: not asked._wait.isActive(), timeout=WAIT_MS)
        self.settle()
        assert asked.shown is not None
        assert not asked.shown.trouble, asked.shown.trouble
        self.press(ENTER)
        self.come_back()

    def confirms(self, on: date) -> int:
        """Confirm what came, what adjustments explain as well; return how many batches."""
        page = self.turn(ArrivalsPage, "arrivals")
        self.go_to_day(on)
        before = _count(page, ArrivalState.CONFIRMED)
        if any(row.clean for row in page.list.rows()):
            press(ENTER, CONTROL)
            self.answer()
            self.come_back()
        for row in [row for row in page.list.rows() if row.explained]:
            page.table.go_to_row(_batches(page).index(row.batch_no))
            keyboard_at(page.table)
            self.press(ENTER)
        assert not any(row.clean or row.explained for row in page.list.rows()), self.said
        return _count(page, ArrivalState.CONFIRMED) - before

    # ------------------------------------------------------------ suspense

    def claims(self) -> ItemView:
        """Say whose the first deposit is that nobody knew; return what it was."""
        page = self.turn(AdjustmentsPage, "adjustments")
        part = self.turn_to_part(page, SuspensePart)
        assert part.check.text().startswith("✓")
        keyboard_at(part.table)
        part.table.go_to_row(0)
        item = part._items.rows()[0]
        press("c")
        asked = dialog(self.bot)
        assert isinstance(asked, AdjustDialog)
        assert asked.form.kind() is AdjustmentKind.CLAIM
        keyboard_at(asked.form.household)
        press(weeks.HOUSEHOLD)
        self._submits(asked)
        return item


class Checker(Person):
    """Approves, reverses, and checks what another confirmed."""

    def approves(self, number: int) -> None:
        """Approve everything that waits: one with Enter, several after their sum was said."""
        part = self._queue()
        assert part.rows.rowCount() == number
        if number > 1:
            press("a", CONTROL)
            press(ENTER)
            self.answer()
        else:
            press(ENTER)
        self.rest()
        self.come_back()
        assert f"{number} adjustment" in self.said
        assert part.rows.rowCount() == 0

    def reverses(self) -> str:
        """Take an adjustment back that was posted; return its number."""
        part = self._queue()
        wrong = min(self.workspace.read(weeks.posted) & self._numbers())
        self.press("x")
        press("/")
        press(wrong)
        self.press(ENTER)
        self.rest()
        keyboard_at(part.table)
        assert part.rows.rowCount() == 1
        press("v")
        self.answer("科目有误")
        self.rest()
        self.come_back()
        assert f"Reversed: {wrong}" in self.said
        return wrong

    def _numbers(self) -> set[str]:
        """Return the numbers of the adjustments of the day shown that can be reversed."""
        wish = AdjustmentWish(
            statuses=frozenset({AdjustmentStatus.APPROVED}), day=self.window.desk.day
        )
        found = self.workspace.read(adjustment_list, wish)
        return {row.number for row in self.workspace.read(adjustment_rows, found.ids)}

    def _queue(self) -> AdjustmentsPart:
        self.come_back()
        self.press("a", CONTROL | SHIFT)
        self.rest()
        page = self.turn(AdjustmentsPage, "adjustments")
        part = page.part
        assert isinstance(part, AdjustmentsPart)
        assert part.filters.view is View.TO_CHECK
        self.rest()
        return part

    def checks(self, on: date, number: int) -> None:
        """Check all that was confirmed."""
        page = self.turn(ArrivalsPage, "arrivals")
        self.go_to_day(on)
        assert _count(page, ArrivalState.CONFIRMED) == number
        if number:
            press(ENTER, CONTROL | SHIFT)
            self.answer()
            self.come_back()
        assert _count(page, ArrivalState.CONFIRMED) == 0


class Supervisor(Person):
    """Waives what a day does without, and closes it."""

    def closes(self, on: date) -> None:
        """Close a day in the dialog of closing."""
        self.go_to_day(on)
        missing = len(self.workspace.read(weeks.missing_files, on))
        press("d", CONTROL | SHIFT)
        shown = self._closing()
        for left in range(missing, 0, -1):
            self._waives(shown, left)
        assert shown.plan is not None
        assert shown.plan.can_close, [row.blocker for row in shown._checks.rows() if row.blocker]
        assert shown.plan.day == on
        press(ENTER, CONTROL)
        self.answer()
        assert shown.plan.here.closing is not None
        assert f"hash {shown.plan.here.closing.hash[:16]}" in shown.state.text()
        self._leave(shown)

    def cannot_close(self, on: date) -> None:
        """Look at a day that is closed."""
        self.go_to_day(on)
        press("d", CONTROL | SHIFT)
        shown = self._closing()
        assert "closed by supervisor" in shown.state.text()
        self.press(ENTER, CONTROL)
        assert QApplication.activeModalWidget() is shown
        assert not shown.buttons["close"].isEnabled()
        self._leave(shown)

    def _closing(self) -> ClosingDialog:
        shown = dialog(self.bot)
        assert isinstance(shown, ClosingDialog)
        self.settle()
        return shown

    def _leave(self, shown: ClosingDialog) -> None:
        shown.activateWindow()
        self.press(Qt.Key.Key_Escape)
        self.come_back()

    def _waives(self, shown: ClosingDialog, left: int) -> None:
        codes = [row.code for row in shown._checks.rows() if row.blocker is not None]
        assert codes.count(BlockerCode.FILE_MISSING) == left
        rows = [row.code if row.blocker else None for row in shown._checks.rows()]
        shown.checks.go_to_row(rows.index(BlockerCode.FILE_MISSING))
        keyboard_at(shown.checks)
        press("w")
        self.answer("当日无交易")
        shown.activateWindow()


class Auditor(Person):
    """Looks at everything and changes nothing."""

    def checks_the_database(self) -> None:
        """Let everything be added up again, and each record of the log be held to the next."""
        page = self.turn(SystemPage, "system")
        backups = self.turn_to_part(page, BackupsPart)
        self.press("v")
        assert f"All {len(backups.checks.rows())} checks passed" in backups.checked.text()
        log = self.turn_to_part(page, AuditPart)
        self.press("c")
        assert f"the chain is whole: {len(log.records.ids()):,} records" in log.chain.text()


AnyPerson = TypeVar("AnyPerson", bound=Person)


def sit(kind: type[AnyPerson], opening: Opening, bot: QtBot) -> AnyPerson:
    """Let somebody log in; no day of the test is so long that the password is asked for again."""
    window = opening(kind.__name__.lower())
    window.desk.actor = replace(window.desk.actor, proved_at=PROVED)
    return kind(window=window, bot=bot)


def _count(page: ArrivalsPage, state: ArrivalState) -> int:
    return sum(row.state is state for row in _rows(page))


def _batches(page: ArrivalsPage) -> list[str]:
    return [row.batch_no for row in _rows(page)]


def _rows(page: ArrivalsPage) -> list[ExpectedArrival]:
    return page.list.rows()
