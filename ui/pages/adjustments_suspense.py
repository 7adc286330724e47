"""Money in suspense: claimed, refunded, transferred, written off, and who looks after it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStackedWidget

from app.adjustments.queries import ItemView
from app.adjustments.rules import SUSPENSE_TEMPLATES, AdjustmentKind, SuspenseState
from app.adjustments.suspense import SuspenseBoard, set_owner, suspense_board
from app.base.i18n import N_, _, ngettext
from app.discrepancies.cases import case_assignees
from app.wording.labels import label as label_of
from ui.desk import Target
from ui.dialogs.choosing import Choose
from ui.formatting import amount, count
from ui.models.list_table import ListTable
from ui.naming import PAYEE
from ui.pages.adjusting import Adjusting
from ui.pages.part import Part
from ui.widgets.panels import EmptyState, label
from ui.widgets.suspense_columns import suspense_columns
from ui.widgets.table_view import TableView

_EXITS = {
    "claim": AdjustmentKind.CLAIM,
    "refund": AdjustmentKind.REFUND,
    "transfer": AdjustmentKind.TRANSFER_OUT,
    "small": AdjustmentKind.SMALL_DIFFERENCE,
}
_VERBS = (*_EXITS, "clear_up", "owner", "item_case", "cleared")


class SuspensePart(Part):
    """Every item with its side, age, owner and what of it is open, and the check of the ledger."""

    title: ClassVar[str] = N_("Suspense and claims")
    verbs: ClassVar[tuple[str, ...]] = tuple(f"adjustments.{name}" for name in _VERBS)

    def bind(self) -> None:
        """Bind the actions of the part."""
        self._adjusting = Adjusting(self.page)
        for name, kind in _EXITS.items():
            self.page.bind(f"adjustments.{name}", partial(self._leave, (kind,)))
        self.page.bind("adjustments.clear_up", partial(self._leave, ()))
        self.page.bind("adjustments.owner", self._ask_whom)
        self.page.bind("adjustments.item_case", self._to_case)
        self.all_items = QCheckBox(_(N_("Also what is cleared up")))
        self.page.bind("adjustments.cleared", self.all_items.toggle)

    def arrange(self) -> None:
        """Make the list and what stands below."""
        self._asked = 0
        self._items = ListTable(suspense_columns(lambda: self.desk.names), self)
        self.table = TableView(
            self._items,
            name="suspense",
            title=N_("In suspense"),
            preferences=self.desk.preferences,
        )
        self.table.picked.connect(self._picked)
        self.table.opened.connect(lambda _row: self._leave(()))
        self.empty = EmptyState(
            "check-check",
            _(N_("Nothing is in suspense")),
            _(N_("Money that nobody explains is parked from the list of discrepancies.")),
        )
        self.pile = QStackedWidget()
        self.pile.addWidget(self.table)
        self.pile.addWidget(self.empty)
        self.body.addWidget(self.pile, 1)
        self.total, self.check = label("", "muted"), label("", "muted")
        row = QHBoxLayout()
        row.addWidget(self.total)
        row.addStretch()
        row.addWidget(self.check)
        row.addSpacing(12)
        row.addWidget(self.all_items)
        self.all_items.toggled.connect(lambda _on: self.reload())
        self.body.addLayout(row)
        self.body.addLayout(self.buttons(self.verbs[:-1]))

    def reload(self) -> None:
        """Ask for what is in suspense."""
        self._asked += 1
        self.desk.read(
            suspense_board,
            payee=self.desk.organisation,
            only_open=not self.all_items.isChecked(),
        ).then(partial(self._show, self._asked), owner=self)

    def weigh(self) -> None:
        """Say which actions make sense for what is selected."""
        rows = self._selected()
        open_ = bool(rows) and all(row.state is SuspenseState.OPEN for row in rows)
        for name, kind in _EXITS.items():
            fits = open_ and all(kind in _ways(row) for row in rows)
            self.page.allow(f"adjustments.{name}", possible=fits)
        self.page.allow("adjustments.clear_up", possible=open_)
        self.page.allow("adjustments.owner", possible=open_)
        self.page.allow("adjustments.item_case", possible=len(rows) == 1)
        self.page.allow("adjustments.cleared", possible=True)

    def entered(self) -> None:
        """Put the keyboard into the list."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def memento(self) -> object:
        """Return whether what is cleared up is shown as well."""
        return self.all_items.isChecked()

    def restore(self, memento: object) -> None:
        """Show it again."""
        self.all_items.setChecked(bool(memento))

    # ------------------------------------------------------------ showing

    def _show(self, asked: int, board: SuspenseBoard) -> None:
        if asked != self._asked:
            return
        kept = {row.id for row in self._selected()}
        before = self.table.current_row() or 0
        self._items.show_rows(board.items)
        self.pile.setCurrentWidget(self.table if board.items else self.empty)
        rows = [place for place, row in enumerate(board.items) if row.id in kept]
        self.table.go_to_row(rows[0] if rows else min(before, len(board.items) - 1))
        self.total.setText(_sum_text(board.items))
        self._show_check(board)
        self.weigh_if_shown()

    def _show_check(self, board: SuspenseBoard) -> None:
        wrong = board.differing
        names = self.desk.names
        said = [
            _(N_("{payee}, {side}: ledger {ledger}, items {items}")).format(
                payee=names.of(PAYEE, one.payee),
                side=label_of(one.side),
                ledger=amount(one.balance_fen),
                items=amount(one.items_fen),
            )
            for one in (wrong or board.sums)
        ]
        if not board.sums:
            text = ""
        elif wrong:
            text = _(N_("✗ The ledger and the open items differ: {what}")).format(
                what=_(N_("; ")).join(said)
            )
        else:
            text = _(N_("✓ The ledger's balance equals the open items"))
        self.check.setText(text)
        self.check.setToolTip("\n".join(said))
        self.check.setObjectName("bad" if wrong else "good")
        self.check.style().polish(self.check)

    def weigh_if_shown(self) -> None:
        """Weigh the actions if this part is in front: the keys of others are not its business."""
        if self.isVisible():
            self.weigh()

    def _picked(self) -> None:
        rows = self._selected()
        self.weigh_if_shown()
        text = _(N_("selected: {what}")).format(what=_sum_text(rows)) if len(rows) > 1 else ""
        self.desk.show_selection(text)

    # ------------------------------------------------------------ doing

    def _leave(self, kinds: Sequence[AdjustmentKind]) -> None:
        self._adjusting.items([row.id for row in self._selected()], kinds=kinds)

    def _ask_whom(self) -> None:
        self.desk.read(case_assignees).then(self._offer_people, owner=self)

    def _offer_people(self, names: Sequence[str]) -> None:
        rows = self._selected()
        if rows:
            Choose(
                _(N_("Hand over")),
                _sum_text(rows),
                [(name, name) for name in names],
                done=partial(self._hand_over, [row.id for row in rows]),
                parent=self.window(),
            ).open()

    def _hand_over(self, ids: Sequence[int], owner: str) -> None:
        self.desk.write(set_owner, item_ids=ids, owner=owner).then(
            lambda number: self.desk.messages.tell_done(
                ngettext(
                    "{name} looks after {count} item now",
                    "{name} looks after {count} items now",
                    number,
                ).format(name=owner, count=count(number))
            ),
            owner=self,
        )

    def _to_case(self) -> None:
        rows = self._selected()
        if rows:
            self.desk.open(Target(page="discrepancies", discrepancy_id=rows[0].discrepancy_id))

    def _selected(self) -> list[ItemView]:
        rows = (self._items.row(number) for number in self.table.selected_rows())
        return [row for row in rows if row is not None]


def _ways(row: ItemView) -> frozenset[AdjustmentKind]:
    return frozenset(one.kind for one in SUSPENSE_TEMPLATES if one.side is row.side)


def _sum_text(rows: Sequence[ItemView]) -> str:
    text = ngettext(
        "{count} item: {amount} parked, {cleared} cleared up, {open} open",
        "{count} items: {amount} parked, {cleared} cleared up, {open} open",
        len(rows),
    )
    return text.format(
        count=count(len(rows)),
        amount=amount(sum(row.amount_fen for row in rows)),
        cleared=amount(sum(row.cleared_fen for row in rows)),
        open=amount(sum(row.open_fen for row in rows if row.state is SuspenseState.OPEN)),
    )
