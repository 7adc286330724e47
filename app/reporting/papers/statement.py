"""Statement of bank reconciliation (银行存款余额调节表), one for each account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.adjustments.ledger import bank_books
from app.base.capitals import capitals
from app.base.i18n import N_, _
from app.catalog import queries as catalog
from app.closing.balancing import Balancing, Item, balancing
from app.closing.rules import ItemGroup, StatementState
from app.closing.statements import StatementView, statement, statements
from app.reporting.looks import money
from app.reporting.paper import (
    Column,
    Field,
    Fields,
    Look,
    Paper,
    Row,
    Signature,
    Table,
    Text,
    Weight,
)
from app.reporting.papers.common import NOTHING, day_wanted, signed
from app.reporting.rules import ReportKind
from app.reporting.wishes import Ready, Wish
from app.wording.labels import label

_STORED = (StatementState.APPROVED, StatementState.SUBMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """Names of payees, and the accounts as the master data knows them."""

    payees: Mapping[str, str]
    accounts: Mapping[str, catalog.AccountView]


def statement_papers(session: Session, wish: Wish) -> list[Ready]:
    """Return the statements named; else that of an account, or of all accounts, at a day's end.

    What was approved is printed as it was approved, what was submitted as it was submitted; else
    the statement is worked out now.

    Raises:
        UnknownStatement: There is none with one of the numbers.
    """
    facts = _Facts(
        payees={one.code: one.name for one in catalog.organisations(session)},
        accounts={one.account_no: one for one in catalog.accounts(session)},
    )
    return [_ready(figures, stored, facts, wish) for figures, stored in _wanted(session, wish)]


def _wanted(session: Session, wish: Wish) -> Iterator[tuple[Balancing, StatementView | None]]:
    if wish.keys:
        for number in wish.keys:
            stored = statement(session, number)
            yield stored.figures, stored
        return
    day = day_wanted(session, wish)
    for book in bank_books(session, day):
        if wish.account_no not in ("", book.account_no):
            continue
        if wish.organisation not in ("", book.payee):
            continue
        found = statements(session, account_no=book.account_no, day=day, states=_STORED)
        found.sort(key=lambda one: one.state is not StatementState.APPROVED)
        if found:
            yield found[0].figures, found[0]
        else:
            yield balancing(session, book.account_no, day), None


def _ready(one: Balancing, stored: StatementView | None, facts: _Facts, wish: Wish) -> Ready:
    paper = Paper(
        kind=ReportKind.STATEMENT,
        title=_(N_("Bank reconciliation statement")),
        unit=facts.payees.get(one.payee, one.payee) or _(N_("Duiping")),
        language=wish.tongue,
        subject=f"{one.account_no} {one.day.isoformat()}",
        period=one.day.isoformat(),
        blocks=(
            _head(one, stored, facts),
            _balances(one),
            Text(text=_verdict(one), weight=Weight.STRONG),
            _items(one),
        ),
        signatures=_signatures(stored),
        notes=tuple(_notes(one)),
        form=wish.sheet,
    )
    subject = stored.number if stored else f"{one.account_no} {one.day.isoformat()}"
    return Ready(subject=subject, paper=paper)


def _head(one: Balancing, stored: StatementView | None, facts: _Facts) -> Fields:
    account = facts.accounts.get(one.account_no)
    state = label(stored.state) if stored else _(N_("worked out, not submitted"))
    return Fields(
        fields=(
            Field(name=_(N_("Bank")), value=account.bank if account else NOTHING),
            Field(name=_(N_("As of")), value=one.day.isoformat(), look=Look.DAY),
            Field(name=_(N_("Bank account")), value=one.account_no),
            Field(name=_(N_("Currency")), value=_(N_("CNY"))),
            Field(name=_(N_("Statement no.")), value=stored.number if stored else NOTHING),
            Field(name=_(N_("State")), value=state),
        ),
        beside=2,
    )


def _balances(one: Balancing) -> Table:
    """Book on the left, bank on the right, each with what only the other one knows."""
    sums = {group: one.sum_of(group) for group in ItemGroup}
    plus, minus = _(N_("plus: {group}")), _(N_("minus: {group}"))
    rows: list[Row] = [
        (
            _(N_("Balance of the book")),
            one.book_fen,
            _(N_("Balance of the bank statement")),
            one.bank_fen,
        ),
        (
            plus.format(group=label(ItemGroup.BANK_RECEIVED)),
            sums[ItemGroup.BANK_RECEIVED],
            plus.format(group=label(ItemGroup.BOOK_RECEIVED)),
            sums[ItemGroup.BOOK_RECEIVED],
        ),
        (
            minus.format(group=label(ItemGroup.BANK_PAID)),
            sums[ItemGroup.BANK_PAID],
            minus.format(group=label(ItemGroup.BOOK_PAID)),
            sums[ItemGroup.BOOK_PAID],
        ),
    ]
    adjusted = _(N_("Adjusted balance"))
    return Table(
        name=_(N_("Balances")),
        columns=(
            Column(title=_(N_("Book of the company")), width=30),
            Column(title=_(N_("Amount")), width=18, look=Look.MONEY),
            Column(title=_(N_("Statement of the bank")), width=30),
            Column(title=_(N_("Amount")), width=18, look=Look.MONEY),
        ),
        rows=tuple(rows),
        totals=((adjusted, one.adjusted_book_fen, adjusted, one.adjusted_bank_fen),),
    )


def _verdict(one: Balancing) -> str:
    if not one.difference_fen:
        text = _(N_("The adjusted balances are equal: {amount} ({words})."))
        fen = one.adjusted_book_fen
    else:
        text = _(N_("The adjusted balances differ by {amount} ({words})."))
        fen = one.difference_fen
    said = text.format(amount=money(fen, sign=True), words=f"人民币{capitals(fen)}")
    if one.difference_fen and not one.opening_known:
        said += " " + _(N_("The account has no opening balance; its book counts from zero."))
    return said


def _items(one: Balancing) -> Table:
    rows = [_item(item) for item in one.items]
    totals = [
        (label(group), *(None,) * 3, one.sum_of(group), None)
        for group in ItemGroup
        if one.sum_of(group)
    ]
    return Table(
        name=_(N_("Items in transit")),
        is_titled=True,
        columns=(
            Column(title=_(N_("Group")), width=24, merged=True),
            Column(title=_(N_("Date")), width=11, look=Look.DAY),
            Column(title=_(N_("Serial or voucher no.")), width=22),
            Column(title=_(N_("Summary")), width=26),
            Column(title=_(N_("Amount")), width=15, look=Look.MONEY),
            Column(title=_(N_("Age (days)")), width=8, look=Look.COUNT),
        ),
        rows=tuple(rows),
        totals=tuple(totals),
    )


def _item(item: Item) -> Row:
    return (
        label(item.group),
        item.on.isoformat(),
        item.number or NOTHING,
        item.summary,
        item.amount_fen,
        item.age_days,
    )


def _signatures(stored: StatementView | None) -> tuple[Signature, ...]:
    maker = (stored.maker_name, stored.made_at) if stored else ("", None)
    checker = (stored.checker_name, stored.checked_at) if stored else ("", None)
    return (
        signed(N_("Prepared by"), *maker),
        signed(N_("Checked by"), *checker),
        signed(N_("Accounting head")),
    )


def _notes(one: Balancing) -> Iterator[str]:
    yield _(N_("Ages are in working days."))
    if one.stated_on is None:
        yield _(
            N_(
                "The bank's files state no balance: that of the bank is worked out from the opening"
                " balance and the entries."
            )
        )
    elif one.stated_on < one.day:
        text = _(N_("The bank last stated its balance on {day}."))
        yield text.format(day=one.stated_on.isoformat())
