"""A month of days: which are closed, open, or have nothing yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.base.i18n import N_, _
from app.closing.months import MonthDay
from app.closing.rules import DayState
from app.wording.labels import label as label_of
from ui.theme import tones
from ui.widgets.states import DONE, NONE, OPEN, WAITING, WARNING, Look

LOOKS: dict[DayState, Look] = {
    DayState.NONE: NONE,
    DayState.OPEN: OPEN,
    DayState.CLOSED: DONE,
    DayState.REOPENED: WARNING,
}
_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_WEEKS = 6
_CELL = 46


class MonthTable(QTableWidget):
    """Arrow keys move between days, PgUp and PgDn between months; `chosen` carries a day."""

    chosen = Signal(object)
    turned = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_WEEKS, len(_WEEKDAYS), parent)
        self._days: dict[tuple[int, int], date] = {}
        self.setAccessibleName(_(N_("Days of the month")))
        self.setHorizontalHeaderLabels([_(name) for name in _WEEKDAYS])
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionsClickable(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_CELL)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(_CELL * _WEEKS + self.horizontalHeader().sizeHint().height() + 4)
        self.currentCellChanged.connect(self._moved)

    def show_month(self, days: Sequence[MonthDay], current: date) -> None:
        """Show the days of a month with the cursor on one of them."""
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._days = {}
        self.clearContents()
        colours = tones(QGuiApplication.palette())
        first = days[0].day.weekday()
        for one in days:
            row, column = divmod(first + one.day.day - 1, len(_WEEKDAYS))
            self._days[row, column] = one.day
            self.setItem(row, column, _item(one, colours))
            if one.day == current:
                self.setCurrentCell(row, column)
        self.blockSignals(False)  # noqa: FBT003 - Qt's signature

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: turn the months."""
        step = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self.turned.emit(step)
        else:
            super().keyPressEvent(event)

    def _moved(self, row: int, column: int, _row: int, _column: int) -> None:
        if (row, column) in self._days:
            self.chosen.emit(self._days[row, column])


def _item(one: MonthDay, colours: object) -> QTableWidgetItem:
    look = WAITING if one.request is not None else LOOKS[one.state]
    item = QTableWidgetItem(f"{one.day.day}\n{look.glyph}")
    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
    tip = f"{one.day.isoformat()} {label_of(one.state)}"
    if one.request is not None:
        tip = _(N_("{day}: {name} asked to reopen it")).format(day=tip, name=one.request.maker_name)
    item.setToolTip(tip)
    tone = look.tone if one.working or one.state is not DayState.NONE else "muted"
    item.setForeground(QColor(getattr(colours, tone)))
    return item
