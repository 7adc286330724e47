"""The tables of users; a trigger keeps administrator and auditor apart."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base
from app.db.types import Id, IdType, Moment, choice
from app.identity.rules import Role, UserState


class AppUser(Base):
    """A person who may log in."""

    __tablename__ = "app_user"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(64))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    state: Mapped[UserState] = mapped_column(choice(UserState, name="state"))
    failures: Mapped[int] = mapped_column(BigInteger)
    locked_until: Mapped[Moment | None]
    created_at: Mapped[Moment]
    password_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(BigInteger)

    roles: Mapped[list[UserRole]] = relationship(
        lazy="selectin", order_by="UserRole.role", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's way


class UserRole(Base):
    """A role that a user holds."""

    __tablename__ = "user_role"

    user_id: Mapped[int] = mapped_column(
        IdType(), ForeignKey("app_user.id"), primary_key=True, autoincrement=False
    )
    role: Mapped[Role] = mapped_column(choice(Role, name="role"), primary_key=True)
