"""What people matched of a business day, beside what its runs matched."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.discrepancies.amounts import amounts_of
from app.discrepancies.queries import SIDES
from app.matching.model import HandMatch, Match
from app.matching.result import Totals
from app.matching.rules import Task


def hand_sums(session: Session, task: Task, day: int) -> dict[str, Totals]:
    """Return counts and sums of the matches by hand for a business day, by channel.

    In clearing ours is what came and the residue, for what was recomputed is stored nowhere.
    """
    rows = session.execute(
        select(HandMatch.scope, HandMatch.residue_fen, Match.id, Match.match_id)
        .add_columns(Match.ours_id, Match.theirs_id)
        .join(Match, Match.match_id == HandMatch.match_id)
        .where(HandMatch.task == task, HandMatch.business_on == day, Match.run_id.is_(None))
    ).all()
    ours = amounts_of(session, SIDES[task][0], [row.ours_id for row in rows if row.ours_id])
    theirs = amounts_of(session, SIDES[task][1], [row.theirs_id for row in rows if row.theirs_id])
    found: dict[str, Totals] = defaultdict(Totals)
    for row in rows:
        mine, other = ours.get(row.ours_id or 0, 0), theirs.get(row.theirs_id or 0, 0)
        if task is Task.CLEARING:
            mine = other + (row.residue_fen if row.id == row.match_id else 0)
        line = Totals(
            ours=int(row.ours_id is not None),
            theirs=int(row.theirs_id is not None),
            matched_ours=int(row.ours_id is not None),
            matched_theirs=int(row.theirs_id is not None),
            ours_fen=mine,
            theirs_fen=other,
            matched_fen=mine,
            matched_theirs_fen=other,
        )
        found[row.scope] = found[row.scope].plus(line)
    return dict(found)
