"""Closed days: their chain of hashes, and that nothing of them changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.rules import canonical
from app.base.i18n import ngettext
from app.calendar.queries import closed_days
from app.closing.model import DayClose
from app.closing.rules import FIRST, CloseState, chained
from app.closing.totals import Totals, recounted
from app.upkeep.rules import CheckResult, nothing_but


def closings(session: Session) -> CheckResult:
    """Hold every closing against its hash, the one before, and what the tables say now."""
    problems = []
    previous = FIRST
    frozen: set[str] = set()
    rows = session.scalars(select(DayClose).order_by(DayClose.id)).all()
    for row in rows:
        stored: Totals = json.loads(row.totals)
        name = row.business_on.isoformat()
        if row.previous_hash != previous or row.hash != chained(stored, previous):
            problems.append(f"{name}: SHA-256")
        previous = row.hash
        if stored["day"] != name:
            problems.append(f"{name} ≠ {stored['day']}")
        if row.state is CloseState.CLOSED:
            frozen |= set(stored["days"])
            now: Totals = json.loads(canonical(recounted(session, row.totals)))
            problems += [f"{name}: {why}" for why in _changed(stored, now)]
    closed = {day.isoformat() for day in closed_days(session)}
    problems += [f"{day} ∅" for day in sorted(frozen ^ closed)]
    count = len(rows)
    detail = ngettext("{count} closing", "{count} closings", count).format(count=count)
    return nothing_but(problems, detail)


def _changed(stored: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    """Name the parts of the totals that are not what they were."""
    for part in sorted({*stored, *now}):
        before, after = stored.get(part), now.get(part)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            yield from (
                f"{part} {name}: {before.get(name)} ≠ {after.get(name)}"
                for name in sorted({*before, *after})
                if before.get(name) != after.get(name)
            )
        else:
            yield f"{part}: {before} ≠ {after}"
