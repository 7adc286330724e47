"""Adjustment slip (差异调整单): what differs, what is done about it, and what that books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adjustments.attachments import attachments
from app.adjustments.model import AdjustmentCase
from app.adjustments.queries import (
    AdjustmentDetail,
    AdjustmentFilter,
    adjustment,
    adjustments,
    reasons,
)
from app.adjustments.refusals import UnknownAdjustment
from app.adjustments.rules import AdjustmentStatus
from app.adjustments.service import OBJECT
from app.approval.queries import requests_about
from app.approval.rules import RequestState, Verdict
from app.base.capitals import capitals
from app.base.i18n import N_, _
from app.catalog import queries as catalog
from app.reporting.paper import Block, Column, Field, Fields, Look, Paper, Signature, Table
from app.reporting.papers.common import NOTHING, channel_names, day_wanted, joined, moment, signed
from app.reporting.papers.voucher import account_name, sub_account
from app.reporting.rules import ReportKind
from app.reporting.wishes import Ready, Wish
from app.wording.labels import label

_WAITING = (AdjustmentStatus.DRAFT, AdjustmentStatus.SUBMITTED, AdjustmentStatus.RETURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """Names by code; shares in fen by discrepancy, files and checkers of one adjustment."""

    payees: Mapping[str, str]
    channels: Mapping[str, str]
    reasons: Mapping[str, str]
    shares: Mapping[int, int]
    files: Sequence[str]
    checkers: Sequence[Signature]


def adjustment_papers(session: Session, wish: Wish) -> list[Ready]:
    """Return the slips of the adjustments named, or of all that count on a day, by number.

    Raises:
        UnknownAdjustment: There is none with one of the numbers.
    """
    numbers = list(wish.keys) or _of_day(session, wish)
    ready = []
    for number in numbers:
        found = adjustment(session, number)
        if found is None:
            raise UnknownAdjustment(number=number)
        ready.append(Ready(subject=number, paper=_paper(session, found, wish)))
    return ready


def _of_day(session: Session, wish: Wish) -> list[str]:
    wanted = AdjustmentFilter(day=day_wanted(session, wish), payee=wish.organisation)
    return sorted(one.number for one in adjustments(session, wanted))


def _paper(session: Session, one: AdjustmentDetail, wish: Wish) -> Paper:
    view, facts = one.view, _facts(session, one)
    blocks: list[Block] = [_head(one, facts)]
    if one.cases:
        blocks.append(_cases(one, facts))
    if one.items:
        blocks.append(_items(one, facts))
    if one.lines or view.status in _WAITING:
        blocks.append(_lines(one, facts))
    blocks.append(_sums(one))
    return Paper(
        kind=ReportKind.ADJUSTMENT,
        title=_(N_("Adjustment slip")),
        unit=facts.payees.get(view.payee, view.payee),
        language=wish.tongue,
        subject=view.number,
        period=view.business_on.isoformat(),
        blocks=tuple(blocks),
        signatures=(
            signed(N_("Prepared by"), view.maker_name, view.made_at),
            *(facts.checkers or (signed(N_("Checked by")),)),
            signed(N_("Booked by")),
            signed(N_("Supervisor")),
        ),
        notes=_notes(one, facts),
        landscape=True,
        form=wish.sheet,
    )


def _facts(session: Session, one: AdjustmentDetail) -> _Facts:
    cases = select(AdjustmentCase).where(AdjustmentCase.adjustment_id == one.view.id)
    return _Facts(
        payees={row.code: row.name for row in catalog.organisations(session)},
        channels=channel_names(session),
        reasons={row.code: row.name for row in reasons(session, active=False)},
        shares={row.discrepancy_id: row.share_fen for row in session.scalars(cases)},
        files=[file.name for file in attachments(session, one.view.number)],
        checkers=_checkers(session, one.view.number),
    )


def _checkers(session: Session, number: str) -> tuple[Signature, ...]:
    """Those who approved it, of an amount above the limit two."""
    for request in requests_about(session, OBJECT, number):
        if request.state is RequestState.APPROVED:
            return tuple(
                signed(N_("Checked by"), vote.checker_name, vote.at)
                for vote in request.votes
                if vote.verdict is Verdict.APPROVED
            )
    return ()


def _head(one: AdjustmentDetail, facts: _Facts) -> Fields:
    view = one.view
    channel = facts.channels.get(view.channel, view.channel)
    claimant = facts.payees.get(view.claimant, view.claimant) or view.household
    reason = facts.reasons.get(view.reason_code or "", "")
    found = [
        Field(name=_(N_("Adjustment no.")), value=view.number, strong=True),
        Field(name=_(N_("Kind")), value=label(view.kind), strong=True),
        Field(name=_(N_("Status")), value=label(view.status)),
        Field(name=_(N_("Business date")), value=view.business_on.isoformat(), look=Look.DAY),
        Field(name=_(N_("Made at")), value=moment(view.made_at)),
        Field(name=_(N_("Approved at")), value=moment(view.checked_at) or NOTHING),
        Field(name=_(N_("Bank account")), value=view.account_no or NOTHING),
        Field(name=_(N_("Channel")), value=channel or NOTHING),
        Field(name=_(N_("Voucher no.")), value=joined([view.voucher, view.reversal])),
    ]
    for name, value in (
        (N_("Claimed by"), claimant),
        (N_("Original payment"), view.original_payment_no),
        (N_("Letter no."), view.letter_no),
    ):
        if value:
            found.append(Field(name=_(name), value=value))
    said = ": ".join(part for part in (reason, view.reason) if part)
    found.append(Field(name=_(N_("Reason")), value=said or NOTHING, wide=True))
    if view.end_reason:
        found.append(Field(name=_(N_("Ended because")), value=view.end_reason, wide=True))
    return Fields(fields=tuple(found), beside=3)


def _cases(one: AdjustmentDetail, facts: _Facts) -> Table:
    rows = [
        (
            str(case.id),
            label(case.task),
            label(case.kind),
            case.business_on.isoformat(),
            case.ours_key or NOTHING,
            case.theirs_key or NOTHING,
            case.ours.amount_fen if case.ours else None,
            case.theirs.amount_fen if case.theirs else None,
            case.difference_fen,
            facts.shares[case.id],
        )
        for case in one.cases
    ]
    return Table(
        name=_(N_("Discrepancies")),
        is_titled=True,
        columns=(
            Column(title=_(N_("No.")), width=6),
            Column(title=_(N_("Task")), width=10),
            Column(title=_(N_("Kind")), width=12),
            Column(title=_(N_("Business date")), width=10, look=Look.DAY),
            Column(title=_(N_("Our no.")), width=18),
            Column(title=_(N_("Their no.")), width=18),
            Column(title=_(N_("Our amount")), width=12, look=Look.MONEY),
            Column(title=_(N_("Their amount")), width=12, look=Look.MONEY),
            Column(title=_(N_("Difference")), width=12, look=Look.MONEY),
            Column(title=_(N_("Of it adjusted")), width=12, look=Look.MONEY),
        ),
        rows=tuple(rows),
        totals=(
            (
                _(N_("Total")),
                *(None,) * 7,
                sum(case.difference_fen for case in one.cases),
                sum(facts.shares.values()),
            ),
        ),
    )


def _items(one: AdjustmentDetail, facts: _Facts) -> Table:
    rows = [
        (
            str(item.id),
            label(item.side),
            item.opened_on.isoformat(),
            item.adjustment,
            item.account_no or facts.channels.get(item.channel, item.channel) or NOTHING,
            item.amount_fen,
            item.cleared_fen,
            item.open_fen,
        )
        for item in one.items
    ]
    return Table(
        name=_(N_("Money in suspense")),
        is_titled=True,
        columns=(
            Column(title=_(N_("No.")), width=6),
            Column(title=_(N_("Side")), width=16),
            Column(title=_(N_("Parked on")), width=10, look=Look.DAY),
            Column(title=_(N_("Parked by")), width=16),
            Column(title=_(N_("Account or channel")), width=22),
            Column(title=_(N_("Parked")), width=13, look=Look.MONEY),
            Column(title=_(N_("Cleared")), width=13, look=Look.MONEY),
            Column(title=_(N_("Still open")), width=13, look=Look.MONEY),
        ),
        rows=tuple(rows),
        totals=(
            (
                _(N_("Total")),
                *(None,) * 4,
                sum(item.amount_fen for item in one.items),
                sum(item.cleared_fen for item in one.items),
                sum(item.open_fen for item in one.items),
            ),
        ),
    )


def _lines(one: AdjustmentDetail, facts: _Facts) -> Table:
    """The lines that were posted, or those that would be."""
    rows = [
        (
            line.summary,
            account_name(line),
            sub_account(line, facts.channels),
            line.debit_fen or None,
            line.credit_fen or None,
        )
        for line in one.lines
    ]
    name = N_("Voucher lines") if one.view.voucher else N_("Voucher lines when it is approved")
    return Table(
        name=_(name),
        is_titled=True,
        columns=(
            Column(title=_(N_("Summary")), width=34),
            Column(title=_(N_("Ledger account")), width=26),
            Column(title=_(N_("Sub-account")), width=26),
            Column(title=_(N_("Debit")), width=16, look=Look.MONEY),
            Column(title=_(N_("Credit")), width=16, look=Look.MONEY),
        ),
        rows=tuple(rows),
        totals=(
            (
                _(N_("Total")),
                *(None, None),
                sum(line.debit_fen for line in one.lines),
                sum(line.credit_fen for line in one.lines),
            ),
        ),
    )


def _sums(one: AdjustmentDetail) -> Fields:
    fen = one.view.amount_fen
    return Fields(
        fields=(
            Field(name=_(N_("Adjusted")), value=fen, look=Look.MONEY, strong=True),
            Field(name=_(N_("In capitals")), value=f"人民币{capitals(fen)}", strong=True),
        ),
        beside=2,
    )


def _notes(one: AdjustmentDetail, facts: _Facts) -> tuple[str, ...]:
    said = []
    if facts.files:
        text = _(N_("Attachments ({count}): {names}"))
        said.append(text.format(count=len(facts.files), names=joined(facts.files)))
    if one.trouble and one.view.status in _WAITING:
        said.append(_(N_("It cannot be approved as it stands: {why}")).format(why=one.trouble))
    return tuple(said)
