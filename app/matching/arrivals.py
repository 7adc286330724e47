"""Which clearing batches the bank's entries pay: the five arrival rules of domain.md §4.

Batches and arrivals of one run are few, so they are plain values here.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from app.matching import combinations
from app.matching.rules import Kind, MatchRule

AUTOMATIC_SIZE = 4
AUTOMATIC_CANDIDATES = 12
SUGGESTED_SIZE = 8
SUGGESTED_CANDIDATES = 60
SUGGESTIONS_EACH = 5

_JUST_TWO = 2

_LONGEST_NAME = 8
"""A batch no. has at most this many runs of letters and digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A clearing batch that should arrive: net in fen, first and last day it may arrive."""

    id: int
    batch_no: str
    account_nos: frozenset[str]
    net_fen: int
    clearing_on: date
    due_on: date
    latest_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One credit (positive) or debit (negative) on a designated account."""

    id: int
    account_no: str
    serial_no: str
    amount_fen: int
    booked_on: date
    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Batches and arrivals that belong together, and by which rule."""

    rule: MatchRule
    batches: tuple[int, ...]
    arrivals: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A discrepancy of arrivals; `named` is the settled batch that a surplus arrival names."""

    kind: Kind
    batches: tuple[int, ...] = ()
    arrivals: tuple[int, ...] = ()
    named: str = ""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What the rules found."""

    matches: list[Group] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    suggestions: list[Group] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Open:
    """What has no partner yet, by id, and which open batches each arrival names."""

    batches: dict[int, Batch]
    arrivals: dict[int, Arrival]
    names: dict[int, list[str]]
    by_no: dict[str, Batch]

    def take(self, outcome: Outcome, group: Group) -> None:
        outcome.matches.append(group)
        for batch in group.batches:
            del self.batches[batch]
        for arrival in group.arrivals:
            del self.arrivals[arrival]

    def named_by(self, arrival: Arrival) -> list[Batch]:
        named = (self.by_no.get(name) for name in self.names.get(arrival.id, ()))
        return [batch for batch in named if batch is not None and batch.id in self.batches]


def match(
    batches: Sequence[Batch],
    arrivals: Sequence[Arrival],
    *,
    names: Mapping[int, Sequence[str]],
    known: Mapping[str, int],
    as_of: date,
) -> Outcome:
    """Apply the arrival rules in order.

    `names` are the batch nos. of any day that stand in each arrival's text, `known` their nets;
    `as_of` decides which batches are due.
    """
    outcome = Outcome()
    work = _Open(
        batches={batch.id: batch for batch in batches},
        arrivals={arrival.id: arrival for arrival in arrivals},
        names={arrival: list(found) for arrival, found in names.items()},
        by_no={batch.batch_no: batch for batch in batches},
    )
    _repeated_serials(work, outcome)
    _named_with_amount(work, outcome)
    groups = _named_groups(work, outcome)
    _surplus(work, outcome, known)
    _single_candidates(work, outcome)
    _combinations(work, outcome)
    _what_is_left(work, outcome, groups, as_of)
    return outcome


def named_batches(text: str, known: Iterable[str] | Mapping[str, object]) -> list[str]:
    """Return the known batch nos. that stand in a text as whole words."""
    return [name for name in _words(normal(text)) if name in known]


def candidates_in(text: str) -> set[str]:
    """Return every piece of a text that could be a batch no."""
    return set(_words(normal(text)))


def normal(text: str) -> str:
    """Return a text with full-width letters and digits made narrow."""
    return unicodedata.normalize("NFKC", text)


def _words(text: str) -> list[str]:
    """All runs of letters and digits and their joins with the marks between them."""
    runs: list[tuple[int, int]] = []
    for wordy, run in groupby(enumerate(text), key=lambda at: at[1].isascii() and at[1].isalnum()):
        if wordy:
            places = [place for place, _char in run]
            runs.append((places[0], places[-1] + 1))
    found = []
    for first, (start, _end) in enumerate(runs):
        for _start, end in reversed(runs[first : first + _LONGEST_NAME]):
            found.append(text[start:end])
    return list(dict.fromkeys(found))


def _repeated_serials(work: _Open, outcome: Outcome) -> None:
    """Set aside the surplus of a bank serial no. that stands more than once."""
    nets = {
        (account_no, batch.net_fen)
        for batch in work.batches.values()
        for account_no in batch.account_nos
    }
    by_serial: dict[tuple[str, str], list[Arrival]] = defaultdict(list)
    for arrival in work.arrivals.values():
        by_serial[arrival.account_no, arrival.serial_no].append(arrival)
    for same in by_serial.values():
        same.sort(
            key=lambda one: (
                (one.account_no, one.amount_fen) not in nets,
                one.booked_on,
                one.line,
                one.id,
            )
        )
        for surplus in same[1:]:
            outcome.facts.append(Fact(kind=Kind.DUPLICATE_THEIRS, arrivals=(surplus.id,)))
            del work.arrivals[surplus.id]


def _named_with_amount(work: _Open, outcome: Outcome) -> None:
    """Rule 1: the batch no. in the text, and the amount."""
    pairs = [
        (
            abs((arrival.booked_on - batch.clearing_on).days),
            batch.batch_no,
            arrival.serial_no,
            arrival.line,
            batch,
            arrival,
        )
        for arrival in work.arrivals.values()
        for batch in work.named_by(arrival)
        if batch.net_fen == arrival.amount_fen
    ]
    for *_order, batch, arrival in sorted(pairs, key=lambda pair: (*pair[:4], pair[5].id)):
        if batch.id in work.batches and arrival.id in work.arrivals:
            work.take(
                outcome,
                Group(rule=MatchRule.BATCH_NO, batches=(batch.id,), arrivals=(arrival.id,)),
            )


def _named_groups(work: _Open, outcome: Outcome) -> list[Group]:
    """Rule 2: texts with batch nos. and equal sums; return the groups whose sums differ."""
    unequal = []
    for batches, arrivals in _linked(work):
        ours = sum(work.batches[batch].net_fen for batch in batches)
        theirs = sum(work.arrivals[arrival].amount_fen for arrival in arrivals)
        group = Group(rule=MatchRule.BATCH_NOS, batches=batches, arrivals=arrivals)
        if ours == theirs:
            work.take(outcome, group)
        else:
            unequal.append(group)
    return unequal


def _linked(work: _Open) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Open batches and the arrivals that name them, in groups that hang together."""
    leader: dict[int, int] = {}

    def root(batch: int) -> int:
        while leader[batch] != batch:
            batch = leader[batch]
        return batch

    naming = {}
    for arrival in work.arrivals.values():
        named = [batch.id for batch in work.named_by(arrival)]
        if named:
            naming[arrival.id] = named
            for batch in named:
                leader.setdefault(batch, batch)
            for batch in named[1:]:
                leader[root(batch)] = root(named[0])
    groups: dict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for arrival_id, named in naming.items():
        batches, arrivals = groups[root(named[0])]
        batches.update(named)
        arrivals.add(arrival_id)
    return [(tuple(sorted(ours)), tuple(sorted(theirs))) for ours, theirs in groups.values()]


