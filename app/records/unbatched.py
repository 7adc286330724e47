"""Clearing lines whose batch is not on file: the days that they stand for.

Such a line stands for the day of its order, for day 0 where no bill of the order is on file
either. Loading or removing a batch or a bill gives it another day without touching it.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, exists, func, null, select
from sqlalchemy.orm import Session

from app.base.dates import day_number
from app.calendar.queries import closed_days
from app.db.workspace import Tx
from app.intake.rules import Kind
from app.records.model import BillLine, ClearingBatch, ClearingLine
from app.records.parts import files_without_batch
from app.records.touching import mark_touched

_NO_DAY = 0


def days_of_lines(session: Session, kind: Kind, ids: tuple[int, int]) -> set[int]:
    """Return the days that lines without a batch stand for, with these entries and without them.

    `kind` and `ids` are of entries that came in or are about to leave.
    """
    concerned = _concerned(session, kind, ids)
    if concerned is None:
        return set()
    orders = select(ClearingLine.order_no).where(concerned).distinct().subquery()
    others = case((BillLine.id.between(*ids), null()), else_=BillLine.business_on)
    days = (
        select(func.min(BillLine.business_on), func.min(others))
        .select_from(orders)
        .outerjoin(BillLine, BillLine.order_no == orders.c.order_no)
        .group_by(orders.c.order_no)
        .distinct()
    )
    return {day or _NO_DAY for pair in session.execute(days) for day in pair}


def touch_lines(tx: Tx, days: set[int]) -> None:
    """Note that clearing lines without a batch came to days or left them.

    Closed days stay as they are: the first run that is open tells of such a line.
    """
    if days:
        closed = {day_number(day) for day in closed_days(tx.session)}
        mark_touched(tx, Kind.CLEARING_LINES, {_NO_DAY if day in closed else day for day in days})


def files_of_batches(session: Session, ids: tuple[int, int]) -> list[int]:
    """Return the files of the clearing lines that belong to these batches."""
    query = select(ClearingLine.file_id).where(_of_batches(ids)).distinct()
    return list(session.scalars(query))


def _concerned(session: Session, kind: Kind, ids: tuple[int, int]) -> ColumnElement[bool] | None:
    """The lines whose day depends on these entries; None where there can be none."""
    if kind is Kind.CLEARING_BATCHES:
        return _of_batches(ids)
    if kind not in (Kind.CLEARING_LINES, Kind.BILL_LINES):
        return None
    files = files_without_batch(session)
    if not files:
        return None
    own = ClearingLine.id.between(*ids)
    billed = select(BillLine.order_no).where(BillLine.id.between(*ids))
    theirs = own if kind is Kind.CLEARING_LINES else ClearingLine.order_no.in_(billed)
    return and_(ClearingLine.file_id.in_(files), theirs, _without_batch())


def _of_batches(ids: tuple[int, int]) -> ColumnElement[bool]:
    numbers = select(ClearingBatch.batch_no).where(ClearingBatch.id.between(*ids))
    return ClearingLine.batch_no.in_(numbers)


def _without_batch() -> ColumnElement[bool]:
    return ~exists().where(ClearingBatch.batch_no == ClearingLine.batch_no)
