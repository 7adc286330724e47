"""What a checker sees of an adjustment, and its fingerprint."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adjustments.drafting import Draft
from app.adjustments.model import (
    Adjustment,
    AdjustmentAttachment,
    AdjustmentCase,
    SuspenseItem,
    SuspenseMove,
)
from app.adjustments.posting import Line
from app.approval.rules import digest_of
from app.discrepancies.model import Discrepancy


def draft_of(session: Session, row: Adjustment) -> Draft:
    """Return an adjustment as the draft that it was written from; its amount is the whole share."""
    shares = session.execute(
        select(AdjustmentCase.discrepancy_id, AdjustmentCase.share_fen)
        .where(AdjustmentCase.adjustment_id == row.id)
        .order_by(AdjustmentCase.discrepancy_id)
    ).all()
    moves = session.execute(
        select(SuspenseMove.item_id, SuspenseMove.amount_fen)
        .where(SuspenseMove.adjustment_id == row.id)
        .order_by(SuspenseMove.item_id)
    ).all()
    parts = [*shares, *moves]
    return Draft(
        kind=row.kind,
        reason=row.reason,
        discrepancy_ids=tuple(one[0] for one in shares),
        item_ids=tuple(one[0] for one in moves),
        amount_fen=(parts[0][1] or None) if len(parts) == 1 else None,
        payee=row.payee,
        household=row.household,
        claimant=row.claimant,
        original_payment_no=row.original_payment_no,
        reason_code=row.reason_code or "",
    )


def digest(session: Session, row: Adjustment, lines: tuple[Line, ...]) -> str:
    """Return the fingerprint of an adjustment, what it is about and what it would book."""
    cases = session.execute(
        select(
            *(Discrepancy.id, Discrepancy.kind, Discrepancy.ours_key, Discrepancy.ours_fen),
            *(Discrepancy.theirs_key, Discrepancy.theirs_fen, Discrepancy.difference_fen),
            AdjustmentCase.share_fen,
        )
        .join(AdjustmentCase, AdjustmentCase.discrepancy_id == Discrepancy.id)
        .where(AdjustmentCase.adjustment_id == row.id)
        .order_by(Discrepancy.id)
    )
    moves = session.execute(
        select(SuspenseItem.id, SuspenseItem.state, SuspenseMove.amount_fen)
        .join(SuspenseMove, SuspenseMove.item_id == SuspenseItem.id)
        .where(SuspenseMove.adjustment_id == row.id)
        .order_by(SuspenseItem.id)
    )
    attached = session.scalars(
        select(AdjustmentAttachment.sha256)
        .where(AdjustmentAttachment.adjustment_id == row.id)
        .order_by(AdjustmentAttachment.sha256)
    )
    return digest_of(
        {
            "number": row.number,
            "kind": row.kind.value,
            "payee": row.payee,
            "day": row.business_on,
            "amount_fen": row.amount_fen,
            "account": row.account_no,
            "channel": row.channel,
            "household": row.household,
            "claimant": row.claimant,
            "original": row.original_payment_no,
            "letter": row.letter_no,
            "reason": [row.reason_code or "", row.reason],
            "cases": [[str(value) for value in case] for case in cases],
            "moves": [[str(value) for value in move] for move in moves],
            "lines": [
                [line.code, line.account_no, line.channel, line.debit_fen, line.credit_fen]
                for line in lines
            ],
            "attached": list(attached),
        }
    )
