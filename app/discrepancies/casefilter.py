"""Which discrepancies a work list holds and in which order, as SQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    UnaryExpression,
    case,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute

from app.base.dates import day_number
from app.base.ranges import FenRange
from app.catalog.model import BankAccount, Organisation
from app.discrepancies.model import Discrepancy, DiscrepancyAttachment, DiscrepancyNote
from app.discrepancies.rules import Grouping, Status, age_band
from app.intake.rules import Kind as EntryKind
from app.matching.rules import Kind, Task
from app.records.model import Arrival, BillLine, ClearingBatch, ClearingLine, WriteOff


class CaseColumn(StrEnum):
    """What the work list can be sorted by."""

    ID = "id"
    DAY = "day"
    AGE = "age"
    TASK = "task"
    KIND = "kind"
    CHANNEL = "channel"
    PAYEE = "payee"
    OURS_KEY = "ours_key"
    THEIRS_KEY = "theirs_key"
    OURS = "ours"
    THEIRS = "theirs"
    DIFFERENCE = "difference"
    STATUS = "status"
    ASSIGNEE = "assignee"
    NOTES = "notes"
    ATTACHMENTS = "attachments"


UNSETTLED = frozenset(Status) - {Status.RESOLVED}
"""What still has to be done, or comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which discrepancies to list; what is None or empty does not limit.

    `nobody` asks for those without an assignee, `keys` for a part of a business key, `parts` for
    parts of channel, payee or assignee.
    """

    tasks: frozenset[Task] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    statuses: frozenset[Status] = frozenset()
    channels: frozenset[str] = frozenset()
    payees: frozenset[str] = frozenset()
    bands: frozenset[str] = frozenset()
    first: date | None = None
    last: date | None = None
    assignee: str = ""
    nobody: bool = False
    keys: str = ""
    parts: tuple[tuple[CaseColumn, str], ...] = ()
    ours: FenRange | None = None
    theirs: FenRange | None = None
    difference: FenRange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOrder:
    """By which column the list is sorted; equal rows stand by day and id."""

    column: CaseColumn = CaseColumn.DAY
    descending: bool = False


def narrowed(wanted: CaseFilter, by: Grouping, key: str) -> CaseFilter:
    """Return the filter that lets only one group of a grouped list through."""
    if by is Grouping.DAY:
        return replace(wanted, first=date.fromisoformat(key), last=date.fromisoformat(key))
    if by is Grouping.ASSIGNEE:
        return replace(wanted, assignee=key, nobody=not key)
    field, kind = _GROUP_FIELDS[by]
    only: dict[str, Any] = {field: frozenset({kind(key)})}
    return replace(wanted, **only)


def days_of_bands(bands: Collection[str], ages: Mapping[date, int]) -> frozenset[int] | None:
    """Return the days whose age lies in one of these bands, or None where none is named."""
    if not bands:
        return None
    return frozenset(day_number(day) for day, age in ages.items() if age_band(age) in bands)


def condition(wanted: CaseFilter, days: frozenset[int] | None) -> list[ColumnElement[bool]]:
    """Return what a row has to meet; `days` are those of the age bands asked for."""
    row = Discrepancy
    found = [
        *_one_of(row.task, wanted.tasks),
        *_one_of(row.kind, wanted.kinds),
        *_one_of(row.status, wanted.statuses),
        *_one_of(channel_of(), wanted.channels),
        *_one_of(payee_of(), wanted.payees),
        *_within(row.ours_fen, wanted.ours, there=row.ours_id),
        *_within(row.theirs_fen, wanted.theirs, there=row.theirs_id),
        *_within(row.difference_fen, wanted.difference),
    ]
    if days is not None:
        found.append(row.business_on.in_(sorted(days)) if days else false())
    if wanted.first is not None:
        found.append(row.business_on >= day_number(wanted.first))
    if wanted.last is not None:
        found.append(row.business_on <= day_number(wanted.last))
    if wanted.nobody:
        found.append(row.assignee == "")
    elif wanted.assignee:
        found.append(row.assignee == wanted.assignee)
    for column, part in wanted.parts:
        found.append(_sort_key(column).icontains(part.strip(), autoescape=True))
    if text := wanted.keys.strip():
        found.append(
            or_(
                row.ours_key.icontains(text, autoescape=True),
                row.theirs_key.icontains(text, autoescape=True),
            )
        )
    return found


def sorted_by(order: CaseOrder) -> list[UnaryExpression[Any]]:
    """Return by what rows are sorted."""
    columns: list[ColumnElement[Any] | InstrumentedAttribute[Any]]
    columns = [_sort_key(order.column), Discrepancy.business_on, Discrepancy.id]
    # The older a row, the smaller its day.
    falling = order.descending is not (order.column is CaseColumn.AGE)
    first, *others = columns
    return [first.desc() if falling else first.asc(), *(column.asc() for column in others)]


def grouped_by(by: Grouping) -> ColumnElement[Any]:
    """Return what the members of a group share; bands are made of days."""
    match by:
        case Grouping.CHANNEL:
            return channel_of()
        case Grouping.PAYEE:
            return payee_of()
        case Grouping.BAND | Grouping.DAY:
            return Discrepancy.business_on.expression
        case _:
            column: ColumnElement[Any] = Discrepancy.__table__.c[by.value]
            return column


def channel_of() -> ColumnElement[str]:
    """Return the channel of a row: its task's, or that of its batch; "" where there is none."""
    batch = EntryKind.CLEARING_BATCHES
    return func.coalesce(
        case(
            (Discrepancy.scope != "", Discrepancy.scope),
            (Discrepancy.ours_kind == batch, _of(ClearingBatch.channel, Discrepancy.ours_id)),
            (Discrepancy.theirs_kind == batch, _of(ClearingBatch.channel, Discrepancy.theirs_id)),
            else_=literal(""),
        ),
        "",
    )


