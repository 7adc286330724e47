"""The columns of the list of vouchers."""

from __future__ import annotations

from collections.abc import Callable

from app.adjustments.queries import VoucherView
from app.adjustments.rules import VoucherKind
from app.base.i18n import N_
from app.wording.labels import label
from ui.formatting import amount, day, moment
from ui.models.column import Column
from ui.naming import PAYEE, Names


def voucher_columns(names: Callable[[], Names]) -> list[Column[VoucherView]]:
    """Return the columns of the list."""
    return [*_what_columns(names), *_who_columns()]


def _what_columns(names: Callable[[], Names]) -> list[Column[VoucherView]]:
    return [
        Column(
            name="number",
            title=N_("Number"),
            text=lambda row: row.number,
            width=16,
            filterable=True,
        ),
        Column(name="day", title=N_("Day"), text=lambda row: day(row.business_on), width=10),
        Column(
            name="kind",
            title=N_("Kind"),
            text=lambda row: label(row.kind),
            holds=[label(kind) for kind in VoucherKind],
        ),
        Column(
            name="summary",
            title=N_("Summary"),
            text=lambda row: row.summary,
            tip=lambda row: row.summary,
            width=14,
            room=50,
            filterable=True,
        ),
        Column(
            name="total",
            title=N_("Total"),
            text=lambda row: amount(row.total_fen),
            tone=lambda row: "bad" if row.total_fen < 0 else "",
            numeric=True,
            width=12,
            filterable=True,
        ),
        Column(
            name="payee",
            title=N_("Payee"),
            text=lambda row: names().of(PAYEE, row.payee),
            tip=lambda row: names().in_full(PAYEE, row.payee),
            width=10,
            room=18,
            spare=True,
            filterable=True,
        ),
    ]


def _who_columns() -> list[Column[VoucherView]]:
    return [
        Column(
            name="ledger",
            title=N_("Accounts of its lines"),
            text=_accounts,
            tip=_accounts,
            width=14,
            room=30,
            sortable=False,
            filterable=True,
            spare=True,
        ),
        Column(
            name="source",
            title=N_("Made from"),
            text=lambda row: row.source,
            width=13,
            filterable=True,
            spare=True,
        ),
        Column(
            name="cancelled",
            title=N_("Cancelled by"),
            text=lambda row: row.reversed_by,
            width=14,
            sortable=False,
            spare=True,
        ),
        Column(
            name="maker",
            title=N_("Maker"),
            text=lambda row: row.maker_name,
            width=9,
            filterable=True,
            spare=True,
        ),
        Column(
            name="posted_at",
            title=N_("Posted at"),
            text=lambda row: moment(row.posted_at),
            width=19,
            hidden=True,
        ),
    ]


def _accounts(row: VoucherView) -> str:
    return " ".join(dict.fromkeys(line.code for line in row.lines))
