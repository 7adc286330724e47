"""渠道对账: payments of one channel against that channel's records."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date

from tests.oracle.reference_entries import (
    Channel,
    Fact,
    Payment,
    Record,
    add_working_days,
    business_day,
    near_cutoff,
)
from tests.oracle.reference_pairs import pair_nearest

TASK = "channel"


@dataclass(slots=True, kw_only=True)
class ChannelTask:
    """The state of one channel over the days: who was matched to whom."""

    channel: Channel
    payments: list[Payment] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    matched: list[tuple[Payment, Record]] = field(default_factory=list)

    def run(self, on: date, as_of: date) -> list[Fact]:
        """Match everything up to a business date and say what is left."""
        ours = [one for one in self.payments if self._day(one) <= on]
        theirs = [one for one in self.records if self._day(one) <= on]
        free_ours = [one for one in ours if one.success and not self._is_matched(one)]
        free_theirs = [one for one in theirs if one.success and not self._is_matched(one)]
        for key in (_by_number, _by_txn):
            self.matched += pair_nearest(free_ours, free_theirs, key, key)

        facts = [self._pair(o, t, "amount_differs") for o, t in _pairs(free_ours, free_theirs)]
        paired_ours = [one for one in ours if one.success and one not in free_ours]
        paired_theirs = [one for one in theirs if one.success and one not in free_theirs]

        failed_ours = [one for one in ours if not one.success]
        failed_theirs = [one for one in theirs if not one.success]
        unlike = _pairs(free_ours, failed_theirs) + _pairs(failed_ours, free_theirs)
        facts += [self._pair(one, other, "status_differs") for one, other in unlike]

        facts += self._leftovers(free_ours, paired_ours, as_of)
        facts += self._leftovers(free_theirs, paired_theirs, as_of)
        return facts + self._fees()

    def _is_matched(self, entry: Payment | Record) -> bool:
        return any(entry is one or entry is other for one, other in self.matched)

    def _day(self, entry: Payment | Record) -> date:
        return business_day(entry.at, self.channel.cutoff)

    def _pair(self, one: Payment, other: Record, kind: str) -> Fact:
        ours = one.amount if one.success else 0
        theirs = other.amount if other.success else 0
        return self._fact(kind, one, other, ours - theirs)

    def _fact(
        self, kind: str, one: Payment | None, other: Record | None, difference_fen: int
    ) -> Fact:
        entry = one or other
        assert entry is not None
        return Fact(
            task=TASK,
            date=self._day(entry),
            kind=kind,
            ours_key=one.number if one else "",
            theirs_key=other.number if other else "",
            difference_fen=difference_fen,
        )

    def _leftovers(
        self, left: Sequence[Payment | Record], paired: Sequence[Payment | Record], as_of: date
    ) -> list[Fact]:
        facts = []
        seen = [(one.number, one.refund) for one in paired]
        for entry in sorted(left, key=lambda one: (one.at, one.line)):
            kind = self._leftover_kind(entry, as_of)
            if (entry.number, entry.refund) in seen:
                kind = "duplicate_ours" if isinstance(entry, Payment) else "duplicate_theirs"
            seen.append((entry.number, entry.refund))
            if isinstance(entry, Payment):
                facts.append(self._fact(kind, entry, None, entry.amount))
            else:
                facts.append(self._fact(kind, None, entry, -entry.amount))
        return facts

    def _leftover_kind(self, entry: Payment | Record, as_of: date) -> str:
        window_ends = add_working_days(self._day(entry), 1)
        if near_cutoff(entry.at, self.channel.cutoff) and as_of <= window_ends:
            return "timing"
        return "missing_theirs" if isinstance(entry, Payment) else "missing_ours"

    def _fees(self) -> list[Fact]:
        facts = []
        for one, other in self.matched:
            expected = one.fee
            if expected is None and self.channel.rate_ppm is not None:
                expected = rule_fee(self.channel, one.amount)
            if expected is not None and other.fee is not None and expected != other.fee:
                facts.append(self._fact("fee_differs", one, other, expected - other.fee))
        return facts


def rule_fee(channel: Channel, amount: int) -> int:
    """Return the fee that a channel's rule gives: on the absolute amount, half up."""
    if channel.rate_ppm is None or (amount < 0 and not channel.returns_fee):
        return 0
    fee = (abs(amount) * channel.rate_ppm * 2 + 1_000_000) // 2_000_000
    if channel.minimum is not None:
        fee = max(fee, channel.minimum)
    if channel.maximum is not None:
        fee = min(fee, channel.maximum)
    return -fee if amount < 0 else fee


def _pairs(ours: list[Payment], theirs: list[Record]) -> list[tuple[Payment, Record]]:
    return pair_nearest(ours, theirs, _same, _same)


def _same(entry: Payment | Record) -> Hashable:
    return entry.number, entry.refund


def _by_number(entry: Payment | Record) -> Hashable:
    return entry.number, entry.refund, entry.amount


def _by_txn(entry: Payment | Record) -> Hashable | None:
    return (entry.txn, entry.refund, entry.amount) if entry.txn else None
