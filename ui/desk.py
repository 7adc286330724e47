"""The one door for pages: data, background work, who acts, which day, and what is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from app.approval.rules import PasswordNeeded
from app.audit.watching import Seen, look
from app.base.i18n import N_, _
from app.base.progress import Progress
from app.db.workspace import Actor, ReadSession, Tx, Workspace, Written
from app.identity.rules import Permission
from app.identity.service import login, may
from app.intake.rules import Kind
from app.matching.rules import Task
from app.reporting.apart import Drawers
from ui.jobs import Job, Jobs
from ui.messages import Messages
from ui.naming import Names

P = ParamSpec("P")
R = TypeVar("R")

EVERYTHING = frozenset({"*"})
"""Stands for any table: somebody else changed something."""

WATCH_EVERY_MS = 2_000

WAITING = "waiting"
"""The state of a target that means: what waits for who sits here."""

CLOSING = "closing"
"""The state of a target that means: closing the day."""

CHECKING = "checking"
"""The state of a target that means: checking the code of a paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a page is asked to show; what is None or empty does not matter."""

    page: str
    day: date | None = None
    task: Task | None = None
    scope: str = ""
    state: str = ""
    entry_kind: Kind | None = None
    entry_id: int = 0
    key: str = ""
    amount_fen: int | None = None
    discrepancy_id: int = 0
    batch_no: str = ""
    file_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """How an action of this session is taken back: a sentence about it, and what to run."""

    text: str
    fn: Callable[[Tx], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoring:
    """A backup that is to take the place of the database, and the administrator who says so."""

    file: Path
    user: str
    password: str


class Desk(QObject):
    """What pages get instead of globals."""

    changed = Signal(object)
    day_changed = Signal(object)
    organisation_changed = Signal(str)
    wanted = Signal(object)
    selected = Signal(str)
    undo_changed = Signal()
    language_wanted = Signal(str)
    rebuild_wanted = Signal()
    restore_wanted = Signal(object)
    proof_wanted = Signal(object)
    """Carries what to do once the password was given again."""

    def __init__(
        self,
        workspace: Workspace,
        actor: Actor,
        preferences: QSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.actor = actor
        self.preferences = preferences
        self.jobs = Jobs(self)
        self.messages = Messages(self)
        self.drawers = Drawers()
        self.day: date | None = None
        self.organisation = ""
        self.names = Names()
        self.undo_list: list[Undo] = []
        self._seen = 0
        self._timer = QTimer(self)
        self._timer.setInterval(WATCH_EVERY_MS)
        self._timer.timeout.connect(self._watch)

    # ------------------------------------------------------------ data

    def read(
        self,
        fn: Callable[Concatenate[ReadSession, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Reading[R]:
        """Prepare a reading call; `.then(done)` starts it."""
        return Reading(self, partial(self.workspace.read, fn, *args, **kwargs))

    def write(
        self,
        fn: Callable[Concatenate[Tx, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Writing[R]:
        """Prepare a writing call; `.then(done)` starts it."""
        return Writing(self, partial(self.workspace.write, self.actor, fn, *args, **kwargs))

    def decide(
        self,
        fn: Callable[Concatenate[Tx, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Deciding[R]:
        """Prepare a writing call that needs a fresh password; `.then(done)` starts it.

        Where the last password is too old, it is asked for and the call is made again.
        """
        return Deciding(self, lambda: self.write(fn, *args, **kwargs))

    def prove(
        self,
        password: str,
        *,
        done: Callable[[], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Log in again as who sits here; from then on his password is fresh."""

        def proved(actor: Actor) -> None:
            self.actor = actor
            done()

        self.jobs.read(
            partial(login, self.workspace, self.actor.name, password), done=proved, failed=failed
        )

    def job(
        self,
        title: str,
        work: Callable[[Progress], R],
        /,
        *,
        done: Callable[[R], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        owner: QObject | None = None,
        writes: bool = True,
    ) -> Job:
        """Start long work that stands in the jobs list; after a writing one all is read anew."""
        job = Job(title, self)

        def ended(value: R) -> None:
            self.messages.tell_done(_(N_("Done: {title}")).format(title=title))
            if writes:
                self.changed.emit(EVERYTHING)
            _alive(owner, done or _nothing)(value)

        def broke(error: Exception) -> None:
            if writes:
                self.changed.emit(EVERYTHING)
            _alive(owner, failed or self.messages.failed)(error)

        self.jobs.run(job, partial(work, job), done=ended, failed=broke, writes=writes)
        return job

    # ------------------------------------------------------------ who and when

    def may(self, permission: Permission | None) -> bool:
        """Return whether who sits here may do something; None is free to all."""
        return permission is None or may(self.actor, permission)

    def choose_day(self, day: date) -> None:
        """Work on another business date from now on."""
        if day != self.day:
            self.day = day
            self.day_changed.emit(day)

    def choose_organisation(self, code: str) -> None:
        """Show only one payee's part, or all with ""."""
        if code != self.organisation:
            self.organisation = code
            self.organisation_changed.emit(code)

    # ------------------------------------------------------------ the rest of the window

    def say(self, text: str) -> None:
        """Tell something by the way."""
        self.messages.say(text)

    def warn(self, text: str) -> None:
        """Tell that something was not done, and why."""
        self.messages.warn(text)

    def show_selection(self, text: str) -> None:
        """Show counts and sums of what is selected in the status bar."""
        self.selected.emit(text)

    def open(self, target: Target) -> None:
        """Go to a page and show something there."""
        self.wanted.emit(target)

    def remember_undo(self, undo: Undo) -> None:
        """Add an action to the undo list."""
        self.undo_list.append(undo)
        self.undo_changed.emit()

    def take_back(self, undo: Undo, done: Callable[[], object] | None = None) -> None:
        """Take an action of the list back; those before and after it stay."""

        def undone(_value: object) -> None:
            if undo in self.undo_list:
                self.undo_list.remove(undo)
            self.undo_changed.emit()
            self.messages.tell_done(_(N_("Taken back: {what}")).format(what=undo.text))
            if done is not None:
                done()

        Writing(self, partial(self.workspace.write, self.actor, undo.fn)).then(undone)

    # ------------------------------------------------------------ other windows

    def start_watching(self) -> None:
        """Notice from now on what other windows and programs change."""
        self._timer.start()
        self._watch()

    def stop(self) -> None:
        """Stop watching and wait for work that has begun."""
        self._timer.stop()
        self.jobs.close()
        self.drawers.close()

    def note_own_write(self, written: Written[Any], before: Seen, seen: Seen) -> None:
        """Tell the pages what a write changed, and whether another came between.

        What came before it may be by the same person at another window.
        """
        others = self._seen != 0 and (before.sequence > self._seen or seen.by_others)
        self._seen = seen.sequence
        self.changed.emit(EVERYTHING if others else written.tables)

    def look(self) -> Seen:
        """Return the end of the log; runs on a worker thread."""
        return self.workspace.read(
            look, self._seen, actor=self.actor.name, machine=self.actor.machine
        )

    def _watch(self) -> None:
        if not self.jobs.busy:
            self.jobs.read(self.look, done=self._looked, failed=_nothing)

    def _looked(self, seen: Seen) -> None:
        known, self._seen = self._seen, seen.sequence
        if known not in (0, seen.sequence):
            self.changed.emit(EVERYTHING)


class Reading(Generic[R]):
    """A reading call that has not begun."""

    def __init__(self, desk: Desk, call: Callable[[], R]) -> None:
        self._desk = desk
        self._call = call

    def then(
        self,
        done: Callable[[R], object],
        *,
        failed: Callable[[Exception], object] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Run it; `done` gets the value on the window's thread unless the owner is gone."""
        self._desk.jobs.read(
            self._call,
            done=_alive(owner, done),
            failed=_alive(owner, failed or self._desk.messages.failed),
        )


class Writing(Generic[R]):
    """A writing call that has not begun."""

    def __init__(self, desk: Desk, call: Callable[[], Written[R]]) -> None:
        self._desk = desk
        self._call = call

    def then(
        self,
        done: Callable[[R], object] | None = None,
        *,
        failed: Callable[[Exception], object] | None = None,
        owner: QObject | None = None,
        undo: Callable[[R], Undo | None] | None = None,
    ) -> None:
        """Run it; the pages learn what changed, then `done` gets the value.

        `undo` makes the entry of the undo list from the value.
        """
        desk = self._desk

        def work() -> tuple[Written[R], Seen, Seen]:
            before = desk.look()
            written = self._call()
            return written, before, desk.look()

        def ended(result: tuple[Written[R], Seen, Seen]) -> None:
            written, before, seen = result
            desk.note_own_write(written, before, seen)
            entry = undo(written.value) if undo is not None else None
            if entry is not None:
                desk.remember_undo(entry)
            _alive(owner, done or _nothing)(written.value)

        desk.jobs.write(work, done=ended, failed=_alive(owner, failed or desk.messages.failed))


class Deciding(Generic[R]):
    """A decision that has not been made."""

    def __init__(self, desk: Desk, write: Callable[[], Writing[R]]) -> None:
        self._desk = desk
        self._write = write

    def then(
        self,
        done: Callable[[R], object] | None = None,
        *,
        failed: Callable[[Exception], object] | None = None,
        owner: QObject | None = None,
        undo: Callable[[R], Undo | None] | None = None,
    ) -> None:
        """Make it; `failed` hears nothing of a password that is only asked for again."""

        def again() -> None:
            self.then(done, failed=failed, owner=owner, undo=undo)

        def broke(error: Exception) -> None:
            if isinstance(error, PasswordNeeded):
                self._desk.proof_wanted.emit(again)
            else:
                (failed or self._desk.messages.failed)(error)

        self._write().then(done, failed=broke, owner=owner, undo=undo)


def touches(changed: frozenset[str], tables: frozenset[str]) -> bool:
    """Return whether a change concerns any of these tables."""
    return changed == EVERYTHING or not changed.isdisjoint(tables)


def _alive(owner: QObject | None, callback: Callable[[R], object]) -> Callable[[R], object]:
    """Call back only while the owner exists."""

    def call(value: R) -> None:
        if owner is None or shiboken6.isValid(owner):
            callback(value)

    return call


def _nothing(_value: object) -> None:
    return None
