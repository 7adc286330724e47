"""Life and age of a discrepancy (domain.md §4)."""

from __future__ import annotations

from enum import StrEnum

from app.base.errors import WrongState

RECONCILE_LOCK = "reconciling"
"""Held alone by a run, and together by people who match and take apart."""


class Status(StrEnum):
    """Where a discrepancy stands."""

    OPEN = "open"
    ASSIGNED = "assigned"
    SUBMITTED = "submitted"
    RESOLVED = "resolved"
    CARRIED = "carried"
    SUSPENDED = "suspended"


class LineState(StrEnum):
    """Where a line of the reconcile page stands."""

    SUGGESTED = "suggested"
    DIFFERENT = "different"
    OPEN = "open"
    TRANSIT = "transit"
    SET_ASIDE = "set_aside"
    MATCHED = "matched"


class Tab(StrEnum):
    """What the reconcile page shows of a task."""

    OVERVIEW = "overview"
    SUGGESTED = "suggested"
    OPEN = "open"
    MATCHED = "matched"
    DIFFERENT = "different"
    TRANSIT = "transit"


class Verdict(StrEnum):
    """What may become of the entries that were chosen to be matched."""

    EMPTY = "empty"
    EQUAL = "equal"
    TOLERATED = "tolerated"
    UNEQUAL = "unequal"
    REFUSED = "refused"


class Hint(StrEnum):
    """What speaks for an entry of the other side."""

    AMOUNT = "amount"
    NEAR_AMOUNT = "near_amount"
    KEY = "key"
    HOUSEHOLD = "household"
    ACCOUNT = "account"
    NAMED = "named"
    DAY = "day"
    NEAR_DAY = "near_day"


class Resolution(StrEnum):
    """How a discrepancy was resolved."""

    NONE = ""
    LATER_MATCH = "later_match"
    BY_HAND = "by_hand"
    CORRECTED = "corrected"
    EXPLAINED = "explained"
    ADJUSTED = "adjusted"


ALLOWED: dict[Status, frozenset[Status]] = {
    Status.OPEN: frozenset(
        {Status.ASSIGNED, Status.SUBMITTED, Status.RESOLVED, Status.CARRIED, Status.SUSPENDED}
    ),
    Status.ASSIGNED: frozenset(
        {
            Status.ASSIGNED,
            Status.OPEN,
            Status.SUBMITTED,
            Status.RESOLVED,
            Status.CARRIED,
            Status.SUSPENDED,
        }
    ),
    Status.SUBMITTED: frozenset({Status.ASSIGNED, Status.OPEN, Status.RESOLVED}),
    Status.RESOLVED: frozenset({Status.OPEN}),
    Status.CARRIED: frozenset({Status.OPEN, Status.RESOLVED}),
    Status.SUSPENDED: frozenset({Status.OPEN, Status.RESOLVED}),
}
"""Which status may follow which."""

ADJUSTABLE = frozenset({Status.OPEN, Status.ASSIGNED, Status.CARRIED})
"""What an adjustment may be drafted for."""

LONGEST_NOTE = 4_000
"""Characters of a note."""

AGE_BANDS = ((0, 1), (2, 3), (4, 7), (8, 30))
"""Working days from and to; what is older belongs to the last band, over 30."""


BANDS = (*(f"{first}-{last}" for first, last in AGE_BANDS), "30+")
"""The names of the age bands, from young to old."""


def require_step(now: Status, then: Status) -> None:
    """Raise `WrongState` unless `now` may become `then`."""
    if then not in ALLOWED[now]:
        raise WrongState(now=now, then=then)


def age_band(days: int) -> str:
    """Return the band of an age in working days, such as `2-3` or `30+`."""
    for first, last in AGE_BANDS:
        if days <= last:
            return f"{first}-{last}"
    return "30+"


class Grouping(StrEnum):
    """What the work list can be grouped by."""

    TASK = "task"
    KIND = "kind"
    CHANNEL = "channel"
    PAYEE = "payee"
    BAND = "band"
    DAY = "day"
    STATUS = "status"
    ASSIGNEE = "assignee"


class Caption(StrEnum):
    """What the two columns of a comparison hold."""

    OURS = "ours"
    THEIRS = "theirs"
    LINES = "lines"
    HEADER = "header"
    PAID = "paid"
    BILLED = "billed"
