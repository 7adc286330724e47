"""Files that were refused are remembered: who tried them when, why not, and their lines there."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, or_, select

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.errors import NotFound
from app.base.i18n import N_
from app.closing.following import FileOutcome
from app.db.workspace import Tx
from app.identity.rules import LOADS_TEMPLATES
from app.identity.service import require_any
from app.intake import protocol
from app.intake.model import RejectedFile
from app.intake.naming import day_in, name_key
from app.intake.reader import Reader, Source
from app.intake.rules import RawLines, Reason, RejectionState, RowProblem

WHOLE_SIZE = 256 << 10
"""Bytes; of files up to here all lines are kept."""
MOST_ROWS = 3_000
_AROUND = 3
_HEAD = 20

_PASSING = frozenset(
    {Reason.NOT_FOUND, Reason.STILL_WRITTEN, Reason.PASSWORD_NEEDED, Reason.PASSWORD_WRONG}
)
"""What is over when one tries again; it says nothing about the file."""

_LINELESS = frozenset(
    {
        *(Reason.EMPTY_FILE, Reason.UNREADABLE, Reason.OUT_OF_MEMORY, Reason.OUT_OF_TIME),
        *(Reason.CRASHED, Reason.BAD_ARCHIVE, Reason.EMPTY_ARCHIVE, Reason.TOO_MANY_MEMBERS),
        *(Reason.TOO_DEEP, Reason.TOO_LARGE, Reason.RATIO_TOO_HIGH, Reason.BAD_MEMBER_NAME),
        *(Reason.LINK_MEMBER, Reason.SAME_MEMBER_NAME, Reason.BAD_WORKBOOK, Reason.ABSURD_SIZE),
        *(Reason.BAD_XML, Reason.DOCTYPE, Reason.NOT_A_STATEMENT),
    }
)
"""Where these were found, nobody looks for lines once more."""


class UnknownRejection(NotFound):
    """There is no such refused file that something is still to be done about."""

    template = N_("There is no open rejected file {id}.")


def worth_keeping(outcome: FileOutcome) -> bool:
    """Return whether a refusal is to be remembered."""
    return all(problem.reason not in _PASSING for problem in outcome.errors)


def lines_of(reader: Reader, source: Source, problems: Sequence[RowProblem]) -> RawLines | None:
    """Return the lines of a refused file around what is wrong; None where it has none."""
    if any(problem.reason in _LINELESS for problem in problems):
        return None
    whole = source.size <= WHOLE_SIZE
    ranges = [(1, MOST_ROWS)] if whole else ranges_around(problem.line for problem in problems)
    found = reader.lines(source, ranges, most_rows=MOST_ROWS)
    return found if isinstance(found, RawLines) else None


def ranges_around(lines: Iterable[int]) -> list[tuple[int, int]]:
    """Return the head of a file and what stands around these lines."""
    ranges = [(1, _HEAD)]
    for line in sorted(set(lines)):
        first, last = max(line - _AROUND, 1), line + _AROUND
        if first <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], last))
        else:
            ranges.append((first, last))
    return ranges


def keep_rejection(
    tx: Tx, *, source: Source, outcome: FileOutcome, lines: RawLines | None, about: int = 0
) -> int:
    """Remember a refusal and return its id; an earlier one of the same file is history."""
    _require(tx)
    for row in _open_ones(tx, source):
        row.state = RejectionState.RETRIED
    days = outcome.business_days or tuple(filter(None, [day_in(source.label) or about]))
    row = RejectedFile(
        sha256=source.sha256,
        name=source.label,
        name_key=name_key(source.label),
        size=source.size,
        profile=source.profile or "",
        kind=source.kind,
        encoding=source.encoding,
        state=RejectionState.OPEN,
        problem_count=outcome.error_count,
        problems=json.dumps(
            [protocol.pack_problem(problem) for problem in outcome.errors], ensure_ascii=False
        ),
        days=json.dumps(sorted(days)),
        lines=b"" if lines is None else _packed(lines),
        tried_at=tx.at,
        tried_by=tx.actor.name,
    )
    tx.session.add(row)
    tx.session.flush()
    reasons = sorted({problem.reason.value for problem in outcome.errors})
    after = {"name": source.label, "problems": outcome.error_count, "reasons": reasons}
    audit.record(tx, Verb.REJECTED, "rejected_file", str(row.id), after=after)
    return row.id


def settle_rejections(tx: Tx, source: Source, file_id: int, days: Iterable[int]) -> None:
    """Make the refusals history in whose place a file was loaded."""
    known = set(days) - {0}
    for row in _open_ones(tx, source):
        about = set(json.loads(row.days))
        same_bytes = bool(source.sha256) and row.sha256 == source.sha256
        if same_bytes or not (about and known) or about & known:
            row.state = RejectionState.CORRECTED
            row.corrected_by = file_id


def dismiss_rejection(tx: Tx, *, rejection_id: int, undo: bool = False) -> int:
    """Say that a refused file is not needed, or with `undo` that it is after all.

    Raises:
        UnknownRejection: There is none about which something is still to be done.
    """
    _require(tx)
    before, after = RejectionState.OPEN, RejectionState.DISMISSED
    if undo:
        before, after = after, before
    row = tx.session.get(RejectedFile, rejection_id, with_for_update=True)
    if row is None or row.state is not before:
        raise UnknownRejection(id=rejection_id)
    row.state = after
    audit.record(
        tx,
        Verb.DISMISSED,
        "rejected_file",
        str(row.id),
        before={"state": before.value},
        after={"state": after.value, "name": row.name},
    )
    return row.id


def stored_lines(row: RejectedFile) -> RawLines:
    """Return the lines that were kept of a refused file."""
    if not row.lines:
        return RawLines()
    return protocol.unpack_lines(json.loads(zlib.decompress(row.lines)))


def stored_problems(row: RejectedFile) -> tuple[RowProblem, ...]:
    """Return why a file was refused."""
    return tuple(protocol.unpack_problem(one) for one in json.loads(row.problems))


def _packed(lines: RawLines) -> bytes:
    text = json.dumps(protocol.pack_lines(lines), ensure_ascii=False)
    return zlib.compress(text.encode("utf-8", "replace"))


def _open_ones(tx: Tx, source: Source) -> list[RejectedFile]:
    """Return the open refusals of this file, or of one that it corrects."""
    same: list[ColumnElement[bool]] = [
        (RejectedFile.name_key == name_key(source.label))
        & or_(RejectedFile.kind.is_(None), RejectedFile.kind == source.kind)
        if source.kind is not None
        else RejectedFile.name == source.label
    ]
    if source.sha256:
        same.append(RejectedFile.sha256 == source.sha256)
    query = select(RejectedFile).where(RejectedFile.state == RejectionState.OPEN, or_(*same))
    return list(tx.session.scalars(query))


def _require(tx: Tx) -> None:
    require_any(tx.actor, LOADS_TEMPLATES)
