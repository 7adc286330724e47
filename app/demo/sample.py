"""A database with sample days in it, to look around in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from app.base.dates import CHINA
from app.base.i18n import _
from app.base.progress import Progress, Silent
from app.closing.files import Wishes, import_paths
from app.db.workspace import Workspace
from app.demo.service import Wish, write_days
from app.discrepancies.reconciling import reconcile
from app.identity.service import login
from app.matching.rules import Task
from app.upkeep.service import initialise

ORDERS = 300
"""Orders of a sample day: enough to scroll, few enough to be there in seconds."""

_LOADED = 2
"""Days that are there: money of the first arrives on the second and can be confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was made: the day that is loaded last, and the folder with the files of the next one."""

    day: date
    next_day: date
    next_files: Path


def make_sample(url: str, folder: Path, *, password: str, progress: Progress) -> Sample:
    """Set a database up with the demonstration's users and reconciled sample days.

    The files of one day more are written into the folder; they are left to be imported.

    Raises:
        DatabaseProblem: The database cannot be made there.
        Cancelled: The user stopped it.
    """
    steps = 2 + 2 * _LOADED
    progress.advance(0, steps, _("Writing the sample files"))
    truth = write_days(folder, Wish(orders=ORDERS, days=_LOADED + 1), progress=Silent()).truth
    progress.advance(1, steps, _("Setting up the database"))
    initialise(url, administrator="administrator", password=password, demo_users=True)
    *loaded, following = truth.days[: _LOADED + 1]
    # The sample days are to load whatever the clock of this machine says.
    today = max(datetime.now(CHINA).date(), following + timedelta(days=10))
    workspace = Workspace.open(url)
    try:
        actor = login(workspace, "clerk", password)
        for place, day in enumerate(loaded):
            progress.advance(2 + 2 * place, steps, _("Importing the files of a day"))
            paths = [folder / "master"] if place == 0 else []
            import_paths(
                workspace,
                actor,
                [*paths, folder / f"{day:%Y%m%d}"],
                wishes=Wishes(),
                today=today,
                progress=Silent(),
            )
            progress.advance(3 + 2 * place, steps, _("Reconciling a day"))
            workspace.write(actor, reconcile, day=day, tasks=list(Task), progress=Silent())
    finally:
        workspace.close()
    return Sample(day=loaded[-1], next_day=following, next_files=folder / f"{following:%Y%m%d}")
