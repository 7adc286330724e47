"""The columns of the work list of discrepancies, of its groups and of a comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.base.i18n import N_, _
from app.discrepancies.casefilter import CaseColumn
from app.discrepancies.cases import CaseRow, GroupSum
from app.discrepancies.rules import BANDS, Grouping, Status, age_band
from app.matching.rules import Kind, Task
from app.wording.labels import label
from ui.formatting import amount, count, day
from ui.models.column import Column
from ui.naming import CHANNEL, PAYEE, Names
from ui.widgets.states import DONE, NONE, OPEN, RUNNING, WAITING, Look, with_glyph

LOOKS: dict[Status, Look] = {
    Status.OPEN: OPEN,
    Status.ASSIGNED: RUNNING,
    Status.SUBMITTED: WAITING,
    Status.RESOLVED: DONE,
    Status.CARRIED: NONE,
    Status.SUSPENDED: NONE,
}

AgeOf = Callable[[date], int | None]
NamesOf = Callable[[], Names]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One line of a comparison as it is written."""

    field: str
    ours: str
    theirs: str
    differs: bool


def case_columns(age_of: AgeOf, names: NamesOf) -> list[Column[CaseRow]]:
    """Return the columns of the work list; ages are asked for by business date."""
    return [
        *_what_columns(),
        *_amount_columns(),
        *_work_columns(age_of, names),
        *_further_columns(names),
    ]


def _what_columns() -> list[Column[CaseRow]]:
    column = CaseColumn
    return [
        Column(name=column.DAY, title=N_("Day"), text=lambda row: day(row.business_on), width=10),
        Column(
            name=column.KIND,
            title=N_("Kind"),
            text=lambda row: label(row.kind),
            tip=lambda row: label(row.kind),
            holds=[label(kind) for kind in Kind],
            least=14,
        ),
        Column(
            name=column.OURS_KEY,
            title=N_("Key"),
            text=key_of,
            tip=key_of,
            width=20,
            least=16,
            filterable=True,
        ),
    ]


def _amount_columns() -> list[Column[CaseRow]]:
    return [
        _amount(CaseColumn.OURS, N_("Ours"), lambda row: amount(row.ours_fen)),
        _amount(CaseColumn.THEIRS, N_("Theirs"), lambda row: amount(row.theirs_fen)),
        _amount(CaseColumn.DIFFERENCE, N_("Difference"), lambda row: amount(row.difference_fen)),
    ]


def _amount(name: CaseColumn, title: str, text: Callable[[CaseRow], str]) -> Column[CaseRow]:
    return Column(name=name, title=title, text=text, numeric=True, width=11, filterable=True)


def _work_columns(age_of: AgeOf, names: NamesOf) -> list[Column[CaseRow]]:
    def age(row: CaseRow) -> str:
        days = None if row.status is Status.RESOLVED else age_of(row.business_on)
        return "" if days is None else band_text(age_band(days))

    column = CaseColumn
    return [
        Column(
            name=column.STATUS,
            title=N_("State"),
            text=status_text,
            tip=status_text,
            tone=lambda row: LOOKS[row.status].tone,
            holds=[with_glyph(look, label(status)) for status, look in LOOKS.items()],
            least=12,
        ),
        Column(name=column.AGE, title=N_("Age"), text=age, holds=[band_text(one) for one in BANDS]),
        Column(
            name=column.CHANNEL,
            title=N_("Channel"),
            text=lambda row: names().of(CHANNEL, row.channel),
            tip=lambda row: names().in_full(CHANNEL, row.channel),
            width=9,
            room=16,
            spare=True,
            filterable=True,
        ),
        Column(
            name=column.ASSIGNEE,
            title=N_("Assignee"),
            text=lambda row: row.assignee,
            width=10,
            spare=True,
            filterable=True,
        ),
    ]


