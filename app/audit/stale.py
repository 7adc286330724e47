"""Refusing to overwrite what somebody else changed since it was shown."""

from __future__ import annotations

from typing import NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.model import AuditRecord
from app.base.dates import CHINA
from app.base.errors import UserError
from app.base.i18n import N_


class ChangedByOther(UserError):
    """Somebody changed it since it was shown."""

    template = N_(
        "{what} was changed by {name} at {at} while you looked at it. It is shown anew;"
        " try again if you still want to."
    )


def last_actor(session: Session, object_type: str, object_key: str) -> str | None:
    """Return who changed a thing last."""
    query = (
        select(AuditRecord.actor)
        .where(AuditRecord.object_type == object_type, AuditRecord.object_key == object_key)
        .order_by(AuditRecord.sequence.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def refuse_stale(session: Session, object_type: str, object_key: str, what: str) -> NoReturn:
    """Refuse a change, and say who changed the thing last and when by China's clocks.

    Raises:
        ChangedByOther: Always.
    """
    query = (
        select(AuditRecord.actor, AuditRecord.at)
        .where(AuditRecord.object_type == object_type, AuditRecord.object_key == object_key)
        .order_by(AuditRecord.sequence.desc())
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    at = found.at.astimezone(CHINA).strftime("%H:%M:%S") if found else "-"
    raise ChangedByOther(what=what, name=found.actor if found else "-", at=at)
