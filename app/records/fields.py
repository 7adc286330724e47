"""What can be shown of an entry, kind by kind, in the order in which people read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.intake.rules import Kind, Personal
from app.records.rules import Bearer, EntryStatus, EntryType, Utility


class Look(StrEnum):
    """How the value of a field is written."""

    TEXT = "text"
    AMOUNT = "amount"
    TIME = "time"
    DAY = "day"
    NUMBER = "number"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryField:
    """One field: its column, how it looks, and whether it is shown unless somebody chose.

    `choices` is the vocabulary of a field that has one. `personal` says how it is masked.
    """

    name: str
    look: Look = Look.TEXT
    shown: bool = False
    choices: type[StrEnum] | None = None
    personal: Personal | None = None


def _amount(name: str, *, shown: bool = False) -> EntryField:
    return EntryField(name=name, look=Look.AMOUNT, shown=shown)


def _time(name: str, *, shown: bool = False) -> EntryField:
    return EntryField(name=name, look=Look.TIME, shown=shown)


def _day(name: str, *, shown: bool = False) -> EntryField:
    return EntryField(name=name, look=Look.DAY, shown=shown)


_TYPE = EntryField(name="type", look=Look.CHOICE, choices=EntryType)
_STATUS = EntryField(name="status", look=Look.CHOICE, choices=EntryStatus)

FIELDS: dict[Kind, tuple[EntryField, ...]] = {
    Kind.PAYMENTS: (
        EntryField(name="payment_no", shown=True),
        _time("paid_at", shown=True),
        EntryField(name="instrument", shown=True),
        _amount("amount_fen", shown=True),
        _amount("fee_fen"),
        EntryField(name="order_no"),
        EntryField(name="txn_no"),
        _TYPE,
        _STATUS,
        EntryField(name="channel"),
        EntryField(name="bearer", look=Look.CHOICE, choices=Bearer),
        EntryField(name="original_payment_no"),
        EntryField(name="scene"),
        _day("business_on"),
    ),
    Kind.CHANNEL: (
        EntryField(name="payment_no", shown=True),
        _time("traded_at", shown=True),
        _amount("amount_fen", shown=True),
        _amount("fee_fen", shown=True),
        EntryField(name="txn_no"),
        _TYPE,
        _STATUS,
        EntryField(name="channel"),
        _day("business_on"),
    ),
    Kind.BILL_LINES: (
        EntryField(name="order_no", shown=True),
        EntryField(name="line_no", look=Look.NUMBER, shown=True),
        EntryField(name="household", shown=True),
        EntryField(name="period", look=Look.NUMBER, shown=True),
        _amount("amount_fen", shown=True),
        _time("paid_at"),
        EntryField(name="payee"),
        EntryField(name="utility", look=Look.CHOICE, choices=Utility),
        EntryField(name="customer", personal=Personal.NAME),
        _amount("receivable_fen"),
        _amount("late_fee_fen"),
        _TYPE,
        _day("business_on"),
    ),
    Kind.WRITEOFFS: (
        EntryField(name="writeoff_no", shown=True),
        EntryField(name="order_no"),
        EntryField(name="household", shown=True),
        EntryField(name="period", look=Look.NUMBER, shown=True),
        _amount("amount_fen", shown=True),
        _time("written_at"),
        EntryField(name="payee"),
        _TYPE,
        _day("business_on"),
    ),
    Kind.CLEARING_BATCHES: (
        EntryField(name="batch_no", shown=True),
        _day("clearing_on", shown=True),
        _amount("net_fen", shown=True),
        EntryField(name="payee", shown=True),
        EntryField(name="account_no"),
        EntryField(name="channel"),
        EntryField(name="line_count", look=Look.NUMBER),
        _amount("gross_fen"),
        _amount("refund_fen"),
        _amount("fee_fen"),
        _amount("promotion_fen"),
        _day("business_on"),
    ),
    Kind.CLEARING_LINES: (
        EntryField(name="order_no", shown=True),
        EntryField(name="line_no", look=Look.NUMBER, shown=True),
        EntryField(name="batch_no", shown=True),
        _amount("paid_fen"),
        _amount("fee_fen"),
        _amount("promotion_fen"),
        _amount("net_fen", shown=True),
        EntryField(name="payee"),
        EntryField(name="household"),
        _TYPE,
    ),
    Kind.ARRIVALS: (
        _day("booked_on", shown=True),
        _amount("amount_fen", shown=True),
        EntryField(name="summary", shown=True, personal=Personal.TEXT),
        EntryField(name="postscript", shown=True, personal=Personal.TEXT),
        EntryField(name="serial_no"),
        EntryField(name="counterparty", personal=Personal.PARTY),
        EntryField(name="counterparty_account", personal=Personal.CARD),
        EntryField(name="account_no"),
        _amount("balance_fen"),
        _time("booked_at"),
        EntryField(name="currency"),
    ),
}
"""The fields of each kind of entry."""


def field_of(kind: Kind, name: str) -> EntryField:
    """Return a field of a kind of entry."""
    return next(field for field in FIELDS[kind] if field.name == name)
