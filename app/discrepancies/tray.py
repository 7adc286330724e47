"""The tray: what the entries that were chosen amount to, and whether they can be matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.base.errors import UserError
from app.catalog.queries import setting
from app.discrepancies.byhand import Group, require_free, require_sensible
from app.discrepancies.openness import Money, unsettled
from app.discrepancies.refusals import InSuspense, NothingChosen, UnderApproval, UnknownEntries
from app.discrepancies.rules import Status, Verdict
from app.discrepancies.terms import TOLERANCES
from app.matching.rules import Side, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Tray:
    """Counts and sums of both sides, the difference (ours less theirs) and what is tolerated.

    `trouble` is a sentence that says why they cannot be matched, where that is not the sums.
    """

    ours_count: int
    theirs_count: int
    ours_fen: int
    theirs_fen: int
    allowed_fen: int
    verdict: Verdict
    trouble: str = ""

    @property
    def difference_fen(self) -> int:
        """Ours less theirs."""
        return self.ours_fen - self.theirs_fen


def tray(session: Session, *, task: Task, ours: Sequence[int], theirs: Sequence[int]) -> Tray:
    """Return what these entries amount to, and what matching them would say."""
    group = Group(ours=tuple(sorted(set(ours))), theirs=tuple(sorted(set(theirs))))
    sides = {Side.OURS: group.ours, Side.THEIRS: group.theirs}
    facts = unsettled(session, task, sides)
    money = Money.of(session, task, sides, facts)
    sums = sum(money.ours.values()), sum(money.theirs.values())
    allowed = setting(session, TOLERANCES[task])
    verdict, trouble = _by_sums(sums[0] - sums[1], allowed), ""
    try:
        require_sensible([group])
        require_free(session, task, [group])
        if len(money.ours) + len(money.theirs) < len(group.ours) + len(group.theirs):
            raise UnknownEntries
        waiting = [row.id for row in facts if row.status is Status.SUBMITTED]
        if waiting:
            raise UnderApproval(id=waiting[0])
        parked = [row.id for row in facts if row.status is Status.SUSPENDED]
        if parked:
            raise InSuspense(id=parked[0])
    except NothingChosen:
        verdict = Verdict.EMPTY
    except UserError as refused:
        verdict, trouble = Verdict.REFUSED, refused.user_message()
    return Tray(
        ours_count=len(group.ours),
        theirs_count=len(group.theirs),
        ours_fen=sums[0],
        theirs_fen=sums[1],
        allowed_fen=allowed,
        verdict=verdict,
        trouble=trouble,
    )


def _by_sums(difference: int, allowed: int) -> Verdict:
    if not difference:
        return Verdict.EQUAL
    return Verdict.TOLERATED if abs(difference) <= allowed else Verdict.UNEQUAL
