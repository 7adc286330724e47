"""The way in: language and look, which database, who, then the main window."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from types import TracebackType

from PySide6.QtCore import QLibraryInfo, QObject, QSettings, QTranslator, Signal
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from app.base import i18n
from app.base.errors import UserError
from app.base.i18n import LANGUAGES, N_, _
from app.base.progress import Progress
from app.db.places import sample_database
from app.upkeep.defects import write_down
from app.upkeep.entering import (
    Door,
    Entered,
    come_in,
    look_around,
    remove_sample,
    sample_folder,
)
from app.upkeep.files import Saved
from app.upkeep.service import initialise, restore
from ui.collecting import Collector
from ui.desk import Desk, Restoring
from ui.dialogs.crash import CrashDialog
from ui.dialogs.entering import Busy, Entrance, Place
from ui.dialogs.first_start import FirstStart
from ui.jobs import Job, Jobs
from ui.main_window import MainWindow
from ui.theme import LOOK, Look, dress, icon

SWITCH_S = 0.001
"""Seconds after which a thread that reckons lets another one go on."""


class Application(QObject):
    """Holds the one window that is open: the door or the main window.

    `prepared` comes when all pages of the main window are made.
    """

    prepared = Signal()

    def __init__(
        self, qt: QApplication, preferences: QSettings, *, url: str | None, user: str
    ) -> None:
        super().__init__()
        self._qt = qt
        self._preferences = preferences
        self._url = url
        self._user = user or str(preferences.value("user", ""))
        self._jobs = Jobs(self)
        self._found: Door | None = None
        self._open_url = ""
        self._notice = ""
        self._translator = QTranslator(self)
        self.door = _Door(self._jobs)
        self.window: MainWindow | None = None

    # ------------------------------------------------------------ the door

    def start(self) -> None:
        """Show the first window and look what is there."""
        self.door.setWindowTitle(_(N_("Duiping")))
        self.door.show()
        self._look()

    def _look(self) -> None:
        self._jobs.read(partial(look_around, self._url), done=self._seen, failed=self._failed)

    def _seen(self, found: Door) -> None:
        self._found = found
        if found.own_is_new and found.sample is None:
            self._welcome(found)
        else:
            self._ask()

    def _welcome(self, found: Door) -> None:
        face = FirstStart(can_be_own=found.own_is_new)
        face.own_chosen.connect(self._make_own)
        face.sample_chosen.connect(self._make_sample)
        face.language_chosen.connect(self.speak)
        self.door.show_face(face)

    def _ask(self) -> None:
        found = self._found
        assert found is not None
        places = [] if found.own_is_new else [Place(name=_(N_("My data")), url=found.own)]
        if found.sample:
            places.append(Place(name=_(N_("Sample day")), url=found.sample))
        face = Entrance(name=self._user, places=places, other=partial(self._welcome, found))
        face.entered.connect(self._enter)
        face.language_chosen.connect(self.speak)
        self.door.show_face(face)
        if self._notice:
            face.refuse(self._notice)
            self._notice = ""

    def _failed(self, error: Exception) -> None:
        face = self.door.face
        if not isinstance(error, UserError):
            CrashDialog(write_down(error), self.door).open()
        elif isinstance(face, Entrance | FirstStart):
            face.refuse(error.user_message())
        else:
            entrance = Entrance(name=self._user, places=[Place(name="", url=self._url or "")])
            entrance.entered.connect(self._enter)
            self.door.show_face(entrance)
            entrance.refuse(error.user_message())

    # ------------------------------------------------------------ going in

    def _make_own(self, name: str, password: str) -> None:
        assert self._found is not None
        url = self._found.own

        def work() -> Entered:
            initialise(url, administrator=name, password=password)
            return come_in(url, name, password)

        self._jobs.write(work, done=self._entered, failed=self._failed)

    def _make_sample(self, password: str) -> None:
        job = Job(_(N_("Making the sample day")), self)
        face = self.door.face
        assert isinstance(face, FirstStart)
        job.changed.connect(lambda: face.show_progress(job.done, job.total, job.note))
        self._jobs.run(
            job,
            partial(_sample, password, job),
            done=self._entered,
            failed=self._failed,
            writes=True,
        )

    def _enter(self, name: str, password: str, url: str) -> None:
        self._jobs.read(
            partial(come_in, url, name, password), done=self._entered, failed=self._failed
        )

    def _entered(self, entered: Entered) -> None:
        self._user = entered.actor.name
        self._preferences.setValue("user", entered.actor.name)
        desk = Desk(entered.workspace, entered.actor, self._preferences)
        self.window = MainWindow(desk, sample=entered.demonstration)
        self._open_url = entered.url
        self.window.logged_out.connect(self._log_out)
        self.window.prepared.connect(self.prepared)
        desk.restore_wanted.connect(self._restore)
        self.window.language_wanted.connect(self.speak)
        self.window.setWindowIcon(icon("scale"))
        self.window.show()
        self.window.start()
        self.door.hide()

    def _log_out(self) -> None:
        self._leave()
        self._look()

    def _leave(self) -> None:
        window, self.window = self.window, None
        self.door.show_face(None)
        self.door.show()
        if window is not None:
            window.close()
            window.desk.workspace.close()
            window.deleteLater()

    # ------------------------------------------------------------ restoring

    def _restore(self, wanted: Restoring) -> None:
        """Close the window, since nobody may have the database open, and put the backup there."""
        self._leave()
        self.door.show_face(Busy(_(N_("Restoring {name} …")).format(name=wanted.file.name)))
        self._jobs.write(
            partial(
                restore,
                self._open_url,
                wanted.file,
                user=wanted.user,
                password=wanted.password,
            ),
            done=self._restored,
            failed=self._not_restored,
        )

    def _restored(self, saved: Saved) -> None:
        text = _(N_("The backup is in place. The former database is kept as {name}."))
        self._notice = text.format(name=saved.kept.name if saved.kept else "–")
        self._look()

    def _not_restored(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self._notice = error.user_message()
        else:
            self._failed(error)
        self._look()

    # ------------------------------------------------------------ language

    def speak(self, language: str = "") -> None:
        """Show everything in a language; "" is the other one."""
        known = list(LANGUAGES)
        chosen = language or known[1 - known.index(i18n.language())]
        self._preferences.setValue("language", chosen)
        self.use_language(chosen)
        if self.window is not None:
            self.window.build()
        elif isinstance(self.door.face, FirstStart) and self._found is not None:
            self._welcome(self._found)
        elif self._found is not None:
            self._ask()

    def use_language(self, language: str) -> None:
        """Load the texts of a language, Qt's own among them."""
        i18n.use(language)
        self._qt.removeTranslator(self._translator)
        if i18n.language() != "en":
            folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            self._translator.load(f"qtbase_{i18n.language()}", folder)
            self._qt.installTranslator(self._translator)

    def stop(self) -> None:
        """Close what is open and wait for work that has begun."""
        if self.window is not None:
            self.window.close()
            self.window.desk.workspace.close()
        self.door.close()
        self._jobs.close()


