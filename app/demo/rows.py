"""An order and its parts, as the generator passes them on."""

from __future__ import annotations

from typing import NamedTuple

# Named tuples, not dataclasses: millions are made, and a frozen dataclass takes four times as long.


class Tender(NamedTuple):
    """One instrument's part of an order; amounts are positive for refunds too."""

    payment_no: str
    channel: str
    instrument: str
    amount_fen: int
    fee_fen: int | None
    bearer: str
    txn_no: str
    at: int
    original_no: str = ""


class Bill(NamedTuple):
    """One bill that an order settles; amounts are positive for refunds too."""

    line_no: int
    payee: int
    utility: str
    household: str
    customer: str
    period: str
    late_fen: int
    amount_fen: int


class Order(NamedTuple):
    """A payment order, or the refund of one."""

    order_no: str
    tenders: tuple[Tender, ...]
    bills: tuple[Bill, ...]
    at: int
    scene: str
    status: str = "成功"
    refund: bool = False

    @property
    def sign(self) -> int:
        """Return -1 for a refund."""
        return -1 if self.refund else 1


class Share(NamedTuple):
    """What the clearer works out for one bill, in positive amounts."""

    bill: Bill
    fee_fen: int
    promotion_fen: int

    @property
    def net_fen(self) -> int:
        """Return what the payee gets."""
        return self.bill.amount_fen - self.fee_fen - self.promotion_fen
