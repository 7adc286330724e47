"""Words of adjustments, vouchers and suspense; which adjustment fits what, and what it books.

Source: domain.md §5. The differences are ours less theirs; an amount that is booked with its sign
turned is red.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.base.errors import WrongState
from app.catalog.rules import Purpose
from app.matching.rules import Kind, Task


class AdjustmentKind(StrEnum):
    """What is done about a difference (调整类型)."""

    RECORD_PAYMENT = "record_payment"
    REVERSE_PAYMENT = "reverse_payment"
    EXCESS = "excess_collected"
    SHORTAGE = "money_missing"
    REFUND = "refund"
    WRITE_OFF = "supplement_writeoff"
    REVERSE_WRITE_OFF = "reverse_writeoff"
    CORRECT_AMOUNT = "correct_amount"
    FEE = "fee_difference"
    UNKNOWN_MONEY = "unknown_money_in"
    CLAIM = "claim"
    TRANSFER_OUT = "transfer_out"
    CARRY_FORWARD = "carry_forward"
    CLEARING_CORRECTION = "clearing_correction"
    SMALL_DIFFERENCE = "small_difference"


class AdjustmentStatus(StrEnum):
    """Where an adjustment stands (调整单状态)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"


ALLOWED: dict[AdjustmentStatus, frozenset[AdjustmentStatus]] = {
    AdjustmentStatus.DRAFT: frozenset({AdjustmentStatus.SUBMITTED, AdjustmentStatus.WITHDRAWN}),
    AdjustmentStatus.SUBMITTED: frozenset(
        {AdjustmentStatus.APPROVED, AdjustmentStatus.RETURNED, AdjustmentStatus.WITHDRAWN}
    ),
    AdjustmentStatus.APPROVED: frozenset({AdjustmentStatus.REVERSED}),
    AdjustmentStatus.RETURNED: frozenset({AdjustmentStatus.SUBMITTED, AdjustmentStatus.WITHDRAWN}),
    AdjustmentStatus.WITHDRAWN: frozenset(),
    AdjustmentStatus.REVERSED: frozenset(),
}
"""Which status may follow which."""

LIVE = frozenset({AdjustmentStatus.DRAFT, AdjustmentStatus.SUBMITTED, AdjustmentStatus.APPROVED})
"""Statuses in which an adjustment takes up a part of its differences."""


class VoucherKind(StrEnum):
    """What a voucher books."""

    COLLECTIONS = "collections"
    WRITE_OFFS = "writeoffs"
    ARRIVALS = "arrivals"
    RESIDUES = "residues"
    ADJUSTMENT = "adjustment"
    REVERSAL = "reversal"


OF_CLOSING = frozenset(
    {
        VoucherKind.COLLECTIONS,
        VoucherKind.WRITE_OFFS,
        VoucherKind.ARRIVALS,
        VoucherKind.RESIDUES,
    }
)
"""Summary vouchers of the normal course: they are made when a day closes."""


class SuspenseSide(StrEnum):
    """On which account something waits to be cleared up (待查)."""

    PAYABLE = "payable"
    RECEIVABLE = "receivable"


class SuspenseState(StrEnum):
    """Where a suspense item stands."""

    OPEN = "open"
    CLEARED = "cleared"
    REVERSED = "reversed"


SUSPENSE_PURPOSE = {
    SuspenseSide.PAYABLE: Purpose.OTHER_PAYABLES,
    SuspenseSide.RECEIVABLE: Purpose.OTHER_RECEIVABLES,
}
"""The ledger account of each side."""


class Effect(StrEnum):
    """What an approved adjustment makes of its discrepancies."""

    RESOLVE = "resolve"
    CARRY = "carry"
    SUSPEND = "suspend"


