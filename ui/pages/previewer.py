"""Previews are made in the background, one at a time; only the last one wished for is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from app.base.errors import Cancelled, UserError
from app.base.i18n import N_, _
from app.base.progress import Progress
from app.reporting.previewing import Preview
from ui.desk import Desk, Reading
from ui.widgets.paper_view import PaperView

Work = Callable[[Progress], Preview]


class Previewer(QObject):
    """Keeps a view up to date with what is wished."""

    def __init__(self, desk: Desk, view: PaperView) -> None:
        super().__init__(view)
        self._desk = desk
        self._view = view
        self._stop: _Stop | None = None
        self._next: tuple[Work, str] | None = None
        self._shown = ""

    def ask(self, work: Work, key: str) -> None:
        """Show what `work` makes; the same key stays at its page."""
        self._next = (work, key)
        if self._stop is not None:
            # Gathering cannot be stopped: beside it a second one would keep the readers busy.
            self._stop.stop()
        else:
            self._begin()

    def refuse(self, title: str, text: str) -> None:
        """Show why there is no preview."""
        self._next = None
        if self._stop is not None:
            self._stop.stop()
        self._shown = ""
        self._view.show_trouble(title, text)

    def _begin(self) -> None:
        if self._next is None:
            return
        (work, key), self._next = self._next, None
        self._stop = _Stop()
        if self._view.preview is None:
            self._view.show_trouble(_(N_("Preparing the preview …")))
        Reading(self._desk, partial(work, self._stop)).then(
            partial(self._ended, key), failed=self._failed, owner=self
        )

    def _ended(self, key: str, found: Preview) -> None:
        stopped = self._stop is not None and self._stop.is_stopped
        self._stop = None
        if not stopped:
            self._view.show_preview(found, same=key == self._shown)
            self._shown = key
        self._begin()

    def _failed(self, error: Exception) -> None:
        stopped = self._stop is not None and self._stop.is_stopped
        self._stop = None
        if stopped or isinstance(error, Cancelled):
            self._begin()
        elif isinstance(error, UserError):
            self.refuse(_(N_("No preview")), error.user_message())
        else:
            self.refuse(_(N_("No preview")), "")
            self._desk.messages.failed(error)


class _Stop:
    """The progress of a preview: nobody watches it, but it may not be wanted any more."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        self._stopped.set()

    def advance(self, done: int, total: int, note: str = "") -> None:  # noqa: ARG002 - Progress
        if self.is_stopped:
            raise Cancelled
