"""Background work with progress and cancel.

A job is any headless function of `app`. It runs on a worker thread; its callbacks run on the
thread that owns the `Jobs` object.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.base.errors import Cancelled

R = TypeVar("R")

_EVERY_S = 0.1
"""A job's progress reaches the window at most so often."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(QObject):
    """A piece of long work as the jobs list shows it, and the progress that it reports to."""

    changed = Signal()
    _advanced = Signal(int, int, str)

    def __init__(self, title: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.state = JobState.WAITING
        self.done = 0
        self.total = 0
        self.note = ""
        self._began = time.monotonic()
        self._told = 0.0
        self._stopped = threading.Event()
        self._advanced.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Ask the job to stop at its next report."""
        self._stopped.set()

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Report how far the work is; called by the job on its own thread.

        Raises:
            Cancelled: The user asked the job to stop.
        """
        if self._stopped.is_set():
            raise Cancelled
        now = time.monotonic()
        if now - self._told >= _EVERY_S or done >= total:
            self._told = now
            self._advanced.emit(done, total, note)

    def remaining_s(self) -> int | None:
        """Return for how many seconds it will probably go on; None while that is unknown."""
        if not self.done or not self.total or self.state is not JobState.RUNNING:
            return None
        passed = int(time.monotonic() - self._began)
        return passed * (self.total - self.done) // self.done

    def per_second(self) -> int | None:
        """Return how many steps a second it does; None while that is unknown."""
        passed = int(time.monotonic() - self._began)
        return self.done // passed if self.done and passed else None

    def enter(self, state: JobState) -> None:
        """Say where the job stands; called on the window's thread."""
        if state is JobState.RUNNING:
            self._began = time.monotonic()
        self.state = state
        self.changed.emit()

    @Slot(int, int, str)
    def _show(self, done: int, total: int, note: str) -> None:
        if self.state is JobState.WAITING:
            self.enter(JobState.RUNNING)
        self.done, self.total, self.note = done, total, note
        self.changed.emit()


class Jobs(QObject):
    """Runs jobs: writes one after the other, reads side by side."""

    listed = Signal(object)
    _ended = Signal(object)

    def __init__(self, parent: QObject | None = None, readers: int = 3) -> None:
        super().__init__(parent)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="write")
        self._readers = ThreadPoolExecutor(max_workers=readers, thread_name_prefix="read")
        self._ended.connect(self._call, Qt.ConnectionType.QueuedConnection)
        self._closed = False
        self.busy = 0

    def read(
        self,
        work: Callable[[], R],
        *,
        done: Callable[[R], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Run a reading job."""
        self._start(self._readers, work, done, failed)

    def write(
        self,
        work: Callable[[], R],
        *,
        done: Callable[[R], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Run a writing job; writing jobs never overlap."""
        self._start(self._writer, work, done, failed)

    def run(
        self,
        job: Job,
        work: Callable[[], R],
        *,
        done: Callable[[R], object],
        failed: Callable[[Exception], object],
        writes: bool,
    ) -> None:
        """Run long work that stands in the jobs list."""
        pool = self._writer if writes else self._readers
        self.listed.emit(job)
        self._start(pool, work, partial(_done, job, done), partial(_failed, job, failed))

    def close(self) -> None:
        """Forget what has not begun and wait for what has."""
        self._closed = True
        for pool in (self._writer, self._readers):
            pool.shutdown(wait=True, cancel_futures=True)

    def _start(
        self,
        pool: ThreadPoolExecutor,
        work: Callable[[], R],
        done: Callable[[R], object],
        failed: Callable[[Exception], object],
    ) -> None:
        if self._closed:
            return

        def ended(future: Future[R]) -> None:
            if not future.cancelled():
                self._ended.emit(partial(_deliver, future, done, failed))

        self.busy += 1
        pool.submit(work).add_done_callback(ended)

    @Slot(object)
    def _call(self, callback: Callable[[], None]) -> None:
        self.busy -= 1
        if not self._closed:
            callback()


def _done(job: Job, done: Callable[[R], object], value: R) -> None:
    job.enter(JobState.DONE)
    done(value)


def _failed(job: Job, failed: Callable[[Exception], object], error: Exception) -> None:
    job.enter(JobState.CANCELLED if isinstance(error, Cancelled) else JobState.FAILED)
    failed(error)


def _deliver(
    future: Future[R], done: Callable[[R], object], failed: Callable[[Exception], object]
) -> None:
    error = future.exception()
    if isinstance(error, Exception):
        failed(error)
    else:
        done(future.result())
