"""The page of arrivals: what should have come, what came, confirmed by one, checked by another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.arrivals.listing import Details, Listing, Wish, chosen, details, listing
from app.arrivals.queries import ExpectedArrival
from app.arrivals.rules import ArrivalState, Scope
from app.arrivals.service import Confirmed, check, confirm, unconfirm
from app.base.i18n import N_, _
from app.identity.rules import Permission
from app.reporting.rules import ReportKind
from ui.desk import Desk, Target
from ui.dialogs.asking import Ask
from ui.dialogs.unmasking import ask_unmask
from ui.formatting import amount
from ui.models.list_table import ListTable
from ui.pages.page import Page
from ui.widgets.arrival_choice import ArrivalChoice
from ui.widgets.arrival_details import ArrivalDetails
from ui.widgets.arrival_states import columns
from ui.widgets.arrival_words import (
    can_confirm,
    place_of,
    said,
    scope_of,
    undo_of,
    waits,
)
from ui.widgets.panels import EmptyState, label
from ui.widgets.table_view import TableView

_DETAILS_AFTER_MS = 60
_SIZES = (840, 410)


@dataclass(slots=True)
class _Memento:
    """Where the page was."""

    batch_no: str = ""
    state: ArrivalState | None = None
    account_no: str = ""
    sort: tuple[str, bool] = ("", False)
    filters: dict[str, str] = field(default_factory=dict)


class ArrivalsPage(Page):
    """Batches beside the bank lines that pay them."""

    name: ClassVar[str] = "arrivals"
    tables: ClassVar[frozenset[str]] = frozenset(
        {"clearing_batch", "arrival", "match", "discrepancy", "arrival_confirmation", "run"}
    )
    about: ClassVar[str] = N_(
        "Every clearing batch should arrive on its designated account. Choose a batch to see the "
        "bank lines that pay it. One person confirms that the money came, another checks it. "
        "A batch that differs can be confirmed only with the adjustment that explains it."
    )

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._listing: Listing | None = None
        self._wanted = self._sought = ""
        self._filters: Mapping[str, str] = {}
        self._sort: tuple[str, bool] = ("", False)
        self._asked = 0
        self._reading = False
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_DETAILS_AFTER_MS)
        self._wait.timeout.connect(self._ask_details)
        self._make_parts()
        self._bind()
        self._arrange()
        self._weigh()

    # ------------------------------------------------------------ what every page does

    def reload(self) -> None:
        """Ask for the list anew."""
        if self.desk.day is None:
            self._show_empty()
            return
        self._ask(self.desk.day, None)

    def _narrow(self) -> None:
        """Show others of the batches that were read."""
        if self.desk.day is None or self._listing is None or self._reading:
            self.reload()
        else:
            self._ask(self.desk.day, self._listing.batches)

    def _ask(self, day: date, batches: Sequence[ExpectedArrival] | None) -> None:
        self._wanted = self._wanted or self._current_batch()
        self._asked += 1
        self._reading = self._reading or batches is None
        wish = Wish(
            day=day,
            organisation=self.desk.organisation,
            account_no=self.choice.account_no,
            brought_forward=self.choice.earlier.isChecked(),
            state=self.choice.state,
            texts=dict(self._filters),
            sort=self._sort[0],
            descending=self._sort[1],
        )
        self.desk.read(
            lambda session: listing(session, wish) if batches is None else chosen(batches, wish)
        ).then(partial(self._listed, self._asked), owner=self)

    def go(self, target: Target) -> None:
        """Show one batch, or the batches of an account."""
        self._wanted = self._sought = target.batch_no
        self.choice.choose(None, target.scope)
        self.table.header.set_filters({})
        self.reload()

    def memento(self) -> object:
        """Return the batch, the state and the filters that are chosen."""
        return _Memento(
            batch_no=self._current_batch(),
            state=self.choice.state,
            account_no=self.choice.account_no,
            sort=self._sort,
            filters=dict(self._filters),
        )

    def restore(self, memento: object) -> None:
        """Choose them again."""
        if isinstance(memento, _Memento):
            self._wanted = memento.batch_no
            self._sort = memento.sort
            self.choice.choose(memento.state, memento.account_no)
            self.table.header.set_filters(memento.filters)

    def entered(self) -> None:
        """Put the keyboard into the list."""
        (self.table if self._listing and self._listing.rows else self).setFocus(
            Qt.FocusReason.OtherFocusReason
        )

    # ------------------------------------------------------------ parts

    def _bind(self) -> None:
        self.bind("arrivals.confirm", self._confirm)
        self.bind("arrivals.confirm_all", self._confirm_all)
        self.bind("arrivals.check", self._check)
        self.bind("arrivals.check_all", self._check_all)
        self.bind("arrivals.take_back", self._take_back)
        self.bind("arrivals.differences", self._show_differences)
        self.bind("arrivals.earlier", self.choice.earlier.toggle)
        self.bind("arrivals.next_state", lambda: self.choice.step_state(1))
        self.bind("arrivals.previous_state", lambda: self.choice.step_state(-1))
        self.bind("arrivals.unmask", self._unmask)
        self.bind("arrivals.print", self._to_papers)
        self.bind("arrivals.filter", lambda: self.table.header.focus_filter("batch_no"))
        self.choice.earlier.setToolTip(self.actions_by_name["arrivals.earlier"].toolTip())

    def _make_parts(self) -> None:
        self.choice = ArrivalChoice(self.desk.preferences)
        self.choice.changed.connect(self.reload)
        self.choice.narrowed.connect(self._narrow)
        self.list: ListTable[ExpectedArrival] = ListTable(columns(lambda: self.desk.names), self)
        self.table = TableView(
            self.list, name="arrivals", title=N_("Batches"), preferences=self.desk.preferences
        )
        self.table.picked.connect(self._picked)
        self.table.opened.connect(lambda _row: self._next_step())
        self.table.sorted_by.connect(self._sorted)
        self.table.filtered.connect(self._filtered)
        self.details = ArrivalDetails(self.desk.preferences)
        self.scope = label("", "muted")
        self.scope.setAccessibleName(_(N_("What can be confirmed")))
        self.scope.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.scope.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.nothing = label(_(N_("No batch fits what is chosen above.")), "muted")

    def _arrange(self) -> None:
        work = QWidget()
        body = QVBoxLayout(work)
        body.setContentsMargins(10, 6, 10, 8)
        body.addWidget(self.choice)
        body.addWidget(self._middle(), 1)
        body.addLayout(self._below())
        self.empty = EmptyState(
            "landmark",
            _(N_("No money is expected")),
            _(N_("No clearing batch of this day is loaded. Import the clearer's files first.")),
        )
        self.empty.offer(_(N_("To the files")), lambda: self.desk.open(Target(page="files")))
        self.faces = QStackedWidget()
        self.faces.addWidget(work)
        self.faces.addWidget(self.empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.faces)

    def _middle(self) -> QSplitter:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.nothing)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.details)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 1)
        split.setSizes(_SIZES)
        split.setChildrenCollapsible(False)
        return split

    def _below(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for name in ("confirm", "confirm_all", "check", "check_all", "take_back", "differences"):
            if self._has_part(name):
                row.addWidget(self.button(f"arrivals.{name}"))
            else:
                self.actions_by_name[f"arrivals.{name}"].setVisible(False)
        row.addWidget(self.scope, 1)
        row.addSpacing(12)
        row.addWidget(self.choice.earlier)
        return row

    def _has_part(self, name: str) -> bool:
        """Buttons of the other person's part would only be in the way."""
        if name.startswith("check"):
            return self.desk.may(Permission.CHECK_ARRIVAL)
        if name.startswith("confirm"):
            return self.desk.may(Permission.CONFIRM_ARRIVAL) or not self.desk.may(
                Permission.CHECK_ARRIVAL
            )
        return True

    # ------------------------------------------------------------ showing

    def _listed(self, asked: int, found: Listing) -> None:
        if asked != self._asked:
            return
        self._listing, self._reading = found, False
        had_keyboard = self.window().focusWidget() in (self, self.table)
        chosen = self._wanted
        before = self.table.current_row() or 0
        sought, self._wanted, self._sought = self._sought, "", ""
        self.list.show_rows(found.rows)
        self.choice.show_counts(found)
        anything = bool(found.whole.count or self._filters or self.choice.account_no)
        self.faces.setCurrentIndex(0 if anything else 1)
        self.nothing.setVisible(not found.rows)
        self.scope.setText(self._scope_text(found))
        self.scope.setToolTip(self.scope.text())
        place = place_of(found.rows, chosen)
        if sought and place is None:
            self.desk.warn(_(N_("There is no batch {batch} here.")).format(batch=sought))
        self.table.go_to_row(min(before, len(found.rows) - 1) if place is None else place)
        if had_keyboard and self.isVisible():
            self.entered()
        self._picked()

    def _show_empty(self) -> None:
        self._listing, self._reading = None, False
        self.list.show_rows([])
        self.faces.setCurrentIndex(1)
        self._picked()

    def _scope_text(self, found: Listing) -> str:
        if self.desk.may(Permission.CHECK_ARRIVAL) and found.waiting.count:
            return _(N_("waiting for the check: {scope}")).format(scope=said(found.waiting))
        if found.clean.count:
            return _(N_("clean: {scope}")).format(scope=said(found.clean))
        return ""

    def _picked(self) -> None:
        rows = self._chosen()
        current = self._current()
        self._weigh()
        if len(rows) > 1:
            text = _(N_("{scope}; arrived {arrived}, difference {difference}"))
            self.desk.show_selection(
                text.format(
                    scope=said(scope_of(rows)),
                    arrived=amount(sum(row.arrived_fen for row in rows)),
                    difference=amount(sum(row.difference_fen for row in rows)),
                )
            )
        else:
            self.desk.show_selection("")
        if current is None:
            self.details.show_nothing()
        else:
            self.details.show_row(current)
            self._wait.start()

    def _unmask(self) -> None:
        if entries := self.details.entries():
            ask_unmask(self.desk, entries, self.window())

    def _ask_details(self) -> None:
        row = self._current()
        if row is not None:
            self.desk.read(details, row).then(partial(self._show_details, row.batch_id), owner=self)

    def _show_details(self, batch_id: int, found: Details) -> None:
        row = self._current()
        if row is not None and row.batch_id == batch_id:
            self.details.show_details(found)

    def _weigh(self) -> None:
        """Say which actions make sense for what is chosen."""
        rows, found = self._chosen(), self._listing
        current = self._current()
        self.allow("arrivals.confirm", possible=any(can_confirm(row) for row in rows))
        self.allow("arrivals.confirm_all", possible=bool(found and found.clean.count))
        self.allow("arrivals.check", possible=any(waits(row) for row in rows))
        self.allow("arrivals.check_all", possible=bool(found and found.waiting.count))
        self.allow(
            "arrivals.take_back",
            possible=any(row.confirmation is not None for row in rows)
            and (
                self.desk.may(Permission.CONFIRM_ARRIVAL) or self.desk.may(Permission.CHECK_ARRIVAL)
            ),
        )
        self.allow("arrivals.print", possible=any(row.confirmation is not None for row in rows))
        self.allow("arrivals.differences", possible=bool(current and current.standing))

    # ------------------------------------------------------------ doing

    def _next_step(self) -> None:
        """Enter: confirm what is to be confirmed, or check what is to be checked."""
        rows = self._chosen()
        if self.desk.may(Permission.CHECK_ARRIVAL) and any(waits(row) for row in rows):
            self._check()
        elif self.desk.may(Permission.CONFIRM_ARRIVAL):
            self._confirm()
        elif any(waits(row) or can_confirm(row) for row in rows):
            self.desk.warn(_(N_("Your role does not allow this.")))

    def _confirm(self) -> None:
        rows = self._chosen()
        if not any(can_confirm(row) for row in rows):
            rows = rows[:1]  # the service says in a sentence why not
        else:
            rows = [row for row in rows if can_confirm(row)]
        numbers = [row.batch_no for row in rows]
        if len(numbers) > 1:
            self._question(
                _(N_("Confirm")),
                _(N_("Confirm that the money of the {scope} chosen came?")),
                scope_of(rows),
                lambda _reason: self._do_confirm(numbers),
            )
        elif numbers:
            self._do_confirm(numbers)

    def _confirm_all(self) -> None:
        found = self._listing
        if found is not None and found.clean.count:
            self._question(
                _(N_("Confirm all clean ones")),
                _(N_("Confirm that the money of all {scope} shown and clean came?")),
                found.clean,
                lambda _reason: self._do_confirm(found.clean_nos),
            )

    def _do_confirm(self, batch_nos: Sequence[str]) -> None:
        self.desk.write(confirm, batch_nos=list(batch_nos)).then(
            partial(self._done, N_("Confirmed: {scope}.")), owner=self, undo=undo_of
        )

    def _check(self) -> None:
        rows = [row for row in self._chosen() if waits(row)]
        seen = {row.batch_no: row.confirmation.number for row in rows if row.confirmation}
        if len(seen) > 1:
            self._question(
                _(N_("Check")),
                _(N_("Check the confirmations of the {scope} chosen as the second person?")),
                scope_of(rows),
                lambda _reason: self._do_check(seen),
            )
        elif seen:
            self._do_check(seen)

    def _check_all(self) -> None:
        found = self._listing
        if found is not None and found.waiting.count:
            self._question(
                _(N_("Check all shown")),
                _(N_("Check the confirmations of all {scope} shown as the second person?")),
                found.waiting,
                lambda _reason: self._do_check(found.waiting_numbers),
            )

    def _do_check(self, seen: Mapping[str, str]) -> None:
        self.desk.write(check, batch_nos=list(seen), seen=dict(seen)).then(
            partial(self._done, N_("Checked: {scope}.")), owner=self, undo=undo_of
        )

    def _take_back(self) -> None:
        rows = [row for row in self._chosen() if row.confirmation is not None]
        if not rows:
            return
        numbers = [row.batch_no for row in rows]
        self._question(
            _(N_("Take back")),
            _(N_("Take the confirmation of the {scope} chosen back?")),
            scope_of(rows),
            lambda reason: self.desk.write(unconfirm, batch_nos=numbers, reason=reason).then(
                partial(self._tell, N_("Taken back: {scope}.")), owner=self
            ),
            reason=_(N_("Why?")),
        )

    def _question(
        self,
        title: str,
        text: str,
        scope: Scope,
        done: Callable[[str], object],
        *,
        reason: str = "",
    ) -> None:
        sentence = text.format(scope=said(scope))
        Ask(title, sentence, act=title, done=done, reason=reason, parent=self.window()).open()

    def _tell(self, text: str, done: Sequence[Confirmed]) -> None:
        scope = Scope(count=len(done), fen=sum(one.expected_fen for one in done))
        self.desk.messages.tell_done(_(text).format(scope=said(scope)))

    def _done(self, text: str, done: Sequence[Confirmed]) -> None:
        """Say what was done, and go on with the next batch below."""
        self._tell(text, done)
        rows = self._listing.rows if self._listing else ()
        ready = {one.batch_no for one in done}
        current = self.table.current_row() or 0
        below = (row.batch_no for row in rows[current:] if row.batch_no not in ready)
        self._wanted = next(below, "")

    def _show_differences(self) -> None:
        row = self._current()
        if row is not None and row.standing:
            first = row.standing[0]
            self.desk.open(Target(page="discrepancies", task=first.task, discrepancy_id=first.id))

    # ------------------------------------------------------------ choosing

    def _sorted(self, name: str, descending: bool) -> None:  # noqa: FBT001 - Qt's signature
        self._sort = (name, descending)
        self._narrow()

    def _filtered(self, filters: Mapping[str, str]) -> None:
        self._filters = filters
        self._narrow()

    def _chosen(self) -> list[ExpectedArrival]:
        rows = (self.list.row(number) for number in self.table.selected_rows())
        return [row for row in rows if row is not None]

    def _to_papers(self) -> None:
        keys = " ".join(row.batch_no for row in self._chosen() if row.confirmation is not None)
        self.desk.open(Target(page="reports", state=ReportKind.ARRIVAL, key=keys))

    def _current(self) -> ExpectedArrival | None:
        number = self.table.current_row()
        return None if number is None else self.list.row(number)

    def _current_batch(self) -> str:
        row = self._current()
        return row.batch_no if row is not None else ""
