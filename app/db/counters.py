"""Numbers without gaps."""

from __future__ import annotations

from sqlalchemy import BigInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.workspace import Tx


class Counter(Base):
    """The last number given out under a name."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


_TAKE = text(
    "INSERT INTO counter (name, value) VALUES (:name, :count)"
    " ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value"
    " RETURNING value"
)


def take(tx: Tx, name: str, count: int = 1) -> int:
    """Take `count` numbers in a row and return the first.

    The counter stays locked to the end of the transaction, and a rollback gives the
    numbers back, so that none is ever missing.
    """
    if count < 1:
        raise ValueError("at least one number has to be taken")
    last = tx.session.execute(_TAKE, {"name": name, "count": count}).scalar_one()
    tx.touch("counter")
    return int(last) - count + 1
