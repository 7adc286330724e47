"""Reconciling from the window, and what its job says meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.base.progress import Progress
from app.db.workspace import Actor, Workspace
from app.matching.rules import Task
from app.wording.labels import label


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Tasks to be run for a business date; a scope is one channel."""

    workspace: Workspace
    actor: Actor
    day: date
    tasks: Sequence[Task]
    scope: str = ""

    def __call__(self, progress: Progress) -> object:
        """Run them; called on the thread that writes."""
        from app.discrepancies.reconciling import reconcile  # noqa: PLC0415 - loads the engine

        return self.workspace.write(
            self.actor,
            reconcile,
            day=self.day,
            tasks=list(self.tasks),
            scope=self.scope,
            progress=_Named(progress),
        ).value


class _Named:
    """Tells tasks by their names on the screen."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def advance(self, done: int, total: int, note: str = "") -> None:
        self._progress.advance(done, total, label(Task(note)) if note in set(Task) else note)
