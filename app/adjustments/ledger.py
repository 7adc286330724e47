"""The book of a payee at any date: balances and movements, from posted vouchers.

A bank account starts from its opening balance, which stands at the beginning of its opening day:
vouchers of that day and later ones move it. Balances are debit less credit, in fen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session

from app.adjustments.model import SuspenseItem, Voucher, VoucherEntry, VoucherLine
from app.adjustments.rules import (
    SUSPENSE_PURPOSE,
    SuspenseSide,
    SuspenseState,
    VoucherKind,
)
from app.catalog.model import BankAccount, LedgerAccount, Organisation
from app.catalog.rules import AccountKind, Purpose
from app.intake.rules import Kind as EntryKind

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A ledger account, or a sub-account of it, over a period.

    `opening_fen` is what stood before the period, `closing_fen` what stands at its end.
    """

    code: str
    name: str
    kind: AccountKind
    purpose: Purpose | None
    account_no: str
    channel: str
    opening_fen: int
    debit_fen: int
    credit_fen: int

    @property
    def closing_fen(self) -> int:
        """Debit less credit at the end of the period."""
        return self.opening_fen + self.debit_fen - self.credit_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalance:
    """All ledger accounts that vouchers moved, up to a day (试算平衡表).

    `balanced` says that debits and credits of the period are equal.
    """

    payee: str
    first: date | None
    day: date
    accounts: tuple[Balance, ...]

    @property
    def debit_fen(self) -> int:
        """What was debited in the period."""
        return sum(one.debit_fen for one in self.accounts)

    @property
    def credit_fen(self) -> int:
        """What was credited in the period."""
        return sum(one.credit_fen for one in self.accounts)

    @property
    def balanced(self) -> bool:
        """Whether debits and credits are equal."""
        return self.debit_fen == self.credit_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class BankBook:
    """A bank account in the book at the end of a day (银行存款日记账).

    `known` says that the account has an opening balance which stands by then; without one the
    book counts from zero.
    """

    account_no: str
    payee: str
    day: date
    known: bool
    opening_fen: int
    opening_on: date | None
    debit_fen: int
    credit_fen: int

    @property
    def balance_fen(self) -> int:
        """What the book says is on the account."""
        return self.opening_fen + self.debit_fen - self.credit_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line of a posted voucher; `entry_ids` are the bank's entries behind the voucher."""

    voucher_id: int
    number: str
    payee: str
    business_on: date
    kind: VoucherKind
    summary: str
    code: str
    name: str
    account_no: str
    channel: str
    debit_fen: int
    credit_fen: int
    entry_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementFilter:
    """Which movements; what is None or empty does not limit; days are business days."""

    first: date | None = None
    last: date | None = None
    payee: str = ""
    code: str = ""
    account_no: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspense:
    """What waits to be cleared up in a payee's book, on one side.

    `balance_fen` is what the ledger account says, `items_fen` what the open items add up to.
    """

    payee: str
    side: SuspenseSide
    balance_fen: int
    items_fen: int
    items: int


def trial_balance(
    session: Session, *, day: date, payee: str = "", first: date | None = None
) -> TrialBalance:
    """Return the ledger accounts up to a day, of one payee or of all together.

    `first` is the first day of the period; without it the period is all that was ever posted.
    """
    rows = _sums(session, _up_to(day, payee), first, (VoucherLine.ledger_code,))
    return TrialBalance(payee=payee, first=first, day=day, accounts=tuple(rows))


def sub_balances(
    session: Session, *, day: date, payee: str = "", first: date | None = None
) -> list[Balance]:
    """Return bank accounts and channels by themselves, and all other accounts as they are."""
    columns = (VoucherLine.ledger_code, VoucherLine.account_no, VoucherLine.channel)
    return _sums(session, _up_to(day, payee), first, columns)


def bank_book(session: Session, account_no: str, day: date) -> BankBook:
    """Return what the book says of a bank account at the end of a day."""
    opening = session.execute(
        select(BankAccount.opening_fen, BankAccount.opening_on, Organisation.code)
        .join(Organisation, Organisation.id == BankAccount.organisation_id)
        .where(BankAccount.account_no == account_no)
        .order_by(BankAccount.id)
    ).first()
    fen, since, payee = (opening[0], opening[1], opening[2]) if opening else (None, None, "")
    known = fen is not None and (since is None or since <= day)
    moved = and_(VoucherLine.account_no == account_no, Voucher.business_on <= day)
    if since is not None:
        # What was booked before is in the opening balance.
        moved = and_(moved, Voucher.business_on >= since)
    debit, credit = session.execute(_totals().where(moved)).one()
    return BankBook(
        account_no=account_no,
        payee=payee,
        day=day,
        known=known,
        opening_fen=fen if known and fen is not None else 0,
        opening_on=since,
        debit_fen=int(debit),
        credit_fen=int(credit),
    )


def bank_books(session: Session, day: date) -> list[BankBook]:
    """Return the book of every bank account that is known or was ever moved."""
    known = set(session.scalars(select(BankAccount.account_no)))
    moved = select(VoucherLine.account_no).where(VoucherLine.account_no != "").distinct()
    return [bank_book(session, one, day) for one in sorted(known | set(session.scalars(moved)))]


