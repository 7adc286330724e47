"""Before a corrected file replaces the loaded one, people see what would change."""

from datetime import date
from pathlib import Path

import pytest

from app.base.progress import Silent
from app.closing.files import Wishes
from app.closing.replacing import OnlyOneFile, Replacement, preview_replacement
from app.db.workspace import Actor
from app.discrepancies.service import match_by_hand
from app.intake.rules import FileStatus, Kind, Reason
from app.matching.rules import Task
from app.records.comparing import FieldChange
from tests.books import DAY, Books, arrival, batch, clearing_line, payment, record


def preview(books: Books, path: Path) -> Replacement:
    return preview_replacement(
        books.workspace,
        books.actor,
        path,
        wishes=Wishes(),
        today=date(2026, 3, 10),
        progress=Silent(),
    )


def test_added_removed_and_changed_rows_are_told_and_nothing_changes(books: Books) -> None:
    first = books.load("payments", payment(1), payment(2), payment(3))
    before = books.last_change()

    found = preview(
        books, books.write("payments-2", payment(1), payment(4), payment(3, 金额="12.50"))
    )

    assert found.compared is not None
    assert (found.replaces, found.replaces_name) == (first.file_id, "payments.csv")
    compared = found.compared
    assert (compared.added, compared.removed, compared.changed, compared.same) == (1, 1, 1, 1)
    assert (compared.added_fen, compared.removed_fen, compared.changed_fen) == (1000, 1000, 250)
    assert [row.key for row in compared.added_rows] == ["Z4"]
    assert [(row.key, row.line) for row in compared.removed_rows] == [("Z2", 3)]
    (row,) = compared.changed_rows
    assert (row.key, row.line, row.before_line) == ("Z3", 4, 4)
    assert row.changes == (FieldChange(field="amount_fen", before=1000, after=1250),)
    assert (books.last_change(), books.count(Kind.PAYMENTS)) == (before, 3)
    assert books.status(first.file_id) is FileStatus.LOADED


def test_what_is_told_is_what_replacing_does(books: Books) -> None:
    books.load("payments", payment(1), payment(2))
    path = books.write("payments-2", payment(2), payment(3))

    found = preview(books, path)
    books.load_paths(path, wishes=Wishes(replace=True))

    assert found.compared is not None
    assert (found.compared.added, found.compared.removed, found.compared.same) == (1, 1, 1)
    assert set(books.days(Kind.PAYMENTS)) == {"Z2", "Z3"}


def test_a_file_that_corrects_none_says_so(books: Books) -> None:
    books.load("payments", payment(1))

    found = preview(books, books.write("other", payment(7)))

    assert (found.replaces, found.compared, found.rows) == (None, None, 1)


def test_the_very_same_file_is_recognised(books: Books) -> None:
    first = books.load("payments", payment(1))

    found = preview(books, books.write("again", payment(1)))

    assert (found.same, found.replaces) == (True, first.file_id)


def test_repeated_keys_are_paired_in_their_order(books: Books) -> None:
    books.load("statement", record(1), record(1))

    found = preview(books, books.write("statement-2", record(1), record(1, 金额="9.00"), record(1)))

    assert found.compared is not None
    compared = found.compared
    assert (compared.added, compared.changed, compared.same) == (1, 1, 1)


def test_wrong_rows_are_told_instead(books: Books) -> None:
    books.load("payments", payment(1))

    found = preview(books, books.write("payments-2", payment(1, 金额="x")))

    assert [problem.reason for problem in found.problems] == [Reason.BAD_AMOUNT]
    assert found.compared is None


def test_a_file_on_which_people_built_says_so_before(books: Books, clerk: Actor) -> None:
    books.load("payments", payment(1))
    books.load("statement", record(2))
    books.workspace.write(
        clerk, match_by_hand, task=Task.CHANNEL, ours=["Z1"], theirs=["Z2"], reason="same"
    )

    found = preview(books, books.write("payments-2", payment(1, 金额="12.00")))

    assert [problem.reason for problem in found.problems] == [Reason.IN_USE]
    assert found.compared is not None
    assert found.compared.changed == 1


def test_a_closed_day_says_so_before(books: Books) -> None:
    books.load("payments", payment(1))
    books.close(DAY)

    found = preview(books, books.write("payments-2", payment(1, 金额="12.00")))

    assert [problem.reason for problem in found.problems] == [Reason.DAY_CLOSED]


def test_a_row_of_a_third_file_is_told(books: Books) -> None:
    books.load("a", payment(1), payment(2))
    books.load("b", payment(3))

    found = preview(books, books.write("a-2", payment(1), payment(2), payment(3, 金额="1.00")))

    assert [problem.reason for problem in found.problems] == [Reason.CONTRADICTS]


def test_clearing_lines_and_arrivals_are_compared_too(books: Books) -> None:
    books.load("batches", batch(1))
    books.load("lines", clearing_line(1))
    books.load("bank", arrival(1))

    lines = preview(books, books.write("lines-2", clearing_line(1, 净额="9.00")))
    bank = preview(books, books.write("bank-2", arrival(1, 摘要="更正")))

    assert lines.compared is not None
    assert lines.compared.changed_fen == -100
    assert bank.compared is not None
    assert bank.compared.changed_rows[0].changes == (
        FieldChange(field="summary", before="清分款", after="更正"),
    )


def test_only_one_file_can_be_looked_at(books: Books) -> None:
    books.write("a", payment(1))
    books.write("b", payment(2))

    with pytest.raises(OnlyOneFile):
        preview(books, books.folder)
