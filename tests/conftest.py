"""What all tests share: databases that are ready, and people who act."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from app.base import i18n
from app.closing import files, replacing
from app.db import engine as engine_module
from app.db.engine import journal_pragmas, open_engine, sqlite_module
from app.db.workspace import Actor, Workspace
from app.identity import passwords
from app.identity.passwords import DECOY
from app.identity.queries import user_named
from app.identity.service import add_user, system_actor
from app.upkeep.service import initialise
from tests.postgres import Server, programs, running_server
from tests.sharing import Dialects, Readers, Shelf

# No test asks or changes the keyring of who runs it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

PASSWORD = "correct horse battery staple"
PROVED = datetime(2999, 1, 1, tzinfo=UTC)
"""When the people of the tests gave their passwords: never too long ago."""

PEOPLE = ("administrator", "clerk", "checker", "supervisor", "auditor", "reader")
"""Each is the name and the role of a user in every prepared database."""

_numbers = itertools.count(1)

LONG = (
    "tests/guard/test_kill.py",
    "tests/guard/test_decisions.py",
    "tests/guard/test_four_clerks.py",
    "tests/guard/test_two_weeks.py",
    "tests/ui/test_two_weeks.py",
    "tests/guard/test_state_machine.py",
    "tests/intake/test_fuzz.py",
    "tests/days/",
)
"""What takes longest begins first, so that no worker is left alone with it in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the long ones to the front; all others keep their order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def skip_without_wal(url: str) -> None:
    """Skip where this SQLite is too old to read and write side by side."""
    if (
        url.startswith("sqlite")
        and "WAL" not in journal_pragmas(sqlite_module().sqlite_version_info)[0]
    ):
        pytest.skip("this SQLite is older than 3.51.3 and does not use WAL")


def pytest_collection_finish() -> None:
    """Look no more for garbage among what the tests and the program are made of."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use(i18n.DEFAULT_LANGUAGE)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Hash passwords quickly: hundreds of tests log in."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", cheap)
        patch.setattr(passwords, "DECOY", cheap.hash("nobody"))
        yield


@pytest.fixture
def real_passwords() -> Iterator[None]:
    """Hash passwords as the program does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher())
        patch.setattr(passwords, "DECOY", DECOY)
        yield


@pytest.fixture(scope="session", autouse=True)
def _shared_readers() -> Iterator[None]:
    """Let imports take a reading process that is there; tests of it start their own."""
    readers = Readers()
    with pytest.MonkeyPatch.context() as patch:
        for module in (files, replacing):
            patch.setattr(module, "Reader", readers.lent)
        yield
    readers.close()


@pytest.fixture(scope="session", autouse=True)
def _shared_statements() -> Iterator[None]:
    """Let the engines of all tests share what SQLAlchemy compiled: most run the same statements."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_module, "create_engine", Dialects().engine)
        yield


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Return where results stand that all workers use."""
    return Shelf(tmp_path_factory)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(shelf: Shelf) -> Iterator[None]:
    """Keep compiled plans in this run's own folder, for its processes too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(shelf.folder / "cache"))
        yield


@pytest.fixture(autouse=True)
def _own_anchors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Note the ends of a test's logs in its own folder, not among somebody's documents."""
    monkeypatch.setenv("DUIPING_ANCHORS", str(tmp_path / "anchors"))


def prepare(url: str) -> None:
    """Set a database up, with one user of each role."""
    initialise(url, administrator="administrator", password=PASSWORD, demo_users=True)
    workspace = Workspace.open(url)
    workspace.write(system_actor(), add_user, name="reader", password=PASSWORD, roles=["reader"])
    workspace.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a prepared SQLite database; tests copy it."""
    path = tmp_path_factory.mktemp("template") / "duiping.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """Return the URL of an SQLite database of this test's own."""
    path = tmp_path / "duiping.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Return a private server, or skip where PostgreSQL is not installed."""
    binaries = programs()
    if binaries is None:
        reason = "PostgreSQL's server programs are not installed (apt-get install postgresql)"
        pytest.skip(reason)
    with running_server(binaries) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> str:
    """Return the name of a prepared PostgreSQL database; tests clone it."""
    name = "duiping_template"
    postgres_server.run(f"CREATE DATABASE {name}")
    prepare(postgres_server.url(name))
    return name


@pytest.fixture
def postgres_url(postgres_server: Server, postgres_template: str) -> Iterator[str]:
    """Return the URL of a PostgreSQL database of this test's own."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    yield postgres_server.clone(postgres_template, name)
    postgres_server.drop(name)


@pytest.fixture
def empty_postgres_url(postgres_server: Server) -> Iterator[str]:
    """Return the URL of a PostgreSQL database without any tables."""
    name = f"empty_{os.getpid()}_{next(_numbers)}"
    postgres_server.run(f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a prepared database: each test runs on both kinds."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database that is not set up, of both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return str(request.getfixturevalue("empty_postgres_url"))


@pytest.fixture
def workspace(database_url: str) -> Iterator[Workspace]:
    """Return an open, prepared database of both kinds."""
    opened = Workspace.open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_workspace(sqlite_url: str) -> Iterator[Workspace]:
    """Return an open, prepared SQLite database."""
    opened = Workspace.open(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def people(sqlite_template: Path) -> dict[str, Actor]:
    """Return the people of every prepared database by name; ids are the same in all."""
    workspace = Workspace(open_engine(f"sqlite:///{sqlite_template}"))
    rows = {name: workspace.read(user_named, name) for name in PEOPLE}
    workspace.close()
    return {
        name: Actor(
            user_id=row.user_id,
            name=name,
            roles=frozenset(row.roles),
            machine="test",
            proved_at=PROVED,
        )
        for name, row in rows.items()
        if row is not None
    }


@pytest.fixture
def clerk(people: dict[str, Actor]) -> Actor:
    return people["clerk"]


@pytest.fixture
def checker(people: dict[str, Actor]) -> Actor:
    return people["checker"]


@pytest.fixture
def supervisor(people: dict[str, Actor]) -> Actor:
    return people["supervisor"]


@pytest.fixture
def administrator(people: dict[str, Actor]) -> Actor:
    return people["administrator"]


@pytest.fixture
def auditor(people: dict[str, Actor]) -> Actor:
    return people["auditor"]


@pytest.fixture
def reader(people: dict[str, Actor]) -> Actor:
    return people["reader"]
