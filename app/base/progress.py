"""How long work tells how far it is, and learns that it should stop."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """What a long job reports to."""

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Report how far the work is.

        Raises:
            Cancelled: The user asked the job to stop.
        """


class Silent:
    """Reports to nobody and never stops the work."""

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Do nothing."""


class Stretch:
    """One of several equal parts of longer work; it counts from nothing to its own whole."""

    STEPS = 1_000

    def __init__(self, progress: Progress, number: int, parts: int) -> None:
        self._progress = progress
        self._before = number * self.STEPS
        self._whole = max(parts, 1) * self.STEPS

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Report how far this part is.

        Raises:
            Cancelled: The user asked the job to stop.
        """
        within = min(done, total) * self.STEPS // max(total, 1)
        self._progress.advance(self._before + within, self._whole, note)


class Meter(Protocol):
    """What the loading of one file reports to."""

    def moved(self, rows: int, size: int) -> None:
        """Report how many rows and bytes of the file came in.

        Raises:
            Cancelled: The user asked the job to stop.
        """

    def settling(self) -> None:
        """Report that all rows are in and are held against what is there.

        Raises:
            Cancelled: The user asked the job to stop.
        """
