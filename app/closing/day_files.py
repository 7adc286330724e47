"""The files of a day as people see them: what came in, what was refused, what is known of it."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from app.base.dates import day_number, day_of
from app.base.errors import NotFound
from app.base.i18n import N_
from app.closing.rejections import stored_lines, stored_problems
from app.intake.model import RejectedFile, SourceFile, SourcePart
from app.intake.naming import own_name
from app.intake.profiles import find_profile, shipped_profiles
from app.intake.rules import (
    FileStatus,
    Finding,
    Kind,
    Notice,
    RawLines,
    RejectionState,
    RowProblem,
    Total,
)

UNDATED_HOURS = 24
"""So long a file that is about no day stands beside the files of each day."""


_LONGEST_ROW = 20
"""Physical lines that one row may run over."""


class NoSuchFile(NotFound):
    """A file is not on record."""

    template = N_("There is no file {id} on record.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFilter:
    """Which files to list and in which order; without a day all of them.

    `texts` are words that the name, the profile's title or the person's name must hold, by
    column. `now` bounds how long files without a day are shown.
    """

    now: datetime
    day: date | None = None
    history: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    order: str = "at"
    downwards: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A file that came in or was refused; the ids of refusals are negative."""

    id: int
    name: str
    path: str
    kind: Kind | None
    profile: str
    title: str
    status: FileStatus
    rejection: RejectionState | None
    days: tuple[date, ...]
    rows: int
    accepted: int
    overlapping: int
    total_fen: int
    findings: int
    problems: int
    size: int
    sha256: str
    by: str
    at: datetime
    successor: int | None
    """The file that replaced it, or was loaded in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """What a file holds of one day and one channel or account."""

    day: date | None
    scope: str
    rows: int
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDetails:
    """All that is known of a loaded file."""

    row: FileRow
    encoding: str
    findings: tuple[Finding, ...]
    totals: tuple[Total, ...]
    parts: tuple[PartRow, ...]
    replaces: str
    replaced_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where a problem stands among the lines: the row, and the cell unless it is the row."""

    row: int
    cell: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionDetails:
    """Why a file was refused, and its lines there; a problem without a place has no mark."""

    row: FileRow
    encoding: str
    problems: tuple[RowProblem, ...]
    marks: tuple[Mark | None, ...]
    lines: RawLines
    corrected_by: str


def file_ids(session: Session, wanted: FileFilter) -> array[int]:
    """Return the ids of files and (negative) of refusals in the order asked for."""
    files = select(
        SourceFile.id,
        SourceFile.name,
        SourceFile.kind,
        SourceFile.profile,
        SourceFile.status,
        SourceFile.rows,
        SourceFile.total_fen,
        SourceFile.loaded_by,
        SourceFile.loaded_at,
    ).where(_files_wanted(wanted))
    refusals = select(
        -RejectedFile.id,
        RejectedFile.name,
        RejectedFile.kind,
        RejectedFile.profile,
        RejectedFile.state,
        RejectedFile.problem_count,
        RejectedFile.id * 0,
        RejectedFile.tried_by,
        RejectedFile.tried_at,
    ).where(_refusals_wanted(wanted))
    found = [_Sortable(*row) for query in (files, refusals) for row in session.execute(query)]
    kept = [one for one in found if _holds(one, wanted.texts)]
    key = _ORDERS.get(wanted.order, _ORDERS["at"])
    kept.sort(key=lambda one: (key(one), abs(one.id)), reverse=wanted.downwards)
    return array("q", [one.id for one in kept])


def file_rows(session: Session, ids: Sequence[int]) -> list[FileRow]:
    """Return files and refusals by id, in the order of the ids."""
    loaded = [id_ for id_ in ids if id_ > 0]
    refused = [-id_ for id_ in ids if id_ < 0]
    rows = {
        row.id: _file_row(row)
        for row in session.scalars(select(SourceFile).where(SourceFile.id.in_(loaded)))
    }
    rows |= {
        -row.id: _rejected_row(row)
        for row in session.scalars(select(RejectedFile).where(RejectedFile.id.in_(refused)))
    }
    return [rows[id_] for id_ in ids if id_ in rows]


def file_details(session: Session, file_id: int) -> FileDetails:
    """Return all that is known of a loaded file.

    Raises:
        NoSuchFile: It is not on record.
    """
    row = session.get(SourceFile, file_id)
    if row is None:
        raise NoSuchFile(id=file_id)
    parts = select(SourcePart).where(SourcePart.file_id == file_id)
    replaced = select(SourceFile.name).where(SourceFile.replaced_by == file_id)
    return FileDetails(
        row=_file_row(row),
        encoding=row.encoding,
        findings=_findings(row),
        totals=tuple(Total(**one) for one in json.loads(row.totals)),
        parts=tuple(
            PartRow(
                day=day_of(part.business_on) if part.business_on else None,
                scope=part.scope,
                rows=part.rows,
                amount_fen=part.amount_fen,
            )
            for part in session.scalars(parts.order_by(SourcePart.business_on, SourcePart.scope))
        ),
        replaces=", ".join(own_name(name) for name in session.scalars(replaced)),
        replaced_by=_name_of(session, row.replaced_by),
    )


