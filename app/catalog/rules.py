"""Vocabulary of the master data and what may be loaded over what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from app.base.dates import MIDNIGHT
from app.base.errors import UserError
from app.base.i18n import N_
from app.base.money import LIMIT_FEN, fee_fen

MOST_CYCLE_DAYS = 60
"""No channel settles later than that."""


class ChannelKind(StrEnum):
    """What a channel is."""

    BANK = "bank"
    THIRD_PARTY = "third_party"
    WALLET = "wallet"
    INTERNAL = "internal"


class Cycle(StrEnum):
    """In which days a settlement cycle counts."""

    CALENDAR = "calendar"
    WORKING = "working"


class FeeBearer(StrEnum):
    """Who bears a channel's fees."""

    PAYEE = "payee"
    PLATFORM = "platform"


class AccountKind(StrEnum):
    """The class of a ledger account."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    COST = "cost"
    INCOME = "income"
    EXPENSE = "expense"


class Purpose(StrEnum):
    """What the program books on a ledger account; each has exactly one account."""

    BANK = "bank"
    CHANNEL_RECEIVABLE = "channel_receivable"
    ADVANCE_RECEIPTS = "advance_receipts"
    ELECTRICITY_RECEIVABLE = "electricity_receivable"
    SUBSIDIES_PAYABLE = "subsidies_payable"
    OTHER_PAYABLES = "other_payables"
    OTHER_RECEIVABLES = "other_receivables"
    FINANCE_COST = "finance_cost"
    PROMOTIONS = "promotions"
    NON_OPERATING_EXPENSE = "non_operating_expense"
    NON_OPERATING_INCOME = "non_operating_income"


class MasterField(StrEnum):
    """A field of a form of the master data."""

    CODE = "code"
    NAME = "name"
    PARENT = "parent"
    UTILITIES = "utilities"
    BANK = "bank"
    ACCOUNT_NAME = "account_name"
    ACCOUNT_NO = "account_no"
    OPENING = "opening_fen"
    OPENING_DAY = "opening_on"
    LAG = "arrival_lag_days"
    KIND = "kind"
    CUTOFF = "cutoff_minutes"
    CYCLE_DAYS = "cycle_days"
    CYCLE = "cycle"
    RATE = "rate_ppm"
    MINIMUM = "minimum_fen"
    MAXIMUM = "maximum_fen"
    REFUND = "refund_returns_fee"
    BEARER = "fee_bearer"
    ACTIVE = "active"
    PURPOSE = "purpose"
    NOTE = "note"
    VALUE = "value"


class Unit(StrEnum):
    """What a setting counts."""

    MINUTES = "minutes"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    FEN = "fen"


class SettingName(StrEnum):
    """A number that a supervisor can change."""

    TIMING_MINUTES = "timing_minutes"
    TIMING_WINDOW_WORKING_DAYS = "timing_window_working_days"
    ARRIVAL_WINDOW_WORKING_DAYS = "arrival_window_working_days"
    WRITEOFF_DAYS = "writeoff_days"
    CHANNEL_TOLERANCE_FEN = "channel_tolerance_fen"
    WRITEOFF_TOLERANCE_FEN = "writeoff_tolerance_fen"
    CLEARING_TOLERANCE_FEN = "clearing_tolerance_fen"
    ARRIVAL_TOLERANCE_FEN = "arrival_tolerance_fen"
    SMALL_DIFFERENCE_LIMIT_FEN = "small_difference_limit_fen"
    ADJUSTMENT_LIMIT_FEN = "adjustment_limit_fen"
    SECOND_CHECKER_FEN = "second_checker_fen"
    IDLE_LOCK_MINUTES = "idle_lock_minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Between which numbers a setting lies, and what it counts."""

    lowest: int
    highest: int
    unit: Unit


