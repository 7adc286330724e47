"""What a run reads: both sides of a task, as tables of the analytical engine."""

from __future__ import annotations

from typing import Any

import ibis
from ibis.expr.types import IntegerValue, Table
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.clearing.engine import Engine
from app.db import bulk
from app.db.bulk import AnySelect
from app.intake.rules import Kind as EntryKind
from app.matching import whole
from app.matching.extent import Extent
from app.matching.model import Match, TakenApart
from app.matching.plan import State
from app.matching.rules import Side, Task
from app.matching.taken import Taken
from app.records.model import (
    BillLine,
    ChannelRecord,
    ClearingBatch,
    ClearingLine,
    Payment,
    WriteOff,
)
from app.records.rules import INTERNAL, SUBSIDY, EntryStatus

_SERIAL_GAP = "\u241f"


def channel_sides(session: Session, engine: Engine, extent: Extent) -> tuple[Table, Table]:
    """Payments of channels, and the channels' records."""
    ours = select(
        Payment.id,
        (Payment.channel + " " + Payment.type).label("part"),
        Payment.payment_no.label("key"),
        Payment.txn_no.label("other_key"),
        Payment.amount_fen.label("amount"),
        Payment.fee_fen.label("fee"),
        Payment.paid_at.label("at"),
        Payment.business_on.label("day"),
        _flag(Payment.status == EntryStatus.SUCCESS, "good"),
    ).where(Payment.channel != INTERNAL)
    theirs = select(
        ChannelRecord.id,
        (ChannelRecord.channel + " " + ChannelRecord.type).label("part"),
        ChannelRecord.payment_no.label("key"),
        ChannelRecord.txn_no.label("other_key"),
        ChannelRecord.amount_fen.label("amount"),
        ChannelRecord.fee_fen.label("fee"),
        ChannelRecord.traded_at.label("at"),
        ChannelRecord.business_on.label("day"),
        _flag(ChannelRecord.status == EntryStatus.SUCCESS, "good"),
    )
    if extent.scope:
        ours = ours.where(Payment.channel == extent.scope)
        theirs = theirs.where(ChannelRecord.channel == extent.scope)
    sides = []
    for side, query, kind in (
        (Side.OURS, ours, EntryKind.PAYMENTS),
        (Side.THEIRS, theirs, EntryKind.CHANNEL),
    ):
        table = engine.load(f"channel_{side}", whole.read(session, extent, side, kind, query))
        sides.append(
            table.mutate(
                serial=table.other_key,
                shown=table.key,
                state=state_of(engine, session, Task.CHANNEL, side, table),
            )
        )
    return sides[0], sides[1]


def writeoff_sides(
    session: Session, engine: Engine, extent: Extent, unpaid: Table
) -> tuple[Table, Table]:
    """Bill lines (those of unpaid orders carry no money), and write-offs."""
    ours = select(
        BillLine.id,
        BillLine.type.label("part"),
        BillLine.order_no.label("key"),
        (BillLine.household + _SERIAL_GAP + _text(BillLine.period)).label("other_key"),
        (BillLine.order_no + "-" + _text(BillLine.line_no)).label("shown"),
        BillLine.amount_fen.label("amount"),
        BillLine.paid_at.label("at"),
        BillLine.business_on.label("day"),
    )
    theirs = select(
        WriteOff.id,
        WriteOff.type.label("part"),
        WriteOff.order_no.label("key"),
        (WriteOff.household + _SERIAL_GAP + _text(WriteOff.period)).label("other_key"),
        WriteOff.writeoff_no.label("shown"),
        WriteOff.amount_fen.label("amount"),
        WriteOff.written_at.label("at"),
        WriteOff.business_on.label("day"),
    )
    taken = Taken(session, Task.WRITEOFF, extent)
    ours = taken.of(Side.OURS, ours, BillLine.id, BillLine.business_on)
    theirs = taken.of(Side.THEIRS, theirs, WriteOff.id, WriteOff.business_on)
    bills = _loaded(session, engine, "writeoff_ours", ours)
    unpaid = unpaid.select(key="order_no", part="type", day="day", unpaid=ibis.literal(value=True))
    known = bills.left_join(unpaid, ["key", "part", "day"])
    good = known.unpaid.isnull().cast("int64")
    bills = engine.keep("writeoff_bills_good", lambda: known.select(*bills.columns, good=good))
    written = _loaded(session, engine, "writeoff_theirs", theirs)
    written = written.mutate(good=ibis.literal(1, "int64"))
    sides = []
    for side, table in ((Side.OURS, bills), (Side.THEIRS, written)):
        sides.append(
            table.mutate(
                serial=table.shown,
                fee=ibis.null("int64"),
                state=state_of(engine, session, Task.WRITEOFF, side, table),
            )
        )
    return sides[0], sides[1]


