"""What people do with many discrepancies at once, and what they say of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.audit.stale import refuse_stale
from app.base.dates import day_of
from app.base.errors import UserError
from app.base.i18n import N_, _
from app.calendar.service import require_open
from app.db.workspace import Tx
from app.discrepancies import service
from app.discrepancies.model import Discrepancy, DiscrepancyNote
from app.discrepancies.refusals import (
    ReasonNeeded,
    UnknownAssignee,
    UnknownDiscrepancy,
)
from app.discrepancies.rules import LONGEST_NOTE, Resolution, Status, require_step
from app.identity.queries import user_named
from app.identity.rules import Permission, UserState, permissions_of
from app.identity.service import require
from app.records.model import HeldEntry
from app.records.rules import HeldBy

_CHUNK = 500
_OBJECT = "discrepancy"
_HELD = frozenset({Status.OPEN, Status.ASSIGNED})

_Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Who got discrepancies ("" for nobody), and who had each of them before."""

    to: str
    before: Mapping[int, str]


class NotToBeAssigned(UserError):
    """A discrepancy that is settled or set aside cannot be given to anybody."""

    template = N_("Discrepancy {id} is settled, set aside or waits for approval: not assigned.")


class NoteNeeded(UserError):
    """A note says something."""

    template = N_("Write something, up to {longest} characters.")


class NotReopened(UserError):
    """It was not closed by a reason, so a reason does not open it again."""

    template = N_(
        "Discrepancy {id} was not closed by an explanation. Take its match apart instead,"
        " or reverse its adjustment."
    )


def assign_cases(
    tx: Tx, *, ids: Sequence[int], to: str, seen: Mapping[int, int] | None = None
) -> Given:
    """Give discrepancies to a user; `seen` are versions that were shown.

    Raises:
        UnknownAssignee: There is no such active user, or he may not work on them.
        NotToBeAssigned: One of them is settled, set aside or waits for approval.
        ChangedByOther: One of them was changed since it was shown.
    """
    require(tx.actor, Permission.ASSIGN)
    user = user_named(tx.session, to)
    if user is None or user.state is not UserState.ACTIVE or not _works(user.roles):
        raise UnknownAssignee(name=to)
    return _give(tx, ids, seen or {}, user.name)


def unassign_cases(tx: Tx, *, ids: Sequence[int], seen: Mapping[int, int] | None = None) -> Given:
    """Take discrepancies away from their users.

    Raises:
        NotToBeAssigned: One of them is settled, set aside or waits for approval.
        ChangedByOther: One of them was changed since it was shown.
    """
    require(tx.actor, Permission.ASSIGN)
    return _give(tx, ids, seen or {}, "")


def give_back(tx: Tx, *, given: Given) -> int:
    """Give discrepancies back to who had them before, where nobody gave them on since."""
    require(tx.actor, Permission.ASSIGN)
    back: dict[str, list[int]] = {}
    for row in _found(tx.session, sorted(given.before)):
        if row.assignee == given.to and row.status in _HELD:
            back.setdefault(given.before[row.id], []).append(row.id)
    return sum(len(_give(tx, ids, {}, name).before) for name, ids in sorted(back.items()))


def explain_cases(
    tx: Tx, *, ids: Sequence[int], reason: str, seen: Mapping[int, int] | None = None
) -> int:
    """Close discrepancies that need nothing but a reason (说明关闭); return how many.

    Raises:
        ReasonNeeded: The reason is empty.
        WrongState: One of them is resolved or waits for approval.
        ChangedByOther: One of them was changed since it was shown.
    """
    require(tx.actor, Permission.EXPLAIN)
    for row in _found(tx.session, ids):
        _require_seen(tx.session, row, seen or {})
    service.explain(tx, ids=ids, reason=reason)
    return len(ids)


def add_note(tx: Tx, *, id_: int, text: str) -> int:
    """Write a note on a discrepancy and return its id.

    Raises:
        NoteNeeded: It is empty or too long.
        UnknownDiscrepancy: There is no such discrepancy.
    """
    require(tx.actor, Permission.NOTE)
    said = text.strip()
    if not 0 < len(said) <= LONGEST_NOTE:
        raise NoteNeeded(longest=LONGEST_NOTE)
    list(_found(tx.session, [id_]))
    note = DiscrepancyNote(discrepancy_id=id_, text=said, by=tx.actor.name, at=tx.at)
    tx.session.add(note)
    tx.session.flush()
    audit.record(tx, Verb.NOTED, _OBJECT, str(id_), after={"note": said})
    return note.id


