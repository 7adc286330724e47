"""Reading the reconcile page: tabs with counts and sums, and lines filtered and sorted."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from app.db.bulk import NOTHING, Numbers
from app.discrepancies.filtering import CHINA_SECONDS, DAY_SECONDS, Range, Wanted, Words
from app.discrepancies.lines import KINDS, STATES, Flags, Places, state_number
from app.discrepancies.rules import LineState, Tab
from app.discrepancies.sheet import Sheet
from app.matching.columns import Columns
from app.matching.rules import Side

DIFFERENCE = "difference_fen"
STATE = "state"
KIND = "kind"
OTHER_DAY = "other_day"
COUNTED = "counted_fen"
"""Columns that belong to a line and not to one of its entries; the last one to a side."""

_OF_TAB: dict[Tab, tuple[LineState, ...]] = {
    Tab.OVERVIEW: tuple(state for state in LineState if state is not LineState.SUGGESTED),
    Tab.SUGGESTED: (LineState.SUGGESTED,),
    Tab.OPEN: (LineState.OPEN,),
    Tab.DIFFERENT: (LineState.DIFFERENT,),
    Tab.TRANSIT: (LineState.TRANSIT,),
}
"""What each tab holds; 'matched' holds whatever has a match, also where the fees differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A condition for a column of a side, or of the line where no side is named.

    `codes` are the members of an enum that were meant, where the column holds one.
    """

    side: Side | None
    field: str
    wanted: Wanted | None = None
    codes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By which column to sort."""

    side: Side | None
    field: str
    downwards: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to show of a sheet; `payee` limits it to one organisation."""

    tab: Tab = Tab.OVERVIEW
    filters: tuple[Filter, ...] = ()
    order: Order | None = None
    payee: str = ""
    with_earlier: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The places of the lines to show, in order, how many things they are, and their sums.

    Sums are None until the sheet is prepared.
    """

    places: array[int]
    count: int
    ours_fen: int | None
    theirs_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TabCount:
    """How many things stand on a tab, and their sums."""

    tab: Tab
    count: int
    ours_fen: int | None
    theirs_fen: int | None


def tab_counts(session: Session, sheet: Sheet, *, payee: str = "") -> list[TabCount]:
    """Return the counts of all tabs."""
    found = []
    for tab in Tab:
        view = arranged(session, sheet, Question(tab=tab, payee=payee))
        found.append(
            TabCount(tab=tab, count=view.count, ours_fen=view.ours_fen, theirs_fen=view.theirs_fen)
        )
    return found


def arranged(session: Session, sheet: Sheet, question: Question) -> View:
    """Return the lines of a tab that pass all filters, in order; groups stay together."""
    inside = _in_tab(sheet, question)
    flags = inside
    if question.filters or question.payee:
        flags = inside.copy()
        for one in question.filters:
            flags &= _passes(session, sheet, one)
        if question.payee:
            flags &= _of_payee(session, sheet, question.payee)
        leaders = sheet.leaders(session)
        hit = np.zeros(len(sheet), dtype=np.bool_)
        hit[leaders[flags]] = True
        flags = hit[leaders] & inside
    places = np.flatnonzero(flags)
    if question.order is not None:
        places = _sorted(session, sheet, places, question.order)
    return _view(session, sheet, places)


def _in_tab(sheet: Sheet, question: Question) -> Flags:
    states = sheet.states()
    if question.tab is Tab.MATCHED:
        inside = np.ones(len(sheet), dtype=np.bool_)
        inside[: len(sheet.head)] = sheet.head.match_id > 0
    else:
        inside = np.isin(states, [state_number(state) for state in _OF_TAB[question.tab]])
    if not question.with_earlier:
        inside[: len(sheet.head)] &= sheet.head.other_day == 0
    return inside


