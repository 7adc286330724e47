"""Discrepancy list (对账差异明细表): each with both sides, and sums that equal the runs' totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.adjustments.model import Adjustment, AdjustmentCase, Voucher
from app.base.dates import day_number
from app.base.i18n import N_, _, ngettext
from app.discrepancies.cases import CaseRow, case_ages, case_rows
from app.discrepancies.model import Discrepancy
from app.discrepancies.queries import SIDES
from app.discrepancies.rules import Resolution, Status
from app.intake.rules import Kind as EntryKind
from app.matching.model import Run
from app.matching.rules import COUNTED_ZERO, Kind, Task
from app.records.model import BillLine, ClearingLine, WriteOff
from app.records.queries import entries
from app.reporting.looks import money
from app.reporting.paper import Column, Field, Fields, Look, Paper, Row, Table, Text, Weight
from app.reporting.papers.common import (
    channel_names,
    chunks,
    day_wanted,
    days_said,
    four_signatures,
    iso,
    joined,
    unit,
)
from app.reporting.papers.summary import figures_of_run, is_counted, runs_of_day
from app.reporting.rules import ReportKind
from app.reporting.wishes import Ready, Wish
from app.wording.labels import label

_STAYS = (Kind.FEE_DIFFERS, Kind.TOTAL_DIFFERS, Kind.ACCOUNT_DIFFERS, Kind.ORDER_UNBALANCED)
"""Kinds about what is not open: a later run does not find them again."""
_RULES_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """What stands on the list, and the totals of the runs that it is held against."""

    rows: Sequence[CaseRow]
    runs: Sequence[Run]
    period: str
    is_of_run: bool


def discrepancy_papers(session: Session, wish: Wish) -> list[Ready]:
    """Return the list of a day as its runs found it, or of the items of a period."""
    if wish.first is not None or wish.last is not None:
        listed = _of_period(session, wish)
    else:
        listed = _of_day(session, wish, day_wanted(session, wish))
    details = _details(session, listed.rows)
    names = channel_names(session)
    paper = Paper(
        kind=ReportKind.DISCREPANCIES,
        title=_(N_("List of discrepancies")),
        unit=unit(session),
        language=wish.tongue,
        subject=listed.period,
        period=listed.period,
        blocks=(
            Fields(fields=_head(wish, listed, names), beside=2),
            _by_kind(listed.rows),
            _table(session, listed.rows, details),
            Text(text=_verdict(listed), weight=Weight.STRONG),
        ),
        signatures=four_signatures(),
        landscape=True,
        form=wish.sheet,
    )
    return [Ready(subject=wish.parameters(), paper=paper)]


def of_run(day: date) -> ColumnElement[bool]:
    """Return the condition that the run for a day found a discrepancy, or found it again."""
    number = day_number(day)
    by_people = (Resolution.EXPLAINED, Resolution.ADJUSTED, Resolution.BY_HAND)
    stood = or_(
        Discrepancy.resolved_on.is_(None),
        Discrepancy.resolved_on > number,
        and_(Discrepancy.resolved_on == number, Discrepancy.resolution.in_(by_people)),
    )
    again = and_(Discrepancy.opened_on < number, Discrepancy.kind.not_in(_STAYS))
    return and_(or_(Discrepancy.opened_on == number, again), stood)


def _of_day(session: Session, wish: Wish, day: date) -> _Listed:
    runs = runs_of_day(session, day, task=wish.task, channel=wish.channel)
    return _Listed(
        rows=_rows(session, [of_run(day), *_narrowed(wish)]),
        runs=runs,
        period=day.isoformat(),
        is_of_run=True,
    )


def _of_period(session: Session, wish: Wish) -> _Listed:
    conditions = _narrowed(wish)
    if wish.first is not None:
        conditions.append(Discrepancy.business_on >= day_number(wish.first))
    if wish.last is not None:
        conditions.append(Discrepancy.business_on <= day_number(wish.last))
    return _Listed(
        rows=_rows(session, conditions),
        runs=(),
        period=days_said(wish.first, wish.last),
        is_of_run=False,
    )


def _narrowed(wish: Wish) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wish.task is not None:
        found.append(Discrepancy.task == wish.task)
    if wish.channel:
        found += [Discrepancy.task == Task.CHANNEL, Discrepancy.scope == wish.channel]
    return found


def _rows(session: Session, conditions: Iterable[ColumnElement[bool]]) -> list[CaseRow]:
    query = select(Discrepancy.id).where(*conditions)
    tasks, kinds = list(Task), list(Kind)
    return sorted(
        case_rows(session, list(session.scalars(query))),
        key=lambda row: (tasks.index(row.task), kinds.index(row.kind), row.business_on, row.id),
    )


# ---------------------------------------------------------------- what stands on it


def _head(wish: Wish, listed: _Listed, names: dict[str, str]) -> tuple[Field, ...]:
    there = {row.task for row in listed.rows}
    tasks = [wish.task] if wish.task is not None else [task for task in Task if task in there]
    parties = []
    for task in tasks or list(Task):
        ours, theirs = SIDES[task]
        pair = _(N_("{task}: {ours} against {theirs}"))
        parties.append(pair.format(task=label(task), ours=label(ours), theirs=label(theirs)))
    terms = list(dict.fromkeys(run.terms for run in listed.runs if run.terms))
    version = joined(one[:_RULES_SHOWN] for one in terms[:_RULES_SHOWN])
    scope = names.get(wish.channel, wish.channel) or _(N_("all"))
    return (
        Field(name=_(N_("Task")), value=joined(label(task) for task in tasks)),
        Field(name=_(N_("Period covered")), value=listed.period),
        Field(name=_(N_("Channel")), value=scope),
        Field(name=_(N_("Rules, version")), value=version),
        Field(name=_(N_("Parties")), value="\n".join(parties), wide=True),
    )


def _by_kind(rows: Sequence[CaseRow]) -> Table:
    counts: Counter[tuple[Task, Kind]] = Counter()
    sums: dict[tuple[Task, Kind], list[int]] = {}
    for row in rows:
        key = (row.task, row.kind)
        counts[key] += 1
        own = sums.setdefault(key, [0, 0, 0])
        amounts = (row.ours_fen or 0, row.theirs_fen or 0, row.difference_fen)
        sums[key] = [before + fen for before, fen in zip(own, amounts, strict=True)]
    found: list[Row] = [
        (label(task), _kind_name(kind), counts[task, kind], *sums[task, kind])
        for task in Task
        for kind in Kind
        if (task, kind) in counts
    ]
    return Table(
        name=_(N_("By kind")),
        is_titled=True,
        columns=(
            Column(title=_(N_("Task")), width=20, merged=True),
            Column(title=_(N_("Kind")), width=22),
            Column(title=_(N_("Count")), width=10, look=Look.COUNT),
            Column(title=_(N_("Our amount")), width=18, look=Look.MONEY),
            Column(title=_(N_("Their amount")), width=18, look=Look.MONEY),
            Column(title=_(N_("Difference")), width=18, look=Look.MONEY),
        ),
        rows=tuple(found),
        totals=((_(N_("Total")), None, len(rows), *_sums(rows)),),
    )


def _kind_name(kind: Kind) -> str:
    if is_counted(kind):
        return label(kind)
    return _(N_("{kind} (not in the total)")).format(kind=label(kind))


def _table(session: Session, rows: Sequence[CaseRow], details: dict[int, _Detail]) -> Table:
    ages = case_ages(session)
    return Table(
        name=_(N_("Discrepancies")),
        is_titled=True,
        columns=(
            Column(title=_(N_("No.")), width=5, look=Look.COUNT),
            Column(title=_(N_("Kind")), width=10),
            Column(title=_(N_("Our date")), width=11, look=Look.DAY),
            Column(title=_(N_("Their date")), width=11, look=Look.DAY),
            Column(title=_(N_("Our serial no.")), width=21),
            Column(title=_(N_("Their serial no.")), width=21),
            Column(title=_(N_("Household no.")), width=14),
            Column(title=_(N_("Our amount")), width=11, look=Look.MONEY),
            Column(title=_(N_("Their amount")), width=11, look=Look.MONEY),
            Column(title=_(N_("Difference")), width=11, look=Look.MONEY),
            Column(title=_(N_("Age")), width=5, look=Look.COUNT),
            Column(title=_(N_("State")), width=7),
            Column(title=_(N_("Assignee")), width=7),
            Column(title=_(N_("What was done")), width=14),
            Column(title=_(N_("Voucher no.")), width=9),
        ),
        rows=tuple(
            _row(number, row, ages[row.business_on], details[row.id])
            for number, row in enumerate(rows, 1)
        ),
        totals=((None, _(N_("Total")), *[None] * 5, *_sums(rows), *[None] * 5),),
    )


def _row(number: int, row: CaseRow, age: int, more: _Detail) -> Row:
    done = label(row.resolution) if row.resolution is not Resolution.NONE else ""
    settled = row.status is Status.RESOLVED
    return (
        number,
        label(row.kind),
        more.ours_on,
        more.theirs_on,
        row.ours_key,
        row.theirs_key,
        more.household,
        row.ours_fen,
        row.theirs_fen,
        row.difference_fen,
        None if settled else age,
        label(row.status),
        row.assignee,
        _(N_(": ")).join(word for word in (more.adjusted or done, row.reason) if word),
        more.vouchers,
    )


def _sums(rows: Sequence[CaseRow]) -> tuple[int, int, int]:
    """What is open on both sides; kinds that stand beside it count nothing."""
    counted = [row for row in rows if is_counted(row.kind)]
    return (
        sum(row.ours_fen or 0 for row in counted),
        sum(row.theirs_fen or 0 for row in counted),
        sum(row.difference_fen for row in counted if row.kind not in COUNTED_ZERO),
    )


def _verdict(listed: _Listed) -> str:
    """Hold the list against the totals of the runs, in words."""
    count = len(listed.rows)
    said = ngettext("{count} discrepancy.", "{count} discrepancies.", count).format(count=count)
    if not listed.is_of_run or not listed.runs:
        return said
    figures = [figures_of_run(run) for run in listed.runs]
    runs = sum(found.ours_fen - found.theirs_fen for one in figures for found in one.kinds.values())
    here = sum(row.difference_fen for row in listed.rows if row.kind not in COUNTED_ZERO)
    if runs == here:
        equal = _(N_("Their sum equals the totals of reconciliation: {amount}."))
        return f"{said}\n{equal.format(amount=money(runs, sign=True))}"
    text = _(
        N_(
            "Their sum is {here}, the totals of reconciliation are {runs}: since then people"
            " settled {rest}."
        )
    )
    amounts = {"here": here, "runs": runs, "rest": runs - here}
    shown = {name: money(fen, sign=True) for name, fen in amounts.items()}
    return f"{said}\n{text.format(**shown)}"


# ---------------------------------------------------------------- what stands behind each


@dataclass(slots=True, kw_only=True)
class _Detail:
    """What the work list does not show: both dates, the household, what booked it."""

    ours_on: str = ""
    theirs_on: str = ""
    household: str = ""
    adjusted: str = ""
    vouchers: str = ""


def _details(session: Session, rows: Sequence[CaseRow]) -> dict[int, _Detail]:
    found = {row.id: _Detail() for row in rows}
    for chunk in chunks([row.id for row in rows]):
        for id_, ours_on, theirs_on in _dates(session, chunk):
            found[id_].ours_on, found[id_].theirs_on = ours_on, theirs_on
        for id_, household in _households(session, chunk):
            found[id_].household = household
        for id_, numbers, vouchers in _adjusted(session, chunk):
            found[id_].adjusted, found[id_].vouchers = numbers, vouchers
    return found


def _dates(session: Session, ids: Sequence[int]) -> Iterable[tuple[int, str, str]]:
    """The days of both entries; what has none of its own takes that of the discrepancy."""
    rows = list(session.scalars(select(Discrepancy).where(Discrepancy.id.in_(ids))))
    wanted: dict[EntryKind, set[int]] = {}
    for row in rows:
        for kind, id_ in ((row.ours_kind, row.ours_id), (row.theirs_kind, row.theirs_id)):
            if kind is not None and id_ is not None:
                wanted.setdefault(kind, set()).add(id_)
    days = {
        (kind, id_): ref.business_on
        for kind, own in wanted.items()
        for id_, ref in entries(session, kind, own).items()
    }
    for row in rows:
        ours, theirs = (
            "" if id_ is None or kind is None else iso(days.get((kind, id_)) or row.business_on)
            for kind, id_ in ((row.ours_kind, row.ours_id), (row.theirs_kind, row.theirs_id))
        )
        yield row.id, ours, theirs


def _households(session: Session, ids: Sequence[int]) -> Iterable[tuple[int, str]]:
    """The household that one of the sides names."""
    joins: tuple[tuple[Any, Any], ...] = (
        (BillLine, Discrepancy.ours_id),
        (WriteOff, Discrepancy.theirs_id),
        (ClearingLine, Discrepancy.theirs_id),
    )
    for model, entry in joins:
        query = (
            select(Discrepancy.id, model.household)
            .join(model, model.id == entry)
            .where(Discrepancy.id.in_(ids))
        )
        yield from ((id_, household) for id_, household in session.execute(query))


def _adjusted(session: Session, ids: Sequence[int]) -> Iterable[tuple[int, str, str]]:
    """The adjustments that are about each, and their vouchers."""
    query = (
        select(AdjustmentCase.discrepancy_id, Adjustment.number, Voucher.number)
        .join(Adjustment, Adjustment.id == AdjustmentCase.adjustment_id)
        .outerjoin(Voucher, Voucher.id == Adjustment.voucher_id)
        .where(AdjustmentCase.discrepancy_id.in_(ids), AdjustmentCase.live)
        .order_by(Adjustment.id)
    )
    numbers: dict[int, tuple[list[str], list[str]]] = {}
    for id_, number, voucher in session.execute(query):
        own = numbers.setdefault(id_, ([], []))
        own[0].append(number)
        own[1].extend([voucher] if voucher else [])
    for id_, (adjustments, vouchers) in numbers.items():
        yield id_, joined(adjustments), ", ".join(vouchers)
