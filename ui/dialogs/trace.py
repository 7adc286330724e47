"""The trace of an entry through all ledgers, down to the raw line of its file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.base.dates import day_of
from app.base.i18n import N_, _
from app.closing.tracing import Node, Trace
from app.closing.viewing import LineViewer
from app.discrepancies.queries import SIDES
from app.identity.rules import Permission
from app.intake.rules import Kind, RawLines, RowProblem
from app.matching.rules import Task
from app.records.fields import FIELDS
from app.wording.labels import label as label_of
from ui.desk import Desk, Target
from ui.dialogs.unmasking import ask_unmask
from ui.widgets.entry_columns import TITLES, value_text
from ui.widgets.lines_view import LinesView
from ui.widgets.panels import label
from ui.widgets.trace_picture import TracePicture

_AROUND = 2
_SIZE = (1300, 640)
_LINES_HEIGHT = 190


class TraceDialog(QDialog):
    """One picture of all that belongs to an entry; a box leads to its line and to its page."""

    def __init__(self, desk: Desk, found: Trace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._viewer = LineViewer(desk.workspace)
        self._asked = 0
        orders = ", ".join(found.orders)
        self.setWindowTitle(
            _(N_("Trace of order {orders}")).format(orders=orders) if orders else _(N_("Trace"))
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self.picture = TracePicture(found)
        self.fields = label("", "muted")
        self.fields.setWordWrap(True)
        self.fields.setAccessibleName(_(N_("Fields of the entry")))
        self.fields.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.origin = label("", "title")
        self.lines = LinesView(N_("Raw lines of the file"), mark="→ ")
        self.lines.setFixedHeight(_LINES_HEIGHT)
        self._arrange()
        self.picture.chosen.connect(self._look_at)
        self.picture.start().setFocus(Qt.FocusReason.OtherFocusReason)
        self._look_at(self.picture.start().node)
        self.finished.connect(lambda _result: self._leave())
        self.destroyed.connect(self._viewer.close)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Enter on a box goes there."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go()
        else:
            super().keyPressEvent(event)

    def _arrange(self) -> None:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self.picture)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        go = QPushButton(_(N_("Go there  Enter")))
        go.setAutoDefault(False)
        go.clicked.connect(self._go)
        self.unmask = QPushButton(_(N_("Show personal data")))
        self.unmask.setAutoDefault(False)
        self.unmask.setVisible(self._desk.may(Permission.UNMASK))
        self.unmask.clicked.connect(self._unmask)
        close = QPushButton(_(N_("Close")))
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(label(_(N_("Tab and arrow keys go from box to box.")), "muted"))
        row.addStretch(1)
        row.addWidget(self.unmask)
        row.addWidget(go)
        row.addWidget(close)
        body = QVBoxLayout(self)
        body.addWidget(area, 1)
        body.addWidget(self.origin)
        body.addWidget(self.fields)
        body.addWidget(self.lines)
        body.addLayout(row)

    def _look_at(self, node: Node) -> None:
        """Show the fields of an entry and ask for its line."""
        self.origin.setText(
            _(N_("{kind} {key}: line {line} of {file}")).format(
                kind=label_of(node.kind), key=node.key, line=node.line, file=node.file
            )
        )
        parts = []
        for field in FIELDS[node.kind]:
            value = node.entry.value(field.name)
            text = value_text(field, value, self._desk.day, self._desk.names)
            if text:
                parts.append(f"{_(TITLES[field.name])} {text}")
        self.fields.setText("  ·  ".join(parts))
        self._asked += 1
        first = max(node.line - _AROUND, 1)
        count = node.line + _AROUND - first + 1
        work: Callable[[], RawLines | RowProblem] = partial(
            self._viewer.lines, node.file_id, first, count
        )
        self._desk.jobs.read(
            work,
            done=partial(self._show_lines, self._asked, node),
            failed=self._desk.messages.failed,
        )

    def _show_lines(self, asked: int, node: Node, found: RawLines | RowProblem) -> None:
        if asked != self._asked or not isinstance(found, RawLines):
            return
        place = next((n for n, row in enumerate(found.rows) if row.line >= node.line), None)
        self.lines.lines.show_lines(found, {} if place is None else {place: frozenset()})

    def _unmask(self) -> None:
        node = self.picture.current() or self.picture.start().node
        ask_unmask(self._desk, [(node.kind, node.id)], self)

    def _go(self) -> None:
        node = self.picture.current()
        if node is None:
            return
        day = node.entry.value("business_on")
        self.accept()
        self._desk.open(
            Target(
                page="reconcile",
                task=_task_of(node.kind),
                day=day_of(int(day)) if day and node.kind is not Kind.ARRIVALS else None,
                entry_kind=node.kind,
                entry_id=node.id,
                key=node.key,
            )
        )

    def _leave(self) -> None:
        self._asked = -1
        self._desk.jobs.read(self._viewer.close, done=_nothing, failed=_nothing)


def _task_of(kind: Kind) -> Task:
    """Return the task in which a kind of entry is reconciled first."""
    return next(task for task, sides in SIDES.items() if kind in sides)


def _nothing(_value: object) -> None:
    return None
