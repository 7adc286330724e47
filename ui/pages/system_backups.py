"""Backups: made, looked into, put in place; and the check of the whole database."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.audit.rules import Verb
from app.base.i18n import N_, _
from app.base.progress import Progress
from app.db.workspace import ReadSession
from app.upkeep.backups import BackupRow, backups
from app.upkeep.examining import Examined, examine
from app.upkeep.facts import DatabaseFacts, database_facts
from app.upkeep.files import Saved
from app.upkeep.rules import Checked, Verified
from app.upkeep.service import backup
from app.upkeep.verify import verify
from app.wording.labels import check_label
from app.wording.labels import label as label_of
from ui.desk import Restoring
from ui.dialogs.restoring import RestoreDialog
from ui.formatting import count, moment, now
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.pages.part import Part
from ui.pages.system_anchors import anchor_now, folder_of, may_anchor
from ui.widgets.panels import Card, EmptyState, label
from ui.widgets.states import DONE, FAILED, with_glyph
from ui.widgets.table_view import TableView

_KIB = 1024
_DIGEST_SHOWN = 16
_LAST_FOLDER = "backup_folder"


class BackupsPart(Part):
    """What is known of the database, its backups, and whether everything adds up."""

    title: ClassVar[str] = N_("Database and backups")
    verbs: ClassVar[tuple[str, ...]] = (
        "system.backup",
        "system.restore",
        "system.verify",
        "system.anchor",
    )

    def bind(self) -> None:
        """Bind the actions of the part."""
        self.page.bind("system.backup", self._ask_target)
        self.page.bind("system.restore", self._ask_source)
        self.page.bind("system.verify", self.verify)
        self.page.bind("system.anchor", lambda: anchor_now(self.desk))

    def arrange(self) -> None:
        """Make the facts, the backups and the checks."""
        self.body.addWidget(self._make_facts())
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        self.rows = ListTable(_columns(), self)
        self.table = TableView(
            self.rows,
            name="backups",
            title=N_("Backups"),
            preferences=self.desk.preferences,
        )
        self.table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.pile = QStackedWidget()
        self.pile.addWidget(self.table)
        title, text = _(N_("No backup yet")), _(N_("Press B: everybody can go on working."))
        self.empty = EmptyState("save", title, text)
        self.pile.addWidget(self.empty)
        split.addWidget(self.pile)
        split.addWidget(self._make_checks())
        split.setSizes([1_400, 1_000])
        self.body.addWidget(split, 1)
        self.body.addLayout(self.buttons(self.verbs))

    def reload(self) -> None:
        """Ask what is known of the database."""
        self.desk.read(_known).then(self._show, owner=self)

    def weigh(self) -> None:
        """Everything can be done at any time."""
        for name in self.verbs:
            self.page.allow(name, possible=name != "system.anchor" or may_anchor(self.desk))

    def entered(self) -> None:
        """Put the keyboard into the list."""
        shown = self.pile.currentWidget() is self.table
        (self.table if shown else self).setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------ backing up

    def back_up(self, target: Path) -> None:
        """Save a verified copy."""
        self.desk.preferences.setValue(_LAST_FOLDER, str(target.parent))

        def work(progress: Progress) -> Saved:
            return backup(self.desk.workspace, self.desk.actor, target, progress=progress)

        self.desk.job(
            _(N_("Backing up to {name}")).format(name=target.name),
            work,
            done=self._backed_up,
            owner=self,
            writes=False,
        )

    def _backed_up(self, saved: Saved) -> None:
        text = _(N_("Backed up and verified: {file}, {size}"))
        self.desk.messages.tell_done(text.format(file=saved.file.name, size=_size(saved.size)))
        self.desk.changed.emit(frozenset({"audit_record"}))

    def _ask_target(self) -> None:
        name = f"duiping-{now().astimezone():%Y%m%d-%H%M}.backup"
        dialog = self._file_dialog(N_("Back up now"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda path: self.back_up(Path(path)))
        dialog.open()

    # ------------------------------------------------------------ restoring

    def look_into(self, file: Path) -> None:
        """Verify a backup; then it is asked whether it should take the database's place."""

        def work(progress: Progress) -> Examined:
            return examine(self.desk.workspace, self.desk.actor, file, progress=progress)

        self.desk.job(
            _(N_("Verifying {name}")).format(name=file.name),
            work,
            done=self._ask_restore,
            owner=self,
            writes=False,
        )

    def _ask_restore(self, found: Examined) -> None:
        RestoreDialog(
            self.desk.actor.name, found, done=partial(self._restore, found.file), parent=self
        ).open()

    def _restore(self, file: Path, password: str) -> None:
        self.desk.restore_wanted.emit(
            Restoring(file=file, user=self.desk.actor.name, password=password)
        )

    def _ask_source(self) -> None:
        dialog = self._file_dialog(N_("Restore a backup"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.look_into(Path(path)))
        dialog.open()

    def _file_dialog(self, title: str) -> QFileDialog:
        folder = str(self.desk.preferences.value(_LAST_FOLDER, ""))
        dialog = QFileDialog(self, _(title), folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    # ------------------------------------------------------------ checking

    def verify(self) -> None:
        """Add everything up again and compare."""
        folder = folder_of(self.desk)

        def work(_progress: Progress) -> Verified:
            return self.desk.workspace.read(verify, anchors=folder)

        self.checked.setText(_(N_("Checking …")))
        self.desk.job(
            _(N_("Checking the database")),
            work,
            done=self._verified,
            failed=self._not_verified,
            owner=self,
            writes=False,
        )

    def _verified(self, result: Verified) -> None:
        self.checks.show_rows(result.checks)
        self.results.show()
        bad = sum(1 for check in result.checks if not check.ok)
        if bad:
            text = _(N_("{count} checks failed. Restore a backup, or ask for help."))
            self.desk.warn(text.format(count=count(bad)))
            self.checked.setText(text.format(count=count(bad)))
        else:
            text = _(N_("All {count} checks passed at {at}"))
            self.checked.setText(
                with_glyph(DONE, text.format(count=count(len(result.checks)), at=moment(now())))
            )

    def _not_verified(self, error: Exception) -> None:
        self.checked.setText("")
        self.desk.messages.failed(error)

    # ------------------------------------------------------------ showing

    def _make_facts(self) -> QWidget:
        card = Card(_(N_("Database")))
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        self.facts: dict[str, QLabel] = {}
        for name, title in (
            ("place", N_("Place")),
            ("engine", N_("Engine")),
            ("made", N_("Set up on")),
            ("saved", N_("Last backup")),
        ):
            value = label("")
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setWordWrap(True)
            form.addRow(label(_(title), "muted"), value)
            self.facts[name] = value
        card.body.addLayout(form)
        return card

    def _make_checks(self) -> QWidget:
        side = QWidget()
        body = QVBoxLayout(side)
        body.setContentsMargins(8, 0, 0, 0)
        self.checked = label(_(N_("Not checked in this session yet.")), "muted")
        self.checked.setWordWrap(True)
        self.checks = ListTable(_check_columns(), self)
        self.results = TableView(
            self.checks,
            name="checks",
            title=N_("Checks"),
            preferences=self.desk.preferences,
        )
        self.results.hide()
        body.addWidget(self.checked)
        body.addWidget(self.results, 1)
        body.addStretch()
        return side

    def _show(self, known: tuple[DatabaseFacts, list[BackupRow]]) -> None:
        facts, rows = known
        kind = _(N_("demonstration")) if facts.demonstration else ""
        place = [facts.place, _size(facts.size), kind]
        self.facts["place"].setText(" · ".join(part for part in place if part))
        self.facts["engine"].setText(
            _(N_("{engine}, schema {revision}")).format(
                engine=facts.engine, revision=facts.revision
            )
        )
        self.facts["made"].setText(moment(facts.made_at))
        last = facts.last_backup
        self.facts["saved"].setText(
            f"{moment(last.at)} · {last.by} · {last.file}" if last else _(N_("none"))
        )
        self.rows.show_rows(rows)
        self.pile.setCurrentWidget(self.table if rows else self.empty)
        self.table.go_to_row(0)


def _columns() -> list[Column[BackupRow]]:
    return [
        Column(
            name="at", title=N_("When"), text=lambda row: moment(row.at), width=19, sortable=False
        ),
        Column(
            name="verb",
            title=N_("Did what"),
            text=lambda row: label_of(Verb(row.verb)),
            width=10,
            sortable=False,
        ),
        Column(
            name="file",
            title=N_("File"),
            text=lambda row: row.file,
            tip=lambda row: f"{row.file}\nSHA-256 {row.sha256}",
            width=22,
            sortable=False,
        ),
        Column(
            name="size",
            title=N_("Size"),
            text=lambda row: _size(row.size),
            numeric=True,
            width=9,
            sortable=False,
        ),
        Column(name="by", title=N_("By"), text=lambda row: row.by, width=12, sortable=False),
        Column(
            name="sha256",
            title=N_("SHA-256"),
            text=lambda row: row.sha256[:_DIGEST_SHOWN],
            tip=lambda row: row.sha256,
            width=17,
            sortable=False,
        ),
    ]


def _check_columns() -> list[Column[Checked]]:
    return [
        Column(
            name="check",
            title=N_("What is checked"),
            text=lambda row: with_glyph(DONE if row.ok else FAILED, check_label(row.name)),
            tone=lambda row: (DONE if row.ok else FAILED).tone,
            width=26,
            sortable=False,
        ),
        Column(
            name="detail",
            title=N_("Result"),
            text=lambda row: row.detail,
            tip=lambda row: row.detail,
            width=30,
            sortable=False,
        ),
    ]


def _size(size: int) -> str:
    if size < _KIB * _KIB:
        return f"{-(-size // _KIB):,} KB"
    tenths = size * 10 // (_KIB * _KIB)
    return f"{tenths // 10:,}.{tenths % 10} MB"


def _known(session: ReadSession) -> tuple[DatabaseFacts, list[BackupRow]]:
    return database_facts(session), backups(session)
