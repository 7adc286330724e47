"""What somebody says who drafts an adjustment: kind, amount, reason, and what its kind needs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.adjustments.drafting import LONGEST_REASON, Draft
from app.adjustments.previewing import Beginning
from app.adjustments.rules import AdjustmentKind
from app.base.errors import UserError
from app.base.i18n import N_, _
from app.base.money import parse_yuan
from app.wording.labels import label as label_of
from ui.formatting import amount
from ui.widgets.panels import label

_LIST_WIDTH = 250
_WITHOUT_AMOUNT = frozenset({AdjustmentKind.CARRY_FORWARD, AdjustmentKind.CLEARING_CORRECTION})
_CLAIMED = frozenset({AdjustmentKind.CLAIM, AdjustmentKind.TRANSFER_OUT})


class AdjustForm(QWidget):
    """Kinds at the left, what to fill in at the right; `changed` says that something was."""

    changed = Signal()

    def __init__(self, begun: Beginning, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._begun = begun
        self._several = len(begun.possible.about) > 1
        self.kinds = QListWidget()
        self.kinds.setAccessibleName(_(N_("What is done")))
        self.kinds.setFixedWidth(_LIST_WIDTH)
        for number, kind in enumerate(begun.possible.kinds, start=1):
            item = QListWidgetItem(f"{number}  {label_of(kind)}")
            item.setToolTip(_(N_("Alt+{number} chooses it")).format(number=number))
            self.kinds.addItem(item)
        self.amount = QLineEdit()
        self.amount.setPlaceholderText(
            _(N_("all of it: {amount}")).format(amount=amount(begun.possible.left_fen))
        )
        self.code, self.payee, self.claimant = QComboBox(), QComboBox(), QComboBox()
        self.reason, self.household, self.original = QLineEdit(), QLineEdit(), QLineEdit()
        self.reason.setMaxLength(LONGEST_REASON)
        self.reason.setPlaceholderText(_(N_("Why; the name of the reason if left empty")))
        for box, options in (
            (self.payee, begun.payees),
            (self.claimant, begun.payees),
        ):
            box.addItem("–", "")
            for code, name in options:
                box.addItem(f"{code}  {name}", code)
            box.setMinimumContentsLength(12)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self._arrange()
        self._connect()

    # ------------------------------------------------------------ what is said

    def kind(self) -> AdjustmentKind | None:
        """Return the kind that is chosen."""
        row = self.kinds.currentRow()
        return self._begun.possible.kinds[row] if row >= 0 else None

    def choose(self, kind: AdjustmentKind) -> None:
        """Choose a kind."""
        known = self._begun.possible.kinds
        if kind in known:
            self.kinds.setCurrentRow(known.index(kind))

    def choose_number(self, number: int) -> None:
        """Choose the kind with a number, counted from 1; nothing where there is none."""
        if 1 <= number <= self.kinds.count():
            self.kinds.setCurrentRow(number - 1)

    def draft(self, kind: AdjustmentKind) -> Draft:
        """Return what stands in the form.

        Raises:
            BadAmount: The amount is no amount.
        """
        about = tuple(one.id for one in self._begun.possible.about)
        items = self._begun.possible.about[0].task is None
        return Draft(
            kind=kind,
            reason=self.reason.text().strip() or self._name_of_code(),
            discrepancy_ids=() if items else about,
            item_ids=about if items else (),
            amount_fen=self._amount(),
            payee=str(self.payee.currentData() or ""),
            household=self._if_shown(self.household),
            claimant=str(self.claimant.currentData() or "") if self._shown(self.claimant) else "",
            original_payment_no=self._if_shown(self.original),
            reason_code=str(self.code.currentData() or ""),
        )

    def touched(self) -> bool:
        """Return whether somebody said something that would be lost."""
        lines = (self.amount, self.reason, self.household, self.original)
        boxes = (self.code, self.payee, self.claimant)
        return any(line.text().strip() for line in lines) or any(
            box.currentIndex() > 0 for box in boxes
        )

    def take_up(self, draft: Draft) -> None:
        """Show what was drafted before."""
        with QSignalBlocker(self):
            self.choose(draft.kind)
            whole = draft.amount_fen in (None, self._begun.possible.left_fen)
            self.amount.setText("" if whole else amount(draft.amount_fen))
            for line, text in (
                (self.reason, draft.reason),
                (self.household, draft.household),
                (self.original, draft.original_payment_no),
            ):
                line.setText(text)
            for box, value in (
                (self.code, draft.reason_code),
                (self.payee, draft.payee),
                (self.claimant, draft.claimant),
            ):
                box.setCurrentIndex(max(box.findData(value), 0))

    def start(self) -> None:
        """Put the keyboard where one goes on: to what the kind needs first, else to the reason."""
        needed = [self.household, self.original, self.claimant]
        first = next((one for one in needed if self._shown(one)), self.reason)
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------ parts

    def _arrange(self) -> None:
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for caption, widget in (
            (N_("Amount"), self.amount),
            (N_("Household"), self.household),
            (N_("Claimed by"), self.claimant),
            (N_("Original payment"), self.original),
            (N_("In the book of"), self.payee),
            (N_("Reason"), self.code),
            (N_("In words"), self.reason),
        ):
            text = QLabel(_(caption))
            text.setBuddy(widget)
            widget.setAccessibleName(_(caption))
            self._form.addRow(text, widget)
        left = QVBoxLayout()
        left.addWidget(label(_(N_("What is done")), "muted"))
        left.addWidget(self.kinds)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addLayout(left)
        row.addLayout(self._form, 1)

    def _connect(self) -> None:
        self.kinds.currentRowChanged.connect(lambda _row: self._kind_chosen())
        for line in (self.amount, self.reason, self.household, self.original):
            line.textChanged.connect(lambda _text: self.changed.emit())
        for box in (self.code, self.payee, self.claimant):
            box.currentIndexChanged.connect(lambda _place: self.changed.emit())
        self.kinds.setCurrentRow(0)
        self._kind_chosen()

    def _kind_chosen(self) -> None:
        kind = self.kind()
        payees = {one.payee for one in self._begun.possible.about}
        for widget, wanted in (
            (self.amount, not self._several and kind not in _WITHOUT_AMOUNT),
            (self.household, kind is AdjustmentKind.CLAIM),
            (self.claimant, kind in _CLAIMED),
            (self.original, kind is AdjustmentKind.REFUND),
            (self.payee, len(payees) != 1 or "" in payees),
        ):
            self._form.setRowVisible(widget, wanted)
        self._offer_reasons(kind)
        self.changed.emit()

    def _offer_reasons(self, kind: AdjustmentKind | None) -> None:
        before = self.code.currentData()
        with QSignalBlocker(self.code):
            self.code.clear()
            self.code.addItem("–", "")
            for one in self._begun.reasons:
                if not one.kinds or kind in one.kinds:
                    self.code.addItem(f"{one.code}  {one.name}", one.code)
            self.code.setCurrentIndex(max(self.code.findData(before), 0))

    def _amount(self) -> int | None:
        text = self._if_shown(self.amount)
        return parse_yuan(text) if text else None

    def _name_of_code(self) -> str:
        names: Sequence[str] = [
            one.name for one in self._begun.reasons if one.code == self.code.currentData()
        ]
        return names[0] if names else ""

    def _shown(self, widget: QWidget) -> bool:
        return self._form.isRowVisible(widget)

    def _if_shown(self, line: QLineEdit) -> str:
        return line.text().strip() if self._shown(line) else ""


def readable(form: AdjustForm) -> tuple[Draft | None, str]:
    """Return the draft of a form; or None and a sentence that says what cannot be understood."""
    kind = form.kind()
    if kind is None:
        return None, _(N_("Choose what is done."))
    try:
        return form.draft(kind), ""
    except UserError as error:
        return None, error.user_message()
