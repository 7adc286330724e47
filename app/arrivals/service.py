"""Confirming that money came: one person makes a confirmation, another checks it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.orm import Session

from app.arrivals.model import ArrivalConfirmation, ArrivalConfirmationLine
from app.arrivals.money import chunks
from app.arrivals.queries import (
    ArrivalFilter,
    ExpectedArrival,
    arrivals_of,
    bank_lines,
    clean_ones,
    is_live,
    scope_of,
)
from app.arrivals.rules import (
    ALLOWED,
    AlreadyChecked,
    AlreadyConfirmed,
    ArrivalState,
    ChangedSince,
    ConfirmationStatus,
    Differs,
    NotArrived,
    NotConfirmed,
    NothingNamed,
    NotVerified,
    NotYours,
    OwnConfirmation,
    Scope,
    ScopeChanged,
    UnknownBatch,
    WhyNeeded,
    number_of,
)
from app.audit import service as audit
from app.audit.rules import Verb
from app.base.dates import day_number, day_of
from app.base.failpoints import reach
from app.base.money import yuan
from app.calendar.queries import is_closed
from app.calendar.service import DAYS_LOCK, require_open
from app.db import counters
from app.db.locks import together
from app.db.workspace import Actor, Tx
from app.discrepancies.queries import as_of as latest_run
from app.discrepancies.rules import RECONCILE_LOCK
from app.identity.rules import Permission
from app.identity.service import may, require
from app.records.model import ClearingBatch, ClearingLine, HeldEntry
from app.records.queries import held
from app.records.rules import HeldBy

_OBJECT = "arrival_confirmation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What became of a batch's confirmation."""

    number: str
    batch_no: str
    status: ConfirmationStatus
    expected_fen: int
    arrived_fen: int


def confirm(tx: Tx, *, batch_nos: Sequence[str]) -> list[Confirmed]:
    """Confirm that the money of these batches arrived.

    Raises:
        UnknownBatch: One of them does not exist.
        AlreadyConfirmed: Somebody confirmed one of them before.
        NotArrived: The money of one of them has not come, or not all of it.
        Differs: Discrepancies of one of them are not adjusted.
        NotVerified: The clearing of one of them is not verified.
        DayClosed: The day in whose books one of them counts is closed.
    """
    require(tx.actor, Permission.CONFIRM_ARRIVAL)
    _keep_still(tx)
    return _confirm(tx, _locked(tx, batch_nos))


def confirm_all_clean(
    tx: Tx, *, wanted: ArrivalFilter, agreed: Scope | None = None
) -> list[Confirmed]:
    """Confirm every batch that arrived to the fen and of which nothing differs.

    `agreed` is the scope that the person was told before.

    Raises:
        ScopeChanged: Meanwhile other batches are clean.
        DayClosed: The day in whose books one of them counts is closed.
    """
    require(tx.actor, Permission.CONFIRM_ARRIVAL)
    _keep_still(tx)
    _lock(tx, [one.batch_id for one in clean_ones(tx.session, wanted)])
    # Read again: whoever held one of them before may have confirmed it.
    found = clean_ones(tx.session, wanted)
    scope = scope_of(found)
    if agreed is not None and scope != agreed:
        raise ScopeChanged(count=scope.count, sum=yuan(scope.fen))
    return _confirm(tx, found)


def check(
    tx: Tx, *, batch_nos: Sequence[str], seen: Mapping[str, str] | None = None
) -> list[Confirmed]:
    """Check confirmations as the second person.

    `seen` are the numbers of the confirmations that the person looked at, by batch no.

    Raises:
        UnknownBatch: One of the batches does not exist.
        NotConfirmed: One of them is not confirmed.
        AlreadyChecked: Somebody checked one of them before.
        OwnConfirmation: The actor confirmed one of them himself.
        ChangedSince: What was confirmed or seen is not what stands there now.
        DayClosed: The day in whose books one of them counts is closed.
    """
    require(tx.actor, Permission.CHECK_ARRIVAL)
    _keep_still(tx)
    done = []
    for one, row in _locked_rows(tx, batch_nos):
        _require_other_person(tx.actor, one, row)
        if row.digest != one.seen.digest() or (seen or {}).get(one.batch_no, row.number) != (
            row.number
        ):
            raise ChangedSince(batch=one.batch_no)
        require_open(tx, day_of(row.business_on))
        row.status = ConfirmationStatus.CHECKED
        row.checker_id, row.checker_name, row.checked_at = tx.actor.user_id, tx.actor.name, tx.at
        audit.record(
            tx,
            Verb.CHECKED,
            _OBJECT,
            row.number,
            before={"status": ConfirmationStatus.CONFIRMED.value},
            after=_told(row),
        )
        done.append(_done(row))
    tx.session.flush()
    reach("check.rows")
    return done


