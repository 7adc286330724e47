"""Receipt (收款收据, 交费凭证): one for each order and payee."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.capitals import capitals
from app.base.dates import china_time, day_number
from app.base.errors import NotFound
from app.base.i18n import N_, _
from app.base.masking import mask_name
from app.catalog import queries as catalog
from app.records.model import BillLine, Payment
from app.records.rules import EntryStatus, EntryType
from app.reporting.looks import money
from app.reporting.paper import Column, Field, Fields, Look, Paper, Row, Table
from app.reporting.papers.common import channel_names, chunks, day_wanted, joined, signed
from app.reporting.rules import ReportKind
from app.reporting.wishes import Ready, Wish
from app.wording.labels import label

_SHOWN = 4
_MONTHS = 100


class UnknownOrder(NotFound):
    """There is no such order, or nothing was paid for it."""

    template = N_("Nothing was paid under the order no. “{order}”.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What was paid for orders, and by whom."""

    payments: Mapping[str, list[Payment]]
    lines: Mapping[tuple[str, str], list[BillLine]]
    names: Mapping[str, str]
    channels: Mapping[str, str]


def receipt_papers(session: Session, wish: Wish) -> list[Ready]:
    """Return the receipts of orders named, or of all orders of a day, by order no.

    Raises:
        UnknownOrder: Nothing was paid under one of them.
    """
    orders = list(dict.fromkeys(wish.keys)) or _of_day(session, wish)
    facts = _facts(session, orders)
    for order in wish.keys:
        if not facts.payments.get(order):
            raise UnknownOrder(order=order)
    payees = {wish.organisation} if wish.organisation else None
    return [
        _ready(order, payee, facts, wish)
        for order, payee in sorted(facts.lines)
        if facts.payments.get(order) and (payees is None or payee in payees)
    ]


def _of_day(session: Session, wish: Wish) -> list[str]:
    day = day_number(day_wanted(session, wish))
    query = select(BillLine.order_no).where(BillLine.business_on == day).distinct()
    return sorted(session.scalars(query))


def _facts(session: Session, orders: Sequence[str]) -> _Facts:
    payments: dict[str, list[Payment]] = defaultdict(list)
    lines: dict[tuple[str, str], list[BillLine]] = defaultdict(list)
    for chunk in chunks(orders):
        paid = select(Payment).where(
            Payment.order_no.in_(chunk), Payment.status == EntryStatus.SUCCESS
        )
        for payment in session.scalars(paid.order_by(Payment.paid_at, Payment.payment_no)):
            payments[payment.order_no].append(payment)
        bills = select(BillLine).where(BillLine.order_no.in_(chunk))
        for line in session.scalars(bills.order_by(BillLine.line_no, BillLine.paid_at)):
            lines[line.order_no, line.payee].append(line)
    return _Facts(
        payments=payments,
        lines=lines,
        names={one.code: one.name for one in catalog.organisations(session)},
        channels=channel_names(session),
    )


def _ready(order: str, payee: str, facts: _Facts, wish: Wish) -> Ready:
    lines, payments = facts.lines[order, payee], facts.payments[order]
    total = sum(line.amount_fen for line in lines)
    paper = Paper(
        kind=ReportKind.RECEIPT,
        title=_(N_("Receipt of payment")),
        unit=facts.names.get(payee, payee),
        language=wish.tongue,
        subject=order,
        period=f"{china_time(payments[0].paid_at):%Y-%m-%d}",
        blocks=(
            Fields(fields=tuple(_fields(order, lines, payments, facts)), beside=2),
            _table(lines, total),
        ),
        signatures=(
            signed(N_("Payee (seal)")),
            signed(N_("Cashier")),
            signed(N_("Checked by")),
        ),
        notes=(
            _(
                N_(
                    "Copy 1: counterfoil · copy 2: receipt for the payer · copy 3: for the books."
                    " This receipt is proof of payment and no tax invoice."
                )
            ),
        ),
        form=wish.sheet,
    )
    return Ready(subject=f"{order} {payee}", paper=paper)


def _fields(
    order: str, lines: Sequence[BillLine], payments: Sequence[Payment], facts: _Facts
) -> list[Field]:
    numbers = [payment.txn_no or payment.payment_no for payment in payments]
    found = [
        Field(name=_(N_("Payer")), value=joined(mask_name(line.customer) for line in lines)),
        Field(name=_(N_("Paid at")), value=f"{china_time(payments[0].paid_at):%Y-%m-%d %H:%M:%S}"),
        Field(name=_(N_("Household no.")), value=_few([line.household for line in lines])),
        Field(name=_(N_("Bill period")), value=_few([_period(line.period) for line in lines])),
        Field(name=_(N_("Order no.")), value=order),
        Field(name=_(N_("Channel serial no.")), value=_few(numbers)),
        Field(name=_(N_("Paid with")), value=_instruments(payments, facts), wide=True),
    ]
    whole = sum(payment.amount_fen for payment in payments)
    if whole != sum(line.amount_fen for line in lines):
        name = _(N_("Whole order"))
        found.append(Field(name=name, value=whole, look=Look.MONEY, wide=True))
    return found


def _instruments(payments: Sequence[Payment], facts: _Facts) -> str:
    said = []
    for payment in payments:
        channel = facts.channels.get(payment.channel, payment.channel)
        name = payment.instrument or channel
        full = name if name in channel or channel in name else f"{channel} {name}"
        said.append(f"{full} {money(payment.amount_fen, sign=True)}")
    return _(N_("; ")).join(said)


def _few(words: Sequence[str]) -> str:
    """Name a few, and say how many more there are: all of them stand in the table."""
    different = list(dict.fromkeys(words))
    if len(different) <= _SHOWN:
        return joined(different)
    more = _(N_("{words} and {count} more"))
    return more.format(words=joined(different[:_SHOWN]), count=len(different) - _SHOWN)


def _period(number: int) -> str:
    return f"{number // _MONTHS:04d}-{number % _MONTHS:02d}"


def _table(lines: Sequence[BillLine], total: int) -> Table:
    rows: list[Row] = [
        (
            line.household,
            _utility(line),
            _period(line.period),
            _principal(line),
            line.late_fee_fen or 0,
            line.amount_fen,
        )
        for line in lines
    ]
    words = _(N_("Total in capitals: {words}")).format(words=f"人民币{capitals(total)}")
    late = sum(line.late_fee_fen or 0 for line in lines)
    principal = sum(map(_principal, lines))
    return Table(
        name=_(N_("Bills")),
        columns=(
            Column(title=_(N_("Household no.")), width=16),
            Column(title=_(N_("Kind of charge")), width=12),
            Column(title=_(N_("Bill period")), width=10),
            Column(title=_(N_("Principal")), width=13, look=Look.MONEY),
            Column(title=_(N_("Late fee")), width=11, look=Look.MONEY),
            Column(title=_(N_("Paid")), width=13, look=Look.MONEY),
        ),
        rows=tuple(rows),
        totals=((words, None, None, principal, late, total),),
    )


def _utility(line: BillLine) -> str:
    name = label(line.utility)
    return f"{name} · {label(line.type)}" if line.type is EntryType.REFUND else name


def _principal(line: BillLine) -> int:
    """The bill without its late fee: as it was billed, else what was paid of it."""
    late = line.late_fee_fen or 0
    return line.amount_fen - late if line.receivable_fen is None else line.receivable_fen
