"""Bill lines and write-offs take the business day of their order.

Most lie on it anyway; only those that do not are changed, and so the work is small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.base.dates import business_day, day_number
from app.db.workspace import Tx
from app.intake.model import SourceFile
from app.intake.rules import FileStatus, Kind
from app.records.model import (
    BillLine,
    ChannelRecord,
    ClearingBatch,
    ClearingLine,
    Payment,
    WriteOff,
)
from app.records.parts import recount
from app.records.rules import EntryStatus, EntryType, PaidAt, line_day, order_day
from app.records.touching import mark_touched, require_open_days

_CHUNK = 500

_LINES: tuple[tuple[type[BillLine | WriteOff], Any], ...] = (
    (BillLine, BillLine.paid_at),
    (WriteOff, WriteOff.written_at),
)


def date_order_lines(
    tx: Tx,
    kind: Kind,
    ids: tuple[int, int],
    days: set[int],
    *,
    leaving: bool = False,
) -> set[int]:
    """Correct the days of the orders that these new entries belong to.

    `leaving` says that the entries are about to be removed. Returns the days that lines came to
    or left.

    Raises:
        DayClosed: One of them is closed.
    """
    if kind is Kind.PAYMENTS:
        queries = _orders_of_payments(tx.session, ids, days, leaving=leaving)
    elif kind in (Kind.BILL_LINES, Kind.WRITEOFFS) and not leaving:
        queries = [_orders_of_lines(BillLine if kind is Kind.BILL_LINES else WriteOff, ids)]
    else:
        return set()
    orders = sorted({order for query in queries for order in tx.session.scalars(query)})
    return _date_all(tx, orders, ids if leaving else None)


def _orders_of_payments(
    session: Session, ids: tuple[int, int], days: set[int], *, leaving: bool
) -> list[Select[str]]:
    mine = Payment.id.between(*ids)
    queries: list[Select[str]] = []
    if len(days) > 1:
        queries.append(
            select(Payment.order_no)
            .where(mine, Payment.type == EntryType.PAY)
            .group_by(Payment.order_no)
            .having(func.min(Payment.business_on) != func.max(Payment.business_on))
        )
    if _exist(session, Kind.PAYMENTS, ids):
        other = Payment.__table__.alias("other")
        queries.append(
            select(Payment.order_no)
            .join(other, other.c.order_no == Payment.order_no)
            .where(mine, ~other.c.id.between(*ids), other.c.business_on != Payment.business_on)
        )
    for line, _at in _LINES:
        kind = Kind.BILL_LINES if line is BillLine else Kind.WRITEOFFS
        if _exist(session, kind, ids):
            differs = line.business_on != Payment.business_on
            if leaving:
                differs = or_(differs, line.business_on != line.calendar_on)
            queries.append(
                select(Payment.order_no)
                .join(line, line.order_no == Payment.order_no)
                .where(mine, differs)
            )
    return queries


def _orders_of_lines(line: type[BillLine | WriteOff], ids: tuple[int, int]) -> Select[str]:
    day = func.coalesce(Payment.moved_on, Payment.business_on)
    return (
        select(line.order_no)
        .join(Payment, Payment.order_no == line.order_no)
        .where(line.id.between(*ids), and_(line.business_on != day))
    )


def _exist(session: Session, kind: Kind, ids: tuple[int, int]) -> bool:
    query = select(SourceFile.id).where(
        SourceFile.kind == kind,
        SourceFile.status == FileStatus.LOADED,
        SourceFile.accepted > 0,
        SourceFile.first_id != ids[0],
    )
    return session.execute(query.limit(1)).first() is not None


def _date_all(tx: Tx, orders: Sequence[str], leaving: tuple[int, int] | None) -> set[int]:
    moved: set[int] = set()
    for start in range(0, len(orders), _CHUNK):
        moved |= _date_orders(tx, orders[start : start + _CHUNK], leaving)
    return moved


def _date_orders(tx: Tx, orders: Sequence[str], leaving: tuple[int, int] | None) -> set[int]:
    payments = _payments(tx.session, orders, leaving)
    moved = _move_payments(tx, payments)
    for line, at in _LINES:
        query = select(
            line.id, line.order_no, line.type, at, line.calendar_on, line.business_on
        ).where(line.order_no.in_(orders))
        changes: list[dict[str, int]] = []
        days: set[int] = set()
        for id_, order_no, type_, moment, calendar_on, business_on in tx.session.execute(query):
            paid = [one for _id, _moved, one in payments[order_no]]
            day = line_day(paid, type_, moment, calendar_on)
            if day != business_on:
                changes.append({"id": id_, "business_on": day})
                days |= {day, business_on}
        if changes:
            require_open_days(tx, days)
            tx.session.execute(update(line), changes)
            moved |= days
    return moved


def _payments(
    session: Session, orders: Sequence[str], leaving: tuple[int, int] | None
) -> dict[str, list[tuple[int, int | None, PaidAt]]]:
    found: dict[str, list[tuple[int, int | None, PaidAt]]] = defaultdict(list)
    query = select(Payment).where(Payment.order_no.in_(orders))
    if leaving is not None:
        query = query.where(~Payment.id.between(*leaving))
    for row in session.scalars(query):
        paid = PaidAt(
            type=row.type,
            succeeded=row.status is EntryStatus.SUCCESS,
            paid_at=row.paid_at,
            payment_no=row.payment_no,
            business_on=row.business_on,
        )
        found[row.order_no].append((row.id, row.moved_on, paid))
    return found


def _move_payments(tx: Tx, payments: dict[str, list[tuple[int, int | None, PaidAt]]]) -> set[int]:
    """Keep with each payment the order's day where it is not its own."""
    changes: list[dict[str, int | None]] = []
    days: set[int] = set()
    for order in payments.values():
        day = order_day([one for _id, _moved, one in order])
        for id_, moved_on, one in order:
            wanted = day if one.type is EntryType.PAY and day != one.business_on else None
            if wanted != moved_on:
                changes.append({"id": id_, "moved_on": wanted})
                days |= {each for each in (wanted, moved_on, one.business_on) if each}
    if changes:
        require_open_days(tx, days)
        tx.session.execute(update(Payment), changes)
    return days


