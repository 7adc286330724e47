"""What the parts of the page of papers have in common: a preview with its keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.reporting.making import make, reprint
from app.reporting.queries import IssueView
from app.reporting.rules import PageForm
from app.reporting.wishes import Wish
from ui.actions import ACTIONS
from ui.pages.page import Page
from ui.pages.part import Part
from ui.pages.previewer import Previewer
from ui.pages.printing import Order, Printing
from ui.pages.tabbed import TabbedPage
from ui.widgets.panels import label, tool_button
from ui.widgets.paper_view import PaperView

SHARED = (
    "reports.print",
    "reports.save",
    "reports.previous_page",
    "reports.next_page",
    "reports.smaller",
    "reports.larger",
    "reports.fit",
)
"""What both parts with a preview do, each in its own way."""
SIZES = {
    PageForm.A4: (2_100, 2_970),
    PageForm.HALF: (2_410, 1_397),
    PageForm.THIRD: (2_410, 931),
}
"""The sheets in 0.1 mm; A4 may lie, and the preview knows whether it does."""


class SeeingPart(Part):
    """A part with a preview; the actions in `SHARED` go to the part in front."""

    verbs: ClassVar[tuple[str, ...]] = SHARED

    def bind(self) -> None:
        """Bind the shared actions once, whichever part comes first."""
        for name in SHARED:
            if name not in self.page.actions_by_name:
                self.page.bind(name, partial(_to_front, self.page, name))

    def make_view(self) -> QWidget:
        """Make the preview and the row above it."""
        self.view = PaperView(self.desk)
        self.previewer = Previewer(self.desk, self.view)
        self.printing = Printing(self.page)
        self.where = label("", "muted")
        self.size_told = label("", "muted")
        self.size_told.setMinimumWidth(self.fontMetrics().horizontalAdvance("000 %"))
        self.size_told.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.view.turned.connect(self._turned)
        side = QWidget()
        body = QVBoxLayout(side)
        body.setContentsMargins(6, 0, 0, 0)
        body.addLayout(self._bar())
        body.addWidget(self.view, 1)
        return side

    def do(self, name: str) -> None:
        """Carry out a shared action."""
        acts: dict[str, Callable[[], object]] = {
            "reports.print": self.print_it,
            "reports.save": self.save_it,
            "reports.previous_page": partial(self.view.turn, -1),
            "reports.next_page": partial(self.view.turn, 1),
            "reports.smaller": partial(self.view.zoom, -1),
            "reports.larger": partial(self.view.zoom, 1),
            "reports.fit": self.view.fit,
        }
        acts[name]()

    def print_it(self) -> None:
        """Print what is shown."""

    def save_it(self) -> None:
        """Save what is shown."""

    def weigh(self) -> None:
        """Say which of the actions make sense."""
        seen = self.view.preview is not None
        for name, possible in (
            ("reports.previous_page", self.view.may_turn(-1)),
            ("reports.next_page", self.view.may_turn(1)),
            *((name, seen) for name in ("reports.smaller", "reports.larger", "reports.fit")),
        ):
            self.page.allow(name, possible=possible)

    def _turned(self) -> None:
        self.where.setText(self.view.where())
        self.size_told.setText(self.view.size_text())
        page = self.page
        if isinstance(page, TabbedPage) and page.part is self:
            self.weigh()

    def _bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for part in (
            self._tool("reports.previous_page"),
            self.where,
            self._tool("reports.next_page"),
        ):
            row.addWidget(part)
        row.addStretch()
        for part in (
            self._tool("reports.smaller"),
            self.size_told,
            self._tool("reports.larger"),
            self._tool("reports.fit"),
        ):
            row.addWidget(part)
        return row

    def _tool(self, name: str) -> QToolButton:
        action = self.page.actions_by_name[name]
        made = tool_button(ACTIONS[name].icon, action.text())
        made.setToolTip(action.toolTip())
        made.clicked.connect(lambda _checked=False: action.trigger())
        made.setEnabled(action.isEnabled())
        action.changed.connect(lambda: made.setEnabled(action.isEnabled()))
        return made

    # ------------------------------------------------------------ orders

    def order_of(self, wish: Wish, title: str, name: str) -> Order:
        """Return the order that prints what is wished."""
        workspace, actor = self.desk.workspace, self.desk.actor
        preview = self.view.preview
        return Order(
            title=title,
            name=name,
            format=wish.format,
            carry_out=lambda target, press: make(workspace, actor, wish, target, press),
            size=self._size(wish.form),
            pages=preview.pages if preview and preview.is_whole else 0,
        )

    def order_again(self, one: IssueView, offset: tuple[int, int], title: str) -> Order:
        """Return the order that prints the next copy of a paper."""
        workspace, actor = self.desk.workspace, self.desk.actor
        preview = self.view.preview
        return Order(
            title=title,
            name=one.number,
            format=one.format,
            carry_out=lambda target, press: reprint(
                workspace, actor, one.number, target, offset=offset, press=press
            ),
            size=self._size(one.form),
            pages=preview.pages if preview and preview.is_whole else 0,
        )

    def _size(self, form: PageForm | None) -> tuple[int, int]:
        preview = self.view.preview
        if preview is not None and form in {None, PageForm.A4}:
            return preview.size
        return SIZES[form or PageForm.A4]


def _to_front(page: Page, name: str) -> None:
    part = page.part if isinstance(page, TabbedPage) else None
    if isinstance(part, SeeingPart) and part.allowed:
        part.do(name)
