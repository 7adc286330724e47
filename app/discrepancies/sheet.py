"""The sheet of a task's business day: its lines, and filters and sorting over all of them.

The first part holds whatever people work on, wholly in memory. The second part, what the runs of
the day matched, is only a range of ids until somebody filters or sorts: then its columns are read
once and kept. So a sheet of a million pairs opens as quickly as one of ten.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import bulk
from app.db.bulk import NOTHING, Numbers
from app.discrepancies.gathering import SheetKey, gathered, runs_of_day
from app.discrepancies.lines import ENTRY_KINDS, Flags, Lines, Places, state_number
from app.discrepancies.queries import READS, SIDES
from app.discrepancies.rules import LineState
from app.intake.rules import Kind as EntryKind
from app.matching.columns import Columns, keys_of
from app.matching.model import Match, Run, TakenApart
from app.matching.queries import of_run
from app.matching.rules import Side, Task
from app.records import queries as records
from app.records.kinds import SHAPES
from app.records.model import TouchedDay

Ranges: TypeAlias = tuple[tuple[int, int, int], ...]
"""Run, first and last line of its matches."""

Part: TypeAlias = tuple[Columns, Places, Places]
"""Columns, the lines that they are about, and the places of those lines' entries in them."""

Ask: TypeAlias = Callable[[Columns], Flags]

_SMALL = 20_000
"""Lines that are read at once when the sheet opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether the task was run for the day, and whether something changed since.

    `loaded` counts the entries of the day where it was not run yet.
    """

    ran: bool
    stale: bool
    loaded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The lines of the runs' matches: which entries each holds."""

    lines: Numbers
    match_ids: Numbers
    ours: Numbers
    theirs: Numbers


