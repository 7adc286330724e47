"""Looking at databases, and harming them, from outside."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from app.catalog.queries import setting
from app.catalog.rules import SettingName
from app.catalog.service import apply_setting
from app.db.engine import WRITES, open_engine
from app.db.workspace import Actor, Workspace
from app.identity.queries import users


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def execute(url: str, *statements: str) -> None:
    engine = open_engine(url)
    with engine.execution_options(**WRITES).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def left_beside(path: Path) -> set[str]:
    """Return what stands in a folder beside a database and SQLite's own files."""
    own = {path.name + suffix for suffix in ("", "-wal", "-shm", "-journal")}
    return {other.name for other in path.parent.iterdir()} - own


def minutes(url: str) -> int:
    workspace = Workspace.open(url)
    try:
        return workspace.read(setting, SettingName.TIMING_MINUTES)
    finally:
        workspace.close()


def change_minutes(url: str, supervisor: Actor, value: int) -> None:
    workspace = Workspace.open(url)
    workspace.write(supervisor, apply_setting, name=SettingName.TIMING_MINUTES, value=value)
    workspace.close()


def names(url: str) -> dict[str, tuple[str, ...]]:
    workspace = Workspace.open(url)
    found = {row.name: row.roles for row in workspace.read(users)}
    workspace.close()
    return found


def break_reference(url: str) -> None:
    engine = open_engine(url)
    with engine.execution_options(**WRITES).connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        connection.execute(text("UPDATE user_role SET user_id = 999 WHERE role = 'clerk'"))
        connection.commit()
    engine.dispose()
