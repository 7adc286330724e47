"""The summary vouchers of the normal course, made when a day closes (domain.md §5).

Collections, write-offs, arrivals and tolerated residues: one voucher of each for a payee (of
arrivals for each of its accounts). Refunds and reversals stand in lines of their own, in red.
Everything is added up by the database: a day has up to a million bill lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.adjustments.posting import Behind, Line, Person, ToPost
from app.adjustments.rules import VoucherKind
from app.base.dates import day_number
from app.base.i18n import _, member_name
from app.catalog.rules import Purpose
from app.closing.arrived import arrivals
from app.closing.residues import residues
from app.closing.sums import Sums
from app.discrepancies.model import Discrepancy
from app.discrepancies.rules import Resolution
from app.intake.rules import Kind as EntryKind
from app.matching.model import Match
from app.matching.rules import Kind, Task
from app.records.model import BillLine, Payment, WriteOff
from app.records.rules import EntryStatus

ALL_CHANNELS = "ALL"
"""The channel of orders that were paid through several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A summary voucher before it is posted; `documents` are the confirmations behind it."""

    kind: VoucherKind
    payee: str
    account_no: str = ""
    lines: tuple[Line, ...]
    entries: tuple[Behind, ...] = ()
    documents: int = 0

    def to_post(self, *, day: date, source: str, maker: Person) -> ToPost:
        """Return it as it is posted on a day."""
        words = _("{kind} of {day}").format(kind=member_name(self.kind), day=day.isoformat())
        summary = f"{words} {self.account_no}".strip()
        return ToPost(
            payee=self.payee,
            business_on=day,
            kind=self.kind,
            summary=summary,
            source=source,
            lines=tuple(replace(line, summary=summary) for line in self.lines),
            maker=maker,
            attachments=self.documents,
            entries=self.entries,
        )


def summaries(session: Session, days: Sequence[date]) -> list[Summary]:
    """Return the vouchers that the closing of these days makes, by kind and payee."""
    numbers = [day_number(day) for day in days]
    found = [
        *_of_payees(VoucherKind.COLLECTIONS, _collections(session, numbers)),
        *_of_payees(VoucherKind.WRITE_OFFS, _write_offs(session, numbers)),
        *(
            Summary(
                kind=VoucherKind.ARRIVALS,
                payee=one.payee,
                account_no=one.account_no,
                lines=one.lines,
                entries=one.entries,
                documents=one.confirmations,
            )
            for one in arrivals(session, numbers)
        ),
        *_of_payees(VoucherKind.RESIDUES, residues(session, numbers)),
    ]
    return [one for one in found if one.lines]


def _of_payees(kind: VoucherKind, sums: Sums) -> Iterator[Summary]:
    for payee, lines in sums.by_payee():
        yield Summary(kind=kind, payee=payee, lines=lines)


def _collections(session: Session, days: Sequence[int]) -> Sums:
    """What was paid: channel receivable against advance receipts."""
    sums = Sums()
    for payee, channel, type_, fen in session.execute(_paid(days)):
        sums.add(
            payee,
            Line(purpose=Purpose.CHANNEL_RECEIVABLE, channel=channel, debit_fen=int(fen)),
            Line(purpose=Purpose.ADVANCE_RECEIPTS, credit_fen=int(fen)),
            part=type_,
        )
    return sums


def _write_offs(session: Session, days: Sequence[int]) -> Sums:
    """What was written off: advance receipts against electricity receivable."""
    sums = Sums()
    query = (
        select(WriteOff.payee, WriteOff.type, func.sum(WriteOff.amount_fen))
        .where(WriteOff.business_on.in_(days))
        .group_by(WriteOff.payee, WriteOff.type)
        .order_by(WriteOff.payee, WriteOff.type)
    )
    for payee, type_, fen in session.execute(query):
        sums.add(
            payee,
            Line(purpose=Purpose.ADVANCE_RECEIPTS, debit_fen=int(fen)),
            Line(purpose=Purpose.ELECTRICITY_RECEIVABLE, credit_fen=int(fen)),
            part=type_,
        )
    return sums


def _paid(days: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """The bill lines of cleared orders, by payee, channel and type."""
    orders = _channels(days)
    channel = func.coalesce(orders.c.channel, ALL_CHANNELS)
    same_order = and_(
        orders.c.order_no == BillLine.order_no,
        orders.c.type == BillLine.type,
        orders.c.day == BillLine.business_on,
    )
    return (
        select(BillLine.payee, channel, BillLine.type, func.sum(BillLine.amount_fen))
        .outerjoin(orders, same_order)
        .where(BillLine.business_on.in_(days), or_(*_cleared()))
        .group_by(BillLine.payee, channel, BillLine.type)
        .order_by(BillLine.payee, channel, BillLine.type)
    )


def _cleared() -> Iterable[ColumnElement[bool]]:
    """What clearing verification has on our side: matched, or different.

    Lines of orders that are not cleared are in no match, and only in `order_unbalanced`.
    """
    yield (
        select(Match.id)
        .where(Match.task == Task.CLEARING, Match.ours_id == BillLine.id)
        .correlate(BillLine)
        .exists()
    )
    yield BillLine.id.in_(
        select(Discrepancy.ours_id).where(
            Discrepancy.task == Task.CLEARING,
            Discrepancy.ours_kind == EntryKind.BILL_LINES,
            Discrepancy.kind != Kind.ORDER_UNBALANCED,
            Discrepancy.resolution != Resolution.CORRECTED,
            Discrepancy.ours_id.is_not(None),
        )
    )


def _channels(days: Sequence[int]) -> Subquery:
    """The channel of each order, type and day: `ALL` where it was paid through several."""
    day = func.coalesce(Payment.moved_on, Payment.business_on)
    first, last = func.min(Payment.channel), func.max(Payment.channel)
    return (
        select(
            Payment.order_no,
            Payment.type,
            day.label("day"),
            case((first == last, first), else_=ALL_CHANNELS).label("channel"),
        )
        .where(
            Payment.status == EntryStatus.SUCCESS,
            or_(
                and_(Payment.business_on.in_(days), Payment.moved_on.is_(None)),
                Payment.moved_on.in_(days),
            ),
        )
        .group_by(Payment.order_no, Payment.type, day)
        .subquery("paid_order")
    )
