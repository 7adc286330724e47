"""A small day, reconciled and confirmed, of which papers are made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from app.arrivals.queries import ArrivalFilter
from app.arrivals.service import check, confirm_all_clean
from app.base import i18n
from app.base.progress import Silent
from app.closing.files import Wishes, import_paths
from app.db.workspace import Actor, Workspace
from app.demo.service import Wish as Days
from app.demo.service import write_days
from app.discrepancies.reconciling import reconcile
from app.matching.rules import Task
from app.reporting.making import Outcome, make, put_together
from app.reporting.paper import Paper
from app.reporting.rules import Format, ReportKind
from app.reporting.wishes import Wish
from tests.sharing import Shelf

DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A database in which days are loaded, reconciled and partly confirmed."""

    database: Path
    days: tuple[date, ...]


@pytest.fixture(scope="session")
def loaded(shelf: Shelf, sqlite_template: Path, people: dict[str, Actor]) -> Loaded:
    return shelf.get("papers", lambda folder: _load(folder, sqlite_template, people))


def _load(folder: Path, sqlite_template: Path, people: dict[str, Actor]) -> Loaded:
    truth = write_days(folder / "files", Days(orders=40, seed=5, days=DAYS + 1, faults=1)).truth
    database = folder / "duiping.db"
    shutil.copy(sqlite_template, database)
    workspace = Workspace.open(f"sqlite:///{database}")
    days = truth.days[:DAYS]
    for place, day in enumerate(days):
        paths = [folder / "files" / "master"] if not place else []
        import_paths(
            workspace,
            people["clerk"],
            [*paths, folder / "files" / day.strftime("%Y%m%d")],
            wishes=Wishes(),
            today=days[-1].replace(month=12),
            progress=Silent(),
        )
        workspace.write(people["clerk"], reconcile, day=day, tasks=list(Task), progress=Silent())
    done = workspace.write(
        people["clerk"], confirm_all_clean, wanted=ArrivalFilter(day=days[0])
    ).value
    workspace.write(people["checker"], check, batch_nos=[one.batch_no for one in done[:3]])
    workspace.close()
    return Loaded(database=database, days=tuple(days))


@dataclass(slots=True)
class Office:
    """A database of this test's own, and who prints from it into which folder."""

    workspace: Workspace
    folder: Path
    days: tuple[date, ...]
    people: dict[str, Actor]

    @property
    def day(self) -> date:
        return self.days[0]

    def make(self, wish: Wish, name: str = "", *, who: str = "clerk") -> Outcome:
        """Print what is wished."""
        target = self.folder / (name or f"{wish.kind.value}.{wish.format.value}")
        return make(self.workspace, self.people[who], wish, target)

    def paper(self, kind: ReportKind, *, who: str = "clerk", **about: object) -> Paper:
        """Put one paper together."""
        wish = Wish(kind=kind, language="en", **about)  # type: ignore[arg-type]
        (ready,) = put_together(self.workspace, self.people[who], wish)
        return ready.paper

    def both(self, kind: ReportKind, *, who: str = "clerk", **about: object) -> tuple[Path, Path]:
        """Print a paper as PDF and as a workbook."""
        files = []
        for format_ in (Format.PDF, Format.XLSX):
            wish = Wish(kind=kind, format=format_, language="en", **about)  # type: ignore[arg-type]
            files.append(self.make(wish, who=who).file)
        return files[0], files[1]


@pytest.fixture
def office(loaded: Loaded, tmp_path: Path, people: dict[str, Actor]) -> Iterator[Office]:
    database = tmp_path / "duiping.db"
    shutil.copy(loaded.database, database)
    workspace = Workspace.open(f"sqlite:///{database}")
    i18n.use("en")
    yield Office(workspace=workspace, folder=tmp_path, days=loaded.days, people=people)
    workspace.close()
