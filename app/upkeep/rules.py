"""What setting up, saving and checking a database answers."""

from __future__ import annotations

from dataclasses import dataclass

from app.base.errors import UserError
from app.base.i18n import N_, _

DEMO_ROLES = ("clerk", "checker", "supervisor", "auditor")
"""Each is the name and the role of a user of a demonstration."""

DEMONSTRATION = "demonstration"
"""The fact that marks a database as a demonstration."""


_PROBLEMS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """Whether a check passed, and what it saw."""

    ok: bool
    detail: str = ""


def nothing_but(problems: list[str], detail: str = "") -> CheckResult:
    """Return the result of a check that found these problems, or none: then its detail."""
    if not problems:
        return CheckResult(ok=True, detail=detail)
    shown = "; ".join(problems[:_PROBLEMS_SHOWN])
    more = len(problems) - _PROBLEMS_SHOWN
    if more > 0:
        shown += _(" and {count} more").format(count=more)
    return CheckResult(ok=False, detail=shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A check by name with its result."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The results of all checks."""

    ok: bool
    checks: tuple[Checked, ...]


class AdministratorNeeded(UserError):
    """A new database needs somebody who manages its users."""

    template = N_("The database needs an administrator: give a user name and a password.")


class NoDemonstration(UserError):
    """Users with a known password are never added to a real database."""

    template = N_("This database is in real use: no demonstration users are added to it.")


class ForeignDatabase(UserError):
    """The database belongs to another program."""

    template = N_("The database holds tables of another program. Choose another file or database.")


class BackupFailed(UserError):
    """The copy is not what it should be."""

    template = N_("The backup could not be verified ({detail}). Nothing was changed.")


class BackupMissing(UserError):
    """There is no such file."""

    template = N_("There is no backup file “{file}”.")


class SameFile(UserError):
    """A backup would overwrite the database."""

    template = N_("“{file}” is the database itself. Choose another file.")


class DatabaseInUse(UserError):
    """Somebody has the database open."""

    template = N_("The database is in use. Close all windows of the program and try again.")


class ProgramMissing(UserError):
    """A program of PostgreSQL is not installed here."""

    template = N_(
        "“{program}” is needed and was not found. Install PostgreSQL's client programs"
        " of the server's version."
    )


class ProgramFailed(UserError):
    """A program of PostgreSQL reported an error."""

    template = N_("“{program}” failed ({detail}).")
