"""Disks, files and servers that fail: a clear message, and nothing is changed."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.catalog.model import Setting
from app.catalog.queries import channels
from app.db.engine import WRITES, open_engine, sqlite_module, sqlite_path
from app.db.errors import (
    BadUrl,
    CannotConnect,
    CannotOpen,
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseProblem,
    DatabaseReadOnly,
    DiskError,
    DiskFull,
    NetworkShare,
    NewerSchema,
    NotDatabase,
    NotInitialised,
    OlderSchema,
    explained,
)
from app.db.workspace import Actor, Tx, Workspace
from app.upkeep.service import initialise, needs_administrator
from app.upkeep.verify import verify
from tests.conftest import skip_without_wal

NOBODY = 65534
BIG = "x" * 20_000


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def digest(url: str) -> str:
    return hashlib.sha256(path_of(url).read_bytes()).hexdigest()


def add(tx: Tx, *, name: str) -> None:
    tx.session.add(Setting(name=name, value=1))


def add_much(tx: Tx) -> None:
    add(tx, name="before the failure")
    tx.session.flush()
    tx.connection.execute(text("CREATE TABLE ballast (filling TEXT)"))
    for _ in range(100):
        tx.connection.execute(text("INSERT INTO ballast VALUES (:filling)"), {"filling": BIG})


def base_of(factory: pytest.TempPathFactory) -> Path:
    """Return the outermost folder that belongs to the tests; a worker's lies in another."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Setting.name).order_by(Setting.name)))


@contextmanager
def pragma(workspace: Workspace, setting: str) -> Iterator[None]:
    """Use a setting on every new connection."""

    def prepare(connection: ModuleType, _record: object) -> None:
        connection.cursor().execute(f"PRAGMA {setting}")

    workspace.engine.dispose()
    event.listen(workspace.engine, "connect", prepare)
    yield
    event.remove(workspace.engine, "connect", prepare)
    workspace.engine.dispose()


@contextmanager
def as_nobody() -> Iterator[None]:
    """Act as a user without rights, for file permissions do not hold root back."""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)


def test_a_full_disk_is_said_and_changes_nothing(sqlite_workspace: Workspace, clerk: Actor) -> None:
    before = sqlite_workspace.read(names)

    with pragma(sqlite_workspace, "max_page_count=100"), pytest.raises(DiskFull):
        sqlite_workspace.write(clerk, add_much)

    assert sqlite_workspace.read(names) == before
    assert sqlite_workspace.read(verify).ok


