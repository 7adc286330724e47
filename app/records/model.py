"""Tables of the entries.

Ids come from one counter, so an id is never used twice. Each entry names its file and line.
Amounts are fen; refunds are negative. Days are yyyymmdd.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Fen, IdType, choice
from app.records.rules import Bearer, EntryStatus, EntryType, Utility


class Entry:
    """What every entry has."""

    id: Mapped[int] = mapped_column(IdType(), primary_key=True, autoincrement=False)
    file_id: Mapped[int] = mapped_column(ForeignKey("source_file.id"))
    line: Mapped[int]


class Payment(Entry, Base):
    """One instrument's part of an order.

    `moved_on` is the order's business day where that is not the payment's own.
    """

    __tablename__ = "payment"
    __table_args__ = (
        Index("ix_payment_business_on", "business_on"),
        Index("ix_payment_payment_no", "payment_no"),
        Index("ix_payment_order_no", "order_no"),
        Index(
            "ix_payment_moved_on",
            "moved_on",
            sqlite_where=text("moved_on IS NOT NULL"),
            postgresql_where=text("moved_on IS NOT NULL"),
        ),
    )

    order_no: Mapped[str] = mapped_column(Text)
    payment_no: Mapped[str] = mapped_column(Text)
    paid_at: Mapped[int] = mapped_column(BigInteger)
    business_on: Mapped[int]
    moved_on: Mapped[int | None]
    channel: Mapped[str] = mapped_column(String(32))
    instrument: Mapped[str] = mapped_column(Text)
    type: Mapped[EntryType] = mapped_column(choice(EntryType, name="type"))
    amount_fen: Mapped[Fen]
    fee_fen: Mapped[Fen | None]
    bearer: Mapped[Bearer] = mapped_column(choice(Bearer, name="bearer"))
    status: Mapped[EntryStatus] = mapped_column(choice(EntryStatus, name="status"))
    txn_no: Mapped[str] = mapped_column(Text)
    original_payment_no: Mapped[str] = mapped_column(Text)
    scene: Mapped[str] = mapped_column(Text)


class ChannelRecord(Entry, Base):
    """One row of a channel's statement; `payment_no` is the merchant order no."""

    __tablename__ = "channel_record"
    __table_args__ = (
        Index("ix_channel_record_business_on", "business_on"),
        Index("ix_channel_record_payment_no", "payment_no"),
    )

    channel: Mapped[str] = mapped_column(String(32))
    payment_no: Mapped[str] = mapped_column(Text)
    txn_no: Mapped[str] = mapped_column(Text)
    traded_at: Mapped[int] = mapped_column(BigInteger)
    business_on: Mapped[int]
    type: Mapped[EntryType] = mapped_column(choice(EntryType, name="type"))
    amount_fen: Mapped[Fen]
    fee_fen: Mapped[Fen | None]
    fee_text: Mapped[str] = mapped_column(Text)
    status: Mapped[EntryStatus] = mapped_column(choice(EntryStatus, name="status"))


class BillLine(Entry, Base):
    """One bill settled by an order; `calendar_on` is the day written in its file."""

    __tablename__ = "bill_line"
    __table_args__ = (
        Index("ix_bill_line_business_on", "business_on"),
        Index("ix_bill_line_order_no", "order_no"),
    )

    order_no: Mapped[str] = mapped_column(Text)
    line_no: Mapped[int]
    payee: Mapped[str] = mapped_column(String(64))
    utility: Mapped[Utility] = mapped_column(choice(Utility, name="utility"))
    household: Mapped[str] = mapped_column(Text)
    customer: Mapped[str] = mapped_column(Text)
    period: Mapped[int]
    receivable_fen: Mapped[Fen | None]
    late_fee_fen: Mapped[Fen | None]
    amount_fen: Mapped[Fen]
    type: Mapped[EntryType] = mapped_column(choice(EntryType, name="type"))
    paid_at: Mapped[int] = mapped_column(BigInteger)
    business_on: Mapped[int]
    calendar_on: Mapped[int]


