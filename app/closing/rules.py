"""Words of the day board and of closing: steps, cells, and what is in the way of a closing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import cast

from app.audit.rules import FIRST_HASH, canonical
from app.base.errors import NotFound, UserError, WrongInput
from app.base.i18n import N_, gettext, member_name

IMPORT_LOCK = "importing"
"""Held alone by whoever loads files, takes them back or closes a day."""


class Step(StrEnum):
    """A step of the day, in the order in which work goes."""

    FILE = "file"
    TOTALS = "totals"
    RECONCILED = "reconciled"
    DISCREPANCIES = "discrepancies"
    ADJUSTED = "adjusted"
    ARRIVED = "arrived"
    CONFIRMED = "confirmed"
    CHECKED = "checked"
    CLOSED = "closed"


class CellState(StrEnum):
    """How a step of a row stands."""

    DONE = "done"
    OPEN = "open"
    MISSING = "missing"
    WAITING = "waiting"
    NONE = "none"


class RowKind(StrEnum):
    """What a row of the board is about."""

    CHANNEL = "channel"
    WRITEOFF = "writeoff"
    CLEARING = "clearing"
    ACCOUNT = "account"


class CloseState(StrEnum):
    """Where a closing stands."""

    CLOSED = "closed"
    REOPENED = "reopened"


class DayState(StrEnum):
    """Where a day of the month stands."""

    NONE = "none"
    """Nothing is loaded for it."""
    OPEN = "open"
    CLOSED = "closed"
    REOPENED = "reopened"


class Presence(StrEnum):
    """Whether an expected file is there."""

    CAME = "came"
    EMPTY = "empty"
    """It came, and says that there is nothing."""
    MISSING = "missing"
    QUIET = "quiet"
    """It is known, but nothing names it on this day, and nothing came lately."""


class Ground(StrEnum):
    """Why a file is expected."""

    EVERY_DAY = "every_day"
    PAYMENTS = "payments"
    BATCHES = "batches"
    LATELY = "lately"
    MASTER_DATA = "master_data"
    THERE = "there"
    """Nobody expected it, but it came."""


class Stage(StrEnum):
    """Where one file stands while many are loaded."""

    LISTED = "listed"
    """It waits to be looked at."""
    FOUND = "found"
    """It was looked at and waits to be loaded."""
    LOADING = "loading"
    SETTLING = "settling"
    """All rows are in; they are held against what is loaded."""
    ENDED = "ended"
    PASSED_OVER = "passed_over"
    """It is no statement, and nobody meant it."""


class ItemGroup(StrEnum):
    """What stands between the balances of book and bank (未达账项)."""

    BANK_RECEIVED = "bank_received"
    BANK_PAID = "bank_paid"
    BOOK_RECEIVED = "book_received"
    BOOK_PAID = "book_paid"


class StatementState(StrEnum):
    """Where a statement of bank reconciliation stands."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    """Another one of the same account and day was approved later."""


class BlockerCode(StrEnum):
    """What is in the way of closing a day."""

    EARLIER_DAY = "earlier_day"
    FILE_MISSING = "file_missing"
    NOT_RUN = "not_run"
    STALE = "stale"
    UNBALANCED = "unbalanced"
    DISCREPANCY = "discrepancy"
    ADJUSTMENT = "adjustment"
    NOT_CONFIRMED = "not_confirmed"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """One thing in the way: what, of which kind and scope, how many, and how much in fen.

    `kind` is a kind of file, a task, or a task and a kind of discrepancy (`arrival/not_arrived`);
    `scope` a channel or an account; `items` the first few of what it is about: days, channels,
    discrepancies by id, adjustments by number, batches by no.
    """

    code: BlockerCode
    kind: str = ""
    scope: str = ""
    count: int = 1
    fen: int = 0
    items: tuple[str, ...] = ()


class CannotClose(UserError):
    """A day is not ready to be closed; carries what is in the way."""

    template = N_("{day} cannot be closed: {blockers}.")

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """What is in the way."""
        return cast("tuple[Blocker, ...]", self.params["blockers"])

    def user_message(self) -> str:
        """Return the sentence with how many of what are in the way."""
        counts: dict[BlockerCode, int] = {}
        for one in self.blockers:
            counts[one.code] = counts.get(one.code, 0) + one.count
        named = "; ".join(f"{member_name(code)} ({count})" for code, count in counts.items())
        return gettext(self.template).format(day=self.params["day"], blockers=named)


class AlreadyClosed(UserError):
    """Somebody closed the day before."""

    template = N_("{day} is closed already, by {by}.")


class NotClosed(UserError):
    """Only a closed day is reopened."""

    template = N_("{day} is not closed.")


class NotLatest(UserError):
    """Days are reopened from the latest back."""

    template = N_("Only the latest closed day can be reopened: {latest}.")


class WhyReopened(WrongInput):
    """A day is reopened only with a reason."""

    template = N_("Say why the day is reopened.")


class WhyWaived(WrongInput):
    """A file is waived only with a reason."""

    template = N_("Say why the day is closed without the file.")


class UnknownFileKind(WrongInput):
    """No day needs a file of this kind."""

    template = N_("No day needs a file of the kind “{kind}”. Known kinds: {known}.")


class NoReopening(NotFound):
    """Nobody asked for the day to be reopened."""

    template = N_("Nobody has asked for {day} to be reopened.")


class NothingToWaive(WrongInput):
    """A waiver needs a file that is expected and missing."""

    template = N_("No file of the kind “{kind}” is missing on {day}.")


def chained(totals: object, previous: str) -> str:
    """Return the hash of a closing: of its totals together with the hash of the one before."""
    return hashlib.sha256(f"{canonical(totals)}\n{previous}".encode()).hexdigest()


def source_of(day: date, times: int) -> str:
    """Return what the vouchers of a day's closing say that they were made from."""
    return f"close {day.isoformat()} {times}"


def shortened(items: Sequence[object], most: int = 20) -> tuple[str, ...]:
    """Return the first few of what a blocker is about."""
    return tuple(str(one) for one in items[:most])


FIRST = FIRST_HASH
"""What stands in place of the hash before in the first closing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCell:
    """One step of a row: how many of how many (`of`, 0 where that is not counted), and fen."""

    state: CellState
    count: int = 0
    fen: int = 0
    of: int = 0


NOTHING = BoardCell(state=CellState.NONE)
"""The cell of a step that a row does not have, or that has not begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """How many, their net in fen, and their amounts added up whatever their sign."""

    count: int = 0
    fen: int = 0
    gross_fen: int = 0

    def plus(self, count: int, fen: int, gross_fen: int) -> Sum:
        """Return the sum with more in it."""
        return Sum(
            count=self.count + count, fen=self.fen + fen, gross_fen=self.gross_fen + gross_fen
        )


def progress(done: int, whole: int, *, late: bool, fen: int = 0) -> BoardCell:
    """Return the cell of a step that goes batch by batch."""
    if not whole:
        return NOTHING
    state = CellState.OPEN if late else CellState.WAITING
    return BoardCell(
        state=CellState.DONE if done == whole else state, count=done, of=whole, fen=fen
    )
