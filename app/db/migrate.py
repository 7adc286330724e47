"""Bringing the tables of a database to the version of the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, Engine, text
from sqlalchemy.types import TypeDecorator

from app.db.engine import WRITES
from app.db.errors import DatabaseDamaged, NewerSchema, explaining
from app.db.schema import migrations_folder, revisions, schema_revision
from app.db.types import ChoiceType

if TYPE_CHECKING:
    # Alembic takes as long to load as all tables; only a migration needs it.
    from alembic.autogenerate.api import AutogenContext
    from alembic.config import Config

HEAD = "head"
BASE = "base"

_LOCK = 0x6475697069
"""Any number that only migrations lock on PostgreSQL."""


def upgrade(engine: Engine, revision: str = HEAD) -> str:
    """Bring the tables up to a revision, all in one transaction; return it.

    Raises:
        NewerSchema: A newer program made the database.
    """
    from alembic import command  # noqa: PLC0415 - see above

    with explaining(), _migrating(engine) as connection:
        found = schema_revision(connection)
        if found is not None and found not in revisions():
            raise NewerSchema(found=found)
        _run(connection, command.upgrade, revision)
        return schema_revision(connection) or BASE


def downgrade(engine: Engine, revision: str = BASE) -> None:
    """Take the tables back to a revision; the tests of the migrations do that."""
    from alembic import command  # noqa: PLC0415 - see above

    with explaining(), _migrating(engine) as connection:
        _run(connection, command.downgrade, revision)


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for a connection whose transaction the caller ends."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as what is stored, so that migrations never import the program."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{type(item.impl_instance).__name__}()"
    if kind == "type" and isinstance(item, ChoiceType):
        return f"sa.String(length={item.length})"
    return False


def is_empty(engine: Engine) -> bool:
    """Return whether a database has no tables of ours yet."""
    with explaining(), engine.connect() as connection:
        return schema_revision(connection) is None


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    with engine.execution_options(**WRITES).connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # SQLite rebuilds a table to change it; references to it would forbid that.
            _pragma(connection, "foreign_keys=OFF")
        connection.begin()  # else Alembic would begin, and end, transactions of its own
        if not is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        try:
            yield connection
        finally:
            connection.rollback()
            if is_sqlite:
                _pragma(connection, "foreign_keys=ON")


def _run(connection: Connection, step: Callable[[Config, str], object], revision: str) -> None:
    step(configuration(connection), revision)
    if connection.dialect.name == "sqlite":
        _require_sound(connection)
    connection.commit()


def _require_sound(connection: Connection) -> None:
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise DatabaseDamaged


def _pragma(connection: Connection, setting: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA {setting}")
    cursor.close()
