"""What the members of enums are called, in the window, on the command line and on paper.

An enum whose members people see has its entry here. Members of different enums may have equal
values, so the names are kept enum by enum.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.arrivals.rules import ArrivalState, ConfirmationStatus
from app.base.i18n import N_, _, name_members
from app.closing.rules import CellState, RowKind, Step
from app.discrepancies.rules import Hint, LineState, Status, Tab
from app.identity.rules import Permission, Role, UserState
from app.intake.rules import FILE_STATUS_LABELS, KIND_LABELS, FileStatus, RejectionState
from app.intake.rules import Kind as FileKind
from app.matching.rules import Kind, MatchRule, Side, Task
from app.records.rules import Bearer, EntryStatus, EntryType, HeldBy, Utility
from app.wording.adjusting import ADJUSTING
from app.wording.words import WORDS

LABELS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    Task: {
        Task.CHANNEL: N_("Channel reconciliation"),
        Task.WRITEOFF: N_("Write-off reconciliation"),
        Task.CLEARING: N_("Clearing verification"),
        Task.ARRIVAL: N_("Arrival reconciliation"),
    },
    Kind: {
        Kind.MISSING_THEIRS: N_("Ours only"),
        Kind.MISSING_OURS: N_("Theirs only"),
        Kind.AMOUNT_DIFFERS: N_("Amount differs"),
        Kind.TOTAL_DIFFERS: N_("Batch total differs"),
        Kind.ACCOUNT_DIFFERS: N_("Account differs"),
        Kind.PAYEE_DIFFERS: N_("Payee differs"),
        Kind.ORDER_UNBALANCED: N_("Order unbalanced"),
        Kind.STATUS_DIFFERS: N_("Status differs"),
        Kind.DUPLICATE_OURS: N_("Duplicate of ours"),
        Kind.DUPLICATE_THEIRS: N_("Duplicate of theirs"),
        Kind.FEE_DIFFERS: N_("Fee differs"),
        Kind.TIMING: N_("Over the cut-off"),
        Kind.NOT_WRITTEN_OFF: N_("Paid, not written off"),
        Kind.WRITTEN_OFF_UNPAID: N_("Written off, not paid"),
        Kind.NOT_ARRIVED: N_("Not arrived"),
        Kind.SHORT_ARRIVAL: N_("Arrived short"),
        Kind.OVER_ARRIVAL: N_("Arrived in excess"),
        Kind.UNEXPECTED_ARRIVAL: N_("Unidentified money in"),
        Kind.UNEXPECTED_DEBIT: N_("Unidentified money out"),
    },
    MatchRule: {
        MatchRule.PAYMENT_NO: N_("payment no."),
        MatchRule.TXN_NO: N_("channel transaction no."),
        MatchRule.ORDER_BILL: N_("order and bill"),
        MatchRule.HOUSEHOLD: N_("household and amount"),
        MatchRule.ORDER_LINE: N_("order line"),
        MatchRule.BATCH_NO: N_("batch no. and amount"),
        MatchRule.BATCH_NOS: N_("batch nos. and sum"),
        MatchRule.ACCOUNT_AMOUNT: N_("account and amount"),
        MatchRule.COMBINATION: N_("combination"),
        MatchRule.ZERO_BATCH: N_("batch of zero"),
        MatchRule.TOLERANCE: N_("within the tolerance"),
        MatchRule.BY_HAND: N_("by hand"),
    },
    Status: {
        Status.OPEN: N_("open"),
        Status.ASSIGNED: N_("in work"),
        Status.SUBMITTED: N_("to be checked"),
        Status.RESOLVED: N_("resolved"),
        Status.CARRIED: N_("carried forward"),
        Status.SUSPENDED: N_("in suspense"),
    },
    ArrivalState: {
        ArrivalState.EXPECTED: N_("Awaited"),
        ArrivalState.OVERDUE: N_("Overdue"),
        ArrivalState.PARTLY: N_("Arrived in part"),
        ArrivalState.OVER: N_("Arrived too much"),
        ArrivalState.ARRIVED: N_("Arrived"),
        ArrivalState.CONFIRMED: N_("Confirmed"),
        ArrivalState.CHECKED: N_("Checked"),
    },
    ConfirmationStatus: {
        ConfirmationStatus.CONFIRMED: N_("Confirmed"),
        ConfirmationStatus.CHECKED: N_("Checked"),
        ConfirmationStatus.UNCONFIRMED: N_("Taken back"),
    },
    LineState: {
        LineState.SUGGESTED: N_("suggested match"),
        LineState.DIFFERENT: N_("different"),
        LineState.OPEN: N_("not matched"),
        LineState.TRANSIT: N_("in transit"),
        LineState.SET_ASIDE: N_("set aside"),
        LineState.MATCHED: N_("matched"),
    },
    Hint: {
        Hint.AMOUNT: N_("same amount"),
        Hint.NEAR_AMOUNT: N_("near amount"),
        Hint.KEY: N_("same number"),
        Hint.HOUSEHOLD: N_("same household"),
        Hint.ACCOUNT: N_("same account"),
        Hint.NAMED: N_("named in the text"),
        Hint.DAY: N_("same day"),
        Hint.NEAR_DAY: N_("near day"),
    },
    Tab: {
        Tab.OVERVIEW: N_("Overview"),
        Tab.SUGGESTED: N_("Suggestions"),
        Tab.OPEN: N_("Not matched"),
        Tab.MATCHED: N_("Matched"),
        Tab.DIFFERENT: N_("Differences"),
        Tab.TRANSIT: N_("In transit"),
    },
    Step: {
        Step.FILE: N_("File in"),
        Step.TOTALS: N_("Totals"),
        Step.RECONCILED: N_("Reconciled"),
        Step.DISCREPANCIES: N_("Differences"),
        Step.ADJUSTED: N_("Adjusted"),
        Step.ARRIVED: N_("Money in"),
        Step.CONFIRMED: N_("Confirmed"),
        Step.CHECKED: N_("Checked"),
        Step.CLOSED: N_("Day closed"),
    },
    CellState: {
        CellState.DONE: N_("Done"),
        CellState.OPEN: N_("Open"),
        CellState.MISSING: N_("Missing"),
        CellState.WAITING: N_("Waiting"),
        CellState.NONE: N_("Nothing to do"),
    },
    RowKind: {
        RowKind.CHANNEL: N_("Channel"),
        RowKind.WRITEOFF: N_("Write-offs"),
        RowKind.CLEARING: N_("Clearing"),
        RowKind.ACCOUNT: N_("Bank account"),
    },
    Side: {
        Side.OURS: N_("ours"),
        Side.THEIRS: N_("theirs"),
    },
    Role: {
        Role.CLERK: N_("clerk"),
        Role.CHECKER: N_("checker"),
        Role.SUPERVISOR: N_("supervisor"),
        Role.ADMINISTRATOR: N_("administrator"),
        Role.AUDITOR: N_("auditor"),
        Role.READER: N_("reader"),
    },
    UserState: {
        UserState.ACTIVE: N_("active"),
        UserState.DISABLED: N_("disabled"),
    },
    Permission: {
        Permission.READ_BUSINESS: N_("read business data"),
        Permission.IMPORT: N_("load files"),
        Permission.RECONCILE: N_("reconcile"),
        Permission.MATCH: N_("match by hand"),
        Permission.ASSIGN: N_("assign discrepancies"),
        Permission.EXPLAIN: N_("close discrepancies with a reason"),
        Permission.NOTE: N_("write notes and attach files"),
        Permission.ADJUST: N_("draft adjustments"),
        Permission.CONFIRM_ARRIVAL: N_("confirm arrivals"),
        Permission.PRINT: N_("print"),
        Permission.APPROVE: N_("approve"),
        Permission.CHECK_ARRIVAL: N_("check arrivals"),
        Permission.CLOSE_DAY: N_("close days"),
        Permission.REOPEN_DAY: N_("reopen days"),
        Permission.SET_LIMITS: N_("set limits"),
        Permission.MASTER_DATA: N_("keep master data"),
        Permission.SET_UP: N_("load organisations while setting up"),
        Permission.UNMASK: N_("see personal data unmasked"),
        Permission.MANAGE_USERS: N_("manage users"),
        Permission.BACKUP: N_("back up and restore"),
        Permission.READ_AUDIT: N_("read the audit log"),
        Permission.VERIFY: N_("verify"),
    },
    FileKind: KIND_LABELS,
    FileStatus: FILE_STATUS_LABELS,
    RejectionState: {
        RejectionState.OPEN: N_("rejected"),
        RejectionState.RETRIED: N_("rejected again"),
        RejectionState.CORRECTED: N_("corrected"),
        RejectionState.DISMISSED: N_("set aside"),
    },
    EntryType: {
        EntryType.PAY: N_("payment"),
        EntryType.REFUND: N_("refund"),
    },
    EntryStatus: {
        EntryStatus.SUCCESS: N_("succeeded"),
        EntryStatus.FAILED: N_("failed"),
        EntryStatus.PENDING: N_("pending"),
    },
    HeldBy: {
        HeldBy.MATCH: N_("matched by hand"),
        HeldBy.REASON: N_("explained"),
        HeldBy.CONFIRMATION: N_("confirmed as arrived"),
        HeldBy.ADJUSTMENT: N_("adjusted"),
    },
    Bearer: {
        Bearer.NONE: N_("nobody"),
        Bearer.PLATFORM: N_("platform"),
        Bearer.PAYEE: N_("payee"),
        Bearer.THIRD: N_("third party"),
    },
    Utility: {
        Utility.ELECTRICITY: N_("electricity"),
        Utility.WATER: N_("water"),
        Utility.GAS: N_("gas"),
        Utility.HEAT: N_("heat"),
        Utility.CABLE: N_("cable TV"),
        Utility.CHARGING: N_("EV charging"),
        Utility.SERVICE: N_("service fees"),
    },
    **WORDS,
    **ADJUSTING,
}

CHECKS: Mapping[str, str] = {
    "schema": N_("schema"),
    "integrity": N_("integrity of the database"),
    "foreign_keys": N_("references"),
    "guards": N_("guards of the database"),
    "audit_chain": N_("audit chain"),
    "files": N_("entries of each file"),
    "stored_bytes": N_("stored bytes of each file"),
    "columns": N_("columns of entries"),
    "matches": N_("no entry in two matches"),
    "match_sums": N_("sums of matches"),
    "run_sums": N_("sums of runs"),
    "placed": N_("every entry has its place"),
    "discrepancies": N_("sums of discrepancies"),
    "clearing": N_("conservation of clearing"),
    "arrivals": N_("confirmed arrivals"),
    "vouchers": N_("vouchers balance, without gaps"),
    "suspense": N_("suspense equals its open items"),
    "adjustments": N_("adjustments and their vouchers"),
    "votes": N_("nobody approved his own work"),
    "closings": N_("closed days are as they were closed"),
    "statements": N_("bank reconciliation statements are as they were approved"),
    "anchors": N_("anchors of the audit log"),
    "anchor_files": N_("anchors in the second folder"),
    "attachments": N_("attachments"),
    "printed": N_("register of prints"),
    "up_to_date": N_("runs are up to date"),
}
"""What the checks of `verify` are called."""

for _names in LABELS.values():
    name_members(_names)


def label(member: StrEnum) -> str:
    """Return what a member is called in the user's language."""
    return _(LABELS[type(member)][member])


def check_label(name: str) -> str:
    """Return what a check of `verify` is called."""
    return _(CHECKS.get(name, name))
