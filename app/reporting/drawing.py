"""Papers become a file: what draws them, in this process or in one of its own.

Loads neither the database nor the papers' builders, so that a child starts quickly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.base.progress import Progress, Silent
from app.reporting.paper import Missing, Paper, Stamp
from app.reporting.rules import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A file of papers: the pages (sheets, rows) of each, and characters that no font has."""

    pages: tuple[int, ...]
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How papers are written; the offset is in 0.1 mm."""

    format: Format
    offset: tuple[int, int] = (0, 0)


class Renderer(Protocol):
    """What turns papers into a file; the window does it in a process of its own."""

    def __call__(
        self, path: Path, papers: Sequence[tuple[Paper, Stamp]], how: How, progress: Progress
    ) -> Drawn:
        """Write the file.

        Raises:
            Cancelled: The user stopped it.
        """


def be_ready() -> None:
    """Load what drawing needs; else the first paper waits for it."""
    import app.reporting.pdf  # noqa: F401, PLC0415 - takes its time to load


def draw(path: Path, papers: Sequence[tuple[Paper, Stamp]], how: How, progress: Progress) -> Drawn:
    """Write papers into a file in this process."""
    if how.format is Format.PDF:
        from app.reporting.pdf import write_pdf  # noqa: PLC0415 - takes its time to load

        made = write_pdf(path, papers, offset=how.offset, progress=progress)
        return Drawn(pages=made.pages, missing=made.missing)
    from app.reporting import sheets  # noqa: PLC0415 - takes its time to load

    ((paper, stamp),) = papers
    if how.format is Format.XLSX:
        return Drawn(pages=(sheets.write_xlsx(path, paper, stamp, progress=progress),))
    sheets.write_csv(path, paper, progress=progress)
    return Drawn(pages=(1,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """By what papers are drawn, and to whom the work reports."""

    renderer: Renderer = draw
    progress: Progress = Silent()  # noqa: RUF009 - it holds nothing
