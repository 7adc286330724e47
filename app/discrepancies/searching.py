"""Open entries of a task's side, ranked by what speaks for them: the query behind the tray."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session

from app.base.dates import day_number, day_of
from app.discrepancies.amounts import amount_of
from app.discrepancies.model import Discrepancy, DiscrepancyLeg
from app.discrepancies.openness import BESIDE
from app.discrepancies.queries import SIDES
from app.discrepancies.rules import Hint, Status
from app.intake.rules import Kind as EntryKind
from app.matching.model import Match
from app.matching.rules import Side, Task
from app.records.kinds import SHAPES

NEAR_FEN = 1_00
NEAR_PER_MILLE = 50
"""An amount is near when it differs by no more than a yuan or five per cent."""

WEIGHTS = {
    Hint.AMOUNT: 16,
    Hint.KEY: 16,
    Hint.NAMED: 16,
    Hint.HOUSEHOLD: 8,
    Hint.NEAR_AMOUNT: 6,
    Hint.ACCOUNT: 2,
    Hint.DAY: 2,
    Hint.NEAR_DAY: 1,
}
"""How much speaks for an entry."""

_WHOLE = 1_000

_KEYS: dict[EntryKind, tuple[str, ...]] = {
    EntryKind.PAYMENTS: ("payment_no", "txn_no"),
    EntryKind.CHANNEL: ("payment_no", "txn_no"),
    EntryKind.BILL_LINES: ("order_no",),
    EntryKind.WRITEOFFS: ("order_no",),
    EntryKind.CLEARING_BATCHES: (),
    EntryKind.CLEARING_LINES: ("order_no",),
    EntryKind.ARRIVALS: (),
}
_DAYS = {EntryKind.CLEARING_BATCHES: "clearing_on"}
_SHORTEST_NAME = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What is known of the entries for which partners are sought."""

    amounts: frozenset[int] = frozenset()
    keys: dict[str, frozenset[str]] = field(default_factory=dict)
    households: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    batch_nos: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An open entry: what counts of it, its day, and what speaks for it."""

    id: int
    fen: int
    day: int
    hints: tuple[Hint, ...]


def marks_of(session: Session, task: Task, side: Side, ids: Sequence[int]) -> Marks:
    """Return what is known of entries of one side."""
    kind = _kind(task, side)
    table = SHAPES[kind].table
    counted, day = amount_counted(task, side), _day_of(task, side)
    rows = session.execute(
        select(table, counted.label("counted"), day.label("day")).where(table.c.id.in_(ids))
    )
    found = [dict(row) for row in rows.mappings()]

    def all_of(name: str) -> frozenset[str]:
        return frozenset(str(row[name]) for row in found if row.get(name))

    return Marks(
        amounts=frozenset(int(row["counted"]) for row in found),
        keys={name: all_of(name) for name in _KEYS[kind]},
        households=all_of("household"),
        accounts=all_of("account_no"),
        channels=all_of("channel") if task is Task.CHANNEL else frozenset(),
        batch_nos=all_of("batch_no") if kind is EntryKind.CLEARING_BATCHES else frozenset(),
        texts=all_of("summary") | all_of("postscript"),
        days=frozenset(int(row["day"]) for row in found if row["day"]),
    )


def ranked(
    session: Session, task: Task, side: Side, marks: Marks, *, days: int, most: int
) -> list[Hit]:
    """Return the open entries of a side for which something speaks, the best first."""
    table = SHAPES[_kind(task, side)].table
    says = _says(task, side, marks, days)
    score = reduce(add, (case((said, WEIGHTS[hint]), else_=0) for hint, said in says.items()))
    counted = amount_counted(task, side)
    away = [func.abs(counted - fen) for fen in sorted(marks.amounts)[:1]]
    query = (
        select(
            table.c.id,
            counted.label("fen"),
            _day_of(task, side).label("day"),
            *(case((said, 1), else_=0).label(hint.value) for hint, said in says.items()),
        )
        .where(is_open(task, side), score > 0, *_inside(table, marks))
        .order_by(score.desc(), *away, table.c.id)
        .limit(most)
    )
    return [_hit(row, tuple(says)) for row in session.execute(query)]


def is_open(task: Task, side: Side) -> ColumnElement[bool]:
    """Return the condition that an entry of a side is open in a task: people may match it."""
    kind = _kind(task, side)
    table = SHAPES[kind].table
    told = Discrepancy.ours_id if side is Side.OURS else Discrepancy.theirs_id
    told_kind = Discrepancy.ours_kind if side is Side.OURS else Discrepancy.theirs_kind
    column = Match.ours_id if side is Side.OURS else Match.theirs_id
    free = (
        Discrepancy.task == task,
        Discrepancy.status.not_in((Status.RESOLVED, Status.SUBMITTED, Status.SUSPENDED)),
        Discrepancy.kind.not_in(BESIDE),
    )
    found: list[Select[Any]] = [
        select(told).where(*free, told_kind == kind),
        select(DiscrepancyLeg.entry_id)
        .join(Discrepancy, Discrepancy.id == DiscrepancyLeg.discrepancy_id)
        .where(*free, DiscrepancyLeg.side == side),
    ]
    if kind is EntryKind.CLEARING_BATCHES:
        # A batch that is not due yet is no discrepancy, and waits all the same.
        known = exists().where(Discrepancy.task == task, told == table.c.id, told_kind == kind)
        found.append(select(table.c.id).where(table.c[SHAPES[kind].amount] != 0, ~known))
    matched = exists().where(Match.task == task, column == table.c.id)
    return table.c.id.in_(union(*found)) & ~matched


def amount_counted(task: Task, side: Side) -> ColumnElement[int]:
    """Return what counts of an entry as an expression; of a bill line in clearing its net."""
    kind = _kind(task, side)
    amount = amount_of(kind)
    if task is not Task.CLEARING or side is Side.THEIRS:
        return amount
    net = (
        select(func.max(Discrepancy.ours_fen))
        .where(
            Discrepancy.task == task,
            Discrepancy.ours_id == SHAPES[kind].table.c.id,
            Discrepancy.ours_kind == kind,
            Discrepancy.status != Status.RESOLVED,
        )
        .scalar_subquery()
    )
    return func.coalesce(net, amount)


def _says(task: Task, side: Side, marks: Marks, days: int) -> dict[Hint, ColumnElement[bool]]:
    """Return what may speak for an entry, as conditions; first what is dear, then what is near."""
    table = SHAPES[_kind(task, side)].table
    counted, day = amount_counted(task, side), _day_of(task, side)
    says: dict[Hint, ColumnElement[bool]] = {}
    if marks.amounts:
        says[Hint.AMOUNT] = counted.in_(sorted(marks.amounts))
        near = [counted.between(fen - reach, fen + reach) for fen, reach in _near(marks.amounts)]
        says[Hint.NEAR_AMOUNT] = or_(*near) & ~says[Hint.AMOUNT]
    keys = [
        table.c[name].in_(sorted(values))
        for name, values in marks.keys.items()
        if values and name in table.c
    ]
    if keys:
        says[Hint.KEY] = or_(*keys)
    for hint, name, values in (
        (Hint.HOUSEHOLD, "household", marks.households),
        (Hint.ACCOUNT, "account_no", marks.accounts),
    ):
        if values and name in table.c:
            says[hint] = table.c[name].in_(sorted(values))
    named = _named(table, marks)
    if named is not None:
        says[Hint.NAMED] = named
    if marks.days:
        says[Hint.DAY] = day.in_(sorted(marks.days))
        around = _around(marks.days, days)
        says[Hint.NEAR_DAY] = day.in_(sorted(around)) & ~says[Hint.DAY]
    return says


def _named(table: Table, marks: Marks) -> ColumnElement[bool] | None:
    """A batch no. stands in the text of the bank."""
    if "summary" in table.c and marks.batch_nos:
        text = table.c.summary + " " + table.c.postscript
        return or_(*(text.contains(no, autoescape=True) for no in sorted(marks.batch_nos)))
    if "batch_no" in table.c and "net_fen" in table.c and marks.texts:
        long = func.length(table.c.batch_no) >= _SHORTEST_NAME
        text = literal(" ".join(sorted(marks.texts)))
        return long & (func.replace(text, table.c.batch_no, "") != text)
    return None


def _inside(table: Table, marks: Marks) -> list[ColumnElement[bool]]:
    return [table.c.channel.in_(sorted(marks.channels))] if marks.channels else []


def _near(amounts: Iterable[int]) -> list[tuple[int, int]]:
    return [(fen, max(NEAR_FEN, abs(fen) * NEAR_PER_MILLE // _WHOLE)) for fen in sorted(amounts)]


def _around(days: Iterable[int], reach: int) -> set[int]:
    return {
        day_number(day_of(day) + timedelta(days=away))
        for day in days
        if day
        for away in range(-reach, reach + 1)
    }


def _kind(task: Task, side: Side) -> EntryKind:
    return SIDES[task][side is Side.THEIRS]


def _day_of(task: Task, side: Side) -> ColumnElement[int]:
    """The day of an entry; a clearing line has that of its discrepancy."""
    kind = _kind(task, side)
    table = SHAPES[kind].table
    name = _DAYS.get(kind, SHAPES[kind].day)
    if name:
        day: ColumnElement[int] = table.c[name]
        return day
    query = select(func.max(Discrepancy.business_on)).where(
        Discrepancy.task == task,
        Discrepancy.theirs_id == table.c.id,
        Discrepancy.theirs_kind == kind,
    )
    return func.coalesce(query.scalar_subquery(), 0)


def _hit(row: Row[Any], hints: Sequence[Hint]) -> Hit:
    id_, fen, day, *said = tuple(row)
    return Hit(
        id=id_,
        fen=fen,
        day=day,
        hints=tuple(hint for hint, yes in zip(hints, said, strict=True) if yes),
    )
