"""Putting a backup in the place of a database."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.audit.queries import records
from app.catalog.queries import channels
from app.db.engine import open_engine
from app.db.errors import NewerSchema, NotDatabase, OlderSchema
from app.db.migrate import downgrade
from app.db.schema import revisions
from app.db.workspace import Actor, Workspace
from app.identity.rules import LoginRefused
from app.upkeep import postgres
from app.upkeep.rules import (
    BackupFailed,
    BackupMissing,
    DatabaseInUse,
    ProgramFailed,
    ProgramMissing,
    SameFile,
)
from app.upkeep.service import (
    backup,
    restore,
)
from app.upkeep.verify import verify
from tests.conftest import PASSWORD, skip_without_wal
from tests.foundation.databases import (
    break_reference,
    change_minutes,
    execute,
    minutes,
    path_of,
)


@pytest.fixture
def saved(database_url: str, administrator: Actor, tmp_path: Path) -> Path:
    """Return a backup of a prepared database, of both kinds."""
    workspace = Workspace.open(database_url)
    target = tmp_path / "saved" / "duiping.backup"
    target.parent.mkdir()
    backup(workspace, administrator, target)
    workspace.close()
    return target


def test_a_backup_is_restored_and_the_former_database_kept(
    database_url: str, saved: Path, supervisor: Actor
) -> None:
    change_minutes(database_url, supervisor, 99)
    end = _end(database_url)

    done = restore(database_url, saved, user="administrator", password=PASSWORD)

    assert minutes(database_url) == 30
    assert done.kept is not None
    assert done.kept.exists()
    workspace = Workspace.open(database_url)
    assert workspace.read(verify).ok
    last = workspace.read(records, limit=1000)[-1]
    assert (last.verb, last.actor) == ("restored", "administrator")
    assert last.before == end
    workspace.close()
    if database_url.startswith("sqlite"):
        assert minutes(f"sqlite:///{done.kept}") == 99
    else:
        restore(database_url, done.kept, user="administrator", password=PASSWORD)
        assert minutes(database_url) == 99


def test_a_wrong_password_restores_nothing(
    database_url: str, saved: Path, supervisor: Actor
) -> None:
    change_minutes(database_url, supervisor, 99)
    with pytest.raises(LoginRefused):
        restore(database_url, saved, user="administrator", password="wrong")

    assert minutes(database_url) == 99


def test_nothing_is_restored_while_somebody_has_it_open(
    database_url: str, saved: Path, supervisor: Actor
) -> None:
    skip_without_wal(database_url)
    change_minutes(database_url, supervisor, 99)
    other = Workspace.open(database_url)
    other.read(channels)
    with pytest.raises(DatabaseInUse):
        restore(database_url, saved, user="administrator", password=PASSWORD)

    other.close()
    assert minutes(database_url) == 99
    leftovers = {path.name for path in saved.parent.iterdir()}
    assert leftovers == {saved.name}


def test_a_damaged_database_is_replaced_by_its_backup(
    sqlite_url: str, administrator: Actor, tmp_path: Path
) -> None:
    workspace = Workspace.open(sqlite_url)
    backup(workspace, administrator, tmp_path / "x.backup")
    workspace.close()
    damaged = b"damaged" * 1000
    path_of(sqlite_url).write_bytes(damaged)
    with pytest.raises(NotDatabase):
        Workspace.open(sqlite_url)
    with pytest.raises(LoginRefused):
        restore(sqlite_url, tmp_path / "x.backup", user="administrator", password="wrong")
    assert path_of(sqlite_url).read_bytes() == damaged

    done = restore(sqlite_url, tmp_path / "x.backup", user="administrator", password=PASSWORD)

    assert minutes(sqlite_url) == 30
    assert done.kept is not None
    assert done.kept.read_bytes() == damaged


def test_a_missing_database_comes_back_from_its_backup(
    sqlite_url: str, administrator: Actor, tmp_path: Path
) -> None:
    workspace = Workspace.open(sqlite_url)
    backup(workspace, administrator, tmp_path / "x.backup")
    workspace.close()
    new = f"sqlite:///{tmp_path}/elsewhere/new.db"

    done = restore(new, tmp_path / "x.backup", user="administrator", password=PASSWORD)

    assert done.kept is None
    assert minutes(new) == 30


def test_an_older_backup_is_brought_up_to_date(sqlite_url: str, tmp_path: Path) -> None:
    shutil.copy(path_of(sqlite_url), tmp_path / "old.db")
    engine = open_engine(f"sqlite:///{tmp_path}/old.db")
    downgrade(engine, revisions()[0])
    engine.dispose()

    restore(sqlite_url, tmp_path / "old.db", user="administrator", password=PASSWORD)

    assert minutes(sqlite_url) == 30
    with pytest.raises(OlderSchema):
        Workspace.open(f"sqlite:///{tmp_path}/old.db")


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        ("missing", BackupMissing),
        ("text", NotDatabase),
        ("empty", BackupFailed),
        ("itself", SameFile),
        ("newer", NewerSchema),
        ("tampered", BackupFailed),
        ("broken reference", BackupFailed),
    ],
)
def test_a_bad_backup_is_not_restored(
    sqlite_url: str, tmp_path: Path, damage: str, error: type[Exception]
) -> None:
    file = tmp_path / "bad.db"
    shutil.copy(path_of(sqlite_url), file)
    bad = f"sqlite:///{file}"
    match damage:
        case "missing":
            file.unlink()
        case "text":
            file.write_bytes(b"text" * 1000)
        case "empty":
            file.write_bytes(b"")
        case "itself":
            file = path_of(sqlite_url)
        case "newer":
            execute(bad, "UPDATE alembic_version SET version_num = '9999'")
        case "tampered":
            execute(
                bad,
                "DROP TRIGGER guard_audit_record_update",
                "UPDATE audit_record SET actor = 'x' WHERE sequence = 2",
            )
        case _:
            break_reference(bad)
    before = path_of(sqlite_url).read_bytes()
    with pytest.raises(error):
        restore(sqlite_url, file, user="administrator", password=PASSWORD)

    assert path_of(sqlite_url).read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if "restore" in path.name]


@pytest.mark.postgres
def test_a_bad_dump_is_not_restored(postgres_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupMissing):
        restore(postgres_url, tmp_path / "x", user="administrator", password=PASSWORD)
    (tmp_path / "x").write_bytes(b"PGDMP damaged")
    with pytest.raises(ProgramFailed) as caught:
        restore(postgres_url, tmp_path / "x", user="administrator", password=PASSWORD)

    assert caught.value.params["program"] == "pg_restore"
    assert minutes(postgres_url) == 30


@pytest.mark.postgres
def test_an_unset_postgresql_database_is_filled_from_a_backup(
    postgres_url: str, empty_postgres_url: str, administrator: Actor, tmp_path: Path
) -> None:
    workspace = Workspace.open(postgres_url)
    backup(workspace, administrator, tmp_path / "x")
    workspace.close()
    with pytest.raises(LoginRefused):
        restore(empty_postgres_url, tmp_path / "x", user="administrator", password="wrong")

    restore(empty_postgres_url, tmp_path / "x", user="administrator", password=PASSWORD)

    assert minutes(empty_postgres_url) == 30


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", NewerSchema),
        ("ALTER TABLE audit_record DISABLE TRIGGER guard_audit_record_update", BackupFailed),
        ("DROP TRIGGER guard_user_role_insert ON user_role", BackupFailed),
    ],
)
def test_a_postgresql_backup_is_verified(
    postgres_url: str,
    administrator: Actor,
    tmp_path: Path,
    statement: str,
    error: type[Exception],
) -> None:
    workspace = Workspace.open(postgres_url)
    with workspace.engine.begin() as connection:
        connection.execute(text(statement))
    with pytest.raises(error):
        backup(workspace, administrator, tmp_path / "x")

    assert list(tmp_path.iterdir()) == []
    workspace.close()


@pytest.mark.postgres
def test_without_pg_dump_it_is_said(
    postgres_url: str, administrator: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace.open(postgres_url)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProgramMissing, match="pg_dump"):
        backup(workspace, administrator, tmp_path / "x")

    fake = tmp_path / "pg_dump"
    fake.write_text("#!/bin/sh\nexit 3\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(ProgramFailed, match="3"):
        backup(workspace, administrator, tmp_path / "x")
    workspace.close()


def test_the_password_goes_through_the_environment() -> None:
    url = open_engine("postgresql://me:secret@server:5433/books").url

    assert postgres._environment(url) == {
        "PGHOST": "server",
        "PGPORT": "5433",
        "PGUSER": "me",
        "PGPASSWORD": "secret",
        "PGDATABASE": "books",
    }


def _end(url: str) -> str:
    def read(session: Session) -> str:
        row = session.execute(text("SELECT hash, sequence FROM audit_head")).one()
        return f'{{"hash":"{row.hash}","sequence":{row.sequence}}}'

    workspace = Workspace.open(url)
    try:
        return workspace.read(read)
    finally:
        workspace.close()
