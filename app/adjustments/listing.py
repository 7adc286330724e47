"""The lists of adjustments and vouchers: filtered and sorted in SQL, rows when they are shown."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session

from app.adjustments.model import Adjustment, Voucher, VoucherLine
from app.adjustments.queries import (
    AdjustmentFilter,
    AdjustmentView,
    VoucherFilter,
    VoucherView,
    adjustments,
    vouchers,
)
from app.adjustments.rules import AdjustmentKind, AdjustmentStatus, VoucherKind
from app.base.ranges import parse_range
from app.catalog.model import LedgerAccount
from app.db.ids import ids_of

_CHUNK = 500


class Whose(StrEnum):
    """Whose adjustments are looked for."""

    ALL = "all"
    MINE = "mine"
    OTHERS = "others"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentWish:
    """Which adjustments are wanted, in which order; what is empty does not limit.

    `texts` are the filters typed under the columns; amounts take ranges.
    """

    statuses: frozenset[AdjustmentStatus] = frozenset()
    kinds: frozenset[AdjustmentKind] = frozenset()
    whose: Whose = Whose.ALL
    me: int = 0
    day: date | None = None
    payee: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherWish:
    """Which vouchers are wanted, in which order; `month` is yyyymm, 0 for all.

    `texts` are the filters typed under the columns; `ledger` looks into the lines.
    """

    kinds: frozenset[VoucherKind] = frozenset()
    month: int = 0
    day: date | None = None
    payee: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The ids of a list in order, how many there are and what they add up to in fen."""

    ids: array[int]
    fen: int

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.ids)


def adjustment_list(session: Session, wish: AdjustmentWish) -> Listed:
    """Return the adjustments that are wanted; the latest first unless sorted otherwise.

    Raises:
        BadRange: An amount is no amount and no range.
    """
    conditions = _adjustments(wish)
    key = _ADJUSTMENT_KEYS.get(wish.sort, lambda: Adjustment.id)()
    down = wish.descending or not wish.sort
    order = key.desc() if down else key.asc()
    query = select(Adjustment.id).where(*conditions).order_by(order, Adjustment.id.desc())
    total = select(func.coalesce(func.sum(Adjustment.amount_fen), 0)).where(*conditions)
    return Listed(ids=ids_of(session, query), fen=int(session.execute(total).scalar_one()))


def adjustment_sum(session: Session, ids: Sequence[int]) -> Listed:
    """Return count and sum of a selection."""
    return _sum_of(session, Adjustment, Adjustment.amount_fen, ids)


def adjustment_rows(session: Session, ids: Sequence[int]) -> list[AdjustmentView]:
    """Return adjustments in the order of their ids."""
    found: dict[int, AdjustmentView] = {}
    for start in range(0, len(ids), _CHUNK):
        wanted = AdjustmentFilter(ids=tuple(ids[start : start + _CHUNK]))
        found |= {one.id: one for one in adjustments(session, wanted)}
    return [found[id_] for id_ in ids if id_ in found]


def voucher_list(session: Session, wish: VoucherWish) -> Listed:
    """Return the vouchers that are wanted; the latest first unless sorted otherwise.

    Raises:
        BadRange: An amount is no amount and no range.
    """
    conditions = _vouchers(wish)
    key = _VOUCHER_KEYS.get(wish.sort, lambda: Voucher.id)()
    down = wish.descending or not wish.sort
    order = key.desc() if down else key.asc()
    query = select(Voucher.id).where(*conditions).order_by(order, Voucher.id.desc())
    total = select(func.coalesce(func.sum(Voucher.total_fen), 0)).where(*conditions)
    return Listed(ids=ids_of(session, query), fen=int(session.execute(total).scalar_one()))


def voucher_sum(session: Session, ids: Sequence[int]) -> Listed:
    """Return count and sum of a selection."""
    return _sum_of(session, Voucher, Voucher.total_fen, ids)


def voucher_rows(session: Session, ids: Sequence[int]) -> list[VoucherView]:
    """Return vouchers in the order of their ids."""
    found: dict[int, VoucherView] = {}
    for start in range(0, len(ids), _CHUNK):
        wanted = VoucherFilter(ids=tuple(ids[start : start + _CHUNK]))
        found |= {one.id: one for one in vouchers(session, wanted)}
    return [found[id_] for id_ in ids if id_ in found]


def voucher_months(session: Session) -> list[int]:
    """Return the months (yyyymm) that have vouchers, the latest first."""
    return list(session.scalars(select(Voucher.month).distinct().order_by(Voucher.month.desc())))


def _sum_of(session: Session, model: Any, column: Any, ids: Sequence[int]) -> Listed:
    fen, there = 0, array("q")
    for start in range(0, len(ids), _CHUNK):
        chosen = model.id.in_(ids[start : start + _CHUNK])
        for id_, value in session.execute(select(model.id, column).where(chosen)):
            there.append(id_)
            fen += value
    return Listed(ids=there, fen=fen)


