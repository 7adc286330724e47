"""Tables of closings: what a day was when it was closed, and what was waived."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.closing.rules import CloseState
from app.db.base import Base
from app.db.types import Day, DayType, Id, Moment, choice

_CLOSED = text("state = 'closed'")


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
