"""Tables of runs, matches and suggestions."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import IdType, Moment, choice
from app.matching.rules import MatchRule, Side, Task


class Run(Base):
    """A task was run for a business date; channel reconciliation has a run for each channel.

    `change_no` says from which state of the entries it worked (-1: a person's decision made it
    out of date), `as_of` against which day it reckoned, and `terms` digests the settings and
    master data that bear on it. `totals` are its figures as JSON.
    The lines of its matches lie between `first_match` and `last_match` (0 and -1: it has none).
    """

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_task_day", "task", "scope", "business_on", unique=True),)

    id: Mapped[int] = mapped_column(IdType(), primary_key=True)
    task: Mapped[Task] = mapped_column(choice(Task, name="task"))
    scope: Mapped[str] = mapped_column(String(32))
    business_on: Mapped[int]
    as_of: Mapped[int]
    change_no: Mapped[int] = mapped_column(BigInteger)
    terms: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[Moment]
    by: Mapped[str] = mapped_column(String(64))
    totals: Mapped[str] = mapped_column(Text)
    first_match: Mapped[int] = mapped_column(BigInteger)
    last_match: Mapped[int] = mapped_column(BigInteger)


class Match(Base):
    """One line of a match: one of our entries beside one of theirs, or one alone.

    A match of one with one is one line; larger ones have several with the same `match_id`, which
    is the id of the first; the others follow it without a gap. An entry is in at most one line
    per task and side. Lines made by hand belong to no run.
    """

    __tablename__ = "match"
    __table_args__ = (
        Index("ix_match_ours", "ours_id", "task", unique=True),
        Index("ix_match_theirs", "theirs_id", "task", unique=True),
        Index(
            "ix_match_by_hand",
            "task",
            sqlite_where=text("run_id IS NULL"),
            postgresql_where=text("run_id IS NULL"),
        ),
        CheckConstraint("ours_id IS NOT NULL OR theirs_id IS NOT NULL", name="has_a_side"),
        CheckConstraint("(rule = 'by_hand') = (run_id IS NULL)", name="by_hand_or_run"),
    )

    id: Mapped[int] = mapped_column(IdType(), primary_key=True, autoincrement=False)
    match_id: Mapped[int] = mapped_column(BigInteger)
    task: Mapped[Task] = mapped_column(choice(Task, name="task"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    rule: Mapped[MatchRule] = mapped_column(choice(MatchRule, name="rule"))
    ours_id: Mapped[int | None] = mapped_column(BigInteger)
    theirs_id: Mapped[int | None] = mapped_column(BigInteger)


class HandMatch(Base):
    """Who made a match by hand, for which business date, and why."""

    __tablename__ = "hand_match"
    __table_args__ = (Index("ix_hand_match_business_on", "business_on"),)

    match_id: Mapped[int] = mapped_column(IdType(), primary_key=True, autoincrement=False)
    task: Mapped[Task] = mapped_column(choice(Task, name="task"))
    scope: Mapped[str] = mapped_column(String(32))
    business_on: Mapped[int]
    residue_fen: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[Moment]


class TakenApart(Base):
    """A line of a match that a person took apart; rules leave its entries alone."""

    __tablename__ = "taken_apart"
    __table_args__ = (Index("ix_taken_apart_task", "task"),)

    id: Mapped[int] = mapped_column(IdType(), primary_key=True)
    match_id: Mapped[int] = mapped_column(BigInteger)
    task: Mapped[Task] = mapped_column(choice(Task, name="task"))
    rule: Mapped[MatchRule] = mapped_column(choice(MatchRule, name="rule"))
    ours_id: Mapped[int | None] = mapped_column(BigInteger)
    theirs_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[Moment]


class Suggestion(Base):
    """Entries that may belong together, where a rule found more than one answer."""

    __tablename__ = "suggestion"
    __table_args__ = (Index("ix_suggestion_run_id", "run_id"),)

    id: Mapped[int] = mapped_column(IdType(), primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(BigInteger)
    task: Mapped[Task] = mapped_column(choice(Task, name="task"))
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    rule: Mapped[MatchRule] = mapped_column(choice(MatchRule, name="rule"))
    side: Mapped[Side] = mapped_column(choice(Side, name="side"))
    entry_id: Mapped[int] = mapped_column(BigInteger)
