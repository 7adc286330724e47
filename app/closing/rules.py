"""Words of the day board: its steps, its rows, and how a cell stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
