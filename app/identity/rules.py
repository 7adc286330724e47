"""Roles, permissions, and when an account is locked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from app.base.errors import UserError
from app.base.i18n import N_

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=10)
LONGEST_PASSWORD = 1024
LONGEST_NAME = 64


class Role(StrEnum):
    """What a user does here."""

    CLERK = "clerk"
    CHECKER = "checker"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    READER = "reader"


class UserState(StrEnum):
    """Whether a user may log in."""

    ACTIVE = "active"
    DISABLED = "disabled"


class Permission(StrEnum):
    """One thing that not everybody may do."""

    READ_BUSINESS = "read_business"
    IMPORT = "import"
    RECONCILE = "reconcile"
    MATCH = "match"
    ASSIGN = "assign"
    EXPLAIN = "explain"
    NOTE = "note"
    ADJUST = "adjust"
    CONFIRM_ARRIVAL = "confirm_arrival"
    PRINT = "print"
    APPROVE = "approve"
    CHECK_ARRIVAL = "check_arrival"
    CLOSE_DAY = "close_day"
    REOPEN_DAY = "reopen_day"
    SET_LIMITS = "set_limits"
    MASTER_DATA = "master_data"
    SET_UP = "set_up"
    UNMASK = "unmask"
    MANAGE_USERS = "manage_users"
    BACKUP = "backup"
    READ_AUDIT = "read_audit"
    VERIFY = "verify"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: frozenset(
        {
            Permission.READ_BUSINESS,
            Permission.IMPORT,
            Permission.RECONCILE,
            Permission.MATCH,
            Permission.ASSIGN,
            Permission.EXPLAIN,
            Permission.NOTE,
            Permission.ADJUST,
            Permission.CONFIRM_ARRIVAL,
            Permission.PRINT,
            Permission.VERIFY,
        }
    ),
    Role.CHECKER: frozenset(
        {
            Permission.READ_BUSINESS,
            Permission.NOTE,
            Permission.APPROVE,
            Permission.CHECK_ARRIVAL,
            Permission.PRINT,
            Permission.VERIFY,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            Permission.READ_BUSINESS,
            Permission.ASSIGN,
            Permission.NOTE,
            Permission.CLOSE_DAY,
            Permission.REOPEN_DAY,
            Permission.SET_LIMITS,
            Permission.MASTER_DATA,
            Permission.UNMASK,
            Permission.PRINT,
            Permission.VERIFY,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.MANAGE_USERS,
            Permission.SET_UP,
            Permission.BACKUP,
            Permission.VERIFY,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.READ_BUSINESS,
            Permission.READ_AUDIT,
            Permission.UNMASK,
            Permission.PRINT,
            Permission.VERIFY,
        }
    ),
    Role.READER: frozenset({Permission.READ_BUSINESS}),
}
"""What each role may do; the administrator sees no business amounts."""

LOADS_TEMPLATES = (Permission.IMPORT, Permission.MASTER_DATA, Permission.SET_UP)
"""Any one of them is enough to load organisations and channels that are not there yet."""


class RolesConflict(UserError):
    """Nobody holds both administrator and auditor."""

    template = N_("Nobody can be both administrator and auditor.")


class UnknownRole(UserError):
    """There is no such role."""

    template = N_("There is no role “{role}”. Known roles: {known}.")


class LoginRefused(UserError):
    """One sentence for every reason, so that it does not tell which names exist."""

    template = N_(
        "The user name or the password is wrong."
        " After five failures an account is locked for ten minutes."
    )


class BadUserName(UserError):
    """The name cannot be used for a user."""

    template = N_("“{name}” cannot be a user name: use up to 64 characters without spaces.")


class BadPassword(UserError):
    """The password cannot be used."""

    template = N_("A password must not be empty or longer than {longest} characters.")


class UserExists(UserError):
    """The name is taken."""

    template = N_("There is already a user “{name}”.")


class LastAdministrator(UserError):
    """Somebody must be able to manage users."""

    template = N_("“{name}” is the last active administrator and cannot be disabled.")


class LastAdministratorStays(UserError):
    """Somebody must be able to manage users."""

    template = N_("“{name}” is the last active administrator and has to stay one.")


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """Return everything that somebody with these roles may do."""
    held: set[Permission] = set()
    for role in roles:
        held |= PERMISSIONS[Role(role)]
    return frozenset(held)


def roles_of(names: Iterable[str]) -> frozenset[Role]:
    """Return the roles of these names.

    Raises:
        UnknownRole: There is no such role, or none was named.
        RolesConflict: They must not be held by one person.
    """
    known = ", ".join(Role)
    roles = set()
    for name in names:
        if name not in set(Role):
            raise UnknownRole(role=name, known=known)
        roles.add(Role(name))
    if not roles:
        raise UnknownRole(role="", known=known)
    if {Role.ADMINISTRATOR, Role.AUDITOR} <= roles:
        raise RolesConflict
    return frozenset(roles)


def require_name(name: str) -> None:
    """Return if this can be the name of a user.

    Raises:
        BadUserName: It is empty, too long, or holds spaces or control characters.
    """
    fits = 0 < len(name) <= LONGEST_NAME
    if not fits or not name.isprintable() or any(character.isspace() for character in name):
        raise BadUserName(name=name[:LONGEST_NAME])


def require_password(password: str) -> None:
    """Return if this can be a password.

    Raises:
        BadPassword: It is empty or absurdly long.
    """
    if not 0 < len(password) <= LONGEST_PASSWORD:
        raise BadPassword(longest=LONGEST_PASSWORD)
