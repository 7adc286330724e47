"""Closing a day: what is in the way, what is booked, and that it is frozen."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from app.adjustments.ledger import bank_book, trial_balance
from app.adjustments.rules import VoucherKind
from app.base.errors import DayClosed, NotAllowed
from app.closing.closing import close_day
from app.closing.rules import AlreadyClosed, BlockerCode, CannotClose
from tests.books import ACCOUNT, DAY, Books, payment
from tests.closing.desk import Close, whole

BANK, RECEIVABLE, ADVANCE, ELECTRICITY = "1002", "112209", "220301", "112201"


def test_a_clean_day_books_what_was_paid_written_off_and_arrived(desk: Close) -> None:
    desk.ready(1, 2)

    done = desk.close()

    assert desk.booked(VoucherKind.COLLECTIONS) == [
        (RECEIVABLE, "ICBC", 2000, 0),
        (ADVANCE, "", 0, 2000),
    ]
    assert desk.booked(VoucherKind.WRITE_OFFS) == [
        (ADVANCE, "", 2000, 0),
        (ELECTRICITY, "", 0, 2000),
    ]
    assert desk.booked(VoucherKind.ARRIVALS) == [
        (BANK, ACCOUNT, 2000, 0),
        (RECEIVABLE, "ALL", 0, 2000),
    ]
    assert len(done.vouchers) == 3
    book = desk.books.workspace.read(bank_book, ACCOUNT, DAY)
    assert (book.balance_fen, book.payee) == (2000, "P1")
    assert desk.books.workspace.read(trial_balance, day=DAY).balanced


def test_what_is_in_the_way_is_told_and_nothing_is_done(desk: Close) -> None:
    desk.load(payments=[payment(1)])

    with pytest.raises(CannotClose) as refused:
        desk.close()

    codes = [one.code for one in refused.value.blockers]
    assert codes.count(BlockerCode.FILE_MISSING) == 5
    assert codes.count(BlockerCode.NOT_RUN) == 4
    assert "2026-03-03" in refused.value.user_message()
    assert desk.vouchers() == []


def test_a_closed_day_is_frozen(desk: Close) -> None:
    desk.ready(1)
    desk.close()

    with pytest.raises(AlreadyClosed):
        desk.close()
    with pytest.raises(DayClosed):
        desk.reconcile()
    assert desk.books.load("more", payment(9)).status == "rejected"
    for statement in (
        "DELETE FROM payment",
        "UPDATE voucher SET summary = ''",
        "UPDATE day_close SET totals = '{}'",
        "DELETE FROM day_close",
        "DELETE FROM closed_day",
    ):
        with pytest.raises(DBAPIError):
            desk.sql(statement)


def test_only_who_may_closes(desk: Close, books: Books) -> None:
    desk.ready(1)

    with pytest.raises(NotAllowed):
        books.workspace.write(books.actor, close_day, day=DAY)


def test_each_step_of_the_day_is_asked_for(desk: Close) -> None:
    desk.load(**whole(1))

    assert desk.codes() == [
        "not_run channel",
        "not_run writeoff",
        "not_run clearing",
        "not_run arrival",
    ]
    desk.reconcile()
    assert desk.codes() == ["not_confirmed"]
    desk.confirm("QF1")
    assert desk.codes() == []
