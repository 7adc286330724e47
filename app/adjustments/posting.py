"""Posting vouchers: balanced, numbered without gaps, and never changed afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.adjustments.model import Voucher, VoucherEntry, VoucherLine
from app.adjustments.rules import VoucherKind, voucher_number
from app.audit import service as audit
from app.audit.rules import Verb
from app.base.errors import UserError
from app.base.failpoints import reach
from app.base.i18n import N_
from app.calendar.service import require_open
from app.catalog.model import LedgerAccount
from app.catalog.rules import Purpose
from app.db import counters
from app.db.workspace import Tx
from app.intake.rules import Kind as EntryKind

_LONGEST_COUNTER = 64


class NoLedgerAccount(UserError):
    """No account of the chart serves a purpose."""

    template = N_(
        "No account of the chart is for “{purpose}”. Choose one in the chart of accounts first."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line to be posted: an amount in fen on the debit or credit of what serves a purpose.

    A negative amount is red. `code` names the ledger account itself, where it is known.
    `account_no` and `channel` are its sub-accounts.
    """

    purpose: Purpose | None = None
    code: str = ""
    debit_fen: int = 0
    credit_fen: int = 0
    account_no: str = ""
    channel: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who made or checked a voucher."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """An entry behind a voucher, and what of it the voucher books, in fen."""

    kind: EntryKind
    id: int
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPost:
    """A voucher before it has a number."""

    payee: str
    business_on: date
    kind: VoucherKind
    summary: str
    source: str
    lines: tuple[Line, ...]
    maker: Person
    checker: Person | None = None
    attachments: int = 0
    entries: tuple[Behind, ...] = ()
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A voucher that was posted."""

    id: int
    number: str
    total_fen: int


def post(tx: Tx, *, wanted: ToPost) -> Posted:
    """Post a voucher and return its id and number.

    Raises:
        NoLedgerAccount: Nothing in the chart of accounts serves a purpose.
        DayClosed: The day in whose books it counts is closed.
    """
    require_open(tx, wanted.business_on)
    lines = [line for line in wanted.lines if line.debit_fen or line.credit_fen]
    total = sum(line.debit_fen for line in lines)
    assert lines, wanted
    assert total == sum(line.credit_fen for line in lines), wanted
    lines = with_codes(tx.session, lines)
    month = wanted.business_on.year * 100 + wanted.business_on.month
    serial = counters.take(tx, _counter(wanted.payee, month))
    id_ = counters.take(tx, "voucher")
    tx.session.execute(insert(VoucherLine), _rows(id_, lines))
    if wanted.entries:
        tx.session.execute(insert(VoucherEntry), _entries(id_, wanted.entries))
    reach("post.lines")
    number = voucher_number(wanted.payee, month, serial)
    checker = wanted.checker
    row = {
        "id": id_,
        "payee": wanted.payee,
        "month": month,
        "serial": serial,
        "number": number,
        "kind": wanted.kind,
        "business_on": wanted.business_on,
        "summary": wanted.summary,
        "total_fen": total,
        "source": wanted.source,
        "reverses_id": wanted.reverses_id,
        "attachments": wanted.attachments,
        "maker_id": wanted.maker.id,
        "maker_name": wanted.maker.name,
        "checker_id": checker.id if checker else None,
        "checker_name": checker.name if checker else "",
        "posted_at": tx.at,
    }
    tx.session.execute(insert(Voucher), [row])
    reach("post.voucher")
    tx.touch("voucher", "voucher_line")
    audit.record(tx, Verb.POSTED, "voucher", number, after=_told(row, lines))
    return Posted(id=id_, number=number, total_fen=total)


def reverse(tx: Tx, *, voucher_id: int, business_on: date, maker: Person, why: str) -> Posted:
    """Cancel a posted voucher by a red-letter one (红字冲销) that names it.

    Raises:
        DayClosed: The day in whose books it would count is closed.
    """
    old = tx.session.get(Voucher, voucher_id)
    assert old is not None
    rows = tx.session.scalars(
        select(VoucherLine)
        .where(VoucherLine.voucher_id == voucher_id)
        .order_by(VoucherLine.line_no)
    )
    # What it booked is cancelled where it was booked, whatever the account serves now.
    lines = tuple(
        Line(
            code=row.ledger_code,
            debit_fen=-row.debit_fen,
            credit_fen=-row.credit_fen,
            account_no=row.account_no,
            channel=row.channel,
            summary=row.summary,
        )
        for row in rows
    )
    wanted = ToPost(
        payee=old.payee,
        business_on=business_on,
        kind=VoucherKind.REVERSAL,
        summary=why,
        source=old.source,
        lines=lines,
        maker=maker,
        reverses_id=old.id,
    )
    return post(tx, wanted=wanted)


def with_codes(session: Session, lines: Sequence[Line]) -> list[Line]:
    """Return lines with the codes of the ledger accounts that serve their purposes.

    Raises:
        NoLedgerAccount: Nothing in the chart of accounts serves a purpose.
    """
    query = select(LedgerAccount.purpose, LedgerAccount.code)
    codes = {purpose: code for purpose, code in session.execute(query) if purpose is not None}
    found = []
    for line in lines:
        code = line.code or (codes.get(line.purpose, "") if line.purpose else "")
        if not code:
            raise NoLedgerAccount(purpose=line.purpose)
        found.append(replace(line, code=code))
    return found


def _counter(payee: str, month: int) -> str:
    name = f"voucher {month} {payee}"
    if len(name) <= _LONGEST_COUNTER:
        return name
    return hashlib.sha256(name.encode()).hexdigest()


def _rows(id_: int, lines: Sequence[Line]) -> list[dict[str, object]]:
    return [
        {
            "voucher_id": id_,
            "line_no": number,
            "ledger_code": line.code,
            "account_no": line.account_no,
            "channel": line.channel,
            "debit_fen": line.debit_fen,
            "credit_fen": line.credit_fen,
            "summary": line.summary,
        }
        for number, line in enumerate(lines, start=1)
    ]


def _entries(id_: int, entries: Sequence[Behind]) -> list[dict[str, object]]:
    return [
        {
            "voucher_id": id_,
            "entry_kind": one.kind,
            "entry_id": one.id,
            "amount_fen": one.amount_fen,
        }
        for one in entries
    ]


def _told(row: dict[str, object], lines: Sequence[Line]) -> dict[str, object]:
    """What the log says of a voucher: enough to write it again."""
    named = ("kind", "business_on", "summary", "total_fen", "source", "reverses_id")
    said = [
        [line.code, line.account_no, line.channel, line.debit_fen, line.credit_fen]
        for line in lines
    ]
    return {name: row[name] for name in named} | {"lines": said}