def _surplus(work: _Open, outcome: Outcome, known: Mapping[str, int]) -> None:
    """An arrival whose batch is settled already: the same amount again, or too much."""
    over: dict[str, list[int]] = defaultdict(list)
    for arrival in list(work.arrivals.values()):
        settled = [
            name
            for name in work.names.get(arrival.id, ())
            if name not in work.by_no or work.by_no[name].id not in work.batches
        ]
        if not settled or work.named_by(arrival):
            continue
        same = [name for name in settled if known.get(name) == arrival.amount_fen]
        if same:
            outcome.facts.append(
                Fact(kind=Kind.DUPLICATE_THEIRS, arrivals=(arrival.id,), named=same[0])
            )
        else:
            over[settled[0]].append(arrival.id)
        del work.arrivals[arrival.id]
    outcome.facts.extend(
        Fact(kind=Kind.OVER_ARRIVAL, arrivals=tuple(arrivals), named=name)
        for name, arrivals in over.items()
    )


def _unnamed(work: _Open) -> tuple[list[Batch], list[Arrival]]:
    """Batches that nobody names, and arrivals that name nothing."""
    naming = {batch.id for arrival in work.arrivals.values() for batch in work.named_by(arrival)}
    batches = [batch for batch in work.batches.values() if batch.id not in naming]
    arrivals = [arrival for arrival in work.arrivals.values() if not work.names.get(arrival.id)]
    return batches, arrivals


def _in_window(batch: Batch, arrival: Arrival) -> bool:
    return batch.clearing_on <= arrival.booked_on <= batch.latest_on


