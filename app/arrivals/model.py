"""Tables of the confirmations of arrivals."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.arrivals.rules import ConfirmationStatus
from app.db.base import Base
from app.db.types import Fen, Id, IdType, Moment, choice

_LIVE = text("status <> 'unconfirmed'")


class ArrivalConfirmation(Base):
    """Somebody says that the money of a batch came, and somebody else checks it.

    `business_on` is the day in whose books the arrival counts: that of the run which matched it.
    `digest` is the fingerprint of what the maker saw. What was taken back stays, with the reason.
    """

    __tablename__ = "arrival_confirmation"
    __table_args__ = (
        Index(
            "ix_arrival_confirmation_live",
            "batch_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_arrival_confirmation_business_on", "business_on"),
        CheckConstraint("difference_fen = expected_fen - arrived_fen", name="difference"),
        CheckConstraint("checker_id <> maker_id AND checker_name <> maker_name", name="two_people"),
        CheckConstraint(
            "(checker_id IS NULL) = (checked_at IS NULL)"
            " AND (checker_id IS NULL) = (checker_name IS NULL)",
            name="checker",
        ),
        CheckConstraint("status <> 'confirmed' OR checker_id IS NULL", name="not_checked"),
        CheckConstraint("status <> 'checked' OR checker_id IS NOT NULL", name="is_checked"),
        CheckConstraint(
            "(status = 'unconfirmed') = (undone_at IS NOT NULL)"
            " AND (undone_at IS NULL) = (undone_by IS NULL)"
            " AND (undone_at IS NULL) = (reason = '')",
            name="undone",
        ),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    batch_id: Mapped[int] = mapped_column(BigInteger)
    batch_no: Mapped[str] = mapped_column(Text)
    payee: Mapped[str] = mapped_column(String(64))
    account_no: Mapped[str] = mapped_column(Text)
    batch_on: Mapped[int]
    business_on: Mapped[int]
    expected_fen: Mapped[Fen]
    arrived_fen: Mapped[Fen]
    difference_fen: Mapped[Fen]
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[ConfirmationStatus] = mapped_column(choice(ConfirmationStatus, name="status"))
    maker_id: Mapped[int] = mapped_column(IdType(), ForeignKey("app_user.id"))
    maker_name: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[Moment]
    checker_id: Mapped[int | None] = mapped_column(IdType(), ForeignKey("app_user.id"))
    checker_name: Mapped[str | None] = mapped_column(String(64))
    checked_at: Mapped[Moment | None]
    undone_by: Mapped[str | None] = mapped_column(String(64))
    undone_at: Mapped[Moment | None]
    reason: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's way


class ArrivalConfirmationLine(Base):
    """A bank line that a confirmation stands on, as it was."""

    __tablename__ = "arrival_confirmation_line"
    __table_args__ = (Index("ix_arrival_confirmation_line_arrival_id", "arrival_id"),)

    confirmation_id: Mapped[int] = mapped_column(
        IdType(), ForeignKey("arrival_confirmation.id"), primary_key=True, autoincrement=False
    )
    arrival_id: Mapped[int] = mapped_column(IdType(), primary_key=True, autoincrement=False)
    serial_no: Mapped[str] = mapped_column(Text)
    booked_on: Mapped[int]
    amount_fen: Mapped[Fen]
