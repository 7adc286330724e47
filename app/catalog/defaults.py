"""What ships with the program and a new database starts with."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator

from sqlalchemy import select

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.bundle import bundled
from app.catalog.model import Channel, LedgerAccount, Setting
from app.catalog.rules import (
    AccountKind,
    ChannelKind,
    Cycle,
    FeeBearer,
    Purpose,
    SettingName,
)
from app.db.workspace import Tx


def add_defaults(tx: Tx) -> int:
    """Add the channels, accounts and settings that are missing; return how many."""
    added = _add_channels(tx) + _add_accounts(tx) + _add_settings(tx)
    if added:
        audit.record(tx, Verb.CREATED, "defaults", "shipped", after={"rows": added})
    return added


def _add_channels(tx: Tx) -> int:
    there = set(tx.session.scalars(select(Channel.code)))
    rows = [
        Channel(
            code=row["code"],
            name=row["name"],
            kind=ChannelKind(row["kind"]),
            cutoff_minutes=int(row["cutoff"]),
            cycle_days=int(row["cycle_days"]),
            cycle=Cycle(row["cycle"]),
            refund_returns_fee=False,
            fee_bearer=FeeBearer(row["fee_bearer"]),
            account_no="",
            shipped=True,
        )
        for row in _table("channels.csv")
        if row["code"] not in there
    ]
    tx.session.add_all(rows)
    tx.session.flush()
    return len(rows)


def _add_accounts(tx: Tx) -> int:
    there = set(tx.session.scalars(select(LedgerAccount.code)))
    used = set(tx.session.scalars(select(LedgerAccount.purpose)))
    rows = [
        LedgerAccount(
            code=row["code"],
            name=row["name"],
            kind=AccountKind(row["kind"]),
            purpose=_purpose(row["purpose"], used),
        )
        for row in _table("ledger_accounts.csv")
        if row["code"] not in there
    ]
    tx.session.add_all(rows)
    return len(rows)


def _purpose(text: str, used: set[Purpose | None]) -> Purpose | None:
    # An account that a user made may already serve the purpose.
    purpose = Purpose(text) if text else None
    return None if purpose in used else purpose


def _add_settings(tx: Tx) -> int:
    there = set(tx.session.scalars(select(Setting.name)))
    shipped = tomllib.loads(bundled("resources", "defaults", "settings.toml").read_text("utf-8"))
    rows = [
        Setting(name=name.value, value=shipped[name.value])
        for name in SettingName
        if name.value not in there
    ]
    tx.session.add_all(rows)
    return len(rows)


def _table(name: str) -> Iterator[dict[str, str]]:
    path = bundled("resources", "defaults", name)
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
