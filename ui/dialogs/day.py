"""Choosing the business date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtGui import QColor, QFont, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.base.i18n import N_, _, language
from app.closing.days import days_with_entries
from ui.desk import Desk
from ui.theme import tones
from ui.widgets.panels import label, tool_button


class DayDialog(QDialog):
    """A calendar; days on which something is loaded are bold. Enter takes the day."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle(_(N_("Choose the day")))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QVBoxLayout(self)
        self.calendar = QCalendarWidget()
        self.calendar.setLocale(QLocale(language()))
        self.calendar.setMinimumSize(380, 290)
        self.calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        if desk.day is not None:
            self.calendar.setSelectedDate(QDate(desk.day.year, desk.day.month, desk.day.day))
        weekend = QTextCharFormat()
        weekend.setForeground(QColor(tones(self.palette()).bad))
        for weekday in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.calendar.setWeekdayTextFormat(weekday, weekend)
        self.calendar.activated.connect(self._take)
        self.calendar.setNavigationBarVisible(False)
        body.addLayout(self._month())
        body.addWidget(self.calendar)
        body.addWidget(label(_(N_("Bold: something is loaded. Enter takes the day.")), "muted"))
        self.calendar.setFocus()
        desk.read(days_with_entries).then(self._mark, owner=self)

    def _month(self) -> QHBoxLayout:
        """Return a heading with buttons; Qt's own writes the month before the year everywhere."""
        before = tool_button("chevron-left", _(N_("Month before")))
        after = tool_button("chevron-right", _(N_("Month after")))
        before.clicked.connect(lambda _checked=False: self.calendar.showPreviousMonth())
        after.clicked.connect(lambda _checked=False: self.calendar.showNextMonth())
        heading = label("", "title")
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)

        def show(year: int, month: int) -> None:
            heading.setText(_(N_("{year}-{month:02}")).format(year=year, month=month))

        self.calendar.currentPageChanged.connect(show)
        show(self.calendar.yearShown(), self.calendar.monthShown())
        row = QHBoxLayout()
        row.addWidget(before)
        row.addWidget(heading, 1)
        row.addWidget(after)
        return row

    def _mark(self, days: Sequence[date]) -> None:
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.Bold)
        for day in days:
            self.calendar.setDateTextFormat(QDate(day.year, day.month, day.day), bold)

    def _take(self, chosen: QDate) -> None:
        self._desk.choose_day(date(chosen.year(), chosen.month(), chosen.day()))
        self.accept()
