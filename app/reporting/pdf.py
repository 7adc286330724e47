"""Papers as PDF: pages with head and foot, page n of N, and the QR code on every sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from app.base.i18n import N_, _, speaking
from app.base.progress import Progress, Silent
from app.reporting.charts import chart_flows
from app.reporting.flows import (
    Flow,
    Piece,
    baseline,
    fields_flows,
    notes_flows,
    picture_flow,
    signature_flow,
    text_flows,
    whole,
)
from app.reporting.fonts import Face, loaded, presentable
from app.reporting.looks import Style, style_of
from app.reporting.paper import Beside, Break, Fields, Missing, Paper, Picture, Stamp, Table
from app.reporting.pen import POINT, Align, Pen, fitted, measure, mm
from app.reporting.qr import outlines
from app.reporting.rules import qr_text
from app.reporting.tables import table_flows

_PROGRAM = "Duiping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file of papers: pages of each paper, and characters that no font has."""

    pages: tuple[int, ...]
    missing: tuple[Missing, ...]


def write_pdf(
    path: Path,
    papers: Sequence[tuple[Paper, Stamp]],
    *,
    offset: tuple[int, int] = (0, 0),
    progress: Progress | None = None,
) -> Made:
    """Write papers into one PDF, each beginning a page; the offset is in 0.1 mm.

    Raises:
        Cancelled: The user stopped it.
    """
    told = progress or Silent()
    loaded(Face.SONG)
    rl_config.useA85 = 0  # text instead of bytes: a quarter larger and slow to make
    # No other font is ever named in the file.
    font: Any = Face.SONG.value
    canvas = Canvas(str(path), initialFontName=font, pageCompression=1)
    canvas.setCreator(_PROGRAM)
    canvas.setProducer(_PROGRAM)
    pen = Pen(canvas)
    pages, missing = [], {}
    for number, (paper, stamp) in enumerate(papers):
        told.advance(number, len(papers))
        if not number:
            _describe(canvas, paper, stamp)
        with speaking(paper.language):
            count, lacking = _draw(pen, paper, stamp, offset)
        pages.append(count)
        missing.update(dict.fromkeys(lacking))
    canvas.save()
    told.advance(len(papers), len(papers))
    return Made(pages=tuple(pages), missing=tuple(missing))


def _describe(canvas: Canvas, paper: Paper, stamp: Stamp) -> None:
    canvas.setTitle(f"{paper.title} {stamp.number}".strip())
    canvas.setAuthor(paper.unit)
    canvas.setSubject(paper.subject)


def _draw(
    pen: Pen, paper: Paper, stamp: Stamp, offset: tuple[int, int]
) -> tuple[int, list[Missing]]:
    paper, missing = presentable(paper)
    style = style_of(paper.form, landscape=paper.landscape, dense=paper.dense)
    frame = _Frame(paper, stamp, style)
    pages = _paginated(_flows(paper, style), frame.room)
    for number, page in enumerate(pages, 1):
        pen.canvas.setPageSize((style.width / POINT, style.height / POINT))
        if offset != (0, 0):
            right, down = (mm(0, tenths) / POINT for tenths in offset)
            pen.canvas.translate(right, -down)
        pen.stroke(style.thickness)
        frame.draw(pen, number, len(pages))
        for top, piece in page:
            piece.draw(pen, frame.top - top)
        pen.finish()
        pen.canvas.showPage()
    return len(pages), missing


def _flows(paper: Paper, style: Style) -> list[Flow]:
    flows: list[Flow] = []
    for block in paper.blocks:
        match block:
            case Fields():
                flows += fields_flows(block, style)
            case Table():
                flows += table_flows(block, style)
            case Beside():
                flows += chart_flows(block, style)
            case Picture():
                flows.append(picture_flow(block, style))
            case Break():
                flows.append(whole(0, lambda _pen, _top: None, new_page=True))
            case _:
                flows += text_flows(block, style)
    if paper.signatures:
        flows.append(signature_flow(paper.signatures, style))
    return [*flows, *notes_flows(paper.notes, style)]