class _Door(QMainWindow):
    """The window before the main window."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self.face: QWidget | None = None
        self.resize(760, 560)

    def show_face(self, face: QWidget | None) -> None:
        """Show something else."""
        self.face = face
        self.setCentralWidget(face if face is not None else QWidget())
        if face is not None:
            face.setFocus()


def main(arguments: Sequence[str] | None = None, kind: type[Application] = Application) -> int:
    """Open the window and return the exit code when it is closed."""
    options = _options(arguments)
    preferences = QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "duiping", "duiping"
    )
    # A worker that reckons in Python would hold the window up for 5 ms at each call of Qt's.
    sys.setswitchinterval(SWITCH_S)
    qt = QApplication(sys.argv[:1])
    qt.setApplicationName("duiping")
    qt.setApplicationDisplayName("")
    dress(qt, _look(preferences))
    collector = Collector()
    qt.applicationStateChanged.connect(collector.look_through_all)
    application = kind(qt, preferences, url=options.db, user=options.user)
    application.prepared.connect(collector.keep)
    application.use_language(
        options.lang or str(preferences.value("language", i18n.DEFAULT_LANGUAGE))
    )
    sys.excepthook = partial(_unforeseen, application)
    application.start()
    code = qt.exec()
    application.stop()
    collector.stop()
    return code


def _look(preferences: QSettings) -> Look:
    stored = str(preferences.value(LOOK, Look.SYSTEM.value))
    return Look(stored) if stored in set(Look) else Look.SYSTEM


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="duiping show")
    parser.add_argument("--db", default=os.environ.get("DUIPING_DB"))
    parser.add_argument("--user", default=os.environ.get("DUIPING_USER", ""))
    parser.add_argument("--lang", choices=LANGUAGES, default=os.environ.get("DUIPING_LANG"))
    return parser.parse_args(arguments)


def _sample(password: str, progress: Progress) -> Entered:
    from app.demo.sample import make_sample  # noqa: PLC0415 - brings the whole engine along

    url = sample_database()
    remove_sample()
    make_sample(url, sample_folder(), password=password, progress=progress)
    return come_in(url, "clerk", password)


def _unforeseen(
    application: Application,
    _kind: type[BaseException],
    error: BaseException,
    _trace: TracebackType | None,
) -> None:
    CrashDialog(write_down(error), application.window or application.door).open()
