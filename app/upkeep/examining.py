"""Looking into a backup before it takes the place of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.audit.model import AuditRecord
from app.base.i18n import _
from app.base.progress import Progress, Silent
from app.db.workspace import Actor, Workspace
from app.identity.queries import users
from app.identity.rules import Permission, UserState
from app.identity.service import require


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What a backup holds: its log's end and who can log in.

    `since` counts the records that this database has beyond the backup; None when the backup is
    not an earlier state of this database.
    """

    file: Path
    size: int
    records: int
    last_at: datetime | None
    people: tuple[str, ...]
    since: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    sequence: int
    hash: str
    at: datetime | None


def examine(
    workspace: Workspace, actor: Actor, file: Path, *, progress: Progress | None = None
) -> Examined:
    """Verify a backup without touching the database, and return what is in it.

    Raises:
        NotAllowed: The actor may not restore backups.
        BackupMissing: There is no such file.
        BackupFailed: It did not verify.
    """
    from app.upkeep import postgres, sqlite  # noqa: PLC0415 - verifying loads the engine

    require(actor, Permission.BACKUP)
    told = progress or Silent()
    told.advance(0, 1, _("Verifying the backup"))
    prepared = sqlite.prepared if workspace.engine.dialect.name == "sqlite" else postgres.prepared
    with prepared(workspace.engine, file) as copy:
        end, people = _contents(copy)
    return Examined(
        file=file,
        size=file.stat().st_size,
        records=end.sequence,
        last_at=end.at,
        people=people,
        since=workspace.read(_since, end),
    )


def _contents(copy: Engine) -> tuple[_End, tuple[str, ...]]:
    with Session(copy) as session:
        names = [user.name for user in users(session) if user.state is UserState.ACTIVE]
        return _end(session), tuple(names)


def _end(session: Session) -> _End:
    query = select(AuditRecord.sequence, AuditRecord.hash, AuditRecord.at)
    row = session.execute(query.order_by(AuditRecord.sequence.desc()).limit(1)).one_or_none()
    if row is None:
        return _End(sequence=0, hash="", at=None)
    return _End(sequence=row.sequence, hash=row.hash, at=row.at)


def _since(session: Session, end: _End) -> int | None:
    same = session.scalars(
        select(AuditRecord.hash).where(AuditRecord.sequence == end.sequence)
    ).one_or_none()
    return _end(session).sequence - end.sequence if same == end.hash else None
