"""A clerk who works through made-up days, and what he sees in the end."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.base.progress import Silent
from app.closing.files import Wishes, import_paths
from app.closing.following import FileOutcome
from app.db.workspace import Actor, Workspace
from app.demo.truth import Truth
from app.discrepancies.queries import DiscrepancyFilter, discrepancies, matches
from app.discrepancies.reconciling import TaskReport, reconcile
from app.discrepancies.rules import Status
from app.matching.rules import Task
from app.records.queries import EntryRef

TODAY = date(2026, 6, 1)
"""Later than every made-up day: no test depends on the clock."""

Mark = tuple[str, str, date, str, int]
"""Task, kind, business date, key and difference of a discrepancy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is open and what is matched, by keys; ids, files and lines do not count."""

    open_: Counter[tuple[object, ...]]
    matched: Counter[tuple[object, ...]]

    def difference(self, other: State) -> list[str]:
        """Say where another state differs; the first of each sort are enough."""
        pairs = (("open", self.open_, other.open_), ("matched", self.matched, other.matched))
        found = []
        for name, mine, yours in pairs:
            found += [f"{name}: lacks {one}" for one in itertools.islice(mine - yours, 10)]
            found += [f"{name}: invents {one}" for one in itertools.islice(yours - mine, 10)]
        return found


class Clerk:
    """Loads files and runs tasks in one database."""

    def __init__(self, url: str, actor: Actor) -> None:
        self.workspace = Workspace.open(url)
        self._actor = actor

    def load(self, *paths: Path, replace: bool = False) -> list[FileOutcome]:
        """Load files and folders; none may be rejected."""
        outcomes = import_paths(
            self.workspace,
            self._actor,
            paths,
            wishes=Wishes(replace=replace),
            today=TODAY,
            progress=Silent(),
        )
        refused = [(one.path, one.errors[:3]) for one in outcomes if one.error_count]
        assert refused == []
        return outcomes

    def run(self, day: date, tasks: Sequence[Task] = tuple(Task)) -> list[TaskReport]:
        """Run tasks for a business date."""
        return self.workspace.write(
            self._actor, reconcile, day=day, tasks=tasks, progress=Silent()
        ).value

    def shown(self) -> Counter[Mark]:
        """Return what is unresolved, as the truth names it."""
        rows = self.workspace.read(discrepancies, DiscrepancyFilter())
        return Counter(
            (
                row.task.value,
                row.kind.value,
                row.business_on,
                row.ours_key or row.theirs_key,
                row.difference_fen,
            )
            for row in rows
            if row.status is not Status.RESOLVED
        )

    def state(self) -> State:
        """Return everything that is to be the same whatever way led here."""
        rows = self.workspace.read(discrepancies, DiscrepancyFilter())
        return State(
            open_=Counter(
                (
                    row.task.value,
                    row.kind.value,
                    row.scope,
                    row.business_on,
                    row.ours_key,
                    row.theirs_key,
                    row.difference_fen,
                    row.age_days,
                )
                for row in rows
                if row.status is not Status.RESOLVED
            ),
            matched=Counter(
                (one.task.value, one.rule.value, _keys(one.ours), _keys(one.theirs))
                for one in self.workspace.read(matches)
            ),
        )

    def close(self) -> None:
        """Leave the database."""
        self.workspace.close()


def expected(truth: Truth, day: date) -> Counter[Mark]:
    """Return what the truth says is open after a day."""
    return Counter(
        (one.task, one.kind, one.date, one.key, one.difference_fen)
        for one in truth.shown_after(day)
    )


def mistakes(found: Counter[Mark], truth: Counter[Mark]) -> list[str]:
    """Say what is missed and what is invented: recall and precision, one by one."""
    return [f"misses {one}" for one in truth - found] + [f"invents {one}" for one in found - truth]


def _keys(entries: Iterable[EntryRef]) -> tuple[tuple[str, int, int], ...]:
    return tuple(sorted((one.key, one.amount_fen, one.business_on) for one in entries))
