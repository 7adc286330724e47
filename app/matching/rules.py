"""The four tasks as data: their sides, their rules in order, and the kinds of discrepancy.

Source: domain.md §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.base.i18n import N_


class Task(StrEnum):
    """A reconciliation task."""

    CHANNEL = "channel"
    WRITEOFF = "writeoff"
    CLEARING = "clearing"
    ARRIVAL = "arrival"


class Side(StrEnum):
    """Whose entry."""

    OURS = "ours"
    THEIRS = "theirs"


class Kind(StrEnum):
    """A kind of discrepancy (差异类型)."""

    MISSING_THEIRS = "missing_theirs"
    MISSING_OURS = "missing_ours"
    AMOUNT_DIFFERS = "amount_differs"
    TOTAL_DIFFERS = "total_differs"
    ACCOUNT_DIFFERS = "account_differs"
    PAYEE_DIFFERS = "payee_differs"
    ORDER_UNBALANCED = "order_unbalanced"
    STATUS_DIFFERS = "status_differs"
    DUPLICATE_OURS = "duplicate_ours"
    DUPLICATE_THEIRS = "duplicate_theirs"
    FEE_DIFFERS = "fee_differs"
    TIMING = "timing"
    NOT_WRITTEN_OFF = "not_written_off"
    WRITTEN_OFF_UNPAID = "written_off_unpaid"
    NOT_ARRIVED = "not_arrived"
    SHORT_ARRIVAL = "short_arrival"
    OVER_ARRIVAL = "over_arrival"
    UNEXPECTED_ARRIVAL = "unexpected_arrival"
    UNEXPECTED_DEBIT = "unexpected_debit"


COUNTED_ZERO = frozenset(
    {Kind.TOTAL_DIFFERS, Kind.FEE_DIFFERS, Kind.ACCOUNT_DIFFERS, Kind.PAYEE_DIFFERS}
)
"""Kinds that stand beside the sum of a task: their entries are counted elsewhere."""


class MatchRule(StrEnum):
    """By which rule a match was made."""

    PAYMENT_NO = "payment_no"
    TXN_NO = "txn_no"
    ORDER_BILL = "order_bill"
    HOUSEHOLD = "household"
    ORDER_LINE = "order_line"
    BATCH_NO = "batch_no"
    BATCH_NOS = "batch_nos"
    ACCOUNT_AMOUNT = "account_amount"
    COMBINATION = "combination"
    ZERO_BATCH = "zero_batch"
    TOLERANCE = "tolerance"
    BY_HAND = "by_hand"


WHY = {
    MatchRule.PAYMENT_NO: N_("Payment no., type and amount agree."),
    MatchRule.TXN_NO: N_("Channel transaction no., type and amount agree."),
    MatchRule.ORDER_BILL: N_("Order no., household, period, type and amount agree."),
    MatchRule.HOUSEHOLD: N_(
        "Household, period, type and amount agree within the days allowed; the only candidates."
    ),
    MatchRule.ORDER_LINE: N_("Order no., line no. and type agree, and so do all amounts."),
    MatchRule.BATCH_NO: N_("The batch no. stands in the text and the amount agrees."),
    MatchRule.BATCH_NOS: N_("The batch nos. stand in the texts and the sums agree."),
    MatchRule.ACCOUNT_AMOUNT: N_(
        "Account and amount agree and the date is within the window; the only candidates."
    ),
    MatchRule.COMBINATION: N_("The only combination on the account whose sum agrees."),
    MatchRule.ZERO_BATCH: N_("The batch is net zero, nothing needs to arrive."),
    MatchRule.TOLERANCE: N_(
        "The numbers and the type agree; the amounts differ by no more than is tolerated."
    ),
    MatchRule.BY_HAND: N_("Matched by hand."),
}
"""In words why a rule matched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Settings of a run.

    `within_days` is for rules that have no full business key, `tolerance_fen` says how far amounts
    may differ under a full one.
    """

    within_days: int = 3
    tolerance_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRule:
    """One step of a keyed task: the columns that must agree.

    `settles` says that the pair is a match when nothing else differs; a rule that does not
    settle finds pairs whose amount differs. `within_days` and `unique` belong to rules without
    a full business key: they match only where both sides have one candidate.
    """

    rule: MatchRule
    keys: tuple[str, ...]
    same_amount: bool
    settles: bool = True
    within_days: bool = False
    unique: bool = False


CHANNEL_RULES = (
    KeyRule(rule=MatchRule.PAYMENT_NO, keys=("part", "key"), same_amount=True),
    KeyRule(rule=MatchRule.TXN_NO, keys=("part", "other_key"), same_amount=True),
    KeyRule(rule=MatchRule.PAYMENT_NO, keys=("part", "key"), same_amount=False, settles=False),
)
WRITEOFF_RULES = (
    KeyRule(rule=MatchRule.ORDER_BILL, keys=("part", "key", "other_key"), same_amount=True),
    KeyRule(
        rule=MatchRule.ORDER_BILL,
        keys=("part", "key", "other_key"),
        same_amount=False,
        settles=False,
    ),
    KeyRule(
        rule=MatchRule.HOUSEHOLD,
        keys=("part", "other_key"),
        same_amount=True,
        within_days=True,
        unique=True,
    ),
)
CLEARING_RULES = (KeyRule(rule=MatchRule.ORDER_LINE, keys=("part", "key"), same_amount=False),)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedTask:
    """A task whose entries carry business keys on both sides.

    `key_ours` and `key_theirs` are the columns whose repetition makes a duplicate; the kinds say
    what an entry without a partner is, and what a pair is of which one side did not succeed.
    """

    task: Task
    rules: tuple[KeyRule, ...]
    key_ours: tuple[str, ...]
    key_theirs: tuple[str, ...]
    only_ours: Kind
    only_theirs: Kind
    failed_ours: Kind
    failed_theirs: Kind


KEYED_TASKS = {
    Task.CHANNEL: KeyedTask(
        task=Task.CHANNEL,
        rules=CHANNEL_RULES,
        key_ours=("part", "key"),
        key_theirs=("part", "key"),
        only_ours=Kind.MISSING_THEIRS,
        only_theirs=Kind.MISSING_OURS,
        failed_ours=Kind.STATUS_DIFFERS,
        failed_theirs=Kind.STATUS_DIFFERS,
    ),
    Task.WRITEOFF: KeyedTask(
        task=Task.WRITEOFF,
        rules=WRITEOFF_RULES,
        key_ours=("part", "shown"),
        key_theirs=("part", "key", "other_key"),
        only_ours=Kind.NOT_WRITTEN_OFF,
        only_theirs=Kind.WRITTEN_OFF_UNPAID,
        failed_ours=Kind.WRITTEN_OFF_UNPAID,
        failed_theirs=Kind.NOT_WRITTEN_OFF,
    ),
    Task.CLEARING: KeyedTask(
        task=Task.CLEARING,
        rules=CLEARING_RULES,
        key_ours=("part", "key"),
        key_theirs=("part", "key"),
        only_ours=Kind.MISSING_THEIRS,
        only_theirs=Kind.MISSING_OURS,
        failed_ours=Kind.ORDER_UNBALANCED,
        failed_theirs=Kind.ORDER_UNBALANCED,
    ),
}
