"""日结: the checks of a day, what closing it would book, the month, and reopening."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import N_, _, ngettext
from app.closing.closing import Closed, close_day, request_reopening, waive
from app.closing.preparing import ClosingPlan, Figure, closing_plan
from app.closing.reopening import (
    Reopened,
    approve_reopening,
    return_reopening,
    withdraw_reopening,
)
from app.closing.rules import BlockerCode, DayState
from app.identity.rules import Permission
from app.intake.rules import Kind as FileKind
from app.matching.rules import Task
from app.wording.labels import label as label_of
from ui.desk import Desk, Target, touches
from ui.dialogs.asking import Ask
from ui.formatting import amount, count, day_with_weekday, moment
from ui.models.list_table import ListTable
from ui.widgets.closing_checks import Check, check_columns, checks
from ui.widgets.month_table import LOOKS, MonthTable
from ui.widgets.panels import label
from ui.widgets.states import with_glyph
from ui.widgets.table_view import TableView

_SIZE = (1_200, 660)
_MONTH_WIDTH = 340
_TABLES = frozenset(
    {
        *("closed_day", "day_close", "day_waiver", "discrepancy", "adjustment", "run"),
        *("arrival_confirmation", "approval_request", "source_file"),
    }
)


class ClosingDialog(QDialog):
    """The month at the left; at the right what stands against closing the day under the cursor."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._day = desk.day or date.today()  # noqa: DTZ011 - only where nothing is loaded
        self._asked = 0
        self.plan: ClosingPlan | None = None
        self.setWindowTitle(_(N_("Close the day")))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self._make_parts()
        self._arrange()
        self._keys()
        desk.changed.connect(self._changed)
        self._weigh()
        self._read()

    # ------------------------------------------------------------ parts

    def _make_parts(self) -> None:
        self.month = MonthTable()
        self.month.setFixedWidth(_MONTH_WIDTH)
        self.month.chosen.connect(self.show_day)
        self.month.turned.connect(self._turn)
        self.heading, self.state = label("", "heading"), label("", "muted")
        self.entries, self.booked = label(""), label("")
        self.waived = label("", "muted")
        for part in (self.state, self.entries, self.booked, self.waived):
            part.setWordWrap(True)
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._checks = ListTable(check_columns(), self)
        self.checks = TableView(
            self._checks,
            name="closing_checks",
            title=N_("Checks"),
            preferences=self._desk.preferences,
        )
        self.checks.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.checks.opened.connect(self._jump)
        self.checks.picked.connect(self._weigh)
        self.buttons: dict[str, QPushButton] = {}
        for name, text, act in (
            ("waive", N_("Do without it  W"), self._ask_waiver),
            ("close", N_("Close the day  Ctrl+Enter"), self._ask_close),
            ("ask", N_("Ask to reopen  R"), self._ask_reopening),
            ("agree", N_("Agree to reopen  Y"), self._ask_agreement),
            ("refuse", N_("Refuse  N"), self._ask_refusal),
            ("back", N_("Take my request back  X"), self._take_back),
        ):
            self.buttons[name] = _button(text, act)

    def _arrange(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.month)
        left.addWidget(label(_(N_("PgUp and PgDn turn the months.")), "muted"))
        left.addWidget(self.entries)
        left.addStretch(1)
        right = QVBoxLayout()
        right.addWidget(self.heading)
        right.addWidget(self.state)
        right.addWidget(self.checks, 1)
        right.addWidget(self.waived)
        right.addWidget(self.booked)
        middle = QHBoxLayout()
        middle.addLayout(left)
        middle.addSpacing(8)
        middle.addLayout(right, 1)
        body = QVBoxLayout(self)
        body.addLayout(middle, 1)
        row = QHBoxLayout()
        for button in self.buttons.values():
            row.addWidget(button)
        row.addStretch()
        leave = _button(N_("Leave  Esc"), self.reject)
        row.addWidget(leave)
        body.addLayout(row)

    def _keys(self) -> None:
        for keys, name in (
            ("W", "waive"),
            ("Ctrl+Return", "close"),
            ("Ctrl+Enter", "close"),
            ("R", "ask"),
            ("Y", "agree"),
            ("N", "refuse"),
            ("X", "back"),
        ):
            QShortcut(QKeySequence(keys), self, partial(self._press, name))

    def _press(self, name: str) -> None:
        if self.buttons[name].isEnabled():
            self.buttons[name].click()

    # ------------------------------------------------------------ showing

    def show_day(self, day: date) -> None:
        """Show another day."""
        self._day = day
        self._read()

    def _turn(self, step: int) -> None:
        first = self._day.replace(day=1)
        self.show_day((first - timedelta(days=1)) if step < 0 else first + timedelta(days=32))

    def _changed(self, tables: frozenset[str]) -> None:
        if touches(tables, _TABLES):
            self._read()

    def _read(self) -> None:
        self._asked += 1
        self._desk.read(closing_plan, self._day).then(partial(self._show, self._asked), owner=self)

    def _show(self, asked: int, plan: ClosingPlan) -> None:
        if asked != self._asked:
            return
        self.plan = plan
        here = plan.here
        self.heading.setText(day_with_weekday(plan.day))
        self.state.setText(_state_text(plan))
        self.month.show_month(plan.month, plan.day)
        loaded = here.state in (DayState.OPEN, DayState.REOPENED)
        row = self.checks.current_row() or 0
        self._checks.show_rows(checks(plan.blockers) if loaded else ())
        self.checks.go_to_row(_first_open(self._checks.rows(), row))
        self.entries.setText(_figures(N_("Entries of the day"), plan.entries))
        self.booked.setText(_figures(N_("Closing it posts"), plan.vouchers))
        self.waived.setText(
            "\n".join(
                _(N_("Without {file} {scope}: {reason} ({name})")).format(
                    file=label_of(FileKind(one.file_kind)),
                    scope=one.scope,
                    reason=one.reason,
                    name=one.by,
                )
                for one in here.waivers
            )
        )
        self.waived.setVisible(bool(here.waivers))
        self._weigh()

    def _current(self) -> Check | None:
        number = self.checks.current_row()
        return None if number is None else self._checks.row(number)

    def _weigh(self) -> None:
        plan, check = self.plan, self._current()
        closes = self._desk.may(Permission.CLOSE_DAY)
        request = plan.here.request if plan is not None else None
        mine = request is not None and request.maker_id == self._desk.actor.user_id
        decides = self._desk.may(Permission.APPROVE) or self._desk.may(Permission.REOPEN_DAY)
        latest = plan is not None and plan.latest == plan.day
        missing = check is not None and check.blocker is not None
        possible = {
            "waive": closes and missing and _code(check) is BlockerCode.FILE_MISSING,
            "close": closes and plan is not None and plan.can_close,
            "ask": self._desk.may(Permission.REOPEN_DAY) and latest and request is None,
            "agree": decides and request is not None and not mine,
            "refuse": decides and request is not None and not mine,
            "back": mine,
        }
        for name, made in possible.items():
            self.buttons[name].setEnabled(made)
        for name in ("agree", "refuse", "back"):
            self.buttons[name].setVisible(request is not None)
        if not closes:
            self.buttons["close"].setToolTip(_(N_("Your role does not allow this.")))

    # ------------------------------------------------------------ going there

    def _jump(self, row: int) -> None:
        check = self._checks.row(row)
        if check is None or check.blocker is None:
            return
        one = check.blocker
        if check.code is BlockerCode.EARLIER_DAY and one.items:
            self.show_day(date.fromisoformat(one.items[0]))
            return
        first = one.items[0] if one.items else ""
        self.accept()
        self._desk.open(_target(check.code, self._day, one.kind, one.scope, first))

    # ------------------------------------------------------------ doing

    def _ask_waiver(self) -> None:
        check = self._current()
        if check is None or check.blocker is None:
            return
        one = check.blocker
        self._ask(
            _(N_("Do without it")),
            _(N_("{day} will be closed without {file} {scope}.")).format(
                day=self._day.isoformat(), file=label_of(FileKind(one.kind)), scope=one.scope
            ),
            lambda reason: self._desk.write(
                waive, day=self._day, file_kind=one.kind, scope=one.scope, reason=reason
            ).then(owner=self),
            reason=True,
        )

    def _ask_close(self) -> None:
        plan = self.plan
        if plan is None:
            return
        days = _(N_(", ")).join(one.isoformat() for one in plan.days)
        text = _(N_("Close {days}? Entries, matches and vouchers are frozen then."))
        lines = [text.format(days=days), _figures(N_("Closing it posts"), plan.vouchers)]
        self._ask(
            _(N_("Close the day")),
            "\n\n".join(line for line in lines if line),
            lambda _reason: self._desk.write(close_day, day=plan.day).then(
                self._closed, owner=self
            ),
        )

    def _closed(self, done: Closed) -> None:
        text = ngettext(
            "{day} is closed, {count} voucher posted.",
            "{day} is closed, {count} vouchers posted.",
            len(done.vouchers),
        )
        self._desk.messages.tell_done(
            text.format(day=done.day.isoformat(), count=count(len(done.vouchers)))
        )

    def _ask_reopening(self) -> None:
        self._ask(
            _(N_("Ask to reopen")),
            _(N_("{day} is reopened once a second person agrees.")).format(
                day=self._day.isoformat()
            ),
            lambda reason: self._desk.write(request_reopening, day=self._day, reason=reason).then(
                owner=self
            ),
            reason=True,
        )

    def _ask_agreement(self) -> None:
        request = self.plan.here.request if self.plan is not None else None
        if request is None:
            return
        text = _(N_("{name} asks to reopen {day}: {reason}")).format(
            name=request.maker_name, day=self._day.isoformat(), reason=request.reason
        )
        self._ask(
            _(N_("Agree to reopen")),
            text,
            lambda _reason: self._desk.decide(
                approve_reopening, day=self._day, seen=request.digest
            ).then(self._reopened, owner=self),
        )

    def _reopened(self, done: Reopened) -> None:
        text = ngettext(
            "{day} is open again, {count} red-letter voucher.",
            "{day} is open again, {count} red-letter vouchers.",
            len(done.vouchers),
        )
        self._desk.messages.tell_done(
            text.format(day=done.day.isoformat(), count=count(len(done.vouchers)))
        )

    def _ask_refusal(self) -> None:
        self._ask(
            _(N_("Refuse")),
            _(N_("{day} stays closed.")).format(day=self._day.isoformat()),
            lambda reason: self._desk.decide(return_reopening, day=self._day, reason=reason).then(
                owner=self
            ),
            reason=True,
        )

    def _take_back(self) -> None:
        self._desk.write(withdraw_reopening, day=self._day).then(owner=self)

    def _ask(
        self, title: str, text: str, done: Callable[[str], None], *, reason: bool = False
    ) -> None:
        Ask(
            title,
            text,
            act=title,
            done=done,
            reason=_(N_("Reason")) if reason else "",
            parent=self,
        ).open()


