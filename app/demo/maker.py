"""Making orders: numbers, customers, bills, instruments, refunds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import count
from random import Random
from typing import Final

from app.demo.almanac import DAY, Almanac
from app.demo.rows import Bill, Order, Tender
from app.demo.world import (
    BY_CODE,
    CHANNELS,
    GIVEN,
    INTERNAL,
    NORMAL_PAYEES,
    PROMOTIONS,
    SUBSIDY,
    SURNAMES,
    WALLET_INSTRUMENTS,
    Organisation,
)

_LAST_SECONDS: Final = 10
"""Kept free before a cut-off, so that the other side's later time is on the same day."""

_EARLIEST_CUTOFF: Final = min(channel.cutoff_minutes for channel in CHANNELS) * 60
_BILL_COUNTS: Final = (1,) * 74 + (2,) * 15 + (3,) * 7 + (4, 4, 5, 6)
_SCENES: Final = ("单户", "单户", "单户", "扫码", "代扣", "其他")
_PICKS: Final = 4096
_HUNDRED: Final = 100


class Maker:
    """Makes orders with numbers that never repeat."""

    def __init__(self, rng: Random, almanac: Almanac, payees: tuple[Organisation, ...]) -> None:
        self.rng = rng
        self._almanac = almanac
        self._payees = payees
        self._numbers = count(1)
        self._households = count(10_000_000 + rng.randrange(1_000_000))
        self._names = [f"{first}{last}" for first in SURNAMES for last in GIVEN]
        self._channels = self._stream([c.code for c in CHANNELS], [c.weight for c in CHANNELS])
        self._mixed = [c.code for c in CHANNELS if c.weight and not c.working_days]
        self._near = [
            [i for i in range(NORMAL_PAYEES) if payees[i].parent == payee.parent]
            for payee in payees
        ]

    # ------------------------------------------------------------ orders

    def usual(self, day: int, second: int) -> Order:
        """Make an order as most are, paid at about a second of its business day."""
        rng = self.rng
        second = min(second, DAY - _LAST_SECONDS)
        kind = int(rng.random() * _HUNDRED)
        if kind < 80:  # noqa: PLR2004 - shares of the ways to pay
            channel = next(self._channels)
            at = day * DAY + second - (DAY - BY_CODE[channel].cutoff_minutes * 60)
            bills = self._bills(day)
            tenders: tuple[Tender, ...] = (self.tender(channel, _total(bills), day, at),)
            return self._order(day, tenders, bills, at)
        at = day * DAY + min(second, second % _EARLIEST_CUTOFF)
        at = min(at, day * DAY + _EARLIEST_CUTOFF - _LAST_SECONDS)
        bills = self._bills(day)
        tenders = self._mixture(kind, _total(bills), day, at)
        return self._order(day, tenders, bills, at)

    def plain(
        self, day: int, at: int, channel: str, *, amounts: tuple[int, ...], payee: int | None = None
    ) -> Order:
        """Make an order with one instrument and one bill for each amount."""
        first = self.rng.randrange(NORMAL_PAYEES) if payee is None else payee
        bills = tuple(
            self.bill(day, line_no, first, amount) for line_no, amount in enumerate(amounts, 1)
        )
        tender = self.tender(channel, sum(amounts), day, at)
        return self._order(day, (tender,), bills, at)

    def refund(self, order: Order, day: int, at: int, part_fen: int | None = None) -> Order:
        """Make the refund of an order, in full or of a part of its only bill."""
        again = self.rng.random() < 0.5  # noqa: PLR2004 - one half of them
        shift = 0 if again else len(order.bills)
        bills = [bill._replace(line_no=bill.line_no + shift) for bill in order.bills]
        tenders = [self._returned(tender, day, at, part_fen) for tender in order.tenders]
        if part_fen is not None:
            bills = [bills[0]._replace(amount_fen=part_fen, late_fen=0)]
        return order._replace(
            tenders=tuple(tenders), bills=tuple(bills), at=at, refund=True, status="成功"
        )

    # ------------------------------------------------------------ parts

    def tender(self, channel: str, amount_fen: int, day: int, at: int) -> Tender:
        """Make one payment in a channel, its fee by the channel's rule."""
        number = next(self._numbers)
        stamp = self._almanac.compact(day)
        rule = BY_CODE[channel]
        instrument = rule.instrument
        if channel == "EWALLET":
            instrument = WALLET_INSTRUMENTS[number % len(WALLET_INSTRUMENTS)]
        return Tender(
            f"ZF{stamp}{number:09d}",
            channel,
            instrument,
            amount_fen,
            rule.fee_of(amount_fen, refund=False),
            "",
            txn_no(channel, stamp, number),
            at,
        )

    def promotion(self, kind: tuple[str, str], amount_fen: int, day: int, at: int) -> Tender:
        """Make one internal payment; the kind is its instrument and bearer."""
        instrument, bearer = kind
        tender = self.tender(INTERNAL, amount_fen, day, at)
        return tender._replace(instrument=instrument, bearer=bearer)

    def bill(self, day: int, line_no: int, payee: int, amount_fen: int) -> Bill:
        """Make one bill of a household that no other bill has."""
        rng = self.rng
        owner = self._payees[payee]
        number = next(self._households)
        utilities = owner.utilities
        late = amount_fen // 50 if rng.random() < 0.05 else 0  # noqa: PLR2004 - one in twenty
        return Bill(
            line_no,
            payee,
            utilities[0] if len(utilities) == 1 else utilities[number % len(utilities)],
            f"{owner.code}{number:08d}",
            self._names[number * 7919 % len(self._names)],
            self._periods(day)[number % 2],
            late,
            amount_fen,
        )

    def compose(
        self, day: int, at: int, tenders: tuple[Tender, ...], amounts: tuple[int, ...]
    ) -> Order:
        """Make an order of given payments for bills of one payee."""
        payee = self.rng.randrange(NORMAL_PAYEES)
        bills = tuple(self.bill(day, no, payee, amount) for no, amount in enumerate(amounts, 1))
        return self._order(day, tenders, bills, at)

    def number(self) -> int:
        """Return a number that was not used before."""
        return next(self._numbers)

    # ------------------------------------------------------------ inside

    @cache  # noqa: B019 - one maker lives as long as one run
    def _periods(self, day: int) -> tuple[str, str]:
        """Return the last two months before a day."""
        last = self._almanac.day(day).replace(day=1) - timedelta(days=1)
        before = last.replace(day=1) - timedelta(days=1)
        return (last.strftime("%Y%m"), before.strftime("%Y%m"))

    def _order(
        self, day: int, tenders: tuple[Tender, ...], bills: tuple[Bill, ...], at: int
    ) -> Order:
        number = next(self._numbers)
        return Order(
            f"DD{self._almanac.compact(day)}{number:09d}",
            tenders,
            bills,
            at,
            _scene(tenders, bills),
        )

    def _bills(self, day: int) -> tuple[Bill, ...]:
        rng = self.rng
        first = int(rng.random() * NORMAL_PAYEES)
        how_many = _BILL_COUNTS[int(rng.random() * len(_BILL_COUNTS))]
        if how_many == 1:
            return (self.bill(day, 1, first, self.amount()),)
        near = self._near[first]
        far = rng.random() < 0.2  # noqa: PLR2004 - one in five
        return tuple(
            self.bill(
                day,
                line_no,
                int(rng.random() * NORMAL_PAYEES) if far else near[int(rng.random() * len(near))],
                self.amount(),
            )
            for line_no in range(1, how_many + 1)
        )

    def amount(self) -> int:
        """Return an amount as bills have them, in fen."""
        return 500 + int(self.rng.random() ** 3 * 80_000)

    def _mixture(self, kind: int, total_fen: int, day: int, at: int) -> tuple[Tender, ...]:
        rng = self.rng
        if kind < 83:  # noqa: PLR2004 - all of it by promotion
            return (self.promotion(rng.choice(PROMOTIONS), total_fen, day, at),)
        part = 1 + int(total_fen * rng.uniform(0.05, 0.45))
        first = self.tender(rng.choice(self._mixed), total_fen - part, day, at)
        if kind < 93:  # noqa: PLR2004 - promotion and money
            return (self.promotion(rng.choice(PROMOTIONS), part, day, at), first)
        second = self.tender(rng.choice(self._mixed), part, day, at + 1)
        if kind < 97:  # noqa: PLR2004 - two of money
            return (first, second)
        third = 1 + (total_fen - part) // 5
        promotion = self.promotion(rng.choice(PROMOTIONS), third, day, at)
        rule = BY_CODE[first.channel]
        left = first.amount_fen - third
        first = first._replace(amount_fen=left, fee_fen=rule.fee_of(left, refund=False))
        return (first, second, promotion)

    def _returned(self, tender: Tender, day: int, at: int, part_fen: int | None) -> Tender:
        number = next(self._numbers)
        stamp = self._almanac.compact(day)
        rule = BY_CODE[tender.channel]
        amount = tender.amount_fen if part_fen is None else part_fen
        same = rule.kind == "银行" and number % 3 == 0
        return tender._replace(
            payment_no=tender.payment_no if same else f"TK{stamp}{number:09d}",
            amount_fen=amount,
            fee_fen=rule.fee_of(amount, refund=True),
            txn_no=refund_txn_no(tender, stamp, number),
            at=at,
            original_no=tender.payment_no,
        )

    def _stream(self, values: list[str], weights: list[int]) -> Iterator[str]:
        while True:
            yield from self.rng.choices(values, weights=weights, k=_PICKS)


