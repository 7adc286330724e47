"""Tables of adjustments, vouchers and suspense.

The lines of a voucher are written before its head; with the head it is posted, and from then on
triggers keep both as they are. The head is taken only if its lines balance and its number follows
the last one of its month without a gap.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.adjustments.rules import (
    AdjustmentKind,
    AdjustmentStatus,
    SuspenseSide,
    SuspenseState,
    VoucherKind,
)
from app.db.base import Base
from app.db.types import Day, Fen, Id, IdType, Moment, choice
from app.intake.rules import Kind as EntryKind

_POSTED = text("voucher_id IS NOT NULL")


class ReasonCode(Base):
    """A reason that people choose from; `kinds` names the adjustments it is for, "" all."""

    __tablename__ = "reason_code"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kinds: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="active"))


class Voucher(Base):
    """A posted voucher (记账凭证) in the book of a payee.

    `month` is yyyymm, `serial` counts within payee and month without gaps, `total_fen` is the sum
    of its debits. `business_on` is the day in whose books it counts. `source` names what it was
    made from: an adjustment, or a closing. `reverses_id` is the voucher that it cancels.
    """

    __tablename__ = "voucher"
    __table_args__ = (
        UniqueConstraint("payee", "month", "serial"),
        Index("ix_voucher_business_on", "business_on"),
        Index("ix_voucher_source", "source"),
        CheckConstraint("month = business_on / 100", name="month"),
        CheckConstraint("serial >= 1", name="serial"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal"),
        CheckConstraint("kind <> 'adjustment' OR checker_id IS NOT NULL", name="checked"),
        CheckConstraint("checker_id <> maker_id", name="two_people"),
    )

    id: Mapped[int] = mapped_column(IdType(), primary_key=True, autoincrement=False)
    payee: Mapped[str] = mapped_column(String(64))
    month: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(96), unique=True)
    kind: Mapped[VoucherKind] = mapped_column(choice(VoucherKind, name="kind"))
    business_on: Mapped[Day]
    summary: Mapped[str] = mapped_column(Text)
    total_fen: Mapped[Fen]
    source: Mapped[str] = mapped_column(String(64))
    reverses_id: Mapped[int | None] = mapped_column(IdType(), ForeignKey("voucher.id"), unique=True)
    attachments: Mapped[int]
    maker_id: Mapped[int] = mapped_column(IdType())
    maker_name: Mapped[str] = mapped_column(String(64))
    checker_id: Mapped[int | None] = mapped_column(IdType())
    checker_name: Mapped[str] = mapped_column(String(64))
    posted_at: Mapped[Moment]


class VoucherLine(Base):
    """One line of a voucher: an amount on the debit or on the credit of a ledger account.

    `account_no` is the bank account, `channel` the channel that it is about, where it is about one.
    """

    __tablename__ = "voucher_line"
    __table_args__ = (
        Index("ix_voucher_line_ledger", "ledger_code", "account_no"),
        CheckConstraint("(debit_fen = 0) <> (credit_fen = 0)", name="one_side"),
    )

    voucher_id: Mapped[int] = mapped_column(
        IdType(),
        ForeignKey("voucher.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
        autoincrement=False,
    )
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ledger_code: Mapped[str] = mapped_column(String(32), ForeignKey("ledger_account.code"))
    account_no: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(32))
    debit_fen: Mapped[Fen]
    credit_fen: Mapped[Fen]
    summary: Mapped[str] = mapped_column(Text)


class VoucherEntry(Base):
    """An entry behind a voucher that books arrivals: a bank line or a batch, and its part in fen.

    The entries behind the other summary vouchers are those of the payee on its business day.
    """

    __tablename__ = "voucher_entry"
    __table_args__ = (Index("ix_voucher_entry_entry", "entry_id"),)

    voucher_id: Mapped[int] = mapped_column(
        IdType(),
        ForeignKey("voucher.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
        autoincrement=False,
    )
    entry_kind: Mapped[EntryKind] = mapped_column(
        choice(EntryKind, name="entry_kind"), primary_key=True
    )
    entry_id: Mapped[int] = mapped_column(IdType(), primary_key=True, autoincrement=False)
    amount_fen: Mapped[Fen]


class Adjustment(Base):
    """What somebody wants done about differences or about money in suspense.

    `business_on` is the day in whose books it counts, `amount_fen` what is booked, red amounts
    negative; `household` or `claimant` is who claims money in suspense, `original_payment_no`
    the payment that a refund gives back, `letter_no` the number of a clearing correction request.
    """

    __tablename__ = "adjustment"
    __table_args__ = (
        Index("ix_adjustment_status", "status"),
        Index("ix_adjustment_business_on", "business_on"),
        Index("ix_adjustment_voucher_id", "voucher_id", unique=True, sqlite_where=_POSTED,
              postgresql_where=_POSTED),
        CheckConstraint(
            "voucher_id IS NULL OR status = 'approved' OR status = 'reversed'", name="posted"
        ),
        CheckConstraint("reversal_id IS NULL OR status = 'reversed'", name="reversed"),
        CheckConstraint("checker_id <> maker_id", name="two_people"),
        CheckConstraint(
            "(status = 'approved' OR status = 'reversed') = (checker_id IS NOT NULL)",
            name="checked",
        ),
    )  # fmt: skip

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[AdjustmentKind] = mapped_column(choice(AdjustmentKind, name="kind"))
    status: Mapped[AdjustmentStatus] = mapped_column(choice(AdjustmentStatus, name="status"))
    payee: Mapped[str] = mapped_column(String(64))
    business_on: Mapped[Day]
    amount_fen: Mapped[Fen]
    account_no: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(32))
    household: Mapped[str] = mapped_column(Text)
    claimant: Mapped[str] = mapped_column(String(64))
    original_payment_no: Mapped[str] = mapped_column(Text)
    letter_no: Mapped[str] = mapped_column(String(32))
    reason_code: Mapped[str | None] = mapped_column(String(32), ForeignKey("reason_code.code"))
    reason: Mapped[str] = mapped_column(Text)
    maker_id: Mapped[int] = mapped_column(IdType(), ForeignKey("app_user.id"))
    maker_name: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[Moment]
    checker_id: Mapped[int | None] = mapped_column(IdType(), ForeignKey("app_user.id"))
    checker_name: Mapped[str] = mapped_column(String(64))
    checked_at: Mapped[Moment | None]
    voucher_id: Mapped[int | None] = mapped_column(IdType(), ForeignKey("voucher.id"))
    reversal_id: Mapped[int | None] = mapped_column(IdType(), ForeignKey("voucher.id"))
    end_reason: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's way


class AdjustmentCase(Base):
    """A discrepancy that an adjustment is about, and how much of its difference it takes up.

    `share_fen` is never negative; the live ones of a discrepancy never exceed its difference.
    """

    __tablename__ = "adjustment_case"
    __table_args__ = (
        Index("ix_adjustment_case_discrepancy", "discrepancy_id", "live"),
        CheckConstraint("share_fen >= 0", name="share"),
    )

    adjustment_id: Mapped[int] = mapped_column(
        IdType(), ForeignKey("adjustment.id"), primary_key=True, autoincrement=False
    )
    discrepancy_id: Mapped[int] = mapped_column(
        IdType(), ForeignKey("discrepancy.id"), primary_key=True, autoincrement=False
    )
    share_fen: Mapped[Fen]
    live: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="live"))


class SuspenseItem(Base):
    """Money that waits to be cleared up (挂账), parked by an adjustment.

    Open is `amount_fen` less `cleared_fen`; the balance of the suspense account of a payee is the
    sum of what is open.
    """

    __tablename__ = "suspense_item"
    __table_args__ = (
        Index("ix_suspense_item_state", "state"),
        Index("ix_suspense_item_discrepancy_id", "discrepancy_id"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("cleared_fen BETWEEN 0 AND amount_fen", name="cleared"),
        CheckConstraint("state <> 'cleared' OR cleared_fen = amount_fen", name="cleared_whole"),
        CheckConstraint("state <> 'open' OR cleared_fen < amount_fen", name="open"),
    )

    id: Mapped[Id]
    side: Mapped[SuspenseSide] = mapped_column(choice(SuspenseSide, name="side"))
    state: Mapped[SuspenseState] = mapped_column(choice(SuspenseState, name="state"))
    payee: Mapped[str] = mapped_column(String(64))
    account_no: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(32))
    opened_on: Mapped[Day]
    amount_fen: Mapped[Fen]
    cleared_fen: Mapped[Fen]
    adjustment_id: Mapped[int] = mapped_column(IdType(), ForeignKey("adjustment.id"))
    discrepancy_id: Mapped[int] = mapped_column(IdType(), ForeignKey("discrepancy.id"))
    voucher_id: Mapped[int] = mapped_column(IdType(), ForeignKey("voucher.id"))
    owner: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's way


class SuspenseMove(Base):
    """A part of an item that an adjustment takes out of suspense."""

    __tablename__ = "suspense_move"
    __table_args__ = (
        Index("ix_suspense_move_item", "item_id", "live"),
        CheckConstraint("amount_fen > 0", name="amount"),
    )

    adjustment_id: Mapped[int] = mapped_column(
        IdType(), ForeignKey("adjustment.id"), primary_key=True, autoincrement=False
    )
    item_id: Mapped[int] = mapped_column(
        IdType(), ForeignKey("suspense_item.id"), primary_key=True, autoincrement=False
    )
    amount_fen: Mapped[Fen]
    live: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="live"))


class AdjustmentAttachment(Base):
    """A file or picture that supports an adjustment; `content` is compressed."""

    __tablename__ = "adjustment_attachment"
    __table_args__ = (
        UniqueConstraint("adjustment_id", "sha256"),
        CheckConstraint("size BETWEEN 1 AND 20971520", name="size"),
    )

    id: Mapped[Id]
    adjustment_id: Mapped[int] = mapped_column(IdType(), ForeignKey("adjustment.id"))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[Moment]
