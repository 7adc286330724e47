"""The life of an expected arrival and of its confirmation (domain.md §7)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import cast

from app.base.errors import NotFound, UserError, WrongInput
from app.base.i18n import N_, gettext, member_name


class ArrivalState(StrEnum):
    """Where the money of a batch stands."""

    EXPECTED = "expected"
    OVERDUE = "overdue"
    PARTLY = "partly"
    OVER = "over"
    ARRIVED = "arrived"
    CONFIRMED = "confirmed"
    CHECKED = "checked"


class ConfirmationStatus(StrEnum):
    """Where a confirmation stands; a batch has at most one that is not taken back."""

    CONFIRMED = "confirmed"
    CHECKED = "checked"
    UNCONFIRMED = "unconfirmed"


ALLOWED: dict[ConfirmationStatus, frozenset[ConfirmationStatus]] = {
    ConfirmationStatus.CONFIRMED: frozenset(
        {ConfirmationStatus.CHECKED, ConfirmationStatus.UNCONFIRMED}
    ),
    ConfirmationStatus.CHECKED: frozenset({ConfirmationStatus.UNCONFIRMED}),
    ConfirmationStatus.UNCONFIRMED: frozenset(),
}
"""Which status may follow which."""

DONE = frozenset({ArrivalState.ARRIVED, ArrivalState.CONFIRMED, ArrivalState.CHECKED})
"""States of batches whose money came to the fen."""


class UnknownBatch(NotFound):
    """There is no such batch."""

    template = N_("There is no clearing batch “{batch}”.")


class NothingNamed(WrongInput):
    """No batch was named."""

    template = N_("Name the batches, or ask for all clean ones.")


class NotArrived(UserError):
    """The money of a batch has not come, or not all of it."""

    template = N_(
        "Batch {batch} cannot be confirmed: expected {expected}, arrived {arrived}. "
        "Load the bank's entries and reconcile, or adjust the difference first."
    )


class Differs(UserError):
    """Discrepancies of a batch's clearing or arrival are not adjusted."""

    template = N_(
        "Batch {batch} cannot be confirmed: these discrepancies stand in the way: {discrepancies}. "
        "Each needs an adjustment that explains it."
    )

    def user_message(self) -> str:
        """Return the sentence with each discrepancy by number, kind and difference."""
        rows = cast("Sequence[tuple[int, StrEnum, str]]", self.params["discrepancies"])
        named = ", ".join(f"{id_} {member_name(kind)} {fen}" for id_, kind, fen in rows)
        return gettext(self.template).format(batch=self.params["batch"], discrepancies=named)


class NotVerified(UserError):
    """The clearing of a batch was not verified since entries last changed."""

    template = N_(
        "Batch {batch} cannot be confirmed: its clearing was not verified since the entries of "
        "{day} last changed. Reconcile {day} first."
    )


class AlreadyConfirmed(UserError):
    """Somebody confirmed the batch before."""

    template = N_("Batch {batch} is already confirmed by {by} (no. {number}).")


class NotConfirmed(UserError):
    """The batch has no confirmation that could be checked or taken back."""

    template = N_("Batch {batch} is not confirmed.")


class AlreadyChecked(UserError):
    """Somebody checked the confirmation before."""

    template = N_("The confirmation of batch {batch} is already checked by {by} (no. {number}).")


class OwnConfirmation(UserError):
    """Maker and checker are one person."""

    template = N_("You confirmed batch {batch} yourself. Somebody else has to check it.")


class ChangedSince(UserError):
    """What stands under a confirmation is not what was confirmed or seen any more."""

    template = N_(
        "What stands under the confirmation of batch {batch} changed since it was made. "
        "Take it back and look again."
    )


class NotYours(UserError):
    """Only its checker takes a confirmation back, or its maker while it is not checked."""

    template = N_("Only {by} can take the confirmation of batch {batch} back (no. {number}).")


class WhyNeeded(WrongInput):
    """A confirmation is taken back only with a reason."""

    template = N_("Say why the confirmation is taken back.")


class ScopeChanged(UserError):
    """What is clean now is not what the person agreed to confirm."""

    template = N_(
        "Meanwhile {count} batches with {sum} yuan are clean. Nothing was confirmed. Look again."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a bulk action is about: how many, and how much in fen."""

    count: int
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a confirmation stands on: the batch, its bank lines and its open discrepancies.

    `lines` are ids of entries, `discrepancies` id and difference in fen.
    """

    batch_id: int
    account_no: str
    expected_fen: int
    arrived_fen: int
    lines: tuple[int, ...]
    discrepancies: tuple[tuple[int, int], ...]

    def digest(self) -> str:
        """Return a fingerprint: another one means that something changed."""
        fields = [
            self.batch_id,
            self.account_no,
            self.expected_fen,
            self.arrived_fen,
            sorted(self.lines),
            sorted(self.discrepancies),
        ]
        return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


def money_state(expected_fen: int, arrived_fen: int, *, late: bool) -> ArrivalState:
    """Return where the money of a batch stands; a negative batch is paid by a debit."""
    if arrived_fen == expected_fen:
        return ArrivalState.ARRIVED
    if not arrived_fen:
        return ArrivalState.OVERDUE if late else ArrivalState.EXPECTED
    sign = -1 if (expected_fen or arrived_fen) < 0 else 1
    if arrived_fen * sign > expected_fen * sign:
        return ArrivalState.OVER
    return ArrivalState.PARTLY


def is_late(due_on: date, as_of: date | None) -> bool:
    """Return whether the due day is over; without any run nothing is late."""
    return as_of is not None and due_on < as_of


def shares(expected: Sequence[int], arrived_fen: int) -> list[int]:
    """Split what arrived for several batches at once: each is filled in turn, the last takes all.

    The parts always add up to what arrived.
    """
    if arrived_fen == sum(expected):
        return list(expected)
    left = arrived_fen
    parts = []
    for fen in expected[:-1]:
        part = max(min(left, fen), 0) if fen >= 0 else min(max(left, fen), 0)
        parts.append(part)
        left -= part
    return [*parts, left]


def number_of(year: int, count: int) -> str:
    """Return the number of a confirmation, without gaps within a year."""
    return f"DZ{year}-{count:06d}"
