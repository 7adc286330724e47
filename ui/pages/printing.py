"""Papers are printed and saved: asks where to, works in the background, tells the number."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtPrintSupport import QAbstractPrintDialog, QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QFileDialog

from app.base.errors import Cancelled, UserError
from app.base.i18n import N_, _, ngettext
from app.base.progress import Progress, Stretch
from app.reporting.apart import draw_apart
from app.reporting.drawing import Drawn, How, Press, Renderer
from app.reporting.making import Outcome
from app.reporting.paper import Paper, Stamp
from app.reporting.rules import Format
from app.reporting.titles import title
from ui.formatting import count
from ui.pages.page import Page
from ui.pages.spool import Spool, printer_for

_FOLDER = "reports/folder"
_PRINTER = "reports/printer/{width}x{height}"
_PARTS = 2
_HOLDS_PAGES = sys.platform != "win32"
"""Whether Qt keeps all pages until the last one; Windows may print the first ones at once."""
_TABLES = frozenset({"report_issue", "audit_record"})


class PrintStopped(UserError):
    """Printing was stopped after the paper had its number."""

    template = N_(
        "Stopped. {number} has its number already: print it again as a reprint, or make it void."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A paper to be printed or saved: `carry_out` makes the file and puts it on record.

    The size of the sheet is in 0.1 mm; `pages` is 0 where nobody knows how many there will be.
    """

    title: str
    name: str
    format: Format
    carry_out: Callable[[Path, Press], Outcome]
    size: tuple[int, int]
    pages: int = 0


class Printing(QObject):
    """Carries orders out; `done` carries what was made."""

    done = Signal(object)

    def __init__(self, page: Page, renderer: Renderer = draw_apart) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self.renderer = renderer

    # ------------------------------------------------------------ on paper

    def ask_printer(self, order: Order) -> None:
        """Ask which printer, which pages, how many copies."""
        printer = printer_for(order.size, order.title)
        name = str(self._desk.preferences.value(_printer_place(order), ""))
        if name in QPrinterInfo.availablePrinterNames():
            printer.setPrinterName(name)
        dialog = QPrintDialog(printer, self._page.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(_(N_("Print: {title}")).format(title=order.title))
        ranged = QAbstractPrintDialog.PrintDialogOption.PrintPageRange
        dialog.setOption(ranged, on=True)
        if order.pages:
            dialog.setMinMax(1, order.pages)
        dialog.accepted.connect(lambda: self._chosen(printer, order))
        QDialog.open(dialog)

    def print_on(self, printer: QPrinter, order: Order) -> None:
        """Make the paper, put it on record and send it to a printer."""
        spool = Spool(printer)

        def work(progress: Progress) -> Outcome:
            try:
                outcome = self._printed(spool, order, progress)
            except BaseException:
                spool.drop()
                raise
            spool.let_go()
            return outcome

        self._start(_(N_("Print: {title}")).format(title=order.title), work, self._told_printed)

    def _chosen(self, printer: QPrinter, order: Order) -> None:
        self._desk.preferences.setValue(_printer_place(order), printer.printerName())
        self.print_on(printer, order)

    def _printed(self, spool: Spool, order: Order, progress: Progress) -> Outcome:
        """Where pages are held, they are painted before the paper is on record.

        So a print that is stopped uses no number, and nothing is printed that is not on record.
        """
        renderer = partial(_painted, spool, self.renderer) if _HOLDS_PAGES else self.renderer
        making = progress if _HOLDS_PAGES else Stretch(progress, 0, _PARTS)
        with tempfile.TemporaryDirectory(prefix="duiping-") as folder:
            target = Path(folder, "paper.pdf")
            outcome = order.carry_out(target, Press(renderer=renderer, progress=making))
            if not _HOLDS_PAGES:
                try:
                    spool.fill(target, Stretch(progress, 1, _PARTS))
                except Cancelled as error:
                    raise PrintStopped(number=outcome.issues[0].number) from error
        return outcome

    # ------------------------------------------------------------ into a file

    def ask_file(self, order: Order) -> None:
        """Ask where to save."""
        dialog = QFileDialog(self._page.window(), _(N_("Save: {title}")).format(title=order.title))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        folder = str(self._desk.preferences.value(_FOLDER, ""))
        if folder and Path(folder).is_dir():
            dialog.setDirectory(folder)
        ending = order.format.value
        dialog.setNameFilter(f"{title(order.format)} (*.{ending})")
        dialog.setDefaultSuffix(ending)
        dialog.selectFile(f"{order.name}.{ending}")
        dialog.fileSelected.connect(lambda path: self.save_to(Path(path), order))
        dialog.open()

    def save_to(self, path: Path, order: Order) -> None:
        """Make the paper, put it on record and leave it in a file."""
        self._desk.preferences.setValue(_FOLDER, str(path.parent))

        def work(progress: Progress) -> Outcome:
            return order.carry_out(path, Press(renderer=self.renderer, progress=progress))

        name = _(N_("Save {file}")).format(file=path.name)
        self._start(name, work, self._told_saved)

    # ------------------------------------------------------------ what is said

    def _start(
        self,
        name: str,
        work: Callable[[Progress], Outcome],
        told: Callable[[Outcome], object],
    ) -> None:
        def ended(outcome: Outcome) -> None:
            self._desk.changed.emit(_TABLES)
            told(outcome)
            self.done.emit(outcome)

        # Drawing and painting take long and hold nothing; only the last step writes.
        self._desk.job(name, work, done=ended, owner=self, writes=False)

    def _told_printed(self, outcome: Outcome) -> None:
        self._tell(_(N_("Printed: {papers}")).format(papers=_papers(outcome)), outcome)

    def _told_saved(self, outcome: Outcome) -> None:
        text = _(N_("Saved: {papers} → {file}"))
        self._tell(text.format(papers=_papers(outcome), file=outcome.file), outcome)

    def _tell(self, text: str, outcome: Outcome) -> None:
        if outcome.missing:
            first = outcome.missing[0]
            lacks = _(N_("No font has the character {character} ({code}) in “{field}”."))
            code = f"U+{ord(first.character):04X}"
            words = lacks.format(character=first.character, code=code, field=first.field)
            self._desk.warn(f"{text}. {words}")
        else:
            self._desk.messages.tell_done(text)


def _painted(
    spool: Spool,
    renderer: Renderer,
    path: Path,
    papers: list[tuple[Paper, Stamp]],
    how: How,
    progress: Progress,
) -> Drawn:
    drawn = renderer(path, papers, how, Stretch(progress, 0, _PARTS))
    spool.fill(path, Stretch(progress, 1, _PARTS))
    return drawn


def _papers(outcome: Outcome) -> str:
    first = outcome.issues[0]
    number = len(outcome.issues)
    pages = ngettext("{count} page", "{count} pages", outcome.pages)
    told = pages.format(count=count(outcome.pages))
    if number > 1:
        text = ngettext(
            "{count} paper from {number} on, {pages}",
            "{count} papers from {number} on, {pages}",
            number,
        )
        return text.format(count=count(number), number=first.number, pages=told)
    if first.copy_no:
        text = _(N_("{number}, reprint no. {copy}, {pages}"))
        return text.format(number=first.number, copy=first.copy_no, pages=told)
    return f"{first.number}, {told}"


def _printer_place(order: Order) -> str:
    width, height = order.size
    return _PRINTER.format(width=width, height=height)
