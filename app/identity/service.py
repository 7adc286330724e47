"""Logging in, and managing users."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.audit.stale import refuse_stale
from app.base.errors import NotAllowed, NotFound
from app.base.i18n import N_, _
from app.db.workspace import Actor, Tx, Workspace
from app.identity.model import AppUser, UserRole
from app.identity.passwords import fits, hashed
from app.identity.rules import (
    FAILURES_ALLOWED,
    LOCKED_FOR,
    LastAdministrator,
    LastAdministratorStays,
    LoginRefused,
    Permission,
    Role,
    UserExists,
    UserState,
    permissions_of,
    require_name,
    require_password,
    roles_of,
)

_USER = N_("user")


def system_actor(machine: str | None = None) -> Actor:
    """Return the actor of what the program does by itself, such as setting up."""
    roles = frozenset({Role.ADMINISTRATOR.value})
    return Actor(user_id=0, name="system", roles=roles, machine=machine or platform.node())


def may(actor: Actor, permission: Permission) -> bool:
    """Return whether the actor has the permission."""
    return permission in permissions_of(actor.roles)


def require(actor: Actor, permission: Permission) -> None:
    """Return if the actor has the permission.

    Raises:
        NotAllowed: He has not.
    """
    if not may(actor, permission):
        raise NotAllowed(name=actor.name, permission=permission)


def require_any(actor: Actor, permissions: Iterable[Permission]) -> None:
    """Return if the actor has one of the permissions.

    Raises:
        NotAllowed: He has none of them; the first one is named.
    """
    wanted = tuple(permissions)
    if not any(may(actor, one) for one in wanted):
        raise NotAllowed(name=actor.name, permission=wanted[0])


def login(workspace: Workspace, name: str, password: str, *, machine: str | None = None) -> Actor:
    """Check a user's password and return him as an actor.

    A failure is counted and recorded although the login is refused.

    Raises:
        LoginRefused: Name or password are wrong, or the account is locked or disabled.
    """
    stored = workspace.read(_stored_hash, name)
    # The hash is checked for unknown users too: the time must not tell who exists.
    right = fits(stored, password)
    here = machine or platform.node()
    actor = workspace.read(_admitted, name, here) if right else None
    if actor is None:
        unknown = Actor(user_id=0, name="-", roles=frozenset(), machine=here)
        actor = workspace.write(unknown, _attempted, name=name, stored=stored, right=right).value
    if actor is None:
        raise LoginRefused
    return replace(actor, proved_at=datetime.now(UTC))


def add_user(tx: Tx, *, name: str, password: str, roles: Iterable[str]) -> int:
    """Add a user and return his id.

    Raises:
        NotAllowed: The actor is no administrator.
        UserExists: The name is taken.
        RolesConflict: The roles must not be held by one person.
    """
    require(tx.actor, Permission.MANAGE_USERS)
    require_name(name)
    require_password(password)
    held = roles_of(roles)
    if _find(tx.session, name) is not None:
        raise UserExists(name=name)
    user = AppUser(
        name=name,
        name_key=name.casefold(),
        password_hash=hashed(password),
        state=UserState.ACTIVE,
        failures=0,
        created_at=tx.at,
        password_at=tx.at,
        roles=[UserRole(role=role) for role in sorted(held)],
    )
    tx.session.add(user)
    tx.session.flush()
    audit.record(tx, Verb.CREATED, "user", name, after={"roles": sorted(held)})
    return user.id


def set_roles(
    tx: Tx, *, name: str, roles: Iterable[str], seen: Iterable[str] | None = None
) -> None:
    """Give a user other roles; `seen` are those that were shown.

    Raises:
        NotAllowed: The actor is no administrator.
        UnknownRole: There is no such role, or none was named.
        RolesConflict: The roles must not be held by one person.
        LastAdministratorStays: Nobody would be left to manage users.
        ChangedByOther: He was changed since he was shown.
    """
    require(tx.actor, Permission.MANAGE_USERS)
    wanted = roles_of(roles)
    user = _required(tx.session, name)
    held = {one.role for one in user.roles}
    if seen is not None and set(seen) != held:
        refuse_stale(tx.session, "user", user.name, user.name)
    if Role.ADMINISTRATOR not in wanted and _is_last_administrator(tx.session, user):
        raise LastAdministratorStays(name=user.name)
    # First away, then new: the database lets nobody be administrator and auditor for a moment.
    user.roles = [one for one in user.roles if one.role in wanted]
    tx.session.flush()
    user.roles += [UserRole(role=role) for role in sorted(wanted - held)]
    audit.record(
        tx,
        Verb.CHANGED,
        "user",
        user.name,
        before={"roles": sorted(held)},
        after={"roles": sorted(wanted)},
    )


def disable_user(tx: Tx, *, name: str) -> None:
    """Take a user's access away; what he did stays under his name.

    Raises:
        NotAllowed: The actor is no administrator.
        LastAdministrator: Nobody would be left to manage users.
    """
    require(tx.actor, Permission.MANAGE_USERS)
    user = _required(tx.session, name)
    if _is_last_administrator(tx.session, user):
        raise LastAdministrator(name=user.name)
    _set_state(tx, user, UserState.DISABLED)


def enable_user(tx: Tx, *, name: str) -> None:
    """Give a user access again and forget his failures.

    Raises:
        NotAllowed: The actor is no administrator.
    """
    require(tx.actor, Permission.MANAGE_USERS)
    user = _required(tx.session, name)
    _forget_failures(user)
    _set_state(tx, user, UserState.ACTIVE)


def set_password(tx: Tx, *, name: str, password: str) -> None:
    """Give a user a new password: an administrator anybody's, everybody his own.

    Raises:
        NotAllowed: It is somebody else's and the actor is no administrator.
    """
    if name.casefold() != tx.actor.name.casefold():
        require(tx.actor, Permission.MANAGE_USERS)
    require_password(password)
    user = _required(tx.session, name)
    user.password_hash = hashed(password)
    user.password_at = tx.at
    _forget_failures(user)
    audit.record(tx, Verb.CHANGED, "user", user.name, after={"password": "changed"})


def _stored_hash(session: Session, name: str) -> str | None:
    user = _find(session, name)
    return None if user is None else user.password_hash


def _admitted(session: Session, name: str, machine: str) -> Actor | None:
    # Most logins find nothing to write, so they need not wait for a long import.
    user = _find(session, name)
    if user is None or user.state is not UserState.ACTIVE or user.failures:
        return None
    return _actor(user, machine)


def _attempted(tx: Tx, *, name: str, stored: str | None, right: bool) -> Actor | None:
    user = _find(tx.session, name, lock=True)
    if user is None:
        # What was typed as a name may be a password: it is not written down.
        audit.record(tx, Verb.LOGIN_FAILED, "user", "-")
        return None
    if user.locked_until is not None and tx.at >= user.locked_until:
        _forget_failures(user)
    shut = user.state is not UserState.ACTIVE or user.locked_until is not None
    if right and not shut and stored == user.password_hash:
        _forget_failures(user)
        return _actor(user, tx.actor.machine)
    audit.record(tx, Verb.LOGIN_FAILED, "user", user.name)
    if not shut:
        _count_failure(tx, user)
    return None


def _count_failure(tx: Tx, user: AppUser) -> None:
    user.failures += 1
    if user.failures >= FAILURES_ALLOWED:
        user.locked_until = tx.at + LOCKED_FOR
        audit.record(tx, Verb.LOCKED, "user", user.name, after={"until": user.locked_until})


def _forget_failures(user: AppUser) -> None:
    user.failures = 0
    user.locked_until = None


def _set_state(tx: Tx, user: AppUser, state: UserState) -> None:
    before, user.state = user.state, state
    audit.record(
        tx, Verb.CHANGED, "user", user.name, before={"state": before}, after={"state": state}
    )


def _is_last_administrator(session: Session, user: AppUser) -> bool:
    query = (
        select(AppUser.id)
        .join(UserRole)
        .where(UserRole.role == Role.ADMINISTRATOR, AppUser.state == UserState.ACTIVE)
        .with_for_update()
    )
    return list(session.scalars(query)) == [user.id]


def _required(session: Session, name: str) -> AppUser:
    user = _find(session, name, lock=True)
    if user is None:
        raise NotFound(what=_(_USER), key=name)
    return user


def _find(session: Session, name: str, *, lock: bool = False) -> AppUser | None:
    if not name.isprintable():
        return None  # no user has such a name, and no database takes every character
    query = select(AppUser).where(AppUser.name_key == name.casefold())
    if lock:
        query = query.with_for_update()
    return session.scalars(query).one_or_none()


def _actor(user: AppUser, machine: str) -> Actor:
    roles = frozenset(held.role.value for held in user.roles)
    return Actor(user_id=user.id, name=user.name, roles=roles, machine=machine)
