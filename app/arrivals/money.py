"""What came for each batch: by its match, or by the discrepancy that names it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.arrivals.rules import shares
from app.discrepancies.model import Discrepancy, DiscrepancyLeg
from app.discrepancies.rules import Resolution, Status
from app.intake.rules import Kind as EntryKind
from app.matching.arrivals import normal
from app.matching.model import Match, Run
from app.matching.queries import lines_of
from app.matching.rules import Kind, MatchRule, Side, Task
from app.records.model import Arrival, ClearingBatch, ClearingLine

T = TypeVar("T")

_CHUNK = 500

UNRESOLVED = tuple(status for status in Status if status is not Status.RESOLVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A discrepancy of a batch that no adjustment explains yet; the difference in fen."""

    id: int
    task: Task
    kind: Kind
    difference_fen: int


@dataclass(slots=True, kw_only=True)
class Came:
    """What came for one batch, and what is not settled about it.

    `lines` are the bank's entries by id; one that pays several batches stands under each.
    `explained_fen` is what approved adjustments explain of what is missing (positive) or too much.
    `run_on` is the business date of the run that matched it, None where a person did or nobody.
    """

    arrived_fen: int = 0
    explained_fen: int = 0
    lines: list[int] = field(default_factory=list)
    rule: MatchRule | None = None
    run_on: int | None = None
    standing: list[Standing] = field(default_factory=list)


def came(session: Session, batches: Sequence[ClearingBatch]) -> dict[int, Came]:
    """Return what came for each batch by its id."""
    found = {batch.id: Came() for batch in batches}
    _by_matches(session, found)
    _by_discrepancies(session, batches, found)
    _clearing(session, batches, found)
    return found


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Split values into parts that fit into one query."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def _by_matches(session: Session, found: dict[int, Came]) -> None:
    own = [
        match_id
        for chunk in chunks(list(found))
        for match_id in session.scalars(
            select(Match.match_id).where(Match.task == Task.ARRIVAL, Match.ours_id.in_(chunk))
        )
    ]
    groups = lines_of(session, own)
    lines = [line for group in groups.values() for line in group]
    days = _run_days(session, {line.run_id for line in lines if line.run_id is not None})
    nets = _amounts(session, ClearingBatch, [line.ours_id for line in lines])
    amounts = _amounts(session, Arrival, [line.theirs_id for line in lines])
    for group in groups.values():
        for id_, part, theirs in _divided(group, nets, amounts):
            if id_ in found:
                one = found[id_]
                one.arrived_fen, one.lines, one.rule = part, theirs, group[0].rule
                one.run_on = days.get(group[0].run_id or 0)


def _divided(
    group: Sequence[Match], nets: Mapping[int, int], amounts: Mapping[int, int]
) -> Iterator[tuple[int, int, list[int]]]:
    """Each batch of a match with its part of what came, and the bank's entries."""
    ours = [line.ours_id for line in group if line.ours_id is not None]
    theirs = [line.theirs_id for line in group if line.theirs_id is not None]
    parts = shares([nets[id_] for id_ in ours], sum(amounts[id_] for id_ in theirs))
    for id_, part in zip(ours, parts, strict=True):
        yield id_, part, list(theirs)


def _run_days(session: Session, ids: Collection[int]) -> dict[int, int]:
    return {
        run_id: day
        for chunk in chunks(sorted(ids))
        for run_id, day in session.execute(select(Run.id, Run.business_on).where(Run.id.in_(chunk)))
    }


def _amounts(
    session: Session, model: type[ClearingBatch | Arrival], ids: Sequence[int | None]
) -> dict[int, int]:
    amount = ClearingBatch.net_fen if model is ClearingBatch else Arrival.amount_fen
    wanted = sorted({id_ for id_ in ids if id_ is not None})
    return {
        id_: fen
        for chunk in chunks(wanted)
        for id_, fen in session.execute(select(model.id, amount).where(model.id.in_(chunk)))
    }


def _stands() -> ColumnElement[bool]:
    """What is open, set aside, or settled by people without a match."""
    return or_(
        Discrepancy.status != Status.RESOLVED,
        Discrepancy.resolution.in_((Resolution.EXPLAINED, Resolution.ADJUSTED)),
    )


