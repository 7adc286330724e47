"""The trace of an entry: what belongs to it in all ledgers, from the bill to the bank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.arrivals.model import ArrivalConfirmation
from app.arrivals.rules import ConfirmationStatus
from app.base.errors import NotFound
from app.base.i18n import N_
from app.discrepancies.queries import SIDES
from app.discrepancies.rows import Entry, read_entries
from app.intake.model import SourceFile
from app.intake.naming import own_name
from app.intake.rules import Kind
from app.matching.model import Match
from app.matching.queries import lines_of
from app.matching.rules import MatchRule, Task
from app.records.kinds import SHAPES

STAGES = (
    Kind.BILL_LINES,
    Kind.PAYMENTS,
    Kind.CHANNEL,
    Kind.WRITEOFFS,
    Kind.CLEARING_LINES,
    Kind.CLEARING_BATCHES,
    Kind.ARRIVALS,
)
"""The ledgers in the order in which money passes them."""

MOST = 40
"""Entries of one ledger that are shown."""

_BY_ORDER = (Kind.BILL_LINES, Kind.PAYMENTS, Kind.WRITEOFFS, Kind.CLEARING_LINES)
_CHUNK = 500

Value = TypeVar("Value", int, str)


class NoSuchEntry(NotFound):
    """There is no such entry."""

    template = N_("This entry is no longer there: its file was replaced or taken back.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An entry of the trace, and the line of the file that it came from."""

    kind: Kind
    id: int
    key: str
    fen: int
    file_id: int
    file: str
    line: int
    entry: Entry
    confirmation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two entries that belong together; with a rule they are matched."""

    first: tuple[Kind, int]
    second: tuple[Kind, int]
    rule: MatchRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """All entries by their ledger, how they hang together, and how many more there are.

    `matched` are those that have a match in any task.
    """

    start: tuple[Kind, int]
    orders: tuple[str, ...]
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    matched: frozenset[tuple[Kind, int]]
    more: Mapping[Kind, int]

    def of(self, kind: Kind) -> tuple[Node, ...]:
        """Return the entries of a ledger."""
        return tuple(node for node in self.nodes if node.kind is kind)


def trace(session: Session, *, kind: Kind, entry_id: int) -> Trace:
    """Follow an entry through all ledgers.

    Raises:
        NoSuchEntry: It is not there any more.
    """
    start = read_entries(session, kind, [entry_id]).get(entry_id)
    if start is None:
        raise NoSuchEntry
    found = _Found(session)
    found.add(kind, [entry_id])
    found.spread(kind)
    shown = {one: sorted(ids, key=lambda id_: id_ != entry_id)[:MOST] for one, ids in found.ids()}
    entries = {one: read_entries(session, one, ids) for one, ids in shown.items()}
    files = _files(session, entries.values())
    nodes = tuple(
        _node(entry, files, found.confirmations)
        for one in STAGES
        for entry in (entries[one][id_] for id_ in shown[one] if id_ in entries[one])
    )
    there = {(node.kind, node.id) for node in nodes}
    return Trace(
        start=(kind, entry_id),
        orders=tuple(sorted(found.orders)),
        nodes=nodes,
        links=tuple(link for link in found.links() if link.first in there and link.second in there),
        matched=frozenset(found.matched),
        more={one: number for one, number in found.more.items() if number > 0}
        | {one: len(ids) - MOST for one, ids in found.ids() if len(ids) > MOST},
    )


class _Found:
    """The entries that were found so far, ledger by ledger."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ids: dict[Kind, dict[int, None]] = {kind: {} for kind in STAGES}
        self._links: dict[tuple[tuple[Kind, int], tuple[Kind, int]], MatchRule | None] = {}
        self.orders: set[str] = set()
        self.confirmations: dict[int, str] = {}
        self.matched: set[tuple[Kind, int]] = set()
        self.more: dict[Kind, int] = {}

    def ids(self) -> Iterable[tuple[Kind, list[int]]]:
        return [(kind, list(ids)) for kind, ids in self._ids.items()]

    def links(self) -> Iterable[Link]:
        return [
            Link(first=first, second=second, rule=rule)
            for (first, second), rule in self._links.items()
        ]

    def add(self, kind: Kind, ids: Iterable[int]) -> None:
        self._ids[kind].update(dict.fromkeys(ids))

    def spread(self, kind: Kind) -> None:
        """Follow from what is there: first up to the orders, then down to the bank."""
        self._follow(Task.CHANNEL)
        self._follow(Task.WRITEOFF)
        self._same_payment()
        if kind not in (Kind.CLEARING_BATCHES, Kind.ARRIVALS):
            self._by_order()
            self._follow(Task.CHANNEL)
            self._follow(Task.WRITEOFF)
            self._same_payment()
            self._follow(Task.CLEARING)
        self._follow(Task.ARRIVAL)
        self._batches()
        self._follow(Task.ARRIVAL)
        self._confirmed()

    def _by_order(self) -> None:
        for kind in _BY_ORDER:
            table = SHAPES[kind].table
            for ids in _chunks(self._ids[kind]):
                query = select(table.c.order_no).where(table.c.id.in_(ids))
                self.orders.update(self._session.scalars(query))
        self.orders.discard("")
        for kind in _BY_ORDER:
            table = SHAPES[kind].table
            for numbers in _chunks(self.orders):
                query = select(table.c.id).where(table.c.order_no.in_(numbers))
                self.add(kind, self._session.scalars(query.order_by(table.c.id)))

    def _same_payment(self) -> None:
        """A channel's record names the payment that it is about, matched or not."""
        payments, records = SHAPES[Kind.PAYMENTS].table, SHAPES[Kind.CHANNEL].table
        pair = select(payments.c.id, records.c.id).where(
            payments.c.payment_no == records.c.payment_no, payments.c.payment_no != ""
        )
        for table, kind in ((payments, Kind.PAYMENTS), (records, Kind.CHANNEL)):
            for ids in _chunks(self._ids[kind]):
                for ours, theirs in self._session.execute(pair.where(table.c.id.in_(ids))).all():
                    self._join((Kind.PAYMENTS, ours), (Kind.CHANNEL, theirs))

    def _follow(self, task: Task) -> None:
        """Add what entries are matched with in a task."""
        kinds = SIDES[task]
        query = select(Match.ours_id, Match.theirs_id, Match.rule, Match.match_id)
        groups: set[int] = set()
        for column, kind in zip((Match.ours_id, Match.theirs_id), kinds, strict=True):
            for ids in _chunks(self._ids[kind]):
                rows = self._session.execute(query.where(Match.task == task, column.in_(ids))).all()
                groups.update(row.match_id for row in rows)
        for lines in lines_of(self._session, groups).values():
            self._join_group(kinds, lines)

    def _join_group(self, kinds: tuple[Kind, Kind], lines: Sequence[Match]) -> None:
        """All entries of a match belong here, also those on its further lines."""
        ours = [line.ours_id for line in lines if line.ours_id]
        theirs = [line.theirs_id for line in lines if line.theirs_id]
        self.add(kinds[0], ours)
        self.add(kinds[1], theirs)
        self.matched.update((kinds[0], one) for one in ours)
        self.matched.update((kinds[1], one) for one in theirs)
        few = len(ours) * len(theirs) <= MOST
        for one in ours if few else ours[:1]:
            for other in theirs if few else theirs[:MOST]:
                self._join((kinds[0], one), (kinds[1], other), lines[0].rule)

    def _batches(self) -> None:
        """Clearing lines and batches name each other by the batch no.; some batches are long."""
        lines, batches = SHAPES[Kind.CLEARING_LINES].table, SHAPES[Kind.CLEARING_BATCHES].table
        pair = select(lines.c.id, batches.c.id).where(
            lines.c.batch_no == batches.c.batch_no, lines.c.batch_no != ""
        )
        downwards = bool(self._ids[Kind.CLEARING_LINES])
        wanted = lines.c.id if downwards else batches.c.id
        start = self._ids[Kind.CLEARING_LINES if downwards else Kind.CLEARING_BATCHES]
        for ids in _chunks(start):
            query = pair.where(wanted.in_(ids))
            query = query if downwards else query.order_by(lines.c.id).limit(MOST)
            for line, batch in self._session.execute(query).all():
                self._join((Kind.CLEARING_LINES, line), (Kind.CLEARING_BATCHES, batch))
            if not downwards:
                counted = select(func.count()).select_from(pair.where(wanted.in_(ids)).subquery())
                further = (self._session.scalar(counted) or 0) - MOST
                self.more[Kind.CLEARING_LINES] = max(further, 0)

    def _confirmed(self) -> None:
        for ids in _chunks(self._ids[Kind.CLEARING_BATCHES]):
            query = select(ArrivalConfirmation.batch_id, ArrivalConfirmation.number).where(
                ArrivalConfirmation.batch_id.in_(ids),
                ArrivalConfirmation.status != ConfirmationStatus.UNCONFIRMED,
            )
            for batch_id, number in self._session.execute(query):
                self.confirmations[batch_id] = number

    def _join(
        self, first: tuple[Kind, int], second: tuple[Kind, int], rule: MatchRule | None = None
    ) -> None:
        self.add(*_one(first))
        self.add(*_one(second))
        if rule is not None or (first, second) not in self._links:
            self._links[first, second] = rule


