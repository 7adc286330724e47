"""The calendar of the master data: a year, how to go to another, what its marks mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.base.i18n import N_, _
from app.calendar.queries import CalendarRow, days, known_years
from app.calendar.rules import WorkingCalendar
from app.calendar.service import SHIPPED
from app.db.workspace import ReadSession
from ui.widgets.calendar_year import FREE, WORKED, CalendarYear
from ui.widgets.master_numbers import DayRow
from ui.widgets.panels import label, tool_button

_ORDINARY = WorkingCalendar()


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFound:
    """What is said of the days of a year, and whether its holidays are known."""

    year: int
    days: Sequence[CalendarRow]
    source: str

    @property
    def known(self) -> bool:
        """Whether its holidays were entered."""
        return bool(self.source)


def year_found(session: ReadSession, year: int) -> YearFound:
    """Read a year."""
    return YearFound(
        year=year, days=days(session, year=year), source=known_years(session).get(year, "")
    )


class CalendarPanel(QWidget):
    """A year with its name above and the meaning of its marks below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said: Mapping[date, CalendarRow] = {}
        self.grid = CalendarYear()
        self.before = tool_button("chevron-left", _(N_("Year before")))
        self.after = tool_button("chevron-right", _(N_("Year after")))
        self.year = label("", "heading")
        self.known = label("", "muted")
        self.before.clicked.connect(lambda _checked=False: self.grid.step_year(-1))
        self.after.clicked.connect(lambda _checked=False: self.grid.step_year(1))
        self.top = QHBoxLayout()
        for part in (self.before, self.year, self.after, self.known):
            self.top.addWidget(part)
        self.top.addStretch(1)
        legend = _(N_("grey: day off · {free}: weekday off · {worked}: weekend worked"))
        keys = _(N_("Space: work or not · Enter: note · Page Up/Down: month · with Shift: year"))
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.addLayout(self.top)
        body.addWidget(self.grid, 1)
        body.addWidget(label(legend.format(free=_(FREE), worked=_(WORKED)), "muted"))
        body.addWidget(label(keys, "muted"))
        self.setFocusProxy(self.grid)

    def show_year(self, found: YearFound) -> None:
        """Show a year; another than that of the cursor is passed over."""
        if found.year != self.grid.current.year:
            return
        self._said = {row.day: row for row in found.days}
        calendar = WorkingCalendar(
            holidays=frozenset(row.day for row in found.days if not row.working),
            make_up_days=frozenset(row.day for row in found.days if row.working),
            known_years=frozenset({found.year} if found.known else ()),
        )
        self.year.setText(str(found.year))
        if found.known:
            by_hand = _(N_("holidays entered by {name}")).format(name=found.source)
            shipped = found.source == SHIPPED
            self.known.setText(_(N_("holidays known")) if shipped else by_hand)
        else:
            self.known.setText(_(N_("▲ holidays not known: only Monday to Friday are counted")))
        self.grid.show_days(calendar, self._said)

    def row(self) -> DayRow:
        """Return the day with the cursor."""
        day = self.grid.current
        return DayRow(day=day, said=self._said.get(day), ordinary=_ORDINARY.is_working(day))
