"""The tables of the audit log; triggers forbid changing or deleting its records."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Day, Id, Moment


class AuditRecord(Base):
    """One change; the hash covers it and the hash of the record before it."""

    __tablename__ = "audit_record"
    __table_args__ = (
        Index(None, "object_type", "object_key"),
        Index(None, "actor", "at"),
        Index(None, "at"),
    )

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    actor: Mapped[str] = mapped_column(String(64))
    roles: Mapped[str] = mapped_column(String(200))
    machine: Mapped[str] = mapped_column(String(255))
    command: Mapped[str] = mapped_column(Text)
    verb: Mapped[str] = mapped_column(String(32))
    object_type: Mapped[str] = mapped_column(String(64))
    object_key: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Base):
    """The one row that holds the end of the chain; writers lock it."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class AuditAnchor(Base):
    """The end of the audit log at a moment, signed, so that a cut tail or a rewrite shows.

    `hash` is that of the record `sequence`, `totals_hash` that of the day's closing. The signature
    (Ed25519, hex) is over both together with the day; "" where no key was at hand.
    """

    __tablename__ = "audit_anchor"

    id: Mapped[Id]
    business_on: Mapped[Day]
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    totals_hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    public_key: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[Moment]
    made_by: Mapped[str] = mapped_column(String(64))