def reopen_cases(tx: Tx, *, ids: Sequence[int], reason: str) -> int:
    """Open explained discrepancies again, all of them or none; return how many.

    Raises:
        ReasonNeeded: The reason is empty.
        NotReopened: One of them was settled by a match or an adjustment.
    """
    for id_ in ids:
        reopen_case(tx, id_=id_, reason=reason)
    return len(ids)


def reopen_case(tx: Tx, *, id_: int, reason: str, seen: int | None = None) -> None:
    """Open a discrepancy again that was closed by an explanation.

    Raises:
        ReasonNeeded: The reason is empty.
        NotReopened: It was settled by a match or an adjustment.
        WrongState: It is not closed.
        DayClosed: Its business day is closed.
        ChangedByOther: It was changed since it was shown.
    """
    require(tx.actor, Permission.EXPLAIN)
    if not reason.strip():
        raise ReasonNeeded
    row = next(_found(tx.session, [id_]))
    _require_seen(tx.session, row, {} if seen is None else {id_: seen})
    require_step(row.status, Status.OPEN)
    if row.resolution is not Resolution.EXPLAINED:
        raise NotReopened(id=id_)
    require_open(tx, day_of(row.business_on))
    status = Status.ASSIGNED if row.assignee else Status.OPEN
    tx.session.execute(
        update(Discrepancy)
        .where(Discrepancy.id == id_)
        .values(
            status=status,
            resolution=Resolution.NONE,
            reason="",
            resolved_on=None,
            version=Discrepancy.version + 1,
        )
    )
    _let_go(tx, row)
    tx.session.add(DiscrepancyNote(discrepancy_id=id_, text=reason, by=tx.actor.name, at=tx.at))
    before = {"status": row.status.value, "reason": row.reason}
    after = {"status": status.value, "reason": reason}
    audit.record(tx, Verb.REOPENED, _OBJECT, str(id_), before=before, after=after)


def _give(tx: Tx, ids: Sequence[int], seen: Mapping[int, int], to: str) -> Given:
    verb = Verb.ASSIGNED if to else Verb.UNASSIGNED
    status = Status.ASSIGNED if to else Status.OPEN
    before: dict[int, str] = {}
    for row in _found(tx.session, ids):
        _require_seen(tx.session, row, seen)
        if row.status not in _HELD:
            raise NotToBeAssigned(id=row.id)
        if (row.status, row.assignee) == (status, to):
            continue
        before[row.id] = row.assignee
        audit.record(
            tx,
            verb,
            _OBJECT,
            str(row.id),
            before={"status": row.status.value, "assignee": row.assignee},
            after={"status": status.value, "assignee": to},
        )
    changed = list(before)
    for start in range(0, len(changed), _CHUNK):
        tx.session.execute(
            update(Discrepancy)
            .where(Discrepancy.id.in_(changed[start : start + _CHUNK]))
            .values(status=status, assignee=to, version=Discrepancy.version + 1),
            execution_options={"synchronize_session": False},
        )
    return Given(to=to, before=before)


def _found(session: Session, ids: Sequence[int]) -> Iterator[_Found]:
    """Lock rows and return them by id."""
    row = Discrepancy
    for start in range(0, len(ids), _CHUNK):
        chunk = sorted(ids[start : start + _CHUNK])
        query = (
            select(
                *(row.id, row.status, row.resolution, row.assignee, row.reason, row.version),
                *(row.business_on, row.ours_id, row.theirs_id),
            )
            .where(row.id.in_(chunk))
            .order_by(row.id)
            .with_for_update()
        )
        found = session.execute(query).all()
        if missing := sorted(set(chunk) - {one.id for one in found}):
            raise UnknownDiscrepancy(id=missing[0])
        yield from found


def _require_seen(session: Session, row: _Found, seen: Mapping[int, int]) -> None:
    if seen.get(row.id, row.version) == row.version:
        return
    what = _("Discrepancy {id}").format(id=row.id)
    refuse_stale(session, _OBJECT, str(row.id), what)


def _let_go(tx: Tx, row: _Found) -> None:
    """Let its entries be replaced again, unless another explanation is about them."""
    other = exists().where(
        Discrepancy.id != row.id,
        Discrepancy.resolution == Resolution.EXPLAINED,
        or_(Discrepancy.ours_id == HeldEntry.entry_id, Discrepancy.theirs_id == HeldEntry.entry_id),
    )
    ids = [id_ for id_ in (row.ours_id, row.theirs_id) if id_ is not None]
    tx.session.execute(
        delete(HeldEntry).where(
            HeldEntry.entry_id.in_(ids), HeldEntry.held_by == HeldBy.REASON, ~other
        ),
        execution_options={"synchronize_session": False},
    )


def _works(roles: Sequence[str]) -> bool:
    working = {Permission.ASSIGN, Permission.EXPLAIN, Permission.APPROVE}
    return bool(working & permissions_of(roles))
