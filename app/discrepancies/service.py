"""What people do with what is left: match, take apart, assign, explain."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.dates import day_of
from app.calendar.service import require_open
from app.db.workspace import Tx
from app.discrepancies.apart import take_apart
from app.discrepancies.byhand import match_entries
from app.discrepancies.model import Discrepancy, DiscrepancyNote
from app.discrepancies.queries import SIDES
from app.discrepancies.refusals import (
    AlreadyMatched,
    InSuspense,
    ReasonNeeded,
    UnknownAssignee,
    UnknownDiscrepancy,
    UnknownKey,
    UnknownMatch,
)
from app.discrepancies.rules import Resolution, Status, require_step
from app.identity.queries import user_named
from app.identity.rules import Permission
from app.identity.service import require
from app.matching.model import HandMatch, Match
from app.matching.queries import lines_of
from app.matching.rules import Side, Task
from app.records.model import HeldEntry
from app.records.queries import EntryRef, by_key
from app.records.rules import HeldBy


def match_by_hand(
    tx: Tx, *, task: Task, ours: Sequence[str], theirs: Sequence[str], reason: str
) -> int:
    """Match open entries by their business keys; returns the id of the match.

    Raises:
        UnknownKey: A key names no open entry.
        AlreadyMatched: One of them is matched already.
        NotEqual: The sums of both sides differ.
    """
    require(tx.actor, Permission.MATCH)
    found = []
    for side, kind, keys in zip(Side, SIDES[task], (ours, theirs), strict=True):
        found.append(
            [_one(tx.session, task, side, by_key(tx.session, kind, [key]), key).id for key in keys]
        )
    step = match_entries(tx, task=task, ours=found[0], theirs=found[1], reason=reason)
    return step.object_ids[0]


def unmatch(tx: Tx, *, match_ids: Sequence[int], reason: str) -> list[int]:
    """Take matches apart; their entries are left to people from then on.

    Raises:
        ReasonNeeded: The reason is empty.
        UnknownMatch: One of them does not exist.
        MatchConfirmed: The arrival that it says came is confirmed.
    """
    require(tx.actor, Permission.MATCH)
    if not reason.strip():
        raise ReasonNeeded
    found = lines_of(tx.session, match_ids)
    by_task: dict[Task, list[int]] = {}
    for match_id in match_ids:
        if match_id not in found:
            raise UnknownMatch(id=match_id)
        by_task.setdefault(found[match_id][0].task, []).append(match_id)
    for ids in by_task.values():
        take_apart(tx, match_ids=ids, reason=reason)
    return list(match_ids)


def assign(tx: Tx, *, ids: Sequence[int], to: str) -> None:
    """Give discrepancies to a user.

    Raises:
        UnknownAssignee: There is no such active user.
        WrongState: One of them is resolved.
    """
    require(tx.actor, Permission.ASSIGN)
    if user_named(tx.session, to) is None:
        raise UnknownAssignee(name=to)
    for row in _locked(tx, ids):
        require_step(row.status, Status.ASSIGNED)
        before = {"status": row.status.value, "assignee": row.assignee}
        row.status, row.assignee, row.version = Status.ASSIGNED, to, row.version + 1
        audit.record(
            tx,
            Verb.ASSIGNED,
            "discrepancy",
            str(row.id),
            before=before,
            after={"status": row.status.value, "assignee": to},
        )


def explain(tx: Tx, *, ids: Sequence[int], reason: str) -> None:
    """Close discrepancies that need nothing but a reason (说明关闭).

    Raises:
        ReasonNeeded: The reason is empty.
        WrongState: One of them is resolved or waits for approval.
        InSuspense: The money of one of them is parked.
    """
    require(tx.actor, Permission.EXPLAIN)
    if not reason.strip():
        raise ReasonNeeded
    for row in _locked(tx, ids):
        if row.status is Status.SUSPENDED:
            raise InSuspense(id=row.id)
        require_step(row.status, Status.RESOLVED)
        require_open(tx, day_of(row.business_on))
        before = {"status": row.status.value, "reason": row.reason}
        row.status, row.resolution = Status.RESOLVED, Resolution.EXPLAINED
        row.reason, row.version = reason, row.version + 1
        _hold(tx, [id_ for id_ in (row.ours_id, row.theirs_id) if id_], HeldBy.REASON)
        tx.session.add(
            DiscrepancyNote(discrepancy_id=row.id, text=reason, by=tx.actor.name, at=tx.at)
        )
        audit.record(
            tx,
            Verb.EXPLAINED,
            "discrepancy",
            str(row.id),
            before=before,
            after={"status": row.status.value, "reason": reason},
        )


def _one(
    session: Session, task: Task, side: Side, found: dict[int, EntryRef], key: str
) -> EntryRef:
    """Of the entries under a key the open one; the first where several are."""
    column = Match.ours_id if side is Side.OURS else Match.theirs_id
    taken = {
        row.ours_id if side is Side.OURS else row.theirs_id: row
        for row in session.scalars(select(Match).where(Match.task == task, column.in_(list(found))))
    }
    free = [entry for id_, entry in sorted(found.items()) if id_ not in taken]
    if free:
        return free[0]
    if not taken:
        raise UnknownKey(key=key, side=side)
    line = next(iter(taken.values()))
    hand = session.get(HandMatch, line.match_id)
    raise AlreadyMatched(key=key, match=line.match_id, by=hand.by if hand else line.rule)


def _hold(tx: Tx, ids: Sequence[int], by: HeldBy) -> None:
    for id_ in ids:
        if tx.session.get(HeldEntry, (id_, by)) is None:
            tx.session.add(HeldEntry(entry_id=id_, held_by=by))
    tx.session.flush()


def _locked(tx: Tx, ids: Sequence[int]) -> list[Discrepancy]:
    rows = []
    for id_ in ids:
        row = tx.session.get(Discrepancy, id_, with_for_update=True)
        if row is None:
            raise UnknownDiscrepancy(id=id_)
        rows.append(row)
    return rows
