"""Reading and checking the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from app.audit.model import AuditHead, AuditRecord
from app.audit.rules import FIRST_HASH, AuditLink, ChainResult, link_hash
from app.base.i18n import N_
from app.base.progress import Progress, Silent

_CHUNK = 5_000
_TOLD_EVERY = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One record as it is shown."""

    sequence: int
    at: datetime
    actor: str
    roles: str
    machine: str
    command: str
    verb: str
    object_type: str
    object_key: str
    before: str
    after: str
    hash: str


def records(session: Session, *, after: int = 0, limit: int = 200) -> list[AuditRow]:
    """Return records in order, from the one after `after` on."""
    table = AuditRecord.__table__
    query = select(table).where(AuditRecord.sequence > after).order_by(AuditRecord.sequence)
    rows = session.execute(query.limit(limit)).mappings()
    return [AuditRow(**{name: row[name] for name in AuditRow.__slots__}) for row in rows]


def verify_chain(session: Session, progress: Progress | None = None) -> ChainResult:
    """Check every link of the chain and its end; name the first bad sequence.

    Raises:
        Cancelled: The user stopped it.
    """
    told = progress or Silent()
    total = session.scalars(select(AuditHead.sequence)).one_or_none() or 0
    count, previous = 0, FIRST_HASH
    query = select(*_raw_columns()).order_by(AuditRecord.sequence)
    with session.execute(query.execution_options(yield_per=_CHUNK)) as rows:
        for row in rows.mappings():
            reason = _broken(row, count + 1, previous)
            if reason:
                return ChainResult(ok=False, count=count, first_bad=count + 1, reason=reason)
            count += 1
            previous = row["hash"]
            if count % _TOLD_EVERY == 0:
                told.advance(count, max(count, total))
    head = session.execute(select(AuditHead.sequence, AuditHead.hash)).one_or_none()
    end = (0, FIRST_HASH) if head is None else (head.sequence, head.hash)
    if end != (count, previous):
        reason = N_("the end of the log is missing or was changed")
        return ChainResult(ok=False, count=count, first_bad=count + 1, reason=reason)
    return ChainResult(ok=True, count=count)


def _raw_columns() -> list[ColumnElement[Any]]:
    # What is stored is hashed as it stands: a damaged value must not stop the check.
    return [
        type_coerce(column, NullType()).label(column.name)
        for column in AuditRecord.__table__.columns
    ]


def _broken(row: RowMapping, expected: int, previous: str) -> str:
    if row["sequence"] != expected:
        return N_("a record is missing")
    if row["previous_hash"] != previous:
        return N_("a record does not follow the one before it")
    link = AuditLink(**{name: row[name] for name in AuditLink.__slots__})
    try:
        right = row["hash"] == link_hash(link, previous)
    except TypeError:
        right = False
    return "" if right else N_("a record was changed")
