"""The audit log: searched, read and checked."""

from __future__ import annotations

from array import array
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.audit.queries import AuditRow, verify_chain
from app.audit.rules import ChainResult, Verb
from app.audit.search import AuditFilter, audit_objects, audit_people, record_ids, record_rows
from app.base.errors import UserError
from app.base.i18n import N_, _
from app.base.progress import Progress
from app.db.workspace import ReadSession
from app.identity.rules import Permission
from app.upkeep.exporting import Exported, export_log
from app.wording.audit import Change, changes, in_short, object_label, thing
from app.wording.labels import label as label_of
from ui.formatting import count, moment, now
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.models.paged_table import PagedTable
from ui.pages.part import Part
from ui.widgets.audit_filters import AuditFilters
from ui.widgets.panels import EmptyState, label
from ui.widgets.states import DONE, FAILED, with_glyph
from ui.widgets.table_view import TableView

_WAIT_MS = 60
_HASH_SHOWN = 16


class AuditPart(Part):
    """Who did what and when; nothing in it can be changed."""

    title: ClassVar[str] = N_("Audit log")
    permission: ClassVar[Permission | None] = Permission.READ_AUDIT
    refusal: ClassVar[str] = N_("Auditors read the log; the program keeps it, nobody edits it.")
    verbs: ClassVar[tuple[str, ...]] = (
        "system.find",
        "system.clear",
        "system.chain",
        "system.export",
    )

    def bind(self) -> None:
        """Bind the actions of the part."""
        self.page.bind("system.find", self._find)
        self.page.bind("system.clear", self._clear)
        self.page.bind("system.chain", self.check_chain)
        self.page.bind("system.export", self._ask_target)

    def arrange(self) -> None:
        """Make the filters, the list and the details."""
        self._asked = 0
        self._wanted = AuditFilter()
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self._show_record)
        self.filters = AuditFilters()
        self.filters.changed.connect(self._search)
        self.body.addWidget(self.filters)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self._make_list())
        split.addWidget(self._make_details())
        split.setSizes([1_900, 1_000])
        self.body.addWidget(split, 1)
        row = QHBoxLayout()
        self.total = label("", "muted")
        self.chain = label("", "muted")
        row.addWidget(self.total)
        row.addStretch()
        row.addWidget(self.chain)
        self.body.addLayout(row)
        self.body.addLayout(self.buttons(self.verbs))

    def reload(self) -> None:
        """Ask for the log, and for who and what stands in it."""
        self.desk.read(_who_and_what).then(
            lambda found: self.filters.offer(found[0], found[1]), owner=self
        )
        self._search()

    def weigh(self) -> None:
        """Everything can be done at any time."""
        for name in self.verbs:
            self.page.allow(name, possible=True)

    def entered(self) -> None:
        """Put the keyboard into the list."""
        (self.table if self.allowed else self).setFocus(Qt.FocusReason.OtherFocusReason)

    def memento(self) -> object:
        """Return what is searched for."""
        return self.filters.memento() if self.allowed else {}

    def restore(self, memento: object) -> None:
        """Search for it again."""
        if self.allowed and isinstance(memento, dict):
            self.filters.restore(memento)

    def check_chain(self) -> None:
        """Check every record against the one before it."""

        def work(progress: Progress) -> ChainResult:
            return self.desk.workspace.read(verify_chain, progress)

        self.desk.job(
            _(N_("Checking the audit chain")),
            work,
            done=self._show_chain,
            owner=self,
            writes=False,
        )

    def export(self, target: Path) -> None:
        """Write the records that are searched for into a file."""
        wanted = self._wanted

        def work(progress: Progress) -> Exported:
            desk = self.desk
            return export_log(desk.workspace, desk.actor, target, wanted=wanted, progress=progress)

        self.desk.job(_(N_("Exporting the log")), work, done=self._exported, owner=self)

    def _ask_target(self) -> None:
        dialog = QFileDialog(self, _(N_("Export the log")))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(f"duiping-log-{now().astimezone():%Y%m%d-%H%M}.jsonl")
        dialog.fileSelected.connect(lambda path: self.export(Path(path)))
        dialog.open()

    def _exported(self, done: Exported) -> None:
        text = _(N_("{count} records written: {file}"))
        self.desk.messages.tell_done(text.format(count=count(done.records), file=done.file))

    def _find(self) -> None:
        self.filters.text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _clear(self) -> None:
        self.filters.clear()
        self.entered()

    def _make_list(self) -> QWidget:
        self.records = PagedTable(
            _columns(),
            lambda sequences: self.desk.workspace.read(record_rows, sequences),
            self.desk.jobs,
            self.desk.messages.failed,
            self,
        )
        self.table = TableView(
            self.records,
            name="audit",
            title=N_("Audit log"),
            preferences=self.desk.preferences,
        )
        self.table.setSelectionMode(TableView.SelectionMode.ExtendedSelection)
        self.table.picked.connect(self._wait.start)
        self.pile = QStackedWidget()
        self.pile.addWidget(self.table)
        self.empty = EmptyState(
            "search", _(N_("Nothing found")), _(N_("No record answers to what is searched for."))
        )
        self.empty.offer(_(N_("Show the whole log")), self.filters.clear)
        self.pile.addWidget(self.empty)
        return self.pile

    def _make_details(self) -> QWidget:
        side = QWidget()
        body = QVBoxLayout(side)
        body.setContentsMargins(8, 0, 0, 0)
        self.heading = label("", "title")
        self.heading.setWordWrap(True)
        self.origin = label("", "muted")
        self.origin.setWordWrap(True)
        self.origin.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.changes = ListTable(_change_columns(), self)
        self.told = TableView(
            self.changes,
            name="audit_changes",
            title=N_("What changed"),
            preferences=self.desk.preferences,
        )
        self.told.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        for part in (self.heading, self.origin):
            body.addWidget(part)
        body.addWidget(self.told, 1)
        return side

    def _search(self) -> None:
        try:
            wanted = self.filters.wanted()
        except UserError as error:
            self.desk.warn(error.user_message())
            return
        self._wanted = wanted
        self._asked += 1
        self.total.setText(_(N_("Searching …")))
        self.desk.read(record_ids, wanted).then(partial(self._found, self._asked), owner=self)

    def _found(self, asked: int, ids: array[int]) -> None:
        if asked != self._asked:
            return
        number = self.table.current_row()
        before = self.records.id_at(number) if number is not None else None
        self.records.show_ids(ids)
        self.pile.setCurrentWidget(self.table if ids else self.empty)
        self.total.setText(_(N_("{count} records")).format(count=count(len(ids))))
        self.table.go_to_row(ids.index(before) if before is not None and before in ids else 0)
        self._wait.start()

    def _show_record(self) -> None:
        number = self.table.current_row()
        if number is None:
            self.heading.setText("")
            self.origin.setText("")
            self.changes.show_rows([])
        else:
            self.records.with_rows([number], lambda rows: rows, self._show_rows)

    def _show_rows(self, rows: list[AuditRow]) -> None:
        if rows:
            row = rows[0]
            self.heading.setText(f"{_verb(row)} · {object_label(row.object_type)} {thing(row)}")
            self.origin.setText(_origin(row))
            self.changes.show_rows(changes(row))

    def _show_chain(self, result: ChainResult) -> None:
        if result.ok:
            text = _(N_("the chain is whole: {count} records"))
            shown = with_glyph(DONE, text.format(count=count(result.count)))
        else:
            text = _(N_("the chain is broken at record {number}: {reason}"))
            shown = with_glyph(
                FAILED, text.format(number=result.first_bad, reason=_(result.reason))
            )
            self.desk.warn(text.format(number=result.first_bad, reason=_(result.reason)))
        self.chain.setText(shown)
        self.chain.setObjectName("muted" if result.ok else "bad")
        self.chain.style().polish(self.chain)


