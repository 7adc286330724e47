"""What happened to a discrepancy: who, when, what, from the audit log and its matches."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.audit.model import AuditRecord
from app.audit.rules import Verb
from app.discrepancies.model import Discrepancy, DiscrepancyLeg, DiscrepancyNote
from app.discrepancies.refusals import UnknownDiscrepancy
from app.matching.model import HandMatch, Match, Run, TakenApart
from app.matching.rules import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryStep:
    """One step; `before` and `after` hold what the audit log says of them."""

    at: datetime
    by: str
    verb: Verb
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """A note on a discrepancy."""

    id: int
    text: str
    by: str
    at: datetime


def case_notes(session: Session, id_: int) -> list[NoteView]:
    """Return the notes on a discrepancy, the oldest first."""
    query = (
        select(DiscrepancyNote)
        .where(DiscrepancyNote.discrepancy_id == id_)
        .order_by(DiscrepancyNote.id)
    )
    return [
        NoteView(id=row.id, text=row.text, by=row.by, at=row.at) for row in session.scalars(query)
    ]


def case_history(session: Session, id_: int) -> list[HistoryStep]:
    """Return what happened to a discrepancy, the latest first.

    Raises:
        UnknownDiscrepancy: There is no such discrepancy.
    """
    row = session.get(Discrepancy, id_)
    if row is None:
        raise UnknownDiscrepancy(id=id_)
    steps = [*_found(session, row), *_audited(session, id_), *_matches(session, row)]
    # Sorting keeps the order of what happened in the same second.
    return sorted(steps, key=lambda step: step.at)[::-1]


def _found(session: Session, row: Discrepancy) -> list[HistoryStep]:
    """The run that found it, and the one that settled it, as far as they still stand."""
    steps = []
    for day, verb in ((row.opened_on, Verb.RECONCILED), (row.resolved_on, Verb.CLOSED)):
        run = session.scalars(
            select(Run)
            .where(Run.task == row.task, Run.scope == row.scope, Run.business_on == day)
            .limit(1)
        ).one_or_none()
        if run is not None:
            after = {"day": day, "resolution": row.resolution.value}
            steps.append(HistoryStep(at=run.at, by=run.by, verb=verb, after=after))
    return steps


def _audited(session: Session, id_: int) -> list[HistoryStep]:
    query = (
        select(AuditRecord)
        .where(AuditRecord.object_type == "discrepancy", AuditRecord.object_key == str(id_))
        .order_by(AuditRecord.sequence)
    )
    return [
        HistoryStep(
            at=record.at,
            by=record.actor,
            verb=Verb(record.verb),
            before=_read(record.before),
            after=_read(record.after),
        )
        for record in session.scalars(query)
    ]


def _matches(session: Session, row: Discrepancy) -> list[HistoryStep]:
    """What people matched and took apart of its entries."""
    ours = [row.ours_id, *_legs(session, row.id, Side.OURS)]
    theirs = [row.theirs_id, *_legs(session, row.id, Side.THEIRS)]
    hand = (
        select(HandMatch)
        .join(Match, Match.match_id == HandMatch.match_id)
        .where(Match.task == row.task, _either(Match.ours_id, ours, Match.theirs_id, theirs))
        .distinct()
    )
    apart = select(TakenApart).where(
        TakenApart.task == row.task,
        _either(TakenApart.ours_id, ours, TakenApart.theirs_id, theirs),
    )
    steps = [
        HistoryStep(at=one.at, by=one.by, verb=Verb.MATCHED, after=_said(one))
        for one in session.scalars(hand)
    ]
    taken = {one.match_id: one for one in session.scalars(apart)}
    return steps + [
        HistoryStep(at=one.at, by=one.by, verb=Verb.UNMATCHED, after=_said(one))
        for one in taken.values()
    ]


def _legs(session: Session, id_: int, side: Side) -> Iterable[int]:
    return session.scalars(
        select(DiscrepancyLeg.entry_id).where(
            DiscrepancyLeg.discrepancy_id == id_, DiscrepancyLeg.side == side
        )
    )


def _either(
    first: InstrumentedAttribute[int | None],
    ours: Iterable[int | None],
    second: InstrumentedAttribute[int | None],
    theirs: Iterable[int | None],
) -> ColumnElement[bool]:
    return or_(
        first.in_([id_ for id_ in ours if id_ is not None]),
        second.in_([id_ for id_ in theirs if id_ is not None]),
    )


def _said(one: HandMatch | TakenApart) -> dict[str, Any]:
    return {"match": one.match_id, "reason": one.reason}


def _read(text: str) -> dict[str, Any]:
    value = json.loads(text) if text else {}
    return value if isinstance(value, dict) else {}
