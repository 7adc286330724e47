"""Trying out a program that was just packed: goes in, shows every page, and ends.

Name and database are those of the command line, the password stands in DUIPING_PASSWORD.
"""

from __future__ import annotations

import os
import sys
import traceback
from types import TracebackType

from PySide6.QtCore import QTimer

from app.db.places import sample_database
from app.upkeep.defects import Defect
from app.upkeep.entering import Entered
from ui.application import Application

_LOOK_AGAIN_MS = 50


class Trial(Application):
    """Ends with 0 when every page was shown, with 1 at the first thing that fails."""

    def start(self) -> None:
        """Go in without being asked."""
        sys.excepthook = self._unforeseen
        self._pages: list[str] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_AGAIN_MS)
        self._timer.timeout.connect(self._next)
        self._enter(self._user, os.environ["DUIPING_PASSWORD"], self._url or sample_database())

    def _entered(self, entered: Entered) -> None:
        super()._entered(entered)
        assert self.window is not None
        self.window.desk.messages.crashed.connect(self._crashed)
        self._pages = list(self.window.entries)
        self._timer.start()

    def _next(self) -> None:
        """Show another page once the last one is complete."""
        assert self.window is not None
        if self.window.desk.jobs.busy:
            return
        if self._pages:
            self.window.show_page(self._pages.pop(0))
        else:
            self._timer.stop()
            self._qt.exit(0)

    def _unforeseen(
        self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        self._failed(error)

    def _failed(self, error: BaseException) -> None:
        traceback.print_exception(error)
        self._end()

    def _crashed(self, defect: Defect) -> None:
        sys.stderr.write(f"{defect.reference} {defect.log}\n")
        self._end()

    def _end(self) -> None:
        self._timer.stop()
        self._qt.exit(1)
