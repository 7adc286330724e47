"""The files of this session's imports, each with its own progress and outcome."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import ClassVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSettings, QTimer
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.base.i18n import N_, _, ngettext
from app.base.progress import Progress
from app.closing.following import FileOutcome, FileStep
from app.closing.rules import Stage
from app.intake.rules import FileStatus
from ui.formatting import count
from ui.models.list_table import ListTable
from ui.theme import tones
from ui.widgets.file_rows import ImportRow, import_columns, needs_password, stopped
from ui.widgets.table_view import TableView

_EVERY_MS = 100
_ALPHA = 90


class Followed:
    """The progress of an import that also keeps the steps of its files for the window."""

    def __init__(self, progress: Progress, steps: deque[FileStep]) -> None:
        self._progress = progress
        self._steps = steps

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Report how far the import is.

        Raises:
            Cancelled: The user stopped it.
        """
        self._progress.advance(done, total, note)

    def follow(self, step: FileStep) -> None:
        """Keep a step; the window fetches it."""
        self._steps.append(step)


class ImportList(TableView):
    """Shows the steps that come in while an import runs."""

    has_own_cells: ClassVar[bool] = True

    def __init__(self, preferences: QSettings, parent: QWidget | None = None) -> None:
        self.rows: ListTable[ImportRow] = ListTable(import_columns())
        super().__init__(
            self.rows,
            name="imports",
            title=N_("Files of this session's imports"),
            preferences=preferences,
            parent=parent,
        )
        self.rows.setParent(self)
        self._places: dict[str, int] = {}
        self._steps: deque[FileStep] = deque()
        self._delegate = _Bar(self.rows, self)
        self.setItemDelegateForColumn(len(self.rows.columns) - 1, self._delegate)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.fetch)

    def following(self, progress: Progress) -> Followed:
        """Return what an import reports to; called on its thread."""
        return Followed(progress, self._steps)

    def begin(self) -> None:
        """Fetch what comes in from now on."""
        self._timer.start()

    def end(self) -> None:
        """Fetch the rest; files that did not come to their end were not loaded."""
        self._timer.stop()
        self.fetch()
        self.show_all([stopped(row) for row in self.rows.rows()])

    def fetch(self) -> None:
        """Show the steps that came in since the last time."""
        latest: dict[str, FileStep] = {}
        while self._steps:
            step = self._steps.popleft()
            if step.stage is Stage.FOUND and step.origin != step.path:
                latest.pop(step.origin, None)
            latest[step.path] = step
        if latest:
            self._take(latest)

    def show_all(self, rows: Iterable[ImportRow]) -> None:
        """Show these rows."""
        current = self.current_row()
        found = list(rows)
        self.rows.show_rows(found)
        self._places = {row.path: place for place, row in enumerate(found)}
        if current is not None and current < len(found):
            self.go_to_row(current)

    def current(self) -> ImportRow | None:
        """Return the row with the cursor."""
        place = self.current_row()
        return None if place is None else self.rows.row(place)

    def summary(self) -> str:
        """Return in words how far all of them are."""
        rows = self.rows.rows()
        ended = [row.outcome for row in rows if row.outcome is not None]
        states = Counter(outcome.status for outcome in ended)
        loaded = states[FileStatus.LOADED] + states[FileStatus.REPLACED]
        parts = [
            ngettext("{done} of {count} file", "{done} of {count} files", len(rows)).format(
                done=count(len(ended)), count=count(len(rows))
            ),
            _("{count} loaded").format(count=count(loaded)),
        ]
        if states[FileStatus.DUPLICATE]:
            parts.append(_("{count} already there").format(count=states[FileStatus.DUPLICATE]))
        if states[FileStatus.REJECTED]:
            parts.append(_("{count} rejected").format(count=states[FileStatus.REJECTED]))
        return _(", ").join(parts)

    def wanting_passwords(self) -> list[ImportRow]:
        """Return the files that can be read once their password is known."""
        return [row for row in self.rows.rows() if row.outcome and needs_password(row.outcome)]

    def _take(self, latest: dict[str, FileStep]) -> None:
        gone = {step.origin for step in latest.values() if step.origin != step.path}
        gone |= {path for path, step in latest.items() if step.stage is Stage.PASSED_OVER}
        new = [path for path in latest if path not in self._places and path not in gone]
        if new or gone & set(self._places):
            rows = [row for row in self.rows.rows() if row.path not in gone]
            rows += [ImportRow(path=path, step=latest[path]) for path in new]
            self.show_all(rows)
        for path, step in latest.items():
            place = self._places.get(path)
            if place is not None:
                self.rows.update_row(place, ImportRow(path=path, step=step))


def outcome_target(outcome: FileOutcome) -> int | None:
    """Return the id under which the list of files knows what became of a file."""
    if outcome.file_id is not None:
        return outcome.file_id
    return -outcome.rejection_id if outcome.rejection_id is not None else None


class _Bar(QStyledItemDelegate):
    """Draws how much of a file was read behind the words about it."""

    def __init__(self, rows: ListTable[ImportRow], parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Qt: draw the bar, then the words."""
        row = self._rows.row(index.row())
        if row is not None and row.permille:
            colour = QColor(tones(option.palette).accent)
            colour.setAlpha(_ALPHA)
            whole: QRect = option.rect
            width = whole.width() * row.permille // 1000
            painter.fillRect(QRect(whole.left(), whole.top(), width, whole.height()), colour)
        super().paint(painter, option, index)
