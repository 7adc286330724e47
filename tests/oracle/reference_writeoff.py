"""销账对账: bill lines against the billing system's write-offs."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date

from tests.oracle.reference_entries import Bill, Fact, WriteOff
from tests.oracle.reference_orders import Orders, Outcome
from tests.oracle.reference_pairs import pair_nearest, unique_pairs

TASK = "writeoff"


@dataclass(slots=True, kw_only=True)
class WriteOffTask:
    """The state over the days: which bill was matched to which write-off."""

    bills: list[Bill] = field(default_factory=list)
    writeoffs: list[WriteOff] = field(default_factory=list)
    matched: list[tuple[Bill, WriteOff]] = field(default_factory=list)

    def run(self, on: date, orders: Orders) -> list[Fact]:
        """Match everything up to a business date and say what is left."""
        ours = [one for one in self.bills if orders.day_of(one) <= on and _is_paid(one, orders)]
        theirs = [one for one in self.writeoffs if orders.day_of(one) <= on]
        free_ours = [one for one in ours if not self._is_matched(one)]
        free_theirs = [one for one in theirs if not self._is_matched(one)]
        self.matched += pair_nearest(free_ours, free_theirs, _by_amount, _by_amount)
        unlike = pair_nearest(free_ours, free_theirs, _by_bill, _by_bill)
        self.matched += unique_pairs(free_ours, free_theirs, _looks_alike)

        facts = [_fact("amount_differs", orders.day_of(one), one, other) for one, other in unlike]
        paired_ours = [one for one in ours if one not in free_ours]
        paired_theirs = [one for one in theirs if one not in free_theirs]
        for one, surplus in _with_surplus(free_ours, paired_ours):
            kind = "duplicate_ours" if surplus else "not_written_off"
            facts.append(_fact(kind, orders.day_of(one), one, None))
        for other, surplus in _their_surplus(free_theirs, paired_theirs):
            kind = "duplicate_theirs" if surplus else "written_off_unpaid"
            facts.append(_fact(kind, orders.day_of(other), None, other))
        return facts

    def _is_matched(self, entry: Bill | WriteOff) -> bool:
        return any(entry is one or entry is other for one, other in self.matched)


def _is_paid(line: Bill, orders: Orders) -> bool:
    return orders.of(line).outcome is not Outcome.UNSUCCESSFUL


def _with_surplus(left: list[Bill], paired: list[Bill]) -> list[tuple[Bill, bool]]:
    """Say of each bill line left whether its own key, order and line no., repeats."""
    seen = {(one.key, one.refund) for one in paired}
    found = []
    for one in sorted(left, key=lambda one: (one.at, one.line)):
        found.append((one, (one.key, one.refund) in seen))
        seen.add((one.key, one.refund))
    return found


def _their_surplus(left: list[WriteOff], paired: list[WriteOff]) -> list[tuple[WriteOff, bool]]:
    """Say of each write-off left whether another one already stands for the same bill."""
    seen = {_by_bill(one) for one in paired}
    seen_amounts = {_by_amount(one) for one in paired}
    found = []
    for one in sorted(left, key=lambda one: (one.at, one.number, one.line)):
        found.append((one, _by_bill(one) in seen or _by_amount(one) in seen_amounts))
        seen_amounts.add(_by_amount(one))
    return found


def _fact(kind: str, on: date, one: Bill | None, other: WriteOff | None) -> Fact:
    return Fact(
        task=TASK,
        date=on,
        kind=kind,
        ours_key=one.key if one else "",
        theirs_key=other.number if other else "",
        difference_fen=(one.amount if one else 0) - (other.amount if other else 0),
    )


def _by_bill(entry: Bill | WriteOff) -> Hashable:
    return entry.order, entry.household, entry.period, entry.refund


def _by_amount(entry: Bill | WriteOff) -> Hashable:
    return _by_bill(entry), entry.amount


def _looks_alike(one: Bill, other: WriteOff) -> bool:
    return (one.household, one.period, one.refund, one.amount) == (
        other.household,
        other.period,
        other.refund,
        other.amount,
    ) and abs((one.at.date() - other.at.date()).days) <= 3
