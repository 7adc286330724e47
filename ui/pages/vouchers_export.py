"""Writing the vouchers that are listed for a ledger system."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from app.adjustments.listing import voucher_rows
from app.base.errors import UserError
from app.base.i18n import N_, _, ngettext
from app.base.progress import Progress
from app.db.files import replacing
from app.reporting.ledger_export import export_vouchers, form_of, payee_names
from app.reporting.ledger_layouts import Layout, layout, layouts
from ui.dialogs.choosing import Choose
from ui.formatting import count
from ui.pages.page import Page

_FORMS = N_("Workbook (*.xlsx);;Comma-separated text (*.csv);;XML by GB/T 24589.1 (*.xml)")


class VouchersExport(QObject):
    """Asks for the layout and the file, then writes in the background."""

    def __init__(self, page: Page, ids: Callable[[], array[int]]) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self._ids = ids

    def ask(self) -> None:
        """Ask in which layout."""
        self._desk.jobs.read(layouts, done=self._offer, failed=self._desk.messages.failed)

    def _offer(self, found: Sequence[Layout]) -> None:
        number = len(self._ids())
        text = ngettext(
            "Export the {count} voucher that is listed, in the layout",
            "Export all {count} vouchers that are listed, in the layout",
            number,
        )
        Choose(
            _(N_("Export")),
            text.format(count=count(number)),
            [(one.name, one.title) for one in found],
            done=self._ask_where,
            parent=self._page.window(),
        ).open()

    def _ask_where(self, name: str) -> None:
        dialog = QFileDialog(self._page.window(), _(N_("Export the vouchers listed")))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(_(_FORMS))
        dialog.setDefaultSuffix("xlsx")
        dialog.filterSelected.connect(
            lambda shown: dialog.setDefaultSuffix(shown.rpartition("*.")[2].rstrip(")"))
        )
        dialog.selectFile(_(N_("vouchers.xlsx")))
        dialog.fileSelected.connect(lambda path: self.export_to(Path(path), name))
        dialog.open()

    def export_to(self, path: Path, name: str) -> None:
        """Write what is listed to a file in a layout."""
        try:
            form = form_of(path)
        except UserError as error:
            self._desk.warn(error.user_message())
            return
        workspace, ids = self._desk.workspace, self._ids()

        def work(progress: Progress) -> int:
            chosen = layout(name)
            vouchers = workspace.read(voucher_rows, ids)
            names = workspace.read(payee_names)
            with replacing(path) as draft:
                return export_vouchers(
                    draft, vouchers, form=form, names=names, layout=chosen, progress=progress
                )

        self._desk.job(
            _(N_("Export vouchers to {file}")).format(file=path.name),
            work,
            done=partial(self._exported, path.name),
            owner=self,
            writes=False,
        )

    def _exported(self, name: str, lines: int) -> None:
        text = ngettext("{file}: {count} line", "{file}: {count} lines", lines)
        self._desk.messages.tell_done(text.format(file=name, count=count(lines)))
