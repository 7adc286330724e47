"""Reopening a day: a supervisor asks with a reason, a second person agrees."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.adjustments.model import Voucher
from app.adjustments.posting import Person, Posted, reverse
from app.adjustments.rules import OF_CLOSING
from app.approval import service as approval
from app.approval.queries import RequestView, pending_about
from app.approval.rules import Action, digest_of
from app.audit import service as audit
from app.audit.rules import Verb
from app.base.failpoints import reach
from app.base.i18n import _
from app.calendar.model import ClosedDay
from app.calendar.queries import closed_days
from app.calendar.service import DAYS_LOCK
from app.closing.model import DayClose
from app.closing.rules import (
    IMPORT_LOCK,
    CloseState,
    NoReopening,
    NotClosed,
    NotLatest,
    WhyReopened,
    source_of,
)
from app.db.locks import alone
from app.db.workspace import Tx
from app.discrepancies.rules import RECONCILE_LOCK
from app.identity.rules import Permission
from app.identity.service import require

OBJECT = "business_day"
"""What requests and the log call a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """A day that was reopened, with the numbers of the red-letter vouchers.

    `days` are all days that are open again because of it, `hash` that of the closing.
    """

    day: date
    days: tuple[date, ...]
    hash: str
    vouchers: tuple[str, ...]


def request_reopening(tx: Tx, *, day: date, reason: str) -> int:
    """Ask that the latest closed day be reopened and return the id of the request.

    Raises:
        NotAllowed: The actor may not reopen days.
        WhyReopened: The reason is empty.
        NotClosed: The day is not closed.
        NotLatest: A later day is closed.
        AlreadyRequested: Somebody asked for it before.
    """
    require(tx.actor, Permission.REOPEN_DAY)
    if not reason.strip():
        raise WhyReopened
    keep_alone(tx)
    closing = _latest(tx.session, day)
    return approval.submit(
        tx,
        asked=approval.Asked(
            action=Action.REOPEN_DAY,
            object_type=OBJECT,
            object_key=day.isoformat(),
            digest=_digest(closing),
            reason=reason.strip(),
        ),
    )


def approve_reopening(tx: Tx, *, day: date, seen: str | None = None) -> Reopened:
    """Agree to a request as another person, and reopen the day.

    `seen` is the digest of the request that the person looked at.

    Raises:
        NoReopening: Nobody asked for it.
        NotAllowed: The actor may not decide it.
        PasswordNeeded: The password was last given more than five minutes ago.
        OwnRequest: The actor asked for it himself.
        NotClosed: The day is not closed.
        NotLatest: A later day was closed since.
        RequestChanged: The day was closed anew since.
    """
    approval.require_decider(tx.actor, Action.REOPEN_DAY)
    keep_alone(tx)
    request = _pending(tx.session, day)
    closing = _latest(tx.session, day)
    approval.approve(tx, request_id=request.id, now=_digest(closing), seen=seen)
    closing.state, closing.reopened_at, closing.reason = (
        CloseState.REOPENED,
        tx.at,
        request.reason,
    )
    closing.reopened_by, closing.agreed_by = request.maker_name, tx.actor.name
    tx.session.flush()
    reach("reopen.closing")
    days = _open_again(tx, closing)
    reach("reopen.opened")
    red = _reverse(tx, closing, request.reason)
    reach("reopen.reversed")
    numbers = tuple(one.number for one in red)
    audit.record(
        tx,
        Verb.REOPENED,
        OBJECT,
        day.isoformat(),
        before={"hash": closing.hash},
        after={
            "days": days,
            "asked_by": request.maker_name,
            "reason": request.reason,
            "vouchers": list(numbers),
        },
    )
    return Reopened(day=day, days=tuple(days), hash=closing.hash, vouchers=numbers)


def return_reopening(tx: Tx, *, day: date, reason: str) -> None:
    """Refuse a request as another person, with a reason.

    Raises:
        NoReopening: Nobody asked for it.
        NotAllowed: The actor may not decide it.
        OwnRequest: The actor asked for it himself.
        WhyReturned: The reason is empty.
    """
    approval.send_back(tx, request_id=_pending(tx.session, day).id, reason=reason)


def withdraw_reopening(tx: Tx, *, day: date) -> None:
    """Take a request back as who made it.

    Raises:
        NoReopening: Nobody asked for it.
        NotYourRequest: Somebody else made it.
    """
    approval.withdraw(tx, request_id=_pending(tx.session, day).id)


def reopening(session: Session, day: date) -> RequestView | None:
    """Return the pending request to reopen a day, or None."""
    return pending_about(session, OBJECT, day.isoformat(), Action.REOPEN_DAY)


def keep_alone(tx: Tx) -> None:
    """Let nobody import, write into a day, match or reconcile meanwhile."""
    # In the order in which imports and runs take them, so that nobody waits in a circle.
    for name in (IMPORT_LOCK, DAYS_LOCK, RECONCILE_LOCK):
        alone(tx, name)


def _pending(session: Session, day: date) -> RequestView:
    found = reopening(session, day)
    if found is None:
        raise NoReopening(day=day.isoformat())
    return found


def _latest(session: Session, day: date) -> DayClose:
    """The closing of a day that no later one stands in the way of."""
    row = session.scalars(
        select(DayClose)
        .where(DayClose.business_on == day, DayClose.state == CloseState.CLOSED)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotClosed(day=day.isoformat())
    latest = max(closed_days(session), default=day)
    if latest > day:
        raise NotLatest(latest=latest.isoformat())
    return row


def _digest(closing: DayClose) -> str:
    return digest_of({"day": closing.business_on, "hash": closing.hash})


def _open_again(tx: Tx, closing: DayClose) -> list[date]:
    days = [date.fromisoformat(one) for one in json.loads(closing.totals)["days"]]
    # The latest first: the database lets go of no day before a closed one.
    for day in sorted(days, reverse=True):
        row = tx.session.get(ClosedDay, day)
        assert row is not None
        tx.session.delete(row)
        tx.session.flush()
    return sorted(days)


def _reverse(tx: Tx, closing: DayClose, why: str) -> list[Posted]:
    """Cancel the summary vouchers of a closing in the books of the day itself."""
    times = tx.session.scalars(
        select(DayClose.id).where(DayClose.business_on == closing.business_on).order_by(DayClose.id)
    ).all()
    source = source_of(closing.business_on, times.index(closing.id) + 1)
    red = aliased(Voucher)
    ids = tx.session.scalars(
        select(Voucher.id)
        .outerjoin(red, red.reverses_id == Voucher.id)
        .where(Voucher.source == source, Voucher.kind.in_(OF_CLOSING), red.id.is_(None))
        .order_by(Voucher.id)
    ).all()
    summary = _("{day} reopened: {reason}").format(day=closing.business_on.isoformat(), reason=why)
    maker = Person(id=tx.actor.user_id, name=tx.actor.name)
    return [
        reverse(tx, voucher_id=id_, business_on=closing.business_on, maker=maker, why=summary)
        for id_ in ids
    ]
