"""Progress on a terminal; nothing where standard error is a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.base.progress import Progress, Silent

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress


@contextmanager
def bar() -> Iterator[Progress]:
    """Show progress while the work runs; Ctrl-C stops it."""
    if not sys.stderr.isatty():
        yield Silent()
        return
    from rich import console, progress  # noqa: PLC0415 - night jobs do without

    with progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TimeElapsedColumn(),
        console=console.Console(stderr=True),
        transient=True,
    ) as shown:
        yield _Bar(shown)


class _Bar:
    def __init__(self, shown: RichProgress) -> None:
        self._shown = shown
        self._task = shown.add_task("", total=None)

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Move the bar."""
        self._shown.update(self._task, completed=done, total=total or None, description=note[-40:])
