"""The running balance of an account is followed across files; a break is told, never refused."""

from app.intake.rules import FileStatus, Notice
from tests.books import Books, arrival


def test_balances_that_follow_each_other_across_files_are_silent(books: Books) -> None:
    books.load("monday", arrival(1, 收入金额="50.00", 余额="150.00"))

    later = books.load("tuesday", arrival(2, 收入金额="10.00", 余额="160.00"))

    assert not later.findings


def test_a_break_between_two_files_is_a_finding_with_its_line(books: Books) -> None:
    books.load("monday", arrival(1, 收入金额="50.00", 余额="150.00"))

    later = books.load("tuesday", arrival(2, 收入金额="10.00", 余额="170.00"))

    (finding,) = later.findings
    assert later.status is FileStatus.LOADED
    assert (finding.notice, finding.line) == (Notice.BALANCE_BREAK, 2)
    assert (finding.params["expected"], finding.params["found"]) == ("160.00", "170.00")


def test_a_statement_that_lists_the_newest_first_has_no_breaks(books: Books) -> None:
    outcome = books.load(
        "statement",
        arrival(3, 收入金额="5.00", 余额="115.00"),
        arrival(2, 收入金额="10.00", 余额="110.00"),
        arrival(1, 收入金额="50.00", 余额="100.00"),
    )

    assert not outcome.findings