def txn_no(channel: str, stamp: str, number: int) -> str:
    """Return a channel's own number of a payment."""
    if channel == INTERNAL:
        return ""
    if channel == "ALIPAY":
        return f"{stamp}2200{number:015d}7"
    if channel == "WECHAT":
        return f"42000{stamp}{number:014d}7"
    return f"{channel}{stamp}{number:010d}7"


def refund_txn_no(tender: Tender, stamp: str, number: int) -> str:
    """Return a channel's own number of a refund; Alipay repeats the trade's."""
    if tender.channel == "ALIPAY":
        return tender.txn_no
    if tender.channel == "WECHAT":
        return f"5030{tender.txn_no[4:]}"
    return txn_no(tender.channel, stamp, number)


def _total(bills: tuple[Bill, ...]) -> int:
    return sum(bill.amount_fen for bill in bills)


def _scene(tenders: tuple[Tender, ...], bills: tuple[Bill, ...]) -> str:
    if len(bills) > 1:
        return "多户合并" if len(bills) < 5 else "集团"  # noqa: PLR2004 - many bills
    if bills[0].utility == "充电":
        return "充电"
    instrument = tenders[0].instrument
    if instrument in {"活期宝", "交费盈", "电e盈"}:
        return "理财"
    if instrument == "电e票":
        return "票据"
    return _SCENES[bills[0].amount_fen % len(_SCENES)] if instrument != SUBSIDY else "其他"
