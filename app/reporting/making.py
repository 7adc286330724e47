"""From a wish to a numbered file: gather, lay out, put on record, and only then let it be seen.

The numbers stand on the paper, so they are looked up before it is drawn and given out when it is
put on record; whoever finds them taken draws anew. Nothing waits for the drawing, and a print that
is stopped or fails leaves neither a number nor a file.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.base.dates import CHINA
from app.db.errors import CannotOpen
from app.db.files import replacing, sync
from app.db.locks import alone
from app.db.workspace import Actor, Tx, Workspace
from app.identity.rules import Permission
from app.identity.service import require
from app.reporting.drawing import Drawn, How, Press
from app.reporting.paper import Missing, Stamp
from app.reporting.papers.gathering import gather, needed
from app.reporting.queries import IssueView, last_serial, live_papers, paper_of, prints_of
from app.reporting.rules import (
    ONE_EACH,
    PRINT_LOCK,
    CannotWrite,
    Format,
    NoSheet,
    NumberTaken,
    OneAtATime,
    PaperVoid,
    ReportKind,
    code_of,
    number_of,
)
from app.reporting.service import Print, issue
from app.reporting.storing import packed
from app.reporting.wishes import Ready, Wish

_ATTEMPTS = 3
_RANDOM_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was printed into which file; characters that no font has are told."""

    file: Path
    issues: tuple[IssueView, ...]
    missing: tuple[Missing, ...]

    @property
    def pages(self) -> int:
        """The pages of the whole file."""
        return sum(one.pages for one in self.issues)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """Papers on their way, with what the register will say of them."""

    kind: ReportKind
    how: How
    parameters: str
    papers: Sequence[Ready]
    reprint: str = ""


def make(
    workspace: Workspace,
    actor: Actor,
    wish: Wish,
    target: Path,
    press: Press | None = None,
) -> Outcome:
    """Print what is wished into a file, and put it on record.

    A paper about one thing that was printed before becomes a reprint under the same number.

    Raises:
        NotAllowed: The actor may not print, or not see what stands on the paper.
        NothingToPrint: What was asked for does not exist.
        Cancelled: The user stopped it; no number was used.
        CannotWrite: The file cannot be written there.
    """
    ready = put_together(workspace, actor, wish)
    order = _Order(
        kind=wish.kind,
        how=How(format=wish.format, offset=wish.offset),
        parameters=wish.parameters(),
        papers=ready,
    )
    return _carried_out(workspace, actor, order, target, press or Press())


def put_together(workspace: Workspace, actor: Actor, wish: Wish) -> list[Ready]:
    """Return the papers that are wished, without numbers, as a preview shows them.

    Raises:
        NotAllowed: The actor may not print, or not see what stands on the paper.
        NothingToPrint: What was asked for does not exist.
        NoSheet, OneAtATime: They cannot be written in this format.
    """
    require(actor, Permission.PRINT)
    require(actor, needed(wish.kind))
    ready = workspace.read(gather, wish)
    if wish.format is not Format.PDF and len(ready) > 1:
        raise OneAtATime
    if wish.format is Format.CSV and any(one.paper.table is None for one in ready):
        raise NoSheet
    return ready


def reprint(
    workspace: Workspace,
    actor: Actor,
    number: str,
    target: Path,
    *,
    offset: tuple[int, int] = (0, 0),
    press: Press | None = None,
) -> Outcome:
    """Print a paper once more, as it was, as the next copy under its number.

    Raises:
        NotAllowed: The actor may not print, or not see what stands on the paper.
        UnknownPaper: There is none with this number.
        PaperVoid: It does not count any more.
        CannotWrite: The file cannot be written there.
    """
    first = workspace.read(prints_of, number)[0]
    require(actor, Permission.PRINT)
    require(actor, needed(first.kind))
    if first.is_void:
        raise PaperVoid(number=number, reason=first.void_reason)
    order = _Order(
        kind=first.kind,
        how=How(format=first.format, offset=offset),
        parameters=first.parameters,
        papers=[Ready(subject=first.subject, paper=workspace.read(paper_of, number))],
        reprint=number,
    )
    return _carried_out(workspace, actor, order, target, press or Press())