def rejection_details(session: Session, rejection_id: int) -> RejectionDetails:
    """Return why a file was refused, with its lines as everybody may see them.

    Raises:
        NoSuchFile: No such refusal is on record.
    """
    row = session.get(RejectedFile, rejection_id)
    if row is None:
        raise NoSuchFile(id=-rejection_id)
    problems = stored_problems(row)
    lines = stored_lines(row)
    return RejectionDetails(
        row=_rejected_row(row),
        encoding=row.encoding,
        problems=problems,
        marks=tuple(_mark(problem, lines) for problem in problems),
        lines=lines.masked(),
        corrected_by=_name_of(session, row.corrected_by),
    )


@dataclass(frozen=True, slots=True)
class _Sortable:
    id: int
    path: str
    kind: Kind | None
    profile: str
    state: str
    rows: int
    total_fen: int
    by: str
    at: datetime

    @property
    def name(self) -> str:
        return own_name(self.path).casefold()


_ORDERS: Mapping[str, Callable[[_Sortable], str | int | datetime]] = {
    "name": lambda one: one.name,
    "kind": lambda one: one.kind or "",
    "title": lambda one: title_of(one.profile),
    "state": lambda one: one.state,
    "rows": lambda one: one.rows,
    "total": lambda one: one.total_fen,
    "by": lambda one: one.by,
    "at": lambda one: one.at,
}


def title_of(profile: str) -> str:
    """Return the title of a shipped profile."""
    found = find_profile(shipped_profiles(), profile)
    return found.title if found is not None else profile


def _holds(one: _Sortable, texts: Mapping[str, str]) -> bool:
    shown = {"name": one.name, "title": title_of(one.profile).casefold(), "by": one.by.casefold()}
    return all(text.casefold() in shown[name] for name, text in texts.items() if name in shown)


def _files_wanted(wanted: FileFilter) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = SourceFile.id > 0
    if wanted.day is not None:
        number = day_number(wanted.day)
        of_day = select(SourcePart.file_id).where(SourcePart.business_on == number)
        dated = exists().where(SourcePart.file_id == SourceFile.id, SourcePart.business_on > 0)
        recent = SourceFile.loaded_at >= wanted.now - timedelta(hours=UNDATED_HOURS)
        condition = or_(SourceFile.id.in_(of_day), recent & ~dated)
    if not wanted.history:
        condition &= SourceFile.status == FileStatus.LOADED
    return condition


def _refusals_wanted(wanted: FileFilter) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = RejectedFile.id > 0
    if wanted.day is not None:
        of_day = RejectedFile.days.contains(str(day_number(wanted.day)))
        undated = RejectedFile.days == "[]"
        open_ = RejectedFile.state == RejectionState.OPEN
        recent = RejectedFile.tried_at >= wanted.now - timedelta(hours=UNDATED_HOURS)
        condition = of_day | (undated & (open_ | recent))
    if not wanted.history:
        condition &= RejectedFile.state == RejectionState.OPEN
    return condition


def _file_row(row: SourceFile) -> FileRow:
    return FileRow(
        id=row.id,
        name=own_name(row.name),
        path=row.name,
        kind=row.kind,
        profile=row.profile,
        title=title_of(row.profile),
        status=row.status,
        rejection=None,
        days=_days(row.days),
        rows=row.rows,
        accepted=row.accepted,
        overlapping=row.overlapping,
        total_fen=row.total_fen,
        findings=len(json.loads(row.findings)),
        problems=0,
        size=row.size,
        sha256=row.sha256,
        by=row.loaded_by,
        at=row.loaded_at,
        successor=row.replaced_by,
    )


def _rejected_row(row: RejectedFile) -> FileRow:
    return FileRow(
        id=-row.id,
        name=own_name(row.name),
        path=row.name,
        kind=row.kind,
        profile=row.profile,
        title=title_of(row.profile),
        status=FileStatus.REJECTED,
        rejection=row.state,
        days=_days(row.days),
        rows=0,
        accepted=0,
        overlapping=0,
        total_fen=0,
        findings=0,
        problems=row.problem_count,
        size=row.size,
        sha256=row.sha256,
        by=row.tried_by,
        at=row.tried_at,
        successor=row.corrected_by,
    )


def _days(text: str) -> tuple[date, ...]:
    return tuple(day_of(number) for number in json.loads(text) if number)


def _findings(row: SourceFile) -> tuple[Finding, ...]:
    return tuple(
        Finding(notice=Notice(one["notice"]), line=one["line"], params=one["params"])
        for one in json.loads(row.findings)
    )


def _name_of(session: Session, file_id: int | None) -> str:
    if file_id is None:
        return ""
    return own_name(session.scalars(select(SourceFile.name).where(SourceFile.id == file_id)).one())


def _mark(problem: RowProblem, lines: RawLines) -> Mark | None:
    if not problem.line:
        return None
    # A row may run over several physical lines; the problem may lie in any of them.
    place = bisect_right(lines.rows, problem.line, key=lambda row: row.line) - 1
    if place < 0 or problem.line - lines.rows[place].line > _LONGEST_ROW:
        return None
    cell = lines.places.get(problem.column, lines.places.get(problem.field))
    width = len(lines.rows[place].cells)
    return Mark(row=place, cell=cell if cell is not None and cell < width else None)