def _paginated(flows: Iterable[Flow], room: int) -> list[list[tuple[int, Piece]]]:
    """Put parts on pages; each piece with its distance from the top."""
    pages: list[list[tuple[int, Piece]]] = [[]]
    used = 0
    for flow in flows:
        left: Flow | None = flow
        while left is not None:
            piece, left = left.split(room - used)
            if piece is not None and not piece.new_page:
                pages[-1].append((used, piece))
                used += piece.height
            ends = left is not None or (piece is not None and piece.new_page)
            if ends and (pages[-1] or piece is None):
                assert pages[-1], "a part of a paper is higher than a page"
                used = _turn(pages)
    return [page for page in pages if page] or [[]]


def _turn(pages: list[list[tuple[int, Piece]]]) -> int:
    """Begin a page with what must not be the last on the one before; return its height."""
    taken: list[Piece] = []
    while len(pages[-1]) > 1 and pages[-1][-1][1].glued:
        taken.insert(0, pages[-1].pop()[1])
    pages.append([])
    used = 0
    for piece in taken:
        pages[-1].append((used, piece))
        used += piece.height
    return used


class _Frame:
    """What stands on every page around the content."""

    def __init__(self, paper: Paper, stamp: Stamp, style: Style) -> None:
        self.paper, self.stamp, self.style = paper, stamp, style
        self.head = max(style.title * 13 // 10 + 2 * style.leading, style.qr) + style.gap // 2
        self.foot = style.small * 13 // 10 + POINT
        self.top = style.height - style.top - self.head

    @property
    def room(self) -> int:
        """The height between head and foot."""
        return self.top - self.style.bottom - self.foot

    def draw(self, pen: Pen, number: int, count: int) -> None:
        """Draw head and foot of a page."""
        self._head(pen)
        self._foot(pen, number, count)
        if self.stamp.void:
            middle = (self.style.width // 2, self.style.height // 2)
            pen.slanted(middle, _(N_("VOID")), self.style.height // 4)

    def _head(self, pen: Pen) -> None:
        style, stamp, paper = self.style, self.stamp, self.paper
        top, right = style.height - style.top, style.left + style.room
        side = style.qr if stamp.number else 0
        space = style.room - 2 * style.qr - 8 * POINT
        size = fitted(paper.title, style.title, space, Face.HEI)
        pen.heavy((style.width // 2, baseline(top, style.title)), paper.title, size)
        if side:
            text = qr_text(stamp.number, stamp.code)
            pen.place((right - side, top - side), side, outlines(text))
        second = top - style.title * 13 // 10
        edge = right - (side + 8 * POINT if side else 0)
        numbers = self._numbers()
        for place, words in enumerate(numbers):
            y = baseline(second - place * style.leading, style.size)
            pen.text((edge, y), words, style.size, Face.SONG, Align.RIGHT)
        wide = max(measure(words, style.size) for words in numbers)
        room = edge - style.left - wide - 8 * POINT
        unit = fitted(paper.unit, style.size, room, Face.HEI)
        pen.text((style.left, baseline(second, style.size)), paper.unit, unit, Face.HEI)
        currency = _(N_("Currency: CNY, in yuan"))
        at = (style.left, baseline(second - style.leading, style.size))
        pen.text(at, currency, style.size, Face.SONG)

    def _numbers(self) -> tuple[str, str]:
        if not self.stamp.number:
            return _(N_("Draft, without a number")), ""
        number = _(N_("No. {number}")).format(number=self.stamp.number)
        return number, _(N_("Code {code}")).format(code=self.stamp.code)

    def _foot(self, pen: Pen, number: int, count: int) -> None:
        style = self.style
        y = style.bottom + POINT
        page = _(N_("page {number} of {count}")).format(number=number, count=count)
        right = style.left + style.room
        pen.text((right, y), page, style.small, Face.SONG, Align.RIGHT)
        printed = self._printed()
        room = style.room - measure(page, style.small) - 8 * POINT
        pen.text((style.left, y), printed, fitted(printed, style.small, room), Face.SONG)

    def _printed(self) -> str:
        stamp = self.stamp
        if not stamp.number:
            return _(N_("Preview. The number is given when the paper is printed or saved."))
        text = (
            _(N_("Reprint no. {copy}, printed {at} by {by}"))
            if stamp.copy
            else _(N_("Printed {at} by {by}, original"))
        )
        text = text.format(copy=stamp.copy, at=stamp.at, by=stamp.by)
        if stamp.void:
            text += _(N_(" · void: {reason}")).format(reason=stamp.void)
        return text
