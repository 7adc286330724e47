"""The columns of the list of adjustments, and of the discrepancies that one is about."""

from __future__ import annotations

from collections.abc import Callable

from app.adjustments.queries import AdjustmentView
from app.adjustments.rules import AdjustmentKind, AdjustmentStatus
from app.base.i18n import N_
from app.discrepancies.queries import DiscrepancyView
from app.wording.labels import label
from ui.formatting import amount, day, moment
from ui.models.column import Column
from ui.naming import CHANNEL, PAYEE, Names
from ui.widgets.states import DONE, NONE, OPEN, RUNNING, WAITING, Look, with_glyph

LOOKS: dict[AdjustmentStatus, Look] = {
    AdjustmentStatus.DRAFT: RUNNING,
    AdjustmentStatus.SUBMITTED: WAITING,
    AdjustmentStatus.APPROVED: DONE,
    AdjustmentStatus.RETURNED: OPEN,
    AdjustmentStatus.WITHDRAWN: NONE,
    AdjustmentStatus.REVERSED: NONE,
}

NamesOf = Callable[[], Names]


def status_text(status: AdjustmentStatus) -> str:
    """Return a status with its glyph."""
    return with_glyph(LOOKS[status], label(status))


def adjustment_columns(names: NamesOf) -> list[Column[AdjustmentView]]:
    """Return the columns of the list."""
    return [*_what_columns(), *_where_columns(names), *_who_columns()]


def _what_columns() -> list[Column[AdjustmentView]]:
    return [
        Column(
            name="number",
            title=N_("Number"),
            text=lambda row: row.number,
            holds=["TZ2026-000000"],
            filterable=True,
        ),
        Column(
            name="kind",
            title=N_("Kind"),
            text=lambda row: label(row.kind),
            tip=lambda row: label(row.kind),
            holds=[label(kind) for kind in AdjustmentKind],
            least=14,
        ),
        Column(
            name="amount",
            title=N_("Amount"),
            text=lambda row: amount(row.amount_fen),
            tone=lambda row: "bad" if row.amount_fen < 0 else "",
            numeric=True,
            width=11,
            filterable=True,
        ),
        Column(
            name="status",
            title=N_("State"),
            text=lambda row: status_text(row.status),
            tone=lambda row: LOOKS[row.status].tone,
            holds=[status_text(status) for status in AdjustmentStatus],
        ),
    ]


def _where_columns(names: NamesOf) -> list[Column[AdjustmentView]]:
    return [
        Column(
            name="payee",
            title=N_("Payee"),
            text=lambda row: names().of(PAYEE, row.payee),
            tip=lambda row: names().in_full(PAYEE, row.payee),
            width=10,
            room=18,
            filterable=True,
        ),
        Column(
            name="channel",
            title=N_("Channel or account"),
            text=lambda row: names().of(CHANNEL, row.channel) or row.account_no,
            width=10,
            spare=True,
            filterable=True,
        ),
        Column(name="day", title=N_("Day"), text=lambda row: day(row.business_on), width=10),
        Column(
            name="reason",
            title=N_("Reason"),
            text=lambda row: row.reason,
            tip=lambda row: row.reason,
            width=14,
            room=40,
            least=8,
            filterable=True,
        ),
    ]


def _who_columns() -> list[Column[AdjustmentView]]:
    return [
        Column(
            name="maker",
            title=N_("Maker"),
            text=lambda row: row.maker_name,
            width=9,
            spare=True,
            filterable=True,
        ),
        Column(
            name="checker",
            title=N_("Checker"),
            text=lambda row: row.checker_name,
            width=9,
            spare=True,
            filterable=True,
        ),
        Column(
            name="made_at",
            title=N_("Drafted at"),
            text=lambda row: moment(row.made_at),
            width=19,
            hidden=True,
        ),
        Column(
            name="about",
            title=N_("Household, claimant or payment"),
            text=lambda row: row.household or row.claimant or row.original_payment_no,
            width=16,
            sortable=False,
            filterable=True,
            hidden=True,
        ),
    ]


def subject_columns() -> list[Column[DiscrepancyView]]:
    """Return the columns of the discrepancies that an adjustment is about, with both sides."""
    return [
        _subject("kind", N_("Kind"), lambda row: label(row.kind), width=9),
        _subject("key", N_("Key"), _key_of, width=12, room=30),
        _subject(
            "ours",
            N_("Ours"),
            lambda row: amount(row.ours.amount_fen) if row.ours else "–",
            numeric=True,
        ),
        _subject(
            "theirs",
            N_("Theirs"),
            lambda row: amount(row.theirs.amount_fen) if row.theirs else "–",
            numeric=True,
        ),
        _subject(
            "difference", N_("Difference"), lambda row: amount(row.difference_fen), numeric=True
        ),
    ]


def _key_of(row: DiscrepancyView) -> str:
    both = (row.ours_key, row.theirs_key)
    return " / ".join(dict.fromkeys(key for key in both if key))


def _subject(
    name: str,
    title: str,
    text: Callable[[DiscrepancyView], str],
    *,
    width: int = 9,
    room: int = 0,
    numeric: bool = False,
) -> Column[DiscrepancyView]:
    return Column(
        name=name,
        title=title,
        text=text,
        tip=text,
        width=width,
        room=room,
        numeric=numeric,
        sortable=False,
    )
