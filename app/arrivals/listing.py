"""The list of the arrivals page: the batches of a day, counted by state, sorted and filtered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.arrivals.money import UNRESOLVED
from app.arrivals.queries import (
    ArrivalFilter,
    BankLine,
    ConfirmationView,
    ExpectedArrival,
    bank_lines,
    confirmations,
    expected_arrivals,
    scope_of,
)
from app.arrivals.rules import ArrivalState, Scope
from app.base.ranges import FenRange, parse_range
from app.discrepancies.model import Discrepancy
from app.matching.rules import Kind, Task
from app.records.model import Arrival

UNCLAIMED_AT_MOST = 50
"""So many bank lines that no batch explains are shown beside a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the list should show.

    `texts` are what is typed under the columns, `sort` the name of a column.
    """

    day: date
    organisation: str = ""
    account_no: str = ""
    brought_forward: bool = True
    state: ArrivalState | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The rows of the list, and what all batches of the day are, whatever state is chosen.

    `batches` are all that were read, whatever is typed or chosen. `clean` are the rows that can be
    confirmed as they are, `waiting` those that wait for their check, with the numbers of their
    confirmations by batch no.
    """

    rows: tuple[ExpectedArrival, ...]
    batches: tuple[ExpectedArrival, ...]
    states: Mapping[ArrivalState, Scope]
    whole: Scope
    clean: Scope
    clean_nos: tuple[str, ...]
    waiting: Scope
    waiting_numbers: Mapping[str, str]
    accounts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What stands behind one batch: its bank lines, others of its account, its confirmations."""

    lines: tuple[BankLine, ...]
    unclaimed: tuple[BankLine, ...]
    history: tuple[ConfirmationView, ...]


COLUMNS: Mapping[str, Callable[[ExpectedArrival], Any]] = {
    "state": lambda row: list(ArrivalState).index(row.state),
    "batch_no": lambda row: row.batch_no,
    "payee": lambda row: row.payee_name or row.payee,
    "account_no": lambda row: row.account_no,
    "channel": lambda row: row.channel,
    "business_on": lambda row: row.business_on.isoformat(),
    "due_on": lambda row: row.due_on.isoformat(),
    "expected": lambda row: row.expected_fen,
    "arrived": lambda row: row.arrived_fen,
    "difference": lambda row: row.difference_fen,
    "confirmed": lambda row: row.confirmation.maker_name if row.confirmation else "",
    "checked": lambda row: (row.confirmation.checker_name or "") if row.confirmation else "",
    "number": lambda row: row.confirmation.number if row.confirmation else "",
}
"""What each column sorts and filters by; whole numbers are amounts in fen."""


def listing(session: Session, wish: Wish) -> Listing:
    """Return the list.

    Raises:
        BadRange: What is typed under an amount is neither an amount nor a range.
    """
    wanted = ArrivalFilter(
        day=wish.day,
        account_no=wish.account_no,
        organisation=wish.organisation,
        brought_forward=wish.brought_forward,
    )
    return chosen(expected_arrivals(session, wanted), wish)


def chosen(found: Sequence[ExpectedArrival], wish: Wish) -> Listing:
    """Return those of the batches that were read that a wish lets through.

    Raises:
        BadRange: What is typed under an amount is neither an amount nor a range.
    """
    tests = [_test(name, text) for name, text in wish.texts.items() if name in COLUMNS]
    rows = [
        row for row in found if wish.state in (None, row.state) and all(test(row) for test in tests)
    ]
    if wish.sort in COLUMNS:
        rows.sort(key=COLUMNS[wish.sort], reverse=wish.descending)
    accounts = {row.account_no: row.payee_name for row in found}
    clean = [row for row in rows if row.clean]
    waiting = [row for row in rows if row.state is ArrivalState.CONFIRMED]
    return Listing(
        rows=tuple(rows),
        batches=tuple(found),
        states={
            state: scope_of([row for row in found if row.state is state]) for state in ArrivalState
        },
        whole=scope_of(found),
        clean=scope_of(clean),
        clean_nos=tuple(row.batch_no for row in clean),
        waiting=scope_of(waiting),
        waiting_numbers={
            row.batch_no: row.confirmation.number for row in waiting if row.confirmation
        },
        accounts=tuple(sorted(accounts.items())),
    )


def details(session: Session, row: ExpectedArrival) -> Details:
    """Return what stands behind a batch."""
    other = (
        select(Discrepancy.theirs_id)
        .join(Arrival, Arrival.id == Discrepancy.theirs_id)
        .where(
            Discrepancy.task == Task.ARRIVAL,
            Discrepancy.status.in_(UNRESOLVED),
            Discrepancy.kind.in_((Kind.UNEXPECTED_ARRIVAL, Kind.UNEXPECTED_DEBIT)),
            Arrival.account_no == row.account_no,
        )
        .order_by(Arrival.booked_on.desc(), Arrival.id)
        .limit(UNCLAIMED_AT_MOST)
    )
    unclaimed = [id_ for id_ in session.scalars(other) if id_ is not None]
    return Details(
        lines=tuple(bank_lines(session, row.line_ids)),
        unclaimed=tuple(bank_lines(session, unclaimed)),
        history=tuple(confirmations(session, batch_id=row.batch_id)),
    )


def _test(name: str, text: str) -> Callable[[ExpectedArrival], bool]:
    value = COLUMNS[name]
    if name in ("expected", "arrived", "difference"):
        wanted = parse_range(text) or FenRange()
        return lambda row: wanted.holds(value(row))
    folded = text.casefold()
    if name == "payee":
        return lambda row: folded in f"{row.payee} {row.payee_name}".casefold()
    return lambda row: folded in str(value(row)).casefold()
