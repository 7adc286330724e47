"""The jobs list and the undo list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import N_, _
from ui.desk import Desk, Undo
from ui.formatting import count, remaining
from ui.jobs import Job, JobState
from ui.widgets.panels import label

_STATES = {
    JobState.WAITING: N_("○ waiting"),
    JobState.RUNNING: N_("◆ running"),
    JobState.DONE: N_("✓ done"),
    JobState.FAILED: N_("✗ failed"),
    JobState.CANCELLED: N_("– cancelled"),
}

_JOBS_SIZE = (560, 320)


class JobRow(QWidget):
    """One job: name, how far, how fast, how long still, and a button that stops it."""

    def __init__(self, job: Job, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job = job
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 4, 0, 4)
        top = QHBoxLayout()
        top.addWidget(label(job.title, "title"), 1)
        self._state = QLabel()
        top.addWidget(self._state)
        self.stop = QPushButton(_(N_("Cancel")))
        self.stop.setAccessibleName(_(N_("Cancel {title}")).format(title=job.title))
        self.stop.setAutoDefault(False)
        self.stop.clicked.connect(job.cancel)
        top.addWidget(self.stop)
        body.addLayout(top)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(job.title)
        body.addWidget(self.bar)
        self._note = label("", "muted")
        body.addWidget(self._note)
        job.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        job = self._job
        under_way = job.state in (JobState.WAITING, JobState.RUNNING)
        self._state.setText(_(_STATES[job.state]))
        self.stop.setVisible(under_way)
        self.bar.setVisible(under_way)
        self.bar.setMaximum(min(job.total, 2**31 - 1))
        self.bar.setValue(min(job.done, 2**31 - 1))
        parts = [job.note] if under_way else []
        rest, speed = job.remaining_s(), job.per_second()
        if under_way and speed:
            parts.append(_(N_("{count} a second")).format(count=count(speed)))
        if rest is not None:
            parts.append(_(N_("{time} left")).format(time=remaining(rest)))
        self._note.setText(" · ".join(part for part in parts if part))


class JobsDialog(QDialog):
    """All jobs of this session, the newest first; those that begin meanwhile come on top."""

    def __init__(
        self, jobs: Sequence[Job], listed: SignalInstance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_(N_("Jobs")))
        self.setMinimumSize(*_JOBS_SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._nothing = label(_(N_("Nothing ran in this session yet.")), "muted")
        self._nothing.setVisible(not jobs)
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.addWidget(self._nothing)
        self._rows.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QVBoxLayout(self)
        body.addWidget(area)
        for job in jobs:
            self._add(job)
        listed.connect(self._add)

    def _add(self, job: Job) -> None:
        self._nothing.hide()
        self._rows.insertWidget(0, JobRow(job))


class UndoDialog(QDialog):
    """This session's actions; Enter takes one back."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle(_(N_("Undo list")))
        self.setMinimumSize(560, 320)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QVBoxLayout(self)
        body.addWidget(
            label(
                _(N_("Each action can be taken back alone; both steps stay in the log.")), "muted"
            )
        )
        self.list = QListWidget()
        self.list.setAccessibleName(_(N_("Undo list")))
        body.addWidget(self.list)
        row = QHBoxLayout()
        row.addStretch()
        self.back = QPushButton(_(N_("Take back  Enter")))
        self.back.setAutoDefault(False)
        self.back.clicked.connect(self._take_back)
        close = QPushButton(_(N_("Close")))
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        row.addWidget(self.back)
        row.addWidget(close)
        body.addLayout(row)
        desk.undo_changed.connect(self._fill)
        self._fill()
        self.list.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Enter takes back."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take_back()
        else:
            super().keyPressEvent(event)

    def _fill(self) -> None:
        self.list.clear()
        for undo in reversed(self._desk.undo_list):
            item = QListWidgetItem(undo.text)
            item.setData(Qt.ItemDataRole.UserRole, undo)
            self.list.addItem(item)
        self.back.setEnabled(self.list.count() > 0)
        if not self.list.count():
            nothing = QListWidgetItem(_(N_("Nothing to take back.")))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        self.list.setCurrentRow(0)

    def _take_back(self) -> None:
        row = self.list.currentRow()
        undo = self.list.item(row).data(Qt.ItemDataRole.UserRole) if row >= 0 else None
        if isinstance(undo, Undo):
            self._desk.take_back(undo)
