"""The main window: navigation, pages, the bars above and below, the lock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QWindow,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMainWindow, QMenu, QStackedWidget

from app.approval.queries import waiting_for
from app.audit.queries import verify_chain
from app.audit.rules import ChainResult
from app.base.errors import UserError
from app.base.i18n import N_, _
from app.catalog.queries import OrganisationView, channels, organisations, settings
from app.catalog.rules import SettingName
from app.closing.days import day_to_begin_with
from app.db.workspace import Actor, ReadSession
from app.identity.rules import Permission, Role
from app.identity.service import login
from app.upkeep.standing import Standing, standing
from app.wording.labels import label as label_of
from ui.actions import ACTIONS
from ui.desk import CLOSING, WAITING, Desk, Target, touches
from ui.dialogs.crash import CrashDialog
from ui.dialogs.day import DayDialog
from ui.dialogs.entering import Entrance
from ui.dialogs.help import HelpDialog
from ui.dialogs.lists import JobsDialog, UndoDialog
from ui.dialogs.palette import Choice, PaletteDialog
from ui.dialogs.password import PasswordDialog
from ui.dialogs.proving import ProveDialog
from ui.jobs import Job, JobState
from ui.naming import Names
from ui.pages.ahead import PagesAhead
from ui.pages.page import Page
from ui.pages.system_anchors import keep_anchored
from ui.pages.table import PAGES, Entry
from ui.theme import icon
from ui.widgets.frame import Frame

_ACTIVITY = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.Wheel,
        QEvent.Type.MouseMove,
    }
)
"""Of a key that is a shortcut only the release comes."""

_REQUESTS = frozenset({"approval_request", "approval_vote"})


class MainWindow(QMainWindow):
    """What a person who logged in works in; `prepared` comes when all of its pages are made."""

    logged_out = Signal()
    language_wanted = Signal(str)
    prepared = Signal()

    def __init__(self, desk: Desk, *, sample: bool = False) -> None:
        super().__init__()
        self.desk = desk
        self.jobs: list[Job] = []
        self.entries: dict[str, Entry] = {}
        self.pages: dict[str, Page] = {}
        self._mementos: dict[str, object] = {}
        self.actions_by_name: dict[str, QAction] = {}
        self._sample = sample
        self._started = False
        self._face = QStackedWidget()
        self.frame: Frame
        self._lock: Entrance | None = None
        self.setCentralWidget(self._face)
        self.setAcceptDrops(True)
        self.resize(1366, 768)
        self.setMinimumSize(1024, 600)
        desk.setParent(self)
        self._listen(desk)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self.lock)
        self._rebuild = QTimer(self)
        self._rebuild.setSingleShot(True)
        self._rebuild.timeout.connect(self.build)
        self._ahead = PagesAhead(desk.jobs, self._begun, self.page, self)
        self._ahead.finished.connect(self.prepared)
        desk.language_wanted.connect(self.language_wanted)
        desk.rebuild_wanted.connect(self._rebuild.start)
        self.build()
        _qt().focusWindowChanged.connect(self._watch)

    def _listen(self, desk: Desk) -> None:
        desk.changed.connect(self._data_changed)
        desk.day_changed.connect(self._day_changed)
        desk.wanted.connect(self.open)
        desk.jobs.listed.connect(self._job_listed)
        desk.messages.crashed.connect(lambda defect: CrashDialog(defect, self).open())
        keep_anchored(desk)
        desk.proof_wanted.connect(lambda again: ProveDialog(desk, again, self).open())

    # ------------------------------------------------------------ building

    def build(self) -> None:
        """Make everything that has texts; again when the language changed."""
        self._mementos |= {name: self.page(name).memento() for name in self.pages}
        current = self.frame.current if self.pages else ""
        self._ahead.stop()
        self.entries = {one.name: one for one in PAGES if self.desk.may(one.permission)}
        for action in self.actions_by_name.values():
            self.removeAction(action)
            action.deleteLater()
        self.actions_by_name = {}
        old = self._face.widget(0)
        self.pages = {}
        self.frame = Frame(
            self.desk,
            self._who(),
            [(name, _(entry.title), entry.picture) for name, entry in self.entries.items()],
            sample=self._sample,
        )
        self.frame.chosen.connect(self.show_page)
        self._face.insertWidget(0, self.frame)
        if self._lock is None:
            self._face.setCurrentWidget(self.frame)
        if old is not None:
            self._face.removeWidget(old)
            old.deleteLater()
        self._bind_actions()
        self._connect_bars()
        self._title()
        if self.entries:
            self.show_page(current if current in self.entries else next(iter(self.entries)))
        self._ask_around()
        if self._started:
            self._ahead.begin(list(self.entries.values()))

    def start(self) -> None:
        """Begin to notice what other windows change; called once the window is shown."""
        self.desk.start_watching()
        self._started = True
        self._ahead.begin(list(self.entries.values()))

    def page(self, name: str) -> Page:
        """Return a page, made when it is first asked for, and as it was in another language."""
        page = self._begun(name)
        page.complete()
        memento = self._mementos.pop(name, None)
        if memento is not None:
            page.restore(memento)
        return page

    def _begun(self, name: str) -> Page:
        if name not in self.pages:
            self.pages[name] = self.entries[name].load()(self.desk)
            self.frame.add_page(name, self.pages[name])
        return self.pages[name]

    def show_page(self, name: str) -> None:
        """Show a page."""
        page = self.page(name)
        self.frame.show_page(name)
        self.desk.show_selection("")
        page.become_current()
        self._title()

    def open(self, target: Target) -> None:
        """Show something on its page."""
        if target.page not in self.entries:
            self.desk.warn(_(N_("Your role does not allow this.")))
            return
        if target.day is not None:
            self.desk.choose_day(target.day)
        self.show_page(target.page)
        self.page(target.page).go(target)

    # ------------------------------------------------------------ locking and leaving

    @property
    def locked(self) -> bool:
        """Whether the data is hidden."""
        return self._lock is not None

    def lock(self) -> None:
        """Hide everything until the user's password is given."""
        if self.locked:
            return
        for dialog in QApplication.topLevelWidgets():
            if dialog is not self and dialog.parent() is not None and dialog.isVisible():
                dialog.close()
        self._lock = Entrance(name=self.desk.actor.name, locked=True, other=self.logged_out.emit)
        self._lock.entered.connect(self._unlock)
        self._face.addWidget(self._lock)
        self._face.setCurrentWidget(self._lock)
        self._lock.setFocus()
        self._enable_actions(possible=False)
        self._title()

    def _unlock(self, name: str, password: str, _url: str) -> None:
        self.desk.jobs.read(
            partial(login, self.desk.workspace, name, password),
            done=self._unlocked,
            failed=self._still_locked,
        )

    def _unlocked(self, actor: Actor) -> None:
        self.desk.actor = actor
        if self._lock is not None:
            self._face.setCurrentWidget(self.frame)
            self._face.removeWidget(self._lock)
            self._lock.deleteLater()
            self._lock = None
            self._enable_actions(possible=True)
            self._title()
            self._restart_idle()
            if self.frame.current:
                self.pages[self.frame.current].entered()

    def _still_locked(self, error: Exception) -> None:
        if self._lock is not None and isinstance(error, UserError):
            self._lock.refuse(error.user_message())
        else:
            self.desk.messages.failed(error)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: stop the timers and wait for work that has begun."""
        for timer in (self._idle, self._rebuild, self._ahead):
            timer.stop()
        for job in self.jobs:
            job.cancel()
        self.desk.stop()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Qt: another theme needs icons of another colour."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange and self.pages:
            self._rebuild.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: whoever moves something is there."""
        if event.type() in _ACTIVITY and self.isVisible() and not self.locked:
            self._restart_idle()
        return super().eventFilter(watched, event)

    # ------------------------------------------------------------ dropping files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt: take files."""
        if event.mimeData().hasUrls() and "files" in self.entries and not self.locked:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt: give dropped files to the page of the files."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths and "files" in self.entries and not self.locked:
            self.show_page("files")
            take = getattr(self.page("files"), "take", None)
            if callable(take):
                take(paths)
            event.acceptProposedAction()

    # ------------------------------------------------------------ actions

    def _bind_actions(self) -> None:
        for name, act in {
            "window.find": self.open_palette,
            "window.help": self._help,
            "window.reload": self._run_again,
            "window.undo": lambda: UndoDialog(self.desk, self).open(),
            "window.closing": lambda: self.open(Target(page="board", state=CLOSING)),
            "window.waiting": lambda: self.open(Target(page="adjustments", state=WAITING)),
            "window.jobs": lambda: JobsDialog(self.jobs, self.desk.jobs.listed, self).open(),
            "window.previous_day": lambda: self._step_day(-1),
            "window.next_day": lambda: self._step_day(1),
            "window.choose_day": self._choose_day,
            "window.language": self._other_language,
            "window.lock": self.lock,
            "window.password": lambda: PasswordDialog(self.desk, self).open(),
            "window.log_out": self.logged_out.emit,
            "window.quit": self.close,
        }.items():
            declared = ACTIONS[name]
            action = QAction(icon(declared.icon), _(declared.text), self)
            if declared.keys:
                action.setShortcut(QKeySequence(declared.keys))
            action.triggered.connect(lambda _checked=False, act=act: act())
            self.addAction(action)
            self.actions_by_name[name] = action
        for place, name in enumerate(self.entries):
            action = QAction(self)
            action.setShortcut(QKeySequence(f"Ctrl+{(place + 1) % 10}"))
            action.triggered.connect(partial(self.show_page, name))
            self.addAction(action)
            self.actions_by_name[f"page.{name}"] = action

    def _connect_bars(self) -> None:
        bar = self.frame.bar
        for button, name in (
            (bar.previous, "window.previous_day"),
            (bar.next, "window.next_day"),
            (bar.day, "window.choose_day"),
            (bar.search, "window.find"),
            (bar.jobs, "window.jobs"),
            (bar.waiting, "window.waiting"),
            (bar.lock, "window.lock"),
        ):
            button.clicked.connect(self.actions_by_name[name].trigger)
        menu = QMenu(bar.user)
        for name in ("window.password", "window.language", "window.lock", "window.log_out"):
            menu.addAction(self.actions_by_name[name])
        bar.user.setMenu(menu)
        whole = QMenu(bar.menu)
        whole.aboutToShow.connect(partial(self._fill_menu, whole))
        bar.menu.setMenu(whole)
        bar.organisation_chosen.connect(self.desk.choose_organisation)
        bar.show_day(self.desk.day)
        if not self.desk.may(Permission.READ_BUSINESS):
            bar.hide_business()
        self._show_jobs()

    def _fill_menu(self, menu: QMenu) -> None:
        menu.clear()
        page = self.pages.get(self.frame.current)
        for name, action in page.actions_by_name.items() if page else ():
            if page is not None and not ACTIONS[name].silent:
                page.picture(name)
                menu.addAction(action)
        menu.addSeparator()
        for name in ACTIONS:
            if name.startswith("window."):
                menu.addAction(self.actions_by_name[name])

    def _enable_actions(self, *, possible: bool) -> None:
        for action in self.actions_by_name.values():
            action.setEnabled(possible)

    def choices(self) -> list[Choice]:
        """Return what the Ctrl+K box offers: pages, then this page's commands, then the rest."""
        found = [
            Choice(
                text=_(entry.title),
                act=partial(self.show_page, name),
                hint=self.actions_by_name[f"page.{name}"].shortcut().toString(),
                sort="page",
            )
            for name, entry in self.entries.items()
        ]
        page = self.pages.get(self.frame.current)
        bound = dict(page.actions_by_name) if page else {}
        bound |= {n: a for n, a in self.actions_by_name.items() if n.startswith("window.")}
        for name, action in bound.items():
            if not ACTIONS[name].silent and name != "window.find":
                found.append(_choice(action))
        return found

    def open_palette(self) -> None:
        """Open the Ctrl+K box."""
        PaletteDialog(self.desk, self.choices(), self).open()

    def _help(self) -> None:
        page = self.pages.get(self.frame.current)
        if page is not None:
            HelpDialog(page.name, page.about, self.entries[page.name].title, self).open()

    def _run_again(self) -> None:
        page = self.pages.get(self.frame.current)
        if page is not None:
            page.run_again()

    def _other_language(self) -> None:
        self.language_wanted.emit("")

    def _step_day(self, step: int) -> None:
        if self.desk.day is not None:
            self.desk.choose_day(self.desk.day + timedelta(days=step))

    def _choose_day(self) -> None:
        if self.desk.day is not None:
            DayDialog(self.desk, self).open()

    # ------------------------------------------------------------ what is shown

    def _who(self) -> str:
        roles = "、".join(label_of(Role(role)) for role in sorted(self.desk.actor.roles))
        return f"{self.desk.actor.name} ({roles})"

    def _title(self) -> None:
        parts = [_(N_("Duiping"))]
        if not self.locked and self.frame.current:
            parts.insert(0, _(self.entries[self.frame.current].title))
        self.setWindowTitle(" - ".join(parts))

    def _ask_around(self) -> None:
        self.desk.read(standing).then(self._show_standing, owner=self.frame)
        self.desk.read(organisations).then(self._show_organisations, owner=self.frame)
        self.desk.read(_names).then(self._take_names, owner=self.frame)
        self.desk.read(verify_chain).then(self._show_chain, owner=self.frame)
        self._count_waiting()
        self.desk.read(settings).then(self._apply_settings, owner=self.frame)
        if self.desk.day is None and self.desk.may(Permission.READ_BUSINESS):
            self.desk.read(day_to_begin_with).then(self._first_day, owner=self.frame)

    def _count_waiting(self) -> None:
        # Not the frame's method: a window built anew has another frame.
        show = self.frame.bar.show_waiting
        self.desk.read(waiting_for, self.desk.actor).then(show, owner=self.frame)

    def _show_standing(self, found: Standing) -> None:
        self.frame.status.show_standing(found)

    def _show_organisations(self, found: Sequence[OrganisationView]) -> None:
        self.frame.bar.show_organisations(found, self.desk.organisation)

    def _take_names(self, names: Names) -> None:
        if names != self.desk.names:
            self.desk.names = names
            for view in self.frame.findChildren(QAbstractItemView):
                view.viewport().update()

    def _show_chain(self, result: ChainResult) -> None:
        self.frame.status.show_chain(result.count, whole=result.ok)

    def _first_day(self, day: date | None) -> None:
        if day is not None and self.desk.day is None:
            self.desk.choose_day(day)

    def _data_changed(self, tables: frozenset[str]) -> None:
        if self.desk.day is None and self.desk.may(Permission.READ_BUSINESS):
            self.desk.read(day_to_begin_with).then(self._first_day, owner=self.frame)
        if touches(tables, frozenset({"organisation"})):
            self.desk.read(organisations).then(self._show_organisations, owner=self.frame)
        if touches(tables, frozenset({"organisation", "channel"})):
            self.desk.read(_names).then(self._take_names, owner=self.frame)
        if touches(tables, _REQUESTS):
            self._count_waiting()
        if touches(tables, frozenset({"setting"})):
            self.desk.read(settings).then(self._apply_settings, owner=self.frame)
        self.desk.read(standing).then(self._show_standing, owner=self.frame)

    def _day_changed(self, day: date) -> None:
        self.frame.bar.show_day(day)

    def _job_listed(self, job: Job) -> None:
        self.jobs.append(job)
        job.changed.connect(self._show_jobs)
        self._show_jobs()

    def _show_jobs(self) -> None:
        waiting = (JobState.WAITING, JobState.RUNNING)
        self.frame.bar.show_jobs(sum(1 for job in self.jobs if job.state in waiting))

    def _apply_settings(self, found: dict[SettingName, int]) -> None:
        self._idle.setInterval(found[SettingName.IDLE_LOCK_MINUTES] * 60_000)
        self._restart_idle()

    def _watch(self, window: QWindow | None) -> None:
        # Not the whole program: each of its events would be looked at in Python.
        if window is not None:
            window.installEventFilter(self)

    def _restart_idle(self) -> None:
        if self._idle.interval() and not self.locked:
            self._idle.start()
        else:
            self._idle.stop()


def _qt() -> QApplication:
    found = QApplication.instance()
    assert isinstance(found, QApplication)
    return found


def _names(session: ReadSession) -> Names:
    return Names(
        payees={one.code: one.name for one in organisations(session)},
        channels={one.code: one.name for one in channels(session)},
    )


def _choice(action: QAction) -> Choice:
    act: Callable[[], object] = action.trigger
    hint = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    if not action.isEnabled():
        hint = _(N_("not possible now"))
    return Choice(text=action.text(), act=act, hint=hint, possible=action.isEnabled())
