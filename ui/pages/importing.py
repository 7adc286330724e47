"""Loading files from the window: the job, the passwords it needs, replacing after a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.base.dates import CHINA, day_number, day_of
from app.base.errors import Cancelled
from app.base.i18n import _, ngettext
from app.base.progress import Progress
from app.closing.files import Wishes, import_paths
from app.closing.following import FileOutcome
from app.closing.replacing import Replacement, preview_replacement
from app.db.workspace import Actor, Workspace
from app.identity.rules import Permission
from app.intake.naming import own_name
from app.intake.rules import FileStatus
from ui.desk import Desk
from ui.dialogs.file_password import FilePasswordDialog
from ui.dialogs.replacing import ReplaceDialog
from ui.formatting import now
from ui.jobs import Job
from ui.widgets.file_rows import PASSWORDS
from ui.widgets.import_list import Followed, ImportList


class Importer(QObject):
    """Starts imports one after the other; `began` and `ended` tell the page."""

    began = Signal()
    ended = Signal()

    def __init__(self, desk: Desk, shown: ImportList, page: QWidget) -> None:
        super().__init__(page)
        self._desk = desk
        self._shown = shown
        self._page = page
        self._jobs: list[Job] = []

    @property
    def running(self) -> bool:
        """Whether an import is under way or waits."""
        return bool(self._jobs)

    def load(self, paths: Sequence[Path], wishes: Wishes | None = None) -> None:
        """Load files, folders and archives in the background."""
        if not self._desk.may(Permission.IMPORT):
            self._desk.warn(_("Your role does not allow this."))
            return
        wishes = replace(wishes or Wishes(), about=self._desk.day)
        work = partial(
            _load, self._desk.workspace, self._desk.actor, list(paths), wishes, self._shown
        )
        alone = len(paths) == 1
        title = _("Import of {name}") if alone else _("Import of {name} and more")
        self._shown.begin()
        job = self._desk.job(
            title.format(name=paths[0].name),
            work,
            done=partial(self._loaded, wishes),
            failed=self._broke,
            owner=self,
        )
        self._jobs.append(job)
        self.began.emit()

    def cancel(self) -> None:
        """Stop what is under way and what waits."""
        for job in self._jobs:
            job.cancel()

    def look(self, path: Path, only: str = "", password: str | None = None) -> None:
        """Show what a corrected file would change, then replace if that is wanted."""
        wishes = Wishes(about=self._desk.day, only=only, password=password)
        work = partial(_look, self._desk.workspace, self._desk.actor, path, wishes)
        self._desk.job(
            _("Comparing {name}").format(name=own_name(only) if only else path.name),
            work,
            done=partial(self._looked, path, wishes),
            owner=self,
        )

    def _looked(self, path: Path, wishes: Wishes, found: Replacement) -> None:
        if any(one.reason in PASSWORDS for one in found.problems):
            self._ask_password([path], lambda password: self.look(path, wishes.only, password))
            return
        ReplaceDialog(
            found,
            done=partial(self.load, [path], replace(wishes, replace=True)),
            preferences=self._desk.preferences,
            parent=self._page,
        ).open()

    def _loaded(self, wishes: Wishes, outcomes: list[FileOutcome]) -> None:
        self._ended()
        refused = any(one.status is FileStatus.REJECTED for one in outcomes)
        tell = self._desk.warn if refused else self._desk.messages.tell_done
        tell(self._shown.summary())
        self._follow_day(outcomes)
        mine = {outcome.path for outcome in outcomes}
        rows = [row for row in self._shown.wanting_passwords() if row.path in mine]
        paths = [Path(origin) for origin in sorted({row.step.origin for row in rows})]
        if paths:
            self._ask_password(
                paths, lambda password: self.load(paths, replace(wishes, password=password))
            )

    def _follow_day(self, outcomes: Sequence[FileOutcome]) -> None:
        """Go to the day that most of the files name, when hardly one names the day shown."""
        loaded = (FileStatus.LOADED, FileStatus.REPLACED)
        named = Counter(
            day for one in outcomes if one.status in loaded for day in one.business_days if day
        )
        shown = self._desk.day
        if named and shown is not None:
            most, files = max(named.items(), key=lambda one: (one[1], one[0]))
            if named[day_number(shown)] * 2 < files:
                self._desk.choose_day(day_of(most))

    def _broke(self, error: Exception) -> None:
        self._ended()
        if isinstance(error, Cancelled):
            text = _("Stopped. {summary}; the others left nothing behind.")
            self._desk.warn(text.format(summary=self._shown.summary()))
        else:
            self._desk.messages.failed(error)

    def _ended(self) -> None:
        self._jobs = self._jobs[1:]
        if not self._jobs:
            self._shown.end()
        self.ended.emit()

    def _ask_password(self, paths: Sequence[Path], then: Callable[[str], object]) -> None:
        names = ", ".join(path.name for path in paths[:3]) + (
            " …" if len(paths) > len(paths[:3]) else ""
        )
        text = ngettext(
            "{names} is encrypted. Its password:", "{names} are encrypted. Their password:",
            len(paths),
        )  # fmt: skip
        FilePasswordDialog(
            text.format(names=names),
            done=then,
            parent=self._page,
        ).open()


def today() -> date:
    """Return today's date in China."""
    moment: datetime = now()
    return moment.astimezone(CHINA).date()


def _load(
    workspace: Workspace,
    actor: Actor,
    paths: list[Path],
    wishes: Wishes,
    shown: ImportList,
    progress: Progress,
) -> list[FileOutcome]:
    followed: Followed = shown.following(progress)
    return import_paths(workspace, actor, paths, wishes=wishes, today=today(), progress=followed)


def _look(
    workspace: Workspace, actor: Actor, path: Path, wishes: Wishes, progress: Progress
) -> Replacement:
    return preview_replacement(
        workspace, actor, path, wishes=wishes, today=today(), progress=progress
    )
