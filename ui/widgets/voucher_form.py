"""A voucher as the form that people know (记账凭证)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.adjustments.queries import VoucherView
from app.adjustments.rules import VoucherKind
from app.base.i18n import N_, _, ngettext
from app.wording.labels import label as label_of
from ui.desk import Desk
from ui.formatting import count, day, moment
from ui.naming import PAYEE
from ui.widgets.panels import Card, label
from ui.widgets.voucher_grid import VoucherGrid


class VoucherForm(QWidget):
    """Title and head, the lines with their totals, and below who made, checked and posted it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.voucher: VoucherView | None = None
        self.title = label(_(N_("Voucher")), "heading")
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.payee, self.day, self.number = label(""), label(""), label("", "title")
        self.kind, self.cancels = label("", "muted"), label("", "warn")
        self.grid = VoucherGrid(desk.preferences, name="voucher_lines", summaries=True)
        self.maker, self.checker, self.posted = label(""), label(""), label("")
        self.attachments = label("", "muted")
        card = Card()
        card.body.addWidget(self.title)
        card.body.addLayout(_row(self.payee, self.day, self.number))
        card.body.addLayout(_row(self.kind, self.attachments))
        card.body.addWidget(self.cancels)
        card.body.addWidget(self.grid)
        card.body.addLayout(_row(self.maker, self.checker, self.posted))
        card.body.addStretch(1)
        for part in (self.payee, self.kind, self.cancels):
            part.setWordWrap(True)
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for part in (self.number, self.cancels):
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        body = QVBoxLayout(self)
        body.setContentsMargins(8, 0, 0, 0)
        body.addWidget(card)
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self.voucher = None
        self.setVisible(False)

    def show_voucher(self, one: VoucherView) -> None:
        """Show a voucher; a red one says so besides its colour."""
        self.voucher = one
        red = one.kind is VoucherKind.REVERSAL
        self.title.setText(_(N_("Voucher (red letter)")) if red else _(N_("Voucher")))
        self.payee.setText(self._desk.names.in_full(PAYEE, one.payee))
        self.day.setText(day(one.business_on))
        self.number.setText(one.number)
        self.kind.setText(
            "  ·  ".join(
                part
                for part in (
                    label_of(one.kind),
                    _(N_("made from {what}")).format(what=one.source) if one.source else "",
                )
                if part
            )
        )
        files = ngettext("{count} attachment", "{count} attachments", one.attachments)
        self.attachments.setText(files.format(count=count(one.attachments)))
        self.cancels.setText(_cancelling(one))
        self.cancels.setVisible(bool(self.cancels.text()))
        self.grid.show_lines(one.lines)
        self.maker.setText(_(N_("Made by: {name}")).format(name=one.maker_name))
        self.checker.setText(_(N_("Checked by: {name}")).format(name=one.checker_name or "–"))
        self.posted.setText(_(N_("Posted: {at}")).format(at=moment(one.posted_at)))
        self.setVisible(True)


def _cancelling(one: VoucherView) -> str:
    lines = []
    if one.reverses:
        lines.append(_(N_("Cancels the voucher {number}")).format(number=one.reverses))
    if one.reversed_by:
        lines.append(_(N_("Cancelled by the voucher {number}")).format(number=one.reversed_by))
    return "\n".join(lines)


def _row(*parts: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for place, part in enumerate(parts):
        row.addWidget(part, 1 if place == 0 else 0)
        if place < len(parts) - 1:
            row.addSpacing(16)
    return row
