"""Holding a printed paper against the register: whether a file is the one that was made."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.base.errors import UserError
from app.base.i18n import N_
from app.base.progress import Progress, Silent
from app.reporting.queries import IssueView

_PIECE = 1 << 20


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
