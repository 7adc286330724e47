"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.db.errors import CannotOpen, DiskFull

SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, by the end of its name."""

_NO_SPACE = frozenset({errno.EFBIG, errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


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
    for name in ("", *SIDE_FILES):
        path.with_name(path.name + name).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    if path.is_dir() and sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
