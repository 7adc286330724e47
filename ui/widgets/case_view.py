"""Everything about one discrepancy, beside the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import PurePosixPath, PureWindowsPath

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.adjustments.rules import fitting
from app.base.dates import CHINA
from app.base.i18n import N_, _
from app.discrepancies.attachments import attachment_content
from app.discrepancies.detail import CaseDetail
from app.discrepancies.fields import MONEY, Field
from app.discrepancies.history import HistoryStep, NoteView
from app.discrepancies.rules import ADJUSTABLE, Status, age_band
from app.discrepancies.sides import Comparison, Origin, Pair, Value
from app.identity.rules import Permission
from app.records.queries import EntryRef
from app.wording.history import sentence
from app.wording.labels import label as label_of
from app.wording.meanings import first_look, meaning
from ui.desk import Desk
from ui.formatting import amount, day, moment
from ui.models.list_table import ListTable
from ui.naming import CHANNEL, Names
from ui.widgets.attachments import AttachmentList
from ui.widgets.case_columns import Compared, band_text, comparison_columns, key_of, status_text
from ui.widgets.panels import label
from ui.widgets.table_view import TableView

_NOTE_LINES = 3


class NoteEdit(QPlainTextEdit):
    """Where a note is written; Ctrl+Enter saves it, a pasted picture is attached, Esc leaves."""

    given = Signal(str)
    left = Signal()
    pictured = Signal(QImage)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_(N_("Write a note")))
        self.setPlaceholderText(_(N_("Write a note; Ctrl+Enter saves it")))
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _NOTE_LINES + 12)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Ctrl+Enter saves, Esc leaves what was begun where it is."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.given.emit(self.toPlainText())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Qt: pictures too."""
        return source.hasImage() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Qt: a picture is attached, text is written."""
        if source.hasImage() and not source.hasText():
            self.pictured.emit(QImage(source.imageData()))
        else:
            super().insertFromMimeData(source)


class CaseView(QWidget):
    """Both sides with what differs, why, history, notes, attachments, and what can be done."""

    noted = Signal(str)
    left = Signal()
    pictured = Signal(QImage)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.detail: CaseDetail | None = None
        self._drafts: dict[int, str] = {}
        body = QVBoxLayout(self)
        body.setContentsMargins(8, 0, 0, 0)
        body.setSpacing(4)
        self._title = label("", "title")
        self._title.setWordWrap(True)
        self._state = label("", "muted")
        self._state.setWordWrap(True)
        self._why = label("")
        self._why.setWordWrap(True)
        for part in (self._title, self._state, self._why):
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            body.addWidget(part)
        self._sides = ListTable(comparison_columns(), self)
        self.sides = TableView(
            self._sides,
            name="discrepancy_sides",
            title=N_("Both sides"),
            preferences=desk.preferences,
        )
        self.sides.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        mode = QHeaderView.ResizeMode
        self.sides.header.setSectionResizeMode(0, mode.ResizeToContents)
        for number in (1, 2):
            self.sides.header.setSectionResizeMode(number, mode.Stretch)
        body.addWidget(self.sides, 1)
        self._origins = label("", "muted")
        self._origins.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        body.addWidget(self._origins)
        self.tabs = self._make_tabs()
        body.addWidget(self.tabs, 1)
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self._drafts = self.drafts()
        self.detail = None
        self.setVisible(False)

    def show_detail(self, detail: CaseDetail) -> None:
        """Show a discrepancy; what was begun to be written about another one waits there."""
        if self.detail is None or self.detail.row.id != detail.row.id:
            self._drafts = self.drafts()
            self.note.setPlainText(self._drafts.get(detail.row.id, ""))
        self.detail = detail
        row = detail.row
        channel = self._desk.names.of(CHANNEL, row.channel)
        self._title.setText(
            " · ".join(part for part in (label_of(row.kind), key_of(row), channel) if part)
        )
        self._state.setText(_state_text(detail))
        self._why.setText(f"{meaning(row.kind)}\n{first_look(row.kind)}")
        self._sides.show_rows(_compared(detail.sides, self._desk.names))
        self._origins.setText(_origins(detail.sides))
        self._todo.setText(_todo(detail))
        self._notes.setPlainText("\n\n".join(_note_text(note) for note in detail.notes[::-1]))
        self._history.setPlainText("\n".join(_history_text(step) for step in detail.history))
        self.attached.show_attachments(detail.attachments)
        for number, title in enumerate(_tab_titles(detail)):
            self.tabs.setTabText(number, title)
        self.setVisible(True)

    def drafts(self) -> dict[int, str]:
        """Return the notes that were begun and not saved, by discrepancy."""
        found = dict(self._drafts)
        if self.detail is not None:
            found[self.detail.row.id] = self.note.toPlainText()
        return {id_: text for id_, text in found.items() if text.strip()}

    def take_up(self, drafts: dict[int, str]) -> None:
        """Take up what `drafts` returned."""
        self._drafts = dict(drafts)

    def write_note(self) -> None:
        """Put the cursor where a note is written."""
        self.tabs.setCurrentIndex(1)
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_attachments(self) -> None:
        """Turn to the attachments."""
        self.tabs.setCurrentIndex(2)

    def _make_tabs(self) -> QTabWidget:
        tabs = QTabWidget()
        tabs.setAccessibleName(_(N_("More about the discrepancy")))
        self._todo = QLabel()
        self._todo.setWordWrap(True)
        self._todo.setTextFormat(Qt.TextFormat.PlainText)
        self._todo.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._todo.setContentsMargins(0, 6, 0, 0)
        self._notes = _reader(_(N_("Notes")))
        self._history = _reader(_(N_("History")))
        self.attached = AttachmentList(self._desk, attachment_content)
        tabs.addTab(self._todo, "")
        tabs.addTab(self._note_tab(), "")
        tabs.addTab(self.attached, "")
        tabs.addTab(self._history, "")
        return tabs

    def _note_tab(self) -> QWidget:
        page = QWidget()
        body = QVBoxLayout(page)
        body.setContentsMargins(0, 6, 0, 0)
        self.note = NoteEdit()
        self.note.given.connect(self.noted)
        self.note.left.connect(self.left)
        self.note.pictured.connect(self.pictured)
        save = QPushButton(_(N_("Save the note  Ctrl+Enter")))
        save.clicked.connect(lambda _checked=False: self.noted.emit(self.note.toPlainText()))
        if not self._desk.may(Permission.NOTE):
            self.note.hide()
            save.hide()
        row = QHBoxLayout()
        row.addWidget(save)
        row.addStretch()
        body.addWidget(self.note)
        body.addLayout(row)
        body.addWidget(self._notes, 1)
        return page


def shown_value(field: Field, value: Value, names: Names) -> str:
    """Return a value as it is written; payees and channels by their names."""
    shown = "" if value is None else str(value)
    match value:
        case StrEnum():
            shown = label_of(value)
        case datetime():
            shown = value.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            shown = day(value)
        case int() if field in MONEY:
            shown = amount(value)
        case str():
            shown = names.of(field.value, value)
        case _:
            pass
    return shown


def short_name(file: str) -> str:
    """Return a file's name without its folders."""
    return PureWindowsPath(PurePosixPath(file).name).name


