"""Orders: whether they succeeded, which day they belong to, what clearing they imply."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tests.oracle.reference_channel import rule_fee
from tests.oracle.reference_entries import Bill, Channel, Payment, Share, WriteOff, business_day


class Outcome(StrEnum):
    """What became of an order, its payments and its refunds each for themselves."""

    CLEARED = "cleared"
    UNBALANCED = "unbalanced"
    UNSUCCESSFUL = "unsuccessful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The payments, or the refunds of one day, of an order with their bill lines."""

    number: str
    refund: bool
    on: date
    payments: tuple[Payment, ...]
    bills: tuple[Bill, ...]

    @property
    def outcome(self) -> Outcome:
        collected = sum(one.amount for one in self.payments if one.success)
        if collected == sum(one.amount for one in self.bills):
            return Outcome.CLEARED
        if all(one.success for one in self.payments):
            return Outcome.UNBALANCED
        return Outcome.UNSUCCESSFUL


class Orders:
    """All orders that payments and bill lines make, with their business dates."""

    def __init__(
        self, channels: Mapping[str, Channel], payments: list[Payment], bills: list[Bill]
    ) -> None:
        self._channels = channels
        self._payments = payments
        self._dates: dict[tuple[str, bool], list[Payment]] = {}
        for one in payments:
            self._dates.setdefault((one.order, one.refund), []).append(one)
        self.all = self._gather(bills)
        self._by_bill = {id(line): order for order in self.all for line in order.bills}

    def of(self, line: Bill) -> Order:
        """Return the order a bill line belongs to."""
        return self._by_bill[id(line)]

    def day_of(self, entry: Bill | WriteOff) -> date:
        """Return the business date of a bill line or write-off: its order's, else its own."""
        payment = self._dating_payment(entry)
        return entry.at.date() if payment is None else self._payment_day(payment)

    def _gather(self, bills: list[Bill]) -> list[Order]:
        keys: dict[tuple[str, bool, date], tuple[list[Payment], list[Bill]]] = {}
        for one in self._payments:
            on = self._payment_day(one if one.refund else self._earliest(one.order, refund=False))
            keys.setdefault((one.order, one.refund, on), ([], []))[0].append(one)
        for line in bills:
            on = self.day_of(line)
            keys.setdefault((line.order, line.refund, on), ([], []))[1].append(line)
        return [
            Order(number=number, refund=refund, on=on, payments=tuple(paid), bills=tuple(lines))
            for (number, refund, on), (paid, lines) in keys.items()
        ]

    def _payment_day(self, one: Payment) -> date:
        return business_day(one.at, self._channels[one.channel].cutoff)

    def _earliest(self, order: str, *, refund: bool) -> Payment:
        found = self._dates[order, refund]
        return min([one for one in found if one.success] or found, key=lambda one: one.at)

    def _dating_payment(self, entry: Bill | WriteOff) -> Payment | None:
        found = self._dates.get((entry.order, entry.refund))
        if not found:
            return None
        if not entry.refund:
            return self._earliest(entry.order, refund=False)
        return min(found, key=lambda one: (not one.success, abs(one.at - entry.at), one.at))


def clear(order: Order, channels: Mapping[str, Channel]) -> list[Share]:
    """Return what a cleared order implies for each of its bill lines (signed)."""
    lines = sorted(order.bills, key=lambda line: (line.number, line.line))
    fees, promotions = [0] * len(lines), [0] * len(lines)
    for one in sorted(order.payments, key=lambda one: one.number):
        if not one.success:
            continue
        _add(fees, spread(_payee_fee(one, channels[one.channel]), lines))
        _add(promotions, spread(one.amount if _is_payee_promotion(one) else 0, lines))
    return [
        Share(
            line=line.line,
            batch="",
            order=order.number,
            number=line.number,
            payee=line.payee,
            refund=order.refund,
            paid=line.amount,
            fee=fee,
            promotion=promotion,
            net=line.amount - fee - promotion,
        )
        for line, fee, promotion in zip(lines, fees, promotions, strict=True)
    ]


def spread(total: int, lines: list[Bill]) -> list[int]:
    """Spread an amount over lines by largest remainder on absolute values, ties to the first."""
    weights = [abs(line.amount) for line in lines]
    if not sum(weights):
        return [total, *[0] * (len(lines) - 1)]
    parts = [abs(total) * weight // sum(weights) for weight in weights]
    remainders = [abs(total) * weight % sum(weights) for weight in weights]
    by_remainder = sorted(range(len(lines)), key=lambda index: (-remainders[index], index))
    for index in by_remainder[: abs(total) - sum(parts)]:
        parts[index] += 1
    return [-part for part in parts] if total < 0 else parts


def _payee_fee(one: Payment, channel: Channel) -> int:
    if channel.platform_bears:
        return 0
    return rule_fee(channel, one.amount) if one.fee is None else one.fee


def _is_payee_promotion(one: Payment) -> bool:
    return one.bearer == "收款单位" or one.instrument == "光伏补贴"


def _add(totals: list[int], parts: list[int]) -> None:
    for index, part in enumerate(parts):
        totals[index] += part