def _columns() -> list[Column[AuditRow]]:
    return [
        Column(
            name="sequence",
            title=N_("No."),
            text=lambda row: str(row.sequence),
            numeric=True,
            width=8,
            sortable=False,
        ),
        Column(
            name="at", title=N_("When"), text=lambda row: moment(row.at), width=19, sortable=False
        ),
        Column(name="who", title=N_("Who"), text=lambda row: row.actor, width=12, sortable=False),
        Column(name="verb", title=N_("Did what"), text=_verb, width=11, sortable=False),
        Column(
            name="object",
            title=N_("Kind of thing"),
            text=lambda row: object_label(row.object_type),
            width=12,
            sortable=False,
        ),
        Column(name="key", title=N_("Which"), text=thing, tip=thing, width=20, sortable=False),
        Column(name="told", title=N_("What changed"), text=in_short, width=40, sortable=False),
    ]


def _change_columns() -> list[Column[Change]]:
    def tone(row: Change) -> str:
        return "info" if row.differs and row.before else ""

    return [
        Column(
            name="field",
            title=N_("Field"),
            text=lambda row: f"≠ {row.field}" if row.before and row.differs else row.field,
            tip=lambda row: row.field,
            width=24,
            sortable=False,
        ),
        Column(
            name="before",
            title=N_("Value before"),
            text=lambda row: row.before,
            tip=lambda row: row.before,
            tone=tone,
            width=10,
            sortable=False,
        ),
        Column(
            name="after",
            title=N_("Value after"),
            text=lambda row: row.after,
            tip=lambda row: row.after,
            tone=tone,
            width=12,
            sortable=False,
        ),
    ]


def _verb(row: AuditRow) -> str:
    return label_of(Verb(row.verb)) if row.verb in set(Verb) else row.verb


def _origin(row: AuditRow) -> str:
    text = _(
        N_("No. {number} · {at}\n{who} ({roles}) on {machine}, by {command}\nFingerprint {hash} …")
    )
    return text.format(
        number=row.sequence,
        at=moment(row.at),
        who=row.actor,
        roles=row.roles or "–",
        machine=row.machine,
        command=row.command or "–",
        hash=row.hash[:_HASH_SHOWN],
    )


def _who_and_what(session: ReadSession) -> tuple[list[str], list[str]]:
    return audit_people(session), audit_objects(session)
