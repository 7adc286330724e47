"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.db.errors import CannotOpen, DiskFull

_SIDE_FILES = ("-wal", "-shm", "-journal")
_CHUNK = 1 << 20
_NO_SPACE = frozenset({errno.EFBIG, errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


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


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a temporary name in the same folder; at the end it takes the target's place.

    On any failure the temporary file is gone and the target is what it was.

    Raises:
        DiskFull: No room is left.
        CannotOpen: The folder does not exist or takes no files.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield draft
        sync(draft)
        draft.replace(target)
        sync(target.parent)
    except OSError as error:
        raise explained(error) from error
    finally:
        remove(draft)


def explained(error: OSError) -> DiskFull | CannotOpen:
    """Return what a failure of the file system means for the user."""
    return DiskFull() if error.errno in _NO_SPACE else CannotOpen()


def remove(path: Path) -> None:
    """Delete a database file and what SQLite keeps beside it, where they exist."""
    for name in ("", *_SIDE_FILES):
        path.with_name(path.name + name).unlink(missing_ok=True)


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


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    if path.is_dir() and sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
    for name in _SIDE_FILES:
        side = place.with_name(place.name + name)
        if side.exists():
            side.rename(kept.with_name(kept.name + name))
    return kept
