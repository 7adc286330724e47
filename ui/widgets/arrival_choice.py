"""The line above the list of batches: which states, which account, which days."""

from __future__ import annotations

from PySide6.QtCore import QSettings, QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QTabBar, QWidget

from app.arrivals.listing import Listing
from app.arrivals.rules import ArrivalState
from app.base.i18n import N_, _
from ui.formatting import amount
from ui.widgets.arrival_words import tab_text

_EARLIER = "arrivals/earlier"
_ACCOUNT_WIDTH = 180
_STATES: tuple[ArrivalState | None, ...] = (None, *ArrivalState)


class ArrivalChoice(QWidget):
    """What of a day's batches is listed.

    `changed` says that other batches were chosen, `narrowed` that others of the same were.
    """

    changed = Signal()
    narrowed = Signal()

    def __init__(self, preferences: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(_(N_("States")))
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        for state in _STATES:
            self.tabs.addTab(tab_text(state, None))
        self.tabs.currentChanged.connect(lambda _number: self.narrowed.emit())
        self.account = QComboBox()
        self.account.setAccessibleName(_(N_("Account")))
        self.account.setFixedWidth(_ACCOUNT_WIDTH)
        self.account.view().setMinimumWidth(2 * _ACCOUNT_WIDTH)
        self.account.addItem(_(N_("All accounts")), "")
        self.account.activated.connect(lambda _number: self.changed.emit())
        self.earlier = QCheckBox(_(N_("Also earlier days")))
        self.earlier.setChecked(preferences.value(_EARLIER, "yes") == "yes")
        self.earlier.toggled.connect(self._earlier_changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.tabs, 1)
        row.addWidget(self.account)

    @property
    def state(self) -> ArrivalState | None:
        """The state that is chosen; None for all."""
        return _STATES[max(self.tabs.currentIndex(), 0)]

    @property
    def account_no(self) -> str:
        """The account that is chosen; "" for all."""
        return str(self.account.currentData() or "")

    def choose(self, state: ArrivalState | None, account_no: str) -> None:
        """Choose a state and an account without saying so."""
        with QSignalBlocker(self.tabs), QSignalBlocker(self.account):
            self.tabs.setCurrentIndex(_STATES.index(state))
            place = self.account.findData(account_no)
            if place < 0:
                self.account.addItem(account_no, account_no)
                place = self.account.count() - 1
            self.account.setCurrentIndex(place)

    def step_state(self, step: int) -> None:
        """Choose the next state or the one before."""
        count = self.tabs.count()
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + step) % count)

    def show_counts(self, found: Listing) -> None:
        """Show how many batches there are in each state, and on which accounts."""
        for number, state in enumerate(_STATES):
            scope = found.whole if state is None else found.states[state]
            self.tabs.setTabText(number, tab_text(state, scope))
            self.tabs.setTabToolTip(number, amount(scope.fen))
        if self.account_no:
            return  # Then the list holds this account only.
        with QSignalBlocker(self.account):
            self.account.clear()
            self.account.addItem(_(N_("All accounts")), "")
            for account_no, name in found.accounts:
                self.account.addItem(f"{account_no} {name}", account_no)

    def _earlier_changed(self, chosen: bool) -> None:  # noqa: FBT001 - Qt's signature
        self._preferences.setValue(_EARLIER, "yes" if chosen else "no")
        self.changed.emit()