def _carried_out(
    workspace: Workspace, actor: Actor, order: _Order, target: Path, press: Press
) -> Outcome:
    target = target.absolute()

    def drawn(path: Path, stamps: Sequence[_Stamped]) -> tuple[list[Print], Drawn]:
        papers = [(one.paper, stamp.stamp) for one, stamp in zip(order.papers, stamps, strict=True)]
        made = press.renderer(path, papers, order.how, press.progress)
        sync(path)
        return _prints(order, stamps, made, path), made

    try:
        with replacing(target) as draft:
            issues, made = _put_on_record(workspace, actor, order, draft, drawn)
    except CannotOpen as error:
        raise CannotWrite from error
    return Outcome(file=target, issues=tuple(issues), missing=made.missing)


_Drawing = Callable[[Path, "Sequence[_Stamped]"], tuple[list[Print], Drawn]]


def _put_on_record(
    workspace: Workspace, actor: Actor, order: _Order, draft: Path, drawn: _Drawing
) -> tuple[list[IssueView], Drawn]:
    for _attempt in range(_ATTEMPTS):
        stamps = workspace.read(_planned, order, actor, datetime.now(UTC))
        prints, made = drawn(draft, stamps)
        try:
            return workspace.write(actor, issue, prints=prints).value, made
        except NumberTaken:
            continue

    def held(tx: Tx) -> tuple[list[IssueView], Drawn]:
        # Others were quicker each time: now they wait until this is drawn.
        alone(tx, PRINT_LOCK)
        prints, made = drawn(draft, _planned(tx.session, order, actor, tx.at))
        return issue(tx, prints=prints), made

    return workspace.write(actor, held).value


# ---------------------------------------------------------------- numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamped:
    """The stamp of a paper, and what the register needs besides."""

    stamp: Stamp
    day: date
    serial: int
    subject: str


def _planned(session: Session, order: _Order, actor: Actor, at: datetime) -> list[_Stamped]:
    """Return the numbers and copies that the papers would get now."""
    day = at.astimezone(CHINA).date()
    serial = last_serial(session, order.kind, day)
    subjects = [_subject(order, one) for one in order.papers]
    before = _printed_before(session, order, subjects)
    stamps = []
    for subject in subjects:
        plain = Stamp(
            code=code_of(secrets.token_bytes(_RANDOM_BYTES)),
            at=f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
            by=actor.name,
        )
        if subject in before:
            first, count = before[subject]
            stamp = replace(plain, number=first.number, copy=count)
            own = _Stamped(stamp=stamp, day=first.day, serial=first.serial, subject=subject)
        else:
            serial += 1
            stamp = replace(plain, number=number_of(order.kind, day, serial))
            own = _Stamped(stamp=stamp, day=day, serial=serial, subject=subject)
        stamps.append(own)
    return stamps


def _subject(order: _Order, one: Ready) -> str:
    """A sheet of a paper is a document of its own."""
    if order.reprint or order.how.format is Format.PDF:
        return one.subject
    return f"{one.subject} [{order.how.format.value}]"


def _printed_before(
    session: Session, order: _Order, subjects: Sequence[str]
) -> dict[str, tuple[IssueView, int]]:
    if order.reprint:
        prints = prints_of(session, order.reprint)
        return {subjects[0]: (prints[0], len(prints))}
    if order.kind in ONE_EACH:
        return live_papers(session, order.kind, subjects)
    return {}


def _prints(order: _Order, stamps: Sequence[_Stamped], made: Drawn, path: Path) -> list[Print]:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    contents = [packed(one.paper) for one in order.papers]
    return [
        Print(
            kind=order.kind,
            day=own.day,
            serial=own.serial,
            copy=own.stamp.copy,
            subject=own.subject,
            parameters=order.parameters,
            format=order.how.format,
            form=one.paper.form,
            code=own.stamp.code,
            sha256=sha256,
            pages=pages,
            content=content,
            digest=digest,
        )
        for one, own, pages, (content, digest) in zip(
            order.papers, stamps, made.pages, contents, strict=True
        )
    ]
