"""The bar above the pages: whose data, which day, find, jobs, who sits here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from app.base.i18n import N_, _, ngettext
from app.catalog.queries import OrganisationView
from ui.formatting import day_with_weekday
from ui.widgets.panels import label, tool_button


class TopBar(QFrame):
    """Shows where one is; its buttons are connected by the main window."""

    organisation_chosen = Signal(str)

    def __init__(self, user: str, *, sample: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.menu = tool_button("list-checks", _(N_("Menu")))
        self.organisation = QComboBox()
        self.previous = tool_button("chevron-left", _(N_("Day before")))
        self.day = tool_button("calendar-days", _(N_("Choose the day")), beside=True)
        self.next = tool_button("chevron-right", _(N_("Day after")))
        self.search = QPushButton(_(N_("Ctrl+K  Find or do …")))
        self.jobs = tool_button("hourglass", _(N_("Jobs")), beside=True)
        self.waiting = tool_button("check-check", _(N_("Waits for my approval")), beside=True)
        self.user = tool_button("user", user, beside=True)
        self.lock = tool_button("lock", _(N_("Lock")))
        for part in (self.menu, self.user):
            part.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.search.setAccessibleName(_(N_("Find or do …")))
        self.search.setMinimumWidth(200)
        self._date = label(_(N_("Business date")), "muted")
        self._prepare_organisations()
        self.title = label(_(N_("Duiping · sample day") if sample else N_("Duiping")), "title")
        self._arrange()
        self.show_jobs(0)
        self.show_waiting(0)
        self.show_day(None)

    def show_day(self, day: date | None) -> None:
        """Show the business date; None while nothing is loaded."""
        self.day.setText(day_with_weekday(day) if day else _(N_("nothing loaded")))
        for part in (self.previous, self.day, self.next):
            part.setEnabled(day is not None)

    def hide_business(self) -> None:
        """Leave out what only somebody chooses who sees business data."""
        for part in (self.organisation, self._date, self.previous, self.day, self.next):
            part.hide()

    def show_jobs(self, running: int) -> None:
        """Show how many jobs run."""
        text = ngettext("{count} job runs", "{count} jobs run", running).format(count=running)
        self.jobs.setText(text if running else _(N_("No jobs")))

    def show_waiting(self, number: int) -> None:
        """Show how many requests wait for who sits here; nothing where none does."""
        text = ngettext("{count} to approve", "{count} to approve", number)
        self.waiting.setText(text.format(count=number))
        self.waiting.setVisible(number > 0)

    def show_organisations(self, found: Sequence[OrganisationView], chosen: str) -> None:
        """Fill the switch of organisations."""
        self.organisation.clear()
        self.organisation.addItem(_(N_("All organisations")), "")
        for one in found:
            self.organisation.addItem(one.name, one.code)
            self.organisation.setItemData(
                self.organisation.count() - 1, one.code, Qt.ItemDataRole.ToolTipRole
            )
        self.organisation.setCurrentIndex(max(self.organisation.findData(chosen), 0))

    def _prepare_organisations(self) -> None:
        self.organisation.setAccessibleName(_(N_("Organisation")))
        self.organisation.setMinimumWidth(150)
        self.organisation.addItem(_(N_("All organisations")), "")
        self.organisation.activated.connect(
            lambda number: self.organisation_chosen.emit(str(self.organisation.itemData(number)))
        )

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 10, 4)
        row.setSpacing(4)
        row.addWidget(self.menu)
        row.addWidget(self.title)
        row.addSpacing(8)
        row.addWidget(self.organisation)
        row.addSpacing(8)
        row.addWidget(self._date)
        for part in (self.previous, self.day, self.next):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.search)
        row.addStretch(1)
        for part in (self.waiting, self.jobs, self.user, self.lock):
            row.addWidget(part)
