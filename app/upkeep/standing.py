"""How the database stands, for the line below the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.model import AuditRecord
from app.audit.rules import Verb
from app.upkeep.service import is_demonstration


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether the database is a file of this machine, a demonstration, and when it was saved."""

    local: bool
    demonstration: bool
    last_backup: datetime | None


def standing(session: Session) -> Standing:
    """Return how the database stands."""
    last = session.scalars(
        select(func.max(AuditRecord.at)).where(
            AuditRecord.verb == Verb.BACKED_UP, AuditRecord.object_type == "database"
        )
    ).one()
    return Standing(
        local=session.get_bind().dialect.name == "sqlite",
        demonstration=is_demonstration(session),
        last_backup=last,
    )
