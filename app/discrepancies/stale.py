"""Which runs are out of date: entries or terms changed since, or people decided something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from app.base.dates import day_number, day_of
from app.calendar.queries import closed_until
from app.discrepancies.queries import READS
from app.discrepancies.terms import digest, terms_now
from app.intake.rules import Kind as EntryKind
from app.matching.model import Run
from app.matching.rules import Task
from app.records import queries as records

_ARRIVAL_LATENESS = 10
"""An arrival can be taken in by the run for a business date so many days before its booking."""


def stale_days(session: Session, task: Task, runs: Sequence[Run], days: Sequence[int]) -> list[int]:
    """Return the days of those runs that are to be made again.

    `days` are all days, in order, for which the task has a run or is about to get one. Runs of
    closed days stay as they are: what they did not see is taken by the first one that is open.
    """
    closed = closed_until(session)
    open_days = [day for day in days if day > closed]
    mine = [run for run in runs if run.business_on > closed]
    stale = [run.business_on for run in mine if run.change_no < 0]
    touched = records.touched(session, READS[task])
    stale += [
        run.business_on
        for run in mine
        if any(
            number > run.change_no and run.business_on >= first_run_for(kind, changed, open_days)
            for kind, changed, number in touched
        )
    ]
    return stale + _on_other_terms(session, task, mine)


def _on_other_terms(session: Session, task: Task, runs: Sequence[Run]) -> list[int]:
    """Return the days of runs whose settings or master data changed."""
    if not any(run.terms for run in runs):
        return []
    terms = terms_now(session)
    return [
        run.business_on
        for run in runs
        if run.terms and run.terms != digest(terms, task, run.scope, run.business_on)
    ]


def first_run_for(kind: EntryKind, changed: int, days: Sequence[int]) -> int:
    """Return the earliest run that takes entries of a day."""
    if kind is EntryKind.ARRIVALS and changed:
        changed = day_number(day_of(changed) - timedelta(days=_ARRIVAL_LATENESS))
    return next((each for each in days if each >= changed), days[-1])
