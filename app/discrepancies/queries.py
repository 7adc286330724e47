"""Reading discrepancies and matches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.base.dates import day_number, day_of
from app.calendar.queries import working_calendar
from app.discrepancies.model import Discrepancy, DiscrepancyLeg
from app.discrepancies.rules import Resolution, Status
from app.intake.rules import Kind as EntryKind
from app.matching.model import HandMatch, Match, Run
from app.matching.queries import lines_of
from app.matching.rules import Kind, MatchRule, Side, Task
from app.records.queries import EntryRef, entries

SIDES: dict[Task, tuple[EntryKind, EntryKind]] = {
    Task.CHANNEL: (EntryKind.PAYMENTS, EntryKind.CHANNEL),
    Task.WRITEOFF: (EntryKind.BILL_LINES, EntryKind.WRITEOFFS),
    Task.CLEARING: (EntryKind.BILL_LINES, EntryKind.CLEARING_LINES),
    Task.ARRIVAL: (EntryKind.CLEARING_BATCHES, EntryKind.ARRIVALS),
}
"""What stands on each side of a task's matches."""


READS: dict[Task, tuple[EntryKind, ...]] = {
    Task.CHANNEL: (EntryKind.PAYMENTS, EntryKind.CHANNEL),
    Task.WRITEOFF: (EntryKind.PAYMENTS, EntryKind.BILL_LINES, EntryKind.WRITEOFFS),
    Task.CLEARING: (
        EntryKind.PAYMENTS,
        EntryKind.BILL_LINES,
        EntryKind.CLEARING_BATCHES,
        EntryKind.CLEARING_LINES,
    ),
    Task.ARRIVAL: (EntryKind.CLEARING_BATCHES, EntryKind.ARRIVALS),
}
"""The kinds of entries that each task reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyFilter:
    """Which discrepancies to show; what is None or empty does not limit."""

    day: date | None = None
    task: Task | None = None
    kind: Kind | None = None
    status: Status | None = None
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyView:
    """A discrepancy with its entries; `age_days` in working days as of the last run."""

    id: int
    task: Task
    kind: Kind
    status: Status
    resolution: Resolution
    scope: str
    business_on: date
    ours: EntryRef | None
    theirs: EntryRef | None
    ours_key: str
    theirs_key: str
    difference_fen: int
    age_days: int
    assignee: str
    reason: str
    detail: str
    more_ours: tuple[int, ...] = ()
    more_theirs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchView:
    """A match with all its entries."""

    id: int
    task: Task
    rule: MatchRule
    automatic: bool
    ours: tuple[EntryRef, ...]
    theirs: tuple[EntryRef, ...]
    by: str
    reason: str


def as_of(session: Session) -> date | None:
    """Return the latest business date for which a run was made."""
    latest = session.scalars(select(func.max(Run.business_on))).first()
    return None if latest is None else day_of(latest)


def discrepancies(session: Session, wanted: DiscrepancyFilter) -> list[DiscrepancyView]:
    """Return discrepancies by business date and id."""
    rows = list(session.scalars(_query(wanted)))
    refs = _refs(session, rows)
    legs = _legs(session, [row.id for row in rows])
    calendar = working_calendar(session)
    today = as_of(session)
    views = []
    for row in rows:
        day = day_of(row.business_on)
        views.append(
            DiscrepancyView(
                id=row.id,
                task=row.task,
                kind=row.kind,
                status=row.status,
                resolution=row.resolution,
                scope=row.scope,
                business_on=day,
                ours=_counted(row, refs.get((row.ours_kind, row.ours_id))),
                theirs=refs.get((row.theirs_kind, row.theirs_id)),
                ours_key=row.ours_key,
                theirs_key=row.theirs_key,
                difference_fen=row.difference_fen,
                age_days=calendar.working_days_between(day, today) if today else 0,
                assignee=row.assignee,
                reason=row.reason,
                detail=row.detail,
                more_ours=tuple(legs.get((row.id, Side.OURS), ())),
                more_theirs=tuple(legs.get((row.id, Side.THEIRS), ())),
            )
        )
    return views


def matches(
    session: Session,
    *,
    day: date | None = None,
    task: Task | None = None,
    match_ids: Collection[int] = (),
) -> list[MatchView]:
    """Return matches, those made for a business date, of a task, or by id."""
    groups = lines_of(session, match_ids) if match_ids else _made_for(session, day, task)
    lines = [line for group in groups.values() for line in group]
    hands = _hands(session, groups)
    refs = _match_refs(session, lines)
    return [_match_view(group, hands.get(id_), refs) for id_, group in groups.items()]


def _made_for(session: Session, day: date | None, task: Task | None) -> dict[int, list[Match]]:
    query = select(Match).order_by(Match.match_id, Match.id)
    if task is not None:
        query = query.where(Match.task == task)
    if day is not None:
        query = query.join(Run, Run.id == Match.run_id).where(Run.business_on == day_number(day))
    groups: dict[int, list[Match]] = {}
    for line in session.scalars(query):
        groups.setdefault(line.match_id, []).append(line)
    return groups


def _counted(row: Discrepancy, ref: EntryRef | None) -> EntryRef | None:
    """In clearing our amount is the net that was recomputed, not what the bill line says."""
    if ref is None or row.task is not Task.CLEARING:
        return ref
    return replace(ref, amount_fen=row.ours_fen)


def _query(wanted: DiscrepancyFilter) -> Select[Discrepancy]:
    query = select(Discrepancy).order_by(Discrepancy.business_on, Discrepancy.id)
    if wanted.day is not None:
        query = query.where(Discrepancy.business_on == day_number(wanted.day))
    if wanted.task is not None:
        query = query.where(Discrepancy.task == wanted.task)
    if wanted.kind is not None:
        query = query.where(Discrepancy.kind == wanted.kind)
    if wanted.status is not None:
        query = query.where(Discrepancy.status == wanted.status)
    if wanted.ids:
        query = query.where(Discrepancy.id.in_(wanted.ids))
    return query


def _refs(
    session: Session, rows: Iterable[Discrepancy]
) -> dict[tuple[EntryKind | None, int | None], EntryRef]:
    wanted: dict[EntryKind, set[int]] = {}
    for row in rows:
        for kind, id_ in ((row.ours_kind, row.ours_id), (row.theirs_kind, row.theirs_id)):
            if kind is not None and id_ is not None:
                wanted.setdefault(EntryKind(kind), set()).add(id_)
    return {
        (kind, id_): ref
        for kind, ids in wanted.items()
        for id_, ref in entries(session, kind, ids).items()
    }


def _legs(session: Session, ids: list[int]) -> dict[tuple[int, Side], list[int]]:
    found: dict[tuple[int, Side], list[int]] = {}
    for start in range(0, len(ids), 500):
        query = select(DiscrepancyLeg).where(
            DiscrepancyLeg.discrepancy_id.in_(ids[start : start + 500])
        )
        for leg in session.scalars(query):
            found.setdefault((leg.discrepancy_id, leg.side), []).append(leg.entry_id)
    return found


def _hands(session: Session, ids: Iterable[int]) -> dict[int, HandMatch]:
    chosen = sorted(ids)
    found = {}
    for start in range(0, len(chosen), 500):
        query = select(HandMatch).where(HandMatch.match_id.in_(chosen[start : start + 500]))
        found.update({row.match_id: row for row in session.scalars(query)})
    return found


def _match_refs(session: Session, lines: Iterable[Match]) -> dict[tuple[EntryKind, int], EntryRef]:
    wanted: dict[EntryKind, set[int]] = {}
    for line in lines:
        for kind, id_ in zip(SIDES[line.task], (line.ours_id, line.theirs_id), strict=True):
            if id_ is not None:
                wanted.setdefault(kind, set()).add(id_)
    return {
        (kind, id_): ref
        for kind, ids in wanted.items()
        for id_, ref in entries(session, kind, ids).items()
    }


def _match_view(
    group: list[Match], hand: HandMatch | None, refs: dict[tuple[EntryKind, int], EntryRef]
) -> MatchView:
    first = group[0]
    ours_kind, theirs_kind = SIDES[first.task]
    return MatchView(
        id=first.match_id,
        task=first.task,
        rule=first.rule,
        automatic=hand is None,
        ours=tuple(refs[ours_kind, line.ours_id] for line in group if line.ours_id is not None),
        theirs=tuple(
            refs[theirs_kind, line.theirs_id] for line in group if line.theirs_id is not None
        ),
        by=hand.by if hand else "",
        reason=hand.reason if hand else "",
    )
