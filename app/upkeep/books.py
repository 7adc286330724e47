"""The books: vouchers, suspense, adjustments, and who approved them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.adjustments.ledger import suspense as suspended
from app.adjustments.model import (
    Adjustment,
    AdjustmentCase,
    SuspenseItem,
    SuspenseMove,
    Voucher,
    VoucherEntry,
    VoucherLine,
)
from app.adjustments.rules import (
    TEMPLATES,
    AdjustmentStatus,
    SuspenseState,
    VoucherKind,
    voucher_number,
)
from app.approval.model import ApprovalRequest, ApprovalVote
from app.approval.rules import Action, RequestState, Verdict
from app.base.i18n import ngettext
from app.discrepancies.model import Discrepancy
from app.discrepancies.rules import Resolution, Status
from app.upkeep.rules import CheckResult, nothing_but

_SHOWN = 9
_POSTED = (AdjustmentStatus.APPROVED, AdjustmentStatus.REVERSED)

_WITHOUT_VOUCHER = frozenset(one.kind for one in TEMPLATES if one.debit is None)
"""Kinds that book nothing: what is carried forward, and letters to the clearer."""

_Names = Select[str]


def vouchers(session: Session) -> CheckResult:
    """Vouchers balance, have numbers without gaps, and red ones mirror what they cancel."""
    sums = (
        select(
            VoucherLine.voucher_id.label("id"),
            func.sum(VoucherLine.debit_fen).label("debit"),
            func.sum(VoucherLine.credit_fen).label("credit"),
        )
        .group_by(VoucherLine.voucher_id)
        .subquery()
    )
    unequal = or_(
        sums.c.id.is_(None),
        sums.c.debit != sums.c.credit,
        sums.c.debit != Voucher.total_fen,
    )
    unbalanced: _Names = (
        select(Voucher.number).outerjoin(sums, sums.c.id == Voucher.id).where(unequal)
    )
    problems = [f"{number} ≠" for number in session.scalars(unbalanced.limit(_SHOWN))]
    problems += [*_headless(session), *_gaps(session), *_unlike(session)]
    count = session.execute(select(func.count()).select_from(Voucher)).scalar_one()
    detail = ngettext("{count} voucher", "{count} vouchers", count).format(count=count)
    return nothing_but(problems, detail)


def _headless(session: Session) -> Iterator[str]:
    """Lines and entries of vouchers that do not exist."""
    for part in (VoucherLine, VoucherEntry):
        query = (
            select(part.voucher_id)
            .outerjoin(Voucher, Voucher.id == part.voucher_id)
            .where(Voucher.id.is_(None))
            .distinct()
        )
        yield from (f"{id_} ∅" for id_ in session.scalars(query.limit(_SHOWN)))


def _gaps(session: Session) -> Iterator[str]:
    """Series of a payee and month that are not 1, 2, 3 and so on; numbers that say otherwise."""
    query = (
        select(
            Voucher.payee,
            Voucher.month,
            func.count(),
            func.min(Voucher.serial),
            func.max(Voucher.serial),
        )
        .group_by(Voucher.payee, Voucher.month)
        .order_by(Voucher.payee, Voucher.month)
    )
    for payee, month, count, first, last in session.execute(query):
        if (first, last) != (1, count):
            yield f"{voucher_number(payee, month, last)}: {count} ≠ {last}"
    rows = select(Voucher.payee, Voucher.month, Voucher.serial, Voucher.number, Voucher.business_on)
    for payee, month, serial, number, day in session.execute(rows):
        if number != voucher_number(payee, month, serial) or (day.year, day.month) != divmod(
            month, 100
        ):
            yield f"{number} №"


def _unlike(session: Session) -> Iterator[str]:
    """Red-letter vouchers whose lines are not those that they cancel, with the sign turned."""
    old, mirrored = aliased(VoucherLine), aliased(VoucherLine)
    same = and_(
        old.voucher_id == Voucher.reverses_id,
        old.line_no == mirrored.line_no,
        old.ledger_code == mirrored.ledger_code,
        old.account_no == mirrored.account_no,
        old.channel == mirrored.channel,
        old.debit_fen == -mirrored.debit_fen,
        old.credit_fen == -mirrored.credit_fen,
    )
    other: _Names = (
        select(Voucher.number)
        .join(mirrored, mirrored.voucher_id == Voucher.id)
        .outerjoin(old, same)
        .where(Voucher.reverses_id.is_not(None), old.voucher_id.is_(None))
        .distinct()
    )
    cancelled = aliased(Voucher)
    sums: _Names = (
        select(Voucher.number)
        .outerjoin(cancelled, cancelled.id == Voucher.reverses_id)
        .where(
            Voucher.reverses_id.is_not(None),
            or_(
                cancelled.id.is_(None),
                cancelled.total_fen != -Voucher.total_fen,
                cancelled.payee != Voucher.payee,
            ),
        )
    )
    for query in (other, sums):
        yield from (f"{number} ↔" for number in session.scalars(query.limit(_SHOWN)))


def suspense(session: Session) -> CheckResult:
    """The suspense accounts of each payee hold what its open items add up to."""
    problems = [
        f"{one.payee} {one.side.value}: {one.balance_fen} ≠ {one.items_fen}"
        for one in suspended(session)
        if one.balance_fen != one.items_fen
    ]
    taken = (
        select(SuspenseMove.item_id, func.sum(SuspenseMove.amount_fen).label("fen"))
        .join(Adjustment, Adjustment.id == SuspenseMove.adjustment_id)
        .where(SuspenseMove.live, Adjustment.status == AdjustmentStatus.APPROVED)
        .group_by(SuspenseMove.item_id)
        .subquery()
    )
    cleared = (
        select(SuspenseItem.id)
        .outerjoin(taken, taken.c.item_id == SuspenseItem.id)
        .where(
            SuspenseItem.state != SuspenseState.REVERSED,
            SuspenseItem.cleared_fen != func.coalesce(taken.c.fen, 0),
        )
    )
    problems += [f"{id_}: -" for id_ in session.scalars(cleared.limit(_SHOWN))]
    return nothing_but(problems)


def adjustments(session: Session) -> CheckResult:
    """Approved adjustments have the voucher that their kind needs, and settle what they say."""
    row, other = Adjustment, aliased(Voucher)
    done = select(row.number).where(row.status.in_(_POSTED))
    posted = select(row.number).join(other, other.id == row.voucher_id)
    queries: tuple[tuple[str, _Names], ...] = (
        ("∅", done.where(row.kind.not_in(_WITHOUT_VOUCHER), row.voucher_id.is_(None))),
        ("+", done.where(row.kind.in_(_WITHOUT_VOUCHER), row.voucher_id.is_not(None))),
        ("!", select(row.number).where(row.status.not_in(_POSTED), row.voucher_id.is_not(None))),
        (
            "≠",
            posted.where(
                or_(
                    other.total_fen != row.amount_fen,
                    other.source != row.number,
                    other.payee != row.payee,
                    other.business_on != row.business_on,
                    other.kind != VoucherKind.ADJUSTMENT,
                )
            ),
        ),
        ("↔", _unreversed()),
        ("2 ×", _twice()),
    )
    problems = [
        f"{name} {why}" for why, query in queries for name in session.scalars(query.limit(_SHOWN))
    ]
    problems += [f"{id_}: >" for id_ in session.scalars(_too_much().limit(_SHOWN))]
    return nothing_but([*problems, *_statuses(session)])


def _unreversed() -> _Names:
    """Reversed ones without their red-letter voucher, or the reverse."""
    red = aliased(Voucher)
    is_red = red.id.is_not(None)
    wanted = and_(
        Adjustment.status == AdjustmentStatus.REVERSED, Adjustment.voucher_id.is_not(None)
    )
    odd = case((wanted, 1), else_=0) != case((is_red, 1), else_=0)
    return (
        select(Adjustment.number)
        .outerjoin(red, red.reverses_id == Adjustment.voucher_id)
        .where(or_(odd, and_(is_red, red.id != Adjustment.reversal_id)))
    )


def _twice() -> _Names:
    """Vouchers of adjustments that no adjustment has, or that stand under one a second time."""
    return (
        select(Voucher.number)
        .outerjoin(Adjustment, Adjustment.voucher_id == Voucher.id)
        .where(Voucher.kind == VoucherKind.ADJUSTMENT, Adjustment.id.is_(None))
    )


def _too_much() -> Select[int]:
    """Discrepancies of which more is taken up than differs."""
    return (
        select(AdjustmentCase.discrepancy_id)
        .join(Discrepancy, Discrepancy.id == AdjustmentCase.discrepancy_id)
        .where(AdjustmentCase.live)
        .group_by(AdjustmentCase.discrepancy_id, Discrepancy.difference_fen)
        .having(func.sum(AdjustmentCase.share_fen) > func.abs(Discrepancy.difference_fen))
    )


def _statuses(session: Session) -> Iterator[str]:
    """Discrepancies whose status no adjustment gives them."""
    row = Discrepancy

    def live(*statuses: AdjustmentStatus) -> Select[int]:
        return (
            select(AdjustmentCase.discrepancy_id)
            .join(Adjustment, Adjustment.id == AdjustmentCase.adjustment_id)
            .where(AdjustmentCase.live, Adjustment.status.in_(statuses))
        )

    parked = select(SuspenseItem.discrepancy_id).where(SuspenseItem.state == SuspenseState.OPEN)
    by_people = row.resolution == Resolution.ADJUSTED
    odd = (
        and_(row.status == Status.SUBMITTED, row.id.not_in(live(AdjustmentStatus.SUBMITTED))),
        and_(row.status == Status.SUSPENDED, row.id.not_in(parked)),
        and_(row.status == Status.RESOLVED, by_people, row.id.in_(parked)),
        and_(
            or_(row.status.in_((Status.CARRIED, Status.SUSPENDED)), by_people),
            row.id.not_in(live(AdjustmentStatus.APPROVED)),
        ),
    )
    for condition in odd:
        query = select(row.id, row.status).where(condition).limit(_SHOWN)
        yield from (f"{id_}: {status.value}" for id_, status in session.execute(query))


def votes(session: Session) -> CheckResult:
    """Nobody approved his own work, and what was approved was agreed to by enough others."""
    vote, request = ApprovalVote, ApprovalRequest
    agreed = (
        select(vote.request_id.label("id"), func.count(vote.checker_id.distinct()).label("count"))
        .where(vote.verdict == Verdict.APPROVED)
        .group_by(vote.request_id)
        .subquery()
    )
    queries: tuple[tuple[str, Select[int]], ...] = (
        (
            "2",
            select(request.id)
            .join(vote, vote.request_id == request.id)
            .where(
                or_(
                    vote.checker_id == request.maker_id,
                    vote.checker_id == vote.maker_id,
                    vote.checker_name == request.maker_name,
                    vote.maker_id != request.maker_id,
                )
            ),
        ),
        (
            "≠",
            select(request.id)
            .join(vote, vote.request_id == request.id)
            .where(vote.digest != request.digest),
        ),
        (
            "<",
            select(request.id)
            .outerjoin(agreed, agreed.c.id == request.id)
            .where(
                request.state == RequestState.APPROVED,
                func.coalesce(agreed.c.count, 0) < request.needed,
            ),
        ),
    )
    problems = [
        f"{id_} {why}" for why, query in queries for id_ in session.scalars(query.limit(_SHOWN))
    ]
    return nothing_but([*problems, *_own_work(session)])


def _own_work(session: Session) -> Iterator[str]:
    """Adjustments that their maker checked, or that nobody's request stands behind."""
    row, request = Adjustment, ApprovalRequest
    asked = and_(
        request.object_type == "adjustment",
        request.object_key == row.number,
        request.action == Action.POST_ADJUSTMENT,
        request.state == RequestState.APPROVED,
    )
    own = select(row.number).where(
        or_(row.checker_id == row.maker_id, row.checker_name == row.maker_name)
    )
    unasked = (
        select(row.number)
        .outerjoin(request, asked)
        .where(row.status.in_(_POSTED), request.id.is_(None))
    )
    for why, query in (("2", own), ("∅", unasked)):
        yield from (f"{number} {why}" for number in session.scalars(query.limit(_SHOWN)))
