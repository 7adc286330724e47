"""The running balance of a bank statement, followed across files."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.base.money import yuan
from app.intake.rules import Finding, Notice
from app.records.model import Arrival

MOST_FINDINGS = 20
"""So many breaks of one file are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry with the balance after it, in fen."""

    id: int
    line: int
    at: tuple[int, int]
    amount_fen: int
    balance_fen: int


def balance_breaks(session: Session, first_id: int, last_id: int) -> list[Finding]:
    """Return where the balances of the accounts of these entries do not follow each other.

    Entries are followed by transaction time, from the last one before them that is loaded.
    """
    mine = Arrival.id.between(first_id, last_id)
    accounts = select(Arrival.account_no, func.min(Arrival.booked_on)).where(
        mine, Arrival.balance_fen.is_not(None)
    )
    findings: list[Finding] = []
    for account_no, since in session.execute(accounts.group_by(Arrival.account_no)):
        steps = _steps(session, account_no, since)
        # Banks list the entries of one moment oldest first or newest first.
        oldest_first = sorted(steps, key=lambda step: (step.at, step.id))
        newest_first = sorted(steps, key=lambda step: (step.at, -step.id))
        ways = (oldest_first, newest_first)
        broken = min((_breaks(way, first_id, last_id) for way in ways), key=len)
        findings += [
            Finding(
                notice=Notice.BALANCE_BREAK,
                line=step.line,
                params={
                    "account": account_no,
                    "expected": yuan(expected),
                    "found": yuan(step.balance_fen),
                },
            )
            for step, expected in broken
        ]
    return findings[:MOST_FINDINGS]


def _steps(session: Session, account_no: str, since: int) -> list[Step]:
    known = (Arrival.account_no == account_no) & Arrival.balance_fen.is_not(None)
    day = session.scalars(
        select(func.max(Arrival.booked_on)).where(known, Arrival.booked_on < since)
    ).one()
    query = select(
        Arrival.id,
        Arrival.line,
        Arrival.booked_on,
        func.coalesce(Arrival.booked_at, 0),
        Arrival.amount_fen,
        Arrival.balance_fen,
    ).where(known, Arrival.booked_on >= (day or since))
    return [
        Step(id=id_, line=line, at=(on, at), amount_fen=amount, balance_fen=balance or 0)
        for id_, line, on, at, amount, balance in session.execute(query)
    ]


def _breaks(steps: Sequence[Step], first_id: int, last_id: int) -> list[tuple[Step, int]]:
    """Return steps whose balance is not the one before and their amount, with what it should be.

    Only breaks that a new entry takes part in are told.
    """
    broken = []
    for before, step in itertools.pairwise(steps):
        expected = before.balance_fen + step.amount_fen
        new = first_id <= step.id <= last_id or first_id <= before.id <= last_id
        if new and expected != step.balance_fen:
            broken.append((step, expected))
    return broken
