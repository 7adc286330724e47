"""Entries of bank statements that are no tables: from single entries to batches."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from app.base.dates import day_number
from app.base.masking import mask_card
from app.base.money import yuan
from app.intake.context import Context
from app.intake.convert import Ledger
from app.intake.fields import schema_of
from app.intake.rules import Finding, Kind, Notice, Reason, RowProblem, Summary

_BATCH = 8_192
_LONGEST_TEXT = 4_000
_CONTROL = re.compile("[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a statement, as found."""

    account_no: str
    currency: str
    booked_on: date
    booked_at: int | None = None
    reference: str = ""
    amount_fen: int
    counterparty: str = ""
    counterparty_account: str = ""
    summary: str = ""
    postscript: str = ""


@dataclass(slots=True)
class Statement:
    """The balances of one statement, to be held against its entries."""

    account_no: str = ""
    opening_fen: int | None = None
    closing_fen: int | None = None
    sum_fen: int = 0
    first_entry: int = 0
    mixed: bool = False
    """It holds entries in another currency than the account's."""


@dataclass(slots=True)
class EntryBook:
    """Gathers entries into batches and checks what all kinds of statements share."""

    context: Context
    ledger: Ledger = field(default_factory=Ledger)
    count: int = 0
    left_out: int = 0
    currencies: Counter[str] = field(default_factory=Counter)
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _ordinals: Counter[bytes] = field(default_factory=Counter)

    def add(self, entry: Entry) -> None:
        """Take an entry; its number in the file is its line."""
        self.count += 1
        if not self.context.first_day <= entry.booked_on <= self.context.last_day:
            self.refuse(
                Reason.DATE_OUTSIDE,
                value=entry.booked_on.isoformat(),
                first=self.context.first_day.isoformat(),
                last=self.context.last_day.isoformat(),
            )
            return
        self.currencies[entry.currency] += 1
        self._rows.append(
            {
                "line": self.count,
                "account_no": entry.account_no,
                "currency": entry.currency,
                "booked_on": day_number(entry.booked_on),
                "booked_at": entry.booked_at,
                "serial_no": self._serial(entry),
                "amount_fen": entry.amount_fen,
                "balance_fen": None,
                "counterparty": _clean(entry.counterparty),
                "counterparty_account": _clean(entry.counterparty_account),
                "summary": _clean(entry.summary),
                "postscript": _clean(entry.postscript),
            }
        )

    def skip(self, reason: Reason, **params: str) -> None:
        """Count an entry that cannot be read and say why."""
        self.count += 1
        self.refuse(reason, **params)

    def refuse(self, reason: Reason, *, value: str = "", **params: str) -> None:
        """Note a problem of the present entry."""
        self.ledger.refuse(
            RowProblem(reason=reason, line=self.count, value=value[:60], params=params)
        )

    def batches(self, *, all_of_it: bool = False) -> Iterator[pa.RecordBatch]:
        """Yield the full batches, at the end the last one too."""
        while len(self._rows) >= _BATCH or (all_of_it and self._rows):
            rows, self._rows = self._rows[:_BATCH], self._rows[_BATCH:]
            batch = pa.RecordBatch.from_pylist(rows, schema=schema_of(Kind.ARRIVALS))
            self.ledger.take(batch, sum(row["amount_fen"] for row in rows))
            yield batch

    def close(self, statement: Statement) -> None:
        """Hold the balances of a statement against its entries."""
        known = statement.opening_fen is not None and statement.closing_fen is not None
        if not known or statement.mixed:
            return
        assert statement.opening_fen is not None
        assert statement.closing_fen is not None
        expected = statement.opening_fen + statement.sum_fen
        if expected != statement.closing_fen:
            params = {
                "account": mask_card(statement.account_no),
                "expected": yuan(expected),
                "found": yuan(statement.closing_fen),
            }
            finding = Finding(
                notice=Notice.CLOSING_BALANCE, line=statement.first_entry, params=params
            )
            self.ledger.findings.append(finding)

    def summary(self) -> Summary:
        """Return the sums and what is worth knowing."""
        for currency, count in sorted(self.currencies.items()):
            if currency != "CNY":
                self._note(Notice.OTHER_CURRENCY, currency=currency, count=str(count))
        if self.left_out:
            self._note(Notice.NOT_BOOKED, count=str(self.left_out))
        return self.ledger.summary()

    def _note(self, notice: Notice, **params: str) -> None:
        self.ledger.findings.append(Finding(notice=notice, params=params))

    def _serial(self, entry: Entry) -> str:
        """Make a serial no. from the bank's reference, which may repeat, and the content."""
        parts = (
            entry.account_no,
            entry.currency,
            entry.booked_on.isoformat(),
            str(entry.booked_at),
            entry.reference,
            str(entry.amount_fen),
            entry.counterparty,
            entry.counterparty_account,
            entry.summary,
            entry.postscript,
        )
        digest = hashlib.sha256("\x1f".join(parts).encode()).digest()[:6]
        self._ordinals[digest] += 1
        rank = self._ordinals[digest]
        again = f"-{rank}" if rank > 1 else ""
        return f"{_clean(entry.reference)}~{digest.hex()}{again}"


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()[:_LONGEST_TEXT]
