"""Which days changed: they have to be open, and later steps have to know."""

from __future__ import annotations

from collections.abc import Iterable

from app.base.dates import day_of
from app.calendar.service import require_open
from app.db import counters
from app.db.workspace import Tx
from app.intake.rules import Kind
from app.records.model import TouchedDay


def require_open_days(tx: Tx, days: Iterable[int]) -> None:
    """Return if all of these days are open; 0 stands for a day that is not known yet.

    Raises:
        DayClosed: One of them is closed.
    """
    for day in sorted(set(days) - {0}):
        require_open(tx, day_of(day))


def mark_touched(tx: Tx, kind: Kind, days: Iterable[int]) -> None:
    """Note that entries of a kind changed on these days."""
    change_no = counters.take(tx, "change")
    for day in sorted(days):
        row = tx.session.get(TouchedDay, (kind.value, day))
        if row is None:
            row = TouchedDay(kind=kind.value, business_on=day, change_no=change_no)
            tx.session.add(row)
        else:
            row.change_no = change_no
    tx.session.flush()
