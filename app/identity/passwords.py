"""Hashing passwords with Argon2id."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.identity.rules import LONGEST_PASSWORD

_hasher = PasswordHasher()

DECOY = (
    "$argon2id$v=19$m=65536,t=3,p=4$87HA/GWZZh4fepaZGkvguA"
    "$EL9BiGiA8o9n4KfmGgnMFJdiSKrqemy6LkoXyx0LLbA"
)
"""Checked in place of an unknown user's hash, so that both take the same time."""


def hashed(password: str) -> str:
    """Return what is stored of a password."""
    return _hasher.hash(_bytes(password))


def fits(stored: str | None, password: str) -> bool:
    """Return whether a password is the one that was stored; None is an unknown user."""
    try:
        _hasher.verify(stored or DECOY, _bytes(password[: LONGEST_PASSWORD + 1]))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Return whether a hash was made with other parameters than those of today."""
    return _hasher.check_needs_rehash(stored)


def _bytes(password: str) -> bytes:
    # What the system's environment holds need not be valid text.
    return password.encode("utf-8", "surrogateescape")
