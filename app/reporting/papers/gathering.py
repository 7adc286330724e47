"""Which function puts which paper together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from app.base.i18n import speaking
from app.identity.rules import Permission
from app.reporting.papers.adjustment import adjustment_papers
from app.reporting.papers.ageing import ageing_papers
from app.reporting.papers.arrival import arrival_papers
from app.reporting.papers.audit import audit_papers
from app.reporting.papers.day import day_papers
from app.reporting.papers.discrepancies import discrepancy_papers
from app.reporting.papers.receipt import receipt_papers
from app.reporting.papers.statement import statement_papers
from app.reporting.papers.summary import summary_papers
from app.reporting.papers.voucher import voucher_papers
from app.reporting.rules import BY_ORGANISATION, NotByOrganisation, NothingToPrint, ReportKind
from app.reporting.wishes import Ready, Wish

BUILDERS: Mapping[ReportKind, Callable[[Session, Wish], list[Ready]]] = {
    ReportKind.ARRIVAL: arrival_papers,
    ReportKind.RECEIPT: receipt_papers,
    ReportKind.SUMMARY: summary_papers,
    ReportKind.DISCREPANCIES: discrepancy_papers,
    ReportKind.STATEMENT: statement_papers,
    ReportKind.VOUCHER: voucher_papers,
    ReportKind.ADJUSTMENT: adjustment_papers,
    ReportKind.AGEING: ageing_papers,
    ReportKind.DAY: day_papers,
    ReportKind.AUDIT: audit_papers,
}


def gather(session: Session, wish: Wish) -> list[Ready]:
    """Return the papers that are wished, in their language.

    Raises:
        NothingToPrint: What was asked for does not exist.
        NotOnThisForm: The paper is not printed on this form.
        NotByOrganisation: It was asked for of one organisation, and is about all.
    """
    if wish.organisation and wish.kind not in BY_ORGANISATION:
        raise NotByOrganisation
    with speaking(wish.tongue):
        ready = BUILDERS[wish.kind](session, wish)
    if not ready:
        raise NothingToPrint
    return ready


def needed(kind: ReportKind) -> Permission:
    """Return what somebody must be allowed to see who prints a paper."""
    return Permission.READ_AUDIT if kind is ReportKind.AUDIT else Permission.READ_BUSINESS