def _adjustments(wish: AdjustmentWish) -> list[ColumnElement[bool]]:
    row = Adjustment
    found: list[ColumnElement[bool]] = []
    if wish.statuses:
        found.append(row.status.in_(wish.statuses))
    if wish.kinds:
        found.append(row.kind.in_(wish.kinds))
    match wish.whose:
        case Whose.MINE:
            found.append(row.maker_id == wish.me)
        case Whose.OTHERS:
            found.append(row.maker_id != wish.me)
        case Whose.ALL:
            pass
    if wish.day is not None:
        found.append(row.business_on == wish.day)
    if wish.payee:
        found.append(row.payee == wish.payee)
    return found + _typed(wish.texts, _ADJUSTMENT_TEXTS, {"amount": row.amount_fen})


def _vouchers(wish: VoucherWish) -> list[ColumnElement[bool]]:
    row = Voucher
    found: list[ColumnElement[bool]] = []
    if wish.kinds:
        found.append(row.kind.in_(wish.kinds))
    if wish.month:
        found.append(row.month == wish.month)
    if wish.day is not None:
        found.append(row.business_on == wish.day)
    if wish.payee:
        found.append(row.payee == wish.payee)
    ledger = wish.texts.get("ledger", "").strip()
    if ledger:
        found.append(row.id.in_(_with_account(ledger)))
    return found + _typed(wish.texts, _VOUCHER_TEXTS, {"total": row.total_fen})


def _with_account(text: str) -> Select[int]:
    """Vouchers with a line on an account whose code, name or sub-account holds a text."""
    line = VoucherLine
    return (
        select(line.voucher_id)
        .join(LedgerAccount, LedgerAccount.code == line.ledger_code)
        .where(
            or_(
                line.ledger_code.startswith(text, autoescape=True),
                LedgerAccount.name.icontains(text, autoescape=True),
                line.account_no.contains(text, autoescape=True),
                line.channel.icontains(text, autoescape=True),
            )
        )
    )


def _typed(
    texts: Mapping[str, str], columns: Mapping[str, Sequence[Any]], amounts: Mapping[str, Any]
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name, text in texts.items():
        if name in amounts:
            range_ = parse_range(text)
            if range_ is not None and range_.lowest is not None:
                found.append(amounts[name] >= range_.lowest)
            if range_ is not None and range_.highest is not None:
                found.append(amounts[name] <= range_.highest)
        elif name in columns and text.strip():
            found.append(
                or_(*(one.icontains(text.strip(), autoescape=True) for one in columns[name]))
            )
    return found


def _ranked(column: Any, members: type[StrEnum]) -> ColumnElement[int]:
    return case({member.value: place for place, member in enumerate(members)}, value=column)


_ADJUSTMENT_TEXTS: Mapping[str, Sequence[Any]] = {
    "number": (Adjustment.number, Adjustment.letter_no),
    "payee": (Adjustment.payee,),
    "channel": (Adjustment.channel, Adjustment.account_no),
    "about": (Adjustment.household, Adjustment.claimant, Adjustment.original_payment_no),
    "reason": (Adjustment.reason,),
    "maker": (Adjustment.maker_name,),
    "checker": (Adjustment.checker_name,),
}
_ADJUSTMENT_KEYS: Mapping[str, Callable[[], Any]] = {
    "number": lambda: Adjustment.number,
    "kind": lambda: _ranked(Adjustment.kind, AdjustmentKind),
    "status": lambda: _ranked(Adjustment.status, AdjustmentStatus),
    "day": lambda: Adjustment.business_on,
    "payee": lambda: Adjustment.payee,
    "channel": lambda: Adjustment.channel,
    "amount": lambda: Adjustment.amount_fen,
    "reason": lambda: Adjustment.reason,
    "maker": lambda: Adjustment.maker_name,
    "made_at": lambda: Adjustment.made_at,
    "checker": lambda: Adjustment.checker_name,
}
_VOUCHER_TEXTS: Mapping[str, Sequence[Any]] = {
    "number": (Voucher.number,),
    "payee": (Voucher.payee,),
    "summary": (Voucher.summary,),
    "source": (Voucher.source,),
    "maker": (Voucher.maker_name,),
    "checker": (Voucher.checker_name,),
}
_VOUCHER_KEYS: Mapping[str, Callable[[], Any]] = {
    "number": lambda: Voucher.number,
    "payee": lambda: Voucher.payee,
    "day": lambda: Voucher.business_on,
    "kind": lambda: _ranked(Voucher.kind, VoucherKind),
    "summary": lambda: Voucher.summary,
    "total": lambda: Voucher.total_fen,
    "source": lambda: Voucher.source,
    "maker": lambda: Voucher.maker_name,
    "checker": lambda: Voucher.checker_name,
    "posted_at": lambda: Voucher.posted_at,
}
