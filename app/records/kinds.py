"""What distinguishes the kinds of entries: their tables, keys, contents and days."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table

from app.db.base import Base
from app.intake.rules import Kind
from app.records.model import (
    Arrival,
    BillLine,
    ChannelRecord,
    ClearingBatch,
    ClearingLine,
    Payment,
    WriteOff,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One kind of entry.

    Two rows with equal `key` columns are the same entry; they contradict each other unless all
    of `content` is equal too. `shown_key` is the business key that people use; `day` is the
    column of the business day, None where it comes from elsewhere.
    """

    model: type[Base]
    key: tuple[str, ...]
    shown_key: tuple[str, ...]
    day: str | None
    amount: str
    scope: str | None = None
    """The column of the channel or account that a file may be about."""

    @property
    def table(self) -> Table:
        """The table."""
        table = self.model.__table__
        assert isinstance(table, Table)
        return table

    @property
    def content(self) -> tuple[str, ...]:
        """The columns that the file gives."""
        ours = {"id", "file_id", "line", "moved_on", *self.key}
        if "calendar_on" in self.table.columns:
            ours.add("business_on")
        return tuple(column.name for column in self.table.columns if column.name not in ours)


SHAPES: dict[Kind, Shape] = {
    Kind.PAYMENTS: Shape(
        model=Payment,
        key=("payment_no", "type"),
        shown_key=("payment_no",),
        day="business_on",
        amount="amount_fen",
        scope="channel",
    ),
    Kind.CHANNEL: Shape(
        model=ChannelRecord,
        key=("payment_no", "channel", "txn_no", "type"),
        shown_key=("payment_no",),
        day="business_on",
        amount="amount_fen",
        scope="channel",
    ),
    Kind.BILL_LINES: Shape(
        model=BillLine,
        key=("order_no", "line_no", "type"),
        shown_key=("order_no", "line_no"),
        day="business_on",
        amount="amount_fen",
    ),
    Kind.WRITEOFFS: Shape(
        model=WriteOff,
        key=("writeoff_no",),
        shown_key=("writeoff_no",),
        day="business_on",
        amount="amount_fen",
    ),
    Kind.CLEARING_BATCHES: Shape(
        model=ClearingBatch,
        key=("batch_no",),
        shown_key=("batch_no",),
        day="business_on",
        amount="net_fen",
        scope="account_no",
    ),
    Kind.CLEARING_LINES: Shape(
        model=ClearingLine,
        key=("batch_no", "order_no", "line_no", "type"),
        shown_key=("order_no", "line_no"),
        day=None,
        amount="net_fen",
    ),
    Kind.ARRIVALS: Shape(
        model=Arrival,
        key=("serial_no", "account_no", "booked_on"),
        shown_key=("serial_no",),
        day="booked_on",
        amount="amount_fen",
        scope="account_no",
    ),
}
"""The kinds that are entries; organisations and channels are master data."""
