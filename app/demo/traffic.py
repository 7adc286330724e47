"""The usual orders of a day: paid, failed, refunded on the same day or on the next."""

from __future__ import annotations

from collections import Counter
from typing import Final

from app.demo.almanac import DAY
from app.demo.clearer import Batch, collection_channel, shares
from app.demo.rows import Order
from app.demo.stage import Stage
from app.demo.world import ALL, BY_CODE, CHANNELS, NORMAL_PAYEES

_KEPT: Final = 2000
"""Orders of a day that may be refunded on the next."""

_REFUNDS_NEXT_DAY: Final = 64
"""One order in so many is followed by the refund of one of the day before."""

_FAILED: Final = 0.03
_PENDING: Final = 0.04
_REFUNDED: Final = 0.05
_LAST_REFUND: Final = min(channel.cutoff_minutes for channel in CHANNELS) * 60 - 60
_TWINS_FEN: Final = 20_011


class Traffic:
    """Writes a day's usual orders and keeps some that may be refunded on the next day."""

    def __init__(self, stage: Stage, total: int, refundable: list[Order]) -> None:
        self.kept: list[Order] = []
        self._stage = stage
        self._total = total
        self._every = max(1, total // _KEPT)
        self._refundable = refundable
        stage.rng.shuffle(refundable)

    def write(self, index: int) -> None:
        """Write one usual order and what follows it."""
        stage = self._stage
        chance = stage.rng.random()
        order = stage.maker.usual(stage.day, index * DAY // self._total)
        if chance < _PENDING and len(order.tenders) == 1:
            self._without_success(order, "失败" if chance < _FAILED else "处理中")
        else:
            stage.book.settle(order, index % 3)
            if _PENDING < chance < _REFUNDED:
                self._refund_at_once(order)
            elif index % self._every == 0:
                self.kept.append(order)
        if self._refundable and index % _REFUNDS_NEXT_DAY == 0:
            self._refund(self._refundable.pop(), stage.quiet())

    def keep_in_the_black(self) -> None:
        """Add orders to batches whose refunds are more than their payments."""
        stage = self._stage
        for batch in list(stage.book.batches):
            while batch.net_fen < 0:
                self._top_up(batch)

    @staticmethod
    def reserved_batches(stage: Stage) -> None:
        """Plant two equal batches, and one that nets to zero, of a payee kept for them."""
        amount = _TWINS_FEN + stage.day * 17
        for channel in ("ELOAN", "EWALLET"):
            order = stage.maker.plain(
                stage.day, stage.quiet(), channel, amounts=(amount,), payee=NORMAL_PAYEES
            )
            stage.book.settle(order)
        order = stage.maker.plain(
            stage.day, stage.quiet(), "EBILL", amounts=(7777,), payee=NORMAL_PAYEES
        )
        stage.book.settle(order)
        stage.book.settle(stage.refund_of(order))
        stage.decoy("arrival", order.order_no, "its batch nets to zero")

    def _without_success(self, order: Order, status: str) -> None:
        stage = self._stage
        order = order._replace(status=status)
        stage.book.state(order)
        tender = order.tenders[0]
        if BY_CODE[tender.channel].lists_failures and stage.maker.number() % 2:
            stage.book.record(tender, order)

    def _refund_at_once(self, order: Order) -> None:
        stage = self._stage
        at = order.at + stage.rng.randrange(600, 7200)
        if at <= stage.day * DAY + _LAST_REFUND:
            self._refund(order, at)

    def _refund(self, order: Order, at: int) -> None:
        """Write the refund of an order, unless a batch would become negative."""
        stage = self._stage
        part = None
        if len(order.tenders) == len(order.bills) == 1 and stage.rng.random() < 0.4:  # noqa: PLR2004
            part = max(1, order.bills[0].amount_fen // 3)
        refund = stage.maker.refund(order, stage.day, at, part)
        channel = collection_channel(refund)
        back: Counter[int] = Counter()
        for share in shares(refund):
            back[share.bill.payee] += share.net_fen
        for payee, net in back.items():
            if stage.book.net_of(payee, channel, order.order_no) < net:
                return
        stage.book.settle(refund)

    def _top_up(self, batch: Batch) -> None:
        stage = self._stage
        channel = "EWALLET" if batch.channel == ALL else batch.channel
        order = stage.maker.plain(
            stage.day, stage.quiet(), channel, amounts=(9000,), payee=batch.payee
        )
        stage.book.state(order)
        stage.book.record(order.tenders[0], order)
        stage.book.write_off(order, order.bills[0])
        stage.book.line(order, shares(order)[0], batch)
