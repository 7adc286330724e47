"""Entries that nothing settles: the discrepancies about them, and what they amount to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, case, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from app.db import counters
from app.db.workspace import Tx
from app.discrepancies.amounts import amounts_of
from app.discrepancies.journal import Journal, table_of
from app.discrepancies.model import (
    Discrepancy,
    DiscrepancyAttachment,
    DiscrepancyLeg,
    DiscrepancyNote,
)
from app.discrepancies.queries import SIDES
from app.discrepancies.rules import Resolution, Status
from app.intake.rules import Kind as EntryKind
from app.matching.model import Match
from app.matching.rules import Kind, Side, Task
from app.records.model import HeldEntry
from app.records.queries import EntryRef, entries
from app.records.rules import HeldBy

ONLY_OURS = {
    Task.CHANNEL: Kind.MISSING_THEIRS,
    Task.WRITEOFF: Kind.NOT_WRITTEN_OFF,
    Task.CLEARING: Kind.MISSING_THEIRS,
    Task.ARRIVAL: Kind.NOT_ARRIVED,
}
ONLY_THEIRS = {
    Task.CHANNEL: Kind.MISSING_OURS,
    Task.WRITEOFF: Kind.WRITTEN_OFF_UNPAID,
    Task.CLEARING: Kind.MISSING_OURS,
    Task.ARRIVAL: Kind.UNEXPECTED_ARRIVAL,
}
"""What an entry is that stands alone."""

BESIDE = frozenset({Kind.FEE_DIFFERS, Kind.TOTAL_DIFFERS, Kind.ACCOUNT_DIFFERS})
"""Kinds that stand beside what a match settles."""

UNSETTLED = tuple(one for one in Status if one is not Status.RESOLVED)

_CHUNK = 500
_QUIETLY = {"synchronize_session": False}


class Fact(NamedTuple):
    """What has to be known of a discrepancy about an entry."""

    id: int
    kind: Kind
    business_on: int
    ours_kind: EntryKind | None
    ours_id: int | None
    ours_fen: int
    theirs_id: int | None
    status: Status
    resolution: Resolution
    assignee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What counts of each entry, in fen."""

    ours: Mapping[int, int]
    theirs: Mapping[int, int]

    @classmethod
    def of(
        cls,
        session: Session,
        task: Task,
        sides: Mapping[Side, Iterable[int]],
        facts: Sequence[Fact],
    ) -> Money:
        """Return what entries amount to; in clearing ours is the net that a run recomputed."""
        kinds = SIDES[task]
        ours = amounts_of(session, kinds[0], sides[Side.OURS])
        if task is Task.CLEARING:
            known = {row.ours_id: row.ours_fen for row in facts if row.ours_kind is kinds[0]}
            ours = {id_: known.get(id_, fen) for id_, fen in ours.items()}
        return cls(ours=ours, theirs=amounts_of(session, kinds[1], sides[Side.THEIRS]))


def facts_about(
    tx: Tx, task: Task, sides: Mapping[Side, Iterable[int]], *statuses: Status
) -> list[Fact]:
    """Lock and return the discrepancies about entries: those of these statuses, else unresolved."""
    wanted = statuses or UNSETTLED
    found: dict[int, Fact] = {}
    for query in _about(task, sides, wanted):
        found.update((row.id, Fact(*row)) for row in tx.session.execute(query.with_for_update()))
    return [found[id_] for id_ in sorted(found)]


def unsettled(session: Session, task: Task, sides: Mapping[Side, Iterable[int]]) -> list[Fact]:
    """Return the unresolved discrepancies about entries, to look at."""
    found: dict[int, Fact] = {}
    for query in _about(task, sides, UNSETTLED):
        found.update((row.id, Fact(*row)) for row in session.execute(query))
    return [found[id_] for id_ in sorted(found)]


def _about(
    task: Task, sides: Mapping[Side, Iterable[int]], statuses: Sequence[Status]
) -> Iterator[Select[Any]]:
    table = table_of(Discrepancy)
    for side, column in ((Side.OURS, Discrepancy.ours_id), (Side.THEIRS, Discrepancy.theirs_id)):
        ids = sorted(set(sides[side]))
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            legs = select(DiscrepancyLeg.discrepancy_id).where(
                DiscrepancyLeg.side == side, DiscrepancyLeg.entry_id.in_(chunk)
            )
            yield (
                select(*(table.c[name] for name in Fact._fields))
                .where(
                    Discrepancy.task == task,
                    Discrepancy.status.in_(statuses),
                    or_(column.in_(chunk), Discrepancy.id.in_(legs)),
                )
                .order_by(Discrepancy.id)
            )


