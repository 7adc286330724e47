"""Everything about one adjustment beside the list: what a checker decides by."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QTabWidget, QTextBrowser, QVBoxLayout, QWidget

from app.adjustments.attachments import attachment_content
from app.adjustments.looking import AdjustmentSheet
from app.adjustments.queries import AdjustmentView, ItemView
from app.approval.rules import RequestState, Verdict
from app.audit.queries import AuditRow
from app.audit.rules import Verb
from app.base.i18n import N_, _
from app.wording.audit import in_short, picked
from app.wording.labels import label as label_of
from ui.desk import Desk
from ui.formatting import amount, day, moment
from ui.models.list_table import ListTable
from ui.naming import CHANNEL, PAYEE
from ui.widgets.adjustment_columns import status_text, subject_columns
from ui.widgets.attachments import AttachmentList
from ui.widgets.panels import label
from ui.widgets.table_view import TableView
from ui.widgets.voucher_grid import VoucherGrid

_MOST_SUBJECTS = 6
_TOLD = ("name", "reason", "voucher")
"""What the history says of a step; the audit log has all of it."""


class AdjustmentPane(QWidget):
    """Title, who and why, both sides' values, the voucher, attachments and history."""

    opened_case = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.sheet: AdjustmentSheet | None = None
        self.title, self.facts = label("", "title"), label("", "muted")
        self.why, self.note = label(""), label("", "warn")
        body = QVBoxLayout(self)
        body.setContentsMargins(8, 0, 0, 0)
        body.setSpacing(4)
        for part in (self.title, self.facts, self.why, self.note):
            part.setWordWrap(True)
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            body.addWidget(part)
        self._subjects = ListTable(subject_columns(), self)
        self.subjects = TableView(
            self._subjects,
            name="adjustment_subjects",
            title=N_("What it is about"),
            preferences=desk.preferences,
        )
        self.subjects.opened.connect(self._open_case)
        body.addWidget(self.subjects)
        self.items = label("", "muted")
        self.items.setWordWrap(True)
        body.addWidget(self.items)
        self.grid = VoucherGrid(desk.preferences, name="adjustment_lines", summaries=False)
        body.addWidget(self.grid)
        self.tabs = self._make_tabs()
        body.addWidget(self.tabs, 1)
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self.sheet = None
        self.setVisible(False)

    def show_sheet(self, sheet: AdjustmentSheet, note: str) -> None:
        """Show an adjustment; `note` says why something cannot be done with it."""
        self.sheet = sheet
        view = sheet.detail.view
        self.title.setText(" · ".join((view.number, label_of(view.kind), amount(view.amount_fen))))
        self.facts.setText(self._facts(view))
        self.why.setText(_(N_("Reason: {reason}")).format(reason=view.reason or "–"))
        said = [text for text in (_ended(view), sheet.detail.trouble, note) if text]
        self.note.setText("\n".join(said))
        self.note.setVisible(bool(said))
        self._show_subjects(sheet)
        self.grid.show_lines(sheet.detail.lines)
        self.grid.setVisible(bool(sheet.detail.lines))
        self.attached.show_attachments(sheet.attached)
        number = len(sheet.attached)
        self.tabs.setTabText(1, _(N_("Attachments ({count})")).format(count=number))
        self.history.setPlainText("\n".join([*_votes(sheet), *map(_step, sheet.history)]))
        self.setVisible(True)

    def show_attachments(self) -> None:
        """Turn to the attachments."""
        self.tabs.setCurrentIndex(1)

    def _make_tabs(self) -> QTabWidget:
        tabs = QTabWidget()
        tabs.setAccessibleName(_(N_("More about the adjustment")))
        self.attached = AttachmentList(self._desk, attachment_content)
        self.history = QTextBrowser()
        self.history.setAccessibleName(_(N_("History")))
        self.history.setTabChangesFocus(True)
        tabs.addTab(self.history, _(N_("History")))
        tabs.addTab(self.attached, "")
        return tabs

    def _show_subjects(self, sheet: AdjustmentSheet) -> None:
        cases = sheet.detail.cases
        self._subjects.show_rows(cases)
        self.subjects.setVisible(bool(cases))
        rows = min(len(cases), _MOST_SUBJECTS)
        row = self.subjects.verticalHeader().defaultSectionSize()
        frame = 2 * self.subjects.frameWidth() + 16
        self.subjects.setFixedHeight(self.subjects.header.sizeHint().height() + row * rows + frame)
        self.items.setText("\n".join(_item_text(one) for one in sheet.detail.items))
        self.items.setVisible(bool(sheet.detail.items))

    def _open_case(self, row: int) -> None:
        case = self._subjects.row(row)
        if case is not None:
            self.opened_case.emit(case.id)

    def _facts(self, view: AdjustmentView) -> str:
        names = self._desk.names
        parts = [
            status_text(view.status),
            names.in_full(PAYEE, view.payee),
            names.of(CHANNEL, view.channel) or view.account_no,
            day(view.business_on),
            _(N_("made by {name}")).format(name=view.maker_name),
            _(N_("checked by {name}")).format(name=view.checker_name) if view.checker_name else "",
            _(N_("voucher {number}")).format(number=view.voucher) if view.voucher else "",
            _(N_("cancelled by {number}")).format(number=view.reversal) if view.reversal else "",
            _(N_("letter {number}")).format(number=view.letter_no) if view.letter_no else "",
            _(N_("household {number}")).format(number=view.household) if view.household else "",
            _(N_("claimed by {name}")).format(name=names.of(PAYEE, view.claimant))
            if view.claimant
            else "",
            _(N_("refunds {number}")).format(number=view.original_payment_no)
            if view.original_payment_no
            else "",
        ]
        return "  ·  ".join(part for part in parts if part)


def _ended(view: AdjustmentView) -> str:
    if not view.end_reason:
        return ""
    return _(N_("{state}: {reason}")).format(state=label_of(view.status), reason=view.end_reason)


def _item_text(one: ItemView) -> str:
    text = N_("Item {id} in suspense of {day}: {amount}, open {open}")
    return _(text).format(
        id=one.id,
        day=day(one.opened_on),
        amount=amount(one.amount_fen),
        open=amount(one.open_fen),
    )


def _votes(sheet: AdjustmentSheet) -> list[str]:
    """What has to be said of a request that is not decided yet."""
    found = []
    for one in sheet.requests:
        if one.state is RequestState.PENDING and one.needed > 1:
            text = N_("Needs {needed} checkers; {agreed} approved so far: {names}")
            names = [vote.checker_name for vote in one.votes if vote.verdict is Verdict.APPROVED]
            found.append(
                _(text).format(
                    needed=one.needed, agreed=one.agreed, names=_(N_(", ")).join(names) or "–"
                )
            )
    return found


def _step(row: AuditRow) -> str:
    told = picked(row, _TOLD) or (in_short(row) if row.verb == Verb.CHANGED else "")
    return f"{moment(row.at)}  {row.actor}  {label_of(Verb(row.verb))}  {told}".rstrip()
