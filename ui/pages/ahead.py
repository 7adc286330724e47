"""Makes the pages before anybody opens them, so that opening one takes a moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from ui.jobs import Jobs
from ui.pages.page import Page
from ui.pages.table import Entry

_TURN_MS = 10
"""Between two steps: what the user did meanwhile is answered."""
_LATER_MS = 50
_PATIENCE = 60
"""So often it lets others go first."""


class PagesAhead(QObject):
    """Loads what a page needs on a reader's thread, begins it and completes it; then the next one.

    The window can answer between any two steps, and what a person waits for goes first, for some
    seconds at least. `finished` comes when all pages are there.
    """

    finished = Signal()

    def __init__(
        self,
        jobs: Jobs,
        begin: Callable[[str], object],
        complete: Callable[[str], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._begin_page = begin
        self._complete_page = complete
        self._left: list[Entry] = []
        self._name = ""
        self._round = 0
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(_TURN_MS)
        self._turn.timeout.connect(self._complete)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_LATER_MS)
        self._later.timeout.connect(self._next)
        self._patience = 0

    def begin(self, entries: Sequence[Entry]) -> None:
        """Make these pages; what was begun before is forgotten."""
        self.stop()
        self._left = list(entries)
        self._patience = _PATIENCE
        self._later.start()

    def stop(self) -> None:
        """Make no more."""
        self._turn.stop()
        self._later.stop()
        self._round += 1
        self._left = []

    def _next(self) -> None:
        if not self._left:
            self.finished.emit()
            return
        if self._jobs.busy and self._patience:
            self._patience -= 1
            self._later.start()
            return
        entry = self._left.pop(0)
        loaded = partial(self._loaded, self._round, entry.name)
        self._jobs.read(entry.load, done=loaded, failed=partial(self._skip, self._round))

    def _skip(self, begun: int, _error: Exception) -> None:
        """One that cannot be loaded says so when it is opened."""
        if begun == self._round:
            self._next()

    def _loaded(self, begun: int, name: str, _kind: type[Page]) -> None:
        if begun == self._round:
            self._name = name
            self._begin_page(name)
            self._turn.start()

    def _complete(self) -> None:
        self._complete_page(self._name)
        self._next()