def movements(session: Session, wanted: MovementFilter) -> list[Movement]:
    """Return the lines of posted vouchers by day, voucher and line."""
    query = (
        select(Voucher, VoucherLine, LedgerAccount.name)
        .join(VoucherLine, VoucherLine.voucher_id == Voucher.id)
        .join(LedgerAccount, LedgerAccount.code == VoucherLine.ledger_code)
        .order_by(Voucher.business_on, Voucher.id, VoucherLine.line_no)
    )
    for column, value in (
        (Voucher.payee, wanted.payee),
        (VoucherLine.ledger_code, wanted.code),
        (VoucherLine.account_no, wanted.account_no),
        (VoucherLine.channel, wanted.channel),
    ):
        if value:
            query = query.where(column == value)
    if wanted.first is not None:
        query = query.where(Voucher.business_on >= wanted.first)
    if wanted.last is not None:
        query = query.where(Voucher.business_on <= wanted.last)
    rows = session.execute(query).all()
    behind = _bank_lines(session, sorted({head.id for head, _line, _name in rows}))
    return [
        Movement(
            voucher_id=head.id,
            number=head.number,
            payee=head.payee,
            business_on=head.business_on,
            kind=head.kind,
            summary=line.summary or head.summary,
            code=line.ledger_code,
            name=name,
            account_no=line.account_no,
            channel=line.channel,
            debit_fen=line.debit_fen,
            credit_fen=line.credit_fen,
            entry_ids=behind.get(head.id, ()) if line.account_no else (),
        )
        for head, line, name in rows
    ]


def suspense(session: Session, *, day: date | None = None) -> list[Suspense]:
    """Return what waits to be cleared up, by payee and side.

    With a day, the ledger's balance is that at its end; the items are always those of now.
    """
    found = []
    for side, purpose in SUSPENSE_PURPOSE.items():
        balances = _purpose_balances(session, purpose, day)
        items = _open_items(session, side)
        sign = -1 if side is SuspenseSide.PAYABLE else 1
        found += [
            Suspense(
                payee=payee,
                side=side,
                balance_fen=sign * balances.get(payee, 0),
                items_fen=items.get(payee, (0, 0))[1],
                items=items.get(payee, (0, 0))[0],
            )
            for payee in sorted({*balances, *items})
        ]
    return found


def _up_to(day: date, payee: str) -> ColumnElement[bool]:
    chosen = Voucher.business_on <= day
    return and_(chosen, Voucher.payee == payee) if payee else chosen


def _sums(
    session: Session,
    chosen: ColumnElement[bool],
    first: date | None,
    columns: tuple[Any, ...],
) -> list[Balance]:
    inside = Voucher.business_on >= first if first else Voucher.business_on.is_not(None)
    debit, credit = VoucherLine.debit_fen, VoucherLine.credit_fen
    query = (
        select(
            *columns,
            func.sum(case((inside, 0), else_=debit - credit)),
            func.sum(case((inside, debit), else_=0)),
            func.sum(case((inside, credit), else_=0)),
        )
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(chosen)
        .group_by(*columns)
        .order_by(*columns)
    )
    chart = {one.code: one for one in session.scalars(select(LedgerAccount))}
    found = []
    for row in session.execute(query):
        own, (opening, debited, credited) = row[: len(columns)], row[len(columns) :]
        code, account_no, channel = (*own, "", "") if len(own) == 1 else own
        found.append(
            Balance(
                code=code,
                name=chart[code].name,
                kind=chart[code].kind,
                purpose=chart[code].purpose,
                account_no=account_no,
                channel=channel,
                opening_fen=int(opening),
                debit_fen=int(debited),
                credit_fen=int(credited),
            )
        )
    return found


def _totals() -> Select[int, int]:
    return select(
        func.coalesce(func.sum(VoucherLine.debit_fen), 0),
        func.coalesce(func.sum(VoucherLine.credit_fen), 0),
    ).join(Voucher, Voucher.id == VoucherLine.voucher_id)


def _bank_lines(session: Session, ids: list[int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = {}
    for start in range(0, len(ids), _CHUNK):
        query = (
            select(VoucherEntry.voucher_id, VoucherEntry.entry_id)
            .where(
                VoucherEntry.voucher_id.in_(ids[start : start + _CHUNK]),
                VoucherEntry.entry_kind == EntryKind.ARRIVALS,
            )
            .order_by(VoucherEntry.voucher_id, VoucherEntry.entry_id)
        )
        for voucher_id, entry_id in session.execute(query):
            found.setdefault(voucher_id, []).append(entry_id)
    return {id_: tuple(entries) for id_, entries in found.items()}


def _purpose_balances(session: Session, purpose: Purpose, day: date | None) -> dict[str, int]:
    query = (
        select(Voucher.payee, func.sum(VoucherLine.debit_fen - VoucherLine.credit_fen))
        .join(VoucherLine, VoucherLine.voucher_id == Voucher.id)
        .join(LedgerAccount, LedgerAccount.code == VoucherLine.ledger_code)
        .where(LedgerAccount.purpose == purpose)
        .group_by(Voucher.payee)
    )
    if day is not None:
        query = query.where(Voucher.business_on <= day)
    return {payee: int(fen) for payee, fen in session.execute(query)}


def _open_items(session: Session, side: SuspenseSide) -> dict[str, tuple[int, int]]:
    left = SuspenseItem.amount_fen - SuspenseItem.cleared_fen
    query = (
        select(SuspenseItem.payee, func.count(), func.sum(left))
        .where(SuspenseItem.side == side, SuspenseItem.state == SuspenseState.OPEN)
        .group_by(SuspenseItem.payee)
    )
    return {payee: (count, int(fen)) for payee, count, fen in session.execute(query)}


def payees_with_vouchers(session: Session) -> list[str]:
    """Return the payees in whose book something was posted, by code."""
    return sorted(session.scalars(select(Voucher.payee).distinct()))
