"""The page of the files: what came in, what was refused, what is still missing."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.base.errors import UserError
from app.base.i18n import N_, _, ngettext
from app.closing.day_files import (
    FileDetails,
    FileFilter,
    FileRow,
    RejectionDetails,
    file_details,
    file_ids,
    file_rows,
    rejection_details,
)
from app.closing.expected import ExpectedFile, expected_files
from app.closing.files import undo_import
from app.closing.rejections import dismiss_rejection
from app.closing.rules import Presence
from app.closing.viewing import LineViewer
from app.db.workspace import ReadSession, Tx
from app.intake.rules import FileStatus, Kind, RawLines, RejectionState, RowProblem
from app.records.queries import entries
from ui.desk import Desk, Target, Undo
from ui.dialogs.asking import Ask
from ui.dialogs.paths import choose_paths
from ui.formatting import amount, count, now
from ui.models.paged_table import PagedTable
from ui.pages.importing import Importer
from ui.pages.page import Page
from ui.widgets.expected_panel import ExpectedPanel
from ui.widgets.file_details import FileDetailsPane
from ui.widgets.file_rows import ImportRow, file_columns
from ui.widgets.import_list import ImportList, outcome_target
from ui.widgets.panels import EmptyState
from ui.widgets.table_view import TableView

_EXPECTED_WIDTH = 318
_LIST_HEIGHT, _DETAILS_HEIGHT = 330, 260


class FilesPage(Page):
    """Files of the day and of this session's imports; details below, what is expected beside."""

    name = "files"
    tables = frozenset({"source_file", "source_part", "rejected_file", "channel", "organisation"})
    about = N_(
        "Drop files, folders or archives anywhere on the window, or press O. Each file comes in "
        "whole or not at all; its layout is found by its content. A rejected file opens its "
        "errors beside its lines: F8 goes from one to the next. R compares a corrected file with "
        "the loaded one before it replaces it. At the right stands what this day still needs."
    )

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._order, self._downwards = "at", True
        self._shown_id: int | None = None
        self._wanted: tuple[int, int] | None = None
        self._kept: int | None = None
        self._viewer = LineViewer(desk.workspace)
        self.destroyed.connect(self._viewer.close)
        self.model: PagedTable[FileRow] = PagedTable(
            file_columns(), lambda ids: desk.workspace.read(file_rows, ids), desk.jobs,
            desk.messages.failed, self,
        )  # fmt: skip
        kept = desk.preferences
        self.table = TableView(self.model, name="files", title=N_("Files"), preferences=kept)
        self.imports = ImportList(kept)
        self.importer = Importer(desk, self.imports, self)
        self.details = FileDetailsPane(kept)
        self.expected = ExpectedPanel(kept)
        self._bind()

    def finish(self) -> None:
        """Put the parts together and take their signals up."""
        self._arrange()
        self._connect()
        self._weigh()

    # ------------------------------------------------------------ reading

    def reload(self) -> None:
        """Ask for the list, and for what the day needs."""
        wanted = FileFilter(
            now=now(),
            day=None if self.all_days.isChecked() else self.desk.day,
            history=self.history.isChecked(),
            texts=self.table.header.filters(),
            order=self._order,
            downwards=self._downwards,
        )
        self.desk.read(file_ids, wanted).then(self._show_ids, owner=self)
        if self.desk.day is None or self.all_days.isChecked():
            self.expected.show_files(None)
        else:
            self.desk.read(expected_files, self.desk.day).then(self.expected.show_files, owner=self)

    def _show_ids(self, ids: array[int]) -> None:
        chosen = self._wanted[0] if self._wanted else self._kept or self._shown_id
        self._kept = None
        self.model.show_ids(ids)
        filtered = bool(self.table.header.filters())
        self.face.setCurrentWidget(self.table if len(ids) or filtered else self.empty)
        self.lists.setTabText(0, _("Files ({count})").format(count=count(len(ids))))
        if chosen is not None and chosen in ids:
            self.table.go_to_row(ids.index(chosen))
        elif self._wanted is not None and not self.all_days.isChecked():
            self.history.setChecked(True)
            self.all_days.setChecked(True)
        elif len(ids):
            self.table.go_to_row(0)
        else:
            self._shown_id = None
            self.details.clear()
        self._weigh()

    # ------------------------------------------------------------ one file

    def _picked(self) -> None:
        self._weigh()
        self._tell_selection()
        if self.lists.currentIndex() == 0:
            place = self.table.current_row()
            self._show(None if place is None else self.model.id_at(place))
        else:
            row = self.imports.current()
            if row is not None and row.outcome is not None:
                self._show(outcome_target(row.outcome))

    def _rows_came(self) -> None:
        """What is selected may be known only now."""
        self._weigh()
        self._tell_selection()

    def _show(self, id_: int | None) -> None:
        if id_ is None or (id_ == self._shown_id and self._wanted is None):
            return
        self._shown_id = id_
        line = self._wanted[1] if self._wanted and self._wanted[0] == id_ else 0
        self._wanted = None
        if id_ > 0:
            self.desk.read(file_details, id_).then(partial(self._show_file, line), owner=self)
        else:
            self.desk.read(rejection_details, -id_).then(self._show_rejection, owner=self)

    def _show_file(self, line: int, found: FileDetails) -> None:
        if found.row.id == self._shown_id:
            self.details.show_file(found, partial(self._ask_lines, found.row.id), line)

    def _show_rejection(self, found: RejectionDetails) -> None:
        if found.row.id == self._shown_id:
            self.details.show_rejection(found)

    def _ask_lines(
        self, file_id: int, first: int, number: int, show: Callable[[RawLines | RowProblem], None]
    ) -> None:
        def done(found: RawLines | RowProblem) -> None:
            if self._shown_id == file_id:
                show(found)

        self.desk.read(_lines, self._viewer, file_id, first, number).then(done, owner=self)

    def _chosen(self) -> list[FileRow]:
        if self.lists.currentIndex() != 0:
            return []
        rows = [self.model.row(number) for number in self.table.selected_rows()]
        return [row for row in rows if row is not None]

    def _tell_selection(self) -> None:
        rows = self._chosen()
        if len(rows) > 1:
            text = ngettext("{count} file", "{count} files", len(rows)).format(count=len(rows))
            lines = sum(row.rows for row in rows)
            total = amount(sum(row.total_fen for row in rows))
            rest = _("{rows} rows, {total}").format(rows=count(lines), total=total)
            self.desk.show_selection(f"{text}, {rest}")
        else:
            self.desk.show_selection("")

    # ------------------------------------------------------------ commands

    def take(self, paths: Sequence[Path]) -> None:
        """Load what was dropped on the window."""
        self.importer.load(paths)

    def _open(self) -> None:
        self._ask_paths(QFileDialog.FileMode.ExistingFiles, self.importer.load)

    def _open_folder(self) -> None:
        self._ask_paths(QFileDialog.FileMode.Directory, self.importer.load)

    def _replace(self) -> None:
        rejected = [row for row in self._rejected() if on_disk(row.path) is not None]
        if rejected:
            path = on_disk(rejected[0].path)
            assert path is not None
            self.importer.look(path, rejected[0].path)
        else:
            self._ask_paths(
                QFileDialog.FileMode.ExistingFile, lambda paths: self.importer.look(paths[0])
            )

    def _retry(self) -> None:
        paths = {on_disk(row.path) for row in self._rejected()} - {None}
        if paths:
            self.importer.load(sorted(path for path in paths if path is not None))
        else:
            self.desk.warn(_("The file is not where it was. Choose it anew."))

    def _undo(self) -> None:
        rows = [row for row in self._chosen() if _can_go(row)]
        if not rows:
            return
        text = ngettext(
            "Take back the import of {name} ({rows} rows)? The file stays on record.",
            "Take back {count} imports ({rows} rows)? The files stay on record.",
            len(rows),
        )
        Ask(
            _("Take the import back"),
            text.format(
                name=rows[0].name, count=len(rows), rows=count(sum(row.rows for row in rows))
            ),
            act=_("Take the import back"),
            done=lambda _reason: self._undo_all(rows),
            parent=self,
        ).open()

    def _undo_all(self, rows: Sequence[FileRow]) -> None:
        self._shown_id = None
        for row in rows:
            text = _("The import of {name} was taken back.").format(name=row.name)
            self.desk.write(undo_import, file_id=row.id).then(
                partial(self._undone, text), failed=self._not_undone, owner=self
            )

    def _undone(self, text: str, _id: int) -> None:
        self.desk.messages.tell_done(text)

    def _not_undone(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self.details.warn(error.user_message())
        self.desk.messages.failed(error)

    def _dismiss(self) -> None:
        self._shown_id = None
        for row in self._rejected():
            text = _("{name} was set aside").format(name=row.name)
            self.desk.write(dismiss_rejection, rejection_id=-row.id).then(
                undo=partial(_undo_of, text)
            )

    def _rejected(self) -> list[FileRow]:
        return [row for row in self._chosen() if row.rejection is RejectionState.OPEN]

    def _weigh(self) -> None:
        rows = self._chosen()
        self.allow("files.undo", possible=any(map(_can_go, rows)))
        self.allow("files.dismiss", possible=bool(self._rejected()))
        self.allow("files.retry", possible=bool(self._rejected()))
        self.allow("files.cancel", possible=self.importer.running)

    def _ask_paths(self, mode: QFileDialog.FileMode, act: Callable[[list[Path]], object]) -> None:
        preferences = self.desk.preferences
        choose_paths(_("Files to load"), mode, preferences=preferences, done=act, parent=self)

    def _expected_opened(self, one: ExpectedFile) -> None:
        if one.presence in {Presence.MISSING, Presence.QUIET}:
            self.actions_by_name["files.open"].trigger()
        else:
            self.lists.setCurrentIndex(0)
            self.table.setFocus()

    # ------------------------------------------------------------ around an import

    def _began(self) -> None:
        self.lists.setCurrentIndex(1)
        self.imports.setFocus()
        self._weigh()

    def _ended(self) -> None:
        self._weigh()
        rejected = [row for row in self.imports.rows.rows() if _is_refused(row)]
        if rejected and self.lists.currentIndex() == 1:
            self.imports.go_to_row(self.imports.rows.rows().index(rejected[0]))
        self.reload()

    def _show_summary(self) -> None:
        self.lists.setTabVisible(1, self.imports.rows.rowCount() > 0 or self.importer.running)
        self.lists.setTabText(1, _("Import: {summary}").format(summary=self.imports.summary()))

    # ------------------------------------------------------------ going, keeping, building

    def entered(self) -> None:
        """Put the keyboard into the list."""
        self._list().setFocus(Qt.FocusReason.OtherFocusReason)

    def go(self, target: Target) -> None:
        """Show a file, at the line of an entry if one is named."""
        if not target.file_id:
            return
        self.lists.setCurrentIndex(0)
        self.table.header.set_filters({})
        self._wanted = (target.file_id, 0)
        if target.entry_kind is None or not target.entry_id:
            self.reload()
            return
        self.desk.read(_line_of, target.entry_kind, target.entry_id).then(
            partial(self._go_to_line, target.file_id), owner=self
        )

    def _go_to_line(self, file_id: int, line: int) -> None:
        self._wanted = (file_id, line)
        self.reload()

    def memento(self) -> object:
        """Keep what is shown and the imports of this session."""
        return (
            self.all_days.isChecked(), self.history.isChecked(), self.table.header.filters(),
            self._shown_id, self.imports.rows.rows(), self.lists.currentIndex(),
        )  # fmt: skip

    def restore(self, memento: object) -> None:
        """Take it up again."""
        assert isinstance(memento, tuple)
        all_days, history, filters, shown, imports, tab = memento
        self.all_days.setChecked(all_days)
        self.history.setChecked(history)
        self.table.header.set_filters(filters)
        self._kept = shown
        self.imports.show_all(imports)
        self._show_summary()
        self.lists.setCurrentIndex(tab)

    def _list(self) -> QWidget:
        return self.lists.currentWidget() if self.lists.currentIndex() else self.table

    def _bind(self) -> None:
        for name, act in {
            "open": self._open,
            "folder": self._open_folder,
            "replace": self._replace,
            "retry": self._retry,
            "undo": self._undo,
            "dismiss": self._dismiss,
            "cancel": self.importer.cancel,
            "history": self._toggle_history,
            "all_days": self._toggle_days,
            "next_error": lambda: self.details.step(1),
            "previous_error": lambda: self.details.step(-1),
            "enlarge": self._enlarge,
            "list": self._back_to_list,
            "find": lambda: self.table.header.focus_filter("name"),
            "next_tab": self._next_tab,
        }.items():
            self.bind(f"files.{name}", act)

    def _arrange(self) -> None:
        self.empty = EmptyState(
            "files",
            _("No files of this day yet"),
            _("Drop files, folders or archives anywhere on the window, or press O."),
        )
        if self.actions_by_name["files.open"].isEnabled():
            self.empty.offer(_("Choose files  O"), self._open)
        self.face = QStackedWidget()
        self.face.addWidget(self.table)
        self.face.addWidget(self.empty)
        self.lists = QTabWidget()
        self.lists.setAccessibleName(_("Files"))
        self.lists.setDocumentMode(True)
        self.lists.addTab(self.face, _("Files"))
        self.lists.addTab(self.imports, "")
        self._show_summary()
        self.upright = QSplitter(Qt.Orientation.Vertical)
        self.upright.addWidget(self.lists)
        self.upright.addWidget(self.details)
        self.upright.setSizes([_LIST_HEIGHT, _DETAILS_HEIGHT])
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(self.upright)
        across.addWidget(self.expected)
        across.setStretchFactor(0, 1)
        across.setSizes([self.width(), _EXPECTED_WIDTH])
        for splitter in (self.upright, across):
            splitter.setChildrenCollapsible(False)
        body = QVBoxLayout(self)
        body.setContentsMargins(10, 8, 10, 6)
        body.addLayout(self._bar())
        body.addWidget(across, 1)

    def _bar(self) -> QHBoxLayout:
        self.history = QCheckBox(_("History too  H"))
        self.all_days = QCheckBox(_("All days  A"))
        bar = QHBoxLayout()
        for name in ("open", "folder", "replace", "retry", "undo", "dismiss", "cancel"):
            bar.addWidget(self.button(f"files.{name}"))
        bar.addStretch()
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, 4, 0)
        row.addWidget(self.history)
        row.addWidget(self.all_days)
        self.lists.setCornerWidget(corner)
        return bar

    def _connect(self) -> None:
        self.history.toggled.connect(lambda _on: self.reload())
        self.all_days.toggled.connect(lambda _on: self.reload())
        self.table.picked.connect(self._picked)
        self.model.dataChanged.connect(lambda *_: self._rows_came())
        self.imports.picked.connect(self._picked)
        self.lists.currentChanged.connect(lambda _place: self._picked())
        for shown in (self.table, self.imports):
            shown.opened.connect(lambda _row: self._enter_details())
        self.table.filtered.connect(lambda _filters: self.reload())
        self.table.sorted_by.connect(self._sort)
        self.imports.rows.modelReset.connect(self._show_summary)
        self.imports.rows.dataChanged.connect(lambda *_: self._show_summary())
        self.importer.began.connect(self._began)
        self.importer.ended.connect(self._ended)
        self.expected.opened.connect(self._expected_opened)

    def _sort(self, order: str, downwards: bool) -> None:  # noqa: FBT001 - a signal's arguments
        self._order, self._downwards = order, downwards
        self.reload()

    def _next_tab(self) -> None:
        if self.lists.isTabVisible(1):
            self.lists.setCurrentIndex(1 - self.lists.currentIndex())
            self._list().setFocus()

    def _enter_details(self) -> None:
        self.details.focus()

    def _toggle_history(self) -> None:
        self.history.toggle()

    def _toggle_days(self) -> None:
        self.all_days.toggle()

    def _enlarge(self) -> None:
        self.lists.setVisible(not self.lists.isVisible())

    def _back_to_list(self) -> None:
        self.lists.show()
        self._list().setFocus()


def on_disk(label: str) -> Path | None:
    """Return the file of a label, or the archive that it stands behind, if it is still there."""
    path = Path(label)
    return next((one for one in (path, *path.parents) if one.is_file()), None)


def _can_go(row: FileRow) -> bool:
    master = row.kind in {Kind.ORGANISATIONS, Kind.CHANNELS}
    return row.rejection is None and row.status is FileStatus.LOADED and not master


def _is_refused(row: ImportRow) -> bool:
    return row.outcome is not None and row.outcome.status is FileStatus.REJECTED


def _undo_of(text: str, rejection_id: int) -> Undo:
    return Undo(text=text, fn=partial(_take_up, rejection_id))


def _take_up(rejection_id: int, tx: Tx) -> int:
    return dismiss_rejection(tx, rejection_id=rejection_id, undo=True)


def _lines(
    _session: ReadSession, viewer: LineViewer, file_id: int, first: int, number: int
) -> RawLines | RowProblem:
    # The viewer reads the bytes itself, once for each file.
    return viewer.lines(file_id, first, number)


def _line_of(session: ReadSession, kind: Kind, entry_id: int) -> int:
    found = entries(session, kind, [entry_id]).get(entry_id)
    return found.line if found is not None else 0
