"""Reading matches."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.matching.model import Match

_CHUNK = 500


def of_run(run_id: int, first: int, last: int) -> ColumnElement[bool]:
    """Return the condition for the lines of a run's matches, of which it has a range of ids."""
    return and_(Match.id.between(first, last), Match.run_id == run_id)


def figures_of(totals: str) -> dict[str, int]:
    """Return the figures of a run, with what people had matched of its day."""
    stored = json.loads(totals)
    by_hand = stored.get("by_hand", {})
    return {name: value + by_hand.get(name, 0) for name, value in stored["totals"].items()}


def lines_of(session: Session, match_ids: Iterable[int]) -> dict[int, list[Match]]:
    """Return the lines of matches, in order; one that does not exist is left out."""
    found: dict[int, list[Match]] = {}
    wanted = {match_id: match_id for match_id in match_ids}
    # The lines of a match follow each other: ask for the next ones of those that go on.
    while wanted:
        ids = sorted(wanted.values())
        rows = {
            row.id: row
            for start in range(0, len(ids), _CHUNK)
            for row in session.scalars(
                select(Match).where(Match.id.in_(ids[start : start + _CHUNK]))
            )
        }
        further = {}
        for match_id, id_ in wanted.items():
            row = rows.get(id_)
            if row is not None and row.match_id == match_id:
                found.setdefault(match_id, []).append(row)
                further[match_id] = id_ + 1
        wanted = further
    return found
