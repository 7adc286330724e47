"""The totals of a day that is closed: what can be added up again at any time.

They are what the tables hold of its days, and nothing of them changes while it is closed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.adjustments.model import Voucher
from app.arrivals.model import ArrivalConfirmation
from app.arrivals.rules import ConfirmationStatus
from app.base.dates import day_number
from app.closing.model import DayClose, DayWaiver
from app.closing.rules import FIRST
from app.matching.model import Run
from app.matching.queries import figures_of
from app.records.kinds import SHAPES
from app.records.model import ClearingBatch, ClearingLine

Totals = dict[str, Any]


def totals_of(session: Session, day: date, days: Sequence[date]) -> Totals:
    """Return the totals of a day, with all days that are closed with it."""
    numbers = [day_number(one) for one in days]
    return {
        "day": day.isoformat(),
        "days": [one.isoformat() for one in days],
        "entries": _entries(session, numbers),
        "runs": _runs(session, numbers),
        "confirmations": _confirmations(session, numbers),
        "vouchers": _vouchers(session, days),
        "waivers": _waivers(session, days),
    }


def recounted(session: Session, stored: str) -> Totals:
    """Return the totals of a stored closing as the tables say them now."""
    told = json.loads(stored)
    days = [date.fromisoformat(one) for one in told["days"]]
    return totals_of(session, date.fromisoformat(told["day"]), days)


def previous_hash(session: Session) -> str:
    """Return the hash of the latest closing of any day."""
    query = select(DayClose.hash).order_by(DayClose.id.desc()).limit(1)
    return session.scalars(query).first() or FIRST


def _entries(session: Session, days: Sequence[int]) -> dict[str, list[int]]:
    """Count and sum in fen of the entries of each kind."""
    found = {}
    for kind, shape in SHAPES.items():
        table = shape.table
        query = select(func.count(), func.coalesce(func.sum(table.c[shape.amount]), 0))
        if shape.day is None:
            batches = select(ClearingBatch.batch_no).where(ClearingBatch.business_on.in_(days))
            query = query.where(ClearingLine.batch_no.in_(batches))
        else:
            query = query.where(table.c[shape.day].in_(days))
        count, fen = session.execute(query).one()
        found[kind.value] = [count, int(fen)]
    return found


def _runs(session: Session, days: Sequence[int]) -> dict[str, Any]:
    runs = select(Run).where(Run.business_on.in_(days)).order_by(Run.business_on, Run.task)
    found = {}
    for run in session.scalars(runs):
        stored = json.loads(run.totals)
        name = f"{run.business_on} {run.task.value} {run.scope}".strip()
        found[name] = {
            "figures": figures_of(run.totals),
            "kinds": {
                kind: [one["count"], one["difference_fen"]] for kind, one in stored["kinds"].items()
            },
        }
    return found


def _confirmations(session: Session, days: Sequence[int]) -> list[int]:
    row = ArrivalConfirmation
    query = select(
        func.count(),
        func.coalesce(func.sum(row.expected_fen), 0),
        func.coalesce(func.sum(row.arrived_fen), 0),
    ).where(row.business_on.in_(days), row.status == ConfirmationStatus.CHECKED)
    count, expected, arrived = session.execute(query).one()
    return [count, int(expected), int(arrived)]


def _vouchers(session: Session, days: Sequence[date]) -> dict[str, list[int]]:
    """Count and sum in fen of the vouchers, by payee and kind."""
    query = (
        select(Voucher.payee, Voucher.kind, func.count(), func.sum(Voucher.total_fen))
        .where(Voucher.business_on.in_(days))
        .group_by(Voucher.payee, Voucher.kind)
    )
    return {
        f"{payee} {kind.value}": [count, int(fen)]
        for payee, kind, count, fen in session.execute(query)
    }


def _waivers(session: Session, days: Sequence[date]) -> list[list[str]]:
    query = select(DayWaiver.file_kind, DayWaiver.scope, DayWaiver.reason).where(
        DayWaiver.business_on.in_(days)
    )
    return sorted([kind, scope, reason] for kind, scope, reason in session.execute(query))
