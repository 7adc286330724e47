"""The choices above the work list: states, task, kind, grouping, the day."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QTabBar, QWidget

from app.base.i18n import N_, _
from app.base.ranges import parse_range
from app.discrepancies.casefilter import UNSETTLED, CaseColumn, CaseFilter
from app.discrepancies.rules import Grouping, Status
from app.matching.rules import Kind, Task
from app.wording.labels import label as label_of
from ui.desk import Desk
from ui.naming import CHANNEL, PAYEE


class View(StrEnum):
    """The tabs above the list."""

    UNSETTLED = "unsettled"
    MINE = "mine"
    NOBODY = "nobody"
    ASIDE = "aside"
    SETTLED = "settled"
    ALL = "all"


_TITLES = {
    View.UNSETTLED: N_("To do"),
    View.MINE: N_("Mine"),
    View.NOBODY: N_("Nobody's"),
    View.ASIDE: N_("Carried or in suspense"),
    View.SETTLED: N_("Settled"),
    View.ALL: N_("All"),
}
_STATUSES = {
    View.UNSETTLED: UNSETTLED,
    View.MINE: UNSETTLED,
    View.NOBODY: UNSETTLED,
    View.ASIDE: frozenset({Status.CARRIED, Status.SUSPENDED}),
    View.SETTLED: frozenset({Status.RESOLVED}),
}
_GROUPINGS = (
    None,
    Grouping.KIND,
    Grouping.CHANNEL,
    Grouping.BAND,
    Grouping.TASK,
    Grouping.DAY,
    Grouping.PAYEE,
    Grouping.ASSIGNEE,
)


_NOBODY = " "
"""A code that nobody has."""

_PARTS = (CaseColumn.CHANNEL, CaseColumn.PAYEE, CaseColumn.ASSIGNEE)


class CaseFilters(QWidget):
    """Says which discrepancies to list; `changed` when something was chosen."""

    changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.bands: frozenset[str] = frozenset()
        self.typed: dict[str, str] = {}
        self.views = QTabBar()
        self.views.setAccessibleName(_(N_("Which discrepancies")))
        self.views.setExpanding(False)
        self.views.setDrawBase(False)
        for view in View:
            self.views.addTab(_(_TITLES[view]))
        self.task = self._box(N_("Task"), [("", _(N_("All tasks"))), *_named(Task)])
        self.kind = self._box(N_("Kind"), [("", _(N_("All kinds"))), *_named(Kind)])
        self.group = self._box(
            N_("Group by"),
            [
                ("", _(N_("Not grouped")))
                if by is None
                else (by.value, _(N_("By {what}")).format(what=label_of(by)))
                for by in _GROUPINGS
            ],
        )
        self.only_day = QCheckBox()
        self._arrange()
        self.show_day()
        self.views.currentChanged.connect(lambda _number: self.changed.emit())
        self.only_day.toggled.connect(lambda _on: self.changed.emit())

    @property
    def view(self) -> View:
        """Which tab is in front."""
        return list(View)[self.views.currentIndex()]

    @property
    def grouping(self) -> Grouping | None:
        """What the list is grouped by."""
        chosen = self.group.currentData()
        return Grouping(chosen) if chosen else None

    def next_grouping(self) -> None:
        """Group by the next thing, or by nothing after the last."""
        self.group.setCurrentIndex((self.group.currentIndex() + 1) % self.group.count())

    def wanted(self) -> CaseFilter:
        """Return the filter that all choices make.

        Raises:
            BadRange: An amount is no amount and no range.
        """
        typed = self.typed
        day = self._desk.day if self.only_day.isChecked() else None
        # What names no payee belongs to each of them: a payment of several bills, for one.
        payees = {self._desk.organisation, ""} if self._desk.organisation else set()
        names = self._desk.names
        coded = {name: names.codes(name, typed.get(name, "")) for name in (CHANNEL, PAYEE)}
        return CaseFilter(
            tasks=_chosen(self.task, Task),
            kinds=_chosen(self.kind, Kind),
            statuses=_STATUSES.get(self.view, frozenset()),
            channels=coded[CHANNEL],
            payees=_both(frozenset(payees), coded[PAYEE]),
            bands=self.bands,
            first=day,
            last=day,
            assignee=self._desk.actor.name if self.view is View.MINE else "",
            nobody=self.view is View.NOBODY,
            keys=typed.get(CaseColumn.OURS_KEY, ""),
            parts=tuple(
                (name, typed[name]) for name in _PARTS if name in typed and not coded.get(name)
            ),
            ours=parse_range(typed.get(CaseColumn.OURS, "")),
            theirs=parse_range(typed.get(CaseColumn.THEIRS, "")),
            difference=parse_range(typed.get(CaseColumn.DIFFERENCE, "")),
        )

    def clear(self) -> None:
        """Choose nothing in particular."""
        self.restore({})

    def memento(self) -> dict[str, Any]:
        """Return what is chosen."""
        return {
            "view": self.views.currentIndex(),
            "task": self.task.currentIndex(),
            "kind": self.kind.currentIndex(),
            "group": self.group.currentIndex(),
            "day": self.only_day.isChecked(),
            "bands": self.bands,
        }

    def restore(self, memento: dict[str, Any]) -> None:
        """Choose what `memento` returned; says `changed` once."""
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.views.setCurrentIndex(memento.get("view", 0))
        self.task.setCurrentIndex(memento.get("task", 0))
        self.kind.setCurrentIndex(memento.get("kind", 0))
        self.group.setCurrentIndex(memento.get("group", 0))
        self.only_day.setChecked(memento.get("day", False))
        self.bands = memento.get("bands", frozenset())
        self.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self.changed.emit()

    def show_only(self, view: View, *, task: Task | None = None, day: bool = False) -> None:
        """Choose what another page points at."""
        self.restore(
            {
                "view": list(View).index(view),
                "task": self.task.findData(task.value) if task else 0,
                "day": day,
            }
        )

    def show_day(self) -> None:
        """Name the business date."""
        day = self._desk.day
        text = _(N_("Only {day}")).format(day=day.isoformat() if day else "")
        self.only_day.setText(text)
        self.only_day.setEnabled(day is not None)

    def _box(self, title: str, choices: list[tuple[str, str]]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(_(title))
        box.setToolTip(_(title))
        box.setMaxVisibleItems(len(choices))
        for value, text in choices:
            box.addItem(text, value)
        box.currentIndexChanged.connect(lambda _number: self.changed.emit())
        return box

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.views)
        row.addStretch()
        for part in (self.task, self.kind, self.group, self.only_day):
            row.addWidget(part)


def _both(chosen: frozenset[str], typed: frozenset[str]) -> frozenset[str]:
    """Return what answers to both; one of them that is empty does not matter."""
    if not (chosen and typed):
        return chosen or typed
    return (chosen & typed) or frozenset({_NOBODY})


def _named(kind: type[Task | Kind]) -> list[tuple[str, str]]:
    return [(member.value, label_of(member)) for member in kind]


def _chosen(box: QComboBox, kind: type[Task | Kind]) -> frozenset[Any]:
    value = box.currentData()
    return frozenset({kind(value)}) if value else frozenset()
