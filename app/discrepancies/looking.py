"""Opening a sheet and arranging it, with the cursor put back where it was."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from app.db.bulk import Numbers
from app.discrepancies.gathering import SheetKey
from app.discrepancies.lines import state_number
from app.discrepancies.rows import Line, lines_at
from app.discrepancies.rules import LineState
from app.discrepancies.sheet import Sheet, open_sheet, prepare
from app.discrepancies.worklist import Question, TabCount, View, arranged, tab_counts
from app.matching.rules import Side

OPEN_STATES = (LineState.DIFFERENT, LineState.OPEN, LineState.TRANSIT)
"""Lines whose entries still wait for a partner."""

_SHORT = 20_000
"""Lines that are counted while they are opened."""

_MOST_GROUP = 10_000
"""Lines of one group that are read together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A line that is looked for: by its discrepancy, or by an entry of a side."""

    side: Side = Side.OURS
    entry_id: int = 0
    discrepancy_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A sheet as it is to be shown; `rows` are the rows of the lines that were looked for."""

    sheet: Sheet
    view: View
    counts: tuple[TabCount, ...]
    rows: tuple[int, ...] = ()


def is_open(line: Line) -> bool:
    """Return whether the entries of a line still wait for a partner."""
    return line.state in OPEN_STATES and not line.match_id


def look(
    session: Session,
    key: SheetKey,
    question: Question,
    *,
    before: Sheet | None = None,
    anchors: Sequence[Anchor] = (),
) -> Look:
    """Open the sheet of a day and arrange it; `rows` has the first anchor that is shown.

    A long sheet is shown first and counted later, by `prepared`.
    """
    sheet = open_sheet(session, key, before)
    view = arranged(session, sheet, question)
    row = _first_row(session, sheet, view, anchors)
    return Look(
        sheet=sheet,
        view=view,
        counts=_counts(session, sheet, question) if len(sheet) <= _SHORT else (),
        rows=() if row is None else (row,),
    )


def look_again(
    session: Session, sheet: Sheet, question: Question, *, kept: Iterable[int] = ()
) -> Look:
    """Arrange an open sheet anew; `rows` says where lines stand now that stood somewhere."""
    view = arranged(session, sheet, question)
    return Look(sheet=sheet, view=view, counts=(), rows=tuple(rows_of(view.places, kept)))


def prepared(session: Session, sheet: Sheet, question: Question) -> Look:
    """Read what sums need, and return them; the order of the lines stays."""
    prepare(session, sheet)
    view = arranged(session, sheet, question)
    return Look(sheet=sheet, view=view, counts=_counts(session, sheet, question))


def rows_of(places: array[int], wanted: Iterable[int]) -> list[int]:
    """Return in which rows these places of a sheet are shown, in the order asked for."""
    asked = list(wanted)
    if not asked:
        return []
    shown = np.asarray(places, dtype=np.int64)
    rows = np.flatnonzero(np.isin(shown, asked))
    found = dict(zip(shown[rows].tolist(), rows.tolist(), strict=True))
    return [found[place] for place in asked if place in found]


def sums_at(session: Session, sheet: Sheet, places: array[int]) -> tuple[int, int]:
    """Return what counts on both sides of these lines; groups count with their first line."""
    ours, theirs = sheet.money(session)
    chosen = np.asarray(places, dtype=np.int64)
    return int(ours[chosen].sum()), int(theirs[chosen].sum())


def suggestions_at(
    _session: Session, sheet: Sheet, places: array[int], *, most: int
) -> tuple[list[int], int]:
    """Return the suggestions that stand on these lines, each once, and how many they are."""
    chosen = _in_head(sheet, places)
    chosen = chosen[sheet.head.state[chosen] == state_number(LineState.SUGGESTED)]
    found = np.unique(sheet.head.group[chosen])
    return found[:most].tolist(), len(found)


def matches_at(
    session: Session, sheet: Sheet, places: array[int], *, most: int
) -> tuple[list[int], int]:
    """Return the matches that stand on these lines, each once, and how many they are."""
    head = sheet.head.match_id[_in_head(sheet, places)]
    shown = np.asarray(places, dtype=np.int64)
    below = shown[shown >= len(sheet.head)] - len(sheet.head)
    tail = sheet.links(session).match_ids[below] if len(below) else below
    found = np.unique(np.concatenate([head[head > 0], tail]))
    return found[:most].tolist(), len(found)


def _in_head(sheet: Sheet, places: array[int]) -> Numbers:
    shown = np.asarray(places, dtype=np.int64)
    found: Numbers = shown[shown < len(sheet.head)]
    return found


def group_of(session: Session, sheet: Sheet, place: int) -> list[Line]:
    """Return all lines of the match, discrepancy or suggestion that a line belongs to."""
    size = len(sheet.head)
    if place >= size and not sheet.has_links:
        lines = lines_at(session, sheet, range(place, min(place + 1, len(sheet))))
        match_id = lines[0].match_id
        first = place - (int(sheet.tail[place - size]) - match_id)
        step = lines_at(session, sheet, range(max(first, size), min(place + 64, len(sheet))))
        return [line for line in step if line.match_id == match_id]
    leaders = sheet.leaders(session)
    leader = int(leaders[place])
    places = np.flatnonzero(leaders == leader)[:_MOST_GROUP]
    return lines_at(session, sheet, places.tolist())


def still_open(
    _session: Session, sheet: Sheet, ours: Sequence[int], theirs: Sequence[int]
) -> tuple[set[int], set[int]]:
    """Return which of these entries still wait for a partner."""
    states = sheet.states()[: len(sheet.head)]
    waiting = np.isin(states, [state_number(state) for state in OPEN_STATES])
    waiting &= sheet.head.match_id == 0
    found = []
    for ids, column in ((ours, sheet.head.ours), (theirs, sheet.head.theirs)):
        found.append(set(ids) & set(column[waiting].tolist()))
    return found[0], found[1]


def _counts(session: Session, sheet: Sheet, question: Question) -> tuple[TabCount, ...]:
    return tuple(tab_counts(session, sheet, payee=question.payee))


def _first_row(session: Session, sheet: Sheet, view: View, anchors: Sequence[Anchor]) -> int | None:
    for anchor in anchors:
        places = _places_of(session, sheet, anchor)
        rows = rows_of(view.places, places.tolist())
        if rows:
            return min(rows)
    return None


def _places_of(session: Session, sheet: Sheet, anchor: Anchor) -> Numbers:
    if anchor.discrepancy_id:
        return np.flatnonzero(sheet.head.fact == anchor.discrepancy_id)
    if not anchor.entry_id:
        return np.zeros(0, dtype=np.int64)
    head = sheet.head.ours if anchor.side is Side.OURS else sheet.head.theirs
    found = np.flatnonzero(head == anchor.entry_id)
    if len(found):
        return found
    return np.flatnonzero(sheet.ids(session, anchor.side) == anchor.entry_id)
