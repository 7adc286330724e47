"""Follow-me: which open entries of the other side may belong to one that is selected."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.base.dates import day_of
from app.discrepancies.queries import SIDES
from app.discrepancies.rows import Entry, read_entries
from app.discrepancies.rules import Hint
from app.discrepancies.searching import WEIGHTS, Hit, marks_of, ranked
from app.matching.rules import Side, Task

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An open entry, what speaks for it, and how far it is away.

    `difference_fen` is the candidate less the entry that was selected.
    """

    entry: Entry
    hints: tuple[Hint, ...]
    difference_fen: int
    days_apart: int


def candidates(
    session: Session, *, task: Task, side: Side, entry_id: int, days: int = 3, most: int = MOST
) -> list[Candidate]:
    """Return the open entries of the other side that may settle an entry, the best first."""
    marks = marks_of(session, task, side, [entry_id])
    if not marks.amounts:
        return []
    other = Side.THEIRS if side is Side.OURS else Side.OURS
    hits = ranked(session, task, other, marks, days=days, most=most)
    known = read_entries(session, SIDES[task][other is Side.THEIRS], [hit.id for hit in hits])
    fen = next(iter(marks.amounts))
    day = next(iter(marks.days), 0)
    found = [
        Candidate(
            entry=replace(known[hit.id], fen=hit.fen),
            hints=tuple(sorted(hit.hints, key=lambda hint: -WEIGHTS[hint])),
            difference_fen=hit.fen - fen,
            days_apart=_days_apart(hit, day),
        )
        for hit in hits
        if hit.id in known
    ]
    return sorted(found, key=_rank)


def _days_apart(hit: Hit, day: int) -> int:
    return (day_of(hit.day) - day_of(day)).days if hit.day and day else 0


def _rank(one: Candidate) -> tuple[int, int, int, int]:
    score = sum(WEIGHTS[hint] for hint in one.hints)
    return (-score, abs(one.difference_fen), abs(one.days_apart), one.entry.id)
