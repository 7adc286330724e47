"""Reading the register of prints."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.reporting.model import ReportContent, ReportIssue
from app.reporting.paper import Paper
from app.reporting.rules import (
    Format,
    PageForm,
    ReportKind,
    UnknownCode,
    UnknownPaper,
    parse_code,
)
from app.reporting.storing import unpacked

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueView:
    """One print; a void one says since when, by whom and why."""

    id: int
    kind: ReportKind
    day: date
    serial: int
    number: str
    copy_no: int
    subject: str
    parameters: str
    format: Format
    form: PageForm
    code: str
    sha256: str
    pages: int
    content: str
    issued_by: str
    issued_at: datetime
    void_reason: str
    voided_by: str
    voided_at: datetime | None

    @property
    def is_void(self) -> bool:
        """Whether the paper does not count any more."""
        return self.voided_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What stands behind a verification code: its print, all prints of the paper, and the paper."""

    issue: IssueView
    copies: int
    paper: Paper


def recent(
    session: Session, *, kind: ReportKind | None = None, text: str = "", limit: int = 200
) -> list[IssueView]:
    """Return the latest prints, the latest first.

    With a text only those whose number, subject or printer (the person) holds it.
    """
    query = select(ReportIssue).order_by(ReportIssue.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(ReportIssue.kind == kind)
    if text:
        searched = (ReportIssue.number, ReportIssue.subject, ReportIssue.issued_by)
        query = query.where(or_(*(one.icontains(text, autoescape=True) for one in searched)))
    return [view(row) for row in session.scalars(query)]


def prints_of(session: Session, number: str) -> list[IssueView]:
    """Return all prints of a paper, the original first.

    Raises:
        UnknownPaper: There is none with this number.
    """
    query = select(ReportIssue).where(ReportIssue.number == number).order_by(ReportIssue.copy_no)
    found = [view(row) for row in session.scalars(query)]
    if not found:
        raise UnknownPaper(number=number)
    return found


def live_papers(
    session: Session, kind: ReportKind, subjects: Collection[str]
) -> dict[str, tuple[IssueView, int]]:
    """Return by subject the original of its paper, unless void, and how often it was printed."""
    found: dict[str, tuple[IssueView, int]] = {}
    wanted = sorted(subjects)
    for start in range(0, len(wanted), _CHUNK):
        query = (
            select(ReportIssue)
            .where(
                ReportIssue.kind == kind,
                ReportIssue.subject.in_(wanted[start : start + _CHUNK]),
                ReportIssue.voided_at.is_(None),
            )
            .order_by(ReportIssue.id)
        )
        for row in session.scalars(query):
            first, count = found.get(row.subject, (view(row), 0))
            found[row.subject] = (first, count + 1)
    return found


def last_serial(session: Session, kind: ReportKind, day: date) -> int:
    """Return how many papers of a kind got their number on a day."""
    query = select(func.max(ReportIssue.serial)).where(
        ReportIssue.kind == kind, ReportIssue.day == day
    )
    return session.scalars(query).first() or 0


def paper_of(session: Session, number: str) -> Paper:
    """Return what stood on the latest print of a paper.

    Raises:
        UnknownPaper: There is none with this number.
    """
    return _content(session, prints_of(session, number)[-1].content)


def paper_on(session: Session, issue: IssueView) -> Paper:
    """Return what stood on one print."""
    return _content(session, issue.content)


def check_code(session: Session, text: str) -> Checked:
    """Return what was printed with a verification code.

    Raises:
        MistypedCode: It cannot be a code.
        UnknownCode: Nothing was ever printed with it.
    """
    code = parse_code(text)
    row = session.scalars(select(ReportIssue).where(ReportIssue.code == code)).one_or_none()
    if row is None:
        raise UnknownCode(code=code)
    issue = view(row)
    copies = prints_of(session, issue.number)
    return Checked(issue=issue, copies=len(copies), paper=_content(session, issue.content))


def known_contents(session: Session, digests: Sequence[str]) -> set[str]:
    """Return which of these contents are kept already."""
    found: set[str] = set()
    for start in range(0, len(digests), _CHUNK):
        chunk = digests[start : start + _CHUNK]
        found.update(
            session.scalars(select(ReportContent.sha256).where(ReportContent.sha256.in_(chunk)))
        )
    return found


def _content(session: Session, sha256: str) -> Paper:
    return unpacked(
        session.scalars(select(ReportContent.data).where(ReportContent.sha256 == sha256)).one()
    )


def view(row: ReportIssue) -> IssueView:
    """Return a print as a value."""
    return IssueView(**{name: getattr(row, name) for name in IssueView.__slots__})
