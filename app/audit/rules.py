"""What an audit record says, and how records are chained."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

FIRST_HASH = "0" * 64
"""What stands in place of the previous hash in the first record."""


class Verb(StrEnum):
    """What was done."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    IMPORTED = "imported"
    REJECTED = "rejected"
    DISMISSED = "dismissed"
    REPLACED = "replaced"
    UNDONE = "undone"
    RECONCILED = "reconciled"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    NOTED = "noted"
    ATTACHED = "attached"
    DETACHED = "detached"
    EXPLAINED = "explained"
    REOPENED = "reopened"
    CLOSED = "closed"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"
    POSTED = "posted"
    WAIVED = "waived"
    ANCHORED = "anchored"
    CONFIRMED = "confirmed"
    CHECKED = "checked"
    UNCONFIRMED = "unconfirmed"
    PRINTED = "printed"
    VOIDED = "voided"
    UNMASKED = "unmasked"
    LOGIN_FAILED = "login_failed"
    LOCKED = "locked"
    INITIALISED = "initialised"
    MIGRATED = "migrated"
    BACKED_UP = "backed_up"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLink:
    """One record of the log, as it is hashed."""

    sequence: int
    at: int
    actor: str
    roles: str
    machine: str
    command: str
    verb: str
    object_type: str
    object_key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainResult:
    """What came out of checking the chain."""

    ok: bool
    count: int
    first_bad: int | None = None
    reason: str = ""


def canonical(value: object) -> str:
    """Return a value as JSON that is always written the same way; nothing is "".

    Days and moments become ISO 8601; sets are sorted.

    Raises:
        TypeError: It holds something that has no exact JSON form.
    """
    if value is None:
        return ""
    text = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return storable(text)


def storable(text: str) -> str:
    r"""Return a text in which what no database takes is written as in JSON: `\udc80`.

    Names of files need not be valid text.
    """
    return text.replace("\x00", "\\u0000").encode("utf-8", "backslashreplace").decode("utf-8")


def link_hash(link: AuditLink, previous: str) -> str:
    """Return the SHA-256 of a record together with the hash of the one before it."""
    fields = [
        link.sequence,
        link.at,
        link.actor,
        link.roles,
        link.machine,
        link.command,
        link.verb,
        link.object_type,
        link.object_key,
        link.before,
        link.after,
        previous,
    ]
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | str():
            return value
        case datetime() | date():
            return value.isoformat()
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case set() | frozenset():
            return sorted(_list(value), key=str)
        case list() | tuple():
            return _list(value)
        case _:
            pass
    raise TypeError(f"{type(value).__name__} has no exact form in the audit log")


def _list(values: Iterable[object]) -> list[object]:
    return [_plain(item) for item in values]
