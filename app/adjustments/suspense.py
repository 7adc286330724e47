"""Money in suspense (挂账): what waits, with whom, for how long, and who looks after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adjustments.ledger import Suspense, suspense
from app.adjustments.model import SuspenseItem
from app.adjustments.queries import ItemView, items
from app.adjustments.refusals import UnknownItem
from app.adjustments.rules import SuspenseState
from app.audit import service as audit
from app.audit.rules import Verb
from app.base.errors import UserError
from app.base.i18n import N_
from app.db.workspace import Tx
from app.discrepancies.cases import case_assignees
from app.discrepancies.refusals import UnknownAssignee
from app.identity.rules import Permission
from app.identity.service import require

OBJECT = "suspense_item"


class ItemClosed(UserError):
    """What is cleared up needs nobody who looks after it."""

    template = N_("Item {id} is no longer in suspense.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspenseBoard:
    """Items in suspense and, by payee and side, the ledger's balance beside what they add up to."""

    items: tuple[ItemView, ...]
    sums: tuple[Suspense, ...]

    @property
    def differing(self) -> tuple[Suspense, ...]:
        """Where the ledger and the open items do not agree."""
        return tuple(one for one in self.sums if one.balance_fen != one.items_fen)


def suspense_board(session: Session, *, payee: str = "", only_open: bool = True) -> SuspenseBoard:
    """Return what is in suspense, the oldest first, and whether the ledger says the same."""
    states = (SuspenseState.OPEN,) if only_open else ()
    sums = [one for one in suspense(session) if payee in ("", one.payee)]
    return SuspenseBoard(
        items=tuple(items(session, states=states, payee=payee)),
        sums=tuple(one for one in sums if one.balance_fen or one.items_fen),
    )


def set_owner(tx: Tx, *, item_ids: Sequence[int], owner: str) -> int:
    """Let somebody look after items in suspense; return of how many the owner changed.

    Raises:
        UnknownAssignee: There is no active user of this name who works on discrepancies.
        UnknownItem: There is no such item.
        ItemClosed: One of them is cleared up.
    """
    require(tx.actor, Permission.ASSIGN)
    known = case_assignees(tx.session)
    if owner not in known:
        raise UnknownAssignee(name=owner)
    changed = 0
    for id_ in sorted(set(item_ids)):
        row = tx.session.scalars(
            select(SuspenseItem)
            .where(SuspenseItem.id == id_)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
        if row is None:
            raise UnknownItem(id=id_)
        if row.state is not SuspenseState.OPEN:
            raise ItemClosed(id=id_)
        if row.owner != owner:
            before, row.owner = row.owner, owner
            changed += 1
            audit.record(
                tx,
                Verb.ASSIGNED,
                OBJECT,
                str(id_),
                before={"owner": before},
                after={"owner": owner},
            )
    return changed
