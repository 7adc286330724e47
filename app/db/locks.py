"""Letting one kind of work run alone.

SQLite has one writer at a time anyway. On PostgreSQL writers run side by side and
are kept apart by versions and constraints; long work takes a named lock as well.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import text

from app.db.workspace import Tx


def alone(tx: Tx, name: str) -> None:
    """Wait until no other transaction holds this name, and hold it to the end."""
    _lock(tx, "SELECT pg_advisory_xact_lock(:key)", name)


def together(tx: Tx, name: str) -> None:
    """Hold this name beside others that do the same, but not beside one that is alone."""
    _lock(tx, "SELECT pg_advisory_xact_lock_shared(:key)", name)


def _lock(tx: Tx, statement: str, name: str) -> None:
    if tx.connection.dialect.name == "postgresql":
        digest = hashlib.sha256(name.encode()).digest()
        key = int.from_bytes(digest[:8], "big", signed=True)
        tx.connection.execute(text(statement), {"key": key})
