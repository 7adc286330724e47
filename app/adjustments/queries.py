"""Reading adjustments, vouchers and suspense."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.adjustments.drafting import plan
from app.adjustments.model import (
    Adjustment,
    AdjustmentCase,
    ReasonCode,
    SuspenseItem,
    SuspenseMove,
    Voucher,
    VoucherLine,
)
from app.adjustments.posting import Line
from app.adjustments.rules import (
    AdjustmentKind,
    AdjustmentStatus,
    SuspenseSide,
    SuspenseState,
    VoucherKind,
)
from app.adjustments.seeing import digest, draft_of
from app.base.errors import UserError
from app.calendar.queries import working_calendar
from app.catalog.model import LedgerAccount
from app.discrepancies.queries import DiscrepancyFilter, DiscrepancyView, as_of, discrepancies

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentFilter:
    """Which adjustments to list; what is None or empty does not limit."""

    statuses: frozenset[AdjustmentStatus] = frozenset()
    kinds: frozenset[AdjustmentKind] = frozenset()
    day: date | None = None
    payee: str = ""
    maker: str = ""
    numbers: tuple[str, ...] = ()
    discrepancy_id: int = 0
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentView:
    """An adjustment as a list shows it; vouchers by their numbers, "" without one."""

    id: int
    number: str
    kind: AdjustmentKind
    status: AdjustmentStatus
    payee: str
    business_on: date
    amount_fen: int
    account_no: str
    channel: str
    household: str
    claimant: str
    original_payment_no: str
    letter_no: str
    reason_code: str | None
    reason: str
    maker_id: int
    maker_name: str
    made_at: datetime
    checker_name: str
    checked_at: datetime | None
    end_reason: str
    version: int
    voucher: str
    reversal: str
    discrepancy_ids: tuple[int, ...]
    item_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentDetail:
    """Everything a checker needs on one screen.

    `lines` are those of its voucher, or of the voucher that it would post; `digest` is the
    fingerprint of what is shown; `trouble` says why it could not be approved now, "" if it could.
    """

    view: AdjustmentView
    cases: tuple[DiscrepancyView, ...]
    items: tuple[ItemView, ...]
    lines: tuple[LineView, ...]
    digest: str
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line of a voucher with the name of its ledger account."""

    code: str
    name: str
    account_no: str
    channel: str
    debit_fen: int
    credit_fen: int
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherView:
    """A posted voucher; `reverses` and `reversed_by` are numbers, "" where there is none."""

    id: int
    payee: str
    month: int
    serial: int
    number: str
    kind: VoucherKind
    business_on: date
    summary: str
    total_fen: int
    source: str
    attachments: int
    maker_name: str
    checker_name: str
    posted_at: datetime
    reverses: str
    reversed_by: str
    lines: tuple[LineView, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherFilter:
    """Which vouchers to list; what is None or empty does not limit; days are business days."""

    payee: str = ""
    month: int = 0
    day: date | None = None
    first: date | None = None
    last: date | None = None
    kinds: frozenset[VoucherKind] = frozenset()
    numbers: tuple[str, ...] = ()
    source: str = ""
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """An item in suspense; the age is in working days as of the last run."""

    id: int
    side: SuspenseSide
    state: SuspenseState
    payee: str
    account_no: str
    channel: str
    opened_on: date
    amount_fen: int
    cleared_fen: int
    discrepancy_id: int
    adjustment: str
    owner: str
    age_days: int
    version: int

    @property
    def open_fen(self) -> int:
        """What still waits to be cleared up."""
        return self.amount_fen - self.cleared_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonView:
    """A reason to choose; with no kinds it is for all."""

    code: str
    name: str
    kinds: tuple[AdjustmentKind, ...]
    active: bool


def adjustments(session: Session, wanted: AdjustmentFilter) -> list[AdjustmentView]:
    """Return adjustments, the latest first."""
    rows = list(session.scalars(_adjustments(wanted)))
    ids = [row.id for row in rows]
    cases = _parts(session, AdjustmentCase.adjustment_id, AdjustmentCase.discrepancy_id, ids)
    moves = _parts(session, SuspenseMove.adjustment_id, SuspenseMove.item_id, ids)
    numbers = _numbers(
        session, [row.voucher_id for row in rows] + [row.reversal_id for row in rows]
    )
    same = [
        name
        for name in AdjustmentView.__slots__
        if name not in {"voucher", "reversal", "discrepancy_ids", "item_ids"}
    ]
    return [
        AdjustmentView(
            voucher=numbers.get(row.voucher_id, ""),
            reversal=numbers.get(row.reversal_id, ""),
            discrepancy_ids=tuple(cases.get(row.id, ())),
            item_ids=tuple(moves.get(row.id, ())),
            **{name: getattr(row, name) for name in same},
        )
        for row in rows
    ]


def adjustment(session: Session, number: str) -> AdjustmentDetail | None:
    """Return all about one adjustment, or None where there is none."""
    found = adjustments(session, AdjustmentFilter(numbers=(number,)))
    if not found:
        return None
    view = found[0]
    row = session.get(Adjustment, view.id)
    assert row is not None
    cases: Sequence[DiscrepancyView] = ()
    if view.discrepancy_ids:
        cases = discrepancies(session, DiscrepancyFilter(ids=view.discrepancy_ids))
    shown, lines, trouble = _shown_lines(session, row)
    return AdjustmentDetail(
        view=view,
        cases=tuple(cases),
        items=tuple(items(session, ids=view.item_ids)) if view.item_ids else (),
        lines=shown,
        digest=digest(session, row, lines),
        trouble=trouble,
    )


def vouchers(session: Session, wanted: VoucherFilter) -> list[VoucherView]:
    """Return vouchers with their lines by payee, month and number."""
    rows = list(session.scalars(_vouchers(wanted)))
    ids = [row.id for row in rows]
    lines = _voucher_lines(session, ids)
    numbers = _numbers(session, [row.reverses_id for row in rows])
    red = _red(session, ids)
    same = [
        name for name in VoucherView.__slots__ if name not in {"reverses", "reversed_by", "lines"}
    ]
    return [
        VoucherView(
            reverses=numbers.get(row.reverses_id, ""),
            reversed_by=red.get(row.id, ""),
            lines=tuple(lines.get(row.id, ())),
            **{name: getattr(row, name) for name in same},
        )
        for row in rows
    ]


def items(
    session: Session,
    *,
    states: Collection[SuspenseState] = (),
    payee: str = "",
    discrepancy_id: int = 0,
    ids: Collection[int] = (),
) -> list[ItemView]:
    """Return items in suspense, the oldest first."""
    query = (
        select(SuspenseItem, Adjustment.number)
        .join(Adjustment, Adjustment.id == SuspenseItem.adjustment_id)
        .order_by(SuspenseItem.opened_on, SuspenseItem.id)
    )
    if states:
        query = query.where(SuspenseItem.state.in_(states))
    if payee:
        query = query.where(SuspenseItem.payee == payee)
    if discrepancy_id:
        query = query.where(SuspenseItem.discrepancy_id == discrepancy_id)
    if ids:
        query = query.where(SuspenseItem.id.in_(ids))
    calendar, today = working_calendar(session), as_of(session)
    same = [name for name in ItemView.__slots__ if name not in {"adjustment", "age_days"}]
    return [
        ItemView(
            adjustment=number,
            age_days=calendar.working_days_between(row.opened_on, today) if today else 0,
            **{name: getattr(row, name) for name in same},
        )
        for row, number in session.execute(query)
    ]


def reasons(session: Session, *, active: bool = True) -> list[ReasonView]:
    """Return the reasons to choose from, or all of them."""
    query = select(ReasonCode).order_by(ReasonCode.code)
    if active:
        query = query.where(ReasonCode.active)
    return [
        ReasonView(
            code=row.code,
            name=row.name,
            kinds=tuple(AdjustmentKind(kind) for kind in row.kinds.split()),
            active=row.active,
        )
        for row in session.scalars(query)
    ]


def named_lines(session: Session, lines: Sequence[Line]) -> tuple[LineView, ...]:
    """Return lines that are not posted yet with the names of their ledger accounts."""
    names = _ledger_names(session)
    return tuple(
        LineView(
            code=line.code,
            name=names.get(line.code, ""),
            account_no=line.account_no,
            channel=line.channel,
            debit_fen=line.debit_fen,
            credit_fen=line.credit_fen,
            summary=line.summary,
        )
        for line in lines
    )


def _shown_lines(
    session: Session, row: Adjustment
) -> tuple[tuple[LineView, ...], tuple[Line, ...], str]:
    """The lines that are posted, or those that would be; and why they could not be."""
    if row.voucher_id is not None:
        return tuple(_voucher_lines(session, [row.voucher_id])[row.voucher_id]), (), ""
    if row.status in (AdjustmentStatus.WITHDRAWN, AdjustmentStatus.REVERSED):
        return (), (), ""
    try:
        made = plan(session, draft=draft_of(session, row), own=row.id)
    except UserError as refused:
        return (), (), refused.user_message()
    return named_lines(session, made.lines), made.lines, ""


def _adjustments(wanted: AdjustmentFilter) -> Select[Adjustment]:
    query = select(Adjustment).order_by(Adjustment.id.desc())
    if wanted.statuses:
        query = query.where(Adjustment.status.in_(wanted.statuses))
    if wanted.kinds:
        query = query.where(Adjustment.kind.in_(wanted.kinds))
    for column, value in (
        (Adjustment.business_on, wanted.day),
        (Adjustment.payee, wanted.payee),
        (Adjustment.maker_name, wanted.maker),
    ):
        if value:
            query = query.where(column == value)
    if wanted.numbers:
        query = query.where(Adjustment.number.in_(wanted.numbers))
    if wanted.ids:
        query = query.where(Adjustment.id.in_(wanted.ids))
    if wanted.discrepancy_id:
        mine = select(AdjustmentCase.adjustment_id).where(
            AdjustmentCase.discrepancy_id == wanted.discrepancy_id
        )
        query = query.where(Adjustment.id.in_(mine))
    return query


def _vouchers(wanted: VoucherFilter) -> Select[Voucher]:
    query = select(Voucher).order_by(Voucher.payee, Voucher.month, Voucher.serial)
    for column, value in (
        (Voucher.payee, wanted.payee),
        (Voucher.month, wanted.month),
        (Voucher.business_on, wanted.day),
        (Voucher.source, wanted.source),
    ):
        if value:
            query = query.where(column == value)
    if wanted.first is not None:
        query = query.where(Voucher.business_on >= wanted.first)
    if wanted.last is not None:
        query = query.where(Voucher.business_on <= wanted.last)
    if wanted.kinds:
        query = query.where(Voucher.kind.in_(wanted.kinds))
    if wanted.numbers:
        query = query.where(Voucher.number.in_(wanted.numbers))
    if wanted.ids:
        query = query.where(Voucher.id.in_(wanted.ids))
    return query


def _parts(session: Session, owner: Any, part: Any, ids: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(owner, part).where(owner.in_(ids[start : start + _CHUNK])).order_by(part)
        for id_, value in session.execute(query):
            found.setdefault(id_, []).append(value)
    return found


def _numbers(session: Session, ids: Sequence[int | None]) -> Mapping[int | None, str]:
    wanted = sorted({id_ for id_ in ids if id_ is not None})
    found: dict[int | None, str] = {}
    for start in range(0, len(wanted), _CHUNK):
        chosen = Voucher.id.in_(wanted[start : start + _CHUNK])
        query = select(Voucher.id, Voucher.number).where(chosen)
        found.update(session.execute(query).all())
    return found


def _red(session: Session, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), _CHUNK):
        chosen = Voucher.reverses_id.in_(ids[start : start + _CHUNK])
        query = select(Voucher.reverses_id, Voucher.number).where(chosen)
        found |= {id_: number for id_, number in session.execute(query) if id_ is not None}
    return found


def _voucher_lines(session: Session, ids: Sequence[int]) -> dict[int, list[LineView]]:
    names = _ledger_names(session)
    found: dict[int, list[LineView]] = {}
    for start in range(0, len(ids), _CHUNK):
        query = (
            select(VoucherLine)
            .where(VoucherLine.voucher_id.in_(ids[start : start + _CHUNK]))
            .order_by(VoucherLine.voucher_id, VoucherLine.line_no)
        )
        for row in session.scalars(query):
            found.setdefault(row.voucher_id, []).append(
                LineView(
                    code=row.ledger_code,
                    name=names.get(row.ledger_code, ""),
                    account_no=row.account_no,
                    channel=row.channel,
                    debit_fen=row.debit_fen,
                    credit_fen=row.credit_fen,
                    summary=row.summary,
                )
            )
    return found


def _ledger_names(session: Session) -> dict[str, str]:
    query = select(LedgerAccount.code, LedgerAccount.name)
    return dict(session.execute(query).all())


def count_of(session: Session, status: AdjustmentStatus) -> int:
    """Return how many adjustments have a status."""
    query = select(func.count()).where(Adjustment.status == status)
    return session.execute(query).scalar_one()
