"""What is expected, what came, and what stands in the way of a confirmation."""

from __future__ import annotations

from datetime import date

import pytest

from app.arrivals.queries import ArrivalFilter, bank_lines, clean_ones, expected_arrivals, scope_of
from app.arrivals.rules import ArrivalState, Differs, NotArrived, NotVerified, Scope, UnknownBatch
from app.arrivals.service import check, confirm, confirm_all_clean
from app.db.workspace import Actor
from app.matching.rules import Kind, MatchRule, Task
from app.wording.labels import label
from tests.arrivals.conftest import arrived, clean, cleared, expected
from tests.books import ACCOUNT, DAY, Books, arrival, batch, bill_line, clearing_line, payment


def test_a_batch_is_expected_before_any_bank_line_came(books: Books) -> None:
    cleared(books, 1)

    one = expected(books)["QF1"]

    assert (one.state, one.expected_fen, one.arrived_fen) == (ArrivalState.EXPECTED, 1000, 0)
    assert (one.account_no, one.payee_name) == (ACCOUNT, "供电公司")
    assert one.due_on == date(2026, 3, 4)
    assert not one.late


def test_a_batch_whose_money_came_is_clean(books: Books) -> None:
    clean(books, 1)

    one = expected(books)["QF1"]

    assert (one.state, one.rule) == (ArrivalState.ARRIVED, MatchRule.BATCH_NO)
    assert (one.clean, one.run_on, one.standing) == (True, DAY, ())
    (line,) = books.workspace.read(bank_lines, one.line_ids)
    assert (line.serial_no, line.amount_fen, line.booked_on) == ("S1", 1000, date(2026, 3, 4))


def test_a_batch_is_overdue_when_a_later_day_was_run(books: Books) -> None:
    cleared(books, 1)
    books.reconcile(Task.ARRIVAL)
    assert expected(books)["QF1"].state is ArrivalState.EXPECTED

    books.reconcile(Task.ARRIVAL, date(2026, 3, 4))

    one = expected(books)["QF1"]
    assert (one.state, one.late) == (ArrivalState.OVERDUE, True)


def test_a_batch_of_which_a_part_came_says_how_much(books: Books) -> None:
    cleared(books, 1)
    arrived(books, arrival(1, 收入金额="4.00"))

    one = expected(books)["QF1"]

    assert (one.state, one.arrived_fen, one.difference_fen) == (ArrivalState.PARTLY, 400, 600)
    assert [standing.kind for standing in one.standing] == [Kind.SHORT_ARRIVAL]


def test_a_batch_for_which_too_much_came_says_so(books: Books) -> None:
    cleared(books, 1)
    arrived(books, arrival(1, 收入金额="12.50"))

    one = expected(books)["QF1"]

    assert (one.state, one.difference_fen) == (ArrivalState.OVER, -250)


def test_further_money_that_names_a_paid_batch_counts_as_too_much(books: Books) -> None:
    clean(books, 1)
    arrived(books, arrival(9, 收入金额="3.00", 附言="批次号 QF1"), name="more")

    one = expected(books)["QF1"]

    assert (one.state, one.arrived_fen) == (ArrivalState.OVER, 1300)
    assert [standing.kind for standing in one.standing] == [Kind.OVER_ARRIVAL]


def test_several_bank_lines_pay_one_batch(books: Books) -> None:
    cleared(books, 1)
    arrived(books, arrival(1, 收入金额="4.00"), arrival(2, 收入金额="6.00", 附言="批次号 QF1"))

    one = expected(books)["QF1"]

    assert (one.state, len(one.line_ids), one.clean) == (ArrivalState.ARRIVED, 2, True)


def test_one_bank_line_pays_several_batches(books: Books) -> None:
    cleared(books, 1, 2)
    arrived(books, arrival(1, 收入金额="20.00", 附言="QF1 QF2"))

    found = expected(books)

    assert {one.state for one in found.values()} == {ArrivalState.ARRIVED}
    assert found["QF1"].line_ids == found["QF2"].line_ids
    assert sum(one.arrived_fen for one in found.values()) == 2000


