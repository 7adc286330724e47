"""Words of the records, and which day an order's lines belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

INTERNAL = "INTERNAL"
"""The channel of red packets, points, coupons and subsidies: it has no statement."""

SUBSIDY = "光伏补贴"
"""The instrument of feed-in subsidy offsets: the payee always bears them."""


class HeldBy(StrEnum):
    """By what kind of thing an entry is held: its file stays while it is."""

    MATCH = "hand_match"
    REASON = "explained"
    CONFIRMATION = "confirmation"
    ADJUSTMENT = "adjustment"


class EntryType(StrEnum):
    """Money towards us, or back."""

    PAY = "pay"
    REFUND = "refund"


class EntryStatus(StrEnum):
    """Whether it carries money: only what succeeded does."""

    SUCCESS = "success"
    FAILED = "failed"
    PENDING = "pending"


class Bearer(StrEnum):
    """Who pays for a promotion; nobody for ordinary instruments."""

    NONE = ""
    PLATFORM = "platform"
    PAYEE = "payee"
    THIRD = "third_party"


class Utility(StrEnum):
    """What was supplied."""

    ELECTRICITY = "electricity"
    WATER = "water"
    GAS = "gas"
    HEAT = "heat"
    CABLE = "cable"
    CHARGING = "charging"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidAt:
    """One payment of an order: when, and on which business day (yyyymmdd)."""

    type: EntryType
    succeeded: bool
    paid_at: int
    payment_no: str
    business_on: int


def order_day(payments: Sequence[PaidAt]) -> int | None:
    """Return the business day of an order: that of its earliest payment.

    What succeeded goes before what did not; refunds do not count. None without payments.
    """
    paid = [one for one in payments if one.type is EntryType.PAY]
    if not paid:
        return None
    first = min(paid, key=lambda one: (not one.succeeded, one.paid_at, one.payment_no))
    return first.business_on


def line_day(payments: Sequence[PaidAt], type_: EntryType, at: int, calendar_on: int) -> int:
    """Return the business day of a bill line or write-off.

    It is the order's; a refund's is that of the refund payment nearest in time, because
    refunds count on the day on which they are made. Without such a payment it is the
    calendar day.
    """
    if type_ is EntryType.PAY:
        return order_day(payments) or calendar_on
    refunds = [one for one in payments if one.type is EntryType.REFUND]
    if not refunds:
        return calendar_on
    near = min(
        refunds,
        key=lambda one: (not one.succeeded, abs(one.paid_at - at), one.paid_at, one.payment_no),
    )
    return near.business_on
