"""What the members of the enums of approval, adjustments and closing are called."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.adjustments.rules import (
    AdjustmentKind,
    AdjustmentStatus,
    SuspenseSide,
    SuspenseState,
    VoucherKind,
)
from app.approval.rules import Action, RequestState, Verdict
from app.base.i18n import N_, _
from app.closing.rules import BlockerCode, CloseState, DayState, ItemGroup, StatementState

NAMES: Mapping[AdjustmentKind, str] = {
    AdjustmentKind.RECORD_PAYMENT: "补记收款",
    AdjustmentKind.REVERSE_PAYMENT: "冲销收款",
    AdjustmentKind.EXCESS: "多收挂账",
    AdjustmentKind.SHORTAGE: "短款挂账",
    AdjustmentKind.REFUND: "退款",
    AdjustmentKind.WRITE_OFF: "补销账",
    AdjustmentKind.REVERSE_WRITE_OFF: "冲正销账",
    AdjustmentKind.CORRECT_AMOUNT: "金额调整",
    AdjustmentKind.FEE: "手续费调整",
    AdjustmentKind.UNKNOWN_MONEY: "来款挂账",
    AdjustmentKind.CLAIM: "认领",
    AdjustmentKind.TRANSFER_OUT: "挂账转出",
    AdjustmentKind.CARRY_FORWARD: "结转",
    AdjustmentKind.CLEARING_CORRECTION: "清分更正",
    AdjustmentKind.SMALL_DIFFERENCE: "尾差核销",
}
"""The field's own names: the command line takes them in every language."""

_PHRASES: Mapping[AdjustmentKind, str] = {
    AdjustmentKind.RECORD_PAYMENT: "record missing payment",
    AdjustmentKind.REVERSE_PAYMENT: "reverse recorded payment",
    AdjustmentKind.EXCESS: "money collected too much",
    AdjustmentKind.SHORTAGE: "money missing",
    AdjustmentKind.WRITE_OFF: "supplement write off",
    AdjustmentKind.REVERSE_WRITE_OFF: "reverse write off",
    AdjustmentKind.CORRECT_AMOUNT: "correct amount",
    AdjustmentKind.UNKNOWN_MONEY: "unknown money in",
    AdjustmentKind.CLEARING_CORRECTION: "clearing correction request",
    AdjustmentKind.SMALL_DIFFERENCE: "write off small difference",
}
"""How the specification calls them in English, without articles."""