def unconfirm(tx: Tx, *, batch_nos: Sequence[str], reason: str) -> list[Confirmed]:
    """Take confirmations back; they stay on record with the reason.

    A checked one only by who checked it; before that by its maker or by who may check.

    Raises:
        WhyNeeded: The reason is empty.
        UnknownBatch: One of the batches does not exist.
        NotConfirmed: One of them is not confirmed.
        NotYours: Somebody else made or checked one of them.
        DayClosed: The day in whose books one of them counts is closed.
    """
    if not may(tx.actor, Permission.CHECK_ARRIVAL):
        require(tx.actor, Permission.CONFIRM_ARRIVAL)
    if not reason.strip():
        raise WhyNeeded
    _keep_still(tx)
    done = []
    for one, row in _locked_rows(tx, batch_nos):
        _require_own(tx.actor, one, row)
        require_open(tx, day_of(row.business_on))
        before = _told(row)
        assert ConfirmationStatus.UNCONFIRMED in ALLOWED[row.status]
        row.status = ConfirmationStatus.UNCONFIRMED
        row.undone_by, row.undone_at, row.reason = tx.actor.name, tx.at, reason.strip()
        tx.session.flush()
        _release(tx, row)
        after = {"status": row.status.value, "reason": row.reason}
        audit.record(tx, Verb.UNCONFIRMED, _OBJECT, row.number, before=before, after=after)
        done.append(_done(row))
    reach("unconfirm.rows")
    tx.touch("held_entry")
    return done


def _keep_still(tx: Tx) -> None:
    """Let nobody close a day or reconcile meanwhile; other confirmations go on."""
    together(tx, DAYS_LOCK)
    together(tx, RECONCILE_LOCK)


def _locked(tx: Tx, batch_nos: Sequence[str]) -> list[ExpectedArrival]:
    """Lock batches and return them as they are now, in the order in which they were named."""
    if not batch_nos:
        raise NothingNamed
    wanted = list(dict.fromkeys(batch_nos))
    ids = [
        id_
        for chunk in chunks(wanted)
        for id_ in tx.session.scalars(
            select(ClearingBatch.id).where(ClearingBatch.batch_no.in_(chunk))
        )
    ]
    _lock(tx, ids)
    found = {one.batch_no: one for one in arrivals_of(tx.session, ids)}
    for batch_no in wanted:
        if batch_no not in found:
            raise UnknownBatch(batch=batch_no)
    return [found[batch_no] for batch_no in wanted]


def _locked_rows(
    tx: Tx, batch_nos: Sequence[str]
) -> list[tuple[ExpectedArrival, ArrivalConfirmation]]:
    """Lock batches, and return them with the confirmations that they have now."""
    batches = _locked(tx, batch_nos)
    for one in batches:
        if one.confirmation is None:
            raise NotConfirmed(batch=one.batch_no)
    rows = {
        row.batch_id: row
        for chunk in chunks([one.batch_id for one in batches])
        for row in tx.session.scalars(
            select(ArrivalConfirmation)
            .where(ArrivalConfirmation.batch_id.in_(chunk), is_live())
            .order_by(ArrivalConfirmation.id)
            .with_for_update()
        )
    }
    return [(one, rows[one.batch_id]) for one in batches]


def _lock(tx: Tx, ids: Collection[int]) -> None:
    # Always in this order, so that two people can never wait for each other.
    for chunk in chunks(sorted(ids)):
        tx.session.execute(
            select(ClearingBatch.id)
            .where(ClearingBatch.id.in_(chunk))
            .order_by(ClearingBatch.id)
            .with_for_update()
        ).all()


def _confirm(tx: Tx, batches: Sequence[ExpectedArrival]) -> list[Confirmed]:
    for one in batches:
        _require_clean(one)
    days = {one.batch_id: _counts_on(tx, one) for one in batches}
    for day in sorted(set(days.values())):
        require_open(tx, day)
    rows = []
    for one in batches:
        day = days[one.batch_id]
        number = number_of(day.year, counters.take(tx, f"{_OBJECT} {day.year}"))
        rows.append(_row(tx, one, day, number))
    tx.session.add_all(rows)
    tx.session.flush()
    reach("confirm.rows")
    _keep_lines(tx, rows, batches)
    _hold(tx, batches)
    reach("confirm.held")
    for row in rows:
        audit.record(tx, Verb.CONFIRMED, _OBJECT, row.number, after=_told(row))
    return [_done(row) for row in rows]


def _require_clean(one: ExpectedArrival) -> None:
    if one.confirmation is not None:
        made = one.confirmation
        raise AlreadyConfirmed(batch=one.batch_no, by=made.maker_name, number=made.number)
    if one.standing:
        named = tuple((its.id, its.kind, yuan(its.difference_fen)) for its in one.standing)
        raise Differs(batch=one.batch_no, discrepancies=named)
    if one.state is not ArrivalState.ARRIVED and not one.explained:
        raise NotArrived(
            batch=one.batch_no, expected=yuan(one.expected_fen), arrived=yuan(one.arrived_fen)
        )
    if not one.verified:
        raise NotVerified(batch=one.batch_no, day=one.business_on.isoformat())


def _counts_on(tx: Tx, one: ExpectedArrival) -> date:
    """The day in whose books an arrival counts: that of the run which matched it.

    What a person matched counts on the batch's own day, or on the latest one when that is closed.
    """
    if one.run_on is not None:
        return one.run_on
    latest = latest_run(tx.session)
    own = one.business_on
    return latest if latest is not None and is_closed(tx.session, own) else own


