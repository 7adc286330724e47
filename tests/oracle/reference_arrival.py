"""到账核对: clearing batches, net, against what the bank received."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations

from tests.oracle.reference_entries import Arrival, Batch, Fact, add_working_days

TASK = "arrival"
Group = tuple[tuple[Batch, ...], tuple[Arrival, ...]]


@dataclass(slots=True, kw_only=True)
class ArrivalTask:
    """The state over the days: which batches and arrivals settled each other."""

    accounts: Mapping[str, frozenset[str]]
    batches: list[Batch] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    matched: list[Group] = field(default_factory=list)

    def run(self, on: date) -> list[Fact]:
        """Match everything up to a business date and say what is left."""
        batches = [one for one in self.batches if one.business_on <= on]
        as_of = max([on + timedelta(days=1), *(one.clearing_on for one in batches)])
        arrivals = [one for one in self.arrivals if one.booked_on <= as_of and one.amount]
        repeated = _repeated(arrivals)
        facts = [self._theirs("duplicate_theirs", one) for one in repeated]
        named = {id(one): self._named(one) for one in arrivals}
        self._match_named(batches, [one for one in arrivals if one not in repeated], named)
        unnamed = [one for one in arrivals if one not in repeated and not named[id(one)]]
        spoken_for = {
            number
            for one in arrivals
            if self._is_free(one) and one not in repeated
            for number in named[id(one)]
        }
        quiet = [one for one in batches if one.net and one.number not in spoken_for]
        self._match_single(quiet, unnamed)
        self._match_combined(quiet, unnamed)
        facts += self._named_leftovers(
            batches, [one for one in arrivals if one not in repeated], named
        )
        facts += [self._ours("not_arrived", one, ()) for one in quiet if self._is_free(one)]
        for one in unnamed:
            if self._is_free(one):
                kind = "unexpected_arrival" if one.amount > 0 else "unexpected_debit"
                facts.append(self._theirs(kind, one))
        return facts

    def _is_free(self, entry: Batch | Arrival) -> bool:
        return not any(entry is each for ours, theirs in self.matched for each in (*ours, *theirs))

    def _named(self, arrival: Arrival) -> frozenset[str]:
        """Return the known batch numbers that stand in an arrival's texts."""
        return frozenset().union(
            *(numbers_in(text, [one.number for one in self.batches]) for text in arrival.text)
        )

    def _match_named(
        self,
        batches: list[Batch],
        arrivals: list[Arrival],
        named: Mapping[int, frozenset[str]],
    ) -> None:
        for batch in batches:
            fitting = [
                one
                for one in arrivals
                if named[id(one)] == {batch.number}
                and one.amount == batch.net
                and self._is_free(one)
            ]
            fitting.sort(
                key=lambda one: (abs(one.booked_on - batch.clearing_on), one.serial, one.line)
            )
            if fitting and self._is_free(batch):
                self.matched.append(((batch,), (fitting[0],)))
        for ours, theirs in self._components(batches, arrivals, named):
            whole = all(self._is_free(one) for one in ours)
            if whole and sum(one.net for one in ours) == sum(one.amount for one in theirs):
                self.matched.append((ours, theirs))

    def _components(
        self,
        batches: list[Batch],
        arrivals: list[Arrival],
        named: Mapping[int, frozenset[str]],
    ) -> list[Group]:
        """Return batches and the free arrivals that name them, as far as they hang together."""
        groups: list[tuple[set[str], list[Arrival]]] = []
        for one in arrivals:
            if not named[id(one)] or not self._is_free(one):
                continue
            numbers, members = set(named[id(one)]), [one]
            for group in [each for each in groups if each[0] & numbers]:
                groups.remove(group)
                numbers |= group[0]
                members = group[1] + members
            groups.append((numbers, members))
        return [
            (tuple(one for one in batches if one.number in numbers), tuple(members))
            for numbers, members in groups
            if numbers <= {one.number for one in batches}
        ]

    def _fits(self, batch: Batch, arrival: Arrival) -> bool:
        """Tell whether account and date allow an unnamed arrival to pay a batch."""
        accounts = self.accounts[batch.payee] | {batch.account}
        latest = add_working_days(batch.clearing_on, 1)
        return arrival.account in accounts and batch.clearing_on <= arrival.booked_on <= latest

    def _match_single(self, batches: list[Batch], arrivals: list[Arrival]) -> None:
        pairs = [
            (batch, arrival)
            for batch in batches
            for arrival in arrivals
            if self._is_free(batch) and self._is_free(arrival)
            if batch.net == arrival.amount and self._fits(batch, arrival)
        ]
        for batch, arrival in pairs:
            same_batch = [pair for pair in pairs if pair[0] is batch]
            same_arrival = [pair for pair in pairs if pair[1] is arrival]
            if len(same_batch) == len(same_arrival) == 1:
                self.matched.append(((batch,), (arrival,)))

    def _match_combined(self, batches: list[Batch], arrivals: list[Arrival]) -> None:
        batches = [one for one in batches if self._is_free(one)]
        arrivals = [one for one in arrivals if self._is_free(one)]
        solutions: list[Group] = []
        for batch in batches:
            payers = [one for one in arrivals if self._fits(batch, one)]
            amounts = [one.amount for one in payers]
            solutions += [
                ((batch,), tuple(payers[index] for index in chosen))
                for chosen in _solutions(amounts, batch.net)
            ]
        for arrival in arrivals:
            paid = [one for one in batches if self._fits(one, arrival)]
            nets = [one.net for one in paid]
            solutions += [
                (tuple(paid[index] for index in chosen), (arrival,))
                for chosen in _solutions(nets, arrival.amount)
                if len(chosen) > 1
            ]
        alone = [
            one
            for one in solutions
            if not any(_share(one, other) for other in solutions if other is not one)
        ]
        self.matched += [one for one in alone if len(one[0]) + len(one[1]) > 2]

    def _named_leftovers(
        self,
        batches: list[Batch],
        arrivals: list[Arrival],
        named: Mapping[int, frozenset[str]],
    ) -> list[Fact]:
        facts = []
        for ours, theirs in self._components(batches, arrivals, named):
            left = list(theirs)
            settled = [one for one in ours if not self._is_free(one)]
            for one in theirs:
                if any(one.amount == batch.net for batch in settled):
                    left.remove(one)
                    facts.append(self._theirs("duplicate_theirs", one))
            if not left:
                continue
            expected = sum(one.net for one in ours if self._is_free(one))
            arrived = sum(one.amount for one in left)
            kind = "short_arrival" if arrived < expected else "over_arrival"
            facts.append(self._ours(kind, ours[0], tuple(left), expected - arrived))
        return facts

    def _ours(
        self,
        kind: str,
        batch: Batch,
        arrivals: tuple[Arrival, ...],
        difference_fen: int | None = None,
    ) -> Fact:
        return Fact(
            task=TASK,
            date=batch.business_on,
            kind=kind,
            ours_key=batch.number,
            theirs_key="+".join(sorted(one.serial for one in arrivals)),
            difference_fen=batch.net if difference_fen is None else difference_fen,
        )

    def _theirs(self, kind: str, arrival: Arrival) -> Fact:
        cleared = [one.business_on for one in self.batches if one.clearing_on == arrival.booked_on]
        return Fact(
            task=TASK,
            date=max(cleared, default=arrival.booked_on - timedelta(days=1)),
            kind=kind,
            ours_key="",
            theirs_key=arrival.serial,
            difference_fen=-arrival.amount,
        )


