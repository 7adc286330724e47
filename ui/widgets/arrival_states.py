"""How the states of arrivals look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from app.arrivals.queries import ExpectedArrival
from app.arrivals.rules import ArrivalState
from app.base.i18n import N_
from app.wording.labels import label as label_of
from ui.formatting import amount, day
from ui.models.column import Column
from ui.naming import CHANNEL, Names
from ui.widgets.states import Look, with_glyph

LOOKS: Mapping[ArrivalState, Look] = {
    ArrivalState.EXPECTED: Look("○", "muted"),
    ArrivalState.OVERDUE: Look("▲", "bad"),
    ArrivalState.PARTLY: Look("◐", "bad"),
    ArrivalState.OVER: Look("▲", "warn"),
    ArrivalState.ARRIVED: Look("◆", "info"),
    ArrivalState.CONFIRMED: Look("✓", "info"),
    ArrivalState.CHECKED: Look("✓", "good"),
}


def state_text(row: ExpectedArrival) -> str:
    """Write a batch's state with its glyph; what stands in the way of it is marked."""
    text = with_glyph(LOOKS[row.state], label_of(row.state))
    return f"{text} ≠" if row.standing and row.state is ArrivalState.ARRIVED else text


def _tone(row: ExpectedArrival) -> str:
    if row.standing and row.state is ArrivalState.ARRIVED:
        return "bad"
    return LOOKS[row.state].tone


def columns(names: Callable[[], Names]) -> list[Column[ExpectedArrival]]:
    """Return the columns of the list of batches."""
    return [
        Column(
            name="state",
            title=N_("State"),
            text=state_text,
            tone=_tone,
            holds=[f"{with_glyph(look, label_of(state))} ≠" for state, look in LOOKS.items()],
        ),
        _text("batch_no", N_("Batch no."), lambda row: row.batch_no, 19),
        Column(
            name="payee",
            title=N_("Payee"),
            text=lambda row: row.payee_name or row.payee,
            tip=lambda row: f"{row.payee} {row.payee_name}",
            width=15,
            room=22,
            filterable=True,
        ),
        _sum("expected", N_("Expected"), lambda row: amount(row.expected_fen)),
        _sum("arrived", N_("Received"), lambda row: amount(row.arrived_fen)),
        _sum("difference", N_("Difference"), _difference, lambda row: _bad(row.difference_fen)),
        Column(
            name="due_on",
            title=N_("Due"),
            text=lambda row: day(row.due_on),
            tone=lambda row: _bad(row.late),
            width=10,
        ),
        _spare("confirmed", N_("Confirmed by"), lambda row: _of(row, "maker_name"), 10),
        _spare("checked", N_("Checked by"), lambda row: _of(row, "checker_name"), 10),
        _spare("number", N_("Confirmation no."), lambda row: _of(row, "number"), 14),
        _spare("account_no", N_("Account"), lambda row: row.account_no, 20),
        Column(
            name="business_on",
            title=N_("Business date"),
            text=lambda row: day(row.business_on),
            width=10,
            spare=True,
        ),
        Column(
            name="channel",
            title=N_("Channel"),
            text=lambda row: names().of(CHANNEL, row.channel),
            tip=lambda row: names().in_full(CHANNEL, row.channel),
            width=12,
            spare=True,
        ),
    ]


def _text(
    name: str, title: str, text: Callable[[ExpectedArrival], str], width: int
) -> Column[ExpectedArrival]:
    return Column(name=name, title=title, text=text, width=width, filterable=True)


def _spare(
    name: str, title: str, text: Callable[[ExpectedArrival], str], width: int
) -> Column[ExpectedArrival]:
    return replace(_text(name, title, text, width), spare=True)


def _sum(
    name: str,
    title: str,
    text: Callable[[ExpectedArrival], str],
    tone: Callable[[ExpectedArrival], str] | None = None,
) -> Column[ExpectedArrival]:
    return Column(
        name=name, title=title, text=text, tone=tone, numeric=True, width=11, filterable=True
    )


def _difference(row: ExpectedArrival) -> str:
    return amount(row.difference_fen) if row.difference_fen else ""


def _bad(value: object) -> str:
    return "bad" if value else ""


def _of(row: ExpectedArrival, name: str) -> str:
    return str(getattr(row.confirmation, name, None) or "")
