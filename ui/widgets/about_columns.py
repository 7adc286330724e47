"""How that looks which an adjustment is about: discrepancies and items in suspense."""

from __future__ import annotations

from collections.abc import Callable

from app.adjustments.previewing import About
from app.base.i18n import N_
from app.wording.labels import label as label_of
from ui.formatting import amount, day
from ui.models.column import Column


def about_columns() -> list[Column[About]]:
    """Return the columns of what is drafted."""
    return [
        _column("id", N_("No."), lambda row: str(row.id), width=5, numeric=True),
        _column("kind", N_("Kind"), lambda row: label_of(row.differs), width=16),
        _column("key", N_("Key"), lambda row: row.key, width=24),
        _column("day", N_("Business date"), lambda row: day(row.day), width=10),
        _column("payee", N_("Payee"), lambda row: row.payee, width=10),
        _column("place", N_("Channel or account"), lambda row: row.channel or row.account_no),
        _column("fen", N_("Difference"), lambda row: amount(row.difference_fen), numeric=True),
        _column("left", N_("Not taken up"), lambda row: amount(row.left_fen), numeric=True),
    ]


def _column(
    name: str,
    title: str,
    text: Callable[[About], str],
    *,
    width: int = 14,
    numeric: bool = False,
) -> Column[About]:
    return Column[About](
        name=name,
        title=title,
        text=text,
        tip=None if numeric else text,
        numeric=numeric,
        width=width,
        sortable=False,
    )
