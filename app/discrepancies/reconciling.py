"""Running the tasks: a run for a business date, and again what it changes for later ones.

The state after any order of imports and runs is that of running each day once, in order, over
what is loaded now. A run therefore starts at the earliest day whose entries changed since they
were last reconciled, and goes on to the latest day that was ever run.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.dates import day_number, day_of
from app.base.progress import Progress, Stretch
from app.calendar.queries import closed_until
from app.calendar.service import require_open
from app.catalog.rules import SettingName
from app.db.locks import alone
from app.db.workspace import Tx
from app.discrepancies import folding
from app.discrepancies.handsums import hand_sums
from app.discrepancies.rules import RECONCILE_LOCK
from app.discrepancies.stale import stale_days
from app.discrepancies.terms import TOLERANCES, Terms, digest, terms_now
from app.identity.rules import Permission
from app.identity.service import require
from app.matching import due, saving, store
from app.matching.extent import Extent
from app.matching.model import Run
from app.matching.queries import figures_of
from app.matching.result import Result
from app.matching.rules import COUNTED_ZERO, Kind, Limits, Task
from app.records import queries as records


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSum:
    """How often a kind of discrepancy was found, and what stands on both sides in fen."""

    count: int
    ours_fen: int
    theirs_fen: int
    difference_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReport:
    """A task's figures for a business date; `unchanged` says nothing was new since last time."""

    task: Task
    ours: int
    theirs: int
    matched_ours: int
    matched_theirs: int
    ours_fen: int
    theirs_fen: int
    matched_fen: int
    discrepancies: dict[Kind, KindSum]
    extra: dict[str, int] = field(default_factory=dict)
    unchanged: bool = False
    seconds: str = "0.000"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Which days a task runs for, and as of which day."""

    part: folding.Part
    days: tuple[int, ...]
    as_of: int
    change_no: int


def reconcile(
    tx: Tx, *, day: date, tasks: Sequence[Task], scope: str = "", progress: Progress
) -> list[TaskReport]:
    """Run tasks for a business date and return their figures.

    Raises:
        NotAllowed: The actor may not reconcile.
        DayClosed: The day is closed.
        Cancelled: The user stopped it.
    """
    require(tx.actor, Permission.RECONCILE)
    require_open(tx, day)
    alone(tx, RECONCILE_LOCK)
    terms = terms_now(tx.session)
    reports = []
    for number, task in enumerate(tasks):
        stretch = Stretch(progress, number, len(tasks))
        stretch.advance(0, 1, task.value)
        started = time.monotonic_ns()
        part = folding.Part(task=task, scope=scope if task is Task.CHANNEL else "")
        report = _run_task(tx, part, day_number(day), terms, stretch)
        taken = (time.monotonic_ns() - started) // 1_000_000
        reports.append(replace(report, seconds=f"{taken // 1000}.{taken % 1000:03d}"))
    audit.record(
        tx,
        Verb.RECONCILED,
        "business_day",
        day.isoformat(),
        after={
            report.task.value: {
                "ours": report.ours,
                "theirs": report.theirs,
                "matched": report.matched_ours,
                "discrepancies": {
                    kind.value: found.count for kind, found in report.discrepancies.items()
                },
            }
            for report in reports
        },
    )
    return reports


def last_reports(session: Session, day: int, part: folding.Part) -> TaskReport:
    """Return the stored figures of a task for a business date."""
    runs = [run for run in store.runs_of(session, part.task, part.scope) if run.business_on == day]
    return _summed(part.task, runs)


def _run_task(tx: Tx, part: folding.Part, day: int, terms: Terms, progress: Progress) -> TaskReport:
    runs = store.runs_of(tx.session, part.task, part.scope)
    plan = _planned(tx.session, part, day, runs)
    if not plan.days:
        return replace(last_reports(tx.session, day, part), unchanged=True)
    start = plan.days[0]
    store.forget_runs(tx, [run for run in runs if run.business_on >= start])
    folding.roll_back(tx, part, start)
    waiting = folding.kept_rows(tx.session, part, start)
    before = max((run.business_on for run in runs if run.business_on < start), default=0)
    for number, each in enumerate(plan.days):
        progress.advance(number, len(plan.days), part.task.value)
        waiting -= _run_day(tx, plan, each, before, terms)
        before = each
    folding.close_vanished(tx, waiting, plan.days[-1])
    return last_reports(tx.session, day, part)


def _planned(session: Session, part: folding.Part, day: int, runs: Sequence[Run]) -> _Plan:
    """Find the days to run: from the first that changed, or none when nothing did."""
    change_no = records.change_no(session)
    days = sorted({run.business_on for run in runs} | {day})
    as_of = days[-1]
    stale = stale_days(session, part.task, runs, days)
    known = {run.business_on for run in runs}
    if part.task is Task.CHANNEL and not part.scope:
        # Days for which only some channels were run.
        stale += known - {run.business_on for run in runs if not run.scope}
    if day in known and not stale and all(run.as_of == as_of for run in runs[-1:]):
        return _Plan(part=part, days=(), as_of=as_of, change_no=change_no)
    start = min([day, *stale])
    closed = closed_until(session)
    chosen = tuple(each for each in days if each >= start and each > closed)
    return _Plan(part=part, days=chosen, as_of=as_of, change_no=change_no)


def _run_day(tx: Tx, plan: _Plan, day: int, before: int, terms: Terms) -> set[int]:
    ours, theirs = folding.pool(plan.part, day)
    done_ours, done_theirs = folding.settled(plan.part, day)
    extent = Extent(
        first=before + 1,
        last=day,
        pool_ours=ours,
        pool_theirs=theirs,
        settled_ours=done_ours,
        settled_theirs=done_theirs,
        scope=plan.part.scope,
    )
    result = _result(tx.session, plan, extent, terms)
    _check_sums(result)
    by_hand = hand_sums(tx.session, plan.part.task, day)
    scopes = _scopes(plan.part, {*result.totals, *by_hand})
    state = saving.RunState(
        business_on=day,
        as_of=plan.as_of,
        change_no=plan.change_no,
        terms={scope: digest(terms, plan.part.task, scope, day) for scope in scopes},
        by_hand=by_hand,
    )
    saving.save(tx, plan.part.task, scopes, result, state)
    return folding.fold(tx, plan.part, result, day)


def _scopes(part: folding.Part, found: set[str]) -> set[str]:
    if part.task is not Task.CHANNEL:
        return {""}
    if part.scope:
        return {part.scope}
    # Beside the runs of its channels one that says that all were run.
    return {"", *found}


def _result(session: Session, plan: _Plan, extent: Extent, terms: Terms) -> Result:
    # The analytical engine takes its time to load; a run with nothing new does without it.
    from app.clearing.engine import DuckEngine  # noqa: PLC0415 - see above
    from app.matching import (  # noqa: PLC0415 - see above
        arrival_task,
        channel,
        clearing_task,
        writeoff,
    )

    task = plan.part.task
    if task is Task.ARRIVAL:
        reckoned = due.Terms(
            calendar=terms.calendar,
            accounts=terms.accounts,
            channels=terms.channels,
            window_days=terms.settings[SettingName.ARRIVAL_WINDOW_WORKING_DAYS],
        )
        as_of = due.clearing_day(session, plan.as_of, reckoned)
        return arrival_task.run(session, extent, terms=reckoned, as_of=as_of)
    limits = Limits(
        within_days=terms.settings[SettingName.WRITEOFF_DAYS],
        tolerance_fen=terms.settings[TOLERANCES[task]],
    )
    engine = DuckEngine()
    try:
        if task is Task.CHANNEL:
            return channel.run(
                session,
                engine,
                extent,
                channels=terms.channels,
                limits=limits,
                late=channel.Late(
                    seconds=terms.settings[SettingName.TIMING_MINUTES] * 60,
                    still=partial(_is_waiting, as_of=plan.as_of, terms=terms),
                ),
            )
        if task is Task.WRITEOFF:
            return writeoff.run(session, engine, extent, limits=limits)
        accounts = _accounts(terms)
        return clearing_task.run(
            session, engine, extent, channels=terms.channels, accounts=accounts
        )
    finally:
        engine.close()


def _accounts(terms: Terms) -> dict[str, frozenset[str]]:
    """Return the accounts of each organisation."""
    own: dict[str, set[str]] = {}
    for account in terms.accounts:
        own.setdefault(account.organisation, set()).add(account.account_no)
    return {code: frozenset(numbers) for code, numbers in own.items()}


def _is_waiting(day: int, *, as_of: int, terms: Terms) -> bool:
    """Whether the window of an entry of a business day is still open."""
    window = terms.settings[SettingName.TIMING_WINDOW_WORKING_DAYS]
    return day_of(as_of) <= terms.calendar.add_working_days(day_of(day), window)


def _check_sums(result: Result) -> None:
    """Matched and discrepancies together are all there is, in fen."""
    facts = result.facts.to_pydict()
    beside = {kind.value for kind in COUNTED_ZERO}
    differing = sum(
        difference
        for kind, difference in zip(facts["kind"], facts["difference_fen"], strict=True)
        if kind not in beside
    )
    ours = sum(one.ours_fen - one.theirs_fen for one in result.totals.values())
    residue = sum(one.matched_fen - one.matched_theirs_fen for one in result.totals.values())
    assert ours == differing + residue, (ours, differing, residue)


def _summed(task: Task, runs: Sequence[Run]) -> TaskReport:
    sums: Counter[str] = Counter()
    kinds: dict[Kind, KindSum] = {}
    extra: dict[str, int] = {}
    for run in runs:
        stored = json.loads(run.totals)
        sums.update(figures_of(run.totals))
        extra = stored["extra"] or extra
        for name, found in stored["kinds"].items():
            before = kinds.get(Kind(name))
            added = KindSum(**found)
            kinds[Kind(name)] = added if before is None else _added(before, added)
    return TaskReport(
        task=task,
        ours=sums["ours"],
        theirs=sums["theirs"],
        matched_ours=sums["matched_ours"],
        matched_theirs=sums["matched_theirs"],
        ours_fen=sums["ours_fen"],
        theirs_fen=sums["theirs_fen"],
        matched_fen=sums["matched_fen"],
        discrepancies=kinds,
        extra=extra,
    )


def _added(one: KindSum, other: KindSum) -> KindSum:
    return KindSum(
        count=one.count + other.count,
        ours_fen=one.ours_fen + other.ours_fen,
        theirs_fen=one.theirs_fen + other.theirs_fen,
        difference_fen=one.difference_fen + other.difference_fen,
    )