def payee_of() -> ColumnElement[str]:
    """Return the payee that an entry of a row names, ours before theirs; "" for payments."""
    row = Discrepancy
    by_account = (
        select(Organisation.code)
        .join(BankAccount, BankAccount.organisation_id == Organisation.id)
        .join(Arrival, Arrival.account_no == BankAccount.account_no)
        .where(Arrival.id == row.theirs_id)
        .order_by(Organisation.code)
        .limit(1)
        .correlate(row)
        .scalar_subquery()
    )
    return func.coalesce(
        case(
            (row.ours_kind == EntryKind.BILL_LINES, _of(BillLine.payee, row.ours_id)),
            (row.ours_kind == EntryKind.CLEARING_BATCHES, _of(ClearingBatch.payee, row.ours_id)),
            (row.theirs_kind == EntryKind.WRITEOFFS, _of(WriteOff.payee, row.theirs_id)),
            (row.theirs_kind == EntryKind.CLEARING_LINES, _of(ClearingLine.payee, row.theirs_id)),
            (
                row.theirs_kind == EntryKind.CLEARING_BATCHES,
                _of(ClearingBatch.payee, row.theirs_id),
            ),
            (row.theirs_kind == EntryKind.ARRIVALS, by_account),
            else_=literal(""),
        ),
        "",
    )


def note_count() -> ScalarSelect[int]:
    """Return how many notes a row has."""
    return _count_of(DiscrepancyNote.discrepancy_id)


def attachment_count() -> ScalarSelect[int]:
    """Return how many attachments a row has."""
    return _count_of(DiscrepancyAttachment.discrepancy_id)


def _sort_key(column: CaseColumn) -> ColumnElement[Any]:
    if column in _RANKED:
        return _ranked(*_RANKED[column])
    if column in _MADE:
        return _MADE[column]()
    plain: ColumnElement[Any] = Discrepancy.__table__.c[_PLAIN[column]]
    return plain


_RANKED: dict[CaseColumn, tuple[InstrumentedAttribute[Any], type[StrEnum]]] = {
    CaseColumn.TASK: (Discrepancy.task, Task),
    CaseColumn.KIND: (Discrepancy.kind, Kind),
    CaseColumn.STATUS: (Discrepancy.status, Status),
}
_MADE: dict[CaseColumn, Callable[[], ColumnElement[Any]]] = {
    CaseColumn.CHANNEL: channel_of,
    CaseColumn.PAYEE: payee_of,
    CaseColumn.NOTES: note_count,
    CaseColumn.ATTACHMENTS: attachment_count,
}
_GROUP_FIELDS: dict[Grouping, tuple[str, Callable[[str], str]]] = {
    Grouping.TASK: ("tasks", Task),
    Grouping.KIND: ("kinds", Kind),
    Grouping.STATUS: ("statuses", Status),
    Grouping.CHANNEL: ("channels", str),
    Grouping.PAYEE: ("payees", str),
    Grouping.BAND: ("bands", str),
}
_PLAIN = {
    CaseColumn.ID: "id",
    CaseColumn.DAY: "business_on",
    CaseColumn.AGE: "business_on",
    CaseColumn.OURS_KEY: "ours_key",
    CaseColumn.THEIRS_KEY: "theirs_key",
    CaseColumn.OURS: "ours_fen",
    CaseColumn.THEIRS: "theirs_fen",
    CaseColumn.DIFFERENCE: "difference_fen",
    CaseColumn.ASSIGNEE: "assignee",
}


def _ranked(column: InstrumentedAttribute[Any], members: Iterable[StrEnum]) -> ColumnElement[int]:
    """Return the place of a member in its list: names sort differently in each language."""
    return case({member.value: place for place, member in enumerate(members)}, value=column)


def _of(column: InstrumentedAttribute[str], id_: InstrumentedAttribute[Any]) -> ScalarSelect[str]:
    model = column.class_
    return select(column).where(model.id == id_).correlate(Discrepancy).scalar_subquery()


def _count_of(column: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    query = select(func.count()).where(column == Discrepancy.id)
    return query.correlate(Discrepancy).scalar_subquery()


def _one_of(column: Any, values: Collection[object]) -> list[ColumnElement[bool]]:
    return [column.in_(sorted(values, key=str))] if values else []


def _within(
    column: InstrumentedAttribute[int],
    range_: FenRange | None,
    *,
    there: InstrumentedAttribute[int | None] | None = None,
) -> list[ColumnElement[bool]]:
    """An absent side has no amount, so no amount of it is found."""
    if range_ is None:
        return []
    found: list[ColumnElement[bool]] = [] if there is None else [there.is_not(None)]
    if range_.lowest is not None:
        found.append(column >= range_.lowest)
    if range_.highest is not None:
        found.append(column <= range_.highest)
    return found
