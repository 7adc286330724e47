"""Matching by hand: entries that a person says belong together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.dates import day_of
from app.base.i18n import N_, _
from app.base.money import yuan
from app.calendar.service import DAYS_LOCK, require_open
from app.catalog.queries import setting
from app.db import counters
from app.db.locks import together
from app.db.workspace import Tx
from app.discrepancies.journal import Journal, Step, table_of
from app.discrepancies.model import Discrepancy
from app.discrepancies.openness import (
    BESIDE,
    Alone,
    Fact,
    Money,
    facts_about,
    hold,
    legs_of,
    open_alone,
    settle,
)
from app.discrepancies.queries import SIDES
from app.discrepancies.refusals import (
    AlreadyMatched,
    Ambiguous,
    InSuspense,
    NotEqual,
    NothingChosen,
    PartlyAdjusted,
    TooMany,
    UnderApproval,
    UnknownEntries,
    UnknownSuggestion,
)
from app.discrepancies.rules import RECONCILE_LOCK, Resolution, Status
from app.discrepancies.terms import TOLERANCES
from app.identity.rules import Permission
from app.identity.service import require
from app.intake.rules import Kind as EntryKind
from app.matching import store
from app.matching.model import HandMatch, Match, Suggestion
from app.matching.rules import MatchRule, Side, Task
from app.records.queries import EntryRef, entries, held
from app.records.rules import HeldBy

MOST_ENTRIES = 5_000
"""Of one match and side."""

MOST_AT_ONCE = 20_000
"""Matches or suggestions in one step."""

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries that belong together, and why."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """What is known of all the entries of a step."""

    task: Task
    entries: Mapping[int, EntryRef]
    money: Money
    facts: Sequence[Fact]
    residues: Mapping[Group, int]
    days: Mapping[int, Sequence[int]]


def match_entries(
    tx: Tx, *, task: Task, ours: Sequence[int], theirs: Sequence[int], reason: str = ""
) -> Step:
    """Match open entries of both sides by their ids; a tolerated residue needs a reason.

    Raises:
        NothingChosen: There are no entries on one side, and the others do not add up to zero.
        AlreadyMatched: One of them is matched; the message says by whom.
        NotEqual: The sums differ by more than is tolerated, or without a reason.
        DayClosed: The day of one of them is closed.
    """
    group = Group(ours=tuple(sorted(set(ours))), theirs=tuple(sorted(set(theirs))), reason=reason)
    return match_groups(tx, task=task, groups=[group])


def accept(tx: Tx, *, task: Task, suggestions: Sequence[int]) -> Step:
    """Match what suggestions say.

    Raises:
        UnknownSuggestion: One of them is gone.
        Ambiguous: Two of them share an entry.
        AlreadyMatched: An entry is matched; the message says by whom.
    """
    require(tx.actor, Permission.MATCH)
    known = suggested(tx.session, suggestions)
    if len(known) < len(set(suggestions)):
        raise UnknownSuggestion
    found = list(known.values())
    used: set[int] = set()
    for group in found:
        both = {*group.ours, *group.theirs}
        if both & used:
            raise Ambiguous
        used |= both
    return match_groups(tx, task=task, groups=found)


def match_groups(tx: Tx, *, task: Task, groups: Sequence[Group]) -> Step:
    """Match several sets of entries in one step."""
    require(tx.actor, Permission.MATCH)
    require_sensible(groups)
    keep_still(tx)
    # The counter stays locked to the end: of two people who want the same entry, the second
    # goes on when the first is done, and sees it.
    lines = sum(max(len(group.ours), len(group.theirs)) for group in groups)
    first = counters.take(tx, "match", lines)
    require_free(tx.session, task, groups)
    book = _book(tx, task, groups)
    journal = Journal(tx)
    journal.watch(Discrepancy, [row.id for row in book.facts])
    match_ids = _store(tx, journal, book, groups, first)
    _resolve(tx, journal, book)
    store.mark_stale(tx, task, {one.business_on for one in book.entries.values()})
    for group, match_id in zip(groups, match_ids, strict=True):
        audit.record(tx, Verb.MATCHED, "match", str(match_id), after=_told(book, group))
    return Step(
        verb=Verb.MATCHED,
        task=task,
        by=tx.actor.name,
        at=tx.at,
        object_type="match",
        object_ids=tuple(match_ids),
        ours_fen=sum(book.money.ours.get(id_, 0) for group in groups for id_ in group.ours),
        theirs_fen=sum(book.money.theirs.get(id_, 0) for group in groups for id_ in group.theirs),
        reason=groups[0].reason,
        images=journal.images(),
    )


def keep_still(tx: Tx) -> None:
    """Let nobody close a day or reconcile meanwhile; other people go on matching."""
    together(tx, DAYS_LOCK)
    together(tx, RECONCILE_LOCK)


def require_free(session: Session, task: Task, groups: Sequence[Group]) -> None:
    """Return if none of these entries is matched.

    Raises:
        AlreadyMatched: One is; the message says by whom.
    """
    for column, side, ids in (
        (Match.ours_id, Side.OURS, [id_ for group in groups for id_ in group.ours]),
        (Match.theirs_id, Side.THEIRS, [id_ for group in groups for id_ in group.theirs]),
    ):
        for start in range(0, len(ids), _CHUNK):
            query = select(Match.match_id, Match.rule, column).where(
                Match.task == task, column.in_(ids[start : start + _CHUNK])
            )
            for match_id, rule, entry_id in session.execute(query.limit(1)):
                kind = SIDES[task][side is Side.THEIRS]
                known = entries(session, kind, [entry_id or 0])
                hand = session.get(HandMatch, match_id)
                raise AlreadyMatched(
                    key=known[entry_id].key if entry_id in known else str(entry_id),
                    match=match_id,
                    by=hand.by if hand else rule,
                )


def require_sensible(groups: Sequence[Group]) -> None:
    """Return if there are entries to match, and not too many.

    Raises:
        NothingChosen: One entry alone settles nothing.
        TooMany: There are more than can be matched at once.
    """
    if len(groups) > MOST_AT_ONCE:
        raise TooMany(most=MOST_AT_ONCE, count=len(groups))
    for group in groups:
        longest = max(len(group.ours), len(group.theirs))
        if longest > MOST_ENTRIES:
            raise TooMany(most=MOST_ENTRIES, count=longest)
        alone = not group.ours or not group.theirs
        if alone and longest < 2:  # noqa: PLR2004 - one entry settles nothing
            raise NothingChosen
    if not groups:
        raise NothingChosen


def suggested(session: Session, suggestions: Sequence[int]) -> dict[int, Group]:
    """Return what suggestions hold; one that is gone is left out."""
    found: dict[int, dict[Side, list[int]]] = {}
    rules: dict[int, MatchRule] = {}
    ordered = sorted(suggestions)
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        # The rows of a suggestion follow its first without a gap.
        query = select(Suggestion).where(
            Suggestion.group_id.in_(chunk),
            Suggestion.id.between(chunk[0], chunk[-1] + 2 * MOST_ENTRIES),
        )
        for row in session.scalars(query.order_by(Suggestion.id)):
            found.setdefault(row.group_id, {side: [] for side in Side})[row.side].append(
                row.entry_id
            )
            rules[row.group_id] = row.rule
    return {
        id_: Group(
            ours=tuple(sorted(sides[Side.OURS])),
            theirs=tuple(sorted(sides[Side.THEIRS])),
            reason=_(_REASONS.get(rules[id_], _SUGGESTED)),
        )
        for id_, sides in found.items()
    }


_SUGGESTED = N_("Suggestion accepted.")
_REASONS = {
    MatchRule.HOUSEHOLD: N_("Suggestion accepted: household, period and amount."),
    MatchRule.ACCOUNT_AMOUNT: N_("Suggestion accepted: account and amount."),
    MatchRule.COMBINATION: N_("Suggestion accepted: combination."),
}


def _require_unadjusted(tx: Tx, facts: Sequence[Fact], ids: Collection[int]) -> None:
    """Return if no adjustment is at work on these discrepancies and entries."""
    for row in facts:
        if row.status is Status.SUBMITTED:
            raise UnderApproval(id=row.id)
        if row.status is Status.SUSPENDED:
            raise InSuspense(id=row.id)
    adjusted = held(tx.session, ids, HeldBy.ADJUSTMENT)
    for row in facts:
        if {row.ours_id, row.theirs_id} & adjusted:
            raise PartlyAdjusted(id=row.id)


def _book(tx: Tx, task: Task, groups: Sequence[Group]) -> _Book:
    sides = {
        Side.OURS: [id_ for group in groups for id_ in group.ours],
        Side.THEIRS: [id_ for group in groups for id_ in group.theirs],
    }
    kinds = SIDES[task]
    known = {
        **entries(tx.session, kinds[0], sides[Side.OURS]),
        **entries(tx.session, kinds[1], sides[Side.THEIRS]),
    }
    if len(known) != sum(map(len, sides.values())):
        raise UnknownEntries
    facts = facts_about(tx, task, sides)
    _require_unadjusted(tx, facts, set(known))
    money = Money.of(tx.session, task, sides, facts)
    residues = {group: _residue(tx, task, money, group) for group in groups}
    # The business day of an arrival is that of its discrepancy, not the day of its booking.
    days = {one.business_on for one in known.values() if one.kind is not EntryKind.ARRIVALS}
    # What was carried forward from a closed day settles on the later one.
    if known_days := (days | {row.business_on for row in facts}) - {0}:
        require_open(tx, day_of(max(known_days)))
    told: dict[int, list[int]] = {}
    for row in facts:
        for id_ in (row.ours_id, row.theirs_id):
            told.setdefault(id_ or 0, []).append(row.business_on)
    return _Book(task=task, entries=known, money=money, facts=facts, residues=residues, days=told)


def _residue(tx: Tx, task: Task, money: Money, group: Group) -> int:
    """Return how much ours is more than theirs, if that is tolerated."""
    ours = sum(money.ours.get(id_, 0) for id_ in group.ours)
    theirs = sum(money.theirs.get(id_, 0) for id_ in group.theirs)
    residue = ours - theirs
    if residue:
        allowed = setting(tx.session, TOLERANCES[task])
        if abs(residue) > allowed or not group.reason.strip():
            raise NotEqual(ours=yuan(ours), theirs=yuan(theirs), difference=yuan(residue))
    return residue


def _store(tx: Tx, journal: Journal, book: _Book, groups: Sequence[Group], first: int) -> list[int]:
    lines: list[dict[str, object]] = []
    match_ids = []
    for group in groups:
        match_ids.append(first + len(lines))
        lines += _lines(book.task, group, first + len(lines))
    tx.connection.execute(insert(table_of(Match)), lines)
    tx.connection.execute(
        insert(table_of(HandMatch)),
        [
            _hand(tx, book, group, match_id)
            for group, match_id in zip(groups, match_ids, strict=True)
        ],
    )
    journal.made(Match, [first + place for place in range(len(lines))])
    journal.made(HandMatch, match_ids)
    hold(tx, journal, book.entries)
    tx.touch("match", "hand_match")
    return match_ids


def _lines(task: Task, group: Group, first: int) -> list[dict[str, object]]:
    return [
        {
            "id": first + place,
            "match_id": first,
            "task": task,
            "run_id": None,
            "rule": MatchRule.BY_HAND,
            "ours_id": group.ours[place] if place < len(group.ours) else None,
            "theirs_id": group.theirs[place] if place < len(group.theirs) else None,
        }
        for place in range(max(len(group.ours), len(group.theirs)))
    ]


def _hand(tx: Tx, book: _Book, group: Group, match_id: int) -> dict[str, object]:
    mine = [book.entries[id_] for id_ in (*group.ours, *group.theirs)]
    return {
        "match_id": match_id,
        "task": book.task,
        "scope": mine[0].scope if book.task is Task.CHANNEL else "",
        "business_on": max(_days_of(book, group)),
        "residue_fen": book.residues[group],
        "reason": group.reason,
        "by": tx.actor.name,
        "at": tx.at,
    }


def _days_of(book: _Book, group: Group) -> Iterable[int]:
    """The business days of a group: those of its discrepancies tell of arrivals too."""
    chosen = {*group.ours, *group.theirs}
    told = [day for id_ in chosen for day in book.days.get(id_, ())]
    return told or [book.entries[id_].business_on for id_ in chosen]


def _resolve(tx: Tx, journal: Journal, book: _Book) -> None:
    """Settle the discrepancies of matched entries; what else stood in them is open by itself."""
    left: dict[int, Alone] = {}
    settled: list[Fact] = []
    inside = legs_of(tx.session, book.facts)
    for row in book.facts:
        if row.kind in BESIDE:
            continue
        settled.append(row)
        for side in Side:
            for id_ in (one for one in inside[row.id][side] if one not in book.entries):
                left[id_] = Alone(side=side, day=row.business_on, fen=0)
    kept = _with_money(tx.session, book, left)
    settle(tx, settled, Resolution.BY_HAND)
    open_alone(tx, journal, book.task, kept)
    tx.touch("discrepancy")


def _with_money(session: Session, book: _Book, left: Mapping[int, Alone]) -> dict[int, Alone]:
    """Say what counts of entries; those of other kinds, such as headers, are never open alone."""
    sides = {side: [id_ for id_, one in left.items() if one.side is side] for side in Side}
    money = Money.of(session, book.task, sides, book.facts)
    known = {**money.ours, **money.theirs}
    taken = _matched(session, book.task, sides)
    return {
        id_: replace(one, fen=known[id_])
        for id_, one in left.items()
        if id_ in known and id_ not in taken
    }


def _matched(session: Session, task: Task, sides: Mapping[Side, Sequence[int]]) -> set[int]:
    found: set[int] = set()
    for side, column in ((Side.OURS, Match.ours_id), (Side.THEIRS, Match.theirs_id)):
        ids = sides[side]
        for start in range(0, len(ids), _CHUNK):
            query = select(column).where(
                Match.task == task, column.in_(ids[start : start + _CHUNK])
            )
            found |= {id_ for id_ in session.scalars(query) if id_ is not None}
    return found


def _told(book: _Book, group: Group) -> dict[str, object]:
    return {
        "task": book.task.value,
        "ours": [book.entries[id_].key for id_ in group.ours],
        "theirs": [book.entries[id_].key for id_ in group.theirs],
        "residue_fen": book.residues[group],
        "reason": group.reason,
    }
