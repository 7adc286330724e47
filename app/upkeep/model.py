"""What a database knows about itself."""

from __future__ import annotations

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Day, Id, Moment


class DatabaseFact(Base):
    """A fact about this database, such as that it is a demonstration."""

    __tablename__ = "database_fact"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


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
