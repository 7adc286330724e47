"""The fields of entries under common names, so that both sides can stand beside each other."""

from __future__ import annotations

from enum import StrEnum

from app.intake.rules import Kind, Personal


class Field(StrEnum):
    """A field of an entry; the order is that of the comparison."""

    ORDER_NO = "order_no"
    LINE_NO = "line_no"
    PAYMENT_NO = "payment_no"
    TXN_NO = "txn_no"
    WRITEOFF_NO = "writeoff_no"
    BATCH_NO = "batch_no"
    SERIAL_NO = "serial_no"
    TYPE = "type"
    AMOUNT = "amount"
    GROSS = "gross"
    REFUND = "refund"
    FEE = "fee"
    PROMOTION = "promotion"
    NET = "net"
    LINE_COUNT = "line_count"
    STATUS = "status"
    DAY = "day"
    CLEARING_DAY = "clearing_day"
    AT = "at"
    CHANNEL = "channel"
    INSTRUMENT = "instrument"
    BEARER = "bearer"
    PAYEE = "payee"
    ACCOUNT = "account"
    UTILITY = "utility"
    HOUSEHOLD = "household"
    CUSTOMER = "customer"
    PERIOD = "period"
    RECEIVABLE = "receivable"
    LATE_FEE = "late_fee"
    BALANCE = "balance"
    COUNTERPARTY = "counterparty"
    COUNTERPARTY_ACCOUNT = "counterparty_account"
    SUMMARY = "summary"
    POSTSCRIPT = "postscript"


MONEY = frozenset(
    {
        *(Field.AMOUNT, Field.GROSS, Field.REFUND, Field.FEE, Field.PROMOTION, Field.NET),
        *(Field.RECEIVABLE, Field.LATE_FEE, Field.BALANCE),
    }
)
"""Fields that are fen."""

DAYS = frozenset({Field.DAY, Field.CLEARING_DAY})
MOMENTS = frozenset({Field.AT})
PERSONAL = {
    Field.CUSTOMER: Personal.NAME,
    Field.COUNTERPARTY: Personal.PARTY,
    Field.COUNTERPARTY_ACCOUNT: Personal.CARD,
    Field.SUMMARY: Personal.TEXT,
    Field.POSTSCRIPT: Personal.TEXT,
}
"""Personal data, and how they are masked."""

LOOSE = frozenset({Field.AT, Field.BATCH_NO, Field.SERIAL_NO, Field.CLEARING_DAY})
"""Fields that never agree to the letter although both sides mean the same."""

FIELDS: dict[Kind, tuple[tuple[Field, str], ...]] = {
    Kind.PAYMENTS: (
        (Field.ORDER_NO, "order_no"),
        (Field.PAYMENT_NO, "payment_no"),
        (Field.TXN_NO, "txn_no"),
        (Field.TYPE, "type"),
        (Field.AMOUNT, "amount_fen"),
        (Field.FEE, "fee_fen"),
        (Field.STATUS, "status"),
        (Field.DAY, "business_on"),
        (Field.AT, "paid_at"),
        (Field.CHANNEL, "channel"),
        (Field.INSTRUMENT, "instrument"),
        (Field.BEARER, "bearer"),
    ),
    Kind.CHANNEL: (
        (Field.PAYMENT_NO, "payment_no"),
        (Field.TXN_NO, "txn_no"),
        (Field.TYPE, "type"),
        (Field.AMOUNT, "amount_fen"),
        (Field.FEE, "fee_fen"),
        (Field.STATUS, "status"),
        (Field.DAY, "business_on"),
        (Field.AT, "traded_at"),
        (Field.CHANNEL, "channel"),
    ),
    Kind.BILL_LINES: (
        (Field.ORDER_NO, "order_no"),
        (Field.LINE_NO, "line_no"),
        (Field.TYPE, "type"),
        (Field.AMOUNT, "amount_fen"),
        (Field.DAY, "business_on"),
        (Field.AT, "paid_at"),
        (Field.PAYEE, "payee"),
        (Field.UTILITY, "utility"),
        (Field.HOUSEHOLD, "household"),
        (Field.CUSTOMER, "customer"),
        (Field.PERIOD, "period"),
        (Field.RECEIVABLE, "receivable_fen"),
        (Field.LATE_FEE, "late_fee_fen"),
    ),
    Kind.WRITEOFFS: (
        (Field.WRITEOFF_NO, "writeoff_no"),
        (Field.ORDER_NO, "order_no"),
        (Field.TYPE, "type"),
        (Field.AMOUNT, "amount_fen"),
        (Field.DAY, "business_on"),
        (Field.AT, "written_at"),
        (Field.PAYEE, "payee"),
        (Field.HOUSEHOLD, "household"),
        (Field.PERIOD, "period"),
    ),
    Kind.CLEARING_BATCHES: (
        (Field.BATCH_NO, "batch_no"),
        (Field.GROSS, "gross_fen"),
        (Field.REFUND, "refund_fen"),
        (Field.FEE, "fee_fen"),
        (Field.PROMOTION, "promotion_fen"),
        (Field.NET, "net_fen"),
        (Field.LINE_COUNT, "line_count"),
        (Field.DAY, "business_on"),
        (Field.CLEARING_DAY, "clearing_on"),
        (Field.CHANNEL, "channel"),
        (Field.PAYEE, "payee"),
        (Field.ACCOUNT, "account_no"),
    ),
    Kind.CLEARING_LINES: (
        (Field.BATCH_NO, "batch_no"),
        (Field.ORDER_NO, "order_no"),
        (Field.LINE_NO, "line_no"),
        (Field.TYPE, "type"),
        (Field.AMOUNT, "paid_fen"),
        (Field.FEE, "fee_fen"),
        (Field.PROMOTION, "promotion_fen"),
        (Field.NET, "net_fen"),
        (Field.PAYEE, "payee"),
        (Field.HOUSEHOLD, "household"),
    ),
    Kind.ARRIVALS: (
        (Field.SERIAL_NO, "serial_no"),
        (Field.NET, "amount_fen"),
        (Field.CLEARING_DAY, "booked_on"),
        (Field.AT, "booked_at"),
        (Field.ACCOUNT, "account_no"),
        (Field.BALANCE, "balance_fen"),
        (Field.COUNTERPARTY, "counterparty"),
        (Field.COUNTERPARTY_ACCOUNT, "counterparty_account"),
        (Field.SUMMARY, "summary"),
        (Field.POSTSCRIPT, "postscript"),
    ),
}
"""Which column says what; an arrival is held against a batch's net and clearing date."""
