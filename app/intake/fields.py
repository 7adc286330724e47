"""The canonical fields of every kind of row, and how each is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import pyarrow as pa

from app.intake.rules import Kind, Personal


class FieldType(StrEnum):
    """How the text of a field is read."""

    TEXT = "text"
    ACCOUNT = "account"
    CHANNEL = "channel"
    PAYEE = "payee"
    CODE = "code"
    AMOUNT = "amount"
    FEE = "fee"
    MOMENT = "moment"
    MOMENT_OR_DAY = "moment_or_day"
    DAY = "day"
    PERIOD = "period"
    WHOLE = "whole"
    CLOCK = "clock"
    CYCLE = "cycle"
    UTILITIES = "utilities"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One canonical field."""

    name: str
    type: FieldType = FieldType.TEXT
    needed: bool = False
    """The layout must have it, and each row too unless it may be empty."""
    may_be_empty: bool = False
    personal: Personal | None = None
    codes: tuple[str, ...] = ()
    signed: bool = False
    """Refund rows carry it negative."""


def _text(name: str, *, needed: bool = False, personal: Personal | None = None) -> Field:
    return Field(name=name, needed=needed, personal=personal)


def _of(name: str, field_type: FieldType, *, needed: bool = True) -> Field:
    return Field(name=name, type=field_type, needed=needed)


def _code(name: str, codes: str, *, needed: bool = True) -> Field:
    return Field(name=name, type=FieldType.CODE, needed=needed, codes=tuple(codes.split()))


def _signed(name: str, field_type: FieldType, *, needed: bool = True) -> Field:
    return Field(name=name, type=field_type, needed=needed, signed=True)


_HOUSEHOLD = _text("household", personal=Personal.HOUSEHOLD)
_HOUSEHOLD_NEEDED = _text("household", needed=True, personal=Personal.HOUSEHOLD)
_TYPE = _code("type", "pay refund")
_STATUS = _code("status", "success failed pending")
_AMOUNT = _signed("amount_fen", FieldType.AMOUNT)
_FEE = _signed("fee_fen", FieldType.FEE, needed=False)
_BUSINESS_ON = _of("business_on", FieldType.DERIVED)

FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.PAYMENTS: (
        _text("order_no", needed=True),
        _text("payment_no", needed=True),
        _of("paid_at", FieldType.MOMENT),
        _BUSINESS_ON,
        _of("channel", FieldType.CHANNEL),
        _text("instrument", needed=True),
        _TYPE,
        _AMOUNT,
        _signed("fee_fen", FieldType.AMOUNT, needed=False),
        _code("bearer", "platform payee third_party", needed=False),
        _STATUS,
        _text("txn_no"),
        _text("original_payment_no"),
        _text("scene"),
    ),
    Kind.BILL_LINES: (
        _text("order_no", needed=True),
        _of("line_no", FieldType.WHOLE),
        _of("payee", FieldType.PAYEE),
        _code("utility", "electricity water gas heat cable charging service"),
        _HOUSEHOLD_NEEDED,
        _text("customer", personal=Personal.NAME),
        _of("period", FieldType.PERIOD),
        _signed("receivable_fen", FieldType.AMOUNT, needed=False),
        _signed("late_fee_fen", FieldType.AMOUNT, needed=False),
        _AMOUNT,
        _TYPE,
        _of("paid_at", FieldType.MOMENT),
        _BUSINESS_ON,
    ),
    Kind.WRITEOFFS: (
        _text("writeoff_no", needed=True),
        _text("order_no", needed=True),
        _of("payee", FieldType.PAYEE),
        _HOUSEHOLD_NEEDED,
        _of("period", FieldType.PERIOD),
        _AMOUNT,
        _TYPE,
        _of("written_at", FieldType.MOMENT),
        _BUSINESS_ON,
    ),
    Kind.CLEARING_BATCHES: (
        _text("batch_no", needed=True),
        _of("clearing_on", FieldType.DAY),
        _of("business_on", FieldType.DAY),
        _of("payee", FieldType.PAYEE),
        _of("account_no", FieldType.ACCOUNT),
        _of("channel", FieldType.CHANNEL),
        _of("line_count", FieldType.WHOLE),
        _of("gross_fen", FieldType.AMOUNT),
        _of("refund_fen", FieldType.AMOUNT),
        _of("fee_fen", FieldType.AMOUNT),
        _of("promotion_fen", FieldType.AMOUNT),
        _of("net_fen", FieldType.AMOUNT),
    ),
    Kind.CLEARING_LINES: (
        _text("batch_no", needed=True),
        _text("order_no", needed=True),
        _of("line_no", FieldType.WHOLE),
        _of("payee", FieldType.PAYEE),
        _HOUSEHOLD,
        _TYPE,
        _signed("paid_fen", FieldType.AMOUNT),
        _signed("fee_fen", FieldType.AMOUNT),
        _signed("promotion_fen", FieldType.AMOUNT),
        _signed("net_fen", FieldType.AMOUNT),
    ),
    Kind.ARRIVALS: (
        _of("account_no", FieldType.ACCOUNT),
        _text("currency"),
        _of("booked_on", FieldType.DAY),
        _of("booked_at", FieldType.MOMENT_OR_DAY, needed=False),
        _text("serial_no", needed=True),
        _of("amount_fen", FieldType.AMOUNT),
        _of("balance_fen", FieldType.AMOUNT, needed=False),
        _text("counterparty", personal=Personal.PARTY),
        Field(name="counterparty_account", type=FieldType.ACCOUNT, personal=Personal.CARD),
        _text("summary", personal=Personal.TEXT),
        _text("postscript", personal=Personal.TEXT),
    ),
    Kind.CHANNEL: (
        _of("channel", FieldType.CHANNEL),
        _text("payment_no", needed=True),
        _text("txn_no", needed=True),
        _of("traded_at", FieldType.MOMENT),
        _BUSINESS_ON,
        _TYPE,
        _AMOUNT,
        _FEE,
        _of("fee_text", FieldType.DERIVED),
        _STATUS,
    ),
    Kind.ORGANISATIONS: (
        _text("code", needed=True),
        _text("name", needed=True),
        _text("parent"),
        _of("utilities", FieldType.UTILITIES, needed=False),
        _text("bank"),
        _text("account_name"),
        Field(name="account_no", type=FieldType.ACCOUNT, needed=True, may_be_empty=True),
        _of("opening_fen", FieldType.AMOUNT, needed=False),
        _of("opening_on", FieldType.DAY, needed=False),
    ),
    Kind.CHANNELS: (
        _text("code", needed=True),
        _text("name", needed=True),
        _code("kind", "bank third_party wallet internal"),
        _of("cutoff", FieldType.CLOCK, needed=False),
        _of("cycle_days", FieldType.CYCLE, needed=False),
        _of("cycle", FieldType.DERIVED),
        _of("rate_ppm", FieldType.WHOLE, needed=False),
        _of("minimum_fen", FieldType.AMOUNT, needed=False),
        _of("maximum_fen", FieldType.AMOUNT, needed=False),
        _code("refund_returns_fee", "0 1", needed=False),
        _code("fee_bearer", "payee platform", needed=False),
        _of("account_no", FieldType.ACCOUNT, needed=False),
    ),
}

MAIN_AMOUNT: Mapping[Kind, str] = {
    Kind.CLEARING_BATCHES: "net_fen",
    Kind.CLEARING_LINES: "net_fen",
    Kind.ORGANISATIONS: "opening_fen",
}
"""The amount that makes up a file's total, where it is not `amount_fen`."""

_WIDE = pa.int64()
_NARROW = pa.int32()
_ARROW_TYPES: Mapping[FieldType, pa.DataType] = {
    FieldType.AMOUNT: _WIDE,
    FieldType.FEE: _WIDE,
    FieldType.MOMENT: _WIDE,
    FieldType.MOMENT_OR_DAY: _WIDE,
    FieldType.DAY: _NARROW,
    FieldType.PERIOD: _NARROW,
    FieldType.WHOLE: _NARROW,
    FieldType.CLOCK: _NARROW,
    FieldType.CYCLE: _NARROW,
}
_DERIVED_TYPES = {"business_on": _NARROW, "fee_text": pa.string(), "cycle": pa.string()}


@cache
def schema_of(kind: Kind) -> pa.Schema:
    """Return the columns of the batches of a kind, `line` first."""
    line = pa.field("line", pa.int32(), nullable=False)
    return pa.schema([line, *map(_arrow_field, FIELDS[kind])])


def _arrow_field(field: Field) -> pa.Field:
    if field.name == "refund_returns_fee":
        return pa.field(field.name, _NARROW, nullable=False)
    if field.type is FieldType.DERIVED:
        return pa.field(field.name, _DERIVED_TYPES[field.name], nullable=False)
    arrow = _ARROW_TYPES.get(field.type, pa.string())
    filled = field.needed or arrow == pa.string() or field.type in _WITH_DEFAULT
    return pa.field(field.name, arrow, nullable=not filled)


_WITH_DEFAULT = {FieldType.CLOCK, FieldType.CYCLE}