def test_a_full_disk_is_noticed_below_the_session_too(
    sqlite_workspace: Workspace, clerk: Actor
) -> None:
    def work(tx: Tx) -> None:
        raw = tx.connection.connection.cursor()
        raw.execute("CREATE TABLE ballast (filling TEXT)")
        raw.executemany("INSERT INTO ballast VALUES (?)", [(BIG,)] * 100)

    with pragma(sqlite_workspace, "max_page_count=100"), pytest.raises(DiskFull):
        sqlite_workspace.write(clerk, work)

    assert sqlite_workspace.read(verify).ok


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is set as on Linux")
def test_a_disk_that_takes_no_more_is_said(sqlite_url: str) -> None:
    program = f"""
import resource
from tests.foundation.test_faults import add_much, names
from app.base import i18n
from app.db.errors import DatabaseProblem
from app.db.workspace import Workspace
from app.identity.service import system_actor
i18n.use("en")
workspace = Workspace.open({sqlite_url!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000))
try:
    workspace.write(system_actor(), add_much)
except DatabaseProblem as problem:
    print(type(problem).__name__, "before the failure" in workspace.read(names))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert done.stdout.split() in ([DiskError.__name__, "False"], [DiskFull.__name__, "False"])
    workspace = Workspace.open(sqlite_url)
    assert workspace.read(verify).ok
    workspace.close()


def test_a_really_full_disk(tmp_path: Path, sqlite_template: Path, clerk: Actor) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        (disk / "duiping.db").write_bytes(sqlite_template.read_bytes())
        workspace = Workspace.open(f"sqlite:///{disk}/duiping.db")

        with pytest.raises(DiskFull):
            workspace.write(clerk, add_much)

        assert "before the failure" not in workspace.read(names)
        assert workspace.read(verify).ok
        workspace.close()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_locked_database_is_said(sqlite_workspace: Workspace, clerk: Actor) -> None:
    other = open_engine(sqlite_workspace.engine.url).execution_options(**WRITES)

    with (
        other.begin(),
        pragma(sqlite_workspace, "busy_timeout=50"),
        pytest.raises(DatabaseLocked),
    ):
        sqlite_workspace.write(clerk, add, name="x")

    other.dispose()
    assert "x" not in sqlite_workspace.read(names)


def test_reading_goes_on_while_somebody_writes(
    sqlite_workspace: Workspace, sqlite_url: str
) -> None:
    skip_without_wal(sqlite_url)
    other = open_engine(sqlite_workspace.engine.url).execution_options(**WRITES)

    with other.begin() as connection:
        connection.execute(text("UPDATE setting SET value = 99"))
        read = sqlite_workspace.read(names)

    other.dispose()
    assert "timing_minutes" in read


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions of POSIX")
def test_a_read_only_database_is_said(
    sqlite_url: str, clerk: Actor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = path_of(sqlite_url)
    with as_nobody(), pytest.raises(CannotOpen):
        Workspace.open(sqlite_url)
    for folder in path.parents:
        if folder.is_relative_to(base_of(tmp_path_factory)):
            folder.chmod(0o755)
    path.chmod(0o444)
    with as_nobody(), pytest.raises((DatabaseReadOnly, CannotOpen)):
        Workspace.open(sqlite_url).write(clerk, add, name="x")

    path.chmod(0o644)
    workspace = Workspace.open(sqlite_url)
    assert "x" not in workspace.read(names)
    workspace.close()


def test_a_write_on_a_reading_connection_is_said(sqlite_url: str, clerk: Actor) -> None:
    workspace = Workspace.open(sqlite_url)
    with pragma(workspace, "query_only=ON"), pytest.raises(DatabaseReadOnly):
        workspace.write(clerk, add, name="x")
    workspace.close()


@pytest.mark.parametrize("content", [b"not a database, just text" * 100, b"PK\x03\x04" * 2000])
def test_another_file_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(content)
    for work in (Workspace.open, needs_administrator, initialise):
        with pytest.raises(NotDatabase):
            work(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_a_missing_or_empty_file_is_not_set_up(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    with pytest.raises(NotInitialised):
        Workspace.open(f"sqlite:///{path}")
    assert not path.exists()

    path.touch()

    with pytest.raises(NotInitialised):
        Workspace.open(f"sqlite:///{path}")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen):
        Workspace.open(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("kept", [50, 100, 512, 4096, 8192, 50_000, 100_000])
def test_a_truncated_database_is_said(sqlite_url: str, clerk: Actor, kept: int) -> None:
    path = path_of(sqlite_url)
    path.write_bytes(path.read_bytes()[:kept])
    before = digest(sqlite_url)
    with pytest.raises(DatabaseProblem) as caught:
        _use(sqlite_url, clerk)

    assert isinstance(caught.value, NotDatabase | DatabaseDamaged | NotInitialised)
    assert digest(sqlite_url) == before


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bits_never_end_in_a_crash(sqlite_url: str, seed: int) -> None:
    random_ = random.Random(seed)
    path = path_of(sqlite_url)
    content = bytearray(path.read_bytes())
    for _ in range(random_.choice([1, 1, 5, 200])):
        content[random_.randrange(len(content))] ^= 1 << random_.randrange(8)
    path.write_bytes(content)
    with suppress(DatabaseProblem):
        workspace = Workspace.open(sqlite_url)
        workspace.read(verify)
        workspace.close()


def test_a_damaged_page_is_found_by_verify(sqlite_url: str) -> None:
    path = path_of(sqlite_url)
    content = bytearray(path.read_bytes())
    for page in range(3, len(content) // 4096):
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    path.write_bytes(content)
    engine = open_engine(sqlite_url)
    with Session(engine) as session:
        result = verify(session)
    engine.dispose()

    assert not result.ok
    assert any(check.detail for check in result.checks if not check.ok)


def test_other_versions_are_told_apart(sqlite_url: str) -> None:
    for revision, problem in (("9999", NewerSchema), ("0001", OlderSchema)):
        _set_revision(sqlite_url, revision)
        with pytest.raises(problem):
            Workspace.open(sqlite_url)
    _set_revision(sqlite_url, "9999")
    before = digest(sqlite_url)
    with pytest.raises(NewerSchema):
        initialise(sqlite_url)
    assert digest(sqlite_url) == before


@pytest.mark.skipif(sqlite_module().__name__ == "sqlite3.dbapi2", reason="needs sqlcipher3")
def test_a_wrong_key_is_said(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/secret.db"
    initialise(url, administrator="admin", password="pw", key="it's a key")
    plain = f"sqlite:///{tmp_path}/plain.db"
    initialise(plain, administrator="admin", password="pw")

    workspace = Workspace.open(url, key="it's a key")
    assert len(workspace.read(channels)) == 14
    workspace.close()
    assert b"SQLite format" not in path_of(url).read_bytes()
    for wrong_url, wrong_key in ((url, None), (url, "another"), (plain, "it's a key")):
        with pytest.raises(NotDatabase):
            Workspace.open(wrong_url, key=wrong_key)


@pytest.mark.parametrize("url", ["mysql://server/x", "nonsense", "", "duckdb:///x.db"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(BadUrl):
        open_engine(url)


def test_a_url_is_shown_without_its_password() -> None:
    with pytest.raises(BadUrl) as caught:
        open_engine("mysql://me:secret@server/x")

    assert "secret" not in caught.value.user_message()


@pytest.mark.parametrize("url", ["sqlite://///server/share/x.db", "sqlite:///\\\\server\\share\\x"])
def test_a_network_share_is_refused(url: str) -> None:
    with pytest.raises(NetworkShare) as caught:
        open_engine(url)

    assert "PostgreSQL" in caught.value.user_message()


def test_a_defect_of_ours_is_not_explained_away(sqlite_workspace: Workspace, clerk: Actor) -> None:
    def work(tx: Tx) -> None:
        tx.connection.execute(text("SELECT nonsense FROM setting"))

    with pytest.raises(DBAPIError):
        sqlite_workspace.write(clerk, work)
    assert explained(ValueError("database is locked")) is None


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("53100", DiskFull),
        ("55P03", DatabaseLocked),
        ("40P01", DatabaseLocked),
        ("25006", DatabaseReadOnly),
        ("42501", DatabaseReadOnly),
        ("XX001", DatabaseDamaged),
        ("58030", DiskError),
        ("53300", CannotConnect),
        ("57P01", CannotConnect),
    ],
)
def test_codes_of_postgresql_are_explained(
    postgres_url: str, clerk: Actor, code: str, problem: type[DatabaseProblem]
) -> None:
    def work(tx: Tx) -> None:
        add(tx, name="x")
        tx.session.flush()
        tx.connection.execute(
            text(f"DO $$ BEGIN RAISE EXCEPTION 'simulated' USING ERRCODE = '{code}'; END $$")
        )

    workspace = Workspace.open(postgres_url)
    with pytest.raises(problem):
        workspace.write(clerk, work)

    assert "x" not in workspace.read(names)
    workspace.close()


@pytest.mark.postgres
def test_a_lost_connection_is_said_and_the_next_one_works(postgres_url: str, clerk: Actor) -> None:
    def work(tx: Tx) -> None:
        add(tx, name="x")
        tx.session.flush()
        own = tx.connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other = open_engine(postgres_url)
        with other.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        other.dispose()
        tx.connection.execute(text("SELECT 1"))

    workspace = Workspace.open(postgres_url)
    with pytest.raises(CannotConnect):
        workspace.write(clerk, work)

    assert "x" not in workspace.read(names)
    workspace.close()


@pytest.mark.postgres
def test_a_server_that_is_not_there_is_said(postgres_url: str) -> None:
    nowhere = "postgresql://duiping@/x?host=/nonexistent"
    unknown = postgres_url.replace("test_", "unknown_")
    for url in (nowhere, unknown):
        with pytest.raises(CannotConnect) as caught:
            Workspace.open(url)
        assert caught.value.params["detail"]


@pytest.mark.postgres
def test_a_postgresql_database_without_tables_is_not_set_up(empty_postgres_url: str) -> None:
    with pytest.raises(NotInitialised):
        Workspace.open(empty_postgres_url)


def test_databases_in_memory_have_no_path() -> None:
    assert sqlite_path(open_engine("sqlite://")) is None


def _use(url: str, actor: Actor) -> None:
    workspace = Workspace.open(url)
    try:
        workspace.read(channels)
        workspace.write(actor, add, name="x")
        result = workspace.read(verify)
        if not result.ok:
            raise DatabaseDamaged
    finally:
        workspace.close()


def _set_revision(url: str, revision: str) -> None:
    engine = open_engine(url)
    with engine.execution_options(**WRITES).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    engine.dispose()
