"""Gathering what the lines of a task's business day are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from app.base.dates import day_number
from app.db import bulk
from app.db.bulk import Numbers
from app.discrepancies.amounts import amounts_of
from app.discrepancies.lines import ENTRY_KINDS, KINDS, Lines, as_group, state_number
from app.discrepancies.model import Discrepancy, DiscrepancyLeg
from app.discrepancies.queries import SIDES
from app.discrepancies.rules import LineState, Resolution, Status
from app.matching.model import HandMatch, Match, Run, Suggestion
from app.matching.queries import lines_of
from app.matching.rules import Kind, Side, Task
from app.records.model import ClearingBatch

_CHUNK = 500

_DIFFERENT = (
    Kind.AMOUNT_DIFFERS,
    Kind.TOTAL_DIFFERS,
    Kind.ACCOUNT_DIFFERS,
    Kind.PAYEE_DIFFERS,
    Kind.ORDER_UNBALANCED,
    Kind.STATUS_DIFFERS,
    Kind.FEE_DIFFERS,
    Kind.SHORT_ARRIVAL,
    Kind.OVER_ARRIVAL,
)
"""Kinds where both sides are there and do not agree; the others wait for a partner."""

_LATER = (Resolution.LATER_MATCH, Resolution.BY_HAND)
_DONE = (Resolution.EXPLAINED, Resolution.ADJUSTED)
_UNRESOLVED = tuple(status for status in Status if status is not Status.RESOLVED)

_FACT = (
    "fact", "kind", "status", "resolution", "day", "ours_kind", "ours", "ours_fen", "theirs_kind",
    "theirs", "theirs_fen", "difference_fen",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetKey:
    """Which lines: of a task, of one channel (empty: of all), for a business day."""

    task: Task
    scope: str
    day: date

    @property
    def number(self) -> int:
        """The day as yyyymmdd."""
        return day_number(self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """The discrepancies of a day, column by column."""

    columns: Mapping[str, Numbers]

    def __getitem__(self, name: str) -> Numbers:
        return self.columns[name]

    def where(self, chosen: Any) -> _Facts:
        return _Facts(columns={name: value[chosen] for name, value in self.columns.items()})

    def __len__(self) -> int:
        return len(self.columns["fact"])


def runs_of_day(session: Session, key: SheetKey) -> list[Run]:
    """Return the runs for the day, those of all channels where none is named."""
    query = select(Run).where(Run.task == key.task, Run.business_on == key.number)
    if key.scope:
        query = query.where(Run.scope == key.scope)
    return list(session.scalars(query.order_by(Run.first_match)))


def gathered(session: Session, key: SheetKey, runs: Sequence[Run]) -> Lines:
    """Return all lines of a day but those that its runs matched and nobody worked on."""
    facts = _read_facts(session, key)
    resolved = facts["status"] == _number(Status, Status.RESOLVED)
    later = resolved & np.isin(facts["resolution"], [_number(Resolution, one) for one in _LATER])
    done = resolved & np.isin(facts["resolution"], [_number(Resolution, one) for one in _DONE])
    live = facts.where(~resolved)
    fees = live["kind"] == KINDS.index(Kind.FEE_DIFFERS)
    matched = _matched_lines(session, key, runs, facts.where(later))
    open_ = _with_legs(session, _as_lines(key, live.where(~fees)))
    settled = _unmatched(session, key, _as_lines(key, facts.where(done)))
    blocks = [
        open_,
        replace(settled, state=np.full(len(settled), state_number(LineState.SET_ASIDE))),
        _fee_lines(session, key, live.where(fees)),
        matched,
    ]
    if key.task is Task.ARRIVAL:
        blocks.append(_not_due(session, key, open_))
    suggested, hinted = _suggested(session, runs, open_, SIDES[key.task])
    blocks[0] = replace(open_, hinted=hinted)
    return Lines.joined([suggested, *blocks]).in_order()


def _read_facts(session: Session, key: SheetKey) -> _Facts:
    """What belongs to the day, and what earlier days left open."""
    query = select(
        Discrepancy.id,
        _coded(Discrepancy.kind, Kind),
        _coded(Discrepancy.status, Status),
        _coded(Discrepancy.resolution, Resolution),
        Discrepancy.business_on,
        _coded(Discrepancy.ours_kind, ENTRY_KINDS),
        func.coalesce(Discrepancy.ours_id, 0).label("ours"),
        Discrepancy.ours_fen,
        _coded(Discrepancy.theirs_kind, ENTRY_KINDS),
        func.coalesce(Discrepancy.theirs_id, 0).label("theirs"),
        Discrepancy.theirs_fen,
        Discrepancy.difference_fen,
    ).where(Discrepancy.task == key.task)
    if key.scope:
        query = query.where(Discrepancy.scope == key.scope)
    before = query.where(Discrepancy.status.in_(_UNRESOLVED), Discrepancy.business_on < key.number)
    parts = [
        bulk.read_numbers(session.connection(), part)
        for part in (query.where(Discrepancy.business_on == key.number), before)
    ]
    columns = [np.concatenate(pair) for pair in zip(*parts, strict=True)]
    return _Facts(columns=dict(zip(_FACT, columns, strict=True)))


def _as_lines(key: SheetKey, facts: _Facts) -> Lines:
    different = np.isin(facts["kind"], [KINDS.index(kind) for kind in _DIFFERENT])
    state = np.where(different, state_number(LineState.DIFFERENT), state_number(LineState.OPEN))
    carried = facts["status"] == _number(Status, Status.CARRIED)
    transit = carried | (facts["kind"] == KINDS.index(Kind.TIMING))
    state = np.where(transit, state_number(LineState.TRANSIT), state)
    suspended = facts["status"] == _number(Status, Status.SUSPENDED)
    state = np.where(suspended, state_number(LineState.SET_ASIDE), state)
    return Lines.of(
        len(facts),
        state=state,
        fact=facts["fact"],
        kind=facts["kind"],
        ours=facts["ours"],
        theirs=facts["theirs"],
        ours_kind=facts["ours_kind"],
        theirs_kind=facts["theirs_kind"],
        ours_fen=facts["ours_fen"],
        theirs_fen=facts["theirs_fen"],
        difference_fen=facts["difference_fen"],
        other_day=np.where(facts["day"] == key.number, 0, facts["day"]),
    )


def _with_legs(session: Session, lines: Lines) -> Lines:
    """Add a line for each further entry of a discrepancy."""
    legs: dict[int, dict[Side, list[int]]] = defaultdict(lambda: {side: [] for side in Side})
    for fact, side, entry_id in session.execute(
        select(DiscrepancyLeg.discrepancy_id, DiscrepancyLeg.side, DiscrepancyLeg.entry_id)
        .join(Discrepancy, Discrepancy.id == DiscrepancyLeg.discrepancy_id)
        .where(Discrepancy.status != Status.RESOLVED)
        .order_by(DiscrepancyLeg.discrepancy_id, DiscrepancyLeg.entry_id)
    ):
        legs[fact][side].append(entry_id)
    places = {int(fact): place for place, fact in enumerate(lines.fact.tolist()) if fact in legs}
    if not places:
        return lines
    blocks, start = [], 0
    for fact, place in sorted(places.items(), key=lambda item: item[1]):
        ours, theirs = as_group(legs[fact][Side.OURS], legs[fact][Side.THEIRS])
        blocks.append(_part(lines, start, place))
        blocks.append(_led(_part(lines, place, place + 1), ours, theirs))
        start = place + 1
    return Lines.joined([*blocks, _part(lines, start, len(lines))])


def _part(lines: Lines, start: int, end: int) -> Lines:
    return lines.take(np.arange(start, end, dtype=np.int64))


def _led(first: Lines, ours: list[int], theirs: list[int]) -> Lines:
    """Return a line with further ones below it that repeat what it is about."""
    below = first.take(np.zeros(len(ours), dtype=np.int64))
    kinds = {
        side: np.where(np.asarray(ids) != 0, ENTRY_KINDS.index(_kind_of(first, side)), -1)
        for side, ids in ((Side.OURS, ours), (Side.THEIRS, theirs))
    }
    zeros = np.zeros(len(ours), dtype=np.int64)
    below = replace(
        below,
        ours=np.asarray(ours, dtype=np.int64),
        theirs=np.asarray(theirs, dtype=np.int64),
        ours_kind=kinds[Side.OURS],
        theirs_kind=kinds[Side.THEIRS],
        ours_fen=zeros,
        theirs_fen=zeros,
        difference_fen=zeros,
    )
    joined = Lines.joined([first, below])
    return replace(joined, leader=np.zeros(len(joined), dtype=np.int64))


def _kind_of(first: Lines, side: Side) -> Any:
    number = int((first.ours_kind if side is Side.OURS else first.theirs_kind)[0])
    return ENTRY_KINDS[max(number, 0)]


def _matched_lines(session: Session, key: SheetKey, runs: Sequence[Run], later: _Facts) -> Lines:
    """Matches by hand of the day, and what other days' runs matched of its entries."""
    wanted = set(
        session.scalars(
            select(HandMatch.match_id).where(
                HandMatch.task == key.task,
                HandMatch.business_on == key.number,
                *([HandMatch.scope == key.scope] if key.scope else []),
            )
        )
    )
    wanted |= set(_matches_of(session, key.task, later["ours"], later["theirs"]).values())
    groups = lines_of(session, wanted)
    own = {run.id for run in runs}
    mine = {id_: lines for id_, lines in groups.items() if lines[0].run_id not in own}
    return match_lines(session, key, mine)


