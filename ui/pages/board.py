"""日清看板: the morning screen. Where does the day stand, what differs, what is overdue."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.base.i18n import N_, _, ngettext
from app.closing.board import BoardRow
from app.closing.figures import DayBoard, Overdue, day_board
from app.closing.rules import RowKind, Step, Sum
from app.intake.rules import KIND_LABELS
from app.matching.rules import Task
from app.reporting.rules import ReportKind
from ui.desk import CLOSING, Desk, Target
from ui.formatting import amount, count, day_with_weekday
from ui.pages.page import Page
from ui.pages.running import Run
from ui.widgets.board_table import BoardTable
from ui.widgets.panels import Card, EmptyState, label
from ui.widgets.trend import Trend

_SIDE = 300
_TASKS = {
    RowKind.CHANNEL: Task.CHANNEL,
    RowKind.WRITEOFF: Task.WRITEOFF,
    RowKind.CLEARING: Task.CLEARING,
    RowKind.ACCOUNT: Task.ARRIVAL,
}


class BoardPage(Page):
    """Channels and accounts down, steps across; the two differences beside it."""

    name: ClassVar[str] = "board"
    tables: ClassVar[frozenset[str]] = frozenset(
        {
            "payment",
            "channel_record",
            "bill_line",
            "writeoff",
            "clearing_batch",
            "clearing_line",
            "arrival",
            "run",
            "match",
            "discrepancy",
            "arrival_confirmation",
            "source_file",
            "closed_day",
            "channel",
            "organisation",
        }
    )
    about: ClassVar[str] = N_(
        "Each row is a channel, a task of the whole day or a bank account; each column a step from"
        " the file to the closed day. ✓ done, ◐ waiting for somebody else, ● open, ○ missing."
        " Arrow keys move, Enter opens exactly that work."
    )

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.table = BoardTable(desk.preferences)
        self.table.opened.connect(lambda _row: self._open())
        self.table.stepped.connect(self._tell_cell)
        self.left = _Figure(_(N_("Differs after reconciliation")))
        self.after = _Figure(_(N_("Differs after adjustment")))
        self.transit = _Figure(_(N_("On its way")))
        self.overdue = QLabel()
        self.trend = Trend()
        self.shown: DayBoard | None = None
        self._place: object = None
        self.heading = label("", "heading")
        for name, act in (
            ("board.open", self._open),
            ("board.reconcile", self._reconcile),
            ("board.close", self._close),
            ("board.import", self._import),
            ("board.print", lambda: desk.open(Target(page="reports", state=ReportKind.DAY))),
        ):
            self.bind(name, act)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._nothing())
        self.stack.addWidget(self._whole())
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(self.stack)
        self.setFocusProxy(self.table)

    def reload(self) -> None:
        """Ask for the board of the day."""
        for name in ("board.reconcile", "board.print"):
            self.allow(name, possible=self.desk.day is not None)
        if self.desk.day is None:
            self.stack.setCurrentIndex(0)
            return
        self.desk.read(day_board, self.desk.day, organisation=self.desk.organisation).then(
            self.show_board, owner=self
        )

    def go(self, target: Target) -> None:
        """Close the day, if that is what is asked for."""
        if target.state == CLOSING:
            self._close()

    def _close(self) -> None:
        from ui.dialogs.closing import ClosingDialog  # noqa: PLC0415 - brings all of closing along

        ClosingDialog(self.desk, self.window()).open()

    def run_again(self) -> None:
        """F5: reconcile the day anew."""
        if self.actions_by_name["board.reconcile"].isEnabled():
            self._reconcile()
        else:
            self.reload()

    def memento(self) -> object:
        """Keep the place of the cursor."""
        index = self.table.currentIndex()
        return (index.row(), index.column()) if index.isValid() else None

    def restore(self, memento: object) -> None:
        """Put the cursor where it was, once the rows are there."""
        self._place = memento

    def show_board(self, found: DayBoard) -> None:
        """Show what was read; a board of another day comes too late."""
        if found.day != self.desk.day:
            return
        self.shown = found
        self.stack.setCurrentIndex(1)
        index = self.table.currentIndex()
        place = (index.row(), index.column()) if index.isValid() else self._place or (0, 1)
        self._place = None
        self.table.rows.show_rows(found.rows)
        assert isinstance(place, tuple)
        self.table.setCurrentIndex(self.table.rows.index(*place))
        self.heading.setText(day_with_weekday(found.day))
        self.left.show_sum(found.figures.reconciled)
        self.after.show_sum(found.figures.adjusted)
        self.transit.show_sum(found.figures.transit)
        self.overdue.setText(_overdue_words(found.overdue))
        self.trend.show_days(found.trend)

    def entered(self) -> None:
        """Put the cursor into the table, and say in words what the cell with it shows."""
        super().entered()
        self._tell_cell()

    def _tell_cell(self) -> None:
        if self.isVisible():
            self.desk.show_selection(self.table.told())

    def _open(self) -> None:
        work = self.table.work()
        if work is not None and work[1] is Step.CLOSED:
            self._close()
        elif work is not None:
            self.desk.open(_target(self.desk, *work))

    def _import(self) -> None:
        self.desk.open(Target(page="files", state="choose"))

    def _reconcile(self) -> None:
        day = self.desk.day
        if day is None:
            return
        work = Run(workspace=self.desk.workspace, actor=self.desk.actor, day=day, tasks=list(Task))
        title = _(N_("Reconciling {day}")).format(day=day.isoformat())
        self.desk.job(title, work, owner=self)

    def _nothing(self) -> QWidget:
        empty = EmptyState(
            "inbox",
            _(N_("Nothing is loaded yet")),
            _(
                N_(
                    "Drop the files of a day anywhere on this window, folders and zips too, or"
                    " choose them. Their layout is found by what is in them."
                )
            ),
        )
        if self.actions_by_name["board.import"].isEnabled():
            empty.offer(_(N_("Choose files …")), self._import).setDefault(True)
        return empty

    def _whole(self) -> QWidget:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(12)
        main = QVBoxLayout()
        top = QHBoxLayout()
        top.addWidget(self.heading)
        top.addStretch()
        top.addWidget(self.button("board.reconcile"))
        top.addWidget(self.button("board.close"))
        main.addLayout(top)
        main.addWidget(self.table, 1)
        row.addLayout(main, 1)
        row.addWidget(self._side())
        return whole

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(_SIDE)
        body = QVBoxLayout(side)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(8)
        for figure in (self.left, self.after, self.transit):
            body.addWidget(figure)
        late = Card(_(N_("Overdue")))
        self.overdue.setWordWrap(True)
        self.overdue.setTextFormat(Qt.TextFormat.PlainText)
        self.overdue.setAccessibleName(_(N_("Overdue")))
        late.body.addWidget(self.overdue)
        body.addWidget(late)
        days = Card(_(N_("Last 30 days")))
        days.body.addWidget(self.trend, 1)
        body.addWidget(days, 1)
        return side


class _Figure(Card):
    """A sum in large digits with its count."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        row = QHBoxLayout()
        self.items = label("", "muted")
        self.amount = label("", "heading")
        self.amount.setAccessibleName(title)
        row.addWidget(self.items, 1, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.amount, 0, Qt.AlignmentFlag.AlignRight)
        self.body.addLayout(row)

    def show_sum(self, found: Sum) -> None:
        """Show how many and how much."""
        words = ngettext("{count} item", "{count} items", found.count)
        self.items.setText(words.format(count=count(found.count)))
        self.amount.setText(amount(found.fen))
        self.amount.setToolTip(
            _(N_("Amounts added up whatever their sign: {amount}")).format(
                amount=amount(found.gross_fen)
            )
        )


