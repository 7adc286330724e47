"""What an approved adjustment makes of its discrepancies and of suspense, and taking that back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import delete, func, insert, select, update

from app.adjustments.drafting import Plan
from app.adjustments.model import Adjustment, AdjustmentCase, SuspenseItem, SuspenseMove
from app.adjustments.posting import Posted
from app.adjustments.refusals import BuiltOn, ItemMoved
from app.adjustments.rules import (
    TEMPLATES,
    AdjustmentKind,
    AdjustmentStatus,
    Effect,
    SuspenseSide,
    SuspenseState,
)
from app.base.dates import day_number
from app.catalog.rules import Purpose
from app.db.workspace import Tx
from app.discrepancies.model import Discrepancy, DiscrepancyLeg, DiscrepancyNote
from app.discrepancies.rules import Resolution, Status
from app.discrepancies.rules import require_step as require_case_step
from app.records.model import HeldEntry
from app.records.queries import held
from app.records.rules import HeldBy


def take_up(tx: Tx, row: Adjustment, cases: Iterable[Discrepancy]) -> None:
    """Let discrepancies wait for approval of an adjustment."""
    for case in cases:
        if case.status is not Status.SUBMITTED:
            require_case_step(case.status, Status.SUBMITTED)
            case.status, case.version = Status.SUBMITTED, case.version + 1
        note(tx, case.id, row)


def let_go(tx: Tx, cases: Iterable[Discrepancy]) -> None:
    """Give discrepancies back to whom they were assigned; what else is approved of them stays."""
    for case in cases:
        if case.status is Status.SUBMITTED:
            _settle(tx, case, case.business_on)


def apply(tx: Tx, row: Adjustment, made: Plan, posted: Posted | None) -> None:
    """Settle, carry or park what an approved adjustment is about."""
    cases = cases_of(tx, row)
    if made.effect is Effect.SUSPEND:
        assert posted is not None
        _park(tx, row, cases, posted)
    for case in cases:
        _settle(tx, case, day_number(row.business_on), row.number)
    if made.effect is not Effect.CARRY:
        _hold(tx, cases)
    _move(tx, row, 1)


def undo(tx: Tx, row: Adjustment) -> None:
    """Take back what an adjustment made of its discrepancies and of suspense.

    Raises:
        BuiltOn: A confirmed arrival rests on it.
        ItemMoved: Something that it parked was taken out of suspense.
    """
    cases = cases_of(tx, row)
    if held(tx.session, _entries(tx, cases), HeldBy.CONFIRMATION):
        raise BuiltOn(number=row.number)
    _unpark(tx, row)
    _move(tx, row, -1)
    drop(tx, row)
    for case in cases:
        if case.resolution is Resolution.ADJUSTED:
            _settle(tx, case, case.business_on)
    _release(tx, cases)


def drop(tx: Tx, row: Adjustment) -> None:
    """Let others take up what an adjustment took up."""
    quietly = {"synchronize_session": False}
    for table in (AdjustmentCase, SuspenseMove):
        tx.session.execute(
            update(table).where(table.adjustment_id == row.id).values(live=False),
            execution_options=quietly,
        )
    tx.touch("adjustment_case")


def revive(tx: Tx, row: Adjustment) -> None:
    """Take up again what an adjustment took up before it was returned."""
    quietly = {"synchronize_session": False}
    for table in (AdjustmentCase, SuspenseMove):
        tx.session.execute(
            update(table).where(table.adjustment_id == row.id).values(live=True),
            execution_options=quietly,
        )


def cases_of(tx: Tx, row: Adjustment) -> list[Discrepancy]:
    """Lock and return the discrepancies of an adjustment."""
    query = (
        select(Discrepancy)
        .join(AdjustmentCase, AdjustmentCase.discrepancy_id == Discrepancy.id)
        .where(AdjustmentCase.adjustment_id == row.id)
        .order_by(Discrepancy.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(tx.session.scalars(query))


def _settle(tx: Tx, case: Discrepancy, day: int, number: str = "") -> None:
    """Say where a discrepancy stands, from all adjustments of it that are live."""
    tx.session.flush()
    query = (
        select(Adjustment.kind, Adjustment.status, AdjustmentCase.share_fen)
        .join(AdjustmentCase, AdjustmentCase.adjustment_id == Adjustment.id)
        .where(AdjustmentCase.discrepancy_id == case.id, AdjustmentCase.live)
    )
    live = tx.session.execute(query).all()
    approved = [one for one in live if one.status is AdjustmentStatus.APPROVED]
    covered = sum(one.share_fen for one in approved)
    status = _standing(case, {one.kind for one in approved}, covered)
    if status is Status.RESOLVED and _is_parked(tx, case):
        status = Status.SUSPENDED
    if status is None and any(one.status is AdjustmentStatus.SUBMITTED for one in live):
        status = Status.SUBMITTED
    if status in (None, Status.SUBMITTED):
        case.resolution, case.reason = Resolution.NONE, ""
    else:
        case.resolution, case.reason = Resolution.ADJUSTED, number or case.reason
    case.resolved_on = day if status is Status.RESOLVED else None
    case.status = status or (Status.ASSIGNED if case.assignee else Status.OPEN)
    case.version += 1
    tx.session.flush()


def _is_parked(tx: Tx, case: Discrepancy) -> bool:
    """Whether something of a discrepancy is still in suspense."""
    open_ = select(func.count()).where(
        SuspenseItem.discrepancy_id == case.id, SuspenseItem.state == SuspenseState.OPEN
    )
    return bool(tx.session.execute(open_).scalar_one())


def _standing(case: Discrepancy, kinds: Collection[AdjustmentKind], covered: int) -> Status | None:
    """Where approved adjustments leave a discrepancy; None while a part is not explained."""
    made = {_effect(case, kind) for kind in kinds}
    if made - {Effect.CARRY} and covered >= abs(case.difference_fen):
        return Status.RESOLVED
    return Status.CARRIED if Effect.CARRY in made else None


def _effect(case: Discrepancy, kind: AdjustmentKind) -> Effect:
    for one in TEMPLATES:
        if one.kind is kind and one.task is case.task and case.kind in one.fits:
            return one.effect
    return Effect.RESOLVE


def _park(tx: Tx, row: Adjustment, cases: Sequence[Discrepancy], posted: Posted) -> None:
    """Open an item in suspense for each discrepancy: each has an age and an owner of its own."""
    parts = select(AdjustmentCase.discrepancy_id, AdjustmentCase.share_fen).where(
        AdjustmentCase.adjustment_id == row.id
    )
    shares = dict(tx.session.execute(parts).all())
    for case in cases:
        template = next(one for one in TEMPLATES if one.kind is row.kind and one.task is case.task)
        payable = template.credit is Purpose.OTHER_PAYABLES
        tx.session.add(
            SuspenseItem(
                side=SuspenseSide.PAYABLE if payable else SuspenseSide.RECEIVABLE,
                state=SuspenseState.OPEN,
                payee=row.payee,
                account_no=row.account_no,
                channel=row.channel,
                opened_on=row.business_on,
                amount_fen=shares[case.id],
                cleared_fen=0,
                adjustment_id=row.id,
                discrepancy_id=case.id,
                voucher_id=posted.id,
                owner=case.assignee or row.maker_name,
            )
        )
    tx.session.flush()


def _unpark(tx: Tx, row: Adjustment) -> None:
    items = tx.session.scalars(
        select(SuspenseItem)
        .where(SuspenseItem.adjustment_id == row.id)
        .order_by(SuspenseItem.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for item in items:
        taken = select(func.count()).where(SuspenseMove.item_id == item.id, SuspenseMove.live)
        if tx.session.execute(taken).scalar_one():
            raise ItemMoved(number=row.number)
        item.state = SuspenseState.REVERSED
    tx.session.flush()


def _move(tx: Tx, row: Adjustment, sign: int) -> None:
    """Take out of suspense what an adjustment takes out of it, or put it back."""
    moves = tx.session.execute(
        select(SuspenseMove.item_id, SuspenseMove.amount_fen)
        .where(SuspenseMove.adjustment_id == row.id)
        .order_by(SuspenseMove.item_id)
    ).all()
    for item_id, fen in moves:
        item = tx.session.get(SuspenseItem, item_id, with_for_update=True, populate_existing=True)
        assert item is not None
        item.cleared_fen += sign * fen
        whole = item.cleared_fen == item.amount_fen
        item.state = SuspenseState.CLEARED if whole else SuspenseState.OPEN
        tx.session.flush()
        _follow(tx, item, row)
    if moves:
        tx.touch("suspense_item")


def _follow(tx: Tx, item: SuspenseItem, row: Adjustment) -> None:
    """A discrepancy is settled when nothing of it is in suspense any more."""
    case = tx.session.get(
        Discrepancy, item.discrepancy_id, with_for_update=True, populate_existing=True
    )
    assert case is not None
    open_ = _is_parked(tx, case)
    status = Status.SUSPENDED if open_ else Status.RESOLVED
    if case.status in (Status.SUSPENDED, Status.RESOLVED) and case.status is not status:
        case.status, case.version = status, case.version + 1
        case.resolved_on = None if open_ else day_number(row.business_on)
    note(tx, case.id, row)
    tx.session.flush()


def _hold(tx: Tx, cases: Sequence[Discrepancy]) -> None:
    ids = _entries(tx, cases)
    new = sorted(ids - held(tx.session, ids, HeldBy.ADJUSTMENT))
    if new:
        rows = [{"entry_id": id_, "held_by": HeldBy.ADJUSTMENT.value} for id_ in new]
        tx.session.execute(insert(HeldEntry), rows)
    tx.touch("held_entry")


def _release(tx: Tx, cases: Sequence[Discrepancy]) -> None:
    """Let go of entries that no other approved adjustment is about."""
    mine = {case.id for case in cases}
    ids = _entries(tx, cases)
    others = tx.session.scalars(
        select(Discrepancy)
        .join(AdjustmentCase, AdjustmentCase.discrepancy_id == Discrepancy.id)
        .join(Adjustment, Adjustment.id == AdjustmentCase.adjustment_id)
        .where(
            AdjustmentCase.live,
            Adjustment.status == AdjustmentStatus.APPROVED,
            Discrepancy.ours_id.in_(ids) | Discrepancy.theirs_id.in_(ids),
        )
    ).all()
    needed = _entries(tx, [one for one in others if one.id not in mine])
    free = sorted(ids - needed)
    tx.session.execute(
        delete(HeldEntry).where(
            HeldEntry.entry_id.in_(free), HeldEntry.held_by == HeldBy.ADJUSTMENT.value
        ),
        execution_options={"synchronize_session": False},
    )
    tx.touch("held_entry")


def _entries(tx: Tx, cases: Sequence[Discrepancy]) -> set[int]:
    ids = {id_ for case in cases for id_ in (case.ours_id, case.theirs_id) if id_ is not None}
    legs = select(DiscrepancyLeg.entry_id).where(
        DiscrepancyLeg.discrepancy_id.in_([case.id for case in cases])
    )
    return ids | set(tx.session.scalars(legs))


def note(tx: Tx, case_id: int, row: Adjustment) -> None:
    """Leave the adjustment's number at the discrepancy; what has a note is never forgotten."""
    text = f"{row.number} {row.reason}".strip()
    tx.session.add(DiscrepancyNote(discrepancy_id=case_id, text=text, by=tx.actor.name, at=tx.at))