def _further_columns(names: NamesOf) -> list[Column[CaseRow]]:
    column = CaseColumn
    return [
        Column(
            name=column.NOTES,
            title=N_("Notes"),
            text=lambda row: _or_nothing(row.notes),
            numeric=True,
            width=4,
            spare=True,
        ),
        Column(
            name=column.ATTACHMENTS,
            title=N_("Attached"),
            text=lambda row: _or_nothing(row.attachments),
            numeric=True,
            width=4,
            spare=True,
        ),
        Column(
            name=column.TASK,
            title=N_("Task"),
            text=lambda row: label(row.task),
            holds=[label(task) for task in Task],
            spare=True,
        ),
        Column(
            name=column.PAYEE,
            title=N_("Payee"),
            text=lambda row: names().of(PAYEE, row.payee),
            tip=lambda row: names().in_full(PAYEE, row.payee),
            width=14,
            room=20,
            spare=True,
            filterable=True,
        ),
    ]


def group_columns(
    grouping: Callable[[], Grouping | None], names: NamesOf
) -> list[Column[GroupSum]]:
    """Return the columns of the groups."""
    return [
        Column(
            name="group",
            title=N_("Group"),
            text=lambda row: group_text(grouping(), row.key, names()),
            width=30,
            sortable=False,
        ),
        Column(
            name="count",
            title=N_("Count"),
            text=lambda row: count(row.sums.count),
            numeric=True,
            sortable=False,
            width=9,
        ),
        Column(
            name="difference",
            title=N_("Difference"),
            text=lambda row: amount(row.sums.difference_fen),
            numeric=True,
            sortable=False,
            width=16,
        ),
    ]


def comparison_columns() -> list[Column[Compared]]:
    """Return the columns of both sides beside each other."""

    def tone(row: Compared) -> str:
        return "bad" if row.differs else ""

    return [
        Column(
            name="field",
            title=N_("Field"),
            text=lambda row: with_glyph(DIFFERS, row.field) if row.differs else row.field,
            tone=tone,
            width=12,
            sortable=False,
        ),
        Column(
            name="ours",
            title=N_("Ours"),
            text=lambda row: row.ours,
            tip=lambda row: row.ours,
            tone=tone,
            width=18,
            sortable=False,
        ),
        Column(
            name="theirs",
            title=N_("Theirs"),
            text=lambda row: row.theirs,
            tip=lambda row: row.theirs,
            tone=tone,
            width=18,
            sortable=False,
        ),
    ]


DIFFERS = Look("≠", "bad")


def status_text(row: CaseRow) -> str:
    """Return the state of a discrepancy behind its glyph."""
    return with_glyph(LOOKS[row.status], label(row.status))


def key_of(row: CaseRow) -> str:
    """Return the business key of a discrepancy, both where they are not equal."""
    if row.ours_key and row.theirs_key and row.ours_key != row.theirs_key:
        return f"{row.ours_key} | {row.theirs_key}"
    return row.ours_key or row.theirs_key


def band_text(band: str) -> str:
    """Return an age band in words."""
    if band == BANDS[-1]:
        return _(N_("over {days} d")).format(days=band.rstrip("+"))
    return _(N_("{days} d")).format(days=band.replace("-", "–"))


def group_text(by: Grouping | None, key: str, names: Names) -> str:
    """Return what a group is called."""
    if by in (Grouping.CHANNEL, Grouping.PAYEE) and key:
        return names.of(by.value, key)
    if by is Grouping.BAND:
        return band_text(key)
    if by in _ENUMS:
        return label(_ENUMS[by](key))
    return key or _(_NAMELESS.get(by, N_("none")))


_ENUMS: dict[Grouping | None, type[Task | Kind | Status]] = {
    Grouping.TASK: Task,
    Grouping.KIND: Kind,
    Grouping.STATUS: Status,
}
_NAMELESS: dict[Grouping | None, str] = {Grouping.ASSIGNEE: N_("nobody")}


def _or_nothing(number: int) -> str:
    return str(number) if number else ""
