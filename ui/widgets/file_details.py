"""What is known of one file: what is wrong with it or worth knowing, its lines, its figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSettings, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from app.base.i18n import N_, _, ngettext
from app.closing.day_files import FileDetails, FileRow, Mark, RejectionDetails
from app.intake.rules import RawLines, RowProblem
from ui.formatting import amount, count, day, moment
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.widgets.file_rows import file_look, file_state, kind_text
from ui.widgets.lines_view import LinesView
from ui.widgets.panels import EmptyState, label
from ui.widgets.states import with_glyph
from ui.widgets.table_view import TableView

LINES_AT_ONCE = 200
_BEFORE = 20
_REST_MS = 200
"""Who goes through the list with the arrow keys does not want each file read from its start."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of a file."""

    what: str
    value: str


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is wrong with a file, or worth knowing, and the line it is about."""

    line: int
    column: str
    text: str
    value: str = ""


AskLines = Callable[[int, int, Callable[[RawLines | RowProblem], None]], object]
"""Asks for so many lines from one on; the answer comes later."""


class FileDetailsPane(QWidget):
    """Shows a loaded or a refused file; lines of loaded files are asked for when looked at."""

    def __init__(self, preferences: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ask: AskLines | None = None
        self._asked = 0
        self._marks: tuple[Mark | None, ...] = ()
        self._wanted_line = 0
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 4, 0, 0)
        body.setSpacing(4)
        self.heading = label("", "title")
        self.heading.setWordWrap(True)
        body.addWidget(self.heading)
        self.notice = label("", "bad")
        self.notice.setWordWrap(True)
        self.notice.hide()
        body.addWidget(self.notice)
        self.face = QStackedWidget()
        self.nothing = EmptyState(
            "files", _("No file chosen"), _("Choose a file above to see all about it.")
        )
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(_("About the file"))
        self.tabs.setDocumentMode(True)
        self.remarks = _remarks_table(preferences)
        self.lines = LinesView(N_("Lines of the file"))
        self.facts = _facts_table(preferences)
        self._arrange()
        self.face.addWidget(self.nothing)
        self.face.addWidget(self.tabs)
        body.addWidget(self.face, 1)
        self.remarks.table.opened.connect(self._go_to_remark)
        self.remarks.table.picked.connect(self._picked)
        self.tabs.currentChanged.connect(lambda _place: self._begin_lines())

    # ------------------------------------------------------------ what is shown

    def clear(self) -> None:
        """Show no file."""
        self._forget()
        self.heading.setText("")
        self.face.setCurrentWidget(self.nothing)

    def show_file(self, found: FileDetails, ask: AskLines, line: int = 0) -> None:
        """Show a loaded file, at a line if one is given."""
        self._forget()
        self._ask, self._wanted_line = ask, line
        remarks = [Remark(one.line, "", one.text()) for one in found.findings]
        self._head(found.row)
        self._show_remarks(remarks, _("Findings ({count})"))
        self.facts.rows.show_rows(_facts_of_file(found))
        self.lines.lines.show_lines(RawLines())
        self._together(apart=True)
        with QSignalBlocker(self.tabs):
            self.tabs.setCurrentIndex(1 if line or not remarks else 0)
        if line:
            self._begin_lines()
        else:
            self._rest.start()

    def show_rejection(self, found: RejectionDetails) -> None:
        """Show a refused file: its errors beside its lines."""
        self._forget()
        self._marks = found.marks
        remarks = [Remark(one.line, one.column, one.text(), one.value) for one in found.problems]
        self._head(found.row)
        self._show_remarks(remarks, _("Errors ({count})"))
        self.facts.rows.show_rows(_facts_of_rejection(found))
        marks: dict[int, frozenset[int]] = {}
        for mark in found.marks:
            if mark is not None:
                cells = frozenset() if mark.cell is None else frozenset({mark.cell})
                marks[mark.row] = marks.get(mark.row, frozenset()) | cells
        self.lines.lines.show_lines(found.lines, marks)
        self._together(apart=False)
        self.tabs.setCurrentIndex(0)
        self.remarks.table.go_to_row(0)

    def focus(self) -> None:
        """Put the keyboard into what is shown."""
        for part in (self.remarks.table, self.lines, self.facts.table):
            if part.isVisible():
                part.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def warn(self, text: str) -> None:
        """Say why something was not done with this file."""
        self.notice.setText(text)
        self.notice.setVisible(bool(text))

    # ------------------------------------------------------------ errors and their lines

    def step(self, by: int) -> None:
        """Go to the next error, or the one before."""
        total = self.remarks.rows.rowCount()
        if not total:
            return
        now = self.remarks.table.current_row()
        self.tabs.setCurrentIndex(0)
        self.remarks.table.go_to_row(0 if now is None else (now + by) % total)

    def _picked(self) -> None:
        place = self.remarks.table.current_row()
        if place is None or place >= len(self._marks):
            return
        mark = self._marks[place]
        if mark is not None and mark.row < self.lines.lines.rowCount():
            self.lines.go_to(mark.row, mark.cell)

    def _go_to_remark(self, place: int) -> None:
        remark = self.remarks.rows.row(place)
        if remark is None or not remark.line:
            return
        if self._ask is not None:
            self._wanted_line = remark.line
            self._asked = 0
            self.tabs.setCurrentIndex(1)
            self._begin_lines()
        self.lines.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: read the lines that were left when the page was left."""
        super().showEvent(event)
        self._rest.start()

    # ------------------------------------------------------------ lines of a loaded file

    def _begin_lines(self) -> None:
        if self._ask is None or self._asked or self.tabs.currentIndex() != 1:
            return
        if not self.isVisible():
            # Whoever went on to another page at once need not wait for the lines of a large file.
            return
        self._asked = max(self._wanted_line - _BEFORE, 1)
        self._ask(self._asked, LINES_AT_ONCE, self._first_lines)

    def _first_lines(self, found: RawLines | RowProblem) -> None:
        if isinstance(found, RowProblem):
            self.warn(found.text())
            return
        whole = len(found.rows) < LINES_AT_ONCE
        self.lines.lines.show_lines(found, more=None if whole else self._ask_more)
        row = self.lines.lines.row_of(self._wanted_line) if self._wanted_line else None
        if row is not None:
            self.lines.lines.mark({row: frozenset()})
            self.lines.go_to(row)

    def _ask_more(self) -> None:
        if self._ask is not None:
            first = self.lines.lines.last_line() + 1
            self._ask(first, LINES_AT_ONCE, self._more_lines)

    def _more_lines(self, found: RawLines | RowProblem) -> None:
        if isinstance(found, RowProblem):
            self.warn(found.text())
            return
        last = len(found.rows) < LINES_AT_ONCE
        self.lines.lines.add_rows(found.rows, last=last)
        if not last:
            self.lines.lines.expect_more(self._ask_more)

    # ------------------------------------------------------------ building

    def _arrange(self) -> None:
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._begin_lines)
        self._beside = QSplitter(Qt.Orientation.Horizontal)
        self._beside.setChildrenCollapsible(False)
        self._beside.addWidget(self.remarks.table)
        self._alone = QWidget()
        alone = QVBoxLayout(self._alone)
        alone.setContentsMargins(0, 0, 0, 0)
        self.tabs.addTab(self._beside, "")
        self.tabs.addTab(self._alone, _("Lines of the file"))
        self.tabs.addTab(self.facts.table, _("About the file"))

    def _together(self, *, apart: bool) -> None:
        """Put the lines beside the errors, or into a tab of their own."""
        if apart:
            layout = self._alone.layout()
            assert layout is not None
            layout.addWidget(self.lines)
        else:
            self._beside.addWidget(self.lines)
            self._beside.setSizes([2, 3])
            self._beside.setStretchFactor(0, 2)
            self._beside.setStretchFactor(1, 3)
        self.tabs.setTabVisible(1, apart)
        self.lines.show()

    def _head(self, row: FileRow) -> None:
        self.face.setCurrentWidget(self.tabs)
        state = with_glyph(file_look(row), file_state(row))
        self.heading.setText(f"{row.name} — {state}")
        self.heading.setToolTip(row.path)

    def _show_remarks(self, remarks: Sequence[Remark], title: str) -> None:
        self.remarks.rows.show_rows(remarks)
        self.tabs.setTabText(0, title.format(count=count(len(remarks))))

    def _forget(self) -> None:
        self._rest.stop()
        self._ask, self._asked, self._marks, self._wanted_line = None, 0, (), 0
        self.warn("")