class Direction(StrEnum):
    """For which differences a rule is: too little money, too much, or either."""

    ANY = "any"
    SHORT = "short"
    """Ours is more than theirs: money may be missing."""
    OVER = "over"
    """Theirs is more than ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """How one kind of adjustment books the differences that it fits.

    Booked is `sign` times the difference, on the debit of one account and the credit of another;
    without accounts there is no voucher.
    """

    kind: AdjustmentKind
    task: Task
    fits: frozenset[Kind]
    direction: Direction = Direction.ANY
    debit: Purpose | None = None
    credit: Purpose | None = None
    sign: int = 1
    effect: Effect = Effect.RESOLVE

    def holds(self, kind: Kind, difference_fen: int) -> bool:
        """Return whether it fits a difference."""
        if kind not in self.fits:
            return False
        match self.direction:
            case Direction.ANY:
                return True
            case Direction.SHORT:
                return difference_fen > 0
            case Direction.OVER:
                return difference_fen < 0


_ONE_SIDED = frozenset(
    {
        Kind.MISSING_OURS,
        Kind.MISSING_THEIRS,
        Kind.DUPLICATE_OURS,
        Kind.DUPLICATE_THEIRS,
        Kind.STATUS_DIFFERS,
        Kind.AMOUNT_DIFFERS,
        Kind.TIMING,
    }
)
_CLEARING = frozenset(
    {
        Kind.MISSING_THEIRS,
        Kind.MISSING_OURS,
        Kind.AMOUNT_DIFFERS,
        Kind.TOTAL_DIFFERS,
        Kind.ACCOUNT_DIFFERS,
        Kind.PAYEE_DIFFERS,
        Kind.ORDER_UNBALANCED,
        Kind.DUPLICATE_OURS,
        Kind.DUPLICATE_THEIRS,
    }
)
_MONEY_IN = frozenset({Kind.UNEXPECTED_ARRIVAL, Kind.OVER_ARRIVAL, Kind.DUPLICATE_THEIRS})

TEMPLATES: tuple[Template, ...] = (
    # ------------------------------------------------ channel
    Template(
        kind=AdjustmentKind.CORRECT_AMOUNT,
        task=Task.CHANNEL,
        fits=frozenset({Kind.AMOUNT_DIFFERS}),
        debit=Purpose.CHANNEL_RECEIVABLE,
        credit=Purpose.ADVANCE_RECEIPTS,
        sign=-1,
    ),
    Template(
        kind=AdjustmentKind.RECORD_PAYMENT,
        task=Task.CHANNEL,
        fits=frozenset({Kind.MISSING_OURS, Kind.STATUS_DIFFERS, Kind.DUPLICATE_THEIRS}),
        debit=Purpose.CHANNEL_RECEIVABLE,
        credit=Purpose.ADVANCE_RECEIPTS,
        sign=-1,
    ),
    Template(
        kind=AdjustmentKind.REVERSE_PAYMENT,
        task=Task.CHANNEL,
        fits=frozenset({Kind.MISSING_THEIRS, Kind.DUPLICATE_OURS, Kind.STATUS_DIFFERS}),
        debit=Purpose.ADVANCE_RECEIPTS,
        credit=Purpose.CHANNEL_RECEIVABLE,
    ),
    Template(
        kind=AdjustmentKind.EXCESS,
        task=Task.CHANNEL,
        fits=_ONE_SIDED - {Kind.TIMING},
        direction=Direction.OVER,
        debit=Purpose.CHANNEL_RECEIVABLE,
        credit=Purpose.OTHER_PAYABLES,
        sign=-1,
        effect=Effect.SUSPEND,
    ),
    Template(
        kind=AdjustmentKind.SHORTAGE,
        task=Task.CHANNEL,
        fits=_ONE_SIDED - {Kind.TIMING},
        direction=Direction.SHORT,
        debit=Purpose.OTHER_RECEIVABLES,
        credit=Purpose.CHANNEL_RECEIVABLE,
        effect=Effect.SUSPEND,
    ),
    Template(
        kind=AdjustmentKind.FEE,
        task=Task.CHANNEL,
        fits=frozenset({Kind.FEE_DIFFERS}),
        debit=Purpose.FINANCE_COST,
        credit=Purpose.CHANNEL_RECEIVABLE,
        sign=-1,
    ),
    Template(
        kind=AdjustmentKind.REFUND,
        task=Task.CHANNEL,
        fits=frozenset({Kind.MISSING_OURS, Kind.DUPLICATE_THEIRS}),
        direction=Direction.SHORT,
        debit=Purpose.ADVANCE_RECEIPTS,
        credit=Purpose.CHANNEL_RECEIVABLE,
    ),
    Template(
        kind=AdjustmentKind.CARRY_FORWARD,
        task=Task.CHANNEL,
        fits=frozenset({Kind.TIMING}),
        effect=Effect.CARRY,
    ),
    Template(
        kind=AdjustmentKind.SMALL_DIFFERENCE,
        task=Task.CHANNEL,
        fits=frozenset({Kind.AMOUNT_DIFFERS}),
        direction=Direction.SHORT,
        debit=Purpose.NON_OPERATING_EXPENSE,
        credit=Purpose.CHANNEL_RECEIVABLE,
    ),
    Template(
        kind=AdjustmentKind.SMALL_DIFFERENCE,
        task=Task.CHANNEL,
        fits=frozenset({Kind.AMOUNT_DIFFERS}),
        direction=Direction.OVER,
        debit=Purpose.CHANNEL_RECEIVABLE,
        credit=Purpose.NON_OPERATING_INCOME,
        sign=-1,
    ),
    # What they charge more is money missing.
    Template(
        kind=AdjustmentKind.SMALL_DIFFERENCE,
        task=Task.CHANNEL,
        fits=frozenset({Kind.FEE_DIFFERS}),
        direction=Direction.OVER,
        debit=Purpose.NON_OPERATING_EXPENSE,
        credit=Purpose.CHANNEL_RECEIVABLE,
        sign=-1,
    ),
    Template(
        kind=AdjustmentKind.SMALL_DIFFERENCE,
        task=Task.CHANNEL,
        fits=frozenset({Kind.FEE_DIFFERS}),
        direction=Direction.SHORT,
        debit=Purpose.CHANNEL_RECEIVABLE,
        credit=Purpose.NON_OPERATING_INCOME,
    ),
    # ------------------------------------------------ write-off
    Template(
        kind=AdjustmentKind.WRITE_OFF,
        task=Task.WRITEOFF,
        fits=frozenset({Kind.NOT_WRITTEN_OFF, Kind.DUPLICATE_OURS}),
        debit=Purpose.ADVANCE_RECEIPTS,
        credit=Purpose.ELECTRICITY_RECEIVABLE,
    ),
    Template(
        kind=AdjustmentKind.REVERSE_WRITE_OFF,
        task=Task.WRITEOFF,
        fits=frozenset({Kind.WRITTEN_OFF_UNPAID, Kind.DUPLICATE_THEIRS}),
        debit=Purpose.ELECTRICITY_RECEIVABLE,
        credit=Purpose.ADVANCE_RECEIPTS,
        sign=-1,
    ),
    Template(
        kind=AdjustmentKind.CORRECT_AMOUNT,
        task=Task.WRITEOFF,
        fits=frozenset({Kind.AMOUNT_DIFFERS}),
        debit=Purpose.ADVANCE_RECEIPTS,
        credit=Purpose.ELECTRICITY_RECEIVABLE,
    ),
    Template(
        kind=AdjustmentKind.CARRY_FORWARD,
        task=Task.WRITEOFF,
        fits=frozenset({Kind.NOT_WRITTEN_OFF, Kind.WRITTEN_OFF_UNPAID, Kind.TIMING}),
        effect=Effect.CARRY,
    ),
    # ------------------------------------------------ clearing
    Template(
        kind=AdjustmentKind.CLEARING_CORRECTION,
        task=Task.CLEARING,
        fits=_CLEARING,
        effect=Effect.CARRY,
    ),
    # ------------------------------------------------ arrival
    Template(
        kind=AdjustmentKind.UNKNOWN_MONEY,
        task=Task.ARRIVAL,
        fits=_MONEY_IN,
        direction=Direction.OVER,
        debit=Purpose.BANK,
        credit=Purpose.OTHER_PAYABLES,
        sign=-1,
        effect=Effect.SUSPEND,
    ),
    Template(
        kind=AdjustmentKind.FEE,
        task=Task.ARRIVAL,
        fits=frozenset({Kind.SHORT_ARRIVAL}),
        direction=Direction.SHORT,
        debit=Purpose.FINANCE_COST,
        credit=Purpose.CHANNEL_RECEIVABLE,
    ),
    Template(
        kind=AdjustmentKind.FEE,
        task=Task.ARRIVAL,
        fits=frozenset({Kind.UNEXPECTED_DEBIT}),
        direction=Direction.SHORT,
        debit=Purpose.FINANCE_COST,
        credit=Purpose.BANK,
    ),
    # A debit of the bank that gives money back to a customer.
    Template(
        kind=AdjustmentKind.REFUND,
        task=Task.ARRIVAL,
        fits=frozenset({Kind.UNEXPECTED_DEBIT}),
        direction=Direction.SHORT,
        debit=Purpose.ADVANCE_RECEIPTS,
        credit=Purpose.BANK,
    ),
    # A debit nobody can explain yet.
    Template(
        kind=AdjustmentKind.SHORTAGE,
        task=Task.ARRIVAL,
        fits=frozenset({Kind.UNEXPECTED_DEBIT}),
        direction=Direction.SHORT,
        debit=Purpose.OTHER_RECEIVABLES,
        credit=Purpose.BANK,
        effect=Effect.SUSPEND,
    ),
    Template(
        kind=AdjustmentKind.SHORTAGE,
        task=Task.ARRIVAL,
        fits=frozenset({Kind.SHORT_ARRIVAL}),
        direction=Direction.SHORT,
        debit=Purpose.OTHER_RECEIVABLES,
        credit=Purpose.CHANNEL_RECEIVABLE,
        effect=Effect.SUSPEND,
    ),
    Template(
        kind=AdjustmentKind.CARRY_FORWARD,
        task=Task.ARRIVAL,
        fits=frozenset({Kind.NOT_ARRIVED, Kind.SHORT_ARRIVAL}),
        effect=Effect.CARRY,
    ),
    Template(
        kind=AdjustmentKind.SMALL_DIFFERENCE,
        task=Task.ARRIVAL,
        fits=frozenset({Kind.SHORT_ARRIVAL}),
        direction=Direction.SHORT,
        debit=Purpose.NON_OPERATING_EXPENSE,
        credit=Purpose.CHANNEL_RECEIVABLE,
    ),
    Template(
        kind=AdjustmentKind.SMALL_DIFFERENCE,
        task=Task.ARRIVAL,
        fits=frozenset({Kind.OVER_ARRIVAL}),
        direction=Direction.OVER,
        debit=Purpose.BANK,
        credit=Purpose.NON_OPERATING_INCOME,
        sign=-1,
    ),
)
"""What may be done about which difference; the first of a task that fits is what is proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspenseTemplate:
    """How an item leaves suspense: the account beside the one on which it waits.

    A payable is debited, a receivable credited.
    """

    kind: AdjustmentKind
    side: SuspenseSide
    other: Purpose
    to_household: bool = False
    to_payee: bool = False
    original: bool = False