def _single_candidates(work: _Open, outcome: Outcome) -> None:
    """Rule 3: account, amount and a day within the window, the only ones both ways."""
    batches, arrivals = _unnamed(work)
    by_amount: dict[tuple[str, int], list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        by_amount[arrival.account_no, arrival.amount_fen].append(arrival)
    pairs = [
        (batch.id, arrival.id)
        for batch in batches
        for account_no in sorted(batch.account_nos)
        for arrival in by_amount[account_no, batch.net_fen]
        if _in_window(batch, arrival)
    ]
    ours_times = Counter(ours for ours, _theirs in pairs)
    theirs_times = Counter(theirs for _ours, theirs in pairs)
    for ours, theirs in pairs:
        group = Group(rule=MatchRule.ACCOUNT_AMOUNT, batches=(ours,), arrivals=(theirs,))
        if ours_times[ours] == theirs_times[theirs] == 1:
            work.take(outcome, group)
        else:
            outcome.suggestions.append(group)


def _combinations(work: _Open, outcome: Outcome) -> None:
    """Rule 4: one sum of several on the account, if it is the only one and shares nothing."""
    batches, arrivals = _unnamed(work)
    ours_on, theirs_on = defaultdict(list), defaultdict(list)
    for batch in batches:
        for account_no in batch.account_nos:
            ours_on[account_no].append(batch)
    for arrival in arrivals:
        theirs_on[arrival.account_no].append(arrival)
    for account_no, ours in sorted(ours_on.items()):
        theirs = [one for one in theirs_on.get(account_no, []) if one.id in work.arrivals]
        certain, possible = _solutions([one for one in ours if one.id in work.batches], theirs)
        _take_certain(work, outcome, certain)
        outcome.suggestions.extend(possible)


def _take_certain(work: _Open, outcome: Outcome, certain: Sequence[Group]) -> None:
    """Match the sums that share no member with another one; suggest the others."""
    used = Counter(member for group in certain for member in _members(group))
    for group in certain:
        if len(_members(group)) == _JUST_TWO:
            continue  # one with one was rule 3's to decide
        if all(used[member] == 1 for member in _members(group)):
            work.take(outcome, group)
        else:
            outcome.suggestions.append(group)


def _members(group: Group) -> list[tuple[str, int]]:
    return [("ours", batch) for batch in group.batches] + [
        ("theirs", arrival) for arrival in group.arrivals
    ]


def _solutions(ours: list[Batch], theirs: list[Arrival]) -> tuple[list[Group], list[Group]]:
    """All sums on one account: those within the automatic limits, and further suggestions."""
    certain: list[Group] = []
    possible: list[Group] = []
    for batch in ours:
        near = [one for one in theirs if _in_window(batch, one) and _same_sign(batch, one)]
        for automatic, chosen in _sums(batch.net_fen, [one.amount_fen for one in near]):
            group = Group(
                rule=MatchRule.COMBINATION,
                batches=(batch.id,),
                arrivals=tuple(near[index].id for index in chosen),
            )
            (certain if automatic else possible).append(group)
    for arrival in theirs:
        due = [one for one in ours if _in_window(one, arrival) and _same_sign(one, arrival)]
        for automatic, chosen in _sums(arrival.amount_fen, [one.net_fen for one in due]):
            group = Group(
                rule=MatchRule.COMBINATION,
                batches=tuple(due[index].id for index in chosen),
                arrivals=(arrival.id,),
            )
            if len(chosen) > 1:
                (certain if automatic else possible).append(group)
    return certain, possible


def _same_sign(batch: Batch, arrival: Arrival) -> bool:
    return (batch.net_fen > 0) == (arrival.amount_fen > 0)


def _sums(target: int, amounts: list[int]) -> list[tuple[bool, tuple[int, ...]]]:
    if not amounts:
        return []
    if len(amounts) <= AUTOMATIC_CANDIDATES:
        found = combinations.find(target, amounts, largest=AUTOMATIC_SIZE, limit=100)
        if found.solutions:
            return [(True, chosen) for chosen in found.solutions]
    if len(amounts) > SUGGESTED_CANDIDATES:
        return []
    found = combinations.find(target, amounts, largest=SUGGESTED_SIZE, limit=SUGGESTIONS_EACH)
    return [(False, chosen) for chosen in found.solutions]


def _what_is_left(work: _Open, outcome: Outcome, groups: Sequence[Group], as_of: date) -> None:
    """Rule 5 and the kinds of what has no partner."""
    told_batches = {batch for group in groups for batch in group.batches}
    told_arrivals = {arrival for group in groups for arrival in group.arrivals}
    for group in groups:
        expected = sum(work.batches[batch].net_fen for batch in group.batches)
        arrived = sum(work.arrivals[arrival].amount_fen for arrival in group.arrivals)
        kind = Kind.SHORT_ARRIVAL if expected > arrived else Kind.OVER_ARRIVAL
        outcome.facts.append(Fact(kind=kind, batches=group.batches, arrivals=group.arrivals))
    for batch in work.batches.values():
        if batch.id not in told_batches and batch.due_on <= as_of:
            outcome.facts.append(Fact(kind=Kind.NOT_ARRIVED, batches=(batch.id,)))
    for arrival in work.arrivals.values():
        if arrival.id not in told_arrivals:
            kind = Kind.UNEXPECTED_DEBIT if arrival.amount_fen < 0 else Kind.UNEXPECTED_ARRIVAL
            outcome.facts.append(Fact(kind=kind, arrivals=(arrival.id,)))