def _reader(name: str) -> QTextBrowser:
    made = QTextBrowser()
    made.setAccessibleName(name)
    made.setTabChangesFocus(True)
    return made


def _state_text(detail: CaseDetail) -> str:
    row = detail.row
    parts = [status_text(row), label_of(row.task), day(row.business_on)]
    if detail.age_days is not None:
        parts.append(band_text(age_band(detail.age_days)))
    if row.assignee:
        parts.append(_(N_("with {name}")).format(name=row.assignee))
    parts.append(_(N_("difference {amount}")).format(amount=amount(row.difference_fen)))
    return "  ·  ".join(parts)


def _compared(sides: Comparison, names: Names) -> list[Compared]:
    ours, theirs = (label_of(caption) for caption in sides.captions)
    beside = [
        _line(pair, f"{label_of(pair.field)} ({ours} / {theirs})", names) for pair in sides.beside
    ]
    return beside + [_line(pair, label_of(pair.field), names) for pair in sides.pairs]


def _line(pair: Pair, name: str, names: Names) -> Compared:
    return Compared(
        field=name,
        ours=shown_value(pair.field, pair.ours, names),
        theirs=shown_value(pair.field, pair.theirs, names),
        differs=pair.differs,
    )


def _origins(sides: Comparison) -> str:
    lines = [
        _origin_text(N_("Ours: {kind}, {file}, line {line}"), sides.ours),
        _origin_text(N_("Theirs: {kind}, {file}, line {line}"), sides.theirs),
        *(_further(entry) for entry in (*sides.more_ours, *sides.more_theirs)),
    ]
    return "\n".join(line for line in lines if line)


def _origin_text(template: str, origin: Origin | None) -> str:
    if origin is None:
        return ""
    return _(template).format(
        kind=label_of(origin.kind), file=short_name(origin.file), line=origin.line
    )


def _further(entry: EntryRef) -> str:
    template = N_("also {kind} {key}, {amount}, {file}, line {line}")
    return _(template).format(
        kind=label_of(entry.kind),
        key=entry.key,
        amount=amount(entry.amount_fen),
        file=short_name(entry.file),
        line=entry.line,
    )


def _todo(detail: CaseDetail) -> str:
    row = detail.row
    lines = []
    if row.reason:
        lines.append(_(N_("Closed with the reason: {reason}")).format(reason=row.reason))
    if row.status in ADJUSTABLE:
        kinds = fitting(row.task, row.kind, row.difference_fen)
        ways = [f"{number}  {label_of(kind)}" for number, kind in enumerate(kinds, start=1)]
        if ways:
            ways[0] = _(N_("{way}  (proposed, also F6)")).format(way=ways[0])
            lines.append("\n".join([_(N_("Adjust it, by the key of the kind:")), *ways]))
    if row.status not in (Status.RESOLVED, Status.SUBMITTED):
        text = N_(
            "Here: match it in Reconcile (T), note what is known (N), attach a proof (F), or close"
            " it with a reason (E)."
        )
        lines.append(_(text))
    return "\n\n".join(lines)


def _note_text(note: NoteView) -> str:
    return f"{note.by}  {moment(note.at)}\n{note.text}"


def _history_text(step: HistoryStep) -> str:
    return f"{moment(step.at)}  {step.by}  {sentence(step)}"


def _tab_titles(detail: CaseDetail) -> Sequence[str]:
    return (
        _(N_("What to do")),
        _(N_("Notes ({count})")).format(count=len(detail.notes)),
        _(N_("Attachments ({count})")).format(count=len(detail.attachments)),
        _(N_("History")),
    )
