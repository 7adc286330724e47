"""What an adjustment is about: discrepancies or items in suspense, in whose book and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.adjustments.model import AdjustmentCase, SuspenseItem, SuspenseMove
from app.adjustments.refusals import NoPayee, UnknownItem
from app.base.dates import day_number, day_of
from app.calendar.queries import closed_days
from app.catalog.queries import accounts, organisations
from app.discrepancies.casefilter import channel_of, payee_of
from app.discrepancies.model import Discrepancy
from app.discrepancies.refusals import UnknownDiscrepancy
from app.intake.rules import Kind as EntryKind
from app.matching.model import Run
from app.records.model import Arrival, BillLine, ClearingBatch, Payment

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A discrepancy with what of its difference no live adjustment takes up, in fen.

    `own` says that the adjustment asked about is one of those that have taken it up.
    """

    row: Discrepancy
    payee: str
    channel: str
    account_no: str
    left_fen: int
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """An item in suspense with what no live adjustment takes out of it, in fen."""

    row: SuspenseItem
    left_fen: int


def subjects(
    session: Session, ids: Sequence[int], *, lock: bool = False, own: int = 0
) -> list[Subject]:
    """Return discrepancies in the order of their ids; what the adjustment `own` takes up is left.

    Raises:
        UnknownDiscrepancy: There is no such discrepancy.
    """
    rows = _rows(session, sorted(set(ids)), lock=lock)
    places = _places(session, [row.id for row in rows])
    taken = _taken(session, [row.id for row in rows])
    return [_subject(session, row, places[row.id], taken.get(row.id, {}), own) for row in rows]


def parked(
    session: Session, ids: Sequence[int], *, lock: bool = False, own: int = 0
) -> list[Parked]:
    """Return items in suspense in the order of their ids; what `own` takes out of them is left.

    Raises:
        UnknownItem: There is no such item.
    """
    found = []
    for id_ in sorted(set(ids)):
        row = session.get(SuspenseItem, id_, with_for_update=lock or None, populate_existing=lock)
        if row is None:
            raise UnknownItem(id=id_)
        taken = session.scalars(
            select(func.coalesce(func.sum(SuspenseMove.amount_fen), 0)).where(
                SuspenseMove.item_id == id_,
                SuspenseMove.live,
                SuspenseMove.adjustment_id != own,
            )
        ).one()
        found.append(Parked(row=row, left_fen=row.amount_fen - int(taken)))
    return found


def book_day(session: Session, days: Sequence[date]) -> date:
    """Return the day in whose books something of these days counts: the latest, if it is open.

    Of a closed day it counts on the first later day that was reconciled and is open, else on the
    day after the last closed one.
    """
    closed = closed_days(session)
    latest = max(days)
    if not closed or latest > max(closed):
        return latest
    last = day_number(max(closed))
    following = session.scalars(select(func.min(Run.business_on)).where(Run.business_on > last))
    number = following.one()
    return day_of(number) if number else max(closed) + timedelta(days=1)


def default_payee(session: Session) -> str:
    """Return in whose book stands what names no payee: the first one that nobody is above.

    Raises:
        NoPayee: There is no organisation.
    """
    known = organisations(session)
    tops = [one.code for one in known if not one.parent]
    if not tops:
        raise NoPayee
    owners = {one.organisation for one in accounts(session)}
    return next((code for code in tops if code in owners), tops[0])


def _rows(session: Session, ids: Sequence[int], *, lock: bool) -> list[Discrepancy]:
    """Discrepancies in the order of their ids, locked in that order if that is wanted."""
    found: list[Discrepancy] = []
    for start in range(0, len(ids), _CHUNK):
        query = select(Discrepancy).where(Discrepancy.id.in_(ids[start : start + _CHUNK]))
        query = query.order_by(Discrepancy.id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found += session.scalars(query)
    missing = sorted(set(ids) - {row.id for row in found})
    if missing:
        raise UnknownDiscrepancy(id=missing[0])
    return found


def _places(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Payee and channel of discrepancies, all in one question: it is a costly one."""
    found = {}
    for start in range(0, len(ids), _CHUNK):
        chosen = Discrepancy.id.in_(ids[start : start + _CHUNK])
        query = select(Discrepancy.id, payee_of(), channel_of()).where(chosen)
        for id_, payee, channel in session.execute(query):
            found[id_] = (payee, channel)
    return found


def _taken(session: Session, ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """What live adjustments take up of discrepancies, by adjustment."""
    found: dict[int, dict[int, int]] = {}
    row = AdjustmentCase
    for start in range(0, len(ids), _CHUNK):
        query = select(row.discrepancy_id, row.adjustment_id, row.share_fen).where(
            row.discrepancy_id.in_(ids[start : start + _CHUNK]), row.live
        )
        for id_, adjustment_id, fen in session.execute(query):
            found.setdefault(id_, {})[adjustment_id] = fen
    return found


def _subject(
    session: Session, row: Discrepancy, place: tuple[str, str], taken: dict[int, int], own: int
) -> Subject:
    payee, channel = place
    mine = taken.pop(own, None)
    return Subject(
        row=row,
        payee=payee or _payee_of_order(session, row),
        channel=channel,
        account_no=_account_of(session, row),
        left_fen=abs(row.difference_fen) - sum(taken.values()),
        own=mine is not None,
    )


def _payee_of_order(session: Session, row: Discrepancy) -> str:
    """The payee of the order that a payment belongs to: whose bills are the largest part of it."""
    if row.ours_kind is not EntryKind.PAYMENTS or row.ours_id is None:
        return ""
    order_no = session.scalars(select(Payment.order_no).where(Payment.id == row.ours_id)).first()
    parts: Counter[str] = Counter()
    lines = select(BillLine.payee, BillLine.amount_fen).where(BillLine.order_no == order_no)
    for payee, fen in session.execute(lines):
        parts[payee] += abs(fen)
    return min(parts, key=lambda payee: (-parts[payee], payee), default="")


def _account_of(session: Session, row: Discrepancy) -> str:
    """The bank account that an arrival or a batch names."""
    places = (
        (EntryKind.ARRIVALS, row.theirs_kind, row.theirs_id, Arrival),
        (EntryKind.CLEARING_BATCHES, row.ours_kind, row.ours_id, ClearingBatch),
        (EntryKind.CLEARING_BATCHES, row.theirs_kind, row.theirs_id, ClearingBatch),
    )
    for wanted, kind, id_, model in places:
        if kind is wanted and id_ is not None:
            found = session.scalars(select(model.account_no).where(model.id == id_)).first()
            if found:
                return found
    return ""
