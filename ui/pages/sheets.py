"""The list of discrepancies out to a spreadsheet, and a filled-in one back in."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from app.base.i18n import N_, _, ngettext
from app.base.progress import Progress
from app.db.files import replacing
from app.discrepancies.cases import case_assignees, case_rows
from app.reporting.roundtrip import write_cases
from app.reporting.taking_back import Change, Taken, changes, read_sheet, take_back
from ui.dialogs.taking_back import TakeBackDialog
from ui.formatting import count
from ui.pages.page import Page

_FORM = N_("Workbook (*.xlsx)")


class Sheets(QObject):
    """Asks for files, works in the background, and shows what would change first."""

    def __init__(self, page: Page, ids: Callable[[], array[int]]) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self._ids = ids

    # ------------------------------------------------------------ out

    def ask_where(self) -> None:
        """Ask where to write what is listed."""
        dialog = self._dialog(_(N_("Write the list for a spreadsheet")))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("xlsx")
        dialog.selectFile(_(N_("discrepancies.xlsx")))
        dialog.fileSelected.connect(lambda path: self.write_to(Path(path)))
        dialog.open()

    def write_to(self, path: Path) -> None:
        """Write what is listed to a workbook."""
        workspace, ids = self._desk.workspace, self._ids()

        def work(progress: Progress) -> int:
            people = workspace.read(case_assignees)
            with replacing(path) as draft:
                return write_cases(
                    draft,
                    ids,
                    lambda some: workspace.read(case_rows, some),
                    people=people,
                    progress=progress,
                )

        self._desk.job(
            _(N_("Write discrepancies to {file}")).format(file=path.name),
            work,
            done=partial(self._written, path.name),
            owner=self,
            writes=False,
        )

    def _written(self, file: str, number: int) -> None:
        text = ngettext("{file}: {count} discrepancy", "{file}: {count} discrepancies", number)
        self._desk.messages.tell_done(text.format(file=file, count=count(number)))

    # ------------------------------------------------------------ back in

    def ask_which(self) -> None:
        """Ask for the sheet that was filled in."""
        dialog = self._dialog(_(N_("Take a filled-in sheet back")))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.read_from(Path(path)))
        dialog.open()

    def read_from(self, path: Path) -> None:
        """Read a sheet and show what it would change."""
        workspace = self._desk.workspace

        def work(_progress: Progress) -> list[Change]:
            return workspace.read(changes, read_sheet(path))

        self._desk.job(
            _(N_("Read {file}")).format(file=path.name),
            work,
            done=partial(self._show, path.name),
            owner=self,
            writes=False,
        )

    def _show(self, file: str, found: Sequence[Change]) -> None:
        if not found:
            self._desk.warn(_(N_("{file} changes nothing.")).format(file=file))
            return
        TakeBackDialog(self._desk, file, found, self._apply, self._page.window()).open()

    def _apply(self, wanted: Sequence[Change]) -> None:
        self._desk.write(take_back, wanted=list(wanted)).then(self._applied, owner=self)

    def _applied(self, done: Taken) -> None:
        text = _(N_("{assigned} assigned, {noted} noted, {drafts} drafted"))
        self._desk.messages.tell_done(
            text.format(
                assigned=count(done.assigned),
                noted=count(done.noted),
                drafts=count(len(done.drafts)),
            )
        )

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._page.window(), title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilter(_(_FORM))
        return dialog
