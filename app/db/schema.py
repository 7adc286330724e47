"""Which version of the tables a database has, and which one the program needs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from app.base.bundle import bundled
from app.db.engine import has_file
from app.db.errors import NewerSchema, NotInitialised, OlderSchema


def migrations_folder() -> Path:
    """Return the folder of the migrations."""
    return bundled("migrations")


def revisions() -> list[str]:
    """Return the revisions that the program knows, the oldest first.

    A migration's file name starts with its revision, so Alembic need not be loaded.
    """
    scripts = (migrations_folder() / "versions").glob("[0-9]*_*.py")
    return sorted(script.name.partition("_")[0] for script in scripts)


def schema_revision(connection: Connection) -> str | None:
    """Return the revision of a database, or None where it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def require_current(engine: Engine) -> None:
    """Return if the database has the tables that this program needs.

    Raises:
        NotInitialised: It has no tables of ours.
        OlderSchema: It has to be migrated first.
        NewerSchema: A newer program made it.
    """
    if not has_file(engine):
        raise NotInitialised
    with engine.connect() as connection:
        found = schema_revision(connection)
    known = revisions()
    if found is None:
        raise NotInitialised
    if found not in known:
        raise NewerSchema(found=found)
    if found != known[-1]:
        raise OlderSchema(found=found)
