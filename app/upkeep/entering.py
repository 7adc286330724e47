"""Which databases a person can choose from, and coming into one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from app.db.errors import OlderSchema
from app.db.places import own_database, sample_database
from app.db.workspace import Actor, Workspace
from app.identity.service import login
from app.upkeep.service import initialise, is_demonstration, needs_administrator


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What stands behind the first window: databases that are there, and if ours is new."""

    own: str
    own_is_new: bool
    sample: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """An open database, its address, and who came in."""

    url: str
    workspace: Workspace
    actor: Actor
    demonstration: bool


def look_around(url: str | None = None) -> Door:
    """Return what there is to choose from; `url` stands for the user's own database.

    Raises:
        DatabaseProblem: The database cannot be opened.
    """
    own = url or own_database()
    sample = sample_database()
    there = own != sample and Path(make_url(sample).database or "").exists()
    return Door(own=own, own_is_new=needs_administrator(own), sample=sample if there else None)


def sample_folder() -> Path:
    """Return the folder in which the files of the sample days stand."""
    return Path(make_url(sample_database()).database or "").parent / "sample-files"


def remove_sample() -> None:
    """Take away the sample database, so that a new one can be made."""
    database = make_url(sample_database()).database or ""
    for end in ("", "-wal", "-shm", "-journal"):
        Path(database + end).unlink(missing_ok=True)


def come_in(url: str, name: str, password: str) -> Entered:
    """Open a database, bringing one of an older version up to date, and log in.

    Raises:
        DatabaseProblem: It cannot be opened.
        LoginRefused: Name or password are wrong.
    """
    try:
        workspace = Workspace.open(url)
    except OlderSchema:
        initialise(url)
        workspace = Workspace.open(url)
    try:
        actor = login(workspace, name, password)
        demonstration = workspace.read(is_demonstration)
    except BaseException:
        workspace.close()
        raise
    return Entered(url=url, workspace=workspace, actor=actor, demonstration=demonstration)