SUSPENSE_TEMPLATES: tuple[SuspenseTemplate, ...] = (
    SuspenseTemplate(
        kind=AdjustmentKind.CLAIM,
        side=SuspenseSide.PAYABLE,
        other=Purpose.ADVANCE_RECEIPTS,
        to_household=True,
    ),
    SuspenseTemplate(
        kind=AdjustmentKind.CLAIM,
        side=SuspenseSide.PAYABLE,
        other=Purpose.CHANNEL_RECEIVABLE,
        to_payee=True,
    ),
    SuspenseTemplate(
        kind=AdjustmentKind.REFUND,
        side=SuspenseSide.PAYABLE,
        other=Purpose.BANK,
        original=True,
    ),
    SuspenseTemplate(
        kind=AdjustmentKind.TRANSFER_OUT,
        side=SuspenseSide.PAYABLE,
        other=Purpose.BANK,
        to_payee=True,
    ),
    SuspenseTemplate(
        kind=AdjustmentKind.SMALL_DIFFERENCE,
        side=SuspenseSide.PAYABLE,
        other=Purpose.NON_OPERATING_INCOME,
    ),
    SuspenseTemplate(
        kind=AdjustmentKind.CLAIM,
        side=SuspenseSide.RECEIVABLE,
        other=Purpose.CHANNEL_RECEIVABLE,
        to_payee=True,
    ),
    SuspenseTemplate(
        kind=AdjustmentKind.REVERSE_PAYMENT,
        side=SuspenseSide.RECEIVABLE,
        other=Purpose.ADVANCE_RECEIPTS,
    ),
    SuspenseTemplate(
        kind=AdjustmentKind.SMALL_DIFFERENCE,
        side=SuspenseSide.RECEIVABLE,
        other=Purpose.NON_OPERATING_EXPENSE,
    ),
)
"""What may be done about an item in suspense."""


