"""A bank account's book held against its statement (银行存款余额调节表), worked out at any date.

Each bank line is held against what posted vouchers book of it. What of a line is not booked is the
bank's alone, what is booked and not on the statement by then is the book's alone; so the four
groups explain, item by item, why the two balances differ (domain.md §10, papers.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from app.adjustments.ledger import BankBook, bank_book
from app.adjustments.model import Adjustment, AdjustmentCase, Voucher, VoucherEntry, VoucherLine
from app.adjustments.rules import VoucherKind
from app.arrivals.money import chunks
from app.base.dates import day_number, day_of
from app.calendar.queries import working_calendar
from app.closing.rules import ItemGroup
from app.discrepancies.model import Discrepancy, DiscrepancyLeg
from app.discrepancies.rules import Resolution, Status
from app.intake.rules import Kind as EntryKind
from app.matching.rules import Side, Task
from app.records.model import Arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What only one of the two knows: its date, its serial or voucher no., and its amount in fen.

    The amount is never negative; the group says on which side it counts and how. The age is in
    working days up to the date of the statement, 0 for what is dated later.
    """

    group: ItemGroup
    on: date
    number: str
    summary: str
    amount_fen: int
    age_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Balancing:
    """Both balances of an account at the end of a day, and the items between them.

    `opening_known` is False where the account has no opening balance, so that its book counts from
    zero; `stated_on` is the day of the bank's last balance, None where the bank states none and its
    balance is worked out from the opening one.
    """

    account_no: str
    payee: str
    day: date
    book_fen: int
    bank_fen: int
    opening_known: bool
    stated_on: date | None
    items: tuple[Item, ...]

    def sum_of(self, group: ItemGroup) -> int:
        """Return what the items of a group add up to."""
        return sum(item.amount_fen for item in self.items if item.group is group)

    @property
    def adjusted_book_fen(self) -> int:
        """The book's balance once it knows what only the bank knows."""
        known = self.sum_of(ItemGroup.BANK_RECEIVED) - self.sum_of(ItemGroup.BANK_PAID)
        return self.book_fen + known

    @property
    def adjusted_bank_fen(self) -> int:
        """The bank's balance once it knows what only the book knows."""
        known = self.sum_of(ItemGroup.BOOK_RECEIVED) - self.sum_of(ItemGroup.BOOK_PAID)
        return self.bank_fen + known

    @property
    def difference_fen(self) -> int:
        """What remains between the adjusted balances; nothing where all is explained."""
        return self.adjusted_book_fen - self.adjusted_bank_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """What a voucher or a bank line has and the other side has not, in fen with its sign.

    `bank` says that it is a line of the bank and `explained` that somebody said why it differs;
    `held_fen` is what of a line stands on the statement by then.
    """

    id: int
    on: date
    number: str
    summary: str
    fen: int
    bank: bool
    held_fen: int = 0
    explained: bool = False


def balancing(session: Session, account_no: str, day: date) -> Balancing:
    """Return book and bank of an account at the end of a day, with what stands between them."""
    book = bank_book(session, account_no, day)
    bank_fen, stated_on = _bank_balance(session, book)
    vouchers = _vouchers(session, book)
    parts = _parts(session, account_no, vouchers)
    lines = _bank_items(session, book, _by_line(parts))
    rest = _book_items(vouchers, parts)
    taken = _paired(rest, lines)
    items = [_item(one) for one in (*lines, *rest) if (one.bank, one.id) not in taken]
    return Balancing(
        account_no=account_no,
        payee=book.payee,
        day=day,
        book_fen=book.balance_fen,
        bank_fen=bank_fen,
        opening_known=book.known,
        stated_on=stated_on,
        items=tuple(_aged(session, day, items)),
    )


def _item(one: _Open) -> Item:
    """What is left of a bank line is the bank's while the line holds it, else the book's."""
    more = one.fen > 0
    if one.bank and (one.held_fen > 0 if more else one.held_fen < 0):
        group = ItemGroup.BANK_RECEIVED if more else ItemGroup.BANK_PAID
    elif one.bank:
        # The book has more of it than the bank.
        group = ItemGroup.BOOK_PAID if more else ItemGroup.BOOK_RECEIVED
    else:
        group = ItemGroup.BOOK_RECEIVED if more else ItemGroup.BOOK_PAID
    return Item(
        group=group,
        on=one.on,
        number=one.number,
        summary=one.summary,
        amount_fen=abs(one.fen),
    )


