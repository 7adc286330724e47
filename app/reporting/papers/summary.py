"""Reconciliation summary (对账结果汇总表): per task and channel, adding up on its face."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.dates import day_number, day_of
from app.base.i18n import N_, _
from app.matching.model import Run
from app.matching.queries import figures_of
from app.matching.rules import COUNTED_ZERO, Kind, Task
from app.reporting.paper import Column, Field, Fields, Look, Paper, Row, Table
from app.reporting.papers.common import channel_names, day_wanted, four_signatures, moment, unit
from app.reporting.rules import ReportKind
from app.reporting.wishes import Ready, Wish
from app.wording.labels import label


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFigures:
    """How often a kind was found, and what stands on both sides in fen."""

    count: int
    ours_fen: int
    theirs_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a task found for a business date, of one channel or of all.

    `kinds` are those that are part of the sums, `beside` those that stand beside them.
    """

    task: Task
    scope: str
    ours: int = 0
    theirs: int = 0
    ours_fen: int = 0
    theirs_fen: int = 0
    matched_ours: int = 0
    matched_theirs: int = 0
    matched_fen: int = 0
    matched_theirs_fen: int = 0
    kinds: dict[Kind, KindFigures] = field(default_factory=dict)
    beside: dict[Kind, KindFigures] = field(default_factory=dict)


def summary_papers(session: Session, wish: Wish) -> list[Ready]:
    """Return the summary of a day; of one task or channel, or of all."""
    day = day_wanted(session, wish)
    runs = runs_of_day(session, day, task=wish.task, channel=wish.channel)
    if not runs:
        return []
    names = channel_names(session)
    figures = [figures_of_run(run) for run in runs]
    paper = Paper(
        kind=ReportKind.SUMMARY,
        title=_(N_("Reconciliation summary")),
        unit=unit(session),
        language=wish.tongue,
        subject=day.isoformat(),
        period=day.isoformat(),
        blocks=(
            Fields(fields=_head(day, runs), beside=3),
            *(
                _table(task, [one for one in figures if one.task is task], names)
                for task in Task
                if any(one.task is task for one in figures)
            ),
        ),
        signatures=four_signatures(),
        notes=(
            _(
                N_(
                    "Matched and not matched together are all there is; not matched is the sum of"
                    " its kinds. Kinds in brackets stand beside the sums: their entries are counted"
                    " in another line."
                )
            ),
        ),
        landscape=True,
        form=wish.sheet,
    )
    return [Ready(subject=wish.parameters(), paper=paper)]


def runs_of_day(session: Session, day: date, *, task: Task | None, channel: str) -> list[Run]:
    """Return the runs of a day; of all channels, or of one."""
    query = select(Run).where(Run.business_on == day_number(day)).order_by(Run.task, Run.scope)
    if task is not None:
        query = query.where(Run.task == task)
    if channel:
        query = query.where(Run.scope == channel, Run.task == Task.CHANNEL)
    runs = list(session.scalars(query))
    # Beside the runs of the channels stands one that only says that all were run.
    return [run for run in runs if run.task is not Task.CHANNEL or run.scope]


def is_counted(kind: Kind) -> bool:
    """Return whether a kind is part of the sums of its task.

    A line of another payee is open on both sides, with the same amount.
    """
    return kind not in COUNTED_ZERO or kind is Kind.PAYEE_DIFFERS


def figures_of_run(run: Run) -> Figures:
    """Return what a run found."""
    totals = figures_of(run.totals)
    kinds: dict[Kind, KindFigures] = {}
    beside: dict[Kind, KindFigures] = {}
    for name, found in json.loads(run.totals)["kinds"].items():
        kind = Kind(name)
        own = KindFigures(
            count=found["count"], ours_fen=found["ours_fen"], theirs_fen=found["theirs_fen"]
        )
        (kinds if is_counted(kind) else beside)[kind] = (
            KindFigures(count=own.count, ours_fen=own.ours_fen, theirs_fen=own.ours_fen)
            if kind is Kind.PAYEE_DIFFERS
            else own
        )
    return Figures(
        task=run.task,
        scope=run.scope,
        ours=totals["ours"],
        theirs=totals["theirs"],
        ours_fen=totals["ours_fen"],
        theirs_fen=totals["theirs_fen"],
        matched_ours=totals["matched_ours"],
        matched_theirs=totals["matched_theirs"],
        matched_fen=totals["matched_fen"],
        matched_theirs_fen=totals["matched_theirs_fen"],
        kinds=kinds,
        beside=beside,
    )