def _row(tx: Tx, one: ExpectedArrival, day: date, number: str) -> ArrivalConfirmation:
    return ArrivalConfirmation(
        number=number,
        batch_id=one.batch_id,
        batch_no=one.batch_no,
        payee=one.payee,
        account_no=one.account_no,
        batch_on=day_number(one.business_on),
        business_on=day_number(day),
        expected_fen=one.expected_fen,
        arrived_fen=one.arrived_fen,
        difference_fen=one.difference_fen,
        digest=one.seen.digest(),
        status=ConfirmationStatus.CONFIRMED,
        maker_id=tx.actor.user_id,
        maker_name=tx.actor.name,
        made_at=tx.at,
        reason="",
    )


def _keep_lines(
    tx: Tx, rows: Sequence[ArrivalConfirmation], batches: Sequence[ExpectedArrival]
) -> None:
    lines = {
        line.id: line
        for line in bank_lines(tx.session, [id_ for one in batches for id_ in one.line_ids])
    }
    values = [
        {
            "confirmation_id": row.id,
            "arrival_id": id_,
            "serial_no": lines[id_].serial_no,
            "booked_on": day_number(lines[id_].booked_on),
            "amount_fen": lines[id_].amount_fen,
        }
        for row, one in zip(rows, batches, strict=True)
        for id_ in one.line_ids
    ]
    if values:
        tx.session.execute(insert(ArrivalConfirmationLine), values)


def _hold(tx: Tx, batches: Sequence[ExpectedArrival]) -> None:
    """Hold the batches, the bank lines that paid them, and the files of their clearing lines."""
    ids = {one.batch_id for one in batches} | {id_ for one in batches for id_ in one.line_ids}
    ids |= _of_files(tx.session, [one.batch_no for one in batches])
    new = sorted(ids - held(tx.session, ids, HeldBy.CONFIRMATION))
    if new:
        values = [{"entry_id": id_, "held_by": HeldBy.CONFIRMATION.value} for id_ in new]
        tx.session.execute(insert(HeldEntry), values)
    tx.touch("held_entry", "arrival_confirmation_line")


def _of_files(session: Session, batch_nos: Sequence[str]) -> set[int]:
    """Of each batch one clearing line from each file: to hold it is to hold the file."""
    found: set[int] = set()
    for chunk in chunks(batch_nos):
        first = (
            select(func.min(ClearingLine.id))
            .where(ClearingLine.batch_no.in_(chunk))
            .group_by(ClearingLine.batch_no, ClearingLine.file_id)
        )
        found.update(session.scalars(first))
    return found


def _release(tx: Tx, row: ArrivalConfirmation) -> None:
    """Let go what was held, but for bank lines that another confirmation stands on as well."""
    lines = select(ArrivalConfirmationLine.arrival_id).where(
        ArrivalConfirmationLine.confirmation_id == row.id
    )
    shared = exists().where(
        ArrivalConfirmationLine.arrival_id == HeldEntry.entry_id,
        ArrivalConfirmationLine.confirmation_id == ArrivalConfirmation.id,
        is_live(),
    )
    own = [row.batch_id, *sorted(_of_files(tx.session, [row.batch_no]))]
    mine = HeldEntry.held_by == HeldBy.CONFIRMATION.value
    quietly = {"synchronize_session": False}
    for chosen in (HeldEntry.entry_id.in_(own), HeldEntry.entry_id.in_(lines) & ~shared):
        tx.session.execute(delete(HeldEntry).where(mine, chosen), execution_options=quietly)


def _require_other_person(actor: Actor, one: ExpectedArrival, row: ArrivalConfirmation) -> None:
    if row.status is ConfirmationStatus.CHECKED:
        raise AlreadyChecked(batch=one.batch_no, by=row.checker_name, number=row.number)
    if actor.user_id == row.maker_id or actor.name == row.maker_name:
        raise OwnConfirmation(batch=one.batch_no)


def _require_own(actor: Actor, one: ExpectedArrival, row: ArrivalConfirmation) -> None:
    if row.status is ConfirmationStatus.CHECKED:
        allowed, by = actor.user_id == row.checker_id, row.checker_name
    else:
        own = actor.user_id == row.maker_id
        allowed, by = own or may(actor, Permission.CHECK_ARRIVAL), row.maker_name
    if not allowed:
        raise NotYours(batch=one.batch_no, by=by, number=row.number)


def _told(row: ArrivalConfirmation) -> dict[str, object]:
    """What the log says of a confirmation."""
    return {
        "batch": row.batch_no,
        "account": row.account_no,
        "date": day_of(row.business_on),
        "expected_fen": row.expected_fen,
        "arrived_fen": row.arrived_fen,
        "status": row.status.value,
        "digest": row.digest,
    }


def _done(row: ArrivalConfirmation) -> Confirmed:
    return Confirmed(
        number=row.number,
        batch_no=row.batch_no,
        status=row.status,
        expected_fen=row.expected_fen,
        arrived_fen=row.arrived_fen,
    )