def clearing_inputs(
    session: Session, engine: Engine, task: Task, extent: Extent
) -> tuple[Table, Table]:
    """Payments and bill lines of the orders of the days, and of orders in the pool."""
    pool_orders = select(BillLine.order_no).where(BillLine.id.in_(extent.pool_ours))
    day = func.coalesce(Payment.moved_on, Payment.business_on)
    payments = select(
        Payment.id,
        Payment.order_no,
        Payment.type,
        day.label("day"),
        Payment.payment_no,
        Payment.channel,
        Payment.amount_fen.label("amount"),
        Payment.fee_fen.label("fee"),
        Payment.bearer,
        _flag(Payment.instrument == SUBSIDY, "subsidy"),
        _flag(Payment.status == EntryStatus.SUCCESS, "good"),
    ).where(
        or_(
            and_(
                Payment.business_on.between(extent.first, extent.last), Payment.moved_on.is_(None)
            ),
            Payment.moved_on.between(extent.first, extent.last),
            Payment.order_no.in_(pool_orders),
        )
    )
    bills = select(
        BillLine.id,
        BillLine.order_no,
        BillLine.type,
        BillLine.business_on.label("day"),
        BillLine.line_no,
        BillLine.payee,
        BillLine.amount_fen.label("amount"),
    ).where(
        or_(
            BillLine.business_on.between(extent.first, extent.last),
            BillLine.order_no.in_(pool_orders),
        )
    )
    paid = _loaded(session, engine, f"{task}_payments", payments)
    return (
        paid.mutate(good=paid.good == 1, subsidy=paid.subsidy == 1),
        _loaded(session, engine, f"{task}_bills", bills),
    )


def bills_taken(session: Session, engine: Engine, extent: Extent) -> Table:
    """The bill lines that clearing takes part with: id, at."""
    query = Taken(session, Task.CLEARING, extent).of(
        Side.OURS,
        select(BillLine.id, BillLine.paid_at.label("at")),
        BillLine.id,
        BillLine.business_on,
    )
    return _loaded(session, engine, "bills_taken", query)


