"""How files, expected files and the files of an import look in tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.base.i18n import N_, _, ngettext
from app.closing.day_files import FileRow, title_of
from app.closing.expected import ExpectedFile
from app.closing.following import FileOutcome, FileStep
from app.closing.rules import Ground, Presence, Stage
from app.intake.naming import own_name
from app.intake.rules import FileStatus, Kind, Reason, RejectionState
from app.wording.labels import label
from ui.formatting import amount, count, day, moment
from ui.models.column import Column
from ui.widgets.states import (
    DONE,
    FAILED,
    MISSING,
    NONE,
    RUNNING,
    WAITING,
    WARNING,
    Look,
    with_glyph,
)

_PERMILLE = 1_000

PASSWORDS = frozenset({Reason.PASSWORD_NEEDED, Reason.PASSWORD_WRONG})


def kind_text(kind: Kind | None) -> str:
    """Return what kind of file it is; nothing where that is not known."""
    return label(kind) if kind is not None else ""


# ---------------------------------------------------------------- files on record


def file_look(row: FileRow) -> Look:
    """Return the look of a file's state."""
    if row.rejection is RejectionState.OPEN:
        return FAILED
    if row.rejection is not None or row.status is not FileStatus.LOADED:
        return NONE
    return WARNING if row.findings else DONE


def file_state(row: FileRow) -> str:
    """Return a file's state in words."""
    if row.rejection is not None:
        errors = ngettext("{count} error", "{count} errors", row.problems)
        return f"{label(row.rejection)}, {errors.format(count=count(row.problems))}"
    text = label(row.status)
    if row.findings and row.status is FileStatus.LOADED:
        notes = ngettext("{count} note", "{count} notes", row.findings)
        text = f"{text}, {notes.format(count=row.findings)}"
    return text


def _short_state(row: FileRow) -> str:
    number = row.problems if row.rejection is not None else row.findings
    text = label(row.rejection or row.status)
    if not number or (row.rejection is None and row.status is not FileStatus.LOADED):
        return text
    return _("{state} ({count})").format(state=text, count=count(number))


def file_columns() -> list[Column[FileRow]]:
    """Return the columns of the list of files."""
    return [
        Column(
            name="state",
            title=N_("State"),
            text=lambda row: with_glyph(file_look(row), _short_state(row)),
            tip=file_state,
            tone=lambda row: file_look(row).tone,
            width=12,
        ),
        Column(
            name="name",
            title=N_("File"),
            text=lambda row: row.name,
            tip=lambda row: row.path,
            width=28,
            filterable=True,
        ),
        Column(
            name="kind",
            title=N_("What"),
            text=lambda row: kind_text(row.kind),
            holds=[kind_text(kind) for kind in Kind],
        ),
        Column(
            name="title",
            title=N_("Layout"),
            text=lambda row: row.title,
            tip=lambda row: f"{row.title}\n{row.profile}",
            width=14,
            room=30,
            spare=True,
            filterable=True,
        ),
        Column(
            name="days",
            title=N_("Business date"),
            text=_days,
            tip=_all_days,
            width=12,
            sortable=False,
        ),
        *_figures(),
    ]


def _figures() -> list[Column[FileRow]]:
    return [
        Column(
            name="rows",
            title=N_("Rows"),
            text=lambda row: "" if row.rejection else count(row.rows),
            tip=_row_tip,
            numeric=True,
            width=7,
        ),
        Column(
            name="total",
            title=N_("Total"),
            text=lambda row: "" if row.rejection else amount(row.total_fen),
            numeric=True,
            width=13,
        ),
        Column(name="by", title=N_("By"), text=lambda row: row.by, width=8, filterable=True),
        Column(
            name="at",
            title=N_("When"),
            text=lambda row: moment(row.at)[5:16],
            tip=lambda row: moment(row.at),
            width=11,
        ),
    ]


def _days(row: FileRow) -> str:
    if not row.days:
        return "—"
    first = day(row.days[0])
    more = len(row.days) - 1
    return f"{first} +{more}" if more else first


def _all_days(row: FileRow) -> str:
    return ", ".join(day(one) for one in row.days)


def _row_tip(row: FileRow) -> str:
    if not row.overlapping:
        return ""
    text = ngettext(
        "{count} row stands in another file too and was left out",
        "{count} rows stand in another file too and were left out",
        row.overlapping,
    )
    return text.format(count=count(row.overlapping))


# ---------------------------------------------------------------- expected files

_PRESENCE: dict[Presence, Look] = {
    Presence.CAME: DONE,
    Presence.EMPTY: DONE,
    Presence.MISSING: MISSING,
    Presence.QUIET: NONE,
}


def expected_columns() -> list[Column[ExpectedFile]]:
    """Return the columns of the expected files."""
    return [
        Column(
            name="state",
            title=N_("State"),
            text=lambda one: with_glyph(_PRESENCE[one.presence], label(one.presence)),
            tone=lambda one: _PRESENCE[one.presence].tone,
            holds=[with_glyph(look, label(presence)) for presence, look in _PRESENCE.items()],
            sortable=False,
        ),
        Column(
            name="what",
            title=N_("File"),
            text=expected_text,
            tip=_expected_tip,
            width=17,
            sortable=False,
        ),
        Column(
            name="rows",
            title=N_("Rows"),
            text=lambda one: count(one.rows) if one.files else "",
            numeric=True,
            width=6,
            sortable=False,
        ),
    ]


