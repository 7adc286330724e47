"""The bars above the reconcile page: task, channel, how the run stands; states with counts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QTabBar, QVBoxLayout, QWidget

from app.base.i18n import N_, _, ngettext
from app.discrepancies.rules import Tab
from app.discrepancies.sheet import Standing
from app.discrepancies.worklist import TabCount
from app.matching.rules import Task
from app.wording.labels import label as label_of
from ui.formatting import amount, count
from ui.widgets.panels import label
from ui.widgets.states import DONE, WARNING, with_glyph


class ReconcileBars(QWidget):
    """Says what is reconciled; `task_chosen`, `tab_chosen` and `changed` tell what changed."""

    task_chosen = Signal(object)
    tab_chosen = Signal(object)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tasks = _tabs(_(N_("Task")), [label_of(task) for task in Task])
        self.tabs = _tabs(_(N_("State")), [label_of(tab) for tab in Tab])
        self.channel = QComboBox()
        self.channel.setAccessibleName(_(N_("Channel")))
        self.channel.setMinimumContentsLength(14)
        self.channel.addItem(_(N_("All channels")), "")
        self.earlier = QCheckBox(_(N_("Also earlier days")))
        self.earlier.setChecked(True)
        self.standing = label("")
        self.busy = label("", "muted")
        self.tasks.currentChanged.connect(lambda n: self.task_chosen.emit(list(Task)[n]))
        self.tabs.currentChanged.connect(lambda n: self.tab_chosen.emit(list(Tab)[n]))
        self.channel.currentIndexChanged.connect(lambda _number: self.changed.emit())
        self.earlier.toggled.connect(lambda _on: self.changed.emit())
        self.right = QHBoxLayout()
        self._arrange()

    @property
    def task(self) -> Task:
        """The task in front."""
        return list(Task)[self.tasks.currentIndex()]

    @property
    def tab(self) -> Tab:
        """The state in front."""
        return list(Tab)[self.tabs.currentIndex()]

    @property
    def scope(self) -> str:
        """The channel that is chosen; empty for all, and for tasks without channels."""
        return str(self.channel.currentData() or "") if self.task is Task.CHANNEL else ""

    def choose(self, *, task: Task | None = None, tab: Tab | None = None) -> None:
        """Choose a task and a state without saying so."""
        with QSignalBlocker(self):
            if task is not None:
                self.tasks.setCurrentIndex(list(Task).index(task))
            if tab is not None:
                self.tabs.setCurrentIndex(list(Tab).index(tab))
        self.channel.setVisible(self.task is Task.CHANNEL)

    def choose_channel(self, code: str) -> None:
        """Choose a channel without saying so; one that is not listed is added."""
        with QSignalBlocker(self.channel):
            place = self.channel.findData(code)
            if place < 0:
                self.channel.addItem(code, code)
                place = self.channel.count() - 1
            self.channel.setCurrentIndex(place)

    def show_channels(self, found: Sequence[tuple[str, str]]) -> None:
        """Fill the list of channels, by code and name."""
        chosen = str(self.channel.currentData() or "")
        with QSignalBlocker(self.channel):
            self.channel.clear()
            self.channel.addItem(_(N_("All channels")), "")
            for code, name in found:
                self.channel.addItem(name, code)
        if chosen:
            self.choose_channel(chosen)

    def show_counts(self, counts: Sequence[TabCount]) -> None:
        """Write counts behind the states, and their sums into the tips."""
        for number, one in enumerate(counts):
            text = _(N_("{state} {count}")).format(state=label_of(one.tab), count=count(one.count))
            self.tabs.setTabText(number, text)
            if one.ours_fen is not None and one.theirs_fen is not None:
                tip = _(N_("ours {ours}, theirs {theirs}, difference {difference}")).format(
                    ours=amount(one.ours_fen),
                    theirs=amount(one.theirs_fen),
                    difference=amount(one.ours_fen - one.theirs_fen),
                )
                self.tabs.setTabToolTip(number, tip)

    def show_standing(self, standing: Standing | None) -> None:
        """Say whether the task was run and is up to date."""
        text, name = "", ""
        if standing is not None and not standing.ran:
            text = ngettext(
                "not reconciled yet, {count} entry is loaded",
                "not reconciled yet, {count} entries are loaded",
                standing.loaded,
            ).format(count=count(standing.loaded))
            text, name = with_glyph(WARNING, text), "warn"
        elif standing is not None and standing.stale:
            text, name = with_glyph(WARNING, _(N_("changed since the run, run again"))), "warn"
        elif standing is not None:
            text, name = with_glyph(DONE, _(N_("up to date"))), "muted"
        self.standing.setText(text)
        self.standing.setObjectName(name)
        self.standing.style().polish(self.standing)

    def show_busy(self, text: str) -> None:
        """Say what is being done, or nothing."""
        self.busy.setText(text)

    def _arrange(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(8)
        above.addWidget(self.tasks)
        above.addSpacing(6)
        above.addWidget(self.channel)
        above.addStretch(1)
        above.addWidget(self.standing)
        above.addLayout(self.right)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.tabs)
        below.addStretch(1)
        below.addWidget(self.busy)
        below.addWidget(self.earlier)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(2)
        body.addLayout(above)
        body.addLayout(below)


def _tabs(title: str, texts: Sequence[str]) -> QTabBar:
    made = QTabBar()
    made.setAccessibleName(title)
    made.setExpanding(False)
    made.setDrawBase(False)
    made.setUsesScrollButtons(False)
    for text in texts:
        made.addTab(text)
    return made
