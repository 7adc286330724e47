"""Made-up days, and how they end when each is worked through in turn."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.db.workspace import Actor
from app.demo.service import Wish, write_days
from app.demo.truth import Truth
from tests.days.clerk import Clerk, State, expected, mistakes
from tests.sharing import Shelf

ORDERS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Two consecutive days of files, with the mistakes and the end of the plain way."""

    folder: Path
    truth: Truth

    @property
    def master(self) -> Path:
        return self.folder / "master"

    @property
    def folders(self) -> list[Path]:
        return [self.folder / day.strftime("%Y%m%d") for day in self.truth.days]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """What is wrong after each day of the plain way, and how it ends."""

    mistakes: list[str]
    end: State


@pytest.fixture(scope="session")
def made(shelf: Shelf) -> Callable[[int], Days]:
    """Return a function that gives the two days of a seed, with a fault of every kind."""

    def of_seed(seed: int) -> Days:
        def written(folder: Path) -> Days:
            wish = Wish(orders=ORDERS, seed=seed, days=2, faults=1)
            return Days(folder=folder, truth=write_days(folder, wish).truth)

        return shelf.get(f"days{seed}", written)

    return of_seed


@pytest.fixture(scope="session")
def plain(
    shelf: Shelf,
    sqlite_template: Path,
    people: dict[str, Actor],
    made: Callable[[int], Days],
) -> Callable[[int], Plain]:
    """Return a function that tells how a seed ends on SQLite when taken day by day."""

    def of_seed(seed: int) -> Plain:
        def worked(folder: Path) -> Plain:
            shutil.copy(sqlite_template, folder / "duiping.db")
            clerk = Clerk(f"sqlite:///{folder / 'duiping.db'}", people["clerk"])
            try:
                return day_by_day(clerk, made(seed))
            finally:
                clerk.close()

        return shelf.get(f"plain{seed}", worked)

    return of_seed


@pytest.fixture
def clerk(database_url: str, people: dict[str, Actor]) -> Iterator[Clerk]:
    """Return the clerk at a database of both kinds."""
    yield from _at(database_url, people)


@pytest.fixture
def sqlite_clerk(sqlite_url: str, people: dict[str, Actor]) -> Iterator[Clerk]:
    """Return the clerk at an SQLite database."""
    yield from _at(sqlite_url, people)


@pytest.fixture
def postgres_clerk(postgres_url: str, people: dict[str, Actor]) -> Iterator[Clerk]:
    """Return the clerk at a PostgreSQL database."""
    yield from _at(postgres_url, people)


def day_by_day(clerk: Clerk, days: Days) -> Plain:
    """Load a day and run it, then the next."""
    found = []
    first = [days.master]
    for day, folder in zip(days.truth.days, days.folders, strict=True):
        clerk.load(*first, folder)
        first = []
        clerk.run(day)
        found += [f"{day}: {one}" for one in mistakes(clerk.shown(), expected(days.truth, day))]
    return Plain(mistakes=found, end=clerk.state())


def _at(url: str, people: dict[str, Actor]) -> Iterator[Clerk]:
    opened = Clerk(url, people["clerk"])
    yield opened
    opened.close()
