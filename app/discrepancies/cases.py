"""The work list: discrepancies across tasks and days, filtered, sorted and grouped in SQL.

The list is the sorted ids of all rows; rows are read when they are shown.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.base.dates import day_of
from app.calendar.queries import working_calendar
from app.db.ids import ids_of
from app.discrepancies.casefilter import (
    CaseFilter,
    CaseOrder,
    attachment_count,
    channel_of,
    condition,
    days_of_bands,
    grouped_by,
    note_count,
    payee_of,
    sorted_by,
)
from app.discrepancies.model import Discrepancy
from app.discrepancies.queries import as_of
from app.discrepancies.rules import BANDS, Grouping, Resolution, Status, age_band
from app.identity.queries import users
from app.identity.rules import Permission, UserState, permissions_of
from app.matching.rules import Kind, Task

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSum:
    """How many discrepancies, and what stands on both sides in fen."""

    count: int = 0
    ours_fen: int = 0
    theirs_fen: int = 0
    difference_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSum:
    """One group of the work list; `key` is the value that its members share."""

    key: str
    sums: CaseSum


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseList:
    """The sorted ids of a work list, its sum, and each day's age in working days."""

    ids: array[int]
    sums: CaseSum
    ages: dict[date, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBoard:
    """A work list, what each age band would hold, and its groups."""

    found: CaseList
    bands: tuple[GroupSum, ...]
    groups: tuple[GroupSum, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One discrepancy as the list shows it; an absent side has no amount."""

    id: int
    task: Task
    kind: Kind
    status: Status
    resolution: Resolution
    channel: str
    payee: str
    business_on: date
    ours_key: str
    theirs_key: str
    ours_fen: int | None
    theirs_fen: int | None
    difference_fen: int
    assignee: str
    reason: str
    notes: int
    attachments: int
    version: int


def case_list(session: Session, wanted: CaseFilter, order: CaseOrder | None = None) -> CaseList:
    """Return the ids of all discrepancies that a filter lets through, sorted."""
    ages = case_ages(session)
    conditions = condition(wanted, days_of_bands(wanted.bands, ages))
    query = select(Discrepancy.id).where(*conditions).order_by(*sorted_by(order or CaseOrder()))
    sums = session.execute(select(*_SUMS).where(*conditions)).one()
    return CaseList(ids=ids_of(session, query), sums=_together(CaseSum(), sums), ages=ages)


def case_rows(session: Session, ids: Sequence[int]) -> list[CaseRow]:
    """Return discrepancies in the order of their ids; those that are gone are left out."""
    found = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(*_COLUMNS).where(Discrepancy.id.in_(ids[start : start + _CHUNK]))
        for values in session.execute(query):
            named = dict(zip(CaseRow.__slots__, values, strict=True))
            named["business_on"] = day_of(named["business_on"])
            found[named["id"]] = CaseRow(**named)
    return [found[id_] for id_ in ids if id_ in found]


def case_groups(session: Session, wanted: CaseFilter, by: Grouping) -> list[GroupSum]:
    """Return count and sums of each group of the discrepancies that a filter lets through."""
    ages = case_ages(session)
    key = grouped_by(by)
    query = (
        select(key, *_SUMS)
        .where(*condition(wanted, days_of_bands(wanted.bands, ages)))
        .group_by(key)
    )
    found: dict[str, CaseSum] = {}
    for value, *sums in session.execute(query):
        name = _group_name(by, value, ages)
        found[name] = _together(found.get(name, CaseSum()), sums)
    return [GroupSum(key=name, sums=sums) for name, sums in sorted(found.items(), key=_place)]


def case_board(
    session: Session, wanted: CaseFilter, order: CaseOrder | None, by: Grouping | None
) -> CaseBoard:
    """Return a work list with the sums of all age bands, and of its groups if it has any."""
    unbanded = replace(wanted, bands=frozenset())
    bands = {group.key: group.sums for group in case_groups(session, unbanded, Grouping.BAND)}
    return CaseBoard(
        found=case_list(session, wanted, order),
        bands=tuple(GroupSum(key=band, sums=bands.get(band, CaseSum())) for band in BANDS),
        groups=tuple(case_groups(session, wanted, by)) if by is not None else (),
    )


def case_sum(session: Session, ids: Sequence[int]) -> CaseSum:
    """Return what a selection adds up to; a bulk action says so before it runs."""
    total = CaseSum()
    for start in range(0, len(ids), _CHUNK):
        query = select(*_SUMS).where(Discrepancy.id.in_(ids[start : start + _CHUNK]))
        total = _together(total, session.execute(query).one())
    return total


def case_ages(session: Session) -> dict[date, int]:
    """Return the age in working days, as of the last run, of each day with discrepancies."""
    today = as_of(session)
    days = [day_of(day) for day in session.scalars(select(Discrepancy.business_on).distinct())]
    if today is None or not days:
        return dict.fromkeys(days, 0)
    calendar = working_calendar(session)
    return {day: calendar.working_days_between(day, today) for day in days}


def case_channels(session: Session) -> list[str]:
    """Return the channels that discrepancies name."""
    return sorted({code for code in session.scalars(select(channel_of()).distinct()) if code})


def case_assignees(session: Session) -> list[str]:
    """Return the active users who can work on discrepancies."""
    working = {Permission.ASSIGN, Permission.EXPLAIN, Permission.APPROVE}
    return [
        user.name
        for user in users(session)
        if user.state is UserState.ACTIVE and working & permissions_of(user.roles)
    ]


def _group_name(by: Grouping, value: object, ages: dict[date, int]) -> str:
    if by is Grouping.DAY:
        return day_of(int(str(value))).isoformat()
    if by is Grouping.BAND:
        return age_band(ages[day_of(int(str(value)))])
    return str(value)


def _place(item: tuple[str, CaseSum]) -> tuple[int, str]:
    """Groups come by name; age bands begin with a number."""
    first = item[0].partition("-")[0].rstrip("+")
    return (int(first) if first.isdecimal() and len(first) < len("2026") else 0, item[0])


def _together(one: CaseSum, other: Iterable[object]) -> CaseSum:
    count, ours, theirs, difference = (int(str(value or 0)) for value in other)
    return CaseSum(
        count=one.count + count,
        ours_fen=one.ours_fen + ours,
        theirs_fen=one.theirs_fen + theirs,
        difference_fen=one.difference_fen + difference,
    )


_SUMS = (
    func.count(),
    func.sum(Discrepancy.ours_fen),
    func.sum(Discrepancy.theirs_fen),
    func.sum(Discrepancy.difference_fen),
)

_COLUMNS = (
    Discrepancy.id,
    Discrepancy.task,
    Discrepancy.kind,
    Discrepancy.status,
    Discrepancy.resolution,
    channel_of(),
    payee_of(),
    Discrepancy.business_on,
    Discrepancy.ours_key,
    Discrepancy.theirs_key,
    case((Discrepancy.ours_id.is_not(None), Discrepancy.ours_fen)),
    case((Discrepancy.theirs_id.is_not(None), Discrepancy.theirs_fen)),
    Discrepancy.difference_fen,
    Discrepancy.assignee,
    Discrepancy.reason,
    note_count(),
    attachment_count(),
    Discrepancy.version,
)
