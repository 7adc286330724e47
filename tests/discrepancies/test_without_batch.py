"""A clearing line whose batch is missing is told of, whenever it comes and whatever leaves."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.base.dates import day_of
from app.closing.files import undo_import
from app.db.workspace import Actor, Tx
from app.discrepancies.model import Discrepancy
from app.discrepancies.rules import Status
from app.discrepancies.service import explain
from app.matching.model import Match
from app.matching.rules import Kind, Task
from app.upkeep.verify import verify
from tests.books import DAY, Books, batch, bill_line, clearing_line, payment

NEXT = date(2026, 3, 4)
THIRD = date(2026, 3, 5)
ON_NEXT = {"支付时间": "2026-03-04 10:00:00"}
BATCH_OF_NEXT = {"清分日期": "2026-03-05", "业务日期": "2026-03-04"}


def a_day(books: Books, number: int = 1) -> None:
    """Load one order with its batch, and reconcile its day."""
    books.load(f"payments{number}", payment(number))
    books.load(f"bills{number}", bill_line(number))
    books.load(f"batches{number}", batch(number))
    books.load(f"lines{number}", clearing_line(number))
    books.reconcile(Task.CLEARING)


def open_rows(session: Session) -> list[tuple[str, str, int]]:
    query = select(Discrepancy).where(
        Discrepancy.task == Task.CLEARING, Discrepancy.status != Status.RESOLVED
    )
    rows = session.scalars(query.order_by(Discrepancy.id))
    return [(row.kind.value, row.theirs_key or row.ours_key, row.business_on) for row in rows]


def found(books: Books) -> list[tuple[str, str, int]]:
    """Return what is open, once everything adds up and running all anew gives the same."""
    assert _all_checks(books)
    rows, pairs = books.workspace.read(open_rows), books.workspace.read(_pairs)
    books.workspace.write(books.actor, _stale)
    last = day_of(max(books.workspace.read(_run_days)))
    books.reconcile(Task.CLEARING, last)
    assert _all_checks(books)
    assert (books.workspace.read(open_rows), books.workspace.read(_pairs)) == (rows, pairs)
    assert books.reconcile(Task.CLEARING, last).unchanged
    return rows


def _all_checks(books: Books) -> bool:
    result = books.workspace.read(verify)
    # Days are closed here without asking whether all is done.
    bad = [check for check in result.checks if not check.ok and check.name != "closings"]
    assert not bad
    return True


def _pairs(session: Session) -> list[tuple[int | None, int | None]]:
    query = select(Match.ours_id, Match.theirs_id).where(Match.task == Task.CLEARING)
    return sorted((row[0], row[1]) for row in session.execute(query))


def _run_days(session: Session) -> list[int]:
    return list(session.scalars(text("SELECT business_on FROM run WHERE task = 'clearing'")))


def _stale(tx: Tx) -> None:
    tx.session.execute(text("UPDATE run SET change_no = -1"))


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_line_of_an_unknown_order_comes_after_the_first_run(
    books: Books, *, is_closed: bool
) -> None:
    a_day(books)
    if is_closed:
        books.close(DAY)

    books.load("batches", batch(2, **BATCH_OF_NEXT))
    books.load("lines", clearing_line(2), clearing_line(9))
    books.reconcile(Task.CLEARING, NEXT)

    kinds = {(kind, key) for kind, key, _day in found(books)}
    assert kinds == {("missing_ours", "O2-1"), ("missing_ours", "O9-1")}


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_line_of_an_earlier_order_comes_after_its_run(books: Books, *, is_closed: bool) -> None:
    a_day(books)
    books.load("payments", payment(5))
    books.load("bills", bill_line(5))
    books.reconcile(Task.CLEARING)
    if is_closed:
        books.close(DAY)

    books.load("lines", clearing_line(5, 批次号="QF9"))
    books.reconcile(Task.CLEARING, NEXT)

    assert found(books) == []


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_second_line_of_a_settled_order_comes(books: Books, *, is_closed: bool) -> None:
    a_day(books)
    if is_closed:
        books.close(DAY)

    books.load("lines", clearing_line(1, 批次号="QF9"))
    books.reconcile(Task.CLEARING, NEXT)
    books.reconcile(Task.CLEARING, THIRD)

    on = 20260304 if is_closed else 20260303
    assert found(books) == [("duplicate_theirs", "O1-1", on)]


def test_the_bill_of_a_line_leaves(books: Books, clerk: Actor) -> None:
    a_day(books)
    books.load("lines", clearing_line(2), clearing_line(3))
    books.load("batches", batch(3, **BATCH_OF_NEXT))
    bills = books.load("bills", bill_line(2, **ON_NEXT))
    books.reconcile(Task.CLEARING)
    assert bills.file_id is not None

    books.workspace.write(clerk, undo_import, file_id=bills.file_id)
    books.reconcile(Task.CLEARING, NEXT)

    assert {key for _kind, key, _day in found(books)} == {"O2-1", "O3-1"}


@pytest.mark.parametrize("order", [2, 9])
def test_the_batch_of_a_line_leaves(books: Books, clerk: Actor, order: int) -> None:
    a_day(books)
    books.load("payments", payment(2, **ON_NEXT))
    books.load("bills", bill_line(2, **ON_NEXT))
    books.load("lines", clearing_line(2, 支付订单号=f"O{order}"))
    batches = books.load("batches", batch(2, **BATCH_OF_NEXT))
    books.reconcile(Task.CLEARING, NEXT)
    assert batches.file_id is not None

    books.workspace.write(clerk, undo_import, file_id=batches.file_id)
    books.reconcile(Task.CLEARING, NEXT)

    keys = {key for _kind, key, _day in found(books)}
    assert keys == (set() if order == 2 else {"O2-1", "O9-1"})


def test_the_batch_of_a_line_comes_later(books: Books) -> None:
    a_day(books)
    books.load("lines", clearing_line(2))
    books.reconcile(Task.CLEARING, NEXT)
    assert [key for _kind, key, _day in found(books)] == ["O2-1"]

    books.load("payments", payment(2, **ON_NEXT))
    books.load("bills", bill_line(2, **ON_NEXT))
    books.load("batches", batch(2, **BATCH_OF_NEXT))
    books.reconcile(Task.CLEARING, NEXT)

    assert found(books) == []


def test_a_line_of_an_unbalanced_order_stays_with_it(books: Books) -> None:
    a_day(books)
    books.load("payments", payment(2, 金额="11.00"))
    books.load("bills", bill_line(2))
    books.load("lines", clearing_line(2, 批次号="QF9"))
    books.reconcile(Task.CLEARING)
    before = found(books)
    assert [kind for kind, _key, _day in before] == ["order_unbalanced"]

    books.reconcile(Task.CLEARING, NEXT)

    assert found(books) == before


def test_what_somebody_explained_is_not_told_again(books: Books) -> None:
    a_day(books)
    books.load("lines", clearing_line(9))
    books.reconcile(Task.CLEARING)
    (id_,) = books.workspace.read(
        lambda session: list(
            session.scalars(select(Discrepancy.id).where(Discrepancy.kind == Kind.MISSING_OURS))
        )
    )
    books.workspace.write(books.actor, explain, ids=[id_], reason="known")
    books.close(DAY)

    books.load("more", clearing_line(8))
    books.reconcile(Task.CLEARING, NEXT)
    books.reconcile(Task.CLEARING, THIRD)

    assert [key for _kind, key, _day in found(books)] == ["O8-1"]