class Sheet:
    """The lines of a task's business day; a line is named by its place."""

    def __init__(self, key: SheetKey, standing: Standing, head: Lines, tail: Numbers) -> None:
        self.key = key
        self.standing = standing
        self.head = head
        self.tail = tail
        self.ranges: Ranges = ()
        self.change_no = 0
        self.is_prepared = False
        self._lock = threading.RLock()
        self._links: Links | None = None
        self._leaders: Places | None = None
        self._money: tuple[Numbers, Numbers] | None = None
        self._shelf: dict[EntryKind, list[Columns]] = {}

    def __len__(self) -> int:
        return len(self.head) + len(self.tail)

    @property
    def has_links(self) -> bool:
        """Whether it is known which entries the runs matched."""
        return self._links is not None

    def states(self) -> Numbers:
        """Return the state of each line."""
        matched = np.full(len(self.tail), state_number(LineState.MATCHED), dtype=np.int64)
        return np.concatenate([self.head.state, matched])

    def leaders(self, session: Session) -> Places:
        """Return for each line the first line of its match, discrepancy or suggestion."""
        links = self.links(session)
        with self._lock:
            if self._leaders is None:
                tail = np.searchsorted(links.lines, links.match_ids)
                self._leaders = np.concatenate([self.head.leader, tail + len(self.head)])
            return self._leaders

    def ids(self, session: Session, side: Side) -> Numbers:
        """Return the entry of each line on a side, 0 where there is none."""
        links = self.links(session)
        if side is Side.OURS:
            return np.concatenate([self.head.ours, links.ours])
        return np.concatenate([self.head.theirs, links.theirs])

    def kinds(self, side: Side) -> Numbers:
        """Return the kind of each line's entry on a side (`ENTRY_KINDS`)."""
        usual = ENTRY_KINDS.index(SIDES[self.key.task][side is Side.THEIRS])
        head = self.head.ours_kind if side is Side.OURS else self.head.theirs_kind
        return np.concatenate([head, np.full(len(self.tail), usual, dtype=np.int64)])

    def values(self, session: Session, side: Side, name: str) -> Numbers:
        """Return a column of numbers of a side; `NOTHING` where there is none."""
        held = np.full(len(self), NOTHING, dtype=np.int64)
        for columns, lines, places in self._parts(session, side, name):
            held[lines] = columns.numbers(session, name)[places]
        return held

    def sort_keys(self, session: Session, side: Side, name: str) -> Numbers:
        """Return numbers that sort as a column of a side does; `NOTHING` where there is none."""
        held = np.full(len(self), NOTHING, dtype=np.int64)
        parts = self._parts(session, side, name)
        keys = keys_of(session, [columns for columns, _lines, _places in parts], name)
        for (_columns, lines, places), key in zip(parts, keys, strict=True):
            held[lines] = key[places]
        return held

    def flags(self, session: Session, side: Side, name: str, ask: Ask) -> Flags:
        """Ask each entry of a side something about a column of text."""
        held = np.zeros(len(self), dtype=np.bool_)
        for columns, lines, places in self._parts(session, side, name):
            held[lines] = ask(columns)[places]
        return held

    def money(self, session: Session) -> tuple[Numbers, Numbers]:
        """Return what counts on both sides of each line; groups have it at their first line."""
        if self._money is None:
            theirs = self._tail_money(session, Side.THEIRS)
            clearing = self.key.task is Task.CLEARING
            ours = theirs if clearing else self._tail_money(session, Side.OURS)
            self._money = (
                np.concatenate([self.head.ours_fen, ours]),
                np.concatenate([self.head.theirs_fen, theirs]),
            )
        return self._money

    def links(self, session: Session) -> Links:
        """Return which entries the lines of the runs' matches hold."""
        with self._lock:
            if self._links is None:
                self._links = _read_links(session, self.key.task, self.ranges, self.tail)
            return self._links

    def take_over(self, before: Sheet) -> None:
        """Use what an older sheet of the same day has read already, where it still holds."""
        if before.key != self.key or before.change_no != self.change_no:
            return
        with before._lock:
            links, shelf = before._links, {k: list(v) for k, v in before._shelf.items()}
        self._shelf = shelf
        if links is None or before.ranges != self.ranges:
            return
        places = np.searchsorted(links.lines, self.tail)
        inside = places < len(links.lines)
        if bool(inside.all()) and bool((links.lines[places] == self.tail).all()):
            self._links = Links(
                lines=self.tail,
                match_ids=links.match_ids[places],
                ours=links.ours[places],
                theirs=links.theirs[places],
            )
            self.is_prepared = before.is_prepared

    def _tail_money(self, session: Session, side: Side) -> Numbers:
        kind = SIDES[self.key.task][side is Side.THEIRS]
        values = self.values(session, side, SHAPES[kind].amount)[len(self.head) :]
        return np.where(values == NOTHING, 0, values)

    def _parts(self, session: Session, side: Side, name: str) -> list[Part]:
        ids, kinds = self.ids(session, side), self.kinds(side)
        parts: list[Part] = []
        for number in np.unique(kinds[kinds >= 0]).tolist():
            kind = ENTRY_KINDS[number]
            if name in SHAPES[kind].table.c:
                lines = np.flatnonzero((kinds == number) & (ids > 0))
                parts += self._shelved(kind, ids[lines], lines)
        return parts

    def _shelved(self, kind: EntryKind, ids: Numbers, lines: Places) -> list[Part]:
        """Find these entries among the columns that are kept, and keep those that are new."""
        parts: list[Part] = []
        with self._lock:
            shelf = self._shelf.setdefault(kind, [])
            for columns in shelf:
                places = columns.places(ids)
                here = places >= 0
                if bool(here.any()):
                    parts.append((columns, lines[here], places[here]))
                ids, lines = ids[~here], lines[~here]
            if len(ids):
                shelf.append(Columns(kind, ids))
                parts.append((shelf[-1], lines, shelf[-1].places(ids)))
        return parts


def open_sheet(session: Session, key: SheetKey, before: Sheet | None = None) -> Sheet:
    """Return the sheet of a task's business day; an older one lends what it has read."""
    runs = runs_of_day(session, key)
    head = gathered(session, key, runs)
    ranges = tuple((run.id, run.first_match, run.last_match) for run in runs if _has_lines(run))
    standing = _standing(session, key, runs)
    tail = _own_lines(session, key.task, ranges, exact=not standing.stale)
    elsewhere = head.match_line[head.match_line > 0]
    tail = tail[~np.isin(tail, elsewhere)] if len(elsewhere) else tail
    sheet = Sheet(key, standing, head, tail)
    sheet.ranges = ranges
    sheet.change_no = records.change_no(session)
    if before is not None:
        sheet.take_over(before)
    if len(tail) <= _SMALL:
        prepare(session, sheet)
    return sheet


