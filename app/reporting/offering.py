"""What can be printed, and what each paper asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from app.base.errors import WrongInput
from app.base.i18n import N_
from app.catalog.queries import accounts, channels, organisations
from app.db.workspace import Actor
from app.identity.service import may
from app.reporting.papers.gathering import BUILDERS, needed
from app.reporting.rules import ReportKind


class PeriodNeeded(WrongInput):
    """A period has a first day, a last day, or both."""

    template = N_("Say the first or the last day of the period.")


class Asks(StrEnum):
    """A part of what a paper is about; `NUMBERS` name things, else all of the day are taken."""

    DAY = "day"
    PERIOD = "period"
    TASK = "task"
    CHANNEL = "channel"
    ACCOUNT = "account"
    ORGANISATION = "organisation"
    NUMBERS = "numbers"


ASKS: Mapping[ReportKind, frozenset[Asks]] = {
    ReportKind.ARRIVAL: frozenset({Asks.DAY, Asks.ACCOUNT, Asks.ORGANISATION, Asks.NUMBERS}),
    ReportKind.RECEIPT: frozenset({Asks.DAY, Asks.ORGANISATION, Asks.NUMBERS}),
    ReportKind.SUMMARY: frozenset({Asks.DAY, Asks.TASK, Asks.CHANNEL}),
    ReportKind.DISCREPANCIES: frozenset({Asks.DAY, Asks.PERIOD, Asks.TASK, Asks.CHANNEL}),
    ReportKind.STATEMENT: frozenset({Asks.DAY, Asks.ACCOUNT, Asks.ORGANISATION, Asks.NUMBERS}),
    ReportKind.VOUCHER: frozenset({Asks.DAY, Asks.ORGANISATION, Asks.NUMBERS}),
    ReportKind.ADJUSTMENT: frozenset({Asks.DAY, Asks.ORGANISATION, Asks.NUMBERS}),
    ReportKind.AGEING: frozenset({Asks.TASK, Asks.CHANNEL, Asks.ORGANISATION}),
    ReportKind.DAY: frozenset({Asks.DAY}),
    ReportKind.AUDIT: frozenset({Asks.DAY, Asks.PERIOD}),
}
"""By what each paper can be narrowed; what is not named here does not change what stands on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen, each by its code and its name."""

    channels: tuple[tuple[str, str], ...]
    accounts: tuple[tuple[str, str], ...]
    organisations: tuple[tuple[str, str], ...]


def offered(actor: Actor) -> tuple[ReportKind, ...]:
    """Return the papers that the program can make and this person may see."""
    return tuple(kind for kind in ReportKind if kind in BUILDERS and may(actor, needed(kind)))


def choices(session: Session) -> Choices:
    """Return channels, bank accounts and organisations."""
    return Choices(
        channels=tuple((one.code, one.name) for one in channels(session)),
        accounts=tuple((one.account_no, one.bank) for one in accounts(session)),
        organisations=tuple((one.code, one.name) for one in organisations(session)),
    )