def batch_days(tx: Tx, first_id: int, last_id: int) -> set[int]:
    """Return the business days of the batches that these clearing lines belong to."""
    query = (
        select(ClearingBatch.business_on)
        .join(ClearingLine, ClearingLine.batch_no == ClearingBatch.batch_no)
        .where(ClearingLine.id.between(first_id, last_id))
        .distinct()
    )
    return set(tx.session.scalars(query))


def redate_channels(tx: Tx, cutoffs: Mapping[str, int]) -> None:
    """Give the entries of channels whose cut-off moved their new business days.

    `cutoffs` are minutes by channel code.

    Raises:
        DayClosed: Something would come to a closed day or leave it.
    """
    for channel, minutes in sorted(cutoffs.items()):
        query = select(Payment.id, Payment.paid_at, Payment.business_on)
        ids, days = _redate(tx, query.where(Payment.channel == channel), Payment, minutes)
        if days:
            days |= _date_orders_of(tx, ids)
            mark_touched(tx, Kind.PAYMENTS, days)
            recount(tx, Kind.PAYMENTS, [channel])
        query = select(ChannelRecord.id, ChannelRecord.traded_at, ChannelRecord.business_on)
        query = query.where(ChannelRecord.channel == channel)
        _ids, days = _redate(tx, query, ChannelRecord, minutes)
        if days:
            mark_touched(tx, Kind.CHANNEL, days)
            recount(tx, Kind.CHANNEL, [channel])


def _redate(
    tx: Tx,
    query: Select[int, int, int],
    model: type[Payment | ChannelRecord],
    minutes: int,
) -> tuple[list[int], set[int]]:
    """Give rows of id, moment and day their new day; return the changed ids and all days."""
    changes: list[dict[str, int]] = []
    days: set[int] = set()
    for id_, moment, before in tx.session.execute(query):
        day = day_number(business_day(moment, minutes))
        if day != before:
            changes.append({"id": id_, "business_on": day})
            days |= {day, before}
    if changes:
        require_open_days(tx, days)
        tx.session.execute(update(model), changes)
    return [change["id"] for change in changes], days


def _date_orders_of(tx: Tx, payment_ids: Sequence[int]) -> set[int]:
    orders: set[str] = set()
    for start in range(0, len(payment_ids), _CHUNK):
        chunk = payment_ids[start : start + _CHUNK]
        orders.update(tx.session.scalars(select(Payment.order_no).where(Payment.id.in_(chunk))))
    return _date_all(tx, sorted(orders), None)