def _by_discrepancies(
    session: Session, batches: Sequence[ClearingBatch], found: dict[int, Came]
) -> None:
    rows = {row.id: row for row in _of_batches(session, list(found))}
    legs = _legs(session, sorted(rows))
    ours: dict[int, list[int]] = {}
    for id_, row in rows.items():
        ours[id_] = [one for one in (row.ours_id, *legs[id_, Side.OURS]) if one is not None]
    by_name = {normal(batch.batch_no): batch.id for batch in batches}
    for row in _surplus(session):
        if row.ours_key in by_name:
            rows[row.id], ours[row.id] = row, [by_name[row.ours_key]]
    theirs = {
        id_: [one for one in (row.theirs_id, *legs[id_, Side.THEIRS]) if one is not None]
        for id_, row in rows.items()
    }
    nets = _amounts(session, ClearingBatch, [id_ for ids in ours.values() for id_ in ids])
    amounts = _amounts(session, Arrival, [id_ for ids in theirs.values() for id_ in ids])
    for id_, row in rows.items():
        parts = shares([nets[one] for one in ours[id_]], sum(amounts[one] for one in theirs[id_]))
        for one, part in zip(ours[id_], parts, strict=True):
            if one in found:
                found[one].arrived_fen += part
                found[one].lines += theirs[id_]
                _note(found[one], row)


def _of_batches(session: Session, ids: Sequence[int]) -> Iterator[Discrepancy]:
    """Arrival discrepancies about these batches, alone or among others."""
    for chunk in chunks(ids):
        further = select(DiscrepancyLeg.discrepancy_id).where(
            DiscrepancyLeg.side == Side.OURS, DiscrepancyLeg.entry_id.in_(chunk)
        )
        for named in (Discrepancy.ours_id.in_(chunk), Discrepancy.id.in_(further)):
            yield from session.scalars(
                select(Discrepancy).where(Discrepancy.task == Task.ARRIVAL, named, _stands())
            )


def _surplus(session: Session) -> Iterator[Discrepancy]:
    """Money that names a batch which is paid already."""
    yield from session.scalars(
        select(Discrepancy).where(
            Discrepancy.task == Task.ARRIVAL,
            Discrepancy.kind == Kind.OVER_ARRIVAL,
            Discrepancy.ours_id.is_(None),
            Discrepancy.status.in_(UNRESOLVED),
        )
    )


def _legs(session: Session, ids: Sequence[int]) -> Mapping[tuple[int, Side], list[int]]:
    legs: dict[tuple[int, Side], list[int]] = defaultdict(list)
    for chunk in chunks(ids):
        query = select(DiscrepancyLeg).where(DiscrepancyLeg.discrepancy_id.in_(chunk))
        for leg in session.scalars(query):
            legs[leg.discrepancy_id, leg.side].append(leg.entry_id)
    return legs


def _note(one: Came, row: Discrepancy) -> None:
    # Money that is carried forward is still to come: the batch waits for it.
    waits = row.task is Task.ARRIVAL and row.status is Status.CARRIED
    if row.resolution is not Resolution.ADJUSTED or waits:
        one.standing.append(
            Standing(id=row.id, task=row.task, kind=row.kind, difference_fen=row.difference_fen)
        )
    elif row.task is Task.ARRIVAL:
        one.explained_fen += row.difference_fen


def _clearing(session: Session, batches: Sequence[ClearingBatch], found: dict[int, Came]) -> None:
    """Discrepancies of the clearing: about a batch's header or one of its lines."""
    by_no = {batch.batch_no: batch.id for batch in batches}
    days = [batch.business_on for batch in batches]
    explained = and_(
        Discrepancy.resolution == Resolution.EXPLAINED,
        Discrepancy.business_on.between(min(days, default=0), max(days, default=0)),
    )
    noted: set[tuple[int, int]] = set()
    # Two queries where one would do: each has an index of its own.
    for stands in (Discrepancy.status.in_(UNRESOLVED), explained):
        for row, batch_id in _about_clearing(session, stands, by_no):
            if batch_id in found and (row.id, batch_id) not in noted:
                noted.add((row.id, batch_id))
                _note(found[batch_id], row)


def _about_clearing(
    session: Session, stands: ColumnElement[bool], by_no: Mapping[str, int]
) -> Iterator[tuple[Discrepancy, int | None]]:
    """Discrepancies about headers or lines of batches, with the batch."""
    clearing = and_(Discrepancy.task == Task.CLEARING, stands)
    header = Discrepancy.theirs_kind == EntryKind.CLEARING_BATCHES
    for row in session.scalars(select(Discrepancy).where(clearing, header)):
        yield row, row.theirs_id
    of_line = select(Discrepancy, ClearingLine.batch_no).where(
        clearing, Discrepancy.theirs_kind == EntryKind.CLEARING_LINES
    )
    leg = and_(DiscrepancyLeg.discrepancy_id == Discrepancy.id, DiscrepancyLeg.side == Side.THEIRS)
    for query in (
        of_line.join(ClearingLine, ClearingLine.id == Discrepancy.theirs_id),
        of_line.join(DiscrepancyLeg, leg).join(
            ClearingLine, ClearingLine.id == DiscrepancyLeg.entry_id
        ),
    ):
        for row, batch_no in session.execute(query):
            yield row, by_no.get(batch_no)