def _button(text: str, act: Callable[[], object]) -> QPushButton:
    made = QPushButton(_(text))
    made.setAutoDefault(False)
    made.clicked.connect(lambda _checked=False: act())
    return made


def _code(check: Check | None) -> BlockerCode | None:
    return check.code if check is not None else None


def _first_open(rows: list[Check], before: int) -> int:
    """The row of the first thing in the way, unless the cursor stands on one already."""
    if before < len(rows) and rows[before].blocker is not None:
        return before
    return next((place for place, row in enumerate(rows) if row.blocker is not None), 0)


def _state_text(plan: ClosingPlan) -> str:
    here = plan.here
    parts = [with_glyph(LOOKS[here.state], label_of(here.state))]
    if here.closing is not None:
        closing = here.closing
        parts.append(
            _(N_("closed by {name} at {at}, vouchers {count}, hash {hash}")).format(
                name=closing.closed_by,
                at=moment(closing.closed_at),
                count=count(closing.vouchers),
                hash=closing.hash[:16],
            )
        )
        if closing.reopened_at is not None:
            parts.append(
                _(N_("reopened for {name}, agreed by {other}: {reason}")).format(
                    name=closing.reopened_by, other=closing.agreed_by, reason=closing.reason
                )
            )
    if here.request is not None:
        parts.append(
            _(N_("{name} asked to reopen it: {reason}")).format(
                name=here.request.maker_name, reason=here.request.reason
            )
        )
    if here.state is DayState.NONE:
        parts.append(_(N_("Nothing is loaded for this day.")))
    elif plan.can_close:
        parts.append(_(N_("Nothing is in the way of closing it.")))
    elif plan.blockers:
        parts.append(_(N_("It cannot be closed yet; the open checks say why.")))
    return "\n".join(parts)


def _figures(title: str, found: tuple[Figure, ...]) -> str:
    lines = [
        _(N_("{name}: {count}, {amount}")).format(
            name=label_of(one.name), count=count(one.count), amount=amount(one.fen)
        )
        for one in found
        if one.count
    ]
    return "\n".join([_(title), *lines]) if lines else ""


def _target(code: BlockerCode, day: date, kind: str, scope: str, first: str) -> Target:
    match code:
        case BlockerCode.FILE_MISSING:
            return Target(page="files", day=day)
        case BlockerCode.NOT_RUN | BlockerCode.STALE | BlockerCode.UNBALANCED:
            return Target(page="reconcile", day=day, task=Task(kind), scope=scope)
        case BlockerCode.DISCREPANCY:
            number = int(first) if first.isdigit() else 0
            return Target(page="discrepancies", day=day, discrepancy_id=number)
        case BlockerCode.ADJUSTMENT:
            return Target(page="adjustments", day=day, key=first)
        case _:
            return Target(page="arrivals", day=day, batch_no=first)
