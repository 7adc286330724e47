"""The columns of the items in suspense."""

from __future__ import annotations

from collections.abc import Callable

from app.adjustments.queries import ItemView
from app.adjustments.rules import SuspenseSide, SuspenseState
from app.base.i18n import N_
from app.discrepancies.rules import BANDS, age_band
from app.wording.labels import label
from ui.formatting import amount, day
from ui.models.column import Column
from ui.naming import CHANNEL, PAYEE, Names
from ui.widgets.case_columns import band_text
from ui.widgets.states import DONE, NONE, WAITING, Look, with_glyph

LOOKS: dict[SuspenseState, Look] = {
    SuspenseState.OPEN: WAITING,
    SuspenseState.CLEARED: DONE,
    SuspenseState.REVERSED: NONE,
}


def suspense_columns(names: Callable[[], Names]) -> list[Column[ItemView]]:
    """Return the columns of the list, what it is before how much it is."""
    return [*_what_columns(names), *_amount_columns(), *_who_columns()]


def _what_columns(names: Callable[[], Names]) -> list[Column[ItemView]]:
    return [
        Column(
            name="id",
            title=N_("No."),
            text=lambda row: str(row.id),
            numeric=True,
            width=5,
            sortable=False,
        ),
        Column(
            name="side",
            title=N_("Side"),
            text=lambda row: label(row.side),
            holds=[label(side) for side in SuspenseSide],
            sortable=False,
        ),
        Column(
            name="payee",
            title=N_("Payee"),
            text=lambda row: names().of(PAYEE, row.payee),
            tip=lambda row: names().in_full(PAYEE, row.payee),
            width=10,
            room=18,
            sortable=False,
        ),
        Column(
            name="account",
            title=N_("Channel or account"),
            text=lambda row: row.account_no or names().of(CHANNEL, row.channel),
            tip=lambda row: row.account_no or names().of(CHANNEL, row.channel),
            width=12,
            room=22,
            sortable=False,
        ),
        *_age_columns(),
    ]


def _age_columns() -> list[Column[ItemView]]:
    return [
        Column(
            name="opened",
            title=N_("Opened"),
            text=lambda row: day(row.opened_on),
            width=10,
            sortable=False,
        ),
        Column(
            name="age",
            title=N_("Age"),
            text=lambda row: (
                band_text(age_band(row.age_days)) if row.state is SuspenseState.OPEN else ""
            ),
            holds=[band_text(one) for one in BANDS],
            sortable=False,
        ),
    ]


def _amount_columns() -> list[Column[ItemView]]:
    return [
        _amount("amount", N_("Amount"), lambda row: amount(row.amount_fen)),
        _amount("cleared", N_("Cleared up"), lambda row: amount(row.cleared_fen)),
        _amount(
            "open",
            N_("Still open"),
            lambda row: amount(row.open_fen) if row.state is SuspenseState.OPEN else "",
        ),
    ]


def _who_columns() -> list[Column[ItemView]]:
    return [
        Column(
            name="state",
            title=N_("State"),
            text=lambda row: with_glyph(LOOKS[row.state], label(row.state)),
            tone=lambda row: LOOKS[row.state].tone,
            holds=[with_glyph(look, label(state)) for state, look in LOOKS.items()],
            sortable=False,
        ),
        Column(
            name="owner",
            title=N_("Looked after by"),
            text=lambda row: row.owner,
            width=9,
            sortable=False,
        ),
        Column(
            name="adjustment",
            title=N_("Parked by"),
            text=lambda row: row.adjustment,
            holds=["TZ2026-000000"],
            sortable=False,
        ),
    ]


def _amount(name: str, title: str, text: Callable[[ItemView], str]) -> Column[ItemView]:
    return Column(name=name, title=title, text=text, numeric=True, width=11, sortable=False)