def match_lines(session: Session, key: SheetKey, groups: Mapping[int, Sequence[Match]]) -> Lines:
    """Return matches as lines with what their entries amount to."""
    money = _money_of(session, key.task, groups)
    lines = [line for group in groups.values() for line in group]
    firsts = np.asarray([line.id == line.match_id for line in lines], dtype=np.bool_)
    leader = np.maximum.accumulate(np.where(firsts, np.arange(len(lines)), 0))
    sides = _sides(
        key.task, [line.ours_id or 0 for line in lines], [line.theirs_id or 0 for line in lines]
    )
    fen = []
    for side, known in zip(("ours", "theirs"), money, strict=True):
        each = np.asarray([known.get(id_, 0) for id_ in sides[side].tolist()], dtype=np.int64)
        total = np.zeros(len(lines), dtype=np.int64)
        np.add.at(total, leader, each)
        fen.append(total)
    return Lines.of(
        len(lines),
        state=state_number(LineState.MATCHED),
        leader=leader,
        match_line=_array(line.id for line in lines),
        match_id=_array(line.match_id for line in lines),
        **sides,
        ours_fen=fen[1] if key.task is Task.CLEARING else fen[0],
        theirs_fen=fen[1],
    )


def _money_of(
    session: Session, task: Task, groups: Mapping[int, Sequence[Match]]
) -> tuple[dict[int, int], dict[int, int]]:
    lines = [line for group in groups.values() for line in group]
    ours, theirs = SIDES[task]
    return (
        amounts_of(session, ours, [line.ours_id for line in lines if line.ours_id]),
        amounts_of(session, theirs, [line.theirs_id for line in lines if line.theirs_id]),
    )


