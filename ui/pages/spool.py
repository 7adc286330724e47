"""A printer, and the pages on their way to it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF, QRect, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter

from app.base.errors import UserError
from app.base.i18n import N_
from app.base.progress import Progress
from app.reporting.pictures import Pages, opened
from ui.widgets.paper_view import as_image

_MOST_DPI = 600
"""Finer than this nobody sees letters; the pictures would only grow."""
_ROWS = 256
"""So many rows of a page are drawn at once; Qt keeps the interpreter while it packs them."""
_TENTHS = 254
_TENTH_MM = 10
_A4_LANDSCAPE = (2_970, 2_100)


class PrinterRefused(UserError):
    """The printer takes nothing."""

    template = N_("The printer does not take the pages. See whether it is switched on and chosen.")


class Spool:
    """Paints the pages of a PDF; nothing reaches the printer before they are let go."""

    def __init__(self, printer: QPrinter) -> None:
        self._printer = printer
        self._painter: QPainter | None = None

    def fill(self, file: Path, progress: Progress) -> int:
        """Paint the pages that are wanted, each at its own size; return how many.

        Runs on a worker thread.

        Raises:
            Cancelled: The user stopped it.
            PrinterRefused: The printer cannot be used.
        """
        self.drop()
        self._printer.setFullPage(True)
        with opened(file) as pages:
            wanted = self._wanted(pages.count)
            for place, number in enumerate(wanted):
                progress.advance(place, len(wanted))
                self._next_page()
                self._paint(pages, number, progress, (place, len(wanted)))
        progress.advance(len(wanted), len(wanted))
        return len(wanted)

    def let_go(self) -> None:
        """Send what was painted to the printer."""
        if self._painter is not None:
            self._painter.end()
            self._painter = None

    def drop(self) -> None:
        """Throw away what was painted."""
        if self._painter is not None:
            self._printer.abort()
            self._painter.end()
            self._painter = None

    def _wanted(self, count: int) -> list[int]:
        """Return the pages from 0 on, in the order in which they are printed."""
        ranges = self._printer.pageRanges()
        found = [one for one in range(count) if ranges.isEmpty() or ranges.contains(one + 1)]
        if self._printer.pageOrder() is QPrinter.PageOrder.LastPageFirst:
            found.reverse()
        if not self._printer.supportsMultipleCopies():
            found *= max(self._printer.copyCount(), 1)
        return found

    def _next_page(self) -> None:
        if self._painter is None:
            painter = QPainter()
            if not painter.begin(self._printer):
                raise PrinterRefused
            # Else Qt spools photographs: three times as large, with shadows around letters.
            painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
            self._painter = painter
        elif not self._printer.newPage():
            raise PrinterRefused

    def _paint(self, pages: Pages, number: int, progress: Progress, at: tuple[int, int]) -> None:
        assert self._painter is not None
        dots = self._printer.resolution()
        dpi = min(dots, _MOST_DPI)
        for strip in pages.strips(number, dpi, _ROWS):
            progress.advance(*at)
            top = strip.top * dots // dpi
            bottom = (strip.top + strip.height) * dots // dpi
            place = QRect(0, top, strip.width * dots // dpi, bottom - top)
            self._painter.drawImage(place, as_image(strip))


def printer_for(size: tuple[int, int], title: str) -> QPrinter:
    """Return the printer of the house, set to a sheet; the size is in 0.1 mm."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    printer.setCreator("Duiping")
    lying = size == _A4_LANDSCAPE
    width, height = reversed(size) if lying else size
    sheet = QPageSize(QSizeF(width / _TENTH_MM, height / _TENTH_MM), QPageSize.Unit.Millimeter)
    landscape, portrait = QPageLayout.Orientation.Landscape, QPageLayout.Orientation.Portrait
    orientation = landscape if lying else portrait
    printer.setPageLayout(QPageLayout(sheet, orientation, QMarginsF(0, 0, 0, 0)))
    printer.setFullPage(True)
    return printer