_TOLERANCE = Bounds(lowest=0, highest=100_00, unit=Unit.FEN)
_LIMIT = Bounds(lowest=1, highest=LIMIT_FEN, unit=Unit.FEN)
SETTINGS: dict[SettingName, Bounds] = {
    SettingName.TIMING_MINUTES: Bounds(lowest=0, highest=MIDNIGHT, unit=Unit.MINUTES),
    SettingName.TIMING_WINDOW_WORKING_DAYS: Bounds(lowest=0, highest=30, unit=Unit.WORKING_DAYS),
    SettingName.ARRIVAL_WINDOW_WORKING_DAYS: Bounds(lowest=0, highest=30, unit=Unit.WORKING_DAYS),
    SettingName.WRITEOFF_DAYS: Bounds(lowest=0, highest=31, unit=Unit.DAYS),
    SettingName.CHANNEL_TOLERANCE_FEN: _TOLERANCE,
    SettingName.WRITEOFF_TOLERANCE_FEN: _TOLERANCE,
    SettingName.CLEARING_TOLERANCE_FEN: _TOLERANCE,
    SettingName.ARRIVAL_TOLERANCE_FEN: _TOLERANCE,
    SettingName.SMALL_DIFFERENCE_LIMIT_FEN: _TOLERANCE,
    SettingName.ADJUSTMENT_LIMIT_FEN: _LIMIT,
    SettingName.SECOND_CHECKER_FEN: _LIMIT,
    SettingName.IDLE_LOCK_MINUTES: Bounds(lowest=1, highest=240, unit=Unit.MINUTES),
}
"""No setting leaves its bounds: a tolerance of thousands would hide what it should find."""

OF_ADMINISTRATORS = frozenset({SettingName.IDLE_LOCK_MINUTES})
"""Settings of the program rather than of the business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRow:
    """One row of the template `organisations`; an empty optional field says nothing."""

    line: int
    code: str
    name: str
    parent: str = ""
    utilities: str = ""
    bank: str = ""
    account_name: str = ""
    account_no: str
    opening_fen: int | None = None
    opening_on: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """One row of the template `channels`."""

    line: int
    code: str
    name: str
    kind: str
    cutoff: int = 1440
    cycle_days: int = 1
    cycle: str = Cycle.CALENDAR
    rate_ppm: int | None = None
    minimum_fen: int | None = None
    maximum_fen: int | None = None
    refund_returns_fee: int = 0
    fee_bearer: str = FeeBearer.PAYEE
    account_no: str = ""


Row = TypeVar("Row", OrganisationRow, ChannelRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule:
    """What a channel takes; refunds give it back or not."""

    rate_ppm: int
    minimum_fen: int | None = None
    maximum_fen: int | None = None
    refund_returns_fee: bool = False

    def fee(self, amount_fen: int) -> int:
        """Return the fee of one transaction; a refund's is negative or nothing."""
        if amount_fen < 0 and not self.refund_returns_fee:
            return 0
        return fee_fen(amount_fen, self.rate_ppm, self.minimum_fen, self.maximum_fen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What loading a master-data file did, by code."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    cutoff_changed: tuple[str, ...] = ()


class RowRefused(UserError):
    """A row of a master-data file cannot be taken; so the whole file is not."""

    template = N_("{file}, line {line}: “{value}” cannot be used for {field}.")


class RepeatedCode(RowRefused):
    """Two rows of one file say different things about one code."""

    template = N_("{file}, line {line}: the code “{value}” stands twice with different contents.")


class UnknownParent(RowRefused):
    """The parent is neither in the file nor in the database."""

    template = N_("{file}, line {line}: there is no organisation “{value}” to be its parent.")


class ParentCycle(RowRefused):
    """An organisation would stand below itself."""

    template = N_("{file}, line {line}: the organisation “{value}” would stand below itself.")


class AccountChangeNeedsApproval(RowRefused):
    """The account of an organisation is there already and differs."""

    template = N_(
        "{file}, line {line}: the bank account of the organisation “{value}” would change"
        " ({changes}). That needs two people: ask for the change on the page of the master data."
    )


class ChannelChangeNeedsApproval(RowRefused):
    """A channel was loaded before, and its rules differ."""

    template = N_(
        "{file}, line {line}: the rules of the channel “{value}” would change ({changes})."
        " That needs two people: ask for the change on the page of the master data."
    )


def distinct(rows: Iterable[Row], file_label: str) -> list[Row]:
    """Return one row for each code.

    Raises:
        RepeatedCode: A code stands twice with different contents.
    """
    seen: dict[str, Row] = {}
    for row in rows:
        first = seen.setdefault(row.code, row)
        if replace(first, line=row.line) != row:
            raise RepeatedCode(file=file_label, line=row.line, field="code", value=row.code)
    return list(seen.values())


def in_cycle(parents: Mapping[str, str]) -> str | None:
    """Return an organisation that stands below itself, or None."""
    safe: set[str] = set()
    for start in parents:
        path: list[str] = []
        code = start
        while code and code not in safe:
            if code in path:
                return code
            path.append(code)
            code = parents.get(code, "")
        safe.update(path)
    return None
