"""What was printed: found again, printed once more, made void."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import N_, _, ngettext
from app.reporting.previewing import seen_again
from app.reporting.queries import IssueView, recent
from app.reporting.rules import Format, ReportKind
from app.reporting.service import void
from app.reporting.titles import title
from ui.dialogs.asking import Ask
from ui.formatting import count
from ui.models.list_table import ListTable
from ui.pages.printing import Order
from ui.pages.reports_part import SHARED, SeeingPart
from ui.widgets.panels import EmptyState, label
from ui.widgets.paper_form import stored_offset
from ui.widgets.print_columns import copy, print_columns, printed_at
from ui.widgets.table_view import TableView

_WAIT_MS = 250
_SHOWN = 500
_SPLIT = (730, 490)


class PrintsPart(SeeingPart):
    """The record of prints, the latest first, and how each of them looked."""

    title: ClassVar[str] = N_("Recent prints")
    verbs: ClassVar[tuple[str, ...]] = (*SHARED, "reports.void")

    def bind(self) -> None:
        """Bind the actions of the part."""
        super().bind()
        self.page.bind("reports.void", self._ask_why)

    def arrange(self) -> None:
        """Make the list and the preview."""
        self._asked = 0
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self.reload)
        self._look_wait = QTimer(self)
        self._look_wait.setSingleShot(True)
        self._look_wait.setInterval(_WAIT_MS)
        self._look_wait.timeout.connect(self._look)
        self._make_filters()
        self._make_list()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self._left())
        split.addWidget(self.make_view())
        split.setSizes(_SPLIT)
        self.body.addWidget(split, 1)
        self.body.addLayout(self.buttons(("reports.print", "reports.save", "reports.void")))

    def reload(self) -> None:
        """Ask for the prints anew; what is chosen stays chosen."""
        kind = str(self.kind.currentData() or "")
        self._asked += 1
        self.desk.read(
            recent,
            kind=ReportKind(kind) if kind else None,
            text=self.text.text().strip(),
            limit=_SHOWN,
        ).then(partial(self._show, self._asked), owner=self)

    def weigh(self) -> None:
        """A print can be made again unless it is void."""
        super().weigh()
        one = self._current()
        valid = one is not None and not one.is_void
        pdf = one is not None and one.format is Format.PDF
        self.page.allow("reports.print", possible=valid and pdf)
        self.page.allow("reports.save", possible=valid)
        self.page.allow("reports.void", possible=valid)

    def entered(self) -> None:
        """Put the keyboard into the list."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def memento(self) -> object:
        """Return what is searched for."""
        return {"kind": str(self.kind.currentData() or ""), "text": self.text.text()}

    def restore(self, memento: object) -> None:
        """Search for it again."""
        assert isinstance(memento, Mapping)
        self._search_for(memento["kind"], memento["text"])

    def show_number(self, number: str) -> None:
        """Show the prints of one paper."""
        self._search_for("", number)
        self.reload()

    # ------------------------------------------------------------ parts

    def _make_filters(self) -> None:
        self.kind = QComboBox()
        self.kind.setAccessibleName(_(N_("Paper")))
        self.kind.addItem(_(N_("All papers")), "")
        for kind in ReportKind:
            self.kind.addItem(title(kind), kind.value)
        self.kind.currentIndexChanged.connect(lambda _number: self.reload())
        self.text = QLineEdit()
        self.text.setAccessibleName(_(N_("Search for")))
        self.text.setPlaceholderText(_(N_("Number, what it is about, by whom")))
        self.text.setClearButtonEnabled(True)
        self.text.textChanged.connect(lambda _text: self._wait.start())

    def _make_list(self) -> None:
        self.rows: ListTable[IssueView] = ListTable(print_columns(), self)
        self.table = TableView(
            self.rows, name="prints", title=N_("Recent prints"), preferences=self.desk.preferences
        )
        self.table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.table.picked.connect(self._picked)
        self.empty = EmptyState(
            "printer",
            _(N_("No print")),
            _(N_("Nothing was printed yet, or nothing fits what is searched for.")),
        )
        self.pile = QStackedWidget()
        self.pile.addWidget(self.table)
        self.pile.addWidget(self.empty)
        self.total = label("", "muted")
        self.details = label("", "muted")
        self.details.setWordWrap(True)
        self.details.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def _left(self) -> QWidget:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 6, 0)
        above = QHBoxLayout()
        above.addWidget(self.kind)
        above.addWidget(self.text, 1)
        column.addLayout(above)
        column.addWidget(self.pile, 1)
        column.addWidget(self.details)
        column.addWidget(self.total)
        return left

    # ------------------------------------------------------------ showing

    def _search_for(self, kind: str, text: str) -> None:
        with QSignalBlocker(self.kind), QSignalBlocker(self.text):
            self.kind.setCurrentIndex(max(self.kind.findData(kind), 0))
            self.text.setText(text)

    def _show(self, asked: int, found: Sequence[IssueView]) -> None:
        if asked != self._asked:
            return
        before = self._current()
        self.rows.show_rows(found)
        self.pile.setCurrentWidget(self.table if found else self.empty)
        text = ngettext("{count} print", "{count} prints", len(found))
        if len(found) == _SHOWN:
            text = _(N_("the latest {count} prints; search for older ones"))
        self.total.setText(text.format(count=count(len(found))))
        ids = [one.id for one in found]
        self.table.go_to_row(ids.index(before.id) if before and before.id in ids else 0)
        self._picked()

    def _current(self) -> IssueView | None:
        number = self.table.current_row()
        return None if number is None else self.rows.row(number)

    def _picked(self) -> None:
        one = self._current()
        self.details.setText(_told(one) if one else "")
        self._look_wait.start()
        self.weigh()

    def _look(self) -> None:
        one = self._current()
        if one is None:
            self.previewer.refuse(_(N_("No print is chosen")), "")
            return
        work: Any = partial(
            seen_again, self.desk.workspace, self.desk.actor, one, renderer=self.desk.drawers.draw
        )
        self.previewer.ask(work, f"{one.id} {one.void_reason}")

    # ------------------------------------------------------------ doing

    def print_it(self) -> None:
        """Ask for a printer and print the next copy."""
        one = self._current()
        if one is not None:
            self.printing.ask_printer(self._order(one))

    def save_it(self) -> None:
        """Ask for a file and save the next copy."""
        one = self._current()
        if one is not None:
            self.printing.ask_file(self._order(one))

    def _order(self, one: IssueView) -> Order:
        name = _(N_("reprint of {number}")).format(number=one.number)
        offset = stored_offset(self.desk.preferences, one.form)
        return self.order_again(one, offset, name)

    def _ask_why(self) -> None:
        one = self._current()
        if one is None:
            return
        text = _(N_("{number} keeps its number, but does not count any more in any of its copies."))
        Ask(
            _(N_("Make void")),
            text.format(number=one.number),
            act=_(N_("Make void")),
            reason=_(N_("Reason")),
            done=partial(self._void, one.number),
            parent=self.window(),
        ).open()

    def _void(self, number: str, reason: str) -> None:
        self.desk.write(void, number=number, reason=reason).then(self._voided, owner=self)

    def _voided(self, prints: Sequence[IssueView]) -> None:
        first = prints[0]
        text = _(N_("{number} is void: {reason}"))
        self.desk.messages.tell_done(text.format(number=first.number, reason=first.void_reason))


def _told(one: IssueView) -> str:
    lines = [
        _(N_("{title} {number}, {copy}, code {code}")).format(
            title=title(one.kind), number=one.number, copy=copy(one), code=one.code
        ),
        _(N_("SHA-256 of the file: {sha256}")).format(sha256=one.sha256),
    ]
    if one.is_void:
        text = _(N_("Void since {at}, by {by}: {reason}"))
        lines.append(
            text.format(at=printed_at(one.voided_at), by=one.voided_by, reason=one.void_reason)
        )
    return "\n".join(lines)
