"""Following the loading of many files, file by file, while it goes on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from app.base.progress import Progress
from app.closing.rules import Stage
from app.intake.naming import own_name
from app.intake.rules import FileStatus, Finding, Kind, RowProblem

if TYPE_CHECKING:  # the window shows stages long before anything is read
    from app.intake.reader import Source

_EVERY_NS = 100_000_000
"""How far a file is is told at most so often."""

_PER_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """What became of one file; `rejection_id` is where a refusal is remembered."""

    path: str
    sha256: str
    profile: str
    kind: Kind | None
    status: FileStatus
    file_id: int | None = None
    rejection_id: int | None = None
    rows: int = 0
    accepted: int = 0
    overlapping: int = 0
    total_fen: int = 0
    business_days: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    errors: tuple[RowProblem, ...] = ()
    error_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStep:
    """How far one file is.

    `path` names it; `origin` is the path that it was listed under, which for the members of an
    archive is the archive's. `read` and `size` are bytes, `speed` is in rows a second.
    """

    path: str
    origin: str
    stage: Stage
    kind: Kind | None = None
    profile: str = ""
    size: int = 0
    read: int = 0
    rows: int = 0
    speed: int = 0
    outcome: FileOutcome | None = None


@runtime_checkable
class Follower(Progress, Protocol):
    """A progress that is also told of each file; it gets plain values and must not wait."""

    def follow(self, step: FileStep) -> None:
        """Take note of how far one file is; called on the thread that loads."""


class Track:
    """Tells a progress, which may be a follower, how far the loading of many files is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._follower = progress if isinstance(progress, Follower) else None
        self._origins: dict[str, str] = {}
        self._total = 0
        self._done = 0
        self._step = FileStep(path="", origin="", stage=Stage.LISTED)
        self._began = 0
        self._told = 0

    def listed(self, files: Sequence[Path]) -> None:
        """Tell which files there are, before any is looked at."""
        for file in files:
            self._follow(FileStep(path=str(file), origin=str(file), stage=Stage.LISTED))

    def looking(self, number: int, count: int, file: Path) -> None:
        """Tell that a file is looked at now."""
        self._progress.advance(number, count, file.name)

    def found(self, file: Path, sources: Sequence[Source]) -> None:
        """Tell what a file, or an archive, was found to be."""
        origin = str(file)
        if not sources:
            self._follow(FileStep(path=origin, origin=origin, stage=Stage.PASSED_OVER))
        for source in sources:
            self._origins[source.label] = origin
            self._total += source.size
            self._follow(self._of(source, Stage.FOUND))

    def begun(self, source: Source) -> None:
        """Tell that a file is loaded now."""
        self._step = self._of(source, Stage.LOADING)
        self._began = self._told = time.monotonic_ns()
        self._follow(self._step)
        self._advance()

    def moved(self, rows: int, size: int) -> None:
        """Tell how many rows and bytes came in."""
        now = time.monotonic_ns()
        speed = rows * _PER_SECOND // max(now - self._began, 1)
        self._step = replace(self._step, rows=rows, read=size, speed=speed)
        if now - self._told >= _EVERY_NS:
            self._told = now
            self._follow(self._step)
        self._advance()

    def settling(self) -> None:
        """Tell that all rows are in and are held against what is loaded."""
        self._step = replace(self._step, stage=Stage.SETTLING)
        self._follow(self._step)
        self._advance()

    def ended(self, source: Source, outcome: FileOutcome) -> None:
        """Tell what became of a file."""
        self._done += source.size
        step = self._of(source, Stage.ENDED)
        self._follow(replace(step, rows=outcome.rows, read=source.size, outcome=outcome))

    def _follow(self, step: FileStep) -> None:
        if self._follower is not None:
            self._follower.follow(step)

    def _of(self, source: Source, stage: Stage) -> FileStep:
        return FileStep(
            path=source.label,
            origin=self._origins.get(source.label, source.label),
            stage=stage,
            kind=source.kind,
            profile=source.profile or "",
            size=source.size,
        )

    def _advance(self) -> None:
        done = self._done + min(self._step.read, self._step.size)
        self._progress.advance(done, max(self._total, 1), own_name(self._step.path))