def _aged(session: Session, day: date, items: Iterable[Item]) -> Iterator[Item]:
    calendar = working_calendar(session)
    order = list(ItemGroup)
    for item in sorted(items, key=lambda one: (order.index(one.group), one.on, one.number)):
        age = calendar.working_days_between(item.on, day) if item.on < day else 0
        yield replace(item, age_days=age)


# ---------------------------------------------------------------- the bank


def _lines_until(book: BankBook) -> ColumnElement[bool]:
    """The lines of the account that stand on its statement by the day, since the opening one."""
    until = and_(Arrival.account_no == book.account_no, Arrival.booked_on <= day_number(book.day))
    if book.opening_on is None:
        return until
    return and_(until, Arrival.booked_on >= day_number(book.opening_on))


def _bank_balance(session: Session, book: BankBook) -> tuple[int, date | None]:
    """What the bank says is on the account, and when it said so last."""
    until = _lines_until(book)
    total = select(func.coalesce(func.sum(Arrival.amount_fen), 0))
    last: int | None = session.scalars(
        select(func.max(Arrival.booked_on)).where(until, Arrival.balance_fen.is_not(None))
    ).one()
    if last is None:
        moved = int(session.scalars(total.where(until)).one())
        return book.opening_fen + moved, None
    later = int(session.scalars(total.where(until, Arrival.booked_on > last)).one())
    return _last_balance(session, book.account_no, last) + later, day_of(last)


def _last_balance(session: Session, account_no: str, day: int) -> int:
    """The balance after the last line of a day: some banks list the latest line first."""
    rows = session.execute(
        select(Arrival.amount_fen, Arrival.balance_fen)
        .where(
            Arrival.account_no == account_no,
            Arrival.booked_on == day,
            Arrival.balance_fen.is_not(None),
        )
        .order_by(func.coalesce(Arrival.booked_at, 0), Arrival.id)
    ).all()
    after = [int(balance or 0) for _amount, balance in rows]
    before: dict[int, int] = defaultdict(int)
    for amount, balance in rows:
        before[int(balance or 0) - amount] += 1
    ends = [balance for balance in after if not before[balance]]
    return ends[0] if len(set(ends)) == 1 else after[-1]


def _bank_items(session: Session, book: BankBook, booked: Mapping[int, int]) -> list[_Open]:
    """Lines of which the book does not have all, or more than stands on the statement."""
    held = {
        row.id: row
        for row in session.execute(_columns().where(_lines_until(book)))
        if row.amount_fen != booked.get(row.id, 0)
    }
    until = day_number(book.day)
    found = {
        row.id: row
        for chunk in chunks([id_ for id_ in booked if id_ not in held])
        for row in session.execute(_columns().where(Arrival.id.in_(chunk)))
        if row.booked_on > until
    }
    explained = _explained(session, list(held))
    return [
        _Open(
            id=row.id,
            on=day_of(row.booked_on),
            number=row.serial_no,
            summary=" ".join(part for part in (row.summary, row.counterparty) if part),
            fen=(row.amount_fen if row.id in held else 0) - booked.get(row.id, 0),
            bank=True,
            held_fen=row.amount_fen if row.id in held else 0,
            explained=row.id in explained,
        )
        for row in (*held.values(), *found.values())
        if row.id in held or booked[row.id]
    ]


def _columns() -> Any:
    return select(
        Arrival.id,
        Arrival.booked_on,
        Arrival.serial_no,
        Arrival.summary,
        Arrival.counterparty,
        Arrival.amount_fen,
    )


def _explained(session: Session, ids: Sequence[int]) -> set[int]:
    """The bank lines of which somebody said why they differ, without booking them."""
    return {
        id_
        for chunk in chunks(ids)
        for id_ in session.scalars(
            select(Discrepancy.theirs_id).where(
                Discrepancy.task == Task.ARRIVAL,
                Discrepancy.theirs_id.in_(chunk),
                Discrepancy.status == Status.RESOLVED,
                Discrepancy.resolution == Resolution.EXPLAINED,
            )
        )
        if id_ is not None
    }


# ---------------------------------------------------------------- the book


