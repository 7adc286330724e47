"""凭证: the vouchers, each as a form, cancelled through its adjustment, exported to a ledger."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.adjustments.listing import (
    Listed,
    VoucherWish,
    voucher_list,
    voucher_months,
    voucher_rows,
    voucher_sum,
)
from app.adjustments.queries import VoucherView
from app.adjustments.rules import VoucherKind
from app.adjustments.service import Done, reverse_adjustment
from app.base.i18n import N_, _, ngettext
from app.reporting.rules import ReportKind
from app.wording.labels import label as label_of
from ui.desk import Desk, Target
from ui.dialogs.asking import Ask
from ui.formatting import amount, count
from ui.models.paged_table import PagedTable
from ui.pages.page import Page
from ui.pages.vouchers_export import VouchersExport
from ui.widgets.panels import EmptyState, label
from ui.widgets.picked import MOST_KEPT, pick, picked_ids
from ui.widgets.table_view import TableView
from ui.widgets.voucher_columns import voucher_columns
from ui.widgets.voucher_form import VoucherForm

_WAIT_MS = 60
_BUTTONS = ("source", "other", "reverse", "print", "export")
_MOST_PRINTED = 200
"""So many vouchers are named one by one."""


class VouchersPage(Page):
    """What is booked; nothing of it can be changed, only cancelled by a red-letter voucher."""

    name: ClassVar[str] = "vouchers"
    tables: ClassVar[frozenset[str]] = frozenset({"voucher", "adjustment"})
    about: ClassVar[str] = N_(
        "Every posted voucher, numbered without gaps by payee and month. Nothing posted is ever"
        " changed: V reverses the adjustment behind a voucher by a red-letter one that names it."
        " Ctrl+E writes what is listed for a ledger system."
    )

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._asked = 0
        self._wanted = ""
        self._sort: tuple[str, bool] = ("", False)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self._read_form)
        self._make_parts()
        self._bind()
        self._arrange()
        self._weigh()

    # ------------------------------------------------------------ what the frame calls

    def reload(self) -> None:
        """Ask for the list anew; what is selected stays selected."""
        self._show_day()
        self._asked += 1
        self.total.setText(_(N_("Searching …")))
        self.desk.read(voucher_list, self.wish()).then(partial(self._show, self._asked), owner=self)
        self.desk.read(voucher_months).then(self._offer_months, owner=self)

    def go(self, target: Target) -> None:
        """Show one voucher, or those that were made from something."""
        self._clear_boxes()
        self.table.header.set_filters({"number": target.key} if target.key else {})
        self.reload()

    def memento(self) -> object:
        """Return what is chosen."""
        return {
            "typed": self.table.header.filters(),
            "sort": self._sort,
            "kind": self.kind.currentIndex(),
            "day": self.only_day.isChecked(),
        }

    def restore(self, memento: object) -> None:
        """Choose it again."""
        assert isinstance(memento, dict)
        self._sort = memento["sort"]
        self.table.header.set_filters(memento["typed"])
        with QSignalBlocker(self.kind), QSignalBlocker(self.only_day):
            self.kind.setCurrentIndex(memento["kind"])
            self.only_day.setChecked(memento["day"])

    def entered(self) -> None:
        """Put the keyboard into the list."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------ what is chosen

    def wish(self) -> VoucherWish:
        """Return which vouchers are wanted."""
        kind = self.kind.currentData()
        return VoucherWish(
            kinds=frozenset({VoucherKind(kind)}) if kind else frozenset(),
            month=int(self.month.currentData() or 0),
            day=self.desk.day if self.only_day.isChecked() else None,
            payee=self.desk.organisation,
            texts=self.table.header.filters(),
            sort=self._sort[0],
            descending=self._sort[1],
        )

    def ids(self) -> array[int]:
        """Return the ids of all vouchers that are listed."""
        return self.rows.ids()

    def _current(self) -> VoucherView | None:
        number = self.table.current_row()
        return None if number is None else self.rows.known(number)

    # ------------------------------------------------------------ parts

    def _make_parts(self) -> None:
        self.month, self.kind = QComboBox(), QComboBox()
        self.month.setAccessibleName(_(N_("Month")))
        self.month.addItem(_(N_("All months")), 0)
        self.kind.setAccessibleName(_(N_("Kind")))
        self.kind.addItem(_(N_("All kinds")), "")
        for kind in VoucherKind:
            self.kind.addItem(label_of(kind), kind.value)
        self.only_day = QCheckBox()
        desk = self.desk
        self.rows = PagedTable(
            voucher_columns(lambda: desk.names),
            lambda ids: desk.workspace.read(voucher_rows, ids),
            desk.jobs,
            desk.messages.failed,
            self,
        )
        self.table = TableView(
            self.rows, name="vouchers", title=N_("Vouchers"), preferences=desk.preferences
        )
        self.form = VoucherForm(desk)
        self.total = label("", "muted")
        self.empty = EmptyState(
            "receipt-text",
            _(N_("No voucher yet")),
            _(N_("Vouchers come from approved adjustments and from closing a day.")),
        )
        self.exporting = VouchersExport(self, self.ids)

    def _bind(self) -> None:
        acts: dict[str, Callable[[], object]] = {
            "source": self._to_source,
            "other": self._to_other,
            "reverse": self._ask_why,
            "print": self._to_papers,
            "export": self.exporting.ask,
            "day": self.only_day.toggle,
            "filter": lambda: self.table.header.focus_filter("number"),
            "clear": self._clear,
        }
        for name, act in acts.items():
            self.bind(f"vouchers.{name}", act)
        self.table.filtered.connect(lambda _typed: self.reload())
        self.table.sorted_by.connect(self._sorted)
        self.table.picked.connect(self._picked)
        self.table.opened.connect(lambda _row: self._to_source())
        for box in (self.month, self.kind):
            box.currentIndexChanged.connect(lambda _place: self.reload())
        self.only_day.toggled.connect(lambda _on: self.reload())

    def _arrange(self) -> None:
        above = QHBoxLayout()
        for part in (self.month, self.kind, self.only_day):
            above.addWidget(part)
        above.addStretch()
        self.pile = QStackedWidget()
        self.pile.addWidget(self.table)
        self.pile.addWidget(self.empty)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pile, 1)
        column.addWidget(self.total)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.form)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes([600, 620])
        body = QVBoxLayout(self)
        body.setContentsMargins(10, 6, 10, 6)
        body.addLayout(above)
        body.addWidget(split, 1)
        below = QHBoxLayout()
        for name in _BUTTONS:
            below.addWidget(self.button(f"vouchers.{name}"))
        below.addStretch()
        body.addLayout(below)
        self._show_day()

    def _show_day(self) -> None:
        day = self.desk.day
        self.only_day.setText(
            _(N_("only {day}")).format(day=day.isoformat()) if day else _(N_("only this day"))
        )
        self.only_day.setEnabled(day is not None)

    # ------------------------------------------------------------ showing

    def _offer_months(self, found: Sequence[int]) -> None:
        chosen = self.month.currentData()
        with QSignalBlocker(self.month):
            self.month.clear()
            self.month.addItem(_(N_("All months")), 0)
            for month in found:
                self.month.addItem(f"{month // 100}-{month % 100:02d}", month)
            self.month.setCurrentIndex(max(self.month.findData(chosen), 0))

    def _show(self, asked: int, found: Listed) -> None:
        if asked != self._asked:
            return
        number = self.table.current_row() or 0
        before = self.rows.id_at(number)
        kept = picked_ids(self.table, self.rows.ids())
        self.rows.show_ids(found.ids)
        self.total.setText(_sum_text(found))
        typed = bool(self.table.header.filters()) or self.table.header.hasFocus()
        self.pile.setCurrentWidget(self.table if found.count or typed else self.empty)
        if found.count:
            there = before is not None and before in found.ids
            row = found.ids.index(before or 0) if there else min(number, found.count - 1)
            several = kept if 1 < len(kept) <= MOST_KEPT else [found.ids[row]]
            pick(self.table, found.ids, several, row)
        self._picked()

    def _picked(self) -> None:
        self._wait.start()
        self._weigh()
        if self.table.selected_count() > 1:
            ids = picked_ids(self.table, self.rows.ids())
            self.desk.read(voucher_sum, ids).then(self._show_sum, owner=self)
        else:
            self.desk.show_selection("")

    def _show_sum(self, sums: Listed) -> None:
        if sums.count == self.table.selected_count():
            self.desk.show_selection(_(N_("selected: {what}")).format(what=_sum_text(sums)))

    def _read_form(self) -> None:
        number = self.table.current_row()
        if number is None:
            self.form.clear()
            self._weigh()
        else:
            self.rows.with_rows([number], lambda rows: rows, self._show_form)

    def _show_form(self, rows: Sequence[VoucherView]) -> None:
        if rows:
            self.form.show_voucher(rows[0])
        self._weigh()

    def _weigh(self) -> None:
        one = self._current()
        adjusted = one is not None and one.kind is VoucherKind.ADJUSTMENT
        self.allow("vouchers.source", possible=one is not None and _adjustment_of(one) != "")
        self.allow(
            "vouchers.other",
            possible=one is not None and bool(one.reverses or one.reversed_by),
        )
        self.allow(
            "vouchers.reverse", possible=adjusted and one is not None and not one.reversed_by
        )
        self.allow("vouchers.print", possible=one is not None)
        self.allow("vouchers.export", possible=bool(len(self.ids())))

    # ------------------------------------------------------------ doing

    def _to_source(self) -> None:
        one = self._current()
        if one is not None and _adjustment_of(one):
            self.desk.open(Target(page="adjustments", key=_adjustment_of(one)))

    def _to_other(self) -> None:
        one = self._current()
        if one is not None and (one.reverses or one.reversed_by):
            self.go(Target(page=self.name, key=one.reversed_by or one.reverses))

    def _to_papers(self) -> None:
        self.rows.with_rows(
            self.table.selected_rows(_MOST_PRINTED),
            lambda rows: " ".join(one.number for one in rows),
            lambda keys: self.desk.open(Target(page="reports", state=ReportKind.VOUCHER, key=keys)),
        )

    def _ask_why(self) -> None:
        one = self._current()
        if one is None:
            return
        text = _(N_("{number} is cancelled by a red-letter voucher; its discrepancies come back."))
        Ask(
            _(N_("Reverse")),
            text.format(number=one.number),
            act=_(N_("Reverse")),
            reason=_(N_("Reason")),
            done=partial(self._reverse, one.source),
            parent=self.window(),
        ).open()

    def _reverse(self, number: str, reason: str) -> None:
        self.desk.decide(reverse_adjustment, number=number, reason=reason).then(
            self._reversed, owner=self
        )

    def _reversed(self, done: Done) -> None:
        text = _(N_("Reversed: {number}, by the voucher {voucher}"))
        self.desk.messages.tell_done(text.format(number=done.number, voucher=done.voucher or "–"))

    def _sorted(self, name: str, descending: bool) -> None:  # noqa: FBT001 - Qt's signature
        self._sort = (name, descending)
        self.reload()

    def _clear(self) -> None:
        self.table.header.set_filters({})
        self._clear_boxes()
        self.reload()

    def _clear_boxes(self) -> None:
        boxes: tuple[Any, ...] = (self.month, self.kind, self.only_day)
        for box in boxes:
            with QSignalBlocker(box):
                if isinstance(box, QComboBox):
                    box.setCurrentIndex(0)
                else:
                    box.setChecked(False)


def _adjustment_of(one: VoucherView) -> str:
    """The number of the adjustment behind a voucher; closings have none."""
    return one.source if one.source.startswith("TZ") else ""


def _sum_text(found: Listed) -> str:
    template = ngettext(
        "{count} voucher, {amount} yuan in all",
        "{count} vouchers, {amount} yuan in all",
        found.count,
    )
    return template.format(count=count(found.count), amount=amount(found.fen))
