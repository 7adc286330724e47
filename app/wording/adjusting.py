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
from app.base.i18n import N_
from app.closing.rules import CloseState

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
    CloseState: {
        CloseState.CLOSED: N_("closed"),
        CloseState.REOPENED: N_("reopened"),
    },
}
"""Enum by enum; `labels` holds them together with its own."""
