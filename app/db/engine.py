"""Opening a database."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

from app.db.errors import BadUrl, CannotOpen, DatabaseDamaged, NetworkShare, explaining
from app.db.places import on_network_share

WRITES = {"writes": True}
"""Execution option of connections that will write."""

_SAFE_WAL = (3, 51, 3)
"""Older SQLite can damage a database in WAL mode when two connections write."""

_PRAGMAS = (
    "foreign_keys=ON",
    "busy_timeout=5000",
    "recursive_triggers=ON",  # so that REPLACE cannot slip past the audit triggers
    "trusted_schema=OFF",
    "cell_size_check=ON",
)

_WAL = ("journal_mode=WAL", "synchronous=FULL")
_ROLLBACK_JOURNAL = ("journal_mode=TRUNCATE", "synchronous=EXTRA")


def open_engine(url: str | URL, *, key: str | None = None) -> Engine:
    """Open SQLite with safe settings, or PostgreSQL; nothing is read yet.

    Raises:
        BadUrl: It is neither.
        NetworkShare: The file stands on a network share.
    """
    address = _parsed(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address, key)
    if address.get_backend_name() == "postgresql":
        return create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    raise BadUrl(url=address.render_as_string())


def sqlite_module() -> ModuleType:
    """Return the one SQLite driver of this process."""
    # Two copies of SQLite in one process break each other's file locks, so the
    # stock module is only loaded where the other one is not installed.
    try:
        return importlib.import_module("sqlcipher3.dbapi2")
    except ImportError:
        return importlib.import_module("sqlite3.dbapi2")


def run_outside_transaction(engine: Engine, statement: str, *values: object) -> None:
    """Run a statement that SQLite takes only outside a transaction, such as VACUUM.

    Raises:
        DatabaseProblem: It failed for a reason that the user can act on.
    """
    with explaining(), engine.connect() as connection:
        cursor = connection.connection.cursor()
        try:
            cursor.execute(statement, values)
        finally:
            cursor.close()


def sqlite_path(engine: Engine) -> Path | None:
    """Return the file of an SQLite database, or None where there is none."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    return Path(name)


def has_file(engine: Engine) -> bool:
    """Return whether the database is there; one without a file always is.

    Connecting to a missing SQLite file would make an empty one.

    Raises:
        CannotOpen: Nobody lets us look.
    """
    path = sqlite_path(engine)
    try:
        return path is None or path.exists()
    except OSError:
        raise CannotOpen from None


def journal_pragmas(version: tuple[int, ...]) -> tuple[str, str]:
    """Return the settings that lose nothing on power failure with this SQLite."""
    return _WAL if version >= _SAFE_WAL else _ROLLBACK_JOURNAL


def _parsed(url: str | URL) -> URL:
    try:
        return make_url(url)
    except exc.ArgumentError:
        raise BadUrl(url=str(url)) from None


def _sqlite(address: URL, key: str | None) -> Engine:
    if address.database and on_network_share(address.database):
        raise NetworkShare(path=address.database)
    module = sqlite_module()
    engine = create_engine(address.set(drivername="sqlite"), module=module)
    pragmas = (*_PRAGMAS, *journal_pragmas(module.sqlite_version_info))

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _record: object) -> None:
        connection.isolation_level = None  # we send BEGIN ourselves
        cursor = connection.cursor()
        if key is not None:
            quoted = key.replace("'", "''")
            cursor.execute(f"PRAGMA key='{quoted}'")
        try:
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
        except UnicodeDecodeError:
            # The driver fails on SQLite's own words when they quote a damaged schema.
            raise DatabaseDamaged from None
        cursor.close()

    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # A write that starts as a read cannot be upgraded while another write runs:
    # SQLite answers "database is locked" at once, whatever busy_timeout says.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
