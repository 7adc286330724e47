"""Runs on record: finding them, and forgetting what they found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.orm import Session

from app.base.failpoints import reach
from app.db.workspace import Tx
from app.matching.model import Match, Run, Suggestion
from app.matching.queries import of_run
from app.matching.rules import Side, Task
from app.records.model import HeldEntry
from app.records.rules import HeldBy


def runs_of(session: Session, task: Task, scope: str = "") -> list[Run]:
    """Return a task's runs by day; with a scope only its own."""
    query = select(Run).where(Run.task == task).order_by(Run.business_on, Run.scope)
    if scope:
        query = query.where(Run.scope == scope)
    return list(session.scalars(query))


def forget_runs(tx: Tx, runs: Iterable[Run]) -> None:
    """Take these runs back with the matches and suggestions that they made.

    Matches of confirmed arrivals stay, and so does their run, to be made again around them.
    """
    quietly = {"synchronize_session": False}
    for run in runs:
        lines = of_run(run.id, run.first_match, run.last_match)
        kept = _confirmed(tx.session, run, lines)
        gone = and_(lines, Match.match_id.not_in(kept)) if kept else lines
        tx.session.execute(delete(Match).where(gone), execution_options=quietly)
        suggested = delete(Suggestion).where(Suggestion.run_id == run.id)
        tx.session.execute(suggested, execution_options=quietly)
        if kept:
            ids = select(func.min(Match.id), func.max(Match.id)).where(lines)
            run.first_match, run.last_match = tx.session.execute(ids).one()
        else:
            tx.session.delete(run)
    tx.session.flush()
    reach("reconcile.forgotten")
    tx.touch("run", "match", "suggestion")


def _confirmed(session: Session, run: Run, lines: ColumnElement[bool]) -> set[int]:
    """Of the matches of a run those whose arrival is confirmed."""
    if run.task is not Task.ARRIVAL:
        return set()
    found: set[int] = set()
    for entry in (Match.ours_id, Match.theirs_id):
        query = (
            select(Match.match_id)
            .join(HeldEntry, HeldEntry.entry_id == entry)
            .where(lines, HeldEntry.held_by == HeldBy.CONFIRMATION.value)
        )
        found.update(session.scalars(query))
    return found


def mark_stale(tx: Tx, task: Task, days: Iterable[int]) -> None:
    """Say that the runs that take these days have to be made again."""
    for day in sorted(set(days)):
        first = (
            select(Run.business_on)
            .where(Run.task == task, Run.business_on >= day)
            .order_by(Run.business_on)
            .limit(1)
        )
        tx.session.execute(
            update(Run)
            .where(Run.task == task, Run.business_on == first.scalar_subquery())
            .values(change_no=-1),
            execution_options={"synchronize_session": False},
        )
    tx.touch("run")


def forget_entries(tx: Tx, tasks: Mapping[Task, Side], first_id: int, last_id: int) -> None:
    """Take back automatic matches of entries that are gone."""
    for task, side in tasks.items():
        entry = Match.ours_id if side is Side.OURS else Match.theirs_id
        groups = select(Match.match_id).where(Match.task == task, entry.between(first_id, last_id))
        tx.session.execute(
            delete(Match).where(Match.match_id.in_(groups)),
            execution_options={"synchronize_session": False},
        )
    ids = Suggestion.entry_id.between(first_id, last_id)
    groups = select(Suggestion.group_id).where(ids)
    tx.session.execute(
        delete(Suggestion).where(Suggestion.group_id.in_(groups)),
        execution_options={"synchronize_session": False},
    )
    tx.touch("match", "suggestion")
