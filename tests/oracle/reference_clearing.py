"""清分核对: lines recomputed from payments and bill lines against the lines received."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tests.oracle.reference_entries import Batch, Channel, Fact, Share
from tests.oracle.reference_orders import Order, Orders, Outcome, clear
from tests.oracle.reference_pairs import groups

TASK = "clearing"


@dataclass(slots=True, kw_only=True)
class ClearingTask:
    """What was received; nothing is kept from run to run, for no rule here is ambiguous."""

    channels: Mapping[str, Channel]
    accounts: Mapping[str, frozenset[str]]
    batches: list[Batch] = field(default_factory=list)
    lines: list[Share] = field(default_factory=list)
    _our_payee: dict[tuple[str, bool], str] = field(default_factory=dict)

    def run(self, on: date, orders: Orders) -> list[Fact]:
        """Compare everything up to a business date and say what is left."""
        due = [order for order in orders.all if order.on <= on]
        received = [line for line in self.lines if self._day(line, orders) <= on]
        unbalanced = [one for one in due if one.outcome is Outcome.UNBALANCED]
        absorbed = {(one.number, one.refund) for one in unbalanced}
        facts = [self._unbalanced(one, received) for one in unbalanced]

        ours = [
            (share, order.on)
            for order in due
            if order.outcome is Outcome.CLEARED
            for share in clear(order, self.channels)
        ]
        theirs = [one for one in received if (one.order, one.refund) not in absorbed]
        self._our_payee = {(one.key, one.refund): one.payee for one, _ in ours}
        facts += self._compare(ours, theirs, orders)
        for batch in self.batches:
            if batch.business_on <= on:
                facts += self._header(batch)
        return facts

    def _day(self, line: Share, orders: Orders) -> date:
        for batch in self.batches:
            if batch.number == line.batch:
                return batch.business_on
        days = [one.on for one in orders.all if one.number == line.order]
        return max(days, default=date.min)

    def _unbalanced(self, order: Order, received: list[Share]) -> Fact:
        nets = [
            line.net
            for line in received
            if (line.order, line.refund) == (order.number, order.refund)
        ]
        return Fact(
            task=TASK,
            date=order.on,
            kind="order_unbalanced",
            ours_key=order.number,
            theirs_key="",
            difference_fen=-sum(nets),
        )

    def _compare(
        self, ours: list[tuple[Share, date]], theirs: list[Share], orders: Orders
    ) -> list[Fact]:
        facts = []
        ours_by_key = groups(ours, lambda pair: (pair[0].key, pair[0].refund))
        theirs_by_key = groups(theirs, lambda line: (line.key, line.refund))
        for value in {**ours_by_key, **theirs_by_key}:
            mine = ours_by_key.get(value, [])
            yours = list(theirs_by_key.get(value, []))
            facts += self._pair_off(mine, yours, orders)
        return facts

    def _pair_off(
        self, ours: list[tuple[Share, date]], theirs: list[Share], orders: Orders
    ) -> list[Fact]:
        facts = []
        had = (len(ours), len(theirs))
        for likeness in (_alike, _any):
            for one, on in list(ours):
                other = next((each for each in theirs if likeness(one, each)), None)
                if other is not None:
                    ours.remove((one, on))
                    theirs.remove(other)
                    facts += self._line(one, other, on)
        for index, (one, on) in enumerate(ours):
            kind = "duplicate_ours" if had[1] or index else "missing_theirs"
            facts.append(_fact(kind, on, one, None))
        for index, other in enumerate(theirs):
            kind = "duplicate_theirs" if had[0] or index else "missing_ours"
            facts.append(_fact(kind, self._day(other, orders), None, other))
        return facts

    def _line(self, one: Share, other: Share, on: date) -> list[Fact]:
        if not _alike(one, other):
            return [_fact("amount_differs", on, one, other)]
        header = next((each for each in self.batches if each.number == other.batch), None)
        stray = header is not None and header.payee != other.payee and self._is_mixed(header)
        if one.payee != other.payee or stray:
            return [_fact("payee_differs", on, one, other)]
        return []

    def _is_mixed(self, batch: Batch) -> bool:
        """Tell whether some line of a batch is under the header's payee."""
        return any(line.payee == batch.payee for line in self._lines_of(batch))

    def _lines_of(self, batch: Batch) -> list[Share]:
        return [line for line in self.lines if line.batch == batch.number]

    def _is_under_another_payee(self, batch: Batch) -> bool:
        """Tell whether the header is wrong, and not this or that line."""
        sure = [
            line
            for line in self._lines_of(batch)
            if self._our_payee.get((line.key, line.refund), line.payee) == line.payee
        ]
        return bool(sure) and not self._is_mixed(batch)

    def _header(self, batch: Batch) -> list[Fact]:
        lines = self._lines_of(batch)
        net = sum(line.net for line in lines)
        stated = (batch.count, batch.gross, batch.refund, batch.fee, batch.promotion, batch.net)
        found = (
            len(lines),
            sum(line.paid for line in lines if not line.refund),
            -sum(line.paid for line in lines if line.refund),
            sum(line.fee for line in lines),
            sum(line.promotion for line in lines),
            net,
        )
        kind = ""
        if stated != found:
            kind = "total_differs"
        elif self._is_under_another_payee(batch):
            kind = "payee_differs"
        elif batch.account not in self.accounts[batch.payee]:
            kind = "account_differs"
        if not kind:
            return []
        return [
            Fact(
                task=TASK,
                date=batch.business_on,
                kind=kind,
                ours_key="",
                theirs_key=batch.number,
                difference_fen=batch.net - net,
            )
        ]


def _alike(one: Share, other: Share) -> bool:
    return (one.paid, one.fee, one.promotion, one.net) == (
        other.paid,
        other.fee,
        other.promotion,
        other.net,
    )


def _any(one: Share, other: Share) -> bool:
    return one.key == other.key


def _fact(kind: str, on: date, one: Share | None, other: Share | None) -> Fact:
    return Fact(
        task=TASK,
        date=on,
        kind=kind,
        ours_key=one.key if one else "",
        theirs_key=other.key if other else "",
        difference_fen=(one.net if one else 0) - (other.net if other else 0),
    )
