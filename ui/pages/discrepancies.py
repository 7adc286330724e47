"""差异: the work list of discrepancies across tasks and days."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.base.errors import UserError
from app.base.i18n import N_, _, ngettext
from app.discrepancies.casefilter import CaseColumn, CaseFilter, CaseOrder, narrowed
from app.discrepancies.cases import CaseBoard, CaseSum, case_board, case_rows, case_sum
from app.discrepancies.detail import CaseDetail, case_detail
from ui.desk import Desk, Target
from ui.formatting import amount, count
from ui.models.list_table import ListTable
from ui.models.paged_table import PagedTable
from ui.naming import CHANNEL
from ui.pages.casework import Casework
from ui.pages.page import Page
from ui.pages.sheets import Sheets
from ui.widgets.bands import BandBar
from ui.widgets.case_columns import case_columns, group_columns
from ui.widgets.case_filters import CaseFilters, View
from ui.widgets.case_view import CaseView
from ui.widgets.panels import EmptyState, label
from ui.widgets.picked import MOST_KEPT, pick, picked_ids
from ui.widgets.table_view import TableView

_WAIT_MS = 80
_GROUPS_SHOWN = 6


class DiscrepanciesPage(Page):
    """What is left of all tasks and days, who works on it, and everything about each one."""

    name: ClassVar[str] = "discrepancies"
    tables: ClassVar[frozenset[str]] = frozenset(
        {"discrepancy", "discrepancy_note", "discrepancy_attachment", "match", "run"}
    )
    about: ClassVar[str] = N_(
        "Everything that does not settle, across all tasks and days. Choose a tab, a task or an"
        " age band, group it and sort it; filters stand under the titles. Beside the list stands"
        " what both sides say, with what differs marked, what happened so far, notes and"
        " attachments. F6 adjusts what is selected, A takes it over, E closes it with a reason."
    )

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.order = CaseOrder()
        self.sums = CaseSum()
        self._ages: dict[date, int] = {}
        self._wanted_id = 0
        self._asked = 0
        self._grouped: CaseFilter | None = None
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self._read_detail)
        self._make_parts()
        self.work = Casework(self, self.view, selected=self.selected_ids, current=self.current_id)
        self.sheets = Sheets(self, self._cases.ids)
        self.bind("discrepancies.export", self.sheets.ask_where)
        self.bind("discrepancies.import", self.sheets.ask_which)

    def finish(self) -> None:
        """Put the parts together and take their signals up."""
        self._arrange()
        self._connect()

    # ------------------------------------------------------------ what the frame calls

    def reload(self) -> None:
        """Ask for the list anew; the rows that are selected stay selected."""
        self.filters.show_day()
        try:
            wanted = self.wanted()
        except UserError as error:
            self.desk.warn(error.user_message())
            return
        self._asked += 1
        self.total.setText(_(N_("Searching …")))
        self.desk.read(case_board, wanted, self.order, self.filters.grouping).then(
            partial(self._show, self._asked), owner=self
        )

    def go(self, target: Target) -> None:
        """Show one discrepancy, or those of a task, a channel and the day."""
        self._wanted_id = target.discrepancy_id
        if target.discrepancy_id:
            self.table.header.set_filters({})
            self.filters.show_only(View.ALL)
        else:
            channel = self.desk.names.of(CHANNEL, target.scope)
            typed = {"ours_key": target.key, "channel": channel}
            self.table.header.set_filters({name: text for name, text in typed.items() if text})
            self.filters.show_only(
                View.ALL if target.key else View.UNSETTLED,
                task=target.task,
                day=target.day is not None,
            )

    def memento(self) -> object:
        """Return what is chosen and where the cursor is."""
        return {
            "filters": self.filters.memento(),
            "typed": self.table.header.filters(),
            "order": self.order,
            "id": self.current_id() or 0,
            "drafts": self.view.drafts(),
        }

    def restore(self, memento: object) -> None:
        """Choose it again."""
        assert isinstance(memento, dict)
        self.order = memento["order"]
        self._wanted_id = memento["id"]
        self.table.header.set_filters(memento["typed"])
        self.filters.restore(memento["filters"])
        self.view.take_up(memento["drafts"])

    def entered(self) -> None:
        """Put the cursor into the list."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------ what is chosen

    def wanted(self) -> CaseFilter:
        """Return the filter in use.

        Raises:
            BadRange: An amount is no amount and no range.
        """
        self.filters.typed = self.table.header.filters()
        wanted = self.filters.wanted()
        by, row = self.filters.grouping, self.groups.current_row()
        group = self._groups.row(row) if row is not None else None
        if self._grouped == wanted and by is not None and group is not None:
            return narrowed(wanted, by, group.key)
        return wanted

    def current_id(self) -> int | None:
        """Return the id of the discrepancy with the cursor."""
        row = self.table.current_row()
        return None if row is None else self._cases.id_at(row)

    def selected_ids(self) -> list[int]:
        """Return the ids of what is selected, or of the row with the cursor."""
        found = list(picked_ids(self.table, self._cases.ids()))
        current = self.current_id()
        return found or ([current] if current is not None else [])

    # ------------------------------------------------------------ making it

    def _make_parts(self) -> None:
        desk = self.desk
        self.filters = CaseFilters(desk)
        self.bands = BandBar()
        self._cases = PagedTable(
            case_columns(self._age_of, lambda: desk.names),
            lambda ids: desk.workspace.read(case_rows, ids),
            desk.jobs,
            desk.messages.failed,
            self,
        )
        self.table = TableView(
            self._cases,
            name="discrepancies",
            title=N_("Discrepancies"),
            preferences=desk.preferences,
        )
        self._groups = ListTable(
            group_columns(lambda: self.filters.grouping, lambda: desk.names), self
        )
        self.groups = TableView(
            self._groups,
            name="discrepancy_groups",
            title=N_("Groups"),
            preferences=desk.preferences,
        )
        self.groups.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.groups.hide()
        self.total = label("", "muted")
        self.view = CaseView(desk)
        self.empty = EmptyState(
            "check-check",
            _(N_("Nothing to do here")),
            _(N_("No discrepancy answers to what is chosen above.")),
        )

    def _arrange(self) -> None:
        body = QVBoxLayout(self)
        body.setContentsMargins(10, 6, 10, 6)
        body.setSpacing(6)
        body.addWidget(self.filters)
        body.addWidget(self.bands)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.groups)
        self.pile = QStackedWidget()
        self.pile.addWidget(self.table)
        self.pile.addWidget(self.empty)
        column.addWidget(self.pile, 1)
        column.addWidget(self.total)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(left)
        self.split.addWidget(self.view)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([840, 400])
        body.addWidget(self.split, 1)
        row = QHBoxLayout()
        for name in (
            "adjust",
            "assign_me",
            "assign",
            "explain",
            "note",
            "attach",
            "reconcile",
        ):
            row.addWidget(self.button(f"discrepancies.{name}"))
        row.addStretch()
        body.addLayout(row)

    def _connect(self) -> None:
        self.filters.changed.connect(self._chosen)
        self.bands.chosen.connect(self._band_chosen)
        self.table.filtered.connect(lambda _typed: self.reload())
        self.table.sorted_by.connect(self._sort)
        self.table.picked.connect(self._picked)
        self.table.opened.connect(lambda _row: self.work.to_reconcile())
        self.groups.picked.connect(self._group_chosen)
        self.bind("discrepancies.filter", lambda: self.table.header.focus_filter("ours_key"))
        self.bind("discrepancies.group", self.filters.next_grouping)
        self.bind("discrepancies.day", self.filters.only_day.toggle)
        self.bind("discrepancies.clear", self._clear)

    # ------------------------------------------------------------ what the user chooses

    def _chosen(self) -> None:
        self.bands.press(self.filters.bands)
        if self.filters.grouping is None:
            self._grouped = None
            self.groups.hide()
        self.reload()

    def _band_chosen(self, bands: frozenset[str]) -> None:
        self.filters.bands = bands
        self.reload()

    def _sort(self, name: str, down: bool) -> None:  # noqa: FBT001 - a signal's value
        self.order = CaseOrder(column=CaseColumn(name), descending=down)
        self.reload()

    def _clear(self) -> None:
        self.table.header.set_filters({})
        self.filters.clear()

    def _group_chosen(self) -> None:
        if self._grouped is not None and self.groups.current_row() is not None:
            self.reload()

    # ------------------------------------------------------------ what came back

    def _show(self, asked: int, board: CaseBoard) -> None:
        if asked != self._asked:
            return  # something else was chosen meanwhile
        self._ages = board.found.ages
        self.bands.show_sums(board.bands)
        self._show_groups(board)
        self._show_cases(board)
        self.sums = board.found.sums
        self.total.setText(_sum_text(self.sums))
        self.pile.setCurrentWidget(
            self.table if self.sums.count or self._filtered() else self.empty
        )

    def _filtered(self) -> bool:
        """Whether the filter row is needed to see something again."""
        return bool(self.table.header.filters()) or self.table.header.hasFocus()

    def _show_groups(self, board: CaseBoard) -> None:
        by = self.filters.grouping
        if by is None:
            return
        wanted = self.filters.wanted()
        if self._grouped == wanted and self._inside_a_group():
            return  # the groups stay while one of them is looked into
        self._grouped = None
        self._groups.show_rows(board.groups)
        self.groups.setFixedHeight(_height_of(self.groups, len(board.groups)))
        self.groups.setVisible(True)
        self._grouped = wanted

    def _age_of(self, day: date) -> int | None:
        return self._ages.get(day)

    def _inside_a_group(self) -> bool:
        return self.groups.current_row() is not None

    def _show_cases(self, board: CaseBoard) -> None:
        before, row = self.current_id(), self.table.current_row()
        kept = picked_ids(self.table, self._cases.ids())
        ids = board.found.ids
        self._cases.show_ids(ids)
        goal = self._wanted_id or before
        self._wanted_id = 0
        if goal is not None and goal in ids:
            row = ids.index(goal)
        elif row is None or row >= len(ids):
            row = len(ids) - 1 if row else 0
        if len(ids):
            several = kept if 1 < len(kept) <= MOST_KEPT else [ids[row]]
            pick(self.table, ids, several, row)
        self._picked()

    # ------------------------------------------------------------ beside the list

    def _picked(self) -> None:
        number = self.table.selected_count()
        self.work.weigh(self.current_id())
        self._wait.start()
        if number <= 1:
            self.desk.show_selection("")
        elif number == self.sums.count:
            self._show_picked(self.sums)
        else:
            ids = picked_ids(self.table, self._cases.ids())
            self.desk.read(case_sum, ids).then(self._show_picked, owner=self)

    def _show_picked(self, sums: CaseSum) -> None:
        if sums.count == self.table.selected_count():
            self.desk.show_selection(_(N_("selected: {what}")).format(what=_sum_text(sums)))

    def _read_detail(self) -> None:
        id_ = self.current_id()
        if id_ is None:
            self.view.clear()
        else:
            self.desk.read(case_detail, id_).then(self._show_detail, owner=self)

    def _show_detail(self, detail: CaseDetail) -> None:
        if detail.row.id == self.current_id():
            self.view.show_detail(detail)
            self.work.weigh(detail.row.id)


def _height_of(table: TableView, rows: int) -> int:
    """The height of a table that shows some rows, or all if they are few."""
    shown = min(max(rows, 1), _GROUPS_SHOWN)
    row = table.verticalHeader().defaultSectionSize()
    return table.header.sizeHint().height() + row * shown + 2 * table.frameWidth() + 2


def _sum_text(sums: CaseSum) -> str:
    template = ngettext(
        "{count} discrepancy · difference {amount}",
        "{count} discrepancies · difference {amount}",
        sums.count,
    )
    return template.format(count=count(sums.count), amount=amount(sums.difference_fen))
