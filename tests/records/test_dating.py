"""Bill lines and write-offs stand on the business day of their order, whatever came first."""

from collections.abc import Callable
from datetime import date
from itertools import permutations

import pytest

from app.closing.files import undo_import
from app.db.workspace import Actor
from app.intake.rules import FileStatus, Kind, Reason
from tests.books import Books, Row, bill_line, channel, payment, record, writeoff

LATE = "2026-03-03 23:30:00"
"""After ICBC's cut-off in these tests: its business day is the next one."""

NAMES = ("payments", "lines", "writeoffs")
FILES: dict[str, Callable[[], Row]] = {
    "payments": lambda: payment(1, 支付时间=LATE),
    "lines": lambda: bill_line(1, 支付时间=LATE),
    "writeoffs": lambda: writeoff(1, 销账时间=LATE),
}


@pytest.fixture
def early(books: Books) -> Books:
    """Books in which ICBC's day ends at 23:00."""
    books.load("channels", channel("ICBC", 日切="23:00"))
    return books


@pytest.mark.parametrize("order", list(permutations(NAMES)), ids="-".join)
def test_lines_take_their_orders_day_in_any_order_of_files(
    order: tuple[str, ...], early: Books
) -> None:
    for name in order:
        early.load(name, FILES[name]())

    assert early.days(Kind.BILL_LINES) == {"O1": 20260304}
    assert early.days(Kind.WRITEOFFS) == {"X1": 20260304}


def test_lines_without_an_order_stand_on_their_calendar_day(early: Books) -> None:
    early.load("lines", bill_line(1, 支付时间=LATE))

    assert early.days(Kind.BILL_LINES) == {"O1": 20260303}


def test_lines_go_back_when_their_payments_are_taken_back(early: Books, clerk: Actor) -> None:
    early.load("lines", bill_line(1, 支付时间=LATE))
    paid = early.load("payments", payment(1, 支付时间=LATE))
    assert paid.file_id is not None

    early.workspace.write(clerk, undo_import, file_id=paid.file_id)

    assert early.days(Kind.BILL_LINES) == {"O1": 20260303}


def test_an_earlier_payment_from_a_later_file_moves_the_order(early: Books) -> None:
    early.load("second", payment(1, 支付时间="2026-03-04 09:00:00"))
    early.load("lines", bill_line(1, 支付时间="2026-03-04 09:00:00"))

    early.load("first", payment(1, 支付流水号="Z1a", 支付时间="2026-03-03 09:00:00"))

    assert early.days(Kind.BILL_LINES) == {"O1": 20260303}
    assert early.days(Kind.PAYMENTS) == {"Z1": 20260304, "Z1a": 20260303}
    assert early.days(Kind.PAYMENTS, "moved_on") == {"Z1": 20260303, "Z1a": None}


def test_a_refund_stands_on_its_own_day(early: Books) -> None:
    early.load(
        "payments",
        payment(1),
        payment(1, 支付流水号="R1", 交易类型="退款", 支付时间="2026-03-05 23:30:00"),
    )

    early.load(
        "lines",
        bill_line(1, 支付时间="2026-03-05 23:30:00", 交易类型="退费"),
    )

    assert early.days(Kind.BILL_LINES) == {"O1": 20260306}


def test_a_changed_cut_off_dates_both_sides_anew(books: Books) -> None:
    books.load("payments", payment(1, 支付时间=LATE), payment(2))
    books.load("statement", record(1, 交易时间=LATE), record(2))
    books.load("lines", bill_line(1, 支付时间=LATE), bill_line(2))

    outcome = books.load("channels", channel("ICBC", 日切="23:00"))

    assert outcome.status is FileStatus.LOADED
    assert books.days(Kind.PAYMENTS) == {"Z1": 20260304, "Z2": 20260303}
    assert books.days(Kind.CHANNEL) == {"Z1": 20260304, "Z2": 20260303}
    assert books.days(Kind.BILL_LINES) == {"O1": 20260304, "O2": 20260303}
    assert books.touched(Kind.PAYMENTS) == {20260303, 20260304}


def test_a_changed_cut_off_moves_the_orders_other_payments(books: Books) -> None:
    books.load(
        "payments",
        payment(1, 支付时间=LATE),
        payment(1, 支付流水号="Z1b", 支付渠道="ABC", 支付时间="2026-03-03 23:31:00"),
    )

    books.load("channels", channel("ICBC", 日切="23:00"))

    assert books.days(Kind.PAYMENTS) == {"Z1": 20260304, "Z1b": 20260303}
    assert books.days(Kind.PAYMENTS, "moved_on") == {"Z1": None, "Z1b": 20260304}


def test_a_changed_cut_off_that_reaches_a_closed_day_is_rejected(books: Books) -> None:
    books.load("payments", payment(1, 支付时间=LATE))
    books.close(date(2026, 3, 3))

    outcome = books.load("channels", channel("ICBC", 日切="23:00"))

    (problem,) = outcome.errors
    assert problem.reason is Reason.DAY_CLOSED
    assert books.days(Kind.PAYMENTS) == {"Z1": 20260303}
    books.load("more", payment(2, 支付时间="2026-03-04 23:30:00"))
    assert books.days(Kind.PAYMENTS)["Z2"] == 20260304, "the cut-off is the former one"
