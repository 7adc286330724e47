"""A tour of the main job: two sample days from files to what differs, held against the truth.

`python -m app.cli.tour DIR` is what `start.py demo` runs. It makes everything anew in DIR and
touches nothing there that it did not make itself.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import URL

from app.base import i18n
from app.base.dates import CHINA
from app.base.errors import UserError
from app.base.i18n import LANGUAGES, N_, _, ngettext
from app.cli import printing, tour_pages
from app.cli.bars import bar
from app.cli.codes import DONE, FAILED, REJECTED
from app.cli.main import guarded, language
from app.closing.files import Wishes, import_paths
from app.closing.following import FileOutcome
from app.db.workspace import Actor, Workspace
from app.demo.service import Wish, write_days
from app.demo.truth import Truth
from app.discrepancies.queries import DiscrepancyFilter, DiscrepancyView, discrepancies
from app.discrepancies.reconciling import reconcile
from app.discrepancies.rules import Status
from app.identity.service import login
from app.intake.rules import FileStatus
from app.matching.rules import Task
from app.upkeep.service import initialise

MARK = ".made-by-duiping-demo"
"""A folder with this file in it was made here and may be made anew."""

_USER = "clerk"
_SIDES = ("", "-wal", "-shm", "-journal")


class ForeignFolder(UserError):
    """Somebody else's files are there."""

    template = N_(
        "{folder} is not empty and was not made by the tour. Nothing in it was touched. "
        "Name another folder."
    )


class UnusableFolder(UserError):
    """The folder cannot be written."""

    template = N_("{folder} cannot be used: {why}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tour:
    folder: Path
    workspace: Workspace
    actor: Actor
    truth: Truth

    @property
    def files(self) -> Path:
        return self.folder / "files"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tour and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    i18n.use(language(words))
    options = _parser().parse_args(words)
    return guarded(lambda: _tour(options), debug=options.debug)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="duiping-tour", description=_("Reconcile two sample days and show what comes out.")
    )
    parser.add_argument("dir", type=Path, metavar="DIR")
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lang", choices=LANGUAGES, help=_("language of messages"))
    parser.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)
    return parser


def _tour(options: argparse.Namespace) -> int:
    folder = options.dir.absolute()
    _claim(folder)
    wish = Wish(orders=options.orders, seed=options.seed, days=2)
    with bar() as progress:
        truth = write_days(folder / "files", wish, progress=progress).truth
    url = URL.create("sqlite", database=str(folder / "duiping.db")).render_as_string()
    password = os.environ.get("DUIPING_PASSWORD") or secrets.token_hex(4)
    initialise(url, administrator="administrator", password=password, demo_users=True)
    workspace = Workspace.open(url)
    try:
        actor = login(workspace, _USER, password)
        code = _walk(_Tour(folder=folder, workspace=workspace, actor=actor, truth=truth), wish)
    finally:
        workspace.close()
    given = {"DUIPING_DB": url, "DUIPING_USER": _USER, "DUIPING_PASSWORD": password}
    _say("", *tour_pages.next_steps(given, truth.days[-1]))
    return code


def _claim(folder: Path) -> None:
    """Take a folder that is empty or was made here before, and clear the former database."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / MARK).exists():
            raise ForeignFolder(folder=folder)
        (folder / MARK).touch()
        for side in _SIDES:
            (folder / f"duiping.db{side}").unlink(missing_ok=True)
    except OSError as error:
        raise UnusableFolder(folder=folder, why=error.strerror) from error


def _walk(tour: _Tour, wish: Wish) -> int:
    text = _("Two sample days, {days}, with {orders} orders each, are in {folder}.")
    days = ", ".join(day.isoformat() for day in tour.truth.days)
    _say(text.format(days=days, orders=wish.orders, folder=tour.files))
    outcomes = _load(tour, tour.files / "master")
    mistakes: list[str] = []
    for day in tour.truth.days:
        loaded = _load(tour, tour.files / day.strftime("%Y%m%d"))
        outcomes += loaded
        _say("", *tour_pages.came_in(loaded), "")
        with bar() as progress:
            reports = tour.workspace.write(
                tour.actor, reconcile, day=day, tasks=list(Task), progress=progress
            ).value
        figures = printing.reconcile_lines(day, reports)
        _say(*figures[: figures.index("")] if "" in figures else figures)
        mistakes += tour_pages.mistakes(_open(tour), tour.truth, day)
    _say("", *tour_pages.what_differs(_open(tour)))
    return _verdict(tour.truth, mistakes, outcomes)


def _load(tour: _Tour, folder: Path) -> list[FileOutcome]:
    # The sample days lie in 2026; they are to load whatever the clock of this machine says.
    latest = tour.truth.days[-1] + timedelta(days=10)
    with bar() as progress:
        return import_paths(
            tour.workspace,
            tour.actor,
            [folder],
            wishes=Wishes(),
            today=max(datetime.now(CHINA).date(), latest),
            progress=progress,
        )


def _open(tour: _Tour) -> list[DiscrepancyView]:
    found = tour.workspace.read(discrepancies, DiscrepancyFilter())
    return [one for one in found if one.status is not Status.RESOLVED]


def _verdict(truth: Truth, mistakes: Sequence[str], outcomes: Iterable[FileOutcome]) -> int:
    rejected = [one for one in outcomes if one.status is FileStatus.REJECTED]
    if rejected:
        _say("", *printing.file_lines(rejected))
        return REJECTED
    if mistakes:
        _say("", _("This is not what was planted:"), *mistakes)
        return FAILED
    text = ngettext(
        "The {count} planted fault was found under its kind and key, and nothing else.",
        "All {count} planted faults were found under their kind and key, and nothing else.",
        len(truth.faults),
    )
    _say("", text.format(count=len(truth.faults)))
    return DONE


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
