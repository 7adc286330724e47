"""Tables of discrepancies and what people said of them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Fen, IdType, Moment, choice
from app.discrepancies.rules import Resolution, Status
from app.intake.rules import Kind as EntryKind
from app.matching.rules import Kind, Side, Task


class Discrepancy(Base):
    """An entry, or a pair of entries, that does not settle.

    `ours_fen` and `theirs_fen` are what counts on each side (absent or unsuccessful: 0; fees for
    `fee_differs`). `opened_on` and `resolved_on` are the business dates of the runs that opened
    it and found its partner. `difference_fen` is ours less theirs.
    """

    __tablename__ = "discrepancy"
    __table_args__ = (
        Index("ix_discrepancy_task_status", "task", "status"),
        Index("ix_discrepancy_business_on", "business_on"),
        Index("ix_discrepancy_ours", "task", "ours_id"),
        Index("ix_discrepancy_theirs", "task", "theirs_id"),
        CheckConstraint(
            "kind IN ('total_differs', 'account_differs', 'payee_differs')"
            " OR difference_fen = ours_fen - theirs_fen",
            name="difference",
        ),
        CheckConstraint("ours_id IS NOT NULL OR theirs_id IS NOT NULL", name="has_a_side"),
        CheckConstraint("(ours_id IS NULL) = (ours_kind IS NULL)", name="ours"),
        CheckConstraint("(theirs_id IS NULL) = (theirs_kind IS NULL)", name="theirs"),
        CheckConstraint("ours_id IS NOT NULL OR ours_fen = 0", name="ours_absent"),
        CheckConstraint("theirs_id IS NOT NULL OR theirs_fen = 0", name="theirs_absent"),
    )

    id: Mapped[int] = mapped_column(IdType(), primary_key=True, autoincrement=False)
    task: Mapped[Task] = mapped_column(choice(Task, name="task"))
    scope: Mapped[str] = mapped_column(String(32))
    kind: Mapped[Kind] = mapped_column(choice(Kind, name="kind"))
    business_on: Mapped[int]
    ours_kind: Mapped[EntryKind | None] = mapped_column(choice(EntryKind, name="ours_kind"))
    ours_id: Mapped[int | None] = mapped_column(BigInteger)
    ours_key: Mapped[str] = mapped_column(Text)
    ours_fen: Mapped[Fen]
    theirs_kind: Mapped[EntryKind | None] = mapped_column(choice(EntryKind, name="theirs_kind"))
    theirs_id: Mapped[int | None] = mapped_column(BigInteger)
    theirs_key: Mapped[str] = mapped_column(Text)
    theirs_fen: Mapped[Fen]
    difference_fen: Mapped[Fen]
    detail: Mapped[str] = mapped_column(Text)
    opened_on: Mapped[int]
    resolved_on: Mapped[int | None]
    status: Mapped[Status] = mapped_column(choice(Status, name="status"))
    resolution: Mapped[Resolution] = mapped_column(choice(Resolution, name="resolution"))
    assignee: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class DiscrepancyLeg(Base):
    """A further entry of a discrepancy, where more than one stands on a side."""

    __tablename__ = "discrepancy_leg"

    discrepancy_id: Mapped[int] = mapped_column(
        ForeignKey("discrepancy.id", ondelete="CASCADE"), primary_key=True
    )
    side: Mapped[Side] = mapped_column(choice(Side, name="side"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(IdType(), primary_key=True)


class DiscrepancyNote(Base):
    """What a person did or said about a discrepancy."""

    __tablename__ = "discrepancy_note"
    __table_args__ = (Index("ix_discrepancy_note_discrepancy_id", "discrepancy_id"),)

    id: Mapped[int] = mapped_column(IdType(), primary_key=True)
    discrepancy_id: Mapped[int] = mapped_column(ForeignKey("discrepancy.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[Moment]


class DiscrepancyAttachment(Base):
    """A file or picture that explains a discrepancy; `content` is compressed."""

    __tablename__ = "discrepancy_attachment"
    __table_args__ = (
        UniqueConstraint("discrepancy_id", "sha256"),
        CheckConstraint("size BETWEEN 1 AND 20971520", name="size"),
    )

    id: Mapped[int] = mapped_column(IdType(), primary_key=True)
    discrepancy_id: Mapped[int] = mapped_column(ForeignKey("discrepancy.id"))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[Moment]