def template_for(
    kind: AdjustmentKind, task: Task, differs: Kind, difference_fen: int
) -> Template | None:
    """Return how a kind of adjustment books a difference, or None where it does not fit."""
    for one in TEMPLATES:
        if one.kind is kind and one.task is task and one.holds(differs, difference_fen):
            return one
    return None


def fitting(task: Task, differs: Kind, difference_fen: int) -> tuple[AdjustmentKind, ...]:
    """Return what may be done about a difference, what is proposed first."""
    fits = (one for one in TEMPLATES if one.task is task and one.holds(differs, difference_fen))
    return tuple(dict.fromkeys(one.kind for one in fits))


def require_step(now: AdjustmentStatus, then: AdjustmentStatus) -> None:
    """Raise `WrongState` unless `now` may become `then`."""
    if then not in ALLOWED[now]:
        raise WrongState(now=now, then=then)


def number_of(year: int, count: int) -> str:
    """Return the number of an adjustment, without gaps within a year."""
    return f"TZ{year}-{count:06d}"


def letter_of(year: int, count: int) -> str:
    """Return the number of a clearing correction request (清分更正函), without gaps in a year."""
    return f"QG{year}-{count:06d}"


def voucher_number(payee: str, month: int, serial: int) -> str:
    """Return the number of a voucher in a payee's book; `month` is yyyymm."""
    return f"{payee}-{month}-{serial:04d}"
