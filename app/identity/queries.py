"""Reading users."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.model import AppUser
from app.identity.rules import UserState


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """A user as the list shows him."""

    user_id: int
    name: str
    roles: tuple[str, ...]
    state: UserState
    created_at: datetime
    password_at: datetime
    locked_until: datetime | None


def users(session: Session) -> list[UserRow]:
    """Return all users by name."""
    found = session.scalars(select(AppUser).order_by(AppUser.name_key))
    return [
        UserRow(
            user_id=user.id,
            name=user.name,
            roles=tuple(held.role.value for held in user.roles),
            state=user.state,
            created_at=user.created_at,
            password_at=user.password_at,
            locked_until=user.locked_until,
        )
        for user in found
    ]


def user_named(session: Session, name: str) -> UserRow | None:
    """Return a user by name, whatever the case of its letters."""
    key = name.casefold()
    return next((row for row in users(session) if row.name.casefold() == key), None)
