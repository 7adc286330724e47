"""How long the window's thread was busy: what a person feels as a stutter."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

EVERY_MS = 1
LONGEST_WAIT_S = 1_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Felt:
    """What one action felt like, in milliseconds.

    `until_ms` is the time until its result was on the screen, `stall_ms` the longest time in
    which the window could not answer; `own_ms` is the longest that its thread reckoned at a
    stretch, which a machine busy with other things does not lengthen.
    """

    name: str
    until_ms: int
    stall_ms: int
    own_ms: int = 0


class Watchdog(QObject):
    """Ticks in the event loop; the longest gap between two ticks is the longest stall."""

    def __init__(self) -> None:
        super().__init__()
        self._clock = QElapsedTimer()
        self._clock.start()
        self._last = 0
        self._longest = 0
        self._last_own = 0
        self._longest_own = 0
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def feel(self, name: str, act: Callable[[], object], until: Callable[[], bool]) -> Felt:
        """Do something in the event loop and watch until its result is there."""
        self._longest, self._longest_own = 0, 0
        self._last, self._last_own = self._now(), time.thread_time_ns()
        begun = self._now()
        QTimer.singleShot(0, act)
        limit = time.monotonic() + LONGEST_WAIT_S
        pending = True
        while pending and time.monotonic() < limit:
            QApplication.processEvents()
            pending = not until()
        until_ms = self._now() - begun
        for _round in range(20):
            QApplication.sendPostedEvents(None, QEvent.Type.None_.value)
            QApplication.processEvents()
        own_ms = self._longest_own // 1_000_000
        return Felt(name=name, until_ms=until_ms, stall_ms=self._longest, own_ms=own_ms)

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()

    def _tick(self) -> None:
        now, own = self._now(), time.thread_time_ns()
        self._longest = max(self._longest, now - self._last)
        self._longest_own = max(self._longest_own, own - self._last_own)
        self._last, self._last_own = now, own

    def _now(self) -> int:
        return self._clock.elapsed()
