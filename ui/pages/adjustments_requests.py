"""What else waits for a second person: master data, settings, days to be reopened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.approval.rules import Action, Verdict
from app.base.i18n import N_, _
from app.closing.balancing import Balancing
from app.closing.deciding import (
    Pending,
    approve_request,
    pending_requests,
    return_request,
    withdraw_request,
)
from app.closing.rules import ItemGroup
from app.db.workspace import Actor, ReadSession
from app.reporting.rules import ReportKind
from app.wording.labels import label as label_of
from ui.desk import Target
from ui.dialogs.asking import Ask
from ui.formatting import amount, moment
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.pages.part import Part
from ui.widgets.change_words import told_change
from ui.widgets.panels import EmptyState, label
from ui.widgets.states import NONE, RUNNING, WAITING, with_glyph
from ui.widgets.table_view import TableView

_VERBS = ("agree", "refuse", "statement", "take_back")


class RequestsPart(Part):
    """All that is asked for and not decided, with what it would change."""

    title: ClassVar[str] = N_("Waiting for a second person")
    verbs: ClassVar[tuple[str, ...]] = tuple(f"adjustments.{name}" for name in _VERBS)

    def bind(self) -> None:
        """Bind the actions of the part."""
        self.page.bind("adjustments.agree", self._agree)
        self.page.bind("adjustments.refuse", self._ask_why)
        self.page.bind("adjustments.statement", self._see_statement)
        self.page.bind("adjustments.take_back", self._take_back)

    def arrange(self) -> None:
        """Make the list and what a request would change."""
        self._pending = ListTable(_columns(), self)
        self.table = TableView(
            self._pending,
            name="requests",
            title=N_("Waiting for a second person"),
            preferences=self.desk.preferences,
        )
        self.table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.table.picked.connect(self._picked)
        self.table.opened.connect(lambda _row: self._opened())
        empty = EmptyState(
            "check-check",
            _(N_("Nothing waits")),
            _(N_("Nobody has asked for anything that needs a second person.")),
        )
        self.pile = QStackedWidget()
        self.pile.addWidget(self.table)
        self.pile.addWidget(empty)
        self.heading, self.facts = label("", "title"), label("", "muted")
        self.change, self.note = label(""), label("", "warn")
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 0, 0, 0)
        for part in (self.heading, self.facts, self.change, self.note):
            part.setWordWrap(True)
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(part)
        column.addStretch()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.pile)
        split.addWidget(side)
        split.setSizes([760, 460])
        self.body.addWidget(split, 1)
        self.body.addLayout(self.buttons(self.verbs))

    def reload(self) -> None:
        """Ask for what waits."""
        self.desk.read(_other_requests, self.desk.actor).then(self._show, owner=self)

    def weigh(self) -> None:
        """Say which actions make sense for the request with the cursor."""
        one = self._current()
        self.page.allow("adjustments.agree", possible=one is not None and one.decidable)
        self.page.allow("adjustments.refuse", possible=one is not None and one.decidable)
        has_paper = one is not None and one.balancing is not None
        self.page.allow("adjustments.statement", possible=has_paper)
        self.page.allow("adjustments.take_back", possible=one is not None and one.mine)

    def entered(self) -> None:
        """Put the keyboard into the list."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------ showing

    def _show(self, found: Sequence[Pending]) -> None:
        before, current = self.table.current_row() or 0, self._current()
        self._pending.show_rows(found)
        self.pile.setCurrentIndex(0 if found else 1)
        ids = [one.request.id for one in found]
        kept = current is not None and current.request.id in ids
        row = ids.index(current.request.id) if kept and current else min(before, len(ids) - 1)
        self.table.go_to_row(row)
        self._picked()

    def _picked(self) -> None:
        one = self._current()
        self.heading.setText(one.title if one else "")
        self.facts.setText(_facts(one) if one else "")
        self.change.setText(_change(one) if one else "")
        self.note.setText(_why_not(one) if one else "")
        if self.isVisible():
            self.weigh()

    def _current(self) -> Pending | None:
        number = self.table.current_row()
        return None if number is None else self._pending.row(number)

    # ------------------------------------------------------------ deciding

    def _opened(self) -> None:
        one = self._current()
        if one is not None and one.decidable:
            self._agree()
        elif one is not None:
            self.desk.warn(_why_not(one))

    def _agree(self) -> None:
        one = self._current()
        if one is None:
            return
        Ask(
            _(N_("Agree")),
            "\n".join(text for text in (one.title, _change(one)) if text),
            act=_(N_("Agree")),
            done=lambda _reason: self._do_agree(one),
            parent=self.window(),
        ).open()

    def _do_agree(self, one: Pending) -> None:
        self.desk.decide(approve_request, request_id=one.request.id, seen=one.request.digest).then(
            partial(self._agreed, one), owner=self
        )

    def _agreed(self, one: Pending, done: bool) -> None:  # noqa: FBT001 - a service's value
        text = (
            N_("Carried out: {what}") if done else N_("Agreed; a second checker is needed: {what}")
        )
        self.desk.messages.tell_done(_(text).format(what=one.title))

    def _ask_why(self) -> None:
        one = self._current()
        if one is not None:
            Ask(
                _(N_("Refuse")),
                one.title,
                act=_(N_("Refuse")),
                reason=_(N_("Reason")),
                done=partial(self._refuse, one),
                parent=self.window(),
            ).open()

    def _refuse(self, one: Pending, reason: str) -> None:
        self.desk.decide(return_request, request_id=one.request.id, reason=reason).then(
            lambda _value: self.desk.messages.tell_done(
                _(N_("Refused: {what}")).format(what=one.title)
            ),
            owner=self,
        )

    def _see_statement(self) -> None:
        one = self._current()
        if one is not None and one.balancing is not None:
            number = one.request.object_key
            self.desk.open(Target(page="reports", state=ReportKind.STATEMENT, key=number))

    def _take_back(self) -> None:
        one = self._current()
        if one is not None:
            self.desk.write(withdraw_request, request_id=one.request.id).then(
                lambda _value: self.desk.messages.tell_done(
                    _(N_("Taken back: {what}")).format(what=one.title)
                ),
                owner=self,
            )


