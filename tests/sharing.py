"""What tests share because making it takes long: reading processes, and results on disk."""

from __future__ import annotations

import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import URL, Engine, create_engine, event

from app.intake.reader import Reader

Made = TypeVar("Made")

_PATIENCE_SECONDS = 120


class Readers:
    """Reading processes for imports: to start one takes longer than to read a small file.

    Each import has one to itself while it lasts, as in the program.
    """

    def __init__(self) -> None:
        self._idle: list[Reader] = []
        self._lock = threading.Lock()

    @contextmanager
    def lent(self) -> Iterator[Reader]:
        """Lend a reading process that nobody uses."""
        with self._lock:
            reader = self._idle.pop() if self._idle else Reader()
        try:
            yield reader
        finally:
            with self._lock:
                self._idle.append(reader)

    def close(self) -> None:
        """End them all."""
        for reader in self._idle:
            reader.restart()


class Dialects:
    """Makes engines that share one dialect of each kind, and with it what was compiled for it.

    SQLAlchemy keeps compiled statements by engine and dialect; each test has an engine of its own,
    and compiling took a sixth of the time of tests.
    """

    def __init__(self) -> None:
        self._first: dict[tuple[str, str, object], Engine] = {}

    def engine(self, url: URL, **options: Any) -> Engine:
        """Make an engine; the first of its kind lends its dialect once it has connected."""
        made = create_engine(url, **options)
        key = (made.dialect.name, made.dialect.driver, options.get("module"))
        first = self._first.get(key)
        if first is None:
            event.listen(made, "first_connect", lambda *_args: self._first.setdefault(key, made))
            return made
        made.dialect = made.pool._dialect = first.dialect
        made._compiled_cache = first._compiled_cache
        return made


class Shelf:
    """Results that the workers of one test run make once between them."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        base = folders.getbasetemp()
        in_worker = "PYTEST_XDIST_WORKER" in os.environ
        self.folder = (base.parent if in_worker else base) / "shelf"
        self.folder.mkdir(exist_ok=True)

    def get(self, name: str, make: Callable[[Path], Made]) -> Made:
        """Return a result; the first who asks makes it, in a folder that stays."""
        folder, done = self.folder / name, self.folder / f"{name}.pickle"
        try:
            folder.mkdir()
        except FileExistsError:
            if not self._awaited(done):
                folder = self.folder / f"{name}-{time.monotonic_ns()}"
                folder.mkdir()
                return make(folder)
        else:
            return self._first(folder, done, make)
        found: Made = pickle.loads(done.read_bytes())
        return found

    @staticmethod
    def _first(folder: Path, done: Path, make: Callable[[Path], Made]) -> Made:
        try:
            made = make(folder)
        except BaseException:
            done.with_suffix(".failed").touch()
            raise
        partial = done.with_suffix(".partial")
        partial.write_bytes(pickle.dumps(made))
        partial.rename(done)
        return made

    @staticmethod
    def _awaited(done: Path) -> bool:
        """Wait for who makes it; whoever waits in vain makes it again."""
        limit = time.monotonic() + _PATIENCE_SECONDS
        while not done.exists():
            if done.with_suffix(".failed").exists() or time.monotonic() > limit:
                return False
            time.sleep(0.1)
        return True
