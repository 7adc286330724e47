"""What stands behind one batch: its bank lines, its differences, who confirmed it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.arrivals.listing import Details
from app.arrivals.queries import BankLine, ConfirmationView, ExpectedArrival
from app.arrivals.rules import ArrivalState, ConfirmationStatus
from app.base.i18n import N_, _
from app.base.masking import mask_party, mask_text
from app.intake.rules import Kind
from app.matching.rules import WHY
from app.wording.labels import label as label_of
from ui.formatting import amount, day, local_time, moment
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.widgets.arrival_states import LOOKS
from ui.widgets.panels import Card, label
from ui.widgets.states import OPEN, with_glyph
from ui.widgets.table_view import TableView


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A bank line, and whether it pays the batch or nothing yet."""

    line: BankLine
    own: bool


class ArrivalDetails(QWidget):
    """The right side of the page of arrivals."""

    def __init__(self, preferences: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(6)
        self.head = label("", "title")
        self.about = _wrapped()
        self.obstacles = _wrapped()
        self.obstacles.setObjectName("bad")
        card = Card()
        for part in (self.head, self.about, self.obstacles):
            card.body.addWidget(part)
        body.addWidget(card)
        body.addWidget(label(_(N_("Bank lines")), "title"))
        self.lines: ListTable[_Line] = ListTable(_columns(), self)
        self.table = TableView(
            self.lines, name="arrival_lines", title=N_("Bank lines"), preferences=preferences
        )
        body.addWidget(self.table, 1)
        self.nothing = label(_(N_("No money on this account fits this batch yet.")), "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        body.addWidget(self.nothing, 1)
        self.history = _wrapped()
        self.history.setAccessibleName(_(N_("Who confirmed")))
        body.addWidget(self.history)
        self.show_nothing()

    def entries(self) -> list[tuple[Kind, int]]:
        """Return the bank lines that are shown."""
        return [(Kind.ARRIVALS, row.line.id) for row in self.lines.rows()]

    def show_nothing(self) -> None:
        """Show that no batch is chosen."""
        self.head.setText(_(N_("No batch is chosen")))
        for part in (self.about, self.obstacles, self.history):
            part.setText("")
            part.setVisible(False)
        self._show_lines([], "")

    def show_row(self, row: ExpectedArrival) -> None:
        """Show a batch; its lines follow."""
        self.head.setText(f"{row.batch_no}  {with_glyph(LOOKS[row.state], label_of(row.state))}")
        self.about.setText("\n".join(_about(row)))
        self.obstacles.setText("\n".join(_obstacles(row)))
        for part in (self.about, self.obstacles):
            part.setVisible(bool(part.text()))

    def show_details(self, found: Details) -> None:
        """Show the bank lines and the confirmations of the batch."""
        lines = [
            *(_Line(line=line, own=True) for line in found.lines),
            *(_Line(line=line, own=False) for line in found.unclaimed),
        ]
        self._show_lines(lines, _(N_("No money on this account fits this batch yet.")))
        self.history.setText("\n".join(_told(one) for one in found.history))
        self.history.setVisible(bool(found.history))

    def _show_lines(self, lines: Sequence[_Line], otherwise: str) -> None:
        """Show bank lines, or say something instead."""
        self.lines.show_rows(lines)
        self.table.setVisible(bool(lines) or not otherwise)
        self.nothing.setText(otherwise)
        self.nothing.setVisible(not lines and bool(otherwise))


def _wrapped() -> QLabel:
    made = label("")
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _about(row: ExpectedArrival) -> list[str]:
    name = f"{row.payee_name} ({row.payee})" if row.payee_name else row.payee
    dates = _(N_("day {business}, cleared {cleared}, due {due}"))
    lines = [
        name,
        _(N_("account {account}")).format(account=row.account_no),
        dates.format(
            business=day(row.business_on), cleared=day(row.clearing_on), due=day(row.due_on)
        ),
    ]
    if row.rule is not None:
        lines.append(_(N_("Why it is this money: {why}")).format(why=_(WHY[row.rule])))
    return lines


def _obstacles(row: ExpectedArrival) -> list[str]:
    """What stands in the way of a confirmation, in words."""
    if row.confirmation is not None:
        return []
    lines = [
        with_glyph(
            OPEN,
            _(N_("no. {id} {kind}: {amount}")).format(
                id=one.id, kind=label_of(one.kind), amount=amount(one.difference_fen)
            ),
        )
        for one in row.standing
    ]
    if row.state is ArrivalState.ARRIVED and not row.verified:
        text = _(N_("The clearing of {day} is not verified: reconcile it first."))
        lines.append(with_glyph(OPEN, text.format(day=day(row.business_on))))
    return lines


def _told(one: ConfirmationView) -> str:
    """One confirmation as a sentence."""
    parts = [
        _(N_("{number}: confirmed by {name}, {at}")).format(
            number=one.number, name=one.maker_name, at=moment(one.made_at)
        )
    ]
    if one.checked_at is not None:
        text = _(N_("checked by {name}, {at}"))
        parts.append(text.format(name=one.checker_name, at=moment(one.checked_at)))
    if one.status is ConfirmationStatus.UNCONFIRMED:
        text = _(N_("taken back by {name}, {at}: {reason}"))
        parts.append(text.format(name=one.undone_by, at=moment(one.undone_at), reason=one.reason))
    return _(N_("; ")).join(parts)


def _columns() -> Sequence[Column[_Line]]:
    return [
        Column(
            name="own",
            title=N_("For"),
            text=lambda row: _(N_("✓ this batch")) if row.own else _(N_("? no batch")),
            tone=lambda row: "good" if row.own else "warn",
            width=11,
            sortable=False,
        ),
        _plain("booked_on", N_("Booked"), lambda line: day(line.booked_on), 10),
        Column(
            name="amount",
            title=N_("Amount"),
            text=lambda row: amount(row.line.amount_fen),
            numeric=True,
            width=11,
            sortable=False,
        ),
        _plain("text", N_("Text"), _text, 26),
        _plain("counterparty", N_("From"), lambda line: mask_party(line.counterparty), 18),
        _plain("serial_no", N_("Bank serial no."), lambda line: line.serial_no, 18),
        _plain("booked_at", N_("Time"), lambda line: local_time(line.booked_at), 18),
        _plain("file", N_("File"), lambda line: f"{line.file}:{line.line}", 24),
    ]


def _plain(name: str, title: str, text: Callable[[BankLine], str], width: int) -> Column[_Line]:
    return Column(
        name=name,
        title=title,
        text=lambda row: text(row.line),
        tip=lambda row: text(row.line),
        width=width,
        sortable=False,
    )


def _text(line: BankLine) -> str:
    return mask_text(" ".join(part for part in (line.summary, line.postscript) if part))
