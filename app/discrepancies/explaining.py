"""Why a line stands as it does: the rule, the fields that agree, who and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.dates import day_of
from app.calendar.queries import working_calendar
from app.discrepancies.lines import state_number
from app.discrepancies.looking import group_of
from app.discrepancies.model import Discrepancy, DiscrepancyNote
from app.discrepancies.queries import as_of
from app.discrepancies.rows import COMPARED, Line, Value, compared
from app.discrepancies.rules import Caption, LineState
from app.discrepancies.sheet import Sheet
from app.discrepancies.sides import Pair, both_sides
from app.matching.model import HandMatch, Match, Run, Suggestion
from app.matching.rules import Kind, MatchRule, Side, Task

_SUMMED = ("amount_fen", "net_fen")
_BESIDE = (Kind.TOTAL_DIFFERS, Kind.ORDER_UNBALANCED, Kind.ACCOUNT_DIFFERS)
"""Kinds about something that stands beside the entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAgrees:
    """A field that the task holds against each other, and whether it agrees."""

    field: str
    agrees: bool
    ours: Value = None
    theirs: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWhy:
    """What is known of a line and of all lines of its thing.

    `rule`, `by`, `at` and `reason` are those of its match or suggestion; `residue_fen` is what was
    tolerated. `rivals` counts other suggestions that want the same entries, `suggestions` those
    for an open line. `age_days` (working days) and `notes` are those of its discrepancy, `beside`
    sums that it is about, such as a header against its lines, under these `captions`.
    """

    place: int
    lines: tuple[Line, ...]
    fields: tuple[FieldAgrees, ...] = ()
    rule: MatchRule | None = None
    automatic: bool = True
    by: str = ""
    at: datetime | None = None
    reason: str = ""
    residue_fen: int = 0
    rivals: int = 0
    suggestions: tuple[int, ...] = ()
    age_days: int | None = None
    notes: int = 0
    captions: tuple[Caption, Caption] = (Caption.OURS, Caption.THEIRS)
    beside: tuple[Pair, ...] = ()

    def fen(self, side: Side) -> int:
        """Return what counts on a side, all lines together."""
        return sum(entry.fen for line in self.lines if (entry := line.entry(side)))

    def count(self, side: Side) -> int:
        """Return how many entries stand on a side."""
        return sum(1 for line in self.lines if line.entry(side))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    rule: MatchRule | None = None
    automatic: bool = True
    by: str = ""
    at: datetime | None = None
    reason: str = ""
    residue_fen: int = 0


def explained(session: Session, sheet: Sheet, place: int) -> LineWhy:
    """Explain the line at a place of a sheet."""
    lines = group_of(session, sheet, place)
    line = next((one for one in lines if one.place == place), lines[0])
    made = _made(session, line)
    age, notes = _case(session, line.discrepancy_id)
    sides = both_sides(session, line.discrepancy_id) if line.kind in _BESIDE else None
    return LineWhy(
        place=place,
        lines=tuple(lines),
        fields=_fields(sheet.key.task, line, alone=len(lines) == 1),
        rule=made.rule,
        automatic=made.automatic,
        by=made.by,
        at=made.at,
        reason=made.reason,
        residue_fen=made.residue_fen,
        rivals=len(_wanting(sheet, lines)) - 1 if line.suggestion_id else 0,
        suggestions=tuple(_wanting(sheet, [line])) if line.hinted else (),
        age_days=age,
        notes=notes,
        captions=sides.captions if sides else (Caption.OURS, Caption.THEIRS),
        beside=sides.beside if sides else (),
    )


def _fields(task: Task, line: Line, *, alone: bool) -> tuple[FieldAgrees, ...]:
    """Hold both entries of a line against each other; of several lines the sums count instead."""
    if line.ours is None or line.theirs is None:
        return ()
    return tuple(
        FieldAgrees(field=pair[0], agrees=found[0] == found[1], ours=found[0], theirs=found[1])
        for pair in COMPARED[task]
        if (alone or pair[0] not in _SUMMED)
        and (found := compared(line.ours, line.theirs, pair)) is not None
    )


def _made(session: Session, line: Line) -> _Made:
    if line.suggestion_id:
        query = select(Suggestion.rule, Run.by, Run.at).join(Run, Run.id == Suggestion.run_id)
        found = session.execute(query.where(Suggestion.group_id == line.suggestion_id)).first()
        return _Made() if found is None else _Made(rule=found.rule, by=found.by, at=found.at)
    if not line.match_id:
        return _Made()
    hand = session.get(HandMatch, line.match_id)
    if hand is not None:
        return _Made(
            rule=MatchRule.BY_HAND,
            automatic=False,
            by=hand.by,
            at=hand.at,
            reason=hand.reason,
            residue_fen=hand.residue_fen,
        )
    query = select(Match.rule, Run.by, Run.at).join(Run, Run.id == Match.run_id)
    found = session.execute(query.where(Match.id == line.match_id)).first()
    if found is None:
        return _Made()
    residue = 0
    if found.rule is MatchRule.TOLERANCE and line.ours and line.theirs:
        residue = line.ours.fen - line.theirs.fen
    return _Made(rule=found.rule, by=found.by, at=found.at, residue_fen=residue)


def _case(session: Session, id_: int) -> tuple[int | None, int]:
    row = session.get(Discrepancy, id_) if id_ else None
    today = as_of(session)
    if row is None or today is None:
        return None, 0
    age = working_calendar(session).working_days_between(day_of(row.business_on), today)
    notes = session.scalars(
        select(DiscrepancyNote.id).where(DiscrepancyNote.discrepancy_id == id_)
    ).all()
    return age, len(notes)


def _wanting(sheet: Sheet, lines: Sequence[Line]) -> list[int]:
    """Return the suggestions that hold any entry of these lines."""
    head = sheet.head
    suggested = head.state == state_number(LineState.SUGGESTED)
    wanted = np.zeros(len(head), dtype=np.bool_)
    for side, column in ((Side.OURS, head.ours), (Side.THEIRS, head.theirs)):
        ids = [entry.id for line in lines if (entry := line.entry(side)) is not None]
        wanted |= np.isin(column, ids)
    found: list[int] = np.unique(head.group[suggested & wanted]).tolist()
    return found
