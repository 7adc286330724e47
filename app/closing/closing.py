"""Closing a day (日结): checked, booked, frozen; and what may be waived.

Reopening stands in `reopening`; both are found here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.adjustments.posting import Person, Posted, post
from app.audit import service as audit
from app.audit.rules import Verb, canonical
from app.base.failpoints import reach
from app.calendar.model import ClosedDay
from app.calendar.service import require_open
from app.closing.blocking import blockers, days_of_closing, unwaived
from app.closing.expected import OF_EACH_DAY
from app.closing.model import DayClose, DayWaiver
from app.closing.reopening import (
    OBJECT,
    approve_reopening,
    keep_alone,
    request_reopening,
    return_reopening,
    withdraw_reopening,
)
from app.closing.rules import (
    AlreadyClosed,
    CannotClose,
    CloseState,
    NothingToWaive,
    UnknownFileKind,
    WhyWaived,
    chained,
    source_of,
)
from app.closing.summing import summaries
from app.closing.totals import previous_hash, totals_of
from app.db.workspace import Tx
from app.identity.rules import Permission
from app.identity.service import require
from app.intake.rules import Kind as FileKind

__all__ = [
    "Closed",
    "approve_reopening",
    "blockers",
    "close_day",
    "request_reopening",
    "return_reopening",
    "waive",
    "withdraw_reopening",
]

WAIVABLE = (*OF_EACH_DAY, FileKind.CHANNEL, FileKind.ARRIVALS)
"""Kinds of files that a day needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A day that was closed, with the numbers of the vouchers that it made.

    `days` are all days that are closed now because of it.
    """

    day: date
    days: tuple[date, ...]
    hash: str
    vouchers: tuple[str, ...]


def waive(tx: Tx, *, day: date, file_kind: str, scope: str = "", reason: str) -> None:
    """Say that a day is closed without a file; without a scope, without all of its kind.

    Raises:
        NotAllowed: The actor may not close days.
        WhyWaived: The reason is empty.
        UnknownFileKind: No day needs such a file.
        NothingToWaive: No such file is missing.
        DayClosed: The day is closed.
    """
    require(tx.actor, Permission.CLOSE_DAY)
    if not reason.strip():
        raise WhyWaived
    if file_kind not in {kind.value for kind in WAIVABLE}:
        known = ", ".join(kind.value for kind in WAIVABLE)
        raise UnknownFileKind(kind=file_kind, known=known)
    require_open(tx, day)
    missing = [one for one in unwaived(tx.session, day) if one.kind.value == file_kind]
    if not [one for one in missing if scope in ("", one.scope)]:
        raise NothingToWaive(kind=FileKind(file_kind), day=day.isoformat())
    tx.session.add(
        DayWaiver(
            business_on=day,
            file_kind=file_kind,
            scope=scope,
            reason=reason.strip(),
            by=tx.actor.name,
            at=tx.at,
        )
    )
    tx.session.flush()
    after = {"file": file_kind, "scope": scope, "reason": reason.strip()}
    audit.record(tx, Verb.WAIVED, OBJECT, day.isoformat(), after=after)


def close_day(tx: Tx, *, day: date) -> Closed:
    """Close a day: post its summary vouchers, store its totals and hash, and freeze it.

    Raises:
        NotAllowed: The actor may not close days.
        AlreadyClosed: Somebody closed it before.
        CannotClose: Something is in the way; carries what.
        NoLedgerAccount: Nothing in the chart of accounts serves a purpose.
    """
    require(tx.actor, Permission.CLOSE_DAY)
    keep_alone(tx)
    _require_open(tx, day)
    found = blockers(tx.session, day)
    if found:
        raise CannotClose(day=day.isoformat(), blockers=found)
    days = days_of_closing(tx.session, day)
    posted = _post(tx, day, days)
    reach("close.vouchers")
    totals = totals_of(tx.session, day, days)
    before = previous_hash(tx.session)
    made = DayClose(
        business_on=day,
        state=CloseState.CLOSED,
        totals=canonical(totals),
        previous_hash=before,
        hash=chained(totals, before),
        closed_by=tx.actor.name,
        closed_at=tx.at,
        reopened_by="",
        agreed_by="",
        reason="",
    )
    tx.session.add(made)
    tx.session.flush()
    reach("close.totals")
    for one in days:
        tx.session.add(ClosedDay(business_on=one, closed_at=tx.at, closed_by=tx.actor.name))
    tx.session.flush()
    reach("close.closed")
    numbers = tuple(one.number for one in posted)
    after = {"hash": made.hash, "days": days, "vouchers": list(numbers)}
    audit.record(tx, Verb.CLOSED, OBJECT, day.isoformat(), after=after)
    return Closed(day=day, days=tuple(days), hash=made.hash, vouchers=numbers)


def _require_open(tx: Tx, day: date) -> None:
    row = tx.session.get(ClosedDay, day)
    if row is not None:
        raise AlreadyClosed(day=day.isoformat(), by=row.closed_by)


def _post(tx: Tx, day: date, days: list[date]) -> list[Posted]:
    times = select(func.count()).where(DayClose.business_on == day)
    source = source_of(day, tx.session.execute(times).scalar_one() + 1)
    maker = Person(id=tx.actor.user_id, name=tx.actor.name)
    return [
        post(tx, wanted=one.to_post(day=day, source=source, maker=maker))
        for one in summaries(tx.session, days)
    ]
