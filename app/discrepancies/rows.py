"""Reading the lines of a sheet that are on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, select, type_coerce
from sqlalchemy.orm import Session

from app.discrepancies.lines import ENTRY_KINDS, KINDS, STATES
from app.discrepancies.model import Discrepancy
from app.discrepancies.queries import SIDES
from app.discrepancies.rules import LineState, Status
from app.discrepancies.sheet import Sheet
from app.intake.rules import Kind as EntryKind
from app.matching.model import Match
from app.matching.rules import Kind, Side, Task
from app.records.fields import FIELDS
from app.records.kinds import SHAPES
from app.records.rules import EntryStatus

Value = str | int | None

_CHUNK = 500
_LOOSE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry with all of its fields, in the order of `FIELDS`; `fen` is what counts of it.

    `net_fen` is what clearing recomputed for a bill line, where that is known.
    """

    kind: EntryKind
    id: int
    file_id: int
    line: int
    fen: int
    values: tuple[Value, ...]
    net_fen: int | None = None

    def value(self, name: str) -> Value:
        """Return a field; None where this kind of entry has none."""
        for field, value in zip(FIELDS[self.kind], self.values, strict=True):
            if field.name == name:
                return value
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as it is shown: one entry of ours, one of theirs, or both.

    `leads` is false for the further lines of a match, a discrepancy or a suggestion. `differing`
    are the pairs of fields (ours, theirs) that do not agree. `status` and `assignee` are those of
    its discrepancy.
    """

    place: int
    state: LineState
    kind: Kind | None
    leads: bool
    match_id: int
    discrepancy_id: int
    suggestion_id: int
    hinted: bool
    other_day: int
    ours: Entry | None
    theirs: Entry | None
    difference_fen: int
    differing: tuple[tuple[str, str], ...] = ()
    status: Status | None = None
    assignee: str = ""

    def entry(self, side: Side) -> Entry | None:
        """Return the entry of a side."""
        return self.ours if side is Side.OURS else self.theirs


COMPARED: Mapping[Task, tuple[tuple[str, str], ...]] = {
    Task.CHANNEL: (
        ("payment_no", "payment_no"),
        ("txn_no", "txn_no"),
        ("type", "type"),
        ("amount_fen", "amount_fen"),
        ("fee_fen", "fee_fen"),
        ("status", "status"),
        ("business_on", "business_on"),
    ),
    Task.WRITEOFF: (
        ("order_no", "order_no"),
        ("household", "household"),
        ("period", "period"),
        ("type", "type"),
        ("amount_fen", "amount_fen"),
        ("business_on", "business_on"),
    ),
    Task.CLEARING: (
        ("order_no", "order_no"),
        ("line_no", "line_no"),
        ("type", "type"),
        ("amount_fen", "paid_fen"),
        ("net_fen", "net_fen"),
        ("payee", "payee"),
    ),
    Task.ARRIVAL: (
        ("net_fen", "amount_fen"),
        ("account_no", "account_no"),
    ),
}
"""The fields of both sides that a task holds against each other."""

_MAY_DIFFER = ("txn_no", "fee_fen", "business_on")
"""Fields that say nothing while the kind of the discrepancy does not name them."""


def lines_at(session: Session, sheet: Sheet, places: Sequence[int]) -> list[Line]:
    """Return lines by their places, in this order."""
    found = _links(session, sheet, places)
    entries = {
        (side, kind, id_): entry
        for side in Side
        for kind, ids in _by_kind(found, side).items()
        for id_, entry in read_entries(session, kind, ids).items()
    }
    facts = _facts(session, [one.fact for one in found if one.fact])
    return [_line(sheet.key.task, one, entries, facts) for one in found]


def read_entries(session: Session, kind: EntryKind, ids: Iterable[int]) -> dict[int, Entry]:
    """Return entries of one kind by id, with all of their fields."""
    table = SHAPES[kind].table
    columns = [_plain(table.c[field.name]) for field in FIELDS[kind]]
    amount = [field.name for field in FIELDS[kind]].index(SHAPES[kind].amount)
    status = next((place for place, one in enumerate(FIELDS[kind]) if one.name == "status"), None)
    query = select(table.c.id, table.c.file_id, table.c.line, *columns)
    success = EntryStatus.SUCCESS.value
    found = {}
    for condition in _among(table.c.id, ids):
        for row in session.execute(query.where(condition)).all():
            values = row[3:]
            good = status is None or values[status] == success
            found[row[0]] = Entry(
                kind=kind,
                id=row[0],
                file_id=row[1],
                line=row[2],
                fen=values[amount] if good else 0,
                values=values,
            )
    return found


def disagreeing(task: Task, ours: Entry, theirs: Entry) -> tuple[tuple[str, str], ...]:
    """Return the pairs of compared fields that are there on both sides and not equal."""
    return tuple(
        pair
        for pair in COMPARED[task]
        if (found := compared(ours, theirs, pair)) and found[0] != found[1]
    )


def compared(ours: Entry, theirs: Entry, pair: tuple[str, str]) -> tuple[Value, Value] | None:
    """Return the values of a compared pair of fields; None where a side does not tell."""
    mine: Value = ours.value(pair[0])
    if pair[0] == "net_fen" and ours.net_fen is not None:
        mine = ours.net_fen
    other = theirs.value(pair[1])
    told = mine is not None and other is not None and "" not in (mine, other)
    return (mine, other) if told else None


@dataclass(slots=True, kw_only=True)
class _Found:
    """The bare line: numbers of what it holds."""

    place: int
    state: LineState
    kind: Kind | None
    leads: bool
    match_id: int
    fact: int
    group: int
    hinted: bool
    other_day: int
    ours: tuple[EntryKind, int] | None
    theirs: tuple[EntryKind, int] | None
    ours_fen: int
    difference_fen: int


def _links(session: Session, sheet: Sheet, places: Sequence[int]) -> list[_Found]:
    size = len(sheet.head)
    below = [place for place in places if place >= size]
    tail = _tail(session, sheet, below) if below else {}
    return [tail[place] if place >= size else _head(sheet, place) for place in places]


def _head(sheet: Sheet, place: int) -> _Found:
    head = sheet.head
    kind = int(head.kind[place])
    return _Found(
        place=place,
        state=STATES[int(head.state[place])],
        kind=KINDS[kind] if kind >= 0 else None,
        leads=int(head.leader[place]) == place,
        match_id=int(head.match_id[place]),
        fact=int(head.fact[place]),
        group=int(head.group[place]),
        hinted=bool(head.hinted[place]),
        other_day=int(head.other_day[place]),
        ours=_named(int(head.ours_kind[place]), int(head.ours[place])),
        theirs=_named(int(head.theirs_kind[place]), int(head.theirs[place])),
        ours_fen=int(head.ours_fen[place]),
        difference_fen=int(head.difference_fen[place]),
    )


def _named(kind: int, id_: int) -> tuple[EntryKind, int] | None:
    return (ENTRY_KINDS[kind], id_) if kind >= 0 and id_ > 0 else None


def _tail(session: Session, sheet: Sheet, places: Sequence[int]) -> dict[int, _Found]:
    kinds = SIDES[sheet.key.task]
    lines = {int(sheet.tail[place - len(sheet.head)]): place for place in places}
    query = select(Match.id, Match.match_id, Match.ours_id, Match.theirs_id)
    found = {}
    for condition in _among(Match.id, lines):
        for id_, match_id, ours, theirs in session.execute(query.where(condition)).all():
            if id_ not in lines:
                continue
            found[lines[id_]] = _matched(
                lines[id_],
                leads=id_ == match_id,
                match_id=match_id,
                ours=(kinds[0], ours) if ours else None,
                theirs=(kinds[1], theirs) if theirs else None,
            )
    # What somebody took apart a moment ago is empty until the sheet is read anew.
    for place in places:
        if place not in found:
            found[place] = _matched(place, leads=True, match_id=0, ours=None, theirs=None)
    return found


def _matched(
    place: int,
    *,
    leads: bool,
    match_id: int,
    ours: tuple[EntryKind, int] | None,
    theirs: tuple[EntryKind, int] | None,
) -> _Found:
    return _Found(
        place=place,
        state=LineState.MATCHED,
        kind=None,
        leads=leads,
        match_id=match_id,
        fact=0,
        group=0,
        hinted=False,
        other_day=0,
        ours=ours,
        theirs=theirs,
        ours_fen=0,
        difference_fen=0,
    )


def _by_kind(found: Iterable[_Found], side: Side) -> dict[EntryKind, list[int]]:
    wanted: dict[EntryKind, list[int]] = {}
    for one in found:
        entry = one.ours if side is Side.OURS else one.theirs
        if entry is not None:
            wanted.setdefault(entry[0], []).append(entry[1])
    return wanted


def _facts(session: Session, ids: Sequence[int]) -> dict[int, tuple[Status, str]]:
    query = select(Discrepancy.id, Discrepancy.status, Discrepancy.assignee)
    found: dict[int, tuple[Status, str]] = {}
    for condition in _among(Discrepancy.id, ids):
        rows = session.execute(query.where(condition))
        found.update((id_, (status, assignee)) for id_, status, assignee in rows)
    return found


def _among(column: Any, ids: Iterable[int]) -> Iterator[ColumnElement[bool]]:
    """Ask for ids that stand close together as a range, which takes a third of the time."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        near = chunk[-1] - chunk[0] < _LOOSE * len(chunk)
        yield column.between(chunk[0], chunk[-1]) if near else column.in_(chunk)


