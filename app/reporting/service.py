"""Putting prints on record, and making papers void."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select

from app.audit import service as audit
from app.audit.rules import Verb
from app.db import counters
from app.db.locks import together
from app.db.workspace import Tx
from app.identity.rules import Permission
from app.identity.service import require
from app.reporting.model import ReportContent, ReportIssue
from app.reporting.queries import IssueView, known_contents, live_papers, prints_of, view
from app.reporting.rules import (
    ONE_EACH,
    PRINT_LOCK,
    Format,
    NumberTaken,
    PageForm,
    PaperVoid,
    ReportKind,
    VoidReasonNeeded,
    counter_of,
    number_of,
)

_OBJECT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """A paper that is written to a file and waits to be put on record.

    `number` and `copy` were looked up before and stand on the paper; `content` is what stands on it
    (`storing.packed`), `digest` its fingerprint, `sha256` that of the file.
    """

    kind: ReportKind
    day: date
    serial: int
    copy: int
    subject: str
    parameters: str
    format: Format
    form: PageForm
    code: str
    sha256: str
    pages: int
    content: bytes
    digest: str

    @property
    def number(self) -> str:
        """The number that stands on the paper."""
        return number_of(self.kind, self.day, self.serial)


def issue(tx: Tx, *, prints: Sequence[Print]) -> list[IssueView]:
    """Put prints on record; their numbers are given out here and nowhere else.

    Raises:
        NotAllowed: The actor may not print.
        NumberTaken: Meanwhile somebody else got one of the numbers, or printed the same paper.
        PaperVoid: A reprint is of a paper that is void by now.
    """
    require(tx.actor, Permission.PRINT)
    together(tx, PRINT_LOCK)
    _take_numbers(tx, [one for one in prints if not one.copy])
    _require_copies(tx, [one for one in prints if one.copy])
    _keep_contents(tx, prints)
    rows = [_row(tx, one) for one in prints]
    tx.session.add_all(rows)
    tx.session.flush()
    for row in rows:
        audit.record(tx, Verb.PRINTED, _OBJECT, row.number, after=_told(row))
    return [view(row) for row in rows]


def void(tx: Tx, *, number: str, reason: str) -> list[IssueView]:
    """Make a paper void: it keeps its number, and its subject can be printed anew.

    Raises:
        NotAllowed: The actor may not print.
        VoidReasonNeeded: The reason is empty.
        UnknownPaper: There is none with this number.
        PaperVoid: It is void already.
    """
    require(tx.actor, Permission.PRINT)
    if not reason.strip():
        raise VoidReasonNeeded
    query = select(ReportIssue).where(ReportIssue.number == number).with_for_update()
    prints_of(tx.session, number)
    for row in tx.session.scalars(query.order_by(ReportIssue.copy_no)):
        if row.voided_at is not None:
            raise PaperVoid(number=number, reason=row.void_reason)
        row.void_reason, row.voided_by = reason.strip(), tx.actor.name
        row.voided_at = tx.at.replace(microsecond=0)
    tx.session.flush()
    audit.record(tx, Verb.VOIDED, _OBJECT, number, after={"reason": reason.strip()})
    return prints_of(tx.session, number)


def _take_numbers(tx: Tx, prints: Sequence[Print]) -> None:
    """Take the numbers that stand on the papers; a rollback gives them back."""
    for kind, day in sorted({(one.kind, one.day) for one in prints}):
        serials = [one.serial for one in prints if (one.kind, one.day) == (kind, day)]
        first = counters.take(tx, counter_of(kind, day), len(serials))
        if serials != list(range(first, first + len(serials))):
            raise NumberTaken
    for kind in {one.kind for one in prints} & ONE_EACH:
        subjects = [one.subject for one in prints if one.kind is kind]
        if live_papers(tx.session, kind, subjects):
            raise NumberTaken


def _require_copies(tx: Tx, prints: Sequence[Print]) -> None:
    """Return if these are the next copies of papers that still count."""
    for one in prints:
        query = select(ReportIssue.id).where(ReportIssue.number == one.number)
        tx.session.execute(query.order_by(ReportIssue.id).with_for_update()).all()
        before = prints_of(tx.session, one.number)
        if before[0].is_void:
            raise PaperVoid(number=one.number, reason=before[0].void_reason)
        if len(before) != one.copy:
            raise NumberTaken


def _keep_contents(tx: Tx, prints: Sequence[Print]) -> None:
    contents = {one.digest: one.content for one in prints}
    new = sorted(set(contents) - known_contents(tx.session, sorted(contents)))
    if new:
        values = [{"sha256": digest, "data": contents[digest]} for digest in new]
        tx.session.execute(insert(ReportContent), values)


def _row(tx: Tx, one: Print) -> ReportIssue:
    return ReportIssue(
        kind=one.kind,
        day=one.day,
        serial=one.serial,
        number=one.number,
        copy_no=one.copy,
        subject=one.subject,
        parameters=one.parameters,
        format=one.format,
        form=one.form,
        code=one.code,
        sha256=one.sha256,
        pages=one.pages,
        content=one.digest,
        issued_by_id=tx.actor.user_id,
        issued_by=tx.actor.name,
        issued_at=tx.at.replace(microsecond=0),
        void_reason="",
        voided_by="",
    )


def _told(row: ReportIssue) -> dict[str, object]:
    return {
        "kind": row.kind.value,
        "about": row.subject,
        "copy": row.copy_no,
        "format": row.format.value,
        "sha256": row.sha256,
    }