@dataclass(frozen=True, slots=True)
class _Remarks:
    rows: ListTable[Remark]
    table: TableView


@dataclass(frozen=True, slots=True)
class _Facts:
    rows: ListTable[Fact]
    table: TableView


def _remarks_table(preferences: QSettings) -> _Remarks:
    rows: ListTable[Remark] = ListTable(
        [
            Column(
                name="line",
                title=N_("Line"),
                text=lambda one: count(one.line) if one.line else "",
                numeric=True,
                width=6,
                sortable=False,
            ),
            Column(
                name="column",
                title=N_("Column"),
                text=lambda one: one.column,
                width=10,
                sortable=False,
            ),
            Column(
                name="text",
                title=N_("Reason"),
                text=lambda one: one.text,
                tip=lambda one: one.text,
                width=36,
                sortable=False,
            ),
        ]
    )
    table = TableView(
        rows, name="file-errors", title=N_("Errors and notes"), preferences=preferences
    )
    rows.setParent(table)
    return _Remarks(rows, table)


def _facts_table(preferences: QSettings) -> _Facts:
    rows: ListTable[Fact] = ListTable(
        [
            Column(
                name="what", title=N_("What"), text=lambda one: one.what, width=26, sortable=False
            ),
            Column(
                name="value",
                title=N_("Value"),
                text=lambda one: one.value,
                tip=lambda one: one.value,
                width=60,
                sortable=False,
            ),
        ]
    )
    table = TableView(rows, name="file-facts", title=N_("About the file"), preferences=preferences)
    rows.setParent(table)
    return _Facts(rows, table)