class WriteOff(Entry, Base):
    """One bill written off, or a write-off reversed (negative), in the billing system."""

    __tablename__ = "writeoff"
    __table_args__ = (
        Index("ix_writeoff_business_on", "business_on"),
        Index("ix_writeoff_order_no", "order_no"),
        Index("ix_writeoff_writeoff_no", "writeoff_no"),
    )

    writeoff_no: Mapped[str] = mapped_column(Text)
    order_no: Mapped[str] = mapped_column(Text)
    payee: Mapped[str] = mapped_column(String(64))
    household: Mapped[str] = mapped_column(Text)
    period: Mapped[int]
    amount_fen: Mapped[Fen]
    type: Mapped[EntryType] = mapped_column(choice(EntryType, name="type"))
    written_at: Mapped[int] = mapped_column(BigInteger)
    business_on: Mapped[int]
    calendar_on: Mapped[int]


class ClearingBatch(Entry, Base):
    """What the clearing centre pays out to one payee at once; `refund_fen` is positive."""

    __tablename__ = "clearing_batch"
    __table_args__ = (
        Index("ix_clearing_batch_business_on", "business_on"),
        Index("ix_clearing_batch_clearing_on", "clearing_on"),
        Index("ix_clearing_batch_batch_no", "batch_no"),
    )

    batch_no: Mapped[str] = mapped_column(Text)
    clearing_on: Mapped[int]
    business_on: Mapped[int]
    payee: Mapped[str] = mapped_column(String(64))
    account_no: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(32))
    line_count: Mapped[int]
    gross_fen: Mapped[Fen]
    refund_fen: Mapped[Fen]
    fee_fen: Mapped[Fen]
    promotion_fen: Mapped[Fen]
    net_fen: Mapped[Fen]


class ClearingLine(Entry, Base):
    """One bill line's part of a batch."""

    __tablename__ = "clearing_line"
    __table_args__ = (
        Index("ix_clearing_line_batch_no", "batch_no"),
        Index("ix_clearing_line_order_no", "order_no"),
    )

    batch_no: Mapped[str] = mapped_column(Text)
    order_no: Mapped[str] = mapped_column(Text)
    line_no: Mapped[int]
    payee: Mapped[str] = mapped_column(String(64))
    household: Mapped[str] = mapped_column(Text)
    type: Mapped[EntryType] = mapped_column(choice(EntryType, name="type"))
    paid_fen: Mapped[Fen]
    fee_fen: Mapped[Fen]
    promotion_fen: Mapped[Fen]
    net_fen: Mapped[Fen]


class Arrival(Entry, Base):
    """One credit (positive) or debit (negative) of a bank statement."""

    __tablename__ = "arrival"
    __table_args__ = (
        Index("ix_arrival_booked_on", "booked_on"),
        Index("ix_arrival_serial_no", "serial_no", "account_no"),
    )

    account_no: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(String(3))
    booked_on: Mapped[int]
    booked_at: Mapped[int | None] = mapped_column(BigInteger)
    serial_no: Mapped[str] = mapped_column(Text)
    amount_fen: Mapped[Fen]
    balance_fen: Mapped[Fen | None]
    counterparty: Mapped[str] = mapped_column(Text)
    counterparty_account: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    postscript: Mapped[str] = mapped_column(Text)


class EntryColumns(Base):
    """Entries of a file as whole columns, packed: a copy for runs, which read all rows of a day.

    The database drops the copy of a file as soon as one of its entries changes or goes (see the
    guards), so that what is here equals the rows. `first_on` and `last_on` bound the days.
    """

    __tablename__ = "entry_columns"

    file_id: Mapped[int] = mapped_column(ForeignKey("source_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(IdType(), primary_key=True)
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    first_on: Mapped[int]
    last_on: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)


class TouchedDay(Base):
    """The last change of the entries of a kind on a business day.

    Later steps compare `change_no` with the one they worked from.
    """

    __tablename__ = "touched_day"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    business_on: Mapped[int] = mapped_column(Integer, primary_key=True)
    change_no: Mapped[int] = mapped_column(BigInteger)


class HeldEntry(Base):
    """An entry that people built on: its file cannot be replaced or taken back."""

    __tablename__ = "held_entry"

    entry_id: Mapped[int] = mapped_column(IdType(), primary_key=True, autoincrement=False)
    held_by: Mapped[str] = mapped_column(String(32), primary_key=True)
