"""What a step with many matches or suggestions would be about, said before it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.discrepancies.amounts import amounts_of
from app.discrepancies.byhand import Group, suggested
from app.discrepancies.openness import Money, unsettled
from app.discrepancies.queries import SIDES
from app.discrepancies.rules import Status
from app.matching.model import Match
from app.matching.queries import lines_of
from app.matching.rules import Side, Task
from app.records.queries import held
from app.records.rules import HeldBy

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What would be done (`ids`) and what it amounts to, and how much is left out and why.

    `ambiguous` share an entry with another one, `gone` were matched, taken apart or run again
    meanwhile, `waiting` wait for an approval or were confirmed.
    """

    ids: tuple[int, ...]
    ours_fen: int
    theirs_fen: int
    ambiguous: int = 0
    gone: int = 0
    waiting: int = 0

    @property
    def count(self) -> int:
        """How many would be done."""
        return len(self.ids)


def of_suggestions(session: Session, *, task: Task, suggestions: Collection[int]) -> Scope:
    """Return which of these suggestions can be taken all at once."""
    wanted = sorted(set(suggestions))
    groups = suggested(session, wanted)
    uses = Counter(id_ for group in groups.values() for id_ in (*group.ours, *group.theirs))
    taken = _matched(session, task, groups)
    sides = {
        Side.OURS: [id_ for group in groups.values() for id_ in group.ours],
        Side.THEIRS: [id_ for group in groups.values() for id_ in group.theirs],
    }
    facts = unsettled(session, task, sides)
    waiting = {
        id_
        for row in facts
        if row.status in (Status.SUBMITTED, Status.SUSPENDED)
        for id_ in (row.ours_id, row.theirs_id)
    }
    kept: list[int] = []
    left: Counter[str] = Counter(gone=len(wanted) - len(groups))
    for suggestion, group in groups.items():
        ids = (*group.ours, *group.theirs)
        if any(id_ in taken for id_ in ids):
            left["gone"] += 1
        elif any(uses[id_] > 1 for id_ in ids):
            left["ambiguous"] += 1
        elif any(id_ in waiting for id_ in ids):
            left["waiting"] += 1
        else:
            kept.append(suggestion)
    money = Money.of(session, task, sides, facts)
    return Scope(
        ids=tuple(kept),
        ours_fen=sum(money.ours[id_] for one in kept for id_ in groups[one].ours),
        theirs_fen=sum(money.theirs[id_] for one in kept for id_ in groups[one].theirs),
        ambiguous=left["ambiguous"],
        gone=left["gone"],
        waiting=left["waiting"],
    )


def of_matches(session: Session, *, match_ids: Collection[int]) -> Scope:
    """Return which of these matches of one task can be taken apart."""
    wanted = sorted(set(match_ids))
    groups = lines_of(session, wanted)
    lines = [line for group in groups.values() for line in group]
    if not lines:
        return Scope(ids=(), ours_fen=0, theirs_fen=0, gone=len(wanted))
    task = lines[0].task
    confirmed = _confirmed(session, task, lines)
    kept = [
        match_id
        for match_id, group in groups.items()
        if not any(line.ours_id in confirmed or line.theirs_id in confirmed for line in group)
    ]
    chosen = [line for match_id in kept for line in groups[match_id]]
    sums = [
        sum(amounts_of(session, kind, [id_ for id_ in ids if id_ is not None]).values())
        for kind, ids in zip(
            SIDES[task],
            ([line.ours_id for line in chosen], [line.theirs_id for line in chosen]),
            strict=True,
        )
    ]
    return Scope(
        ids=tuple(kept),
        ours_fen=sums[1] if task is Task.CLEARING else sums[0],
        theirs_fen=sums[1],
        gone=len(wanted) - len(groups),
        waiting=len(groups) - len(kept),
    )


def _confirmed(session: Session, task: Task, lines: Sequence[Match]) -> set[int]:
    if task is not Task.ARRIVAL:
        return set()
    ids = {id_ for line in lines for id_ in (line.ours_id, line.theirs_id) if id_ is not None}
    return held(session, ids, HeldBy.CONFIRMATION)


def _matched(session: Session, task: Task, groups: Mapping[int, Group]) -> set[int]:
    found: set[int] = set()
    for column, ids in (
        (Match.ours_id, sorted({id_ for group in groups.values() for id_ in group.ours})),
        (Match.theirs_id, sorted({id_ for group in groups.values() for id_ in group.theirs})),
    ):
        for start in range(0, len(ids), _CHUNK):
            query = select(column).where(
                Match.task == task, column.in_(ids[start : start + _CHUNK])
            )
            found |= {id_ for id_ in session.scalars(query) if id_ is not None}
    return found
