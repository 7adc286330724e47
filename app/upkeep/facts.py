"""What an administrator wants to know of a database, without a single amount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, inspect, select, table, text
from sqlalchemy.orm import Session

from app.audit.model import AuditRecord
from app.audit.rules import Verb
from app.db.engine import sqlite_path
from app.db.schema import schema_revision
from app.upkeep.backups import BackupRow, backups
from app.upkeep.service import is_demonstration


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """Place, size in bytes, engine and contents; counts are rows by table."""

    place: str
    size: int
    engine: str
    revision: str
    demonstration: bool
    made_at: datetime | None
    counts: tuple[tuple[str, int], ...]
    last_backup: BackupRow | None


def database_facts(session: Session) -> DatabaseFacts:
    """Return what is known of the database."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    names = sorted(inspect(session.connection()).get_table_names())
    made = session.scalars(
        select(func.min(AuditRecord.at)).where(AuditRecord.verb == Verb.INITIALISED)
    ).one()
    saved = [row for row in backups(session) if row.verb is Verb.BACKED_UP]
    return DatabaseFacts(
        place=_place(engine),
        size=_size(session, engine),
        engine=_engine(session, engine),
        revision=schema_revision(session.connection()) or "",
        demonstration=is_demonstration(session),
        made_at=made,
        counts=tuple(
            (name, session.execute(select(func.count()).select_from(table(name))).scalar_one())
            for name in names
        ),
        last_backup=saved[0] if saved else None,
    )


def _place(engine: Engine) -> str:
    path = sqlite_path(engine)
    return str(path.resolve()) if path else engine.url.render_as_string(hide_password=True)


def _size(session: Session, engine: Engine) -> int:
    path = sqlite_path(engine)
    if path is None:
        return int(
            session.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        )
    beside = path.with_name(f"{path.name}-wal")
    return sum(one.stat().st_size for one in (path, beside) if one.exists())


def _engine(session: Session, engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return f"SQLite {session.execute(text('SELECT sqlite_version()')).scalar_one()}"
    version = session.execute(text("SHOW server_version")).scalar_one()
    return f"PostgreSQL {version}"