def expected_text(one: ExpectedFile) -> str:
    """Return what is expected: the kind, and the channel or account."""
    kind = label(one.kind)
    if one.kind is Kind.CHANNEL:
        return one.title or one.scope
    if one.kind is Kind.ARRIVALS:
        owner = one.title or _("account")
        return f"{owner} …{one.scope[-4:]}"
    return kind


def _expected_tip(one: ExpectedFile) -> str:
    parts = [label(one.kind), one.scope, label(one.ground)]
    if one.expected_rows:
        text = (
            N_("{count} payments, {amount}")
            if one.ground is Ground.PAYMENTS
            else N_("{count} batches, {amount}")
        )
        parts.append(
            _(text).format(count=count(one.expected_rows), amount=amount(one.expected_fen))
        )
    parts.append(_("dated {day}").format(day=day(one.due_on)))
    return "\n".join(part for part in parts if part)


# ---------------------------------------------------------------- files of an import


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One file of this session's imports; `stopped` says that it was not loaded after all."""

    path: str
    step: FileStep
    stopped: bool = False

    @property
    def outcome(self) -> FileOutcome | None:
        """What became of it; None while it is under way."""
        return self.step.outcome

    @property
    def permille(self) -> int:
        """How much of it was read, for a bar; 0 when no bar is to be drawn."""
        step = self.step
        if self.stopped or step.stage not in {Stage.LOADING, Stage.SETTLING} or not step.size:
            return 0
        return min(step.read * _PERMILLE // step.size, _PERMILLE)


def stopped(row: ImportRow) -> ImportRow:
    """Return a row as it is when the import ended before its file."""
    return row if row.outcome is not None else replace(row, stopped=True)


def import_look(row: ImportRow) -> Look:
    """Return the look of a file under way."""
    if row.outcome is not None:
        return _outcome_look(row.outcome)
    if row.stopped:
        return NONE
    return RUNNING if row.step.stage in {Stage.LOADING, Stage.SETTLING} else WAITING


def _outcome_look(outcome: FileOutcome) -> Look:
    match outcome.status:
        case FileStatus.REJECTED:
            return WARNING if needs_password(outcome) else FAILED
        case FileStatus.DUPLICATE:
            return NONE
        case _:
            return WARNING if outcome.findings else DONE


def needs_password(outcome: FileOutcome) -> bool:
    """Return whether a file can be read once its password is known."""
    return any(problem.reason in PASSWORDS for problem in outcome.errors)


def import_state(row: ImportRow) -> str:
    """Return how far a file is, or what became of it, in one or two words."""
    if row.outcome is not None:
        return label(row.outcome.status)
    if row.stopped:
        return _("not loaded")
    return label(row.step.stage)


def import_text(row: ImportRow) -> str:
    """Return how far a file is, or what became of it, in words."""
    step = row.step
    if step.outcome is not None:
        return _outcome_text(step.outcome)
    if row.stopped:
        return _("The import ended before this file; nothing of it was loaded.")
    if step.stage is Stage.LOADING:
        text = _("{percent}%, {rows} rows, {speed} a second")
        percent = row.permille // 10
        return text.format(percent=percent, rows=count(step.rows), speed=count(step.speed))
    if step.stage is Stage.SETTLING:
        return _("{rows} rows, held against what is loaded").format(rows=count(step.rows))
    return title_of(step.profile) if step.profile else ""


def _outcome_text(outcome: FileOutcome) -> str:
    if outcome.status is FileStatus.REJECTED:
        return _why(outcome)
    if outcome.status is FileStatus.DUPLICATE:
        return _("The same file is loaded already; nothing changed.")
    parts = [
        ngettext("{count} row", "{count} rows", outcome.rows).format(count=count(outcome.rows)),
        amount(outcome.total_fen),
    ]
    if outcome.overlapping:
        parts.append(_("{count} were there already").format(count=count(outcome.overlapping)))
    parts += [finding.text() for finding in outcome.findings[:1]]
    return _(", ").join(parts)


def _why(outcome: FileOutcome) -> str:
    if not outcome.errors:
        return ""
    first = outcome.errors[0]
    place = _("line {line}: ").format(line=count(first.line)) if first.line else ""
    more = outcome.error_count - 1
    rest = ngettext(" (+ {count} more)", " (+ {count} more)", more).format(count=count(more))
    return f"{place}{first.text()}{rest if more > 0 else ''}"


def import_columns() -> list[Column[ImportRow]]:
    """Return the columns of the files of an import."""
    return [
        Column(
            name="state",
            title=N_("State"),
            text=lambda row: with_glyph(import_look(row), import_state(row)),
            tone=lambda row: import_look(row).tone,
            width=13,
            sortable=False,
        ),
        Column(
            name="name",
            title=N_("File"),
            text=lambda row: own_name(row.path),
            tip=lambda row: row.path,
            width=30,
            sortable=False,
        ),
        Column(
            name="kind",
            title=N_("What"),
            text=lambda row: kind_text(row.step.kind),
            width=12,
            sortable=False,
        ),
        Column(
            name="how",
            title=N_("Progress and outcome"),
            text=import_text,
            tip=import_text,
            width=60,
            sortable=False,
        ),
    ]