def _head(day: date, runs: Sequence[Run]) -> tuple[Field, ...]:
    last = max(run.at for run in runs)
    as_of = max(run.as_of for run in runs)
    return (
        Field(name=_(N_("Business date")), value=day.isoformat(), look=Look.DAY),
        Field(name=_(N_("Reconciled at")), value=moment(last)),
        Field(name=_(N_("Reckoned as of")), value=day_of(as_of).isoformat(), look=Look.DAY),
    )


def _table(task: Task, figures: Sequence[Figures], names: dict[str, str]) -> Table:
    rows = [row for one in figures for row in _rows(one, names)]
    return Table(
        name=label(task),
        is_titled=True,
        columns=(
            Column(title=_(N_("Channel")), width=14, merged=True),
            Column(title=_(N_("Item")), width=22),
            Column(title=_(N_("Discrepancies, count")), width=9, look=Look.COUNT),
            Column(title=_(N_("Ours, count")), width=10, look=Look.COUNT),
            Column(title=_(N_("Theirs, count")), width=10, look=Look.COUNT),
            Column(title=_(N_("Ours, amount")), width=16, look=Look.MONEY),
            Column(title=_(N_("Theirs, amount")), width=16, look=Look.MONEY),
            Column(title=_(N_("Difference")), width=14, look=Look.MONEY),
        ),
        rows=tuple(rows),
        totals=(_total(figures),),
    )


def _rows(one: Figures, names: dict[str, str]) -> list[Row]:
    name = names.get(one.scope, one.scope) or _(N_("all"))
    left_ours = one.ours_fen - one.matched_fen
    left_theirs = one.theirs_fen - one.matched_theirs_fen
    count = sum(found.count for found in one.kinds.values())
    return [
        (
            *(name, _(N_("Matched")), None),
            *(one.matched_ours, one.matched_theirs, one.matched_fen, one.matched_theirs_fen),
            one.matched_fen - one.matched_theirs_fen,
        ),
        (
            *(name, _(N_("Not matched")), count),
            *(one.ours - one.matched_ours, one.theirs - one.matched_theirs),
            *(left_ours, left_theirs, left_ours - left_theirs),
        ),
        *(_kind_row(name, kind, found, N_("  of it: {kind}")) for kind, found in one.kinds.items()),
        *(_kind_row(name, kind, found, N_("  ({kind})")) for kind, found in one.beside.items()),
        (
            *(name, _(N_("All")), None),
            *(one.ours, one.theirs, one.ours_fen, one.theirs_fen, one.ours_fen - one.theirs_fen),
        ),
    ]


def _kind_row(name: str, kind: Kind, found: KindFigures, words: str) -> Row:
    text = _(N_("in transit: {kind}")) if kind is Kind.TIMING else "{kind}"
    said = _(words).format(kind=text.format(kind=label(kind)))
    difference = found.ours_fen - found.theirs_fen
    return (name, said, found.count, None, None, found.ours_fen, found.theirs_fen, difference)


def _total(figures: Sequence[Figures]) -> Row:
    ours, theirs = (
        sum(getattr(one, side) for one in figures) for side in ("ours_fen", "theirs_fen")
    )
    return (
        *(_(N_("Total")), None),
        sum(found.count for one in figures for found in one.kinds.values()),
        *(sum(one.ours for one in figures), sum(one.theirs for one in figures)),
        *(ours, theirs, ours - theirs),
    )