def _fee_lines(session: Session, key: SheetKey, fees: _Facts) -> Lines:
    """Pairs that are matched although their fees differ."""
    found = _matches_of(session, key.task, fees["ours"], fees["theirs"])
    groups = lines_of(session, set(found.values()))
    blocks = match_lines(session, key, groups)
    by_match = {
        found[int(ours)]: place
        for place, ours in enumerate(fees["ours"].tolist())
        if int(ours) in found
    }
    places = np.asarray([by_match[int(one)] for one in blocks.match_id], dtype=np.int64)
    return replace(
        blocks,
        state=np.full(len(blocks), state_number(LineState.DIFFERENT)),
        fact=fees["fact"][places],
        kind=fees["kind"][places],
        difference_fen=fees["difference_fen"][places],
        other_day=np.where(fees["day"][places] == key.number, 0, fees["day"][places]),
    )


def _unmatched(session: Session, key: SheetKey, lines: Lines) -> Lines:
    """Leave out what was settled by a reason and is matched all the same."""
    found = _matches_of(session, key.task, lines.ours, lines.theirs)
    keep = [
        ours not in found and -theirs not in found
        for ours, theirs in zip(lines.ours.tolist(), lines.theirs.tolist(), strict=True)
    ]
    return lines.take(np.flatnonzero(np.asarray(keep, dtype=np.bool_)))


def _matches_of(session: Session, task: Task, ours: Numbers, theirs: Numbers) -> dict[int, int]:
    """Return the match of each entry that has one: ours by their ids, theirs by minus theirs."""
    found: dict[int, int] = {}
    for column, ids, sign in ((Match.ours_id, ours, 1), (Match.theirs_id, theirs, -1)):
        wanted = sorted(set(ids[ids > 0].tolist()))
        for start in range(0, len(wanted), _CHUNK):
            query = select(column, Match.match_id).where(
                Match.task == task, column.in_(wanted[start : start + _CHUNK])
            )
            found |= {sign * id_: match_id for id_, match_id in session.execute(query) if id_}
    return found


