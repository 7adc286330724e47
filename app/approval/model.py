"""Tables of requests and of what checkers said; triggers keep them as they were said."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.approval.rules import Action, RequestState, Verdict
from app.db.base import Base
from app.db.types import Fen, Id, IdType, Moment, choice

_PENDING = text("state = 'pending'")


class ApprovalRequest(Base):
    """Somebody asks that something be done; `needed` others have to agree.

    `digest` is the fingerprint of what is to be approved, `payload` the change itself as JSON
    where it stands nowhere else, `amount_fen` what it is about where it is about money.
    """

    __tablename__ = "approval_request"
    __table_args__ = (
        Index(
            "ix_approval_request_pending",
            "object_type",
            "object_key",
            "action",
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        Index("ix_approval_request_state", "state"),
        Index("ix_approval_request_object", "object_type", "object_key"),
        UniqueConstraint("id", "maker_id"),
        CheckConstraint("needed BETWEEN 1 AND 2", name="needed"),
        CheckConstraint("(state = 'pending') = (ended_at IS NULL)", name="ended"),
    )

    id: Mapped[Id]
    action: Mapped[Action] = mapped_column(choice(Action, name="action"))
    object_type: Mapped[str] = mapped_column(String(64))
    object_key: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    payload: Mapped[str] = mapped_column(Text)
    amount_fen: Mapped[Fen | None]
    needed: Mapped[int]
    state: Mapped[RequestState] = mapped_column(choice(RequestState, name="state"))
    reason: Mapped[str] = mapped_column(Text)
    maker_id: Mapped[int] = mapped_column(IdType(), ForeignKey("app_user.id"))
    maker_name: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    ended_by: Mapped[str] = mapped_column(String(64))
    end_reason: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's way


class ApprovalVote(Base):
    """What one checker said of a request, having seen what `digest` stands for."""

    __tablename__ = "approval_vote"
    __table_args__ = (
        UniqueConstraint("request_id", "checker_id"),
        ForeignKeyConstraint(
            ["request_id", "maker_id"], ["approval_request.id", "approval_request.maker_id"]
        ),
        CheckConstraint("checker_id <> maker_id", name="two_people"),
    )

    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(IdType())
    maker_id: Mapped[int] = mapped_column(IdType())
    checker_id: Mapped[int] = mapped_column(IdType(), ForeignKey("app_user.id"))
    checker_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[Moment]
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict, name="verdict"))
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
