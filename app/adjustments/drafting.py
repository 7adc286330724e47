"""What an adjustment would be: its parts, its day and its voucher, before anything is written.

The window shows this while somebody drafts; the services write what stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.adjustments.model import Adjustment, ReasonCode
from app.adjustments.posting import Line, with_codes
from app.adjustments.refusals import (
    AdjustmentLimit,
    AllTakenUp,
    AmountForOne,
    AmountNeeded,
    ClaimantNeeded,
    DoesNotFit,
    ItemDoesNotFit,
    NotAdjustable,
    NothingToAdjust,
    OriginalNeeded,
    RefundTooLarge,
    SeveralPayees,
    SmallLimit,
    TooLarge,
    UnknownOriginal,
    UnknownPayee,
    UnknownReason,
    WhyAdjusted,
)
from app.adjustments.rules import (
    SUSPENSE_PURPOSE,
    SUSPENSE_TEMPLATES,
    AdjustmentKind,
    AdjustmentStatus,
    Effect,
    SuspenseSide,
    SuspenseState,
    SuspenseTemplate,
    Template,
    fitting,
    template_for,
)
from app.adjustments.subjects import Parked, Subject, book_day, default_payee, parked, subjects
from app.base.dates import day_of
from app.base.i18n import member_name
from app.base.money import yuan
from app.catalog.queries import accounts, organisations, setting
from app.catalog.rules import Purpose, SettingName
from app.discrepancies.queries import as_of
from app.discrepancies.rules import ADJUSTABLE, Status
from app.records.model import Payment
from app.records.rules import EntryStatus, EntryType

LONGEST_REASON = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants done, about discrepancies or about items in suspense.

    `amount_fen` is above zero, or None for all that is left. `payee` is in whose book it stands,
    "" where the entries tell; `household` or `claimant` is who claims money in suspense.
    """

    kind: AdjustmentKind
    reason: str = ""
    discrepancy_ids: tuple[int, ...] = ()
    item_ids: tuple[int, ...] = ()
    amount_fen: int | None = None
    payee: str = ""
    household: str = ""
    claimant: str = ""
    original_payment_no: str = ""
    reason_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of a discrepancy's difference, or of an item in suspense, is taken up, in fen."""

    id: int
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An adjustment as it would be written; without lines it has no voucher."""

    kind: AdjustmentKind
    effect: Effect
    payee: str
    account_no: str
    channel: str
    business_on: date
    amount_fen: int
    cases: tuple[Share, ...]
    moves: tuple[Share, ...]
    lines: tuple[Line, ...]


def plan(session: Session, *, draft: Draft, lock: bool = False, own: int = 0) -> Plan:
    """Return what a draft would become; `own` is the adjustment that was made of it already.

    Raises:
        NothingToAdjust: It is about nothing.
        DoesNotFit: The kind is not for one of the differences.
        NotAdjustable: One of them is settled or waits for approval.
        AllTakenUp: Nothing of one of them is left.
        TooLarge: The amount is more than is left.
        SeveralPayees: They belong to several payees.
        SmallLimit: The difference is too large to be written off as small.
        AdjustmentLimit: The amount is above the limit.
    """
    if bool(draft.discrepancy_ids) == bool(draft.item_ids):
        raise NothingToAdjust
    if draft.amount_fen is not None and draft.amount_fen <= 0:
        raise AmountNeeded
    if draft.item_ids:
        made = _of_items(session, draft, parked(session, draft.item_ids, lock=lock, own=own))
    else:
        found = subjects(session, draft.discrepancy_ids, lock=lock, own=own)
        made = _of_cases(session, draft, found)
    _require_limits(session, made)
    return made


def require_whole(session: Session, *, draft: Draft, made: Plan) -> None:
    """Return if a draft has all that it needs to be submitted; `made` is what it would become.

    Raises:
        WhyAdjusted: It has no reason.
        UnknownReason: There is no such reason.
        OriginalNeeded: A refund does not name the original payment.
        UnknownOriginal: There is no such payment.
        ClaimantNeeded: A claim does not say whose the money is.
    """
    if not draft.reason.strip() or len(draft.reason) > LONGEST_REASON:
        raise WhyAdjusted
    if draft.reason_code:
        row = session.get(ReasonCode, draft.reason_code)
        if row is None or not row.active or draft.kind.value not in (row.kinds or draft.kind.value):
            raise UnknownReason(code=draft.reason_code)
    if draft.kind is AdjustmentKind.REFUND:
        _require_original(session, draft, abs(made.amount_fen))


def _of_cases(session: Session, draft: Draft, found: Sequence[Subject]) -> Plan:
    if draft.amount_fen is not None and len(found) > 1:
        raise AmountForOne
    chosen = [(one, _template(draft, one)) for one in found]
    shares = {one.row.id: _share(draft, one, template) for one, template in chosen}
    payee = _payee(session, draft, {one.payee for one in found if one.payee})
    account = _only(one.account_no for one in found)
    lines = _case_lines(session, payee, chosen, shares)
    return Plan(
        kind=draft.kind,
        effect=chosen[0][1].effect,
        payee=payee,
        account_no=account,
        channel=_only(one.channel for one in found),
        business_on=book_day(session, [day_of(one.row.business_on) for one in found]),
        amount_fen=sum(_amount(one, template, shares[one.row.id]) for one, template in chosen),
        cases=tuple(Share(id=one.row.id, fen=shares[one.row.id]) for one in found),
        moves=(),
        lines=tuple(lines),
    )


def _template(draft: Draft, one: Subject) -> Template:
    row = one.row
    # One that waits for approval may have a part left that another adjustment takes up.
    waits = row.status is Status.SUBMITTED and (one.own or one.left_fen > 0)
    if row.status not in ADJUSTABLE and not waits:
        raise NotAdjustable(id=row.id, status=row.status)
    template = template_for(draft.kind, row.task, row.kind, row.difference_fen)
    if template is None:
        raise DoesNotFit(
            kind=draft.kind,
            id=row.id,
            differs=row.kind,
            fen=yuan(row.difference_fen),
            fitting="、".join(
                member_name(kind) for kind in fitting(row.task, row.kind, row.difference_fen)
            )
            or "–",
        )
    return template


def _share(draft: Draft, one: Subject, template: Template) -> int:
    """How much of a difference is taken up; to carry it forward takes up nothing."""
    left = one.left_fen
    if template.debit is None:
        return 0
    if left <= 0:
        raise AllTakenUp(id=one.row.id)
    if draft.amount_fen is None:
        return left
    if draft.amount_fen > left:
        raise TooLarge(wanted=yuan(draft.amount_fen), most=yuan(left))
    return draft.amount_fen


def _amount(one: Subject, template: Template, share: int) -> int:
    """What the adjustment is about: what it books, or what is carried forward."""
    return one.left_fen if template.debit is None else _signed(one, template, share)


def _signed(one: Subject, template: Template, share: int) -> int:
    """What is booked: the share with the sign of the difference as the template turns it."""
    return share * template.sign * (1 if one.row.difference_fen >= 0 else -1)


def _case_lines(
    session: Session,
    payee: str,
    chosen: Sequence[tuple[Subject, Template]],
    shares: Mapping[int, int],
) -> list[Line]:
    sums: dict[tuple[Purpose, Purpose, str, str, bool], int] = {}
    for one, template in chosen:
        if template.debit is None or template.credit is None:
            continue
        fen = _signed(one, template, shares[one.row.id])
        account = one.account_no or _account(session, payee)
        key = (template.debit, template.credit, account, one.channel, fen > 0)
        sums[key] = sums.get(key, 0) + fen
    lines: list[Line] = []
    for (debit, credit, account, channel, _red), fen in sums.items():
        lines += _pair(debit, credit, fen, account, channel)
    return with_codes(session, lines)


def _of_items(session: Session, draft: Draft, found: Sequence[Parked]) -> Plan:
    if draft.amount_fen is not None and len(found) > 1:
        raise AmountForOne
    shares = {one.row.id: _part(draft, one) for one in found}
    payee = _payee(session, draft, {one.row.payee for one in found})
    lines: list[Line] = []
    for one in found:
        template = _item_template(draft, one)
        own = SUSPENSE_PURPOSE[one.row.side]
        payable = one.row.side is SuspenseSide.PAYABLE
        debit, credit = (own, template.other) if payable else (template.other, own)
        account = one.row.account_no or _account(session, payee)
        lines += _pair(debit, credit, shares[one.row.id], account, one.row.channel)
    return Plan(
        kind=draft.kind,
        effect=Effect.RESOLVE,
        payee=payee,
        account_no=_only(one.row.account_no for one in found),
        channel=_only(one.row.channel for one in found),
        business_on=book_day(session, [one.row.opened_on for one in found] + _latest(session)),
        amount_fen=sum(shares.values()),
        cases=(),
        moves=tuple(Share(id=one.row.id, fen=shares[one.row.id]) for one in found),
        lines=tuple(with_codes(session, lines)),
    )


def _part(draft: Draft, one: Parked) -> int:
    if one.row.state is not SuspenseState.OPEN or one.left_fen <= 0:
        raise TooLarge(wanted=yuan(draft.amount_fen or one.row.amount_fen), most=yuan(0))
    if draft.amount_fen is None:
        return one.left_fen
    if draft.amount_fen > one.left_fen:
        raise TooLarge(wanted=yuan(draft.amount_fen), most=yuan(one.left_fen))
    return draft.amount_fen


def _item_template(draft: Draft, one: Parked) -> SuspenseTemplate:
    fits = [
        template
        for template in SUSPENSE_TEMPLATES
        if template.kind is draft.kind and template.side is one.row.side
    ]
    if not fits:
        raise ItemDoesNotFit(kind=draft.kind, id=one.row.id)
    if draft.household:
        fits = [template for template in fits if template.to_household] or fits
    elif draft.claimant:
        fits = [template for template in fits if template.to_payee] or fits
    elif all(template.to_household or template.to_payee for template in fits):
        raise ClaimantNeeded
    return fits[0]


def _pair(debit: Purpose, credit: Purpose, fen: int, account: str, channel: str) -> list[Line]:
    return [
        replace(_on(debit, account, channel), debit_fen=fen),
        replace(_on(credit, account, channel), credit_fen=fen),
    ]


def _on(purpose: Purpose, account: str, channel: str) -> Line:
    """A line on a ledger account with the sub-account that it has: a bank account or a channel."""
    return Line(
        purpose=purpose,
        account_no=account if purpose is Purpose.BANK else "",
        channel=channel if purpose is Purpose.CHANNEL_RECEIVABLE else "",
    )


def _payee(session: Session, draft: Draft, named: set[str]) -> str:
    if draft.payee:
        if draft.payee not in {one.code for one in organisations(session)}:
            raise UnknownPayee(code=draft.payee)
        return draft.payee
    if len(named) > 1:
        raise SeveralPayees(payees="、".join(sorted(named)))
    return named.pop() if named else default_payee(session)


def _account(session: Session, payee: str) -> str:
    """The designated account of a payee."""
    own = [one.account_no for one in accounts(session) if one.organisation == payee]
    return own[0] if own else ""


def _latest(session: Session) -> list[date]:
    """The day on which people work now: what leaves suspense is booked there."""
    day = as_of(session)
    return [] if day is None else [day]


def _only(values: Iterable[str]) -> str:
    found = set(values)
    return found.pop() if len(found) == 1 else ""


def _require_limits(session: Session, made: Plan) -> None:
    size = abs(made.amount_fen)
    if made.kind is AdjustmentKind.SMALL_DIFFERENCE:
        limit = setting(session, SettingName.SMALL_DIFFERENCE_LIMIT_FEN)
        largest = max((one.fen for one in (*made.cases, *made.moves)), default=0)
        if largest > limit:
            raise SmallLimit(fen=yuan(largest), limit=yuan(limit))
    limit = setting(session, SettingName.ADJUSTMENT_LIMIT_FEN)
    if made.lines and size > limit:
        raise AdjustmentLimit(fen=yuan(size), limit=yuan(limit))


def _require_original(session: Session, draft: Draft, fen: int) -> None:
    if not draft.original_payment_no:
        raise OriginalNeeded
    paid = session.scalars(
        select(Payment.amount_fen).where(
            Payment.payment_no == draft.original_payment_no,
            Payment.type == EntryType.PAY,
            Payment.status == EntryStatus.SUCCESS,
        )
    ).first()
    if paid is None:
        raise UnknownOriginal(payment=draft.original_payment_no)
    refunded = session.scalars(
        select(func.coalesce(func.sum(Adjustment.amount_fen), 0)).where(
            Adjustment.kind == AdjustmentKind.REFUND,
            Adjustment.original_payment_no == draft.original_payment_no,
            Adjustment.status.in_((AdjustmentStatus.SUBMITTED, AdjustmentStatus.APPROVED)),
        )
    ).one()
    if fen + abs(int(refunded)) > paid:
        raise RefundTooLarge(payment=draft.original_payment_no, paid=yuan(paid))