def clearing_lines(session: Session, engine: Engine, extent: Extent) -> Table:
    """The clearing lines received, with what their batch says.

    A line whose batch is missing takes the day of its order. The first run that sees it tells of
    it, whatever that day is: its own run may be closed by then, or there is no such day; then it
    has day 0 here.
    """
    of_order = (
        select(BillLine.order_no, func.min(BillLine.business_on).label("day"))
        .where(
            BillLine.order_no.in_(
                select(ClearingLine.order_no).where(
                    ClearingLine.batch_no.not_in(select(ClearingBatch.batch_no))
                )
            )
        )
        .group_by(BillLine.order_no)
        .subquery()
    )
    matched = select(Match.id).where(
        Match.task == Task.CLEARING, Match.theirs_id == ClearingLine.id
    )
    own_run = case((of_order.c.day >= extent.first, of_order.c.day))
    adrift = and_(
        ClearingBatch.business_on.is_(None),
        func.coalesce(of_order.c.day, 0) <= extent.last,
        ~matched.exists(),
        ClearingLine.id.not_in(extent.settled_theirs),
    )
    query = (
        select(
            ClearingLine.id,
            ClearingLine.batch_no,
            ClearingLine.order_no,
            ClearingLine.line_no,
            ClearingLine.type,
            ClearingLine.payee,
            ClearingLine.paid_fen.label("paid"),
            ClearingLine.fee_fen.label("fee"),
            ClearingLine.promotion_fen.label("promotion"),
            ClearingLine.net_fen.label("amount"),
            func.coalesce(ClearingBatch.business_on, own_run, 0).label("day"),
        )
        .outerjoin(ClearingBatch, ClearingBatch.batch_no == ClearingLine.batch_no)
        .outerjoin(of_order, of_order.c.order_no == ClearingLine.order_no)
    )
    taken = Taken(session, Task.CLEARING, extent)
    of_batch = ClearingBatch.business_on
    query = taken.of(Side.THEIRS, query, ClearingLine.id, of_batch, besides=adrift)
    return _loaded(session, engine, "clearing_lines", query)


def batches(session: Session, engine: Engine, extent: Extent) -> tuple[Table, Table]:
    """The headers of the days, and what their own lines add up to by payee."""
    of_days = ClearingBatch.business_on.between(extent.first, extent.last)
    headers = select(
        ClearingBatch.id,
        ClearingBatch.batch_no,
        ClearingBatch.business_on.label("day"),
        ClearingBatch.payee,
        ClearingBatch.account_no,
        ClearingBatch.line_count,
        ClearingBatch.gross_fen.label("gross"),
        ClearingBatch.refund_fen.label("refund"),
        ClearingBatch.fee_fen.label("fee"),
        ClearingBatch.promotion_fen.label("promotion"),
        ClearingBatch.net_fen.label("net"),
    ).where(of_days)
    pays = ClearingLine.paid_fen
    sums = (
        select(
            ClearingLine.batch_no,
            ClearingLine.payee,
            _int(func.count(), "line_count"),
            _int(func.sum(case((ClearingLine.type == "pay", pays), else_=0)), "gross"),
            _int(-func.sum(case((ClearingLine.type == "refund", pays), else_=0)), "refund"),
            _int(func.sum(ClearingLine.fee_fen), "fee"),
            _int(func.sum(ClearingLine.promotion_fen), "promotion"),
            _int(func.sum(ClearingLine.net_fen), "net"),
        )
        .where(ClearingLine.batch_no.in_(select(ClearingBatch.batch_no).where(of_days)))
        .group_by(ClearingLine.batch_no, ClearingLine.payee)
    )
    return (
        _loaded(session, engine, "batches", headers),
        _loaded(session, engine, "batch_sums", sums),
    )


def state_of(
    engine: Engine, session: Session, task: Task, side: Side, table: Table
) -> IntegerValue:
    """Say of each entry what it may do: see `State`."""
    column = TakenApart.ours_id if side is Side.OURS else TakenApart.theirs_id
    query = select(column.label("id")).where(TakenApart.task == task, column.is_not(None))
    found = bulk.read(session.connection(), query.distinct())
    apart = engine.load(f"{task}_{side}_apart", found)
    return table.id.isin(apart.id).ifelse(table.good * int(State.LEFT_TO_PEOPLE), table.good)


def _loaded(session: Session, engine: Engine, name: str, query: AnySelect) -> Table:
    return engine.load(name, bulk.read(session.connection(), query))


def _int(value: ColumnElement[Any], name: str) -> ColumnElement[int]:
    return cast(value, BigInteger).label(name)


def _flag(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return case((condition, literal(1)), else_=literal(0)).label(name)


def _text(value: InstrumentedAttribute[int]) -> ColumnElement[str]:
    return cast(value, String)
