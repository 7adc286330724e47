"""Voucher (记账凭证): the lines of a posted voucher, on as many sheets as they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.adjustments.queries import LineView, VoucherFilter, VoucherView, vouchers
from app.adjustments.refusals import UnknownVoucher
from app.adjustments.rules import VoucherKind
from app.base.capitals import capitals
from app.base.i18n import N_, _
from app.catalog import queries as catalog
from app.reporting.paper import (
    Block,
    Break,
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
from app.reporting.papers.common import channel_names, day_wanted, signed
from app.reporting.rules import Format, PageForm, ReportKind
from app.reporting.wishes import Ready, Wish
from app.wording.labels import label

LINES = {PageForm.A4: 16, PageForm.HALF: 9, PageForm.THIRD: 4}
"""So many lines stand on one sheet of a form; further ones go on on the next part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """Names, and the vouchers that red ones cancel, by number."""

    payees: Mapping[str, str]
    channels: Mapping[str, str]
    cancelled: Mapping[str, VoucherView]


def voucher_papers(session: Session, wish: Wish) -> list[Ready]:
    """Return the vouchers named, or all of a day, by payee, month and number.

    Raises:
        UnknownVoucher: There is none with one of the numbers.
    """
    wanted = (
        VoucherFilter(numbers=wish.keys)
        if wish.keys
        else VoucherFilter(day=day_wanted(session, wish), payee=wish.organisation)
    )
    found = vouchers(session, wanted)
    known = {one.number for one in found}
    for number in wish.keys:
        if number not in known:
            raise UnknownVoucher(number=number)
    facts = _facts(session, found)
    return [Ready(subject=one.number, paper=_paper(one, facts, wish)) for one in found]


def account_name(line: LineView) -> str:
    """Return the ledger account of a line by its code and name."""
    return f"{line.code} {line.name}".strip()


def sub_account(line: LineView, channels: Mapping[str, str]) -> str:
    """Return the bank account and the channel that a line is about."""
    channel = channels.get(line.channel, line.channel) if line.channel else ""
    return " ".join(part for part in (line.account_no, channel) if part)


def _facts(session: Session, found: Sequence[VoucherView]) -> _Facts:
    numbers = tuple(one.reverses for one in found if one.reverses)
    cancelled = vouchers(session, VoucherFilter(numbers=numbers)) if numbers else []
    return _Facts(
        payees={one.code: one.name for one in catalog.organisations(session)},
        channels=channel_names(session),
        cancelled={one.number: one for one in cancelled},
    )


def _paper(one: VoucherView, facts: _Facts, wish: Wish) -> Paper:
    red = one.kind is VoucherKind.REVERSAL
    return Paper(
        kind=ReportKind.VOUCHER,
        title=_(N_("Accounting voucher (red letter)")) if red else _(N_("Accounting voucher")),
        unit=facts.payees.get(one.payee, one.payee),
        language=wish.tongue,
        subject=one.number,
        period=one.business_on.isoformat(),
        blocks=tuple(_blocks(one, facts, wish)),
        signatures=_signatures(one),
        form=wish.sheet,
    )


def _blocks(one: VoucherView, facts: _Facts, wish: Wish) -> list[Block]:
    """Each part with its head; totals, capitals and what is cancelled stand on the last one."""
    most = LINES[wish.sheet] if wish.format is Format.PDF else len(one.lines)
    parts = [one.lines[start : start + most] for start in range(0, len(one.lines), most)]
    blocks: list[Block] = []
    for number, lines in enumerate(parts, 1):
        if number > 1:
            blocks.append(Break())
        part = f"{number}/{len(parts)}" if len(parts) > 1 else ""
        last = number == len(parts)
        least = most if wish.format is Format.PDF else 0
        blocks += [_head(one, part), _table(one, lines, facts, least=least, ends=last)]
    cancels = _cancelling(one, facts)
    if cancels:
        blocks.append(Text(text=cancels, weight=Weight.STRONG))
    return blocks


def _head(one: VoucherView, part: str) -> Fields:
    word = _(N_("Entry-{serial}")).format(serial=f"{one.serial:04d}")
    return Fields(
        fields=(
            Field(name=_(N_("Word and no.")), value=f"{word} {part}".strip(), strong=True),
            Field(name=_(N_("Date")), value=one.business_on.isoformat(), look=Look.DAY),
            Field(name=_(N_("Attachments")), value=one.attachments, look=Look.COUNT),
            Field(name=_(N_("Voucher no.")), value=one.number),
            Field(name=_(N_("Kind")), value=label(one.kind)),
            Field(name=_(N_("Made from")), value=one.source),
        ),
        beside=3,
    )


def _table(
    one: VoucherView, lines: Sequence[LineView], facts: _Facts, *, least: int, ends: bool
) -> Table:
    rows: list[Row] = [
        (
            _summary(line, one),
            account_name(line),
            sub_account(line, facts.channels),
            line.debit_fen or None,
            line.credit_fen or None,
        )
        for line in lines
    ]
    words = _(N_("Total in capitals: {words}")).format(words=f"人民币{capitals(one.total_fen)}")
    credit = sum(line.credit_fen for line in one.lines)
    return Table(
        name=_(N_("Lines")),
        columns=(
            Column(title=_(N_("Summary")), width=26),
            Column(title=_(N_("Ledger account")), width=22),
            Column(title=_(N_("Sub-account")), width=22),
            Column(title=_(N_("Debit")), width=16, look=Look.MONEY),
            Column(title=_(N_("Credit")), width=16, look=Look.MONEY),
        ),
        rows=tuple(rows),
        totals=((words, None, None, one.total_fen, credit),) if ends else (),
        least=least,
    )


def _summary(line: LineView, one: VoucherView) -> str:
    """What a line is about, without the bank account that stands in a line of its own."""
    text = line.summary
    for account in {other.account_no for other in one.lines if other.account_no}:
        text = text.replace(account, "")
    return text.strip() or line.summary


def _cancelling(one: VoucherView, facts: _Facts) -> str:
    """What a red voucher cancels, and by which one a voucher was cancelled."""
    if one.reverses:
        text = _(N_("Cancels the voucher no. {serial} of {month}-{day} ({number})."))
        other = facts.cancelled[one.reverses]
        return text.format(
            serial=f"{other.serial:04d}",
            month=f"{other.business_on:%m}",
            day=f"{other.business_on:%d}",
            number=other.number,
        )
    if one.reversed_by:
        return _(N_("Cancelled by the voucher {number}.")).format(number=one.reversed_by)
    return ""


def _signatures(one: VoucherView) -> tuple[Signature, ...]:
    """A checker acts when the voucher is posted; who prepared it did so before."""
    return (
        signed(N_("Accounting head")),
        signed(N_("Booked by")),
        signed(N_("Checked by"), one.checker_name, one.posted_at if one.checker_name else None),
        signed(N_("Cashier")),
        signed(N_("Prepared by"), one.maker_name),
    )
