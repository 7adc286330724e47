"""Why a file was refused, in the words of its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.base.errors import DayClosed, UserError
from app.catalog.rules import (
    AccountChangeNeedsApproval,
    ChannelChangeNeedsApproval,
    ParentCycle,
    RepeatedCode,
    RowRefused,
    UnknownParent,
)
from app.closing.following import FileOutcome
from app.intake.profiles import column_of
from app.intake.reader import Source
from app.intake.rules import FileStatus, Reason, RowProblem
from app.records.refusals import FileInUse, FileOverlaps, FileRejected

REFUSALS = (FileRejected, FileInUse, RowRefused, DayClosed)
"""What says no to one file, and does not stop the others."""


def outcome_of(source: Source, status: FileStatus) -> FileOutcome:
    """Return what became of a file, without figures."""
    return FileOutcome(
        path=source.label,
        sha256=source.sha256,
        profile=source.profile or "",
        kind=source.kind,
        status=status,
    )


def rejected(source: Source, problems: Sequence[RowProblem], count: int) -> FileOutcome:
    """Return the outcome of a file that is not loaded."""
    return replace(
        outcome_of(source, FileStatus.REJECTED), errors=tuple(problems), error_count=count
    )


def problems_of(source: Source, error: UserError) -> tuple[RowProblem, ...]:
    """Return why something said no to a file."""
    if isinstance(error, FileRejected):
        return error.problems
    return (_problem(source, error),)


def refused(source: Source, error: UserError) -> FileOutcome:
    """Return the outcome of a file to which something said no."""
    if isinstance(error, FileRejected):
        outcome = rejected(source, error.problems, error.count)
        return replace(outcome, business_days=error.days)
    return rejected(source, (_problem(source, error),), 1)


def _problem(source: Source, error: UserError) -> RowProblem:
    match error:
        case RowRefused():
            return _master_problem(source, error)
        case FileOverlaps():
            return RowProblem(reason=Reason.SHARES_ROWS, params=_texts(error))
        case FileInUse():
            return RowProblem(reason=Reason.IN_USE, params=_texts(error))
        case _:
            return RowProblem(reason=Reason.DAY_CLOSED, params=_texts(error))


def _master_problem(source: Source, error: RowRefused) -> RowProblem:
    params = _texts(error)
    field = params.get("field", "")
    changes = params.get("changes", "").split(", ")
    return RowProblem(
        reason=_REASONS[type(error)],
        line=int(params.get("line", 0)),
        column=column_of(source.profile, field),
        field=field,
        value=params.get("value", ""),
        params={"changes": ", ".join(column_of(source.profile, one) or one for one in changes)},
    )


def _texts(error: UserError) -> dict[str, str]:
    return {name: str(value) for name, value in error.params.items()}


_REASONS: Mapping[type[RowRefused], Reason] = {
    RowRefused: Reason.UNUSABLE,
    RepeatedCode: Reason.REPEATED_CODE,
    UnknownParent: Reason.UNKNOWN_PARENT,
    ParentCycle: Reason.PARENT_CYCLE,
    AccountChangeNeedsApproval: Reason.ACCOUNT_CHANGE,
    ChannelChangeNeedsApproval: Reason.CHANNEL_CHANGE,
}
