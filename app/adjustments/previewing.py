"""What the window shows while somebody drafts: what may be done, and the voucher as it would be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adjustments.attachments import attachments
from app.adjustments.drafting import Draft, Plan, plan, require_whole
from app.adjustments.model import Adjustment
from app.adjustments.queries import LineView, ReasonView, named_lines, reasons
from app.adjustments.refusals import UnknownAdjustment
from app.adjustments.rules import (
    SUSPENSE_TEMPLATES,
    TEMPLATES,
    AdjustmentKind,
    Effect,
    SuspenseSide,
    fitting,
)
from app.adjustments.seeing import draft_of
from app.adjustments.subjects import Parked, Subject, parked, subjects
from app.base.attaching import AttachmentView
from app.base.dates import day_of
from app.base.errors import UserError
from app.catalog.queries import organisations
from app.matching.rules import Kind, Task

PARKING = tuple(dict.fromkeys(one.kind for one in TEMPLATES if one.effect is Effect.SUSPEND))
"""Kinds that put money in suspense (挂账)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A discrepancy or an item in suspense that an adjustment is to be about.

    `differs` says what it is; `task` is None for an item. `left_fen` is what no other adjustment
    takes up, never negative.
    """

    id: int
    task: Task | None
    differs: Kind | SuspenseSide
    key: str
    day: date
    payee: str
    channel: str
    account_no: str
    difference_fen: int
    left_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """What may be done about all of some things: the kinds that fit each, the proposed one first.

    `trouble` says why nothing may be done, "" where something may.
    """

    about: tuple[About, ...]
    kinds: tuple[AdjustmentKind, ...]
    trouble: str = ""

    @property
    def left_fen(self) -> int:
        """What is left of all of them."""
        return sum(one.left_fen for one in self.about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A draft as it would become.

    `trouble` says why it could not even be kept, `missing` what it lacks to be submitted; both are
    "" where nothing stands against it.
    """

    plan: Plan | None
    lines: tuple[LineView, ...]
    trouble: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """All that somebody needs who begins to draft; `draft` is what was drafted before, if it was.

    `payees` are the codes and names of those in whose book it can stand.
    """

    possible: Possible
    reasons: tuple[ReasonView, ...]
    payees: tuple[tuple[str, str], ...]
    number: str = ""
    own: int = 0
    draft: Draft | None = None
    attached: tuple[AttachmentView, ...] = ()


def beginning(
    session: Session, *, discrepancy_ids: Sequence[int] = (), item_ids: Sequence[int] = ()
) -> Beginning:
    """Return what is needed to draft an adjustment of discrepancies or of items in suspense."""
    return Beginning(
        possible=possible(session, discrepancy_ids=discrepancy_ids, item_ids=item_ids),
        reasons=tuple(reasons(session)),
        payees=_payees(session),
    )


def beginning_again(session: Session, number: str) -> Beginning:
    """Return what is needed to write an adjustment anew.

    Raises:
        UnknownAdjustment: There is no such adjustment.
    """
    row = session.scalars(select(Adjustment).where(Adjustment.number == number)).one_or_none()
    if row is None:
        raise UnknownAdjustment(number=number)
    draft = draft_of(session, row)
    return Beginning(
        possible=possible(
            session, discrepancy_ids=draft.discrepancy_ids, item_ids=draft.item_ids, own=row.id
        ),
        reasons=tuple(reasons(session)),
        payees=_payees(session),
        number=number,
        own=row.id,
        draft=draft,
        attached=tuple(attachments(session, number)),
    )


def possible(
    session: Session,
    *,
    discrepancy_ids: Sequence[int] = (),
    item_ids: Sequence[int] = (),
    own: int = 0,
) -> Possible:
    """Return what may be done about discrepancies or items; `own` is an adjustment of them."""
    try:
        if item_ids:
            found = parked(session, item_ids, own=own)
            return Possible(about=tuple(_item(one) for one in found), kinds=_for_items(found))
        cases = subjects(session, discrepancy_ids, own=own)
    except UserError as refused:
        return Possible(about=(), kinds=(), trouble=refused.user_message())
    return Possible(about=tuple(_case(one) for one in cases), kinds=_for_cases(cases))


def preview(session: Session, draft: Draft, *, own: int = 0) -> Preview:
    """Return what a draft would become; `own` is the adjustment that was made of it already."""
    try:
        made = plan(session, draft=draft, own=own)
    except UserError as refused:
        return Preview(plan=None, lines=(), trouble=refused.user_message())
    try:
        require_whole(session, draft=draft, made=made)
    except UserError as refused:
        missing = refused.user_message()
    else:
        missing = ""
    return Preview(plan=made, lines=named_lines(session, made.lines), missing=missing)


def _payees(session: Session) -> tuple[tuple[str, str], ...]:
    return tuple((one.code, one.name) for one in organisations(session))


def _for_cases(found: Sequence[Subject]) -> tuple[AdjustmentKind, ...]:
    rows = (one.row for one in found)
    return _common(fitting(row.task, row.kind, row.difference_fen) for row in rows)


def _for_items(found: Sequence[Parked]) -> tuple[AdjustmentKind, ...]:
    return _common(
        tuple(dict.fromkeys(one.kind for one in SUSPENSE_TEMPLATES if one.side is parked_.row.side))
        for parked_ in found
    )


def _common(each: Iterable[tuple[AdjustmentKind, ...]]) -> tuple[AdjustmentKind, ...]:
    lists = list(each)
    if not lists:
        return ()
    return tuple(kind for kind in lists[0] if all(kind in other for other in lists))


def _case(one: Subject) -> About:
    row = one.row
    return About(
        id=row.id,
        task=row.task,
        differs=row.kind,
        key=row.ours_key or row.theirs_key,
        day=day_of(row.business_on),
        payee=one.payee,
        channel=one.channel,
        account_no=one.account_no,
        difference_fen=row.difference_fen,
        left_fen=max(one.left_fen, 0),
    )


def _item(one: Parked) -> About:
    row = one.row
    return About(
        id=row.id,
        task=None,
        differs=row.side,
        key=str(row.id),
        day=row.opened_on,
        payee=row.payee,
        channel=row.channel,
        account_no=row.account_no,
        difference_fen=row.amount_fen,
        left_fen=max(one.left_fen, 0),
    )
