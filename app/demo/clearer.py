"""The clearing centre: shares of each bill, and the batches they go into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.base.money import spread
from app.demo.rows import Order, Share
from app.demo.world import ALL, BATCH_NUMBERS, BY_CODE, PAYEE, SUBSIDY


def shares(order: Order) -> list[Share]:
    """Return what each bill bears of the order's fees and promotions."""
    bills = order.bills
    fees = [0] * len(bills)
    promotions = [0] * len(bills)
    weights = [bill.amount_fen for bill in bills]
    for tender in order.tenders:
        if tender.fee_fen and not BY_CODE[tender.channel].platform_bears:
            _add(fees, tender.fee_fen, weights)
        if tender.bearer == PAYEE or tender.instrument == SUBSIDY:
            _add(promotions, tender.amount_fen, weights)
    return [Share(*parts) for parts in zip(bills, fees, promotions, strict=True)]


def _add(parts: list[int], total_fen: int, weights: list[int]) -> None:
    if len(weights) == 1:
        parts[0] += total_fen
        return
    for index, part in enumerate(spread(total_fen, weights)):
        parts[index] += part


def collection_channel(order: Order) -> str:
    """Return the channel of the batch that an order goes to."""
    first = order.tenders[0].channel
    for tender in order.tenders:
        if tender.channel != first:
            return ALL
    return first


@dataclass(slots=True)
class Batch:
    """The running sums of a clearing batch."""

    batch_no: str
    payee: int
    channel: str
    business_day: int
    clearing_day: int
    count: int = 0
    gross_fen: int = 0
    refund_fen: int = 0
    fee_fen: int = 0
    promotion_fen: int = 0
    account_no: str = ""
    marked: bool = False
    """Whether something is wrong with it already."""

    @property
    def net_fen(self) -> int:
        """Return what the payee is to get."""
        return self.gross_fen - self.refund_fen - self.fee_fen - self.promotion_fen

    def add(self, share: Share, *, refund: bool) -> None:
        """Count one line."""
        self.count += 1
        if refund:
            self.refund_fen += share.bill.amount_fen
            self.fee_fen -= share.fee_fen
            self.promotion_fen -= share.promotion_fen
        else:
            self.gross_fen += share.bill.amount_fen
            self.fee_fen += share.fee_fen
            self.promotion_fen += share.promotion_fen


class Batches:
    """The batches of one business day."""

    def __init__(self, business_day: int) -> None:
        self._business_day = business_day
        self._batches: dict[tuple[int, str, int], Batch] = {}

    def __iter__(self) -> Iterator[Batch]:
        return iter(sorted(self._batches.values(), key=lambda batch: batch.batch_no))

    def net_of(self, key: tuple[int, str, int]) -> int:
        """Return what a batch has to pay so far, zero if there is none."""
        batch = self._batches.get(key)
        return batch.net_fen if batch else 0

    def of(self, key: tuple[int, str, int], clearing: tuple[int, str]) -> Batch:
        """Return the batch of payee, channel and part; `clearing` is its day as number and text."""
        batch = self._batches.get(key)
        if batch is None:
            payee, channel, part = key
            number, text = clearing
            batch = Batch(
                batch_no=f"QF{text}{payee + 1:02d}{BATCH_NUMBERS[channel]:02d}"
                f"{self._business_day % 100:02d}{part}",
                payee=payee,
                channel=channel,
                business_day=self._business_day,
                clearing_day=number,
            )
            self._batches[key] = batch
        return batch