def _one(node: tuple[Kind, int]) -> tuple[Kind, list[int]]:
    return node[0], [node[1]]


def _files(session: Session, entries: Iterable[Mapping[int, Entry]]) -> dict[int, str]:
    ids = {entry.file_id for some in entries for entry in some.values()}
    query = select(SourceFile.id, SourceFile.name).where(SourceFile.id.in_(ids))
    return {id_: own_name(name) for id_, name in session.execute(query)}


def _node(entry: Entry, files: Mapping[int, str], confirmations: Mapping[int, str]) -> Node:
    key = "-".join(
        str(entry.value(name)) for name in SHAPES[entry.kind].shown_key if entry.value(name)
    )
    amount = entry.value(SHAPES[entry.kind].amount)
    return Node(
        kind=entry.kind,
        id=entry.id,
        key=key,
        fen=int(amount or 0),
        file_id=entry.file_id,
        file=files.get(entry.file_id, ""),
        line=entry.line,
        entry=entry,
        confirmation=confirmations.get(entry.id, "") if entry.kind is Kind.CLEARING_BATCHES else "",
    )


def _chunks(values: Iterable[Value]) -> Iterable[list[Value]]:
    held = list(values)
    for start in range(0, len(held), _CHUNK):
        yield held[start : start + _CHUNK]
