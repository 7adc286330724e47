"""The files and members of archives that are read, each as a stream that can be opened anew."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.intake.refusal import refuse
from app.intake.rules import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file or member."""

    name: str
    """The file's own name, without folders."""
    size: int
    open: Callable[[], BinaryIO]
    inside_archive: bool = False

    def data(self) -> bytes:
        """Return all bytes."""
        with self.open() as stream:
            return stream.read()


def stamp_of(path: Path) -> str:
    """Return what changes when somebody writes the file."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ino}"


def file_input(path: Path) -> Input:
    """Return a file as an input.

    Raises:
        FileRefused: It is not there or not readable.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise refuse(Reason.UNREADABLE, detail="no regular file")
        path.open("rb").close()
    except FileNotFoundError:
        raise refuse(Reason.NOT_FOUND) from None
    except OSError as error:
        raise refuse(Reason.UNREADABLE, detail=error.strerror or type(error).__name__) from None
    return Input(name=path.name, size=found.st_size, open=lambda: path.open("rb"))