def test_a_batch_of_nothing_needs_no_money(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("bills", bill_line(1))
    books.load("batches", batch(1, 净额="0.00", 手续费="10.00"))
    books.reconcile(Task.ARRIVAL)

    assert expected(books)["QF1"].state is ArrivalState.ARRIVED


def test_batches_of_earlier_days_are_brought_forward_until_checked(
    books: Books, checker: Actor
) -> None:
    clean(books, 1)
    later = ArrivalFilter(day=date(2026, 3, 4), brought_forward=True)

    assert [one.batch_no for one in books.workspace.read(expected_arrivals, later)] == ["QF1"]
    books.workspace.write(books.actor, confirm, batch_nos=["QF1"])
    assert [one.batch_no for one in books.workspace.read(expected_arrivals, later)] == ["QF1"]
    books.workspace.write(checker, check, batch_nos=["QF1"])
    assert books.workspace.read(expected_arrivals, later) == []
    own = ArrivalFilter(day=DAY, brought_forward=True)
    assert [one.batch_no for one in books.workspace.read(expected_arrivals, own)] == ["QF1"]


def test_a_filter_takes_one_account(books: Books) -> None:
    cleared(books, 1)

    none = ArrivalFilter(day=DAY, account_no="1")
    own = ArrivalFilter(day=DAY, account_no=ACCOUNT)

    assert books.workspace.read(expected_arrivals, none) == []
    assert len(books.workspace.read(expected_arrivals, own)) == 1


def test_money_that_has_not_come_cannot_be_confirmed(books: Books) -> None:
    cleared(books, 1)

    with pytest.raises(NotArrived) as refused:
        books.workspace.write(books.actor, confirm, batch_nos=["QF1"])

    assert "expected 10.00, arrived 0.00" in refused.value.user_message()


def test_an_arrival_that_differs_says_which_discrepancy_is_in_the_way(books: Books) -> None:
    cleared(books, 1)
    arrived(books, arrival(1, 收入金额="4.00"))

    with pytest.raises(Differs) as refused:
        books.workspace.write(books.actor, confirm, batch_nos=["QF1"])

    number = expected(books)["QF1"].standing[0].id
    assert f"{number} {label(Kind.SHORT_ARRIVAL)} 6.00" in refused.value.user_message()


@pytest.mark.parametrize(
    ("line", "header", "kind"),
    [
        ({"手续费分摊": "1.00", "净额": "9.00"}, {"手续费": "1.00", "净额": "9.00"}, "amount"),
        ({}, {"笔数": "2"}, "total"),
        ({}, {"收款账号": "6222000000000002"}, "account"),
    ],
)
def test_a_clearing_that_differs_stands_in_the_way(
    books: Books, line: dict[str, str], header: dict[str, str], kind: str
) -> None:
    account, net = header.get("收款账号", ACCOUNT), header.get("净额", "10.00")
    books.load("payments", payment(1))
    books.load("bills", bill_line(1))
    books.load("batches", batch(1, **header))
    books.load("lines", clearing_line(1, **line))
    books.reconcile(Task.CLEARING)
    arrived(books, arrival(1, 收入金额=net, 账号=account))
    one = expected(books)["QF1"]
    assert one.state is ArrivalState.ARRIVED

    with pytest.raises(Differs):
        books.workspace.write(books.actor, confirm, batch_nos=["QF1"])

    assert [standing.kind for standing in one.standing] == [Kind(f"{kind}_differs")]


def test_a_clearing_that_nobody_verified_stands_in_the_way(books: Books) -> None:
    books.load("batches", batch(1))
    arrived(books, arrival(1))

    with pytest.raises(NotVerified):
        books.workspace.write(books.actor, confirm, batch_nos=["QF1"])


def test_entries_that_came_after_the_verification_ask_for_another_one(books: Books) -> None:
    clean(books, 1)
    books.load("late", bill_line(7))

    assert not expected(books)["QF1"].clean
    books.reconcile(Task.CLEARING)
    assert expected(books)["QF1"].clean


def test_a_batch_that_does_not_exist_is_named(books: Books) -> None:
    with pytest.raises(UnknownBatch, match="QF404"):
        books.workspace.write(books.actor, confirm, batch_nos=["QF404"])


def test_all_clean_ones_are_told_before_and_confirmed_alone(books: Books) -> None:
    cleared(books, 1, 2, 3)
    arrived(books, arrival(1), arrival(2), arrival(3, 收入金额="4.00"))
    wanted = ArrivalFilter(day=DAY)
    scope = scope_of(books.workspace.read(clean_ones, wanted))

    done = books.workspace.write(books.actor, confirm_all_clean, wanted=wanted, agreed=scope).value

    assert scope == Scope(count=2, fen=2000)
    assert [one.batch_no for one in done] == ["QF1", "QF2"]
    assert expected(books)["QF3"].confirmation is None
    assert books.workspace.read(clean_ones, wanted) == []