def _line(
    task: Task,
    one: _Found,
    entries: Mapping[tuple[Side, EntryKind, int], Entry],
    facts: Mapping[int, tuple[Status, str]],
) -> Line:
    ours = entries.get((Side.OURS, *one.ours)) if one.ours else None
    theirs = entries.get((Side.THEIRS, *one.theirs)) if one.theirs else None
    if task is Task.CLEARING and ours is not None:
        ours = _with_net(ours, theirs, one)
    status, assignee = facts.get(one.fact, (None, ""))
    return Line(
        place=one.place,
        state=one.state,
        kind=one.kind,
        leads=one.leads,
        match_id=one.match_id,
        discrepancy_id=one.fact,
        suggestion_id=one.group,
        hinted=one.hinted,
        other_day=one.other_day,
        ours=ours,
        theirs=theirs,
        difference_fen=one.difference_fen,
        differing=_differing(task, one, ours, theirs),
        status=status,
        assignee=assignee,
    )


def _with_net(ours: Entry, theirs: Entry | None, one: _Found) -> Entry:
    """In clearing what counts of a bill line is the net that a run recomputed."""
    net = theirs.fen if one.state is LineState.MATCHED and theirs else one.ours_fen
    return Entry(
        kind=ours.kind,
        id=ours.id,
        file_id=ours.file_id,
        line=ours.line,
        fen=net,
        values=ours.values,
        net_fen=net,
    )


def _differing(
    task: Task, one: _Found, ours: Entry | None, theirs: Entry | None
) -> tuple[tuple[str, str], ...]:
    if ours is None or theirs is None or one.state is LineState.MATCHED:
        return ()
    pairs = disagreeing(task, ours, theirs)
    if one.kind is Kind.FEE_DIFFERS:
        return (("fee_fen", "fee_fen"),)
    return tuple(pair for pair in pairs if pair[0] not in _MAY_DIFFER)


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return an enum's column as the text that is stored: its members cost time and no one asks."""
    return type_coerce(column, String) if not _is_whole(column.type) else column


def _is_whole(kind: object) -> bool:
    return getattr(kind, "python_type", str) is int
