"""Copies of a database as files."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.db.files import SIDE_FILES, explained, sync

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialised:
    """What `initialise` did; `saved` is the backup made before a migration."""

    revision: str
    created: bool
    saved: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A backup or what was restored from it; `kept` is where the former database is."""

    file: Path
    sha256: str
    size: int
    kept: Path | None = None


def put_in_place(draft: Path, place: Path, mark: str) -> Path | None:
    """Let a database file take another one's place; return the new name of the former one.

    At every moment one of the two stands in the place.

    Raises:
        CannotOpen: The folder does not allow it.
    """
    try:
        kept = _set_aside(place, mark) if place.exists() else None
        draft.replace(place)
        sync(place.parent)
    except OSError as error:
        raise explained(error) from error
    return kept


def copy_file(source: Path, target: Path) -> None:
    """Copy a file's contents."""
    with source.open("rb") as reader, target.open("wb") as writer:
        shutil.copyfileobj(reader, writer, _CHUNK)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as reader:
        return hashlib.file_digest(reader, "sha256").hexdigest()


def stamp() -> str:
    """Return the present moment for a file name."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")


def _set_aside(place: Path, mark: str) -> Path:
    kept = place.with_name(f"{place.stem}.{mark}-{stamp()}{place.suffix}")
    try:
        kept.hardlink_to(place)
    except OSError:
        copy_file(place, kept)  # some file systems know no second name
        sync(kept)
    for name in SIDE_FILES:
        side = place.with_name(place.name + name)
        if side.exists():
            side.rename(kept.with_name(kept.name + name))
    return kept