def _not_due(session: Session, key: SheetKey, open_: Lines) -> Lines:
    """Batches of the day whose money is not due yet: neither matched nor a discrepancy."""
    settled = select(Match.ours_id).where(Match.task == Task.ARRIVAL, Match.ours_id.is_not(None))
    told = select(Discrepancy.ours_id).where(
        Discrepancy.task == Task.ARRIVAL, Discrepancy.ours_id.is_not(None)
    )
    query = select(ClearingBatch.id, ClearingBatch.net_fen).where(
        ClearingBatch.business_on == key.number,
        ClearingBatch.net_fen != 0,
        ClearingBatch.id.not_in(settled),
        ClearingBatch.id.not_in(told),
    )
    ids, nets = bulk.read_numbers(session.connection(), query)
    mine = ~np.isin(ids, open_.ours)
    return Lines.of(
        int(mine.sum()),
        state=state_number(LineState.TRANSIT),
        ours=ids[mine],
        ours_kind=ENTRY_KINDS.index(SIDES[Task.ARRIVAL][0]),
        ours_fen=nets[mine],
        difference_fen=nets[mine],
    )


def _suggested(
    session: Session, runs: Sequence[Run], open_: Lines, kinds: tuple[Any, Any]
) -> tuple[Lines, Numbers]:
    """Suggestions of which every entry is open still, and which open lines they touch."""
    rows = session.execute(
        select(Suggestion.group_id, Suggestion.side, Suggestion.entry_id)
        .where(Suggestion.run_id.in_([run.id for run in runs]))
        .order_by(Suggestion.group_id, Suggestion.id)
    )
    groups: dict[int, dict[Side, list[int]]] = defaultdict(lambda: {side: [] for side in Side})
    for group, side, entry_id in rows:
        groups[group][side].append(entry_id)
    free = {Side.OURS: set(open_.ours.tolist()), Side.THEIRS: set(open_.theirs.tolist())}
    live = {
        group: found
        for group, found in groups.items()
        if all(set(ids) <= free[side] for side, ids in found.items())
    }
    fen = [
        amounts_of(session, kind, [id_ for found in live.values() for id_ in found[side]])
        for side, kind in zip(Side, kinds, strict=True)
    ]
    blocks = [_suggestion(group, found, kinds, fen) for group, found in live.items()]
    touched = {side: {id_ for one in live.values() for id_ in one[side]} for side in Side}
    hinted = np.isin(open_.ours, _array(touched[Side.OURS])) | np.isin(
        open_.theirs, _array(touched[Side.THEIRS])
    )
    return Lines.joined(blocks), hinted.astype(np.int64)


def _suggestion(
    group: int,
    found: Mapping[Side, list[int]],
    kinds: tuple[Any, Any],
    fen: Sequence[Mapping[int, int]],
) -> Lines:
    ours, theirs = as_group(found[Side.OURS], found[Side.THEIRS])
    count = len(ours)
    sums = [sum(fen[place].get(id_, 0) for id_ in ids) for place, ids in enumerate((ours, theirs))]
    return Lines.of(
        count,
        state=state_number(LineState.SUGGESTED),
        leader=np.zeros(count, dtype=np.int64),
        group=group,
        **_numbered(kinds, ours, theirs),
        ours_fen=np.asarray([sums[0]] + [0] * (count - 1)),
        theirs_fen=np.asarray([sums[1]] + [0] * (count - 1)),
        difference_fen=np.asarray([sums[0] - sums[1]] + [0] * (count - 1)),
    )


def _sides(task: Task, ours: list[int], theirs: list[int]) -> dict[str, Numbers]:
    return _numbered(SIDES[task], ours, theirs)


def _numbered(kinds: tuple[Any, Any], ours: list[int], theirs: list[int]) -> dict[str, Numbers]:
    mine, others = np.asarray(ours, dtype=np.int64), np.asarray(theirs, dtype=np.int64)
    return {
        "ours": mine,
        "theirs": others,
        "ours_kind": np.where(mine > 0, ENTRY_KINDS.index(kinds[0]), -1),
        "theirs_kind": np.where(others > 0, ENTRY_KINDS.index(kinds[1]), -1),
    }


def _array(ids: Iterable[int]) -> Numbers:
    return np.fromiter(ids, dtype=np.int64)


def _coded(column: Any, members: Iterable[StrEnum]) -> ColumnElement[int]:
    """Return an enum's column as the places of its members; -1 for none."""
    whens = [(column == member, literal(place)) for place, member in enumerate(members)]
    return case(*whens, else_=literal(-1)).label(column.key)


def _number(members: type[StrEnum], member: StrEnum) -> int:
    return list(members).index(member)
