"""Saving a database while it is in use."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from app.audit.queries import records, verify_chain
from app.base.errors import NotAllowed
from app.catalog.model import Setting
from app.db.engine import WRITES, open_engine
from app.db.errors import CannotOpen, DiskFull
from app.db.files import replacing, sync
from app.db.workspace import Actor, Workspace
from app.upkeep.files import put_in_place
from app.upkeep.rules import (
    BackupFailed,
    ProgramFailed,
    SameFile,
)
from app.upkeep.service import (
    backup,
    restore,
)
from app.upkeep.verify import verify
from tests.conftest import PASSWORD
from tests.foundation.databases import (
    left_beside,
    path_of,
)


def test_a_backup_is_the_database(database_url: str, administrator: Actor, tmp_path: Path) -> None:
    workspace = Workspace.open(database_url)
    before = workspace.read(verify_chain).count
    target = tmp_path / "x.backup"
    target.write_text("an older one")

    done = backup(workspace, administrator, target)

    assert (done.file, done.size) == (target, target.stat().st_size)
    row = workspace.read(records, after=before)[0]
    assert (row.verb, row.object_key) == ("backed_up", "x.backup")
    assert done.sha256 in row.after
    assert left_beside(tmp_path / "duiping.db") == {"x.backup"}
    workspace.close()


def test_a_backup_is_made_while_somebody_writes(
    sqlite_workspace: Workspace, administrator: Actor, tmp_path: Path
) -> None:
    other = open_engine(sqlite_workspace.engine.url).execution_options(**WRITES)
    with other.begin() as connection:
        connection.execute(insert(Setting), [{"name": "unsaved", "value": 1}])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.db.engine._PRAGMAS", ("busy_timeout=50",))
            impatient = Workspace(open_engine(sqlite_workspace.engine.url))
            backup(impatient, administrator, tmp_path / "x.db")
            impatient.close()
    other.dispose()

    copy = Workspace.open(f"sqlite:///{tmp_path}/x.db")
    assert copy.read(verify).ok
    with copy.engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM setting WHERE name = 'unsaved'"))
        assert count.scalar() == 0
    copy.close()


@pytest.mark.parametrize("who", ["clerk", "checker", "supervisor", "auditor", "reader"])
def test_only_an_administrator_saves_and_restores(
    sqlite_url: str, people: dict[str, Actor], tmp_path: Path, who: str
) -> None:
    workspace = Workspace.open(sqlite_url)
    with pytest.raises(NotAllowed):
        backup(workspace, people[who], tmp_path / "x.db")
    workspace.close()
    shutil.copy(path_of(sqlite_url), tmp_path / "y.db")
    with pytest.raises(NotAllowed):
        restore(sqlite_url, tmp_path / "y.db", user=who, password=PASSWORD)

    assert not (tmp_path / "x.db").exists()


def test_a_backup_never_overwrites_the_database(
    sqlite_workspace: Workspace, administrator: Actor, tmp_path: Path
) -> None:
    with pytest.raises(SameFile):
        backup(sqlite_workspace, administrator, tmp_path / "duiping.db")

    assert sqlite_workspace.read(verify).ok


def test_a_backup_of_a_tampered_log_is_not_kept(
    sqlite_workspace: Workspace, administrator: Actor, tmp_path: Path
) -> None:
    with sqlite_workspace.engine.execution_options(**WRITES).begin() as connection:
        connection.execute(text("DROP TRIGGER guard_audit_record_update"))
        connection.execute(text("UPDATE audit_record SET actor = 'x' WHERE sequence = 2"))
    with pytest.raises(BackupFailed, match="guards: guard_audit_record_update; audit_chain"):
        backup(sqlite_workspace, administrator, tmp_path / "x.db")

    assert left_beside(tmp_path / "duiping.db") == set()


def test_a_backup_into_a_missing_folder_is_said(
    workspace: Workspace, administrator: Actor, tmp_path: Path
) -> None:
    with pytest.raises((CannotOpen, ProgramFailed)):
        backup(workspace, administrator, tmp_path / "missing" / "x.db")


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is a device of Linux")
def test_a_full_disk_leaves_the_older_file(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_text("older")

    def write() -> None:
        with replacing(target) as draft:
            draft.write_text("new")
            Path("/dev/full").write_text("x" * 10_000)

    with pytest.raises(DiskFull):
        write()

    assert target.read_text() == "older"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("linked", [True, False])
def test_a_file_takes_the_place_of_another_with_all_that_belongs_to_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    linked: bool,  # noqa: FBT001
) -> None:
    for name, content in (("a.db", "old"), ("a.db-wal", "log"), ("draft", "new")):
        (tmp_path / name).write_text(content)
    if not linked:
        monkeypatch.setattr(Path, "hardlink_to", _refused)

    kept = put_in_place(tmp_path / "draft", tmp_path / "a.db", "before")

    assert kept is not None
    assert kept.read_text() == "old"
    assert kept.with_name(kept.name + "-wal").read_text() == "log"
    assert (tmp_path / "a.db").read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 3


def test_a_place_that_cannot_be_taken_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "draft").touch()
    monkeypatch.setattr(Path, "replace", _refused)
    with pytest.raises(CannotOpen):
        put_in_place(tmp_path / "draft", tmp_path / "a.db", "before")


def test_windows_cannot_sync_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr("os.fsync")

    sync(tmp_path)


def _refused(_path: Path, _target: Path) -> None:
    raise PermissionError
