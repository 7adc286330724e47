"""What people attached is still what they attached."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adjustments.model import AdjustmentAttachment
from app.base.attaching import unpacked
from app.discrepancies.model import DiscrepancyAttachment
from app.upkeep.rules import CheckResult, nothing_but


def attachments(session: Session) -> CheckResult:
    """The bytes of each attachment have the length and the SHA-256 that were stored."""
    problems = []
    for row in (DiscrepancyAttachment, AdjustmentAttachment):
        query = select(row.id, row.size, row.sha256, row.content).order_by(row.id)
        for id_, size, sha256, packed in session.execute(query.execution_options(yield_per=4)):
            content = unpacked(packed, size)
            if content is None or hashlib.sha256(content).hexdigest() != sha256:
                problems.append(f"{row.__tablename__} {id_}: SHA-256")
    return nothing_but(problems)
