"""Seeing that another window or program changed something."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.model import AuditHead, AuditRecord

_LOOKED_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The end of the log, and whether others than `machine` and `actor` wrote since."""

    sequence: int
    by_others: bool


def look(session: Session, after: int, *, actor: str, machine: str) -> Seen:
    """Return the end of the log and whether somebody else wrote after a record."""
    head = session.scalars(select(AuditHead.sequence)).one_or_none() or 0
    if head <= after:
        return Seen(sequence=head, by_others=head < after)
    rows = session.execute(
        select(AuditRecord.actor, AuditRecord.machine)
        .where(AuditRecord.sequence > after)
        .order_by(AuditRecord.sequence)
        .limit(_LOOKED_AT)
    )
    return Seen(
        sequence=head,
        by_others=any((row.actor, row.machine) != (actor, machine) for row in rows),
    )