def legs_of(session: Session, facts: Sequence[Fact]) -> dict[int, dict[Side, set[int]]]:
    """Return all entries of discrepancies, side by side."""
    found = {
        row.id: {
            Side.OURS: {row.ours_id} - {None},
            Side.THEIRS: {row.theirs_id} - {None},
        }
        for row in facts
    }
    ids = sorted(found)
    for start in range(0, len(ids), _CHUNK):
        query = select(DiscrepancyLeg).where(
            DiscrepancyLeg.discrepancy_id.in_(ids[start : start + _CHUNK])
        )
        for leg in session.scalars(query):
            found[leg.discrepancy_id][leg.side].add(leg.entry_id)
    return {
        id_: {side: {one for one in ids if one is not None} for side, ids in sides.items()}
        for id_, sides in found.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """An entry that has to be open by itself: on which business day, and what counts of it."""

    side: Side
    day: int
    fen: int


def open_alone(tx: Tx, journal: Journal, task: Task, wanted: Mapping[int, Alone]) -> None:
    """Open a discrepancy for each of these entries."""
    if not wanted:
        return
    known = {
        side: entries(
            tx.session,
            SIDES[task][side is Side.THEIRS],
            [id_ for id_, one in wanted.items() if one.side is side],
        )
        for side in Side
    }
    chosen = [(one, known[one.side][id_]) for id_, one in sorted(wanted.items())]
    first = counters.take(tx, "discrepancy", len(chosen))
    rows = [_row(task, first + place, one, ref) for place, (one, ref) in enumerate(chosen)]
    tx.connection.execute(insert(table_of(Discrepancy)), rows)
    journal.made(Discrepancy, [first + place for place in range(len(rows))])
    tx.touch("discrepancy")


def forget_untouched(tx: Tx, facts: Sequence[Fact]) -> None:
    """Take back discrepancies that nobody worked on; the others are settled as corrected."""
    ids = [row.id for row in facts]
    said: set[int] = set()
    for model in (DiscrepancyNote, DiscrepancyAttachment):
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            said |= set(
                tx.session.scalars(
                    select(model.discrepancy_id).where(model.discrepancy_id.in_(chunk))
                )
            )
    untouched = {
        row.id
        for row in facts
        if row.status is Status.OPEN and not row.assignee and row.id not in said
    }
    for gone_ids in _chunks(sorted(untouched)):
        gone = delete(Discrepancy).where(Discrepancy.id.in_(gone_ids))
        tx.session.execute(gone, execution_options=_QUIETLY)
    settle(tx, [row for row in facts if row.id not in untouched], Resolution.CORRECTED)


def settle(tx: Tx, facts: Sequence[Fact], resolution: Resolution) -> None:
    """Resolve discrepancies."""
    _update(tx, facts, {"status": Status.RESOLVED, "resolution": resolution})


def reopen(tx: Tx, facts: Sequence[Fact]) -> None:
    """Open discrepancies again, for whom they were assigned to before; or carry them as before."""
    carried = Discrepancy.reason != ""
    status = case(
        (carried, Status.CARRIED.value),
        (Discrepancy.assignee != "", Status.ASSIGNED.value),
        else_=Status.OPEN.value,
    )
    resolution = case((carried, Resolution.ADJUSTED.value), else_=Resolution.NONE.value)
    _update(tx, facts, {"status": status, "resolution": resolution})


def _update(tx: Tx, facts: Sequence[Fact], values: Mapping[str, object]) -> None:
    for chunk in _chunks([row.id for row in facts]):
        tx.session.execute(
            update(Discrepancy)
            .where(Discrepancy.id.in_(chunk))
            .values(version=Discrepancy.version + 1, **values),
            execution_options=_QUIETLY,
        )
    for row in tx.session.identity_map.values():
        if isinstance(row, Discrepancy):
            tx.session.expire(row)
    tx.touch("discrepancy")


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def hold(tx: Tx, journal: Journal, ids: Iterable[int]) -> None:
    """Let the files of these entries stay while a match by hand needs them."""
    wanted = sorted(ids)
    keys = [(id_, HeldBy.MATCH.value) for id_ in wanted]
    journal.watch(HeldEntry, keys)
    there = _held(tx.session, wanted)
    rows = [{"entry_id": id_, "held_by": HeldBy.MATCH.value} for id_ in wanted if id_ not in there]
    if rows:
        tx.connection.execute(insert(table_of(HeldEntry)), rows)
    tx.touch("held_entry")


def let_go(tx: Tx, journal: Journal, task: Task, sides: Mapping[Side, Iterable[int]]) -> None:
    """Let go of entries unless a match by hand of another task needs them."""
    ids = {id_ for side in sides.values() for id_ in side}
    needed: set[int] = set()
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        for column in (Match.ours_id, Match.theirs_id):
            query = select(column).where(
                column.in_(chunk), Match.task != task, Match.run_id.is_(None)
            )
            needed |= {id_ for id_ in tx.session.scalars(query) if id_ is not None}
    free = sorted(ids - needed)
    journal.watch(HeldEntry, [(id_, HeldBy.MATCH.value) for id_ in free])
    for start in range(0, len(free), _CHUNK):
        tx.session.execute(
            delete(HeldEntry).where(
                HeldEntry.entry_id.in_(free[start : start + _CHUNK]),
                HeldEntry.held_by == HeldBy.MATCH.value,
            ),
            execution_options=_QUIETLY,
        )
    tx.touch("held_entry")


def _held(session: Session, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), _CHUNK):
        query = select(HeldEntry.entry_id).where(
            HeldEntry.entry_id.in_(ids[start : start + _CHUNK]),
            HeldEntry.held_by == HeldBy.MATCH.value,
        )
        found |= set(session.scalars(query))
    return found


def _row(task: Task, id_: int, one: Alone, ref: EntryRef) -> dict[str, object]:
    ours = one.side is Side.OURS
    kind = (ONLY_OURS if ours else ONLY_THEIRS)[task]
    if kind is Kind.UNEXPECTED_ARRIVAL and one.fen < 0:
        kind = Kind.UNEXPECTED_DEBIT
    values: dict[str, object] = {
        "id": id_,
        "task": task,
        "scope": ref.scope if task is Task.CHANNEL else "",
        "kind": kind,
        "business_on": one.day or ref.business_on,
        "difference_fen": one.fen if ours else -one.fen,
        "detail": "",
        "opened_on": one.day or ref.business_on,
        "resolved_on": None,
        "status": Status.OPEN,
        "resolution": Resolution.NONE,
        "assignee": "",
        "reason": "",
        "version": 1,
    }
    for side in Side:
        here = side is one.side
        values |= {
            f"{side}_kind": ref.kind if here else None,
            f"{side}_id": ref.id if here else None,
            f"{side}_key": ref.key if here else "",
            f"{side}_fen": one.fen if here else 0,
        }
    return values
