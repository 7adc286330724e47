"""Everything about one discrepancy at once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.base.attaching import AttachmentView
from app.calendar.queries import working_calendar
from app.discrepancies.attachments import attachments
from app.discrepancies.cases import CaseRow, case_rows
from app.discrepancies.history import HistoryStep, NoteView, case_history, case_notes
from app.discrepancies.queries import as_of
from app.discrepancies.refusals import UnknownDiscrepancy
from app.discrepancies.rules import Status
from app.discrepancies.sides import Comparison, both_sides


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail:
    """A discrepancy with both sides, its history, notes and attachments.

    `age_days` counts working days as of the last run; what is settled has none.
    """

    row: CaseRow
    age_days: int | None
    sides: Comparison
    history: tuple[HistoryStep, ...]
    notes: tuple[NoteView, ...]
    attachments: tuple[AttachmentView, ...]


def case_detail(session: Session, id_: int) -> CaseDetail:
    """Return everything about a discrepancy.

    Raises:
        UnknownDiscrepancy: There is no such discrepancy.
    """
    rows = case_rows(session, [id_])
    if not rows:
        raise UnknownDiscrepancy(id=id_)
    return CaseDetail(
        row=rows[0],
        age_days=_age(session, rows[0]),
        sides=both_sides(session, id_),
        history=tuple(case_history(session, id_)),
        notes=tuple(case_notes(session, id_)),
        attachments=tuple(attachments(session, id_)),
    )


def _age(session: Session, row: CaseRow) -> int | None:
    today = as_of(session)
    if today is None or row.status is Status.RESOLVED:
        return None
    return working_calendar(session).working_days_between(row.business_on, today)