ADJUSTING: Mapping[type[StrEnum], Mapping[Any, str]] = {
    AdjustmentKind: {
        AdjustmentKind.RECORD_PAYMENT: N_("Record a missing payment"),
        AdjustmentKind.REVERSE_PAYMENT: N_("Reverse a recorded payment"),
        AdjustmentKind.EXCESS: N_("Park what was collected too much"),
        AdjustmentKind.SHORTAGE: N_("Park money that is missing"),
        AdjustmentKind.REFUND: N_("Refund"),
        AdjustmentKind.WRITE_OFF: N_("Supplement a write-off"),
        AdjustmentKind.REVERSE_WRITE_OFF: N_("Reverse a write-off"),
        AdjustmentKind.CORRECT_AMOUNT: N_("Correct an amount"),
        AdjustmentKind.FEE: N_("Fee difference"),
        AdjustmentKind.UNKNOWN_MONEY: N_("Park unidentified money"),
        AdjustmentKind.CLAIM: N_("Claim"),
        AdjustmentKind.TRANSFER_OUT: N_("Transfer out of suspense"),
        AdjustmentKind.CARRY_FORWARD: N_("Carry forward"),
        AdjustmentKind.CLEARING_CORRECTION: N_("Ask for a corrected clearing"),
        AdjustmentKind.SMALL_DIFFERENCE: N_("Write off a small difference"),
    },
    AdjustmentStatus: {
        AdjustmentStatus.DRAFT: N_("draft"),
        AdjustmentStatus.SUBMITTED: N_("to be checked"),
        AdjustmentStatus.APPROVED: N_("approved"),
        AdjustmentStatus.RETURNED: N_("returned"),
        AdjustmentStatus.WITHDRAWN: N_("withdrawn"),
        AdjustmentStatus.REVERSED: N_("reversed"),
    },
    VoucherKind: {
        VoucherKind.COLLECTIONS: N_("collections"),
        VoucherKind.WRITE_OFFS: N_("write-offs"),
        VoucherKind.ARRIVALS: N_("confirmed arrivals"),
        VoucherKind.RESIDUES: N_("tolerated differences"),
        VoucherKind.ADJUSTMENT: N_("adjustment"),
        VoucherKind.REVERSAL: N_("red-letter reversal"),
    },
    SuspenseSide: {
        SuspenseSide.PAYABLE: N_("to be returned or claimed"),
        SuspenseSide.RECEIVABLE: N_("missing"),
    },
    SuspenseState: {
        SuspenseState.OPEN: N_("in suspense"),
        SuspenseState.CLEARED: N_("cleared up"),
        SuspenseState.REVERSED: N_("reversed"),
    },
    Action: {
        Action.POST_ADJUSTMENT: N_("Post an adjustment"),
        Action.REVERSE_ADJUSTMENT: N_("Reverse an adjustment"),
        Action.CHANGE_ACCOUNT: N_("Change a bank account"),
        Action.CHANGE_CHANNEL: N_("Change a channel"),
        Action.CHANGE_SETTING: N_("Change a setting"),
        Action.CHANGE_PURPOSE: N_("Change what an account is for"),
        Action.REOPEN_DAY: N_("Reopen a day"),
        Action.APPROVE_STATEMENT: N_("Approve a bank reconciliation statement"),
    },
    RequestState: {
        RequestState.PENDING: N_("to be checked"),
        RequestState.APPROVED: N_("approved"),
        RequestState.RETURNED: N_("returned"),
        RequestState.WITHDRAWN: N_("withdrawn"),
        RequestState.VOID: N_("void"),
    },
    Verdict: {
        Verdict.APPROVED: N_("approved"),
        Verdict.RETURNED: N_("returned"),
    },
    ItemGroup: {
        ItemGroup.BANK_RECEIVED: N_("received by the bank, not booked"),
        ItemGroup.BANK_PAID: N_("paid by the bank, not booked"),
        ItemGroup.BOOK_RECEIVED: N_("booked as received, not at the bank"),
        ItemGroup.BOOK_PAID: N_("booked as paid, not at the bank"),
    },
    StatementState: {
        StatementState.SUBMITTED: N_("waits for approval"),
        StatementState.APPROVED: N_("approved"),
        StatementState.RETURNED: N_("returned"),
        StatementState.WITHDRAWN: N_("withdrawn"),
        StatementState.REPLACED: N_("replaced by a later one"),
    },
    BlockerCode: {
        BlockerCode.EARLIER_DAY: N_("earlier days are not closed"),
        BlockerCode.FILE_MISSING: N_("files are missing"),
        BlockerCode.NOT_RUN: N_("tasks were not run"),
        BlockerCode.STALE: N_("tasks are to be run again"),
        BlockerCode.UNBALANCED: N_("sums do not agree"),
        BlockerCode.DISCREPANCY: N_("differences are not settled"),
        BlockerCode.ADJUSTMENT: N_("adjustments are not decided"),
        BlockerCode.NOT_CONFIRMED: N_("arrived batches are not confirmed"),
        BlockerCode.NOT_CHECKED: N_("confirmations are not checked"),
    },
    DayState: {
        DayState.NONE: N_("nothing loaded"),
        DayState.OPEN: N_("not closed"),
        DayState.CLOSED: N_("closed"),
        DayState.REOPENED: N_("reopened"),
    },
    CloseState: {
        CloseState.CLOSED: N_("closed"),
        CloseState.REOPENED: N_("reopened"),
    },
}
"""Enum by enum; `labels` holds them together with its own."""


def adjustment_kind(text: str) -> AdjustmentKind | None:
    """Return the kind of adjustment that a person names, in either language; None if none."""
    wanted = _plain(text)
    for kind in AdjustmentKind:
        called = (kind.value, _(ADJUSTING[AdjustmentKind][kind]), _PHRASES.get(kind, ""))
        if text.strip() == NAMES[kind] or wanted in {_plain(name) for name in called if name}:
            return kind
    return None


def _plain(text: str) -> str:
    words = text.casefold().replace("-", " ").replace("_", " ").split()
    return " ".join(word for word in words if word not in {"a", "an", "the"})