def numbers_in(text: str, numbers: list[str]) -> frozenset[str]:
    """Return the numbers that stand in a text as whole words, the longest where they nest."""
    found: set[str] = set()
    covered: list[tuple[int, int]] = []
    for number in sorted(numbers, key=len, reverse=True):
        start = text.find(number)
        while start >= 0:
            end = start + len(number)
            inside = any(first <= start and end <= last for first, last in covered)
            if (
                not inside
                and not _is_word(text[start - 1 : start])
                and not _is_word(text[end : end + 1])
            ):
                found.add(number)
                covered.append((start, end))
            start = text.find(number, start + 1)
    return frozenset(found)


def _is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _repeated(arrivals: list[Arrival]) -> list[Arrival]:
    seen: set[tuple[str, str, int]] = set()
    repeated = []
    for one in sorted(arrivals, key=lambda one: one.line):
        key = (one.account, one.serial, one.amount)
        if key in seen:
            repeated.append(one)
        seen.add(key)
    return repeated


def _solutions(amounts: list[int], target: int) -> list[tuple[int, ...]]:
    """Return all choices of up to four among at most twelve amounts that make the target."""
    if len(amounts) > 12:
        return []
    return [
        chosen
        for size in range(1, 5)
        for chosen in combinations(range(len(amounts)), size)
        if sum(amounts[index] for index in chosen) == target
    ]


def _share(one: Group, other: Group) -> bool:
    members = [*one[0], *one[1]]
    return any(each is member for each in (*other[0], *other[1]) for member in members)
