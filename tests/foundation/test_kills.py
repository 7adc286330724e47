"""Processes that die in the middle of upkeep leave one whole database behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.catalog.queries import setting
from app.catalog.rules import SettingName
from app.catalog.service import apply_setting
from app.db.engine import open_engine
from app.db.migrate import downgrade
from app.db.schema import revisions
from app.db.workspace import Actor, Workspace
from app.identity.service import system_actor
from app.upkeep.service import backup, initialise, restore
from app.upkeep.verify import verify
from tests.conftest import PASSWORD

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

KILLED = """
import importlib, os, pathlib, signal, sys
from pathlib import Path
from argon2 import PasswordHasher
from app.db.workspace import Workspace
from app.identity.service import system_actor
from app.upkeep import service

module, _, name = {point!r}.rpartition(".")
owner = getattr(pathlib, "Path") if module == "Path" else importlib.import_module(module)
real, left = getattr(owner, name), [{number}]

def deadly(*arguments, **named):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **named)

setattr(owner, name, deadly)
url, file = {url!r}, Path({file!r})
{work}
"""

WORK = {
    "backup": "service.backup(Workspace.open(url), system_actor(), file)",
    "restore": f"service.restore(url, file, user='administrator', password={PASSWORD!r})",
    "migrate": "service.initialise(url)",
}


def run(url: str, file: Path, work: str, point: str = "os.fsync", number: int = 0) -> int:
    program = KILLED.format(url=url, file=str(file), work=WORK[work], point=point, number=number)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode


def minutes(url: str) -> int:
    workspace = Workspace.open(url)
    try:
        assert workspace.read(verify).ok
        return workspace.read(setting, SettingName.TIMING_MINUTES)
    finally:
        workspace.close()


def change(url: str, actor: Actor, value: int) -> None:
    workspace = Workspace.open(url)
    workspace.write(actor, apply_setting, name=SettingName.TIMING_MINUTES, value=value)
    workspace.close()


def save(url: str, file: Path) -> None:
    workspace = Workspace.open(url)
    backup(workspace, system_actor(), file)
    workspace.close()


@pytest.mark.parametrize(
    ("point", "number"),
    [("os.fsync", 1), ("Path.replace", 1), ("os.fsync", 2), ("app.upkeep.sqlite.verify", 1)],
)
def test_a_backup_that_dies_leaves_the_older_one_or_the_new(
    sqlite_url: str, tmp_path: Path, supervisor: Actor, point: str, number: int
) -> None:
    file = tmp_path / "x.db"
    save(sqlite_url, file)
    change(sqlite_url, supervisor, 99)

    assert run(sqlite_url, file, "backup", point, number) == -signal.SIGKILL

    assert minutes(f"sqlite:///{file}") == (99 if (point, number) == ("os.fsync", 2) else 30)
    assert minutes(sqlite_url) == 99
    save(sqlite_url, file)
    assert minutes(f"sqlite:///{file}") == 99


@pytest.mark.parametrize(
    ("point", "number", "value"),
    [
        ("os.fsync", 1, 99),
        ("Path.replace", 1, 99),
        ("app.upkeep.sqlite.upgrade", 1, 99),
        ("app.upkeep.sqlite._take_alone", 2, 99),
        ("Path.hardlink_to", 1, 99),
        ("Path.replace", 2, 99),
        ("os.fsync", 3, 30),
    ],
)
def test_a_restore_that_dies_leaves_one_of_the_two(
    sqlite_url: str, tmp_path: Path, supervisor: Actor, point: str, number: int, value: int
) -> None:
    file = tmp_path / "saved" / "x.db"
    file.parent.mkdir()
    save(sqlite_url, file)
    change(sqlite_url, supervisor, 99)

    assert run(sqlite_url, file, "restore", point, number) == -signal.SIGKILL

    assert minutes(sqlite_url) == value
    restore(sqlite_url, file, user="administrator", password=PASSWORD)
    assert minutes(sqlite_url) == 30


@pytest.mark.parametrize("point", ["alembic.command.upgrade", "app.db.migrate._require_sound"])
def test_a_migration_that_dies_leaves_the_older_database(
    sqlite_url: str, tmp_path: Path, point: str
) -> None:
    engine = open_engine(sqlite_url)
    downgrade(engine, revisions()[0])
    engine.dispose()

    assert run(sqlite_url, tmp_path, "migrate", point, 1) == -signal.SIGKILL

    assert not initialise(sqlite_url).created
    assert minutes(sqlite_url) == 30


def test_the_harness_lets_live_what_is_not_killed(sqlite_url: str, tmp_path: Path) -> None:
    assert run(sqlite_url, tmp_path / "x.db", "backup") == 0
    assert minutes(f"sqlite:///{tmp_path}/x.db") == 30
