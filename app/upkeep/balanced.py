"""Statements of bank reconciliation held against what was submitted and approved."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.approval.queries import requests_about
from app.approval.rules import RequestState
from app.base.i18n import ngettext
from app.closing.rules import StatementState
from app.closing.statements import OBJECT, StatementView, digest, statements
from app.upkeep.rules import CheckResult, nothing_but

_AGREED = (StatementState.APPROVED, StatementState.REPLACED)


def balanced(session: Session) -> CheckResult:
    """Hold every statement against its fingerprint, its items and its approval."""
    found = statements(session)
    problems = [f"{one.number}: {why}" for one in found for why in _wrong(session, one)]
    count = len(found)
    detail = ngettext("{count} statement", "{count} statements", count).format(count=count)
    return nothing_but(problems, detail)


def _wrong(session: Session, one: StatementView) -> Iterator[str]:
    if one.digest != digest(one.figures):
        yield "SHA-256"
    if one.figures.difference_fen:
        yield f"{one.figures.adjusted_book_fen} ≠ {one.figures.adjusted_bank_fen}"
    requests = requests_about(session, OBJECT, one.number)
    agreed = any(
        request.state is RequestState.APPROVED
        and request.digest == one.digest
        and any(vote.checker_name == one.checker_name for vote in request.votes)
        for request in requests
    )
    if (one.state in _AGREED) != agreed:
        yield f"{one.state.value} ≠ {', '.join(request.state.value for request in requests)}"
