"""Collects garbage on the window's thread only.

Python collects cycles on whichever thread allocates next. When that is a reader's, widgets and
models of a page that is gone are destroyed beside the window's thread, while Qt uses them.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, Qt, QTimer

_EVERY_MS = 100
_YOUNG_ONES = 2
"""Collections of what is young until one of the middle: loading a library makes very much of it."""
_OLDEST = 2
_PATIENCE = 10
"""To look through everything holds the window up; that waits for the user to be elsewhere."""


class Collector(QObject):
    """Takes the collection of garbage over until it is stopped."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # What is there from the start stays; nobody need look through it again and again.
        gc.freeze()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(_EVERY_MS)

    def collect(self) -> None:
        """Collect as far as Python itself would have done by now, all only when it must be."""
        young, middle, whole = gc.get_threshold()
        limits = (young, min(middle, _YOUNG_ONES), whole * _PATIENCE)
        due = [
            generation
            for generation, (count, limit) in enumerate(zip(gc.get_count(), limits, strict=True))
            if count > limit > 0
        ]
        if due:
            gc.collect(max(due))
        if due and max(due) == _OLDEST:
            # What outlived everything would hold the window up for longer each time.
            self.keep()

    def look_through_all(self, state: Qt.ApplicationState) -> None:
        """Collect also what was kept, while the user works in another program."""
        if state == Qt.ApplicationState.ApplicationInactive:
            gc.unfreeze()
            gc.collect()
            self.keep()

    def keep(self) -> None:
        """Look no more through what is there now; for when all pages are made."""
        gc.freeze()

    def stop(self) -> None:
        """Collect all, and leave it to Python again."""
        self._timer.stop()
        gc.collect()
        gc.enable()
        gc.unfreeze()
