"""Results as JSON (the field names are a contract, cli.md) and as lines for a person."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.base.bundle import bundled
from app.base.dates import day_of
from app.base.i18n import _, ngettext
from app.base.money import yuan
from app.identity.rules import Role
from app.intake.rules import Finding, Kind, RowProblem
from app.matching.rules import WHY
from app.wording.labels import check_label, label

if TYPE_CHECKING:
    from app.closing.following import FileOutcome
    from app.demo.service import Result
    from app.discrepancies.queries import DiscrepancyView, MatchView
    from app.discrepancies.reconciling import TaskReport
    from app.identity.queries import UserRow
    from app.intake.profiles import Profile
    from app.records.queries import EntryRef
    from app.upkeep.files import Initialised, Saved
    from app.upkeep.rules import Verified

_PROBLEMS_SHOWN = 20


def table(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> list[str]:
    """Align columns; wide characters count two."""
    if not rows:
        return []
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    to_right = set(right)
    lines = []
    for row in rows:
        cells = []
        for column, text in enumerate(row):
            space = " " * (widths[column] - _width(text))
            cells.append(space + text if column in to_right else text + space)
        lines.append("  ".join(cells).rstrip())
    return lines


def initialised(done: Initialised, url: str) -> str:
    """Say what `init` did."""
    text = (
        _("Created {url} (revision {revision}).")
        if done.created
        else _("{url} is up to date (revision {revision}).")
    )
    return text.format(url=url, revision=done.revision)


def users_json(users: Sequence[UserRow]) -> dict[str, Any]:
    """The users."""
    return {
        "users": [
            {"name": one.name, "roles": list(one.roles), "state": one.state.value} for one in users
        ]
    }


def users_lines(users: Sequence[UserRow]) -> list[str]:
    """The users."""
    return table(
        [
            (one.name, ", ".join(label(Role(role)) for role in one.roles), label(one.state))
            for one in users
        ]
    )


def import_json(outcomes: Sequence[FileOutcome]) -> dict[str, Any]:
    """What became of files."""
    counts = {"loaded": 0, "duplicate": 0, "rejected": 0}
    for one in outcomes:
        name = "loaded" if one.status.value == "replaced" else one.status.value
        counts[name] += 1
    return {"files": [file_json(one) for one in outcomes], **counts}


def file_json(one: FileOutcome) -> dict[str, Any]:
    """What became of one file."""
    errors = [_problem_json(problem) for problem in one.errors]
    return {
        "path": one.path,
        "sha256": one.sha256,
        "profile": one.profile,
        "kind": one.kind.value if one.kind else None,
        "status": one.status.value,
        "file_id": one.file_id,
        "rows": one.rows,
        "accepted": one.accepted,
        "overlapping": one.overlapping,
        "findings": [_finding_json(finding) for finding in one.findings],
        "total_fen": one.total_fen,
        "business_dates": [day_of(day).isoformat() for day in one.business_days if day],
        "errors": errors,
        "error_count": one.error_count,
    }


def file_lines(outcomes: Sequence[FileOutcome]) -> list[str]:
    """What became of files, with the first problems of each."""
    rows = [(_("file"), _("what"), _("state"), _("rows"), _("total"))]
    rows += [
        (
            one.path,
            _kind_label(one.kind),
            label(one.status),
            str(one.rows),
            yuan(one.total_fen),
        )
        for one in outcomes
    ]
    lines = table(rows, right=(3, 4))
    for one in outcomes:
        lines += [f"{one.path}: {_placed(problem)}" for problem in one.errors[:_PROBLEMS_SHOWN]]
        more = one.error_count - min(len(one.errors), _PROBLEMS_SHOWN)
        if one.errors and more > 0:
            lines.append(
                ngettext("… and {count} more", "… and {count} more", more).format(count=more)
            )
        lines += [f"{one.path}: {finding.text()}" for finding in one.findings]
    return lines


def undone(file: int) -> str:
    """Say that an import was taken back."""
    return _("The import of file {file} was taken back.").format(file=file)


def profiles_json(profiles: Sequence[Profile]) -> dict[str, Any]:
    """The statement profiles."""
    return {
        "profiles": [
            {
                "name": one.name,
                "title": one.title,
                "kind": one.kind.value if one.kind else None,
                "formats": list(one.formats),
            }
            for one in profiles
        ]
    }


def profiles_lines(profiles: Sequence[Profile], *, whole: bool) -> list[str]:
    """The statement profiles; one of them with its file."""
    rows = [(one.name, one.title, _kind_label(one.kind)) for one in profiles]
    lines = table(rows)
    if whole:
        path = bundled("resources", "profiles", f"{profiles[0].name}.toml")
        if path.exists():
            lines += ["", *path.read_text(encoding="utf-8").splitlines()]
    return lines


def reconcile_json(day: date, reports: Sequence[TaskReport]) -> dict[str, Any]:
    """The figures of tasks."""
    return {
        "date": day.isoformat(),
        "tasks": [
            {
                "task": one.task.value,
                "ours": one.ours,
                "theirs": one.theirs,
                "matched_ours": one.matched_ours,
                "matched_theirs": one.matched_theirs,
                "ours_fen": one.ours_fen,
                "theirs_fen": one.theirs_fen,
                "matched_fen": one.matched_fen,
                "discrepancies": {
                    kind.value: {
                        "count": found.count,
                        "ours_fen": found.ours_fen,
                        "theirs_fen": found.theirs_fen,
                        "difference_fen": found.difference_fen,
                    }
                    for kind, found in one.discrepancies.items()
                },
                "unchanged": one.unchanged,
                **({"conservation": one.extra} if one.extra else {}),
                "seconds": json.loads(one.seconds),
            }
            for one in reports
        ],
    }


def reconcile_lines(day: date, reports: Sequence[TaskReport]) -> list[str]:
    """The figures of tasks."""
    rows = [
        (_("task"), _("ours"), "", _("theirs"), "", _("matched"), "", _("seconds")),
        *(
            (
                label(one.task),
                str(one.ours),
                yuan(one.ours_fen),
                str(one.theirs),
                yuan(one.theirs_fen),
                str(one.matched_ours),
                yuan(one.matched_fen),
                one.seconds,
            )
            for one in reports
        ),
    ]
    lines = [_("Business date {day}").format(day=day.isoformat())]
    lines += table(rows, right=range(1, 8))
    kinds = [
        (
            label(one.task),
            label(kind),
            str(found.count),
            yuan(found.ours_fen),
            yuan(found.theirs_fen),
            yuan(found.difference_fen),
        )
        for one in reports
        for kind, found in one.discrepancies.items()
    ]
    if kinds:
        head = (_("task"), _("kind"), _("count"), _("ours"), _("theirs"), _("difference"))
        lines += ["", *table([head, *kinds], right=range(2, 6))]
    return lines


def discrepancies_json(found: Sequence[DiscrepancyView]) -> dict[str, Any]:
    """Discrepancies."""
    return {
        "discrepancies": [
            {
                "id": one.id,
                "task": one.task.value,
                "kind": one.kind.value,
                "status": one.status.value,
                "resolution": one.resolution.value,
                "date": one.business_on.isoformat(),
                "channel": one.scope,
                "ours": _ref_json(one.ours, one.ours_key),
                "theirs": _ref_json(one.theirs, one.theirs_key),
                "age_days": one.age_days,
                "difference_fen": one.difference_fen,
                "assignee": one.assignee,
                "reason": one.reason,
                "detail": json.loads(one.detail) if one.detail else {},
                "further_entries": len(one.more_ours) + len(one.more_theirs),
            }
            for one in found
        ]
    }


def discrepancies_lines(found: Sequence[DiscrepancyView]) -> list[str]:
    """Discrepancies."""
    head = (
        _("no."),
        _("date"),
        _("task"),
        _("kind"),
        _("ours"),
        _("theirs"),
        _("difference"),
        _("age"),
        _("state"),
        _("assigned to"),
    )
    rows = [
        (
            str(one.id),
            one.business_on.isoformat(),
            label(one.task),
            label(one.kind),
            one.ours_key or "—",
            one.theirs_key or "—",
            yuan(one.difference_fen),
            str(one.age_days),
            label(one.status),
            one.assignee,
        )
        for one in found
    ]
    return table([head, *rows], right=(0, 6, 7))


def matches_json(found: Sequence[MatchView]) -> dict[str, Any]:
    """Matches."""
    return {
        "matches": [
            {
                "id": one.id,
                "task": one.task.value,
                "rule": one.rule.value,
                "automatic": one.automatic,
                "ours": [_ref_json(ref, ref.key) for ref in one.ours],
                "theirs": [_ref_json(ref, ref.key) for ref in one.theirs],
                "why": _why(one),
            }
            for one in found
        ]
    }


def matches_lines(found: Sequence[MatchView]) -> list[str]:
    """Matches."""
    rows = [
        (
            str(one.id),
            label(one.task),
            " + ".join(ref.key for ref in one.ours),
            " + ".join(ref.key for ref in one.theirs),
            yuan(sum(ref.amount_fen for ref in one.ours)),
            _why(one),
        )
        for one in found
    ]
    head = (_("no."), _("task"), _("ours"), _("theirs"), _("amount"), _("why"))
    return table([head, *rows], right=(0, 4))


def taken_apart(found: Sequence[MatchView]) -> list[str]:
    """Say that matches were taken apart."""
    count = len(found)
    text = ngettext("{count} match was taken apart.", "{count} matches were taken apart.", count)
    return [text.format(count=count)]


def saved_json(done: Saved) -> dict[str, Any]:
    """A backup."""
    return {"file": str(done.file), "sha256": done.sha256, "bytes": done.size}


def saved(done: Saved) -> str:
    """Say that a backup was made."""
    return _("Saved and verified: {file} ({size} bytes).").format(file=done.file, size=done.size)


def restored(done: Saved) -> str:
    """Say that a backup was put in place."""
    if done.kept is None:
        return _("Restored from {file}.").format(file=done.file)
    text = _("Restored from {file}. The former database is kept as {kept}.")
    return text.format(file=done.file, kept=done.kept)


def verify_json(result: Verified) -> dict[str, Any]:
    """The checks."""
    return {
        "ok": result.ok,
        "checks": [{"name": one.name, "ok": one.ok, "detail": one.detail} for one in result.checks],
    }


def verify_lines(result: Verified) -> list[str]:
    """The checks."""
    return table(
        [("✓" if one.ok else "✗", check_label(one.name), one.detail) for one in result.checks]
    )


def demo_json(folder: Path, result: Result) -> dict[str, Any]:
    """The files of a demonstration."""
    return {
        "dir": str(folder),
        "files": [
            path.relative_to(folder).as_posix()
            if path.is_absolute() == folder.is_absolute()
            else str(path)
            for path in result.files
        ],
        "truth": result.truth_file.name,
    }


def demo_lines(folder: Path, result: Result) -> list[str]:
    """The files of a demonstration."""
    text = _("{count} files and their truth ({truth}) were written to {folder}.")
    return [text.format(count=len(result.files), truth=result.truth_file.name, folder=folder)]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _kind_label(kind: Kind | None) -> str:
    return label(kind) if kind else ""


def _why(one: MatchView) -> str:
    reason = _(WHY[one.rule])
    if one.automatic:
        return reason
    return f"{reason} {one.by}: {one.reason}" if one.reason else f"{reason} {one.by}"


def _ref_json(ref: EntryRef | None, key: str) -> dict[str, Any] | None:
    if ref is None:
        return {"file": None, "line": None, "key": key, "amount_fen": 0} if key else None
    return {"file": ref.file, "line": ref.line, "key": key, "amount_fen": ref.amount_fen}


def _problem_json(problem: RowProblem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "sheet": problem.sheet,
        "column": problem.column,
        "field": problem.field,
        "value": problem.value,
        "code": problem.reason.value,
        "reason": problem.text(),
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {"line": finding.line, "code": finding.notice.value, "text": finding.text()}


def _placed(problem: RowProblem) -> str:
    if not problem.line:
        return problem.text()
    where = _("line {line}").format(line=problem.line)
    sheet = f"{problem.sheet} " if problem.sheet else ""
    column = f" {problem.column}" if problem.column else ""
    return f"{sheet}{where}{column}: {problem.text()}"
