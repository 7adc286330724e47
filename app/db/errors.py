"""What goes wrong with a database, said so that a person can act on it.

This is the one place where errors of the drivers become sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc
from sqlalchemy.orm.exc import StaleDataError

from app.base.errors import UserError
from app.base.i18n import N_


class DatabaseProblem(UserError):
    """The database cannot do what was asked; nothing was changed."""

    template = N_("The database reports an error. Nothing was changed.")


class DiskFull(DatabaseProblem):
    """No room is left to write."""

    template = N_("The disk is full. Nothing was changed. Free some space and try again.")


class DatabaseLocked(DatabaseProblem):
    """Another program or person is writing."""

    template = N_("Someone else is writing to the database. Nothing was changed. Try again.")


class DatabaseReadOnly(DatabaseProblem):
    """The file or the server takes no changes."""

    template = N_("The database is read-only for you. Nothing was changed. Check the permissions.")


class DatabaseDamaged(DatabaseProblem):
    """The file is damaged."""

    template = N_("The database file is damaged. Nothing was changed. Restore the last backup.")


class NotDatabase(DatabaseProblem):
    """The file is something else, is damaged, or is encrypted under another key."""

    template = N_("The file is not a database of this program, is damaged, or needs another key.")


class DiskError(DatabaseProblem):
    """The disk or the system refused to read or write."""

    template = N_("The disk could not be read or written. Nothing was changed. Check the disk.")


class CannotOpen(DatabaseProblem):
    """The database file cannot be opened."""

    template = N_("The database file cannot be opened. Check its folder and the permissions.")


class CannotConnect(DatabaseProblem):
    """The server does not answer or does not let us in."""

    template = N_("The database server cannot be reached or refuses the login ({detail}).")


class NotInitialised(DatabaseProblem):
    """The database has no tables of ours."""

    template = N_("The database is not set up yet. Run “duiping init” first.")


class OlderSchema(DatabaseProblem):
    """The database was made by an older version of the program."""

    template = N_("The database is of an older version ({found}). Run “duiping init” to update it.")


class NewerSchema(DatabaseProblem):
    """The database was made by a newer version of the program."""

    template = N_(
        "The database was made by a newer version of the program ({found}). Update the program."
    )


class NetworkShare(DatabaseProblem):
    """SQLite's locks cannot be trusted on a network share."""

    template = N_(
        "{path} is on a network share, where a database file gets damaged. Use PostgreSQL."
    )


class BadUrl(DatabaseProblem):
    """The address of the database cannot be used."""

    template = N_("“{url}” is not the address of an SQLite or PostgreSQL database.")


class ChangedMeanwhile(DatabaseProblem):
    """Somebody else changed the same thing first."""

    template = N_("Someone else changed this in the meantime. Nothing was changed. Look again.")


_SQLITE = (
    ("database or disk is full", DiskFull),
    ("database is locked", DatabaseLocked),
    ("database table is locked", DatabaseLocked),
    ("readonly database", DatabaseReadOnly),
    ("file is not a database", NotDatabase),
    ("file is encrypted", NotDatabase),
    ("malformed", DatabaseDamaged),
    ("database corruption", DatabaseDamaged),
    ("could not decode", DatabaseDamaged),
    ("unable to open database", CannotOpen),
    ("disk i/o error", DiskError),
    ("no such table", NotInitialised),
)
"""Words in SQLite's messages and what they mean, the first that fits."""

_POSTGRES = (
    ("53100", DiskFull),
    ("55P03", DatabaseLocked),
    ("40P01", DatabaseLocked),
    ("40001", DatabaseLocked),
    ("57014", DatabaseLocked),
    ("25006", DatabaseReadOnly),
    ("42501", DatabaseReadOnly),
    ("XX001", DatabaseDamaged),
    ("XX002", DatabaseDamaged),
    ("58030", DiskError),
    ("42P01", NotInitialised),
)
"""PostgreSQL's error codes and what they mean."""

_CONNECTION = ("08", "28", "3D", "53", "57P")
"""How the codes begin that come from connecting, or from a server that goes down."""


def explained(error: Exception) -> DatabaseProblem | None:
    """Return what a driver's error means for the user, or None if it is no such thing.

    Errors come wrapped by SQLAlchemy, or bare where the driver is used itself.
    """
    if isinstance(error, StaleDataError):
        return ChangedMeanwhile()
    original = error.orig if isinstance(error, exc.DBAPIError) else error
    driver = type(original).__module__.partition(".")[0]
    if driver in {"sqlcipher3", "sqlite3"}:
        return _of_sqlite(str(original).lower())
    if driver == "psycopg":
        return _of_postgresql(original)
    return None


@contextmanager
def explaining() -> Iterator[None]:
    """Turn errors of the drivers that a user can act on into user errors."""
    try:
        yield
    except Exception as error:
        problem = explained(error)
        if problem is None:
            raise
        raise problem from error


def _of_sqlite(message: str) -> DatabaseProblem | None:
    if "constraint failed" in message:
        return None
    for words, kind in _SQLITE:
        if words in message:
            return kind()
    return None


def _of_postgresql(original: BaseException | None) -> DatabaseProblem | None:
    state = getattr(original, "sqlstate", None)
    for code, kind in _POSTGRES:
        if state == code:
            return kind()
    # Without a code the server was never reached, or the connection broke.
    broken = state is None and type(original).__name__ == "OperationalError"
    if broken or (state or "").startswith(_CONNECTION):
        lines = str(original).strip().splitlines()
        return CannotConnect(detail=lines[0] if lines else "")
    return None
