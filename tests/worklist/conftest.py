"""A sample day that is loaded and reconciled, on both kinds of database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from app.db.workspace import Actor, Workspace
from app.demo.service import Wish, write_days
from app.discrepancies.gathering import SheetKey
from app.discrepancies.rows import Line, lines_at
from app.discrepancies.sheet import Sheet, open_sheet, prepare
from app.discrepancies.worklist import Question, View, arranged
from app.matching.rules import Task
from tests.books import Books
from tests.days.clerk import Clerk
from tests.postgres import Server
from tests.sharing import Shelf

ORDERS = 120
SEED = 1


@dataclass(frozen=True, kw_only=True)
class Day:
    """A database in which a business day is loaded and reconciled, and who works on it."""

    workspace: Workspace
    actor: Actor
    day: date

    def sheet(self, task: Task, scope: str = "", before: Sheet | None = None) -> Sheet:
        """Open the sheet of a task, prepared."""
        key = SheetKey(task=task, scope=scope, day=self.day)
        sheet = self.workspace.read(open_sheet, key, before)
        self.workspace.read(prepare, sheet)
        return sheet

    def view(self, sheet: Sheet, question: Question | None = None) -> View:
        """Arrange a sheet."""
        return self.workspace.read(arranged, sheet, question or Question())

    def lines(self, sheet: Sheet, question: Question | None = None) -> list[Line]:
        """Return all lines that answer a question, in order."""
        return self.workspace.read(lines_at, sheet, self.view(sheet, question).places)


@pytest.fixture(scope="session")
def sqlite_day(shelf: Shelf, sqlite_template: Path, people: dict[str, Actor]) -> tuple[Path, date]:
    """Return an SQLite database with a sample day, which tests copy, and the day."""

    def filled(folder: Path) -> tuple[Path, date]:
        path = folder / "duiping.db"
        shutil.copy(sqlite_template, path)
        return path, _fill(f"sqlite:///{path}", folder, people["clerk"])

    return shelf.get("worklist", filled)


@pytest.fixture(scope="session")
def postgres_day(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: Server,
    postgres_template: str,
    people: dict[str, Actor],
) -> tuple[str, date]:
    """Return the name of a PostgreSQL database with the sample day, which tests clone."""
    name = "worklist_template"
    url = postgres_server.clone(postgres_template, name)
    return name, _fill(url, tmp_path_factory.mktemp("day"), people["clerk"])


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def day(request: pytest.FixtureRequest, tmp_path: Path, clerk: Actor) -> Iterator[Day]:
    """Return the sample day on both kinds of database."""
    if request.param == "sqlite":
        source, when = request.getfixturevalue("sqlite_day")
        shutil.copy(source, tmp_path / "duiping.db")
        url = f"sqlite:///{tmp_path / 'duiping.db'}"
    else:
        template, when = request.getfixturevalue("postgres_day")
        url = request.getfixturevalue("postgres_server").clone(template, f"worklist_{os.getpid()}")
    workspace = Workspace.open(url)
    yield Day(workspace=workspace, actor=clerk, day=when)
    workspace.close()
    if request.param == "postgres":
        request.getfixturevalue("postgres_server").drop(f"worklist_{os.getpid()}")


@pytest.fixture
def sample(sqlite_day: tuple[Path, date], tmp_path: Path, clerk: Actor) -> Iterator[Day]:
    """Return the sample day on SQLite alone."""
    shutil.copy(sqlite_day[0], tmp_path / "duiping.db")
    workspace = Workspace.open(f"sqlite:///{tmp_path / 'duiping.db'}")
    yield Day(workspace=workspace, actor=clerk, day=sqlite_day[1])
    workspace.close()


@pytest.fixture
def books(workspace: Workspace, clerk: Actor, tmp_path: Path) -> Books:
    """Return the clerk's books on both kinds of database; the payee of all rows is known."""
    made = Books(workspace=workspace, actor=clerk, folder=tmp_path)
    made.know_payee()
    return made


def _fill(url: str, folder: Path, actor: Actor) -> date:
    truth = write_days(folder / "files", Wish(orders=ORDERS, seed=SEED, faults=1)).truth
    (when,) = truth.days
    clerk = Clerk(url, actor)
    clerk.load(folder / "files")
    clerk.run(when)
    clerk.close()
    return when
