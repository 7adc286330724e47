"""The choices above the list of adjustments: whose and in which state, of which kind, the day."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QTabBar, QWidget

from app.adjustments.listing import AdjustmentWish, Whose
from app.adjustments.rules import AdjustmentKind, AdjustmentStatus
from app.base.i18n import N_, _
from app.identity.rules import Permission
from app.wording.labels import label as label_of
from ui.desk import Desk


class View(StrEnum):
    """The tabs above the list."""

    TO_CHECK = "to_check"
    MINE = "mine"
    WAITING = "waiting"
    APPROVED = "approved"
    ENDED = "ended"
    ALL = "all"


_TITLES = {
    View.TO_CHECK: N_("For me to check"),
    View.MINE: N_("Mine to finish"),
    View.WAITING: N_("To be checked"),
    View.APPROVED: N_("Approved"),
    View.ENDED: N_("Withdrawn or reversed"),
    View.ALL: N_("All"),
}
_STATUSES = {
    View.TO_CHECK: frozenset({AdjustmentStatus.SUBMITTED}),
    View.MINE: frozenset({AdjustmentStatus.DRAFT, AdjustmentStatus.RETURNED}),
    View.WAITING: frozenset({AdjustmentStatus.SUBMITTED}),
    View.APPROVED: frozenset({AdjustmentStatus.APPROVED}),
    View.ENDED: frozenset({AdjustmentStatus.WITHDRAWN, AdjustmentStatus.REVERSED}),
}
_WHOSE = {View.TO_CHECK: Whose.OTHERS, View.MINE: Whose.MINE}


class AdjustmentFilters(QWidget):
    """Says which adjustments to list; `changed` when something was chosen."""

    changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.views = QTabBar()
        self.views.setAccessibleName(_(N_("Which adjustments")))
        self.views.setExpanding(False)
        self.views.setDrawBase(False)
        for view in View:
            self.views.addTab(_(_TITLES[view]))
        self.kind = QComboBox()
        self.kind.setAccessibleName(_(N_("Kind")))
        self.kind.addItem(_(N_("All kinds")), "")
        for kind in AdjustmentKind:
            self.kind.addItem(label_of(kind), kind.value)
        self.only_day = QCheckBox()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.views)
        row.addStretch()
        row.addWidget(self.kind)
        row.addWidget(self.only_day)
        first = View.TO_CHECK if desk.may(Permission.APPROVE) else View.MINE
        self.views.setCurrentIndex(list(View).index(first if _works(desk) else View.ALL))
        self.show_day()
        self.views.currentChanged.connect(lambda _place: self.changed.emit())
        self.kind.currentIndexChanged.connect(lambda _place: self.changed.emit())
        self.only_day.toggled.connect(lambda _on: self.changed.emit())

    @property
    def view(self) -> View:
        """Which tab is in front."""
        return list(View)[self.views.currentIndex()]

    def show_only(self, view: View) -> None:
        """Choose a tab and nothing else; the list is not asked for."""
        with QSignalBlocker(self):
            self.views.setCurrentIndex(list(View).index(view))
            self.kind.setCurrentIndex(0)
            self.only_day.setChecked(False)

    def show_day(self) -> None:
        """Say which day the tick is about."""
        day = self._desk.day
        self.only_day.setText(
            _(N_("only {day}")).format(day=day.isoformat()) if day else _(N_("only this day"))
        )
        self.only_day.setEnabled(day is not None)

    def wish(self, typed: Mapping[str, str], sort: tuple[str, bool]) -> AdjustmentWish:
        """Return which adjustments are wanted."""
        kind = self.kind.currentData()
        return AdjustmentWish(
            statuses=_STATUSES.get(self.view, frozenset()),
            kinds=frozenset({AdjustmentKind(kind)}) if kind else frozenset(),
            whose=_WHOSE.get(self.view, Whose.ALL),
            me=self._desk.actor.user_id,
            day=self._desk.day if self.only_day.isChecked() else None,
            payee=self._desk.organisation,
            texts=dict(typed),
            sort=sort[0],
            descending=sort[1],
        )

    def memento(self) -> tuple[int, int, bool]:
        """Return what is chosen."""
        return self.views.currentIndex(), self.kind.currentIndex(), self.only_day.isChecked()

    def restore(self, memento: tuple[int, int, bool]) -> None:
        """Choose it again."""
        with QSignalBlocker(self):
            self.views.setCurrentIndex(memento[0])
            self.kind.setCurrentIndex(memento[1])
            self.only_day.setChecked(memento[2])


def _works(desk: Desk) -> bool:
    return desk.may(Permission.APPROVE) or desk.may(Permission.ADJUST)
