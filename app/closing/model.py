"""Tables of closings, of what was waived, and of statements of bank reconciliation."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.closing.rules import CloseState, ItemGroup, StatementState
from app.db.base import Base
from app.db.types import Day, DayType, Fen, Id, IdType, Moment, choice

_CLOSED = text("state = 'closed'")
_SUBMITTED = text("state = 'submitted'")
_APPROVED = text("state = 'approved'")


class DayClose(Base):
    """One closing of a business day (日结); a day that was reopened is closed anew.

    `totals` are the day's figures as JSON, `hash` is their SHA-256 together with that of the
    closing before, so that a closing that is changed or left out shows.
    """

    __tablename__ = "day_close"
    __table_args__ = (
        Index(
            "ix_day_close_closed",
            "business_on",
            unique=True,
            sqlite_where=_CLOSED,
            postgresql_where=_CLOSED,
        ),
        CheckConstraint("(state = 'reopened') = (reopened_at IS NOT NULL)", name="reopened"),
        CheckConstraint("reopened_by <> agreed_by OR reopened_by = ''", name="two_people"),
    )

    id: Mapped[Id]
    business_on: Mapped[Day]
    state: Mapped[CloseState] = mapped_column(choice(CloseState, name="state"))
    totals: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    closed_by: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[Moment]
    reopened_by: Mapped[str] = mapped_column(String(64))
    agreed_by: Mapped[str] = mapped_column(String(64))
    reopened_at: Mapped[Moment | None]
    reason: Mapped[str] = mapped_column(Text)


class DayWaiver(Base):
    """A file that a day is closed without, and why; `scope` is its channel or account."""

    __tablename__ = "day_waiver"

    business_on: Mapped[Day] = mapped_column(DayType, primary_key=True, autoincrement=False)
    file_kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[Moment]


class ReconciliationStatement(Base):
    """A bank account's book and statement balanced at the end of a day (银行存款余额调节表).

    It is stored with its lines when it is submitted and never changes afterwards, only its state;
    `digest` is the fingerprint of both. `stated_on` is the day of the bank's last balance.
    """

    __tablename__ = "reconciliation_statement"
    __table_args__ = (
        Index(
            "ix_reconciliation_statement_submitted",
            "account_no",
            "day",
            unique=True,
            sqlite_where=_SUBMITTED,
            postgresql_where=_SUBMITTED,
        ),
        Index(
            "ix_reconciliation_statement_approved",
            "account_no",
            "day",
            unique=True,
            sqlite_where=_APPROVED,
            postgresql_where=_APPROVED,
        ),
        CheckConstraint("checker_id <> maker_id", name="two_people"),
        CheckConstraint("adjusted_book_fen = adjusted_bank_fen", name="balances"),
        CheckConstraint(
            "(state = 'approved' OR state = 'replaced') = (checker_id IS NOT NULL)",
            name="checked",
        ),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    account_no: Mapped[str] = mapped_column(Text)
    payee: Mapped[str] = mapped_column(String(64))
    day: Mapped[Day]
    state: Mapped[StatementState] = mapped_column(choice(StatementState, name="state"))
    book_fen: Mapped[Fen]
    bank_fen: Mapped[Fen]
    adjusted_book_fen: Mapped[Fen]
    adjusted_bank_fen: Mapped[Fen]
    opening_known: Mapped[bool] = mapped_column(
        Boolean(create_constraint=True, name="opening_known")
    )
    stated_on: Mapped[Day | None]
    digest: Mapped[str] = mapped_column(String(64))
    maker_id: Mapped[int] = mapped_column(IdType(), ForeignKey("app_user.id"))
    maker_name: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[Moment]
    checker_id: Mapped[int | None] = mapped_column(IdType(), ForeignKey("app_user.id"))
    checker_name: Mapped[str] = mapped_column(String(64))
    checked_at: Mapped[Moment | None]


class ReconciliationItem(Base):
    """One item between the two balances of a statement, as it stood when it was submitted."""

    __tablename__ = "reconciliation_item"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"),)

    statement_no: Mapped[str] = mapped_column(
        String(32),
        ForeignKey("reconciliation_statement.number", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    )
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_group: Mapped[ItemGroup] = mapped_column(choice(ItemGroup, name="item_group"))
    dated_on: Mapped[Day]
    number: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    amount_fen: Mapped[Fen]
    age_days: Mapped[int]