def _vouchers(session: Session, book: BankBook) -> dict[int, _Open]:
    """What the vouchers on an account book there by the day; reversed ones cancel each other."""
    red = aliased(Voucher)
    cancelled = select(red.id).where(red.reverses_id == Voucher.id, red.business_on <= book.day)
    moved = func.sum(VoucherLine.debit_fen - VoucherLine.credit_fen)
    query = (
        select(Voucher.id, Voucher.number, Voucher.business_on, Voucher.summary, moved)
        .join(VoucherLine, VoucherLine.voucher_id == Voucher.id)
        .where(
            VoucherLine.account_no == book.account_no,
            Voucher.business_on <= book.day,
            Voucher.kind != VoucherKind.REVERSAL,
            ~cancelled.exists(),
        )
        .group_by(Voucher.id, Voucher.number, Voucher.business_on, Voucher.summary)
    )
    return {
        id_: _Open(id=id_, on=on, number=number, summary=summary, fen=int(fen), bank=False)
        for id_, number, on, summary, fen in session.execute(query)
        if book.opening_on is None or on >= book.opening_on
    }


def _parts(
    session: Session, account_no: str, vouchers: Mapping[int, _Open]
) -> dict[int, dict[int, int]]:
    """How much of which bank line each voucher books."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for chunk in chunks(list(vouchers)):
        query = (
            select(VoucherEntry.voucher_id, VoucherEntry.entry_id, VoucherEntry.amount_fen)
            .join(Arrival, Arrival.id == VoucherEntry.entry_id)
            .where(
                VoucherEntry.voucher_id.in_(chunk),
                VoucherEntry.entry_kind == EntryKind.ARRIVALS,
                Arrival.account_no == account_no,
            )
        )
        for voucher_id, entry_id, fen in session.execute(query):
            found[voucher_id][entry_id] = fen
        for voucher_id, line_id, share in _adjusted(session, chunk):
            own = found[voucher_id]
            part = share if vouchers[voucher_id].fen > 0 else -share
            own[line_id] = own.get(line_id, 0) + part
    return found


def _adjusted(session: Session, voucher_ids: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """What the vouchers of adjustments book of a discrepancy's last bank line, in fen."""
    query = (
        select(
            Adjustment.voucher_id, Discrepancy.id, Discrepancy.theirs_id, AdjustmentCase.share_fen
        )
        .join(AdjustmentCase, AdjustmentCase.adjustment_id == Adjustment.id)
        .join(Discrepancy, Discrepancy.id == AdjustmentCase.discrepancy_id)
        .where(Adjustment.voucher_id.in_(voucher_ids), Discrepancy.task == Task.ARRIVAL)
    )
    rows = session.execute(query).all()
    further: dict[int, list[int]] = defaultdict(list)
    for chunk in chunks(sorted({row[1] for row in rows})):
        legs = select(DiscrepancyLeg.discrepancy_id, DiscrepancyLeg.entry_id).where(
            DiscrepancyLeg.discrepancy_id.in_(chunk), DiscrepancyLeg.side == Side.THEIRS
        )
        for id_, entry_id in session.execute(legs):
            further[id_].append(entry_id)
    for voucher_id, id_, first, share in rows:
        lines = sorted(line for line in {first, *further[id_]} if line is not None)
        if lines and voucher_id is not None:
            yield voucher_id, lines[-1], share


def _by_line(parts: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for own in parts.values():
        for line_id, fen in own.items():
            found[line_id] += fen
    return dict(found)


def _book_items(
    vouchers: Mapping[int, _Open], parts: Mapping[int, Mapping[int, int]]
) -> list[_Open]:
    """What vouchers book that is about no line of the bank."""
    left = [
        replace(one, fen=one.fen - sum(parts.get(id_, {}).values()))
        for id_, one in vouchers.items()
    ]
    return [one for one in left if one.fen]


def _paired(rest: Sequence[_Open], lines: Sequence[_Open]) -> set[tuple[bool, int]]:
    """What a voucher booked ahead and a line of the bank that somebody explained: they are one."""
    waiting: dict[int, list[_Open]] = defaultdict(list)
    for one in sorted(rest, key=lambda one: (one.on, one.id), reverse=True):
        waiting[one.fen].append(one)
    taken = set()
    for line in sorted(lines, key=lambda one: (one.on, one.id)):
        if line.explained and line.fen == line.held_fen and waiting[line.fen]:
            taken |= {(True, line.id), (False, waiting[line.fen].pop().id)}
    return taken
