"""对账: the heart; picking, matching, taking apart, following, exporting."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog

from app.adjustments.previewing import PARKING
from app.adjustments.rules import AdjustmentKind
from app.base.i18n import N_, _, ngettext
from app.closing.tracing import trace
from app.discrepancies.casework import add_note
from app.discrepancies.looking import is_open
from app.discrepancies.queries import SIDES
from app.discrepancies.rows import Line, lines_at
from app.discrepancies.rules import Tab
from app.discrepancies.sheet import Sheet
from app.intake.rules import Kind
from app.matching.rules import Side, Task
from app.records.kinds import SHAPES
from app.wording.labels import label as label_of
from ui.desk import Target
from ui.dialogs.trace import TraceDialog
from ui.formatting import count
from ui.models.exporting import write_csv
from ui.pages.adjusting import Adjusting
from ui.pages.reconcile_sets import ReconcileSets
from ui.pages.running import Run
from ui.widgets.linked_tables import LinkedTables

_INSIDE = ("pick", "clear_tray", "match", "accept_all")
"""Actions whose keys work only in the tables."""


class ReconcilePage(ReconcileSets):
    """The heart: what agrees, what does not, and matching by hand."""

    name: ClassVar[str] = "reconcile"

    # ------------------------------------------------------------ actions

    def bind_actions(self) -> None:
        """Make the actions of the table work."""
        self._adjusting = Adjusting(self)
        acts: dict[str, Callable[[], object]] = {
            "run": self.run,
            "match": self.match,
            "accept": self.accept,
            "accept_all": self.accept_all,
            "apart": self.take_apart,
            "follow": self.follow,
            "combine": self.combine,
            "combine_selected": self.combine_selected,
            "note": self._note,
            "undo_last": self.undo_last,
            "pick": self.pick,
            "clear_tray": self.clear_tray,
            "trace": self.open_line,
            "case": self._to_case,
            "adjust": partial(self._adjust, ()),
            "park": partial(self._adjust, PARKING),
            "carry": partial(self._adjust, (AdjustmentKind.CARRY_FORWARD,)),
            "next_open": self._to_next_open,
            "amount": self._find_amount,
            "filter": lambda: self._focus_filter(self.tables_now.current_column()),
            "clear_filters": self._clear_filters,
            "sort": self._sort,
            "columns": self._choose_columns,
            "earlier": self.bars.earlier.toggle,
            "channel": self._choose_channel,
            "export": self._export,
        }
        for task in Task:
            acts[f"task_{task}"] = partial(self._to_task, task)
        for tab in Tab:
            acts[f"tab_{tab}"] = partial(self._to_tab, tab)
        for name, act in acts.items():
            self.bind(f"reconcile.{name}", act)
        for name in _INSIDE:
            self._action(name).setShortcutContext(Qt.ShortcutContext.WidgetShortcut)

    def add_buttons(self) -> None:
        """Put the buttons of actions where they belong."""
        self.bars.right.addWidget(self.button("reconcile.run"))
        for name in ("match", "accept", "follow", "combine", "adjust", "clear_tray"):
            self.tray.right.addWidget(self.button(f"reconcile.{name}"))
        for name in (
            "apart",
            "accept_all",
            "park",
            "carry",
            "note",
            "trace",
            "case",
            "export",
        ):
            self.buttons.addWidget(self.button(f"reconcile.{name}"))
        self.buttons.addStretch(1)

    def bind_to(self, tables: LinkedTables) -> None:
        """Give tables that were just made the keys that work only inside them."""
        for view in tables.views:
            for name in _INSIDE:
                view.addAction(self._action(name))

    def weigh(self) -> None:
        """Say which actions make sense now."""
        line = self.line_now()
        self.allow("reconcile.pick", possible=line is not None)
        self.allow("reconcile.clear_tray", possible=bool(self.picks) or self.followed is not None)
        suggestion = line is not None and line.suggestion_id > 0
        self.allow("reconcile.accept", possible=suggestion)
        self.allow("reconcile.apart", possible=line is not None and line.match_id > 0)
        self.allow("reconcile.follow", possible=line is not None and is_open(line))
        self.allow("reconcile.match", possible=line is not None)
        self.allow("reconcile.accept_all", possible=self.followed is None)
        self.allow("reconcile.trace", possible=line is not None)
        self.allow("reconcile.case", possible=line is not None and line.discrepancy_id > 0)
        self.allow("reconcile.note", possible=line is not None and line.discrepancy_id > 0)
        for name in ("adjust", "park", "carry"):
            several = self.tables_now.selected_count() > 1
            there = several or (line is not None and line.discrepancy_id > 0)
            self.allow(f"reconcile.{name}", possible=there)
        self.allow("reconcile.channel", possible=self.task is Task.CHANNEL)

    def run_again(self) -> None:
        """Run the task for the day, or read anew where that is not allowed."""
        if self._action("run").isEnabled():
            self.run()
        else:
            self.reload()

    def run(self) -> None:
        """Reconcile the task for the day."""
        day, task, scope = self.desk.day, self.task, self.bars.scope
        if day is None:
            return
        work = Run(
            workspace=self.desk.workspace,
            actor=self.desk.actor,
            day=day,
            tasks=[task],
            scope=scope,
        )
        title = _(N_("{task} {day}")).format(task=label_of(task), day=day.isoformat())
        self.desk.job(title, work, owner=self)

    # ------------------------------------------------------------ going about

    def open_line(self) -> None:
        """Follow the entry with the cursor through all ledgers."""
        line, side = self.line_now(), self.tables_now.side
        entry = None
        if line is not None:
            entry = line.entry(side) or line.ours or line.theirs
        if entry is not None:
            self._trace(entry.kind, entry.id)

    def show_elsewhere(self, target: Target) -> None:
        """Follow an entry that no line of the task shows: what was paid with points, for one."""
        if target.entry_kind is not None and target.entry_id:
            self._trace(target.entry_kind, target.entry_id)

    def _trace(self, kind: Kind, id_: int) -> None:
        self.desk.read(trace, kind=kind, entry_id=id_).then(
            lambda found: TraceDialog(self.desk, found, self.window()).open(), owner=self
        )

    def _to_case(self) -> None:
        line = self.line_now()
        if line is not None and line.discrepancy_id:
            self.desk.open(
                Target(page="discrepancies", task=self.task, discrepancy_id=line.discrepancy_id)
            )

    def _note(self) -> None:
        line = self.line_now()
        if line is not None and line.discrepancy_id:
            self.ask(
                _(N_("Write a note")),
                _(N_("The note stays with the discrepancy of this line.")),
                partial(self._write_note, line.discrepancy_id),
                reason=_(N_("Note")),
            )

    def _write_note(self, id_: int, text: str) -> None:
        self.desk.write(add_note, id_=id_, text=text).then(
            lambda _id: self.desk.messages.tell_done(_(N_("The note is written."))), owner=self
        )

    def _adjust(self, kinds: Sequence[AdjustmentKind]) -> None:
        """Draft an adjustment of what differs on the selected lines, by the first that fits."""
        self.with_selected(partial(self._adjust_lines, kinds))

    def _adjust_lines(self, kinds: Sequence[AdjustmentKind], lines: Sequence[Line]) -> None:
        ids = [line.discrepancy_id for line in lines if line.discrepancy_id]
        if ids:
            self._adjusting.discrepancies(list(dict.fromkeys(ids)), kinds=kinds)
        else:
            self.desk.warn(_(N_("There is no discrepancy on the selected lines.")))

    def _to_next_open(self) -> None:
        row = self.tables_now.row()
        below = self.next_row(-1 if row is None else row, {})
        if below is None:
            self.desk.say(_(N_("No open line below.")))
        else:
            self.tables_now.go_to_row(below)

    def _to_task(self, task: Task) -> None:
        self.bars.tasks.setCurrentIndex(list(Task).index(task))

    def _to_tab(self, tab: Tab) -> None:
        self.bars.tabs.setCurrentIndex(list(Tab).index(tab))
        self.tables_now.focus()

    def _choose_channel(self) -> None:
        self.bars.channel.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.bars.channel.showPopup()

    def _sort(self) -> None:
        self.tables_now.sort_by_current()

    def _choose_columns(self) -> None:
        self.tables_now.choose_columns()

    def _find_amount(self) -> None:
        kind = SIDES[self.task][self.tables_now.side is Side.THEIRS]
        self._focus_filter(SHAPES[kind].amount)

    def _focus_filter(self, name: str) -> None:
        self.tables_now.view(self.tables_now.side).header.focus_filter(name)

    def _clear_filters(self) -> None:
        self.tables_now.set_filters({})
        self.tables_now.focus()

    def _export(self) -> None:
        """Ask where to, and write what is shown there in the background."""
        sheet, view = self.now.sheet, self.now.view
        if sheet is None or view is None or self.desk.day is None:
            return
        name = f"{label_of(self.task)} {label_of(self.now.tab)} {self.desk.day.isoformat()}.csv"
        ask = QFileDialog(self.window(), _(N_("Export the lines shown")), str(Path.home() / name))
        ask.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.setDefaultSuffix("csv")
        ask.setNameFilter(_(N_("Table for Excel (*.csv)")))
        ask.selectFile(name)
        ask.fileSelected.connect(lambda path: self.export_to(Path(path), sheet, view.places))
        ask.open()

    def export_to(self, path: Path, sheet: Sheet, places: array[int]) -> None:
        """Write lines of a sheet into a file, as a job."""
        workspace, columns = self.desk.workspace, self.tables_now.shown_columns()

        def load(some: Sequence[int]) -> list[Line]:
            return workspace.read(lines_at, sheet, some)

        lines = ngettext("{count} line", "{count} lines", len(places)).format(
            count=count(len(places))
        )
        self.desk.job(
            _(N_("Export {lines} to {file}")).format(lines=lines, file=path.name),
            lambda progress: write_csv(path, columns, places, load, progress),
            owner=self,
            writes=False,
        )

    # ------------------------------------------------------------ small parts

    def _action(self, name: str) -> QAction:
        return self.actions_by_name[f"reconcile.{name}"]
