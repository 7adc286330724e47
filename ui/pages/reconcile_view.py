"""对账, what it shows: both sides of a task beside each other, filtered, sorted, explained."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.base.dates import day_number
from app.base.errors import UserError
from app.base.i18n import N_, _, ngettext
from app.catalog.queries import channels
from app.db.workspace import ReadSession
from app.discrepancies.explaining import LineWhy, explained
from app.discrepancies.gathering import SheetKey
from app.discrepancies.looking import Anchor, Look, look, look_again, prepared, sums_at
from app.discrepancies.queries import SIDES
from app.discrepancies.rows import Line
from app.discrepancies.rules import Tab
from app.discrepancies.sheet import Sheet
from app.discrepancies.worklist import Order, Question, View
from app.matching.rules import Side, Task
from app.records.queries import channels_with_entries
from ui.desk import Desk, Target
from ui.formatting import amount, count
from ui.models.picks import Picks
from ui.pages.page import Page
from ui.widgets.line_filters import filters_of
from ui.widgets.linked_tables import LinkedTables
from ui.widgets.panels import EmptyState
from ui.widgets.reconcile_bars import ReconcileBars
from ui.widgets.tray_bar import TrayBar
from ui.widgets.why_pane import WhyPane

_WAIT_MS = 60
_BUSY_AFTER_MS = 150
MOST_KEPT = 5_000
"""So many selected lines are found again after a filter or a sort."""


@dataclass(slots=True)
class _TaskView:
    """How one task is looked at."""

    tab: Tab = Tab.OVERVIEW
    order: Order | None = None
    sheet: Sheet | None = None
    view: View | None = None
    filters: dict[Side | None, dict[str, str]] = field(default_factory=dict)


class ReconcileView(Page):
    """Everything of the page that only reads; `ReconcilePage` adds what is done."""

    tables: ClassVar[frozenset[str]] = frozenset(
        {
            *("run", "match", "hand_match", "taken_apart", "suggestion", "source_file"),
            *("discrepancy", "discrepancy_note"),
        }
    )
    about: ClassVar[str] = N_(
        "Both sides of a task beside each other, pairs on one line. Choose a task and a state"
        " above; filters stand under the titles. Space puts an entry into the tray, Tab changes"
        " the side, Enter matches what is in the tray when both sides are equal, or accepts a"
        " suggestion. Below stands why a line stands as it does; T follows an entry through all"
        " ledgers."
    )

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.picks = Picks()
        self.linked: dict[Task, LinkedTables] = {}
        self.views: dict[Task, _TaskView] = {task: _TaskView() for task in Task}
        self.anchors: list[Anchor] = []
        self.followed: Line | None = None
        self._wanted: Target | None = None
        self._asked = 0
        self._wait = _timer(self, _WAIT_MS, self._read_below)
        self._busy = _timer(self, _BUSY_AFTER_MS, self._show_busy)
        self.bars = ReconcileBars()
        self.tray = TrayBar()
        self.why = WhyPane(lambda: self.desk.names)
        self.pile = QStackedWidget()
        self.bind_actions()
        self._arrange()
        self.add_buttons()
        self._connect()

    # ------------------------------------------------------------ what doing adds

    def bind_actions(self) -> None:
        """Make the actions of the table work."""

    def add_buttons(self) -> None:
        """Put the buttons of actions where they belong."""

    def bind_to(self, tables: LinkedTables) -> None:
        """Give tables that were just made the keys that work only inside them."""

    def weigh(self) -> None:
        """Say which actions make sense now."""

    def sheet_opened(self, sheet: Sheet) -> None:
        """Take note that the sheet was read anew."""

    def open_line(self) -> None:
        """Do what a double click on a line means."""

    def show_elsewhere(self, target: Target) -> None:
        """Show an entry that stands on no line here."""

    # ------------------------------------------------------------ what the frame calls

    def finish(self) -> None:
        """Make the tables of the task in front."""
        self._show_task(self.task)

    def reload(self) -> None:
        """Open the sheet of the task and the day."""
        day = self.desk.day
        self.faces.setCurrentIndex(0 if day is not None else 1)
        if day is None:
            return
        self._read_channels()
        view = self.now
        key = SheetKey(task=self.task, scope=self.bars.scope, day=day)
        before = view.sheet
        if before is not None and before.key != key:
            before, view.view = None, None
        question = self._question()
        if question is None:
            return
        anchors = [*self.anchors, *([] if self._wanted else self.cursor_anchors())]
        self.anchors = []
        self._asked += 1
        self._busy.start()
        self.desk.read(look, key, question, before=before, anchors=anchors).then(
            partial(self._opened, self._asked, self.task), owner=self, failed=self._failed
        )

    def go(self, target: Target) -> None:
        """Show a task, a state of it, or one entry of it."""
        task = target.task or self.task
        tab = Tab(target.state) if target.state in set(Tab) else Tab.OVERVIEW
        self.views[task].filters = {}
        self.views[task].tab = tab
        self.bars.choose(task=task, tab=tab)
        self.bars.choose_channel(target.scope)
        self._show_task(task)
        self.now.order = None
        with QSignalBlocker(self.bars):
            self.bars.earlier.setChecked(True)
        self.tables_of(task).clear_order()
        self.tables_of(task).set_filters({})
        self.anchors = []
        if target.discrepancy_id:
            self.anchors.append(Anchor(discrepancy_id=target.discrepancy_id))
        if target.entry_id:
            sides = dict(zip(SIDES[task], Side, strict=True))
            side = sides.get(target.entry_kind or SIDES[task][0], Side.OURS)
            self.anchors.append(Anchor(side=side, entry_id=target.entry_id))
        self._wanted = target if self.anchors else None
        self.reload()

    def memento(self) -> object:
        """Return what is chosen, where the cursor is and what is in the tray."""
        self._keep_filters()
        for view in self.views.values():
            view.sheet = view.view = None
        return {
            "views": self.views,
            "task": self.task,
            "scope": self.bars.scope,
            "anchors": self.cursor_anchors(),
            "picks": self.picks,
        }

    def restore(self, memento: object) -> None:
        """Choose it again."""
        assert isinstance(memento, dict)
        self.views = memento["views"]
        self.picks = memento["picks"]
        self.anchors = memento["anchors"]
        task = memento["task"]
        self.bars.choose(task=task, tab=self.views[task].tab)
        self.bars.choose_channel(memento["scope"])
        self._show_task(task)

    def entered(self) -> None:
        """Put the keyboard into the side where it was."""
        self.tables_now.focus()

    # ------------------------------------------------------------ what is chosen

    @property
    def task(self) -> Task:
        """The task in front."""
        return self.bars.task

    @property
    def now(self) -> _TaskView:
        """How the task in front is looked at."""
        return self.views[self.task]

    @property
    def tables_now(self) -> LinkedTables:
        """The tables of the task in front."""
        return self.tables_of(self.task)

    def tables_of(self, task: Task) -> LinkedTables:
        """Return the tables of a task, made when they are first asked for."""
        if task not in self.linked:
            made = LinkedTables(self.desk, task, self._is_picked)
            made.sorted_by.connect(self._sorted)
            made.filtered.connect(self.arrange_again)
            made.moved.connect(self._moved_cursor)
            made.lines.dataChanged.connect(lambda *_: self.weigh())
            made.opened.connect(lambda _row: self.open_line())
            self.linked[task] = made
            self.pile.addWidget(made)
            self.bind_to(made)
        return self.linked[task]

    def _is_picked(self, side: Side, id_: int) -> bool:
        return self.picks.has(side, id_)

    def cursor_anchors(self) -> list[Anchor]:
        """Return the line with the cursor as it can be found in another sheet."""
        row = self.tables_now.row() if self.task in self.linked else None
        line = None if row is None else self.tables_now.lines.known(row)
        if line is None:
            return []
        return [
            Anchor(side=side, entry_id=entry.id)
            for side in (self.tables_now.side, *Side)
            if (entry := line.entry(side)) is not None
        ]

    def selected_places(self) -> array[int]:
        """Return the places of the selected lines, in order; candidates have none."""
        found, places = array("q"), self.tables_now.lines.ids()
        if self.followed is not None:
            return found
        for rows in self.tables_now.views[0].selected_ranges():
            found.extend(places[rows.start : rows.stop])
        return found

    # ------------------------------------------------------------ making it

    def _arrange(self) -> None:
        work = QWidget()
        body = QVBoxLayout(work)
        body.setContentsMargins(10, 4, 10, 6)
        body.setSpacing(4)
        body.addWidget(self.bars)
        body.addWidget(self.pile, 1)
        body.addWidget(self.tray)
        body.addWidget(self.why)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(6)
        body.addLayout(self.buttons)
        empty = EmptyState(
            "scale",
            _(N_("Nothing to reconcile yet")),
            _(N_("No file is loaded. Import the files of a day first.")),
        )
        empty.offer(_(N_("To the files")), lambda: self.desk.open(Target(page="files")))
        self.faces = QStackedWidget()
        self.faces.addWidget(work)
        self.faces.addWidget(empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.faces)

    def _connect(self) -> None:
        self.bars.choose()
        self.bars.task_chosen.connect(self._choose_task)
        self.bars.tab_chosen.connect(self._choose_tab)
        self.bars.changed.connect(self._choose_more)

    # ------------------------------------------------------------ what the user chooses

    def _choose_task(self, task: Task) -> None:
        self._keep_filters()
        self.bars.choose(tab=self.views[task].tab)
        self._show_task(task)
        self.reload()
        self.entered()

    def _choose_tab(self, tab: Tab) -> None:
        self.now.tab = tab
        self.arrange_again()

    def _choose_more(self) -> None:
        self.reload()

    def _sorted(self, order: Order | None) -> None:
        self.now.order = order
        self.arrange_again()

    def _show_task(self, task: Task) -> None:
        self.pile.setCurrentWidget(self.tables_of(task))
        self.tables_of(task).set_filters(self.views[task].filters)
        self.weigh()

    def _keep_filters(self) -> None:
        for task, tables in self.linked.items():
            self.views[task].filters = tables.filters()

    # ------------------------------------------------------------ asking and showing

    def arrange_again(self) -> None:
        """Filter and sort the open sheet; the selection stays with its lines."""
        sheet, question = self.now.sheet, self._question()
        if sheet is None or question is None:
            self.reload()
            return
        kept = self._kept_places()
        self._asked += 1
        self._busy.start()
        self.desk.read(look_again, sheet, question, kept=kept).then(
            partial(self._arranged, self._asked, self.task), owner=self, failed=self._failed
        )

    def _kept_places(self) -> list[int]:
        """Return the line with the cursor and the selected ones, if they are not too many."""
        if self.followed is not None:
            return [self.followed.place]
        current = self.tables_now.place()
        kept = [] if current is None else [current]
        if self.tables_now.selected_count() <= MOST_KEPT:
            kept += self.selected_places()
        return kept

    def _question(self) -> Question | None:
        """Return what is asked; None, and a sentence, where a filter makes no sense."""
        try:
            typed = self.tables_now.filters()
            filters = filters_of(self.task, self.desk.day, typed, self.desk.names)
        except UserError as error:
            self.desk.warn(error.user_message())
            return None
        return Question(
            tab=self.now.tab,
            filters=filters,
            order=self.now.order,
            payee=self.desk.organisation,
            with_earlier=self.bars.earlier.isChecked(),
        )

    def _opened(self, asked: int, task: Task, found: Look) -> None:
        if asked != self._asked:
            return
        before = self.tables_of(task).row() or 0
        self._show(task, found)
        if found.counts:
            self.bars.show_counts(found.counts)
        self.bars.show_standing(found.sheet.standing)
        self.tables_now.go_to_row(found.rows[0] if found.rows else before)
        self.sheet_opened(found.sheet)
        if self._wanted and not found.rows:
            text = _(N_("{key} does not stand on this day of this task."))
            self.desk.say(text.format(key=self._wanted.key))
            self.show_elsewhere(self._wanted)
        self._wanted = None
        if not (found.counts and found.sheet.is_prepared):
            self._prepare(task)

    def _arranged(self, asked: int, task: Task, found: Look) -> None:
        if asked != self._asked:
            return
        self._show(task, found)
        rows = found.rows
        self.tables_now.select(rows, rows[0] if rows else 0)
        if not found.sheet.is_prepared:
            self._prepare(task)

    def _prepare(self, task: Task) -> None:
        sheet, question = self.views[task].sheet, self._question()
        if sheet is not None and question is not None:
            self.desk.read(prepared, sheet, question).then(
                partial(self._prepared, self._asked, task), owner=self
            )

    def _prepared(self, asked: int, task: Task, found: Look) -> None:
        if asked == self._asked and self.task is task:
            self.now.view = found.view
            self.bars.show_counts(found.counts)
            self._show_sums(found.view)

    def _show(self, task: Task, found: Look) -> None:
        self._busy.stop()
        self.bars.show_busy("")
        self.followed = None
        view = self.views[task]
        view.sheet, view.view = found.sheet, found.view
        self.tables_of(task).show_lines(found.sheet, found.view.places)
        self._show_sums(found.view)
        self.why.show_nothing()
        self.weigh()

    def _show_sums(self, view: View) -> None:
        said = [None if fen is None else amount(fen) for fen in (view.ours_fen, view.theirs_fen)]
        self.tables_now.show_sums(*said)

    def _show_busy(self) -> None:
        self.bars.show_busy(_(N_("◆ working …")))

    def _failed(self, error: Exception) -> None:
        self._busy.stop()
        self.bars.show_busy("")
        self.desk.messages.failed(error)

    def _read_channels(self) -> None:
        day = self.desk.day
        if day is not None and self.task is Task.CHANNEL:
            self.desk.read(_channels_of, day_number(day)).then(self.bars.show_channels, owner=self)

    # ------------------------------------------------------------ below the tables

    def _moved_cursor(self) -> None:
        self._wait.start()
        self.weigh()

    def _read_below(self) -> None:
        """Explain the line with the cursor, and add up what is selected."""
        sheet, place = self.now.sheet, self.tables_now.place()
        if self.followed is not None and place is not None:
            self.why.show_text(self.tables_now.hints.get(place, ""))
            return
        if sheet is None or place is None:
            self.why.show_nothing()
            self.desk.show_selection("")
            return
        self.desk.read(explained, sheet, place).then(
            partial(self._show_why, self.task, place), owner=self
        )
        if self.tables_now.selected_count() > 1:
            places = self.selected_places()
            self.desk.read(sums_at, sheet, places).then(
                partial(self._show_selected, len(places)), owner=self
            )
        else:
            self.desk.show_selection("")

    def _show_why(self, task: Task, place: int, found: LineWhy) -> None:
        if task is self.task and place == self.tables_now.place():
            self.why.show_why(found)

    def _show_selected(self, lines: int, sums: tuple[int, int]) -> None:
        text = ngettext("{count} line", "{count} lines", lines).format(count=count(lines))
        self.desk.show_selection(
            _(N_("{lines}: ours {ours}, theirs {theirs}, difference {difference}")).format(
                lines=text,
                ours=amount(sums[0]),
                theirs=amount(sums[1]),
                difference=amount(sums[0] - sums[1]),
            )
        )


def _timer(parent: QWidget, wait_ms: int, act: object) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(wait_ms)
    timer.timeout.connect(act)
    return timer


def _channels_of(session: ReadSession, day: int) -> Sequence[tuple[str, str]]:
    there = channels_with_entries(session, day, day)
    names = {one.code: one.name for one in channels(session)}
    return sorted((code, f"{names.get(code, code)}") for code in there)
