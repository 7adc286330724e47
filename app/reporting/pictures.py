"""Pages of a PDF as pictures, for the screen and for printers.

PDFium is not made for threads: only one of them is inside it at any time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

_ALONE = threading.Lock()
_POINTS = 72
_TENTHS = 254
_WHITE = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page, or a strip of it from `top` on; a byte to the pixel, for papers have no colours.

    The size of the whole page is in 0.1 mm.
    """

    width: int
    height: int
    top: int
    data: bytes
    page: tuple[int, int]


class Pages:
    """An open PDF."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self.count = len(document)

    def size(self, number: int) -> tuple[int, int]:
        """Return width and height of a page, counted from 0, in 0.1 mm."""
        with _ALONE:
            width, height = self._document.get_page_size(number)
        return round(width * _TENTHS / _POINTS), round(height * _TENTHS / _POINTS)

    def picture(self, number: int, dpi: int) -> Picture:
        """Return a page, counted from 0, so many pixels to the inch."""
        return next(self.strips(number, dpi))

    def strips(self, number: int, dpi: int, rows: int = 0) -> Iterator[Picture]:
        """Yield a page from top to bottom in strips of so many rows; else in one."""
        page = self.size(number)
        width, height = (max(1, round(side * dpi / _TENTHS)) for side in page)
        for top in range(0, height, rows or height):
            part = min(rows or height, height - top)
            yield Picture(
                width=width,
                height=part,
                top=top,
                data=self._drawn(number, (width, height), top, part),
                page=page,
            )

    def _drawn(self, number: int, size: tuple[int, int], top: int, rows: int) -> bytes:
        width, height = size
        with _ALONE:
            page = self._document[number]
            bitmap = pypdfium2.PdfBitmap.new_native(width, rows, pdfium.FPDFBitmap_Gray)
            try:
                pdfium.FPDFBitmap_FillRect(bitmap.raw, 0, 0, width, rows, _WHITE)
                flags = pdfium.FPDF_ANNOT | pdfium.FPDF_PRINTING
                pdfium.FPDF_RenderPageBitmap(bitmap.raw, page.raw, 0, -top, width, height, 0, flags)
                assert bitmap.stride == width
                return bytes(bitmap.buffer)
            finally:
                bitmap.close()
                page.close()


@contextmanager
def opened(source: Path | bytes) -> Iterator[Pages]:
    """Open a PDF, from a file or from memory."""
    with _ALONE:
        document = pypdfium2.PdfDocument(source)
    try:
        yield Pages(document)
    finally:
        with _ALONE:
            document.close()


def picture(source: Path | bytes, number: int, dpi: int) -> Picture:
    """Return one page, counted from 0, so many pixels to the inch."""
    with opened(source) as pages:
        return pages.picture(number, dpi)
