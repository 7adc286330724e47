"""Which part of a batch's promotions are feed-in subsidies: those that the payee owes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.arrivals.money import chunks
from app.base.money import spread
from app.records.model import BillLine, ClearingBatch, ClearingLine, Payment
from app.records.rules import SUBSIDY, EntryStatus

_Order = tuple[str, str]
"""An order and the type of its payments."""


def subsidies(session: Session, batch_nos: Sequence[str]) -> Mapping[str, int]:
    """Return the subsidies in each batch, in fen; refunds are negative.

    As clearing does, each is spread over the bill lines of its order by the largest remainder.
    """
    wanted = frozenset(batch_nos)
    offsets = _offsets(session, batch_nos)
    found: dict[str, int] = defaultdict(int)
    for chunk in chunks(sorted({order_no for order_no, _type in offsets})):
        shares = _shares(session, chunk, offsets)
        line = ClearingLine
        query = select(line.batch_no, line.order_no, line.type, line.line_no).where(
            line.order_no.in_(chunk)
        )
        for batch_no, order_no, type_, line_no in session.execute(query):
            if batch_no in wanted:
                found[batch_no] += shares.get((order_no, type_), {}).get(line_no, 0)
    return found


def _offsets(session: Session, batch_nos: Sequence[str]) -> Mapping[_Order, list[int]]:
    """The subsidy payments of the days of these batches, by order."""
    days: set[int] = set()
    for chunk in chunks(batch_nos):
        query = select(ClearingBatch.business_on).where(ClearingBatch.batch_no.in_(chunk))
        days.update(session.scalars(query))
    found: dict[_Order, list[int]] = defaultdict(list)
    paid = (
        select(Payment.order_no, Payment.type, Payment.amount_fen)
        .where(
            Payment.instrument == SUBSIDY,
            Payment.status == EntryStatus.SUCCESS,
            or_(Payment.business_on.in_(days), Payment.moved_on.in_(days)),
        )
        .order_by(Payment.order_no, Payment.payment_no)
    )
    for order_no, type_, fen in session.execute(paid):
        found[order_no, type_].append(fen)
    return found


def _shares(
    session: Session, orders: Sequence[str], offsets: Mapping[_Order, Sequence[int]]
) -> Mapping[_Order, Mapping[int, int]]:
    """What each bill line of these orders bears of their subsidies, by line no."""
    weights: dict[_Order, dict[int, int]] = defaultdict(dict)
    query = (
        select(BillLine.order_no, BillLine.type, BillLine.line_no, BillLine.amount_fen)
        .where(BillLine.order_no.in_(orders))
        .order_by(BillLine.order_no, BillLine.line_no, BillLine.id)
    )
    for order_no, type_, line_no, fen in session.execute(query):
        weights[order_no, type_][line_no] = abs(fen)
    return {
        order: _added(offsets[order], own)
        for order, own in weights.items()
        if order in offsets and any(own.values())
    }


def _added(amounts: Sequence[int], weights: Mapping[int, int]) -> Mapping[int, int]:
    parts = dict.fromkeys(weights, 0)
    for amount in amounts:
        for line_no, part in zip(weights, spread(amount, list(weights.values())), strict=True):
            parts[line_no] += part
    return parts