def prepare(session: Session, sheet: Sheet) -> None:
    """Read ahead what sums, filters and sorting ask for first."""
    sheet.money(session)
    sheet.is_prepared = True


def _has_lines(run: Run) -> bool:
    return run.first_match <= run.last_match


def _own_lines(session: Session, task: Task, ranges: Ranges, *, exact: bool) -> Numbers:
    """Return the lines that the runs of the day matched and that are still there.

    Nothing is missing among them (`exact`) while nobody changed anything since the run.
    """
    parts = []
    for run_id, first, last in ranges:
        lines = np.arange(first, last + 1, dtype=np.int64)
        if not exact:
            lines = lines[~np.isin(lines, _taken_apart(session, task, first, last))]
            mine = of_run(run_id, first, last)
            there = session.scalar(select(func.count()).select_from(Match).where(mine))
            if there != len(lines):
                (lines,) = bulk.read_numbers(session.connection(), select(Match.id).where(mine))
        parts.append(np.sort(lines))
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _taken_apart(session: Session, task: Task, first: int, last: int) -> Numbers:
    """Return the ids of the lines that people took apart: they followed that of their match."""
    query = (
        select(TakenApart.match_id, func.count())
        .where(TakenApart.task == task, TakenApart.match_id.between(first, last))
        .group_by(TakenApart.match_id)
    )
    gone = [
        match_id + place for match_id, count in session.execute(query) for place in range(count)
    ]
    return np.asarray(gone, dtype=np.int64)


def _read_links(session: Session, task: Task, ranges: Ranges, tail: Numbers) -> Links:
    # Only arrivals are matched in groups; elsewhere each line is a match of its own.
    groups = task is Task.ARRIVAL
    parts = []
    for run_id, first, last in ranges:
        columns = (Match.id, Match.ours_id, Match.theirs_id, Match.match_id)[: 3 + groups]
        query = select(*columns).where(of_run(run_id, first, last))
        parts.append(bulk.read_numbers(session.connection(), query))
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return Links(lines=nothing, match_ids=nothing, ours=nothing, theirs=nothing)
    lines, ours, theirs, *rest = (np.concatenate(pair) for pair in zip(*parts, strict=True))
    order = np.argsort(lines, kind="stable")
    lines, ours, theirs = lines[order], ours[order], theirs[order]
    match_ids = rest[0][order] if groups else tail
    if len(lines) != len(tail) or not bool((lines == tail).all()):
        # What another person took apart since the sheet was opened leaves an empty line.
        places = np.minimum(np.searchsorted(lines, tail), len(lines) - 1)
        there = lines[places] == tail
        ours, theirs = (np.where(there, one[places], 0) for one in (ours, theirs))
        match_ids = np.where(there, match_ids[places], tail) if groups else tail
    return Links(
        lines=tail,
        match_ids=match_ids,
        ours=np.maximum(ours, 0),
        theirs=np.maximum(theirs, 0),
    )


def _standing(session: Session, key: SheetKey, runs: list[Run]) -> Standing:
    if runs:
        kinds = [kind.value for kind in READS[key.task]]
        changed = session.scalar(
            select(func.max(TouchedDay.change_no)).where(
                TouchedDay.kind.in_(kinds), TouchedDay.business_on == key.number
            )
        )
        stale = any(run.change_no < (changed or 0) for run in runs)
        return Standing(ran=True, stale=stale, loaded=0)
    loaded = 0
    for kind in SIDES[key.task]:
        shape = SHAPES[kind]
        if shape.day is None:
            continue
        query = (
            select(func.count())
            .select_from(shape.table)
            .where(shape.table.c[shape.day] == key.number)
        )
        if key.scope and "channel" in shape.table.c:
            query = query.where(shape.table.c.channel == key.scope)
        loaded += session.scalar(query) or 0
    return Standing(ran=False, stale=False, loaded=loaded)
