"""Everything about one adjustment at once: what a checker needs on one screen."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.adjustments.attachments import attachments
from app.adjustments.queries import AdjustmentDetail, adjustment
from app.adjustments.refusals import UnknownAdjustment
from app.adjustments.service import OBJECT
from app.approval.queries import RequestView, requests_about
from app.audit.queries import AuditRow
from app.audit.search import history
from app.base.attaching import AttachmentView


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentSheet:
    """An adjustment, its voucher and discrepancies, proofs, requests and history, latest first."""

    detail: AdjustmentDetail
    attached: tuple[AttachmentView, ...]
    requests: tuple[RequestView, ...]
    history: tuple[AuditRow, ...]


def adjustment_sheet(session: Session, number: str) -> AdjustmentSheet:
    """Return everything about one adjustment.

    Raises:
        UnknownAdjustment: There is no such adjustment.
    """
    detail = adjustment(session, number)
    if detail is None:
        raise UnknownAdjustment(number=number)
    return AdjustmentSheet(
        detail=detail,
        attached=tuple(attachments(session, number)),
        requests=tuple(requests_about(session, OBJECT, number)),
        history=tuple(history(session, (OBJECT,), number)),
    )
