"""The tables of the master data."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.catalog.rules import AccountKind, ChannelKind, Cycle, FeeBearer, Purpose
from app.db.base import Base
from app.db.types import Day, Fen, Id, IdType, choice


class Organisation(Base):
    """A payee or the platform, in a tree."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("parent_id <> id", name="not_its_parent"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(
        IdType(), ForeignKey("organisation.id"), index=True
    )
    utilities: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's way


class BankAccount(Base):
    """The designated account of an organisation."""

    __tablename__ = "bank_account"
    __table_args__ = (Index(None, "account_no"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(
        IdType(), ForeignKey("organisation.id"), unique=True
    )
    bank: Mapped[str] = mapped_column(Text)
    account_name: Mapped[str] = mapped_column(Text)
    account_no: Mapped[str] = mapped_column(String(64))
    opening_fen: Mapped[Fen | None]
    opening_on: Mapped[Day | None]
    arrival_lag_days: Mapped[int]
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's way


class Channel(Base):
    """Where money is collected, and by which rules."""

    __tablename__ = "channel"
    __table_args__ = (
        CheckConstraint("cutoff_minutes BETWEEN 0 AND 1440", name="cutoff"),
        CheckConstraint("cycle_days BETWEEN 0 AND 60", name="cycle_days"),
        CheckConstraint("rate_ppm BETWEEN 0 AND 1000000", name="rate"),
        CheckConstraint("minimum_fen >= 0", name="minimum"),
        CheckConstraint("maximum_fen >= 0", name="maximum"),
        CheckConstraint("minimum_fen <= maximum_fen", name="limits"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[ChannelKind] = mapped_column(choice(ChannelKind, name="kind"))
    cutoff_minutes: Mapped[int]
    cycle_days: Mapped[int]
    cycle: Mapped[Cycle] = mapped_column(choice(Cycle, name="cycle"))
    rate_ppm: Mapped[int | None]
    minimum_fen: Mapped[Fen | None]
    maximum_fen: Mapped[Fen | None]
    refund_returns_fee: Mapped[bool] = mapped_column(
        Boolean(create_constraint=True, name="refund_returns_fee")
    )
    fee_bearer: Mapped[FeeBearer] = mapped_column(choice(FeeBearer, name="fee_bearer"))
    account_no: Mapped[str] = mapped_column(String(64))
    shipped: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="shipped"))
    active: Mapped[bool] = mapped_column(
        Boolean(create_constraint=True, name="active"), default=True
    )
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's way


class LedgerAccount(Base):
    """One account of the chart of accounts."""

    __tablename__ = "ledger_account"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[AccountKind] = mapped_column(choice(AccountKind, name="kind"))
    purpose: Mapped[Purpose | None] = mapped_column(choice(Purpose, name="purpose"), unique=True)


class Setting(Base):
    """A number that a supervisor can change: windows, tolerances, limits."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
