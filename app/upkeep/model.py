"""What a database knows about itself."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class DatabaseFact(Base):
    """A fact about this database, such as that it is a demonstration."""

    __tablename__ = "database_fact"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
