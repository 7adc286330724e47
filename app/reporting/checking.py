"""Holding a printed paper against the register: its code, its number, its file."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from app.base.errors import UserError
from app.base.i18n import N_
from app.base.progress import Progress, Silent
from app.reporting.queries import IssueView

_PIECE = 1 << 20
_NUMBER = re.compile(r"[A-Z]{2}-[0-9]{8}-[0-9]{4,}")


class CannotRead(UserError):
    """A file cannot be read."""

    template = N_("{file} cannot be read. Check its name and the permissions.")


def same_file(path: Path, issue: IssueView, progress: Progress | None = None) -> bool:
    """Tell whether a file is the one that was made.

    Raises:
        CannotRead: It cannot be read.
        Cancelled: The user stopped it.
    """
    told = progress or Silent()
    digest = hashlib.sha256()
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                told.advance(file.tell(), size)
    except OSError as error:
        raise CannotRead(file=path.name) from error
    return digest.hexdigest() == issue.sha256


def number_read(text: str) -> str:
    """Return the number that stands beside the code in a scanned QR code; "" without one."""
    found = _NUMBER.search(text.upper())
    return found.group() if found else ""
