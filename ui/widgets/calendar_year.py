"""A year on one sheet: which days people work, and the day with the cursor."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from app.base.i18n import N_, _
from app.calendar.queries import CalendarRow
from app.calendar.rules import WorkingCalendar
from ui.formatting import day_with_weekday
from ui.theme import Tones, tones

FIRST_YEAR, LAST_YEAR = 2000, 2099

_MONTHS_ACROSS = 4
_MONTHS_DOWN = 3
_WEEK = 7
_LINES = 8
"""Of a month: its name, the weekdays, six weeks."""
_GAP = 14
_LETTERS = (N_("M"), N_("T"), N_("W"), N_("Th"), N_("F"), N_("Sa"), N_("Su"))
WORKED, FREE = N_("w"), N_("h")
"""Stand behind a weekend day on which people work, and behind a weekday that is off."""
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -_WEEK,
    Qt.Key.Key_Down: _WEEK,
}


class CalendarYear(QWidget):
    """Arrows move by days and weeks, Page Up and Down by months, with Shift by years.

    `picked` says that the cursor moved, `toggled` that Space or a double click was made,
    `opened` that Enter was pressed, `year_wanted` that the cursor came into another year.
    """

    picked = Signal()
    toggled = Signal()
    opened = Signal()
    year_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.current = date(2026, 1, 1)
        self._calendar = WorkingCalendar()
        self._said: Mapping[date, CalendarRow] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_(N_("Calendar")))

    def show_days(self, calendar: WorkingCalendar, said: Mapping[date, CalendarRow]) -> None:
        """Show which days people work, and what is said of some."""
        self._calendar = calendar
        self._said = said
        self._describe()
        self.update()

    def go(self, day: date) -> None:
        """Put the cursor on a day."""
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            return
        before, self.current = self.current, day
        self._describe()
        self.update()
        if before.year != day.year:
            self.year_wanted.emit(day.year)
        self.picked.emit()

    def step_year(self, step: int) -> None:
        """Put the cursor on the same day of another year."""
        self.go(_moved(self.current, 12 * step))

    def sizeHint(self) -> QSize:
        """Qt: room for twelve months."""
        cell = self._cell()
        width = (_WEEK * cell.width() + _GAP) * _MONTHS_ACROSS
        return QSize(width, (_LINES * cell.height() + _GAP) * _MONTHS_DOWN)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Qt: the numbers have to fit."""
        size = self.fontMetrics().size(0, "00")
        width = (_WEEK * (size.width() + 4) + _GAP) * _MONTHS_ACROSS
        return QSize(width, (_LINES * size.height() + _GAP) * _MONTHS_DOWN)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: move, toggle, open."""
        key = Qt.Key(event.key())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        months = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        if key in _STEPS:
            self.go(self.current + timedelta(days=_STEPS[key]))
        elif key in months:
            self.go(_moved(self.current, months[key] * (12 if shift else 1)))
        elif key == Qt.Key.Key_Home:
            self.go(self.current.replace(day=1))
        elif key == Qt.Key.Key_End:
            self.go(self.current.replace(day=_length(self.current.year, self.current.month)))
        elif key == Qt.Key.Key_Space:
            self.toggled.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Qt: the cursor goes where the mouse is."""
        day = self._day_at(event.position().toPoint())
        if day is not None:
            self.go(day)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Qt: a double click toggles."""
        if self._day_at(event.position().toPoint()) == self.current:
            self.toggled.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt: the cursor is drawn differently with the keyboard."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Qt: the cursor is drawn differently with the keyboard."""
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Qt: say what a day is under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            day = self._day_at(event.pos())
            QToolTip.showText(event.globalPos(), "" if day is None else self._told(day), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw twelve months."""
        del event
        colours = tones(self.palette())
        with QPainter(self) as painter:
            for month in range(1, 13):
                self._draw_month(painter, colours, month)

    def _draw_month(self, painter: QPainter, colours: Tones, month: int) -> None:
        painter.setPen(QColor(colours.text))
        bold = self.font()
        bold.setBold(True)
        painter.setFont(bold)
        name = f"{self.current.year}-{month:02d}"
        box = self._box(month, 0, 0)
        box.setWidth(box.width() * _WEEK)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(self.font())
        painter.setPen(QColor(colours.muted))
        for number, letter in enumerate(_LETTERS):
            place = self._box(month, 1, number)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, _(letter))
        for number in range(1, _length(self.current.year, month) + 1):
            self._draw_day(painter, colours, date(self.current.year, month, number))

    def _draw_day(self, painter: QPainter, colours: Tones, day: date) -> None:
        box = self._place(day).adjusted(1, 1, -1, -1)
        working, said = self._calendar.is_working(day), day in self._said
        ground = colours.marked if working and said else colours.hatched if not working else ""
        if ground:
            painter.fillRect(box, QColor(ground))
        painter.setPen(QColor(colours.text if working or said else colours.muted))
        text = str(day.day)
        if said:
            text += _(WORKED) if working else _(FREE)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        if day == self.current:
            painter.setPen(QPen(QColor(colours.accent), 2 if self.hasFocus() else 1))
            painter.drawRect(box)

    def _describe(self) -> None:
        self.setAccessibleDescription(self._told(self.current))

    def _told(self, day: date) -> str:
        working = self._calendar.is_working(day)
        text = _(N_("{day}: a working day")) if working else _(N_("{day}: a day off"))
        note = self._said[day].note if day in self._said else ""
        said = text.format(day=day_with_weekday(day))
        return f"{said}, {note}" if note else said

    def _cell(self) -> QSize:
        size = self.fontMetrics().size(0, "00班")
        return QSize(size.width() + 6, size.height() + 4)

    def _box(self, month: int, row: int, column: int) -> QRect:
        """Where a line and a weekday of a month are."""
        across, down = (month - 1) % _MONTHS_ACROSS, (month - 1) // _MONTHS_ACROSS
        wide, high = self.width() // _MONTHS_ACROSS, self.height() // _MONTHS_DOWN
        cell, line = (wide - _GAP) // _WEEK, (high - _GAP) // _LINES
        return QRect(across * wide + column * cell, down * high + row * line, cell, line)

    def _place(self, day: date) -> QRect:
        first = day.replace(day=1).weekday()
        row, column = divmod(first + day.day - 1, _WEEK)
        return self._box(day.month, row + 2, column)

    def _day_at(self, point: QPoint) -> date | None:
        for month in range(1, 13):
            for number in range(1, _length(self.current.year, month) + 1):
                day = date(self.current.year, month, number)
                if self._place(day).contains(point):
                    return day
        return None


def _moved(day: date, months: int) -> date:
    """The same day some months later, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = min(max(day.year + years, FIRST_YEAR), LAST_YEAR)
    return date(year, month + 1, min(day.day, _length(year, month + 1)))


def _length(year: int, month: int) -> int:
    return monthrange(year, month)[1]
