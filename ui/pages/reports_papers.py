"""Making a paper: which one, about what, and how it will look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QScrollArea, QSplitter, QVBoxLayout, QWidget

from app.base.errors import UserError
from app.base.i18n import N_, _
from app.closing.statements import submit_statement
from app.identity.rules import Permission
from app.reporting.offering import choices, offered
from app.reporting.previewing import preview
from app.reporting.rules import Format, ReportKind
from app.reporting.titles import title
from app.reporting.wishes import Wish
from ui.formatting import day as day_text
from ui.pages.reports_part import SHARED, SeeingPart
from ui.widgets.paper_form import PaperForm
from ui.widgets.paper_list import PaperList

_LEFT_WIDTH, _LEAST_WIDTH = 330, 300
BUTTONS = ("reports.print", "reports.save", "reports.submit", "reports.favourite")


class PapersPart(SeeingPart):
    """The list of papers, what each asks for, and its preview."""

    title: ClassVar[str] = N_("Papers")
    permission: ClassVar[Permission | None] = Permission.PRINT
    refusal: ClassVar[str] = N_("Who may print sees papers here; others read the prints.")
    verbs: ClassVar[tuple[str, ...]] = (*SHARED, "reports.submit", "reports.favourite")

    def bind(self) -> None:
        """Bind the actions of the part."""
        super().bind()
        self.page.bind("reports.submit", self._submit)
        self.page.bind("reports.favourite", self._star)

    def arrange(self) -> None:
        """Make the list, the form and the preview."""
        self._day_shown: object = None
        self._organisation_shown = ""
        self.papers = PaperList(self.desk.preferences)
        self.form = PaperForm(self.desk.preferences)
        self.papers.offer(offered(self.desk.actor))
        self.form.show_kind(self.papers.kind() or ReportKind.SUMMARY)
        self.papers.chosen.connect(self._chosen)
        self.form.changed.connect(self._look)
        area = QScrollArea()
        area.setWidget(self.form)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left = QWidget()
        left.setMinimumWidth(_LEAST_WIDTH)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 6, 0)
        column.addWidget(self.papers)
        column.addSpacing(6)
        column.addWidget(area, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.make_view())
        split.setStretchFactor(1, 1)
        split.setSizes([_LEFT_WIDTH, 900])
        self.body.addWidget(split, 1)
        self.body.addLayout(self.buttons(BUTTONS))

    def reload(self) -> None:
        """Look again: another day or organisation, or something changed."""
        if self.desk.day != self._day_shown:
            self._day_shown = self.desk.day
            self.form.show_day(self.desk.day)
        self.desk.read(choices).then(self._offer, owner=self)

    def weigh(self) -> None:
        """Printing and saving need something to print."""
        super().weigh()
        seen = self.view.preview is not None
        self.page.allow("reports.print", possible=seen)
        self.page.allow("reports.save", possible=seen)
        statement = self.papers.kind() is ReportKind.STATEMENT
        self.page.allow("reports.submit", possible=seen and statement)
        self.page.allow("reports.favourite", possible=self.papers.kind() is not None)

    def entered(self) -> None:
        """Put the keyboard into the list."""
        (self.papers if self.allowed else self).setFocus(Qt.FocusReason.OtherFocusReason)

    def memento(self) -> object:
        """Return which paper is in front, and what was chosen and typed."""
        if not self.allowed:
            return {}
        kind = self.papers.kind()
        return {
            "kind": kind.value if kind else "",
            "form": self.form.memento(),
            "shown": (self._day_shown, self._organisation_shown),
        }

    def restore(self, memento: object) -> None:
        """Choose and type it again."""
        if not self.allowed or not isinstance(memento, Mapping) or not memento:
            return
        if memento["kind"]:
            with QSignalBlocker(self.papers):
                self.papers.choose(ReportKind(memento["kind"]))
            self.form.show_kind(ReportKind(memento["kind"]))
        self._day_shown, self._organisation_shown = memento["shown"]
        self.form.restore(memento["form"])

    def choose(self, kind: ReportKind, numbers: str) -> None:
        """Make a paper about what is named."""
        with QSignalBlocker(self.papers):
            self.papers.choose(kind)
        self.form.show_kind(kind)
        self.form.show_day(self.desk.day)
        self.form.show_numbers(numbers)
        self._look()

    def _star(self) -> None:
        self.papers.toggle()

    def _submit(self) -> None:
        """Ask for approval of the statement that is shown."""
        wish = self._wish()
        if wish is None or wish.kind is not ReportKind.STATEMENT:
            return
        if not wish.account_no or wish.day is None:
            self.desk.messages.warn(_(N_("Choose one bank account and a day first.")))
            return
        told = _(N_("{number} waits for approval by another person."))
        self.desk.write(submit_statement, account_no=wish.account_no, day=wish.day).then(
            lambda number: self.desk.messages.tell_done(told.format(number=number)), owner=self
        )

    def print_it(self) -> None:
        """Ask for a printer and print."""
        wish = self._wish()
        if wish is not None:
            self.printing.ask_printer(self._order(replace(wish, format=Format.PDF)))

    def save_it(self) -> None:
        """Ask for a file and save."""
        wish = self._wish()
        if wish is not None:
            self.printing.ask_file(self._order(wish))

    def _order(self, wish: Wish) -> Any:
        name = title(wish.kind)
        about = "_".join(wish.keys[:1]) or day_text(wish.day or wish.first or wish.last)
        return self.order_of(wish, name, f"{name}_{about}" if about else name)

    def _offer(self, found: Any) -> None:
        self.form.offer(found)
        if self.desk.organisation != self._organisation_shown:
            self._organisation_shown = self.desk.organisation
            self.form.show_organisation(self.desk.organisation)
        self._look()

    def _chosen(self) -> None:
        kind = self.papers.kind()
        if kind is not None:
            self.form.show_kind(kind)
            self._look()

    def _look(self) -> None:
        wish = self._wish()
        if wish is not None:
            work = partial(
                preview, self.desk.workspace, self.desk.actor, wish, renderer=self.desk.drawers.draw
            )
            self.previewer.ask(work, f"{wish.kind} {wish.parameters()} {wish.form}")

    def _wish(self) -> Wish | None:
        """Return what is wished; None where something typed cannot be used, and say so."""
        try:
            return self.form.wish()
        except UserError as error:
            self.previewer.refuse(_(N_("No preview")), error.user_message())
            return None