def _target(desk: Desk, row: BoardRow, step: Step) -> Target:
    page = {
        Step.FILE: "files",
        Step.TOTALS: "files",
        Step.RECONCILED: "reconcile",
        Step.DISCREPANCIES: "discrepancies",
        Step.ADJUSTED: "adjustments",
        Step.ARRIVED: "arrivals",
        Step.CONFIRMED: "arrivals",
        Step.CHECKED: "arrivals",
        Step.CLOSED: "reconcile",
    }[step]
    if page == "arrivals" and row.kind is not RowKind.ACCOUNT:
        page = "reconcile"
    return Target(
        page=page,
        day=desk.day,
        task=_TASKS[row.kind],
        scope=row.channel if row.kind is RowKind.CHANNEL else "",
        key=row.account,
    )


def _overdue_words(late: Overdue) -> str:
    if late.nothing:
        return _(N_("✓ Nothing is overdue."))
    lines = []
    if late.batches.count:
        words = ngettext(
            "▲ {count} batch has not arrived: {amount}, since {day}",
            "▲ {count} batches have not arrived: {amount}, since {day}",
            late.batches.count,
        )
        lines.append(_filled(words, late.batches, str(late.batches_since)))
    if late.discrepancies.count:
        words = ngettext(
            "▲ {count} difference is older than its window: {amount}, since {day}",
            "▲ {count} differences are older than their window: {amount}, since {day}",
            late.discrepancies.count,
        )
        lines.append(_filled(words, late.discrepancies, str(late.discrepancies_since)))
    missing = [_(KIND_LABELS[kind]) for kind in late.files] + list(late.statements)
    if missing:
        lines.append(_(N_("○ Missing: {files}")).format(files="、".join(missing)))
    return "\n".join(lines)


def _filled(words: str, found: Sum, day: str) -> str:
    return words.format(count=count(found.count), amount=amount(found.fen), day=day)
