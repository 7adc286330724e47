"""The figures beside the board: differences, what is on its way, what is overdue, the trend."""

from __future__ import annotations

from datetime import date

from app.closing.figures import DayBoard, day_board, figures, trend
from app.closing.rules import Sum
from app.discrepancies.queries import DiscrepancyFilter, discrepancies
from app.discrepancies.service import explain
from app.intake.rules import Kind
from app.matching.rules import Task
from tests.books import ACCOUNT, DAY, Books, arrival, batch, channel, payment, record

NEXT = date(2026, 3, 4)


def _board(books: Books, day: date = DAY) -> DayBoard:
    return books.workspace.read(day_board, day)


def test_long_and_short_do_not_hide_each_other(books: Books) -> None:
    books.load("payments", payment(1), payment(2, 金额="7.00"))
    books.load("statement", record(1), record(3, 金额="7.00"))
    books.reconcile(Task.CHANNEL)

    found = books.workspace.read(figures, DAY)

    assert found.reconciled == Sum(count=2, fen=0, gross_fen=1400)
    assert found.adjusted == found.reconciled
    assert found.transit == Sum()


def test_what_people_explained_leaves_the_second_figure_only(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("statement", record(2, 金额="3.00"))
    books.reconcile(Task.CHANNEL)
    left = books.workspace.read(discrepancies, DiscrepancyFilter(day=DAY))
    ids = [one.id for one in left if one.difference_fen == 1000]

    books.workspace.write(books.actor, explain, ids=ids, reason="known")

    found = books.workspace.read(figures, DAY)
    assert found.reconciled == Sum(count=2, fen=700, gross_fen=1300)
    assert found.adjusted == Sum(count=1, fen=-300, gross_fen=300)


def test_fees_count_but_add_no_money(books: Books) -> None:
    books.load("channels", channel("ICBC", 费率="0.0038"))
    books.load("payments", payment(1, 手续费="0.04"))
    books.load("statement", record(1, 手续费="0.09"))
    books.reconcile(Task.CHANNEL)

    assert books.workspace.read(figures, DAY).reconciled == Sum(count=1)


def test_what_waits_over_the_cut_off_is_on_its_way(books: Books) -> None:
    books.load("payments", payment(1, 支付时间="2026-03-03 23:50:00"))
    books.load("statement", record(2))
    books.reconcile(Task.CHANNEL)

    found = books.workspace.read(figures, DAY)

    assert found.transit == Sum(count=1, fen=1000, gross_fen=1000)
    assert found.reconciled == Sum(count=1, fen=-1000, gross_fen=1000)


def test_a_batch_is_on_its_way_until_it_is_late(books: Books) -> None:
    books.load("batches", batch(1))
    books.reconcile(Task.ARRIVAL)
    on_time = _board(books)

    books.reconcile(Task.ARRIVAL, NEXT)
    late = _board(books)

    assert on_time.figures.transit == Sum(count=1, fen=1000, gross_fen=1000)
    assert on_time.overdue.batches == Sum()
    assert late.figures.transit == Sum()
    assert late.figures.reconciled == Sum(count=1, fen=1000, gross_fen=1000)
    assert late.overdue.batches == Sum(count=1, fen=1000, gross_fen=1000)
    assert late.overdue.batches_since == DAY


def test_open_discrepancies_are_overdue_after_their_window(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("statement", record(2))
    books.reconcile(Task.CHANNEL)
    fresh = _board(books).overdue

    books.reconcile(Task.CHANNEL, date(2026, 3, 6))
    old = _board(books, date(2026, 3, 6)).overdue

    assert fresh.discrepancies == Sum()
    assert old.discrepancies == Sum(count=2, fen=0, gross_fen=2000)
    assert old.discrepancies_since == DAY
    assert not old.nothing


def test_missing_files_are_named(books: Books) -> None:
    books.load("payments", payment(1), payment(2, 支付渠道="ALIPAY"))
    books.load("statement", record(1))

    found = _board(books).overdue

    assert found.statements == ("ALIPAY",)
    assert found.files == (Kind.BILL_LINES, Kind.WRITEOFFS, Kind.CLEARING_BATCHES)


def test_a_day_before_its_first_file_lacks_nothing(books: Books) -> None:
    found = _board(books)

    assert found.rows == ()
    assert found.overdue.nothing


def test_the_trend_shows_the_match_rate_and_what_is_open(books: Books) -> None:
    books.load("payments", payment(1), payment(2))
    books.load("statement", record(1))
    books.reconcile(Task.CHANNEL)
    books.load("batches", batch(1, 业务日期="2026-03-04", 清分日期="2026-03-05"))
    books.load("bank", arrival(1, 记账日期="2026-03-05"))
    books.reconcile(Task.ARRIVAL, NEXT)

    first, second = books.workspace.read(trend, NEXT)

    assert (first.day, first.entries, first.matched) == (DAY, 3, 2)
    assert (first.per_mille, first.open_count, first.open_fen) == (666, 1, 1000)
    assert (second.day, second.per_mille, second.open_count) == (NEXT, 1000, 0)
    assert books.workspace.read(trend, date(2026, 4, 30)) == []


def test_an_organisation_shows_its_own_accounts(books: Books) -> None:
    books.load("batches", batch(1))

    own = books.workspace.read(day_board, DAY, organisation="P1")
    other = books.workspace.read(day_board, DAY, organisation="P2")

    assert [row.account for row in own.rows if row.account] == [ACCOUNT]
    assert [row.account for row in other.rows if row.account] == []
