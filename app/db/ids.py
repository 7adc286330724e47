"""The ids of very many rows, quickly."""

from __future__ import annotations

from array import array
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session


def ids_of(session: Session, query: Select[*tuple[Any, ...]]) -> array[int]:
    """Run a query whose first column is a whole number and return that column."""
    # The driver's own tuples: making a row object of each costs twice as much as the query.
    result = session.connection().execute(query)
    cursor = result.cursor
    assert cursor is not None
    found = array("q", [row[0] for row in cursor.fetchall()])
    result.close()
    return found
