"""Which backups were made and restored, as the audit log tells."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.model import AuditRecord
from app.audit.rules import Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRow:
    """One backup or restoring: when, by whom, which file, its SHA-256 and bytes."""

    sequence: int
    at: datetime
    by: str
    verb: Verb
    file: str
    sha256: str
    size: int


def backups(session: Session) -> list[BackupRow]:
    """Return the backups and restorings, the latest first."""
    query = (
        select(AuditRecord)
        .where(
            AuditRecord.object_type == "database",
            AuditRecord.verb.in_((Verb.BACKED_UP, Verb.RESTORED)),
        )
        .order_by(AuditRecord.sequence.desc())
    )
    return [_row(record) for record in session.scalars(query)]


def _row(record: AuditRecord) -> BackupRow:
    said = json.loads(record.after) if record.after else {}
    return BackupRow(
        sequence=record.sequence,
        at=record.at,
        by=record.actor,
        verb=Verb(record.verb),
        file=str(said.get("file", record.object_key)),
        sha256=str(said.get("sha256", "")),
        size=int(said.get("bytes", 0)),
    )