def _view(session: Session, sheet: Sheet, places: Places) -> View:
    head = places[places < len(sheet.head)]
    below = int((sheet.head.leader[head] != head).sum())
    if sheet.has_links:
        leaders = sheet.leaders(session)
        below = int((leaders[places] != places).sum())
    sums: tuple[int | None, int | None] = (None, None)
    if sheet.is_prepared:
        ours, theirs = sheet.money(session)
        sums = int(ours[places].sum()), int(theirs[places].sum())
    return View(
        places=array("q", places.astype(np.int64).tobytes()),
        count=len(places) - below,
        ours_fen=sums[0],
        theirs_fen=sums[1],
    )


def _sorted(session: Session, sheet: Sheet, places: Places, order: Order) -> Places:
    keys = _keys(session, sheet, order)[sheet.leaders(session)[places]]
    last = np.iinfo(np.int64).max
    absent = keys == NOTHING
    keys = np.where(absent, last, -keys if order.downwards else keys)
    found: Places = places[np.argsort(keys, kind="stable")]
    return found


def _keys(session: Session, sheet: Sheet, order: Order) -> Numbers:
    if order.side is None:
        return _line_values(sheet, order.field)
    if order.field == COUNTED:
        return sheet.money(session)[order.side is Side.THEIRS]
    return sheet.sort_keys(session, order.side, order.field)


def _line_values(sheet: Sheet, field: str) -> Numbers:
    """Return a column of the lines themselves; what the runs matched differs in nothing."""
    held = {
        DIFFERENCE: (sheet.head.difference_fen, 0),
        STATE: (sheet.head.state, state_number(LineState.MATCHED)),
        KIND: (sheet.head.kind, -1),
        OTHER_DAY: (sheet.head.other_day, 0),
    }
    head, tail = held[field]
    return np.concatenate([head, np.full(len(sheet.tail), tail, dtype=np.int64)])


def _passes(session: Session, sheet: Sheet, one: Filter) -> Flags:
    if one.side is None:
        return _line_passes(sheet, one)
    if one.field == COUNTED:
        assert isinstance(one.wanted, Range)
        return _within(sheet.money(session)[one.side is Side.THEIRS], one.wanted)
    codes = one.codes
    if codes is not None:
        return sheet.flags(
            session, one.side, one.field, lambda columns: columns.one_of(session, one.field, codes)
        )
    if isinstance(one.wanted, Range):
        return _within(sheet.values(session, one.side, one.field), one.wanted)
    words = one.wanted
    assert words is not None
    found = sheet.flags(
        session, one.side, one.field, lambda columns: _says(session, columns, one.field, words)
    )
    return ~found & (sheet.ids(session, one.side) > 0) if words.without else found


def _line_passes(sheet: Sheet, one: Filter) -> Flags:
    values = _line_values(sheet, one.field)
    if one.codes is None:
        assert isinstance(one.wanted, Range)
        return _within(values, one.wanted)
    members: list[str] = [*STATES] if one.field == STATE else [*KINDS]
    wanted = [number for number, member in enumerate(members) if member in one.codes]
    return np.isin(values, wanted)


def _says(session: Session, columns: Columns, name: str, words: Words) -> Flags:
    if words.whole:
        return columns.one_of(session, name, [words.text])
    if words.end:
        return columns.ending(session, name, words.text)
    return columns.containing(session, name, words.text)


def _within(values: Numbers, wanted: Range) -> Flags:
    there = values != NOTHING
    if wanted.of_day:
        values = (values + CHINA_SECONDS) % DAY_SECONDS
    elif wanted.absolute:
        values = np.abs(np.where(there, values, 0))
    found: Flags = there & (values >= wanted.least) & (values <= wanted.most)
    return found


def _of_payee(session: Session, sheet: Sheet, payee: str) -> Flags:
    found = np.zeros(len(sheet), dtype=np.bool_)
    for side in Side:
        found |= sheet.flags(
            session, side, "payee", lambda columns: columns.one_of(session, "payee", [payee])
        )
    return found
