"""The list of adjustments with everything about one of them beside it."""

from __future__ import annotations

from array import array
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.adjustments.listing import (
    AdjustmentWish,
    Listed,
    adjustment_list,
    adjustment_rows,
    adjustment_sum,
)
from app.adjustments.looking import AdjustmentSheet, adjustment_sheet
from app.base.i18n import N_, _, ngettext
from app.db.workspace import ReadSession
from ui.desk import Target
from ui.formatting import amount, count
from ui.models.paged_table import PagedTable
from ui.pages.adjustments_work import AdjustmentsWork
from ui.pages.part import Part
from ui.widgets.adjustment_columns import adjustment_columns
from ui.widgets.adjustment_filters import AdjustmentFilters, View
from ui.widgets.adjustment_view import AdjustmentPane
from ui.widgets.panels import EmptyState, label
from ui.widgets.picked import MOST_KEPT, pick
from ui.widgets.table_view import TableView

_WAIT_MS = 80
_VERBS = (
    *("approve", "send_back", "reverse", "edit", "submit", "withdraw"),
    *("attach", "paste", "case", "voucher", "print", "day", "filter", "clear"),
)
_BUTTONS = ("approve", "send_back", "edit", "submit", "withdraw", "reverse", "attach", "case")


class AdjustmentsPart(Part):
    """Adjustments by state; the checker's queue is one of its tabs."""

    title: ClassVar[str] = N_("Adjustments")
    verbs: ClassVar[tuple[str, ...]] = tuple(f"adjustments.{name}" for name in _VERBS)

    def bind(self) -> None:
        """Make what the actions need, and bind them."""
        self._asked = 0
        self._wanted = ""
        self._sort: tuple[str, bool] = ("", False)
        self._listed = Listed(ids=array("q"), fen=0)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self._read_sheet)
        self.filters = AdjustmentFilters(self.desk)
        self.rows = PagedTable(
            adjustment_columns(lambda: self.desk.names),
            lambda ids: self.desk.workspace.read(adjustment_rows, ids),
            self.desk.jobs,
            self.desk.messages.failed,
            self,
        )
        self.table = TableView(
            self.rows,
            name="adjustments",
            title=N_("Adjustments"),
            preferences=self.desk.preferences,
        )
        self.view = AdjustmentPane(self.desk)
        self.work = AdjustmentsWork(self, self.table, self.rows, self.view)
        self.page.bind("adjustments.day", self.filters.only_day.toggle)
        self.page.bind("adjustments.filter", lambda: self.table.header.focus_filter("number"))
        self.page.bind("adjustments.clear", self._clear)

    def arrange(self) -> None:
        """Make the list and what stands beside it."""
        self.empty = EmptyState(
            "check-check",
            _(N_("No adjustment here")),
            _(N_("Draft one from the list of discrepancies with F6, or choose another tab.")),
        )
        self.empty.offer(
            _(N_("To the discrepancies")), lambda: self.desk.open(Target(page="discrepancies"))
        )
        self.pile = QStackedWidget()
        self.pile.addWidget(self.table)
        self.pile.addWidget(self.empty)
        self.total = label("", "muted")
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pile, 1)
        column.addWidget(self.total)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.view)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes([680, 540])
        self.body.addWidget(self.filters)
        self.body.addWidget(split, 1)
        self.body.addLayout(self.buttons([f"adjustments.{name}" for name in _BUTTONS]))
        self.filters.changed.connect(self.reload)
        self.table.filtered.connect(lambda _typed: self.reload())
        self.table.sorted_by.connect(self._sorted)
        self.table.picked.connect(self._picked)
        self.table.opened.connect(lambda _row: self.work.next_step())
        self.table.addAction(self.page.actions_by_name["adjustments.approve"])
        self.view.opened_case.connect(self.work.show_case)

    # ------------------------------------------------------------ what the page calls

    def reload(self) -> None:
        """Ask for the list anew; what is selected stays selected."""
        self.filters.show_day()
        self._asked += 1
        self.total.setText(_(N_("Searching …")))
        wish = self.wish()
        self.desk.read(adjustment_list, wish).then(partial(self._show, self._asked), owner=self)

    def go(self, number: str) -> None:
        """Show one adjustment, or with "" those that wait for the reader."""
        self._wanted = number
        self.table.header.set_filters({"number": number} if number else {})
        self.filters.show_only(View.ALL if number else View.TO_CHECK)
        self.reload()

    def entered(self) -> None:
        """Put the keyboard into the list."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def weigh(self) -> None:
        """Say which actions make sense."""
        for name in ("day", "filter", "clear"):
            self.page.allow(f"adjustments.{name}", possible=True)
        self.work.weigh()

    def memento(self) -> object:
        """Return what is chosen."""
        return {
            "filters": self.filters.memento(),
            "typed": self.table.header.filters(),
            "sort": self._sort,
            "number": self.view.sheet.detail.view.number if self.view.sheet else "",
        }

    def restore(self, memento: object) -> None:
        """Choose it again."""
        assert isinstance(memento, dict)
        self._sort, self._wanted = memento["sort"], memento["number"]
        self.table.header.set_filters(memento["typed"])
        self.filters.restore(memento["filters"])

    # ------------------------------------------------------------ what is chosen

    def wish(self) -> AdjustmentWish:
        """Return which adjustments are wanted."""
        return self.filters.wish(self.table.header.filters(), self._sort)

    def current_id(self) -> int | None:
        """Return the id of the row with the cursor."""
        number = self.table.current_row()
        return None if number is None else self.rows.id_at(number)

    # ------------------------------------------------------------ showing

    def _show(self, asked: int, found: Listed) -> None:
        if asked != self._asked:
            return
        before, row = self.current_id(), self.table.current_row() or 0
        kept = self.work.selected_ids()
        self._listed = found
        self.rows.show_ids(found.ids)
        self.total.setText(scope_text(found))
        typed = bool(self.table.header.filters()) or self.table.header.hasFocus()
        self.pile.setCurrentWidget(self.table if found.count or typed else self.empty)
        if found.count:
            there = before is not None and before in found.ids
            row = found.ids.index(before or 0) if there else min(row, found.count - 1)
            several = kept if 1 < len(kept) <= MOST_KEPT else [found.ids[row]]
            pick(self.table, found.ids, several, row)
        self._picked()

    def _picked(self) -> None:
        self._wait.start()
        self.work.weigh()
        if self.table.selected_count() > 1:
            self.desk.read(adjustment_sum, self.work.selected_ids()).then(
                self._show_sum, owner=self
            )
        else:
            self.desk.show_selection("")

    def _show_sum(self, sums: Listed) -> None:
        if sums.count == self.table.selected_count():
            text = _(N_("selected: {what}")).format(what=scope_text(sums))
            self.desk.show_selection(text)

    def _read_sheet(self) -> None:
        id_ = self.current_id()
        if id_ is None:
            self.view.clear()
            self.work.weigh()
            return
        self.desk.read(_sheet_of, id_).then(partial(self._show_sheet, id_), owner=self)

    def _show_sheet(self, id_: int, sheet: AdjustmentSheet | None) -> None:
        if id_ == self.current_id() and sheet is not None:
            self.view.show_sheet(sheet, self.work.why_not(sheet.detail.view))
            self.work.weigh()

    def _sorted(self, name: str, descending: bool) -> None:  # noqa: FBT001 - Qt's signature
        self._sort = (name, descending)
        self.reload()

    def _clear(self) -> None:
        self.table.header.set_filters({})
        self.filters.show_only(View.ALL)
        self.reload()


def scope_text(found: Listed) -> str:
    """Return how many adjustments, and how much."""
    template = ngettext(
        "{count} adjustment, {amount} yuan in all",
        "{count} adjustments, {amount} yuan in all",
        found.count,
    )
    return template.format(count=count(found.count), amount=amount(found.fen))


def _sheet_of(session: ReadSession, id_: int) -> AdjustmentSheet | None:
    rows = adjustment_rows(session, [id_])
    return adjustment_sheet(session, rows[0].number) if rows else None
