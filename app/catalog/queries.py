"""Reading the master data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.catalog.model import BankAccount, Channel, LedgerAccount, Organisation, Setting
from app.catalog.rules import (
    AccountKind,
    ChannelKind,
    Cycle,
    FeeBearer,
    FeeRule,
    Purpose,
    SettingName,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationView:
    """An organisation; the parent by its code, "" at the top."""

    id: int
    code: str
    name: str
    parent: str
    utilities: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """A designated account and whose it is."""

    id: int
    organisation: str
    bank: str
    account_name: str
    account_no: str
    opening_fen: int | None
    opening_on: date | None
    arrival_lag_days: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """A channel and its rules; of an inactive one no files are expected."""

    id: int
    code: str
    name: str
    kind: ChannelKind
    cutoff_minutes: int
    cycle_days: int
    cycle: Cycle
    rate_ppm: int | None
    minimum_fen: int | None
    maximum_fen: int | None
    refund_returns_fee: bool
    fee_bearer: FeeBearer
    account_no: str
    shipped: bool
    active: bool
    version: int

    @property
    def fee_rule(self) -> FeeRule | None:
        """The channel's fee rule; None where fees are not checked."""
        if self.rate_ppm is None:
            return None
        return FeeRule(
            rate_ppm=self.rate_ppm,
            minimum_fen=self.minimum_fen,
            maximum_fen=self.maximum_fen,
            refund_returns_fee=self.refund_returns_fee,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerView:
    """An account of the chart."""

    code: str
    name: str
    kind: AccountKind
    purpose: Purpose | None


def organisations(session: Session) -> list[OrganisationView]:
    """Return all organisations by code."""
    parent = aliased(Organisation)
    query = (
        select(Organisation, parent.code)
        .outerjoin(parent, Organisation.parent_id == parent.id)
        .order_by(Organisation.code)
    )
    return [
        OrganisationView(
            id=row.id,
            code=row.code,
            name=row.name,
            parent=above or "",
            utilities=row.utilities,
            version=row.version,
        )
        for row, above in session.execute(query)
    ]


def branch(session: Session, code: str) -> frozenset[str]:
    """Return the codes of an organisation and of all below it."""
    parents = {one.code: one.parent for one in organisations(session)}
    found = {code}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return frozenset(found)


def accounts(session: Session) -> list[AccountView]:
    """Return all designated accounts by their organisation's code."""
    query = (
        select(BankAccount, Organisation.code)
        .join(Organisation, BankAccount.organisation_id == Organisation.id)
        .order_by(Organisation.code)
    )
    return [
        AccountView(
            id=row.id,
            organisation=code,
            bank=row.bank,
            account_name=row.account_name,
            account_no=row.account_no,
            opening_fen=row.opening_fen,
            opening_on=row.opening_on,
            arrival_lag_days=row.arrival_lag_days,
            version=row.version,
        )
        for row, code in session.execute(query)
    ]


def channels(session: Session) -> list[ChannelView]:
    """Return all channels in the order in which they were added."""
    return [
        ChannelView(**{name: getattr(row, name) for name in ChannelView.__slots__})
        for row in session.scalars(select(Channel).order_by(Channel.id))
    ]


def ledger_accounts(session: Session) -> list[LedgerView]:
    """Return the chart of accounts by code."""
    return [
        LedgerView(code=row.code, name=row.name, kind=row.kind, purpose=row.purpose)
        for row in session.scalars(select(LedgerAccount).order_by(LedgerAccount.code))
    ]


def settings(session: Session) -> dict[SettingName, int]:
    """Return all settings."""
    found = {row.name: row.value for row in session.scalars(select(Setting))}
    return {name: found[name.value] for name in SettingName}


def setting(session: Session, name: SettingName) -> int:
    """Return one setting."""
    return session.scalars(select(Setting.value).where(Setting.name == name.value)).one()
