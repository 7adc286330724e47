"""The list of papers that can be printed, favourites first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSettings, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.base.i18n import N_, _
from app.reporting.rules import ReportKind
from app.reporting.titles import title

_PLACE = "reports/favourites"
_USUAL = ReportKind.SUMMARY
"""What is in front before anything was starred: every day has one."""
_STAR, _NO_STAR = "★", "☆"
_ROW_AIR = 10
_FRAME = 2
_LEFT = 4


class PaperList(QListWidget):
    """`chosen` says that another paper is to be made; a click on the star makes it a favourite."""

    chosen = Signal()

    def __init__(self, preferences: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._kinds: Sequence[ReportKind] = ()
        self.setAccessibleName(_(N_("Papers")))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentItemChanged.connect(lambda *_items: self.chosen.emit())

    def offer(self, kinds: Sequence[ReportKind]) -> None:
        """Show these papers; the one in front stays in front."""
        self._kinds = kinds
        self._fill(self.kind())

    def kind(self) -> ReportKind | None:
        """Return the paper in front."""
        if self.currentRow() < 0:
            return None
        return ReportKind(self.currentItem().data(Qt.ItemDataRole.UserRole))

    def choose(self, kind: ReportKind) -> None:
        """Bring a paper to the front."""
        for row in range(self.count()):
            if self.item(row).data(Qt.ItemDataRole.UserRole) == kind.value:
                self.setCurrentRow(row)

    def favourites(self) -> list[ReportKind]:
        """Return what is on top, as it was starred."""
        stored = str(self._preferences.value(_PLACE, "")).split(" ")
        known = {kind.value for kind in ReportKind}
        return [ReportKind(value) for value in stored if value in known]

    def toggle(self) -> None:
        """Make the paper in front a favourite, or none any more."""
        kind = self.kind()
        if kind is None:
            return
        kept = [one for one in self.favourites() if one is not kind]
        if len(kept) == len(self.favourites()):
            kept.append(kind)
        self._preferences.setValue(_PLACE, " ".join(one.value for one in kept))
        with QSignalBlocker(self):
            self._fill(kind)

    def _fill(self, front: ReportKind | None) -> None:
        favourites = self.favourites()
        with QSignalBlocker(self):
            self.clear()
            ordered = [one for one in favourites if one in self._kinds]
            ordered += [one for one in self._kinds if one not in favourites]
            for kind in ordered:
                starred = kind in favourites
                item = QListWidgetItem(f"{_STAR if starred else _NO_STAR}  {title(kind)}", self)
                item.setData(Qt.ItemDataRole.UserRole, kind.value)
                told = _(N_("{paper}, favourite")) if starred else "{paper}"
                item.setData(Qt.ItemDataRole.AccessibleTextRole, told.format(paper=title(kind)))
                item.setSizeHint(QSize(0, self.fontMetrics().height() + _ROW_AIR))
        height = self.count() * (self.fontMetrics().height() + _ROW_AIR) + 2 * _FRAME
        self.setFixedHeight(height)
        if ordered:
            beginning = ordered[0] if favourites else _USUAL
            self.choose(front if front in ordered else beginning)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Qt: a click on the star."""
        super().mouseReleaseEvent(event)
        wide = self.fontMetrics().horizontalAdvance(_STAR) + 2 * _LEFT
        if event.position().x() < wide and self.itemAt(event.position().toPoint()) is not None:
            self.toggle()