def _facts_of_file(found: FileDetails) -> list[Fact]:
    row = found.row
    facts = [
        *_facts_of_row(row, found.encoding),
        Fact(_("Rows"), count(row.rows)),
        Fact(_("Rows taken"), count(row.accepted)),
        Fact(_("Rows that stand in another file too"), count(row.overlapping)),
        Fact(_("Total as written"), amount(row.total_fen)),
    ]
    if found.replaces:
        facts.append(Fact(_("Replaced"), found.replaces))
    if found.replaced_by:
        facts.append(Fact(_("Replaced by"), found.replaced_by))
    facts += [
        Fact(
            _("Control total {name}").format(name=total.name),
            _("{stated} stated, {found} found ✓").format(stated=total.stated, found=total.found),
        )
        for total in found.totals
    ]
    facts += [
        Fact(
            f"{day(part.day) or _('day unknown')} {part.scope}".strip(),
            ngettext("{count} row", "{count} rows", part.rows).format(count=count(part.rows))
            + f", {amount(part.amount_fen)}",
        )
        for part in found.parts
    ]
    return facts


def _facts_of_rejection(found: RejectionDetails) -> list[Fact]:
    facts = _facts_of_row(found.row, found.encoding)
    facts.append(Fact(_("Errors"), count(found.row.problems)))
    if found.corrected_by:
        facts.append(Fact(_("Loaded in its place"), found.corrected_by))
    return facts


def _facts_of_row(row: FileRow, encoding: str) -> list[Fact]:
    return [
        Fact(_("Path"), row.path),
        Fact(_("State"), with_glyph(file_look(row), file_state(row))),
        Fact(_("What"), kind_text(row.kind) or "—"),
        Fact(_("Layout"), f"{row.title} ({row.profile})" if row.profile else "—"),
        Fact(_("Business date"), ", ".join(day(one) for one in row.days) or "—"),
        Fact(_("By"), f"{row.by}, {moment(row.at)}"),
        Fact(_("Size"), _("{count} bytes").format(count=count(row.size))),
        Fact(_("Encoding"), encoding.upper() or "—"),
        Fact("SHA-256", row.sha256 or "—"),
    ]