def _other_requests(session: ReadSession, actor: Actor) -> list[Pending]:
    """All but adjustments: those have a list of their own, with all that a checker needs."""
    return [
        one
        for one in pending_requests(session, actor)
        if one.request.action is not Action.POST_ADJUSTMENT
    ]


def _columns() -> list[Column[Pending]]:
    return [
        Column(
            name="state",
            title=N_("Whose turn"),
            text=_turn,
            tone=lambda row: WAITING.tone if row.decidable else "",
            width=14,
            sortable=False,
        ),
        Column(
            name="title",
            title=N_("What"),
            text=lambda row: row.title,
            tip=lambda row: row.title,
            width=24,
            room=50,
            sortable=False,
        ),
        Column(
            name="amount",
            title=N_("Amount"),
            text=lambda row: amount(row.request.amount_fen),
            numeric=True,
            width=11,
            sortable=False,
        ),
        Column(
            name="maker",
            title=N_("Asked by"),
            text=lambda row: row.request.maker_name,
            width=10,
            sortable=False,
        ),
        Column(
            name="at",
            title=N_("When"),
            text=lambda row: moment(row.request.made_at),
            width=19,
            sortable=False,
        ),
    ]


def _turn(row: Pending) -> str:
    if row.decidable:
        return with_glyph(WAITING, _(N_("yours")))
    return with_glyph(RUNNING if row.mine else NONE, _(N_("somebody else's")))


def _facts(one: Pending) -> str:
    request = one.request
    parts = [
        label_of(request.action),
        _(N_("asked by {name}")).format(name=request.maker_name),
        moment(request.made_at),
    ]
    if request.needed > 1:
        names = [vote.checker_name for vote in request.votes if vote.verdict is Verdict.APPROVED]
        text = _(N_("Needs {needed} checkers; {agreed} approved so far: {names}"))
        said = _(N_(", ")).join(names) or "–"
        parts.append(text.format(needed=request.needed, agreed=request.agreed, names=said))
    return "  ·  ".join(parts)


def _change(one: Pending) -> str:
    lines = []
    if one.change is not None:
        change = one.change
        told = told_change(change.object_type, change.object_key, change.before, change.after)
        lines.append(told.replace("; ", "\n"))
    if one.balancing is not None:
        lines += _figures(one.balancing)
    if one.request.reason:
        lines.append(_(N_("Reason: {reason}")).format(reason=one.request.reason))
    return "\n".join(lines)


def _figures(found: Balancing) -> list[str]:
    """Both balances, and what stands between them by its group."""
    text = _(N_("{what}: {sum}"))
    groups = [(label_of(group), found.sum_of(group)) for group in ItemGroup]
    told = [
        (_(N_("Balance of the book")), found.book_fen),
        (_(N_("Balance of the bank statement")), found.bank_fen),
        *((name, fen) for name, fen in groups if fen),
        (_(N_("Adjusted balance")), found.adjusted_book_fen),
    ]
    return [text.format(what=what, sum=amount(fen)) for what, fen in told]


def _why_not(one: Pending) -> str:
    if one.decidable:
        return ""
    if one.mine:
        return _(N_("You asked for this yourself: somebody else has to decide it."))
    return _(N_("It waits for somebody with another role, or for a second person."))
