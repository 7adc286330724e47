"""Finding what a person names: an order, a household, a batch, an amount, a voucher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.adjustments.model import Adjustment, Voucher
from app.base.dates import day_number, day_of
from app.base.errors import BadAmount
from app.base.money import parse_yuan
from app.db.base import Base
from app.intake.rules import Kind
from app.matching.rules import Task
from app.records.kinds import SHAPES
from app.records.model import Arrival, BillLine, ChannelRecord, ClearingBatch, Payment, WriteOff

FOUND_AT_MOST = 8
"""Of each kind of entry."""

_SHORTEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An entry that fits: its kind, key, business day and amount, and the task it is seen in."""

    kind: Kind
    id: int
    key: str
    business_on: date
    amount_fen: int
    task: Task
    scope: str


class Document(StrEnum):
    """What people made, as against what came in files."""

    ADJUSTMENT = "adjustment"
    VOUCHER = "voucher"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDocument:
    """An adjustment or a voucher that fits: its number, business day and amount."""

    document: Document
    number: str
    business_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    kind: Kind
    task: Task
    keys: tuple[InstrumentedAttribute[str], ...]
    shown: InstrumentedAttribute[str]
    day: InstrumentedAttribute[int]
    amount: InstrumentedAttribute[int]
    within_day: tuple[InstrumentedAttribute[str], ...] = ()
    scope: InstrumentedAttribute[str] | None = None

    @property
    def model(self) -> type[Base]:
        """The table's class."""
        return SHAPES[self.kind].model


_PLACES = (
    _Place(
        kind=Kind.PAYMENTS,
        task=Task.CHANNEL,
        keys=(Payment.payment_no, Payment.order_no),
        shown=Payment.payment_no,
        day=Payment.business_on,
        amount=Payment.amount_fen,
        within_day=(Payment.txn_no,),
        scope=Payment.channel,
    ),
    _Place(
        kind=Kind.CHANNEL,
        task=Task.CHANNEL,
        keys=(ChannelRecord.payment_no,),
        shown=ChannelRecord.payment_no,
        day=ChannelRecord.business_on,
        amount=ChannelRecord.amount_fen,
        within_day=(ChannelRecord.txn_no,),
        scope=ChannelRecord.channel,
    ),
    _Place(
        kind=Kind.BILL_LINES,
        task=Task.WRITEOFF,
        keys=(BillLine.order_no,),
        shown=BillLine.order_no,
        day=BillLine.business_on,
        amount=BillLine.amount_fen,
        within_day=(BillLine.household,),
    ),
    _Place(
        kind=Kind.WRITEOFFS,
        task=Task.WRITEOFF,
        keys=(WriteOff.writeoff_no, WriteOff.order_no),
        shown=WriteOff.writeoff_no,
        day=WriteOff.business_on,
        amount=WriteOff.amount_fen,
        within_day=(WriteOff.household,),
    ),
    _Place(
        kind=Kind.CLEARING_BATCHES,
        task=Task.ARRIVAL,
        keys=(ClearingBatch.batch_no,),
        shown=ClearingBatch.batch_no,
        day=ClearingBatch.business_on,
        amount=ClearingBatch.net_fen,
    ),
    _Place(
        kind=Kind.ARRIVALS,
        task=Task.ARRIVAL,
        keys=(Arrival.serial_no,),
        shown=Arrival.serial_no,
        day=Arrival.booked_on,
        amount=Arrival.amount_fen,
    ),
)


def find(session: Session, text: str, *, day: date | None) -> list[Found]:
    """Return entries whose number begins with a text, or that have this amount on the day.

    Numbers are looked for on all days by their indexes; households, channels' own numbers and
    amounts within the day.
    """
    wanted = text.strip()
    if len(wanted) < _SHORTEST:
        return []
    fen = _as_amount(wanted)
    found = []
    for place in _PLACES:
        conditions = [_begins(column, wanted) for column in place.keys]
        found += _rows(session, place, or_(*conditions))
        within = [_begins(column, wanted) for column in place.within_day]
        if fen is not None:
            within.append(place.amount.in_((fen, -fen)))
        if within and day is not None:
            found += _rows(session, place, (place.day == day_number(day)) & or_(*within))
    return list(dict.fromkeys(found))


def find_documents(session: Session, text: str) -> list[FoundDocument]:
    """Return adjustments and vouchers whose number begins with a text, the latest first."""
    wanted = text.strip()
    if len(wanted) < _SHORTEST:
        return []
    found = []
    for document, row, fen in (
        (Document.ADJUSTMENT, Adjustment, Adjustment.amount_fen),
        (Document.VOUCHER, Voucher, Voucher.total_fen),
    ):
        query = (
            select(row.number, row.business_on, fen)
            .where(_begins(row.number, wanted))
            .order_by(row.id.desc())
            .limit(FOUND_AT_MOST)
        )
        found += [
            FoundDocument(document=document, number=number, business_on=on, amount_fen=int(amount))
            for number, on, amount in session.execute(query)
        ]
    return found


def _rows(session: Session, place: _Place, condition: ColumnElement[bool]) -> list[Found]:
    query = (
        select(
            SHAPES[place.kind].table.c.id,
            place.shown,
            place.day,
            place.amount,
            *([place.scope] if place.scope is not None else []),
        )
        .where(condition)
        .order_by(place.day.desc(), SHAPES[place.kind].table.c.id)
        .limit(FOUND_AT_MOST)
    )
    return [
        Found(
            kind=place.kind,
            id=row[0],
            key=row[1],
            business_on=day_of(row[2]),
            amount_fen=int(row[3]),
            task=place.task,
            scope=row[4] if place.scope is not None else "",
        )
        for row in session.execute(query)
    ]


def _begins(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    # A range, because LIKE does not use the index in either database.
    return (column >= text) & (column < text + "\U0010ffff")


def _as_amount(text: str) -> int | None:
    try:
        return parse_yuan(text.removeprefix("="))
    except BadAmount:
        return None
