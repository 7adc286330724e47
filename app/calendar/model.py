"""The tables of working days and of closed days."""

from __future__ import annotations

from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Day, DayType, Moment


class CalendarYear(Base):
    """A year of which the holidays are known."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(64))


class CalendarDay(Base):
    """A weekday that is off, or a weekend day on which people work."""

    __tablename__ = "calendar_day"

    day: Mapped[Day] = mapped_column(DayType, primary_key=True, autoincrement=False)
    working: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="working"))
    note: Mapped[str] = mapped_column(String(100))


class ClosedDay(Base):
    """A business day that is closed: nothing dated in it may change."""

    __tablename__ = "closed_day"

    business_on: Mapped[Day] = mapped_column(DayType, primary_key=True, autoincrement=False)
    closed_at: Mapped[Moment]
    closed_by: Mapped[str] = mapped_column(String(64))
