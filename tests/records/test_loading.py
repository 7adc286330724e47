"""A file is loaded whole or not at all, and taken out again as long as nobody built on it."""

from datetime import date

import pytest

from app.base.errors import DayClosed, NotAllowed
from app.closing.files import MasterDataStays, UnknownFile, Wishes, undo_import
from app.db.workspace import Actor
from app.discrepancies.service import match_by_hand
from app.intake.rules import FileStatus, Kind, Reason
from app.matching.rules import Task
from app.records.refusals import FileInUse
from app.upkeep.verify import verify
from tests.books import (
    Books,
    arrival,
    batch,
    bill_line,
    channel,
    clearing_line,
    payment,
    record,
)


def test_the_same_bytes_under_another_name_change_nothing(books: Books) -> None:
    first = books.load("monday", payment(1))

    again = books.load("tuesday", payment(1))

    assert (again.status, again.file_id) == (FileStatus.DUPLICATE, first.file_id)
    assert books.count(Kind.PAYMENTS) == 1


def test_rows_of_overlapping_periods_are_skipped_and_counted(books: Books) -> None:
    books.load("march-4", arrival(1), arrival(2))

    later = books.load("march-5", arrival(2), arrival(3))

    assert (later.status, later.rows, later.accepted) == (FileStatus.LOADED, 2, 1)
    assert later.overlapping == 1
    assert books.count(Kind.ARRIVALS) == 3


def test_a_key_repeated_inside_one_file_is_loaded(books: Books) -> None:
    outcome = books.load("statement", record(1), record(1))

    assert (outcome.accepted, outcome.overlapping) == (2, 0)


def test_a_contradicting_row_is_rejected_and_told_where_the_other_stands(books: Books) -> None:
    first = books.load("first", payment(1), payment(2))

    outcome = books.load("second", payment(3), payment(2, 金额="99.00"))

    (problem,) = outcome.errors
    assert outcome.status is FileStatus.REJECTED
    assert (problem.reason, problem.line, problem.value) == (Reason.CONTRADICTS, 3, "Z2")
    assert dict(problem.params) == {"file": first.path, "line": "3"}
    assert set(books.days(Kind.PAYMENTS)) == {"Z1", "Z2"}


def test_a_corrected_file_replaces_the_one_that_shares_most_keys(books: Books) -> None:
    books.load("other", payment(7))
    wrong = books.load("payments", payment(1), payment(2))

    right = books.load("payments-2", payment(1), payment(2, 金额="12.00"), replace=True)

    assert right.status is FileStatus.REPLACED
    assert books.status(wrong.file_id) is FileStatus.REPLACED
    assert books.status(right.file_id) is FileStatus.LOADED
    assert set(books.days(Kind.PAYMENTS)) == {"Z1", "Z2", "Z7"}
    assert books.days(Kind.PAYMENTS, "amount_fen")["Z2"] == 1200


def test_a_file_matched_by_hand_is_not_replaced(books: Books, clerk: Actor) -> None:
    books.load("payments", payment(1))
    books.load("statement", record(2))
    books.workspace.write(
        clerk, match_by_hand, task=Task.CHANNEL, ours=["Z1"], theirs=["Z2"], reason="same"
    )

    outcome = books.load("payments", payment(1, 金额="12.00"), replace=True)

    assert outcome.status is FileStatus.REJECTED
    (problem,) = outcome.errors
    assert problem.reason is Reason.IN_USE
    assert "; Z1" in problem.text()
    assert books.days(Kind.PAYMENTS, "amount_fen") == {"Z1": 1000}


def test_an_import_is_taken_back_and_can_be_made_again(books: Books, clerk: Actor) -> None:
    first = books.load("payments", payment(1))
    assert first.file_id is not None

    books.workspace.write(clerk, undo_import, file_id=first.file_id)

    assert books.status(first.file_id) is FileStatus.UNDONE
    assert books.count(Kind.PAYMENTS) == 0
    assert books.load("payments", payment(1)).status is FileStatus.LOADED


def test_an_import_on_which_people_built_is_not_taken_back(books: Books, clerk: Actor) -> None:
    ours = books.load("payments", payment(1))
    assert ours.file_id is not None
    books.load("statement", record(2))
    books.workspace.write(
        clerk, match_by_hand, task=Task.CHANNEL, ours=["Z1"], theirs=["Z2"], reason="same"
    )

    with pytest.raises(FileInUse):
        books.workspace.write(clerk, undo_import, file_id=ours.file_id)

    assert books.status(ours.file_id) is FileStatus.LOADED


def test_an_import_is_taken_back_only_once(books: Books, clerk: Actor) -> None:
    first = books.load("payments", payment(1))
    assert first.file_id is not None
    books.workspace.write(clerk, undo_import, file_id=first.file_id)

    with pytest.raises(UnknownFile):
        books.workspace.write(clerk, undo_import, file_id=first.file_id)


def test_master_data_is_not_taken_back(books: Books, clerk: Actor) -> None:
    outcome = books.load("channels", channel("ICBC", 日切="23:00"))
    assert outcome.file_id is not None

    with pytest.raises(MasterDataStays):
        books.workspace.write(clerk, undo_import, file_id=outcome.file_id)


def test_taking_back_marks_the_days_on_which_the_lines_lie_now(books: Books, clerk: Actor) -> None:
    books.load("channels", channel("ICBC", 日切="23:00"))
    lines = books.load("lines", bill_line(1, 支付时间="2026-03-03 23:30:00"))
    assert lines.file_id is not None
    books.load("payments", payment(1, 支付时间="2026-03-03 23:30:00"))
    before = books.last_change()

    books.workspace.write(clerk, undo_import, file_id=lines.file_id)

    assert books.touched(Kind.BILL_LINES, before) == {20260303, 20260304}


def test_an_entry_of_a_closed_day_rejects_its_file_and_no_other(books: Books) -> None:
    books.close(date(2026, 3, 3))
    paths = [
        books.write("late", payment(1)),
        books.write("next", payment(2, 支付时间="2026-03-04 10:00:00")),
    ]

    late, following = books.load_paths(*paths)

    (problem,) = late.errors
    assert late.status is FileStatus.REJECTED
    assert (problem.reason, dict(problem.params)) == (Reason.DAY_CLOSED, {"day": "2026-03-03"})
    assert following.status is FileStatus.LOADED
    assert set(books.days(Kind.PAYMENTS)) == {"Z2"}


def test_a_statement_may_repeat_the_rows_of_a_closed_day(books: Books, clerk: Actor) -> None:
    books.load("bank", arrival(1))
    books.close(date(2026, 3, 4))
    before = books.last_change()

    again = books.load("week", arrival(1), arrival(2, 记账日期="2026-03-05"))

    assert (again.status, again.accepted, again.overlapping) == (FileStatus.LOADED, 1, 1)
    assert books.touched(Kind.ARRIVALS, before) == {20260305}
    assert again.file_id is not None
    books.workspace.write(clerk, undo_import, file_id=again.file_id)
    assert books.count(Kind.ARRIVALS) == 1
    assert _sound(books)


def test_a_file_that_only_repeats_a_closed_day_changes_nothing(books: Books) -> None:
    books.load("bank", arrival(1))
    books.close(date(2026, 3, 4))
    before = books.last_change()

    again = books.load("again", arrival(1), arrival(1))

    assert (again.status, again.accepted, again.overlapping) == (FileStatus.LOADED, 0, 2)
    assert _sound(books)
    assert books.touched(Kind.ARRIVALS, before) == set()


def test_a_new_or_changed_row_of_a_closed_day_rejects_the_statement(books: Books) -> None:
    books.load("bank", arrival(1))
    books.close(date(2026, 3, 4))

    new = books.load("new", arrival(1), arrival(2))
    changed = books.load("changed", arrival(1, 收入金额="10.01"))

    assert [one.status for one in (new, changed)] == [FileStatus.REJECTED] * 2
    for one in (new, changed):
        assert [problem.reason for problem in one.errors] == [Reason.DAY_CLOSED]
    assert books.count(Kind.ARRIVALS) == 1


def test_a_file_of_a_closed_day_is_not_taken_back(books: Books, clerk: Actor) -> None:
    outcome = books.load("payments", payment(1))
    assert outcome.file_id is not None
    books.close(date(2026, 3, 3))

    with pytest.raises(DayClosed):
        books.workspace.write(clerk, undo_import, file_id=outcome.file_id)


def test_clearing_lines_belong_to_the_day_of_batches_that_came_later(
    books: Books, clerk: Actor
) -> None:
    lines = books.load("lines", clearing_line(1))
    assert lines.file_id is not None
    books.load("batches", batch(1))
    books.close(date(2026, 3, 3))

    with pytest.raises(DayClosed):
        books.workspace.write(clerk, undo_import, file_id=lines.file_id)


def test_what_the_run_of_a_closed_day_matched_is_not_taken_back(books: Books, clerk: Actor) -> None:
    books.load("batches", batch(1))
    bank = books.load("bank", arrival(1))
    assert bank.file_id is not None
    books.reconcile(Task.ARRIVAL)
    books.close(date(2026, 3, 3))

    with pytest.raises(DayClosed):
        books.workspace.write(clerk, undo_import, file_id=bank.file_id)


def test_entries_far_from_the_date_that_a_file_is_for_reject_it(books: Books) -> None:
    path = books.write(
        "payments",
        payment(1),
        payment(2, 支付时间="2026-03-10 10:00:00"),
        payment(3, 支付时间="2026-03-11 10:00:00"),
        payment(4, 支付时间="2026-02-23 10:00:00"),
    )

    (outcome,) = books.load_paths(path, wishes=Wishes(day=date(2026, 3, 3)))

    assert outcome.status is FileStatus.REJECTED
    assert [(one.reason, one.line, one.value) for one in outcome.errors] == [
        (Reason.DATE_OUTSIDE, 4, "2026-03-11"),
        (Reason.DATE_OUTSIDE, 5, "2026-02-23"),
    ]
    assert outcome.error_count == 2
    assert outcome.errors[0].text() == "“2026-03-11” is outside 2026-02-24 to 2026-03-10."


def test_arrivals_may_be_booked_after_long_holidays(books: Books) -> None:
    path = books.write("bank", arrival(1, 记账日期="2026-02-24"))

    (outcome,) = books.load_paths(path, wishes=Wishes(day=date(2026, 2, 14)))

    assert outcome.status is FileStatus.LOADED


def test_who_keeps_master_data_may_load_it(books: Books, supervisor: Actor) -> None:
    path = books.write("channels", channel("ICBC", 日切="23:00"))

    (outcome,) = books.load_paths(path, actor=supervisor)

    assert outcome.status is FileStatus.LOADED


def test_who_keeps_master_data_may_load_nothing_else(books: Books, supervisor: Actor) -> None:
    paths = [books.write("channels", channel("ICBC")), books.write("payments", payment(1))]

    with pytest.raises(NotAllowed):
        books.load_paths(*paths, actor=supervisor)

    (outcome,) = books.load_paths(paths[0])
    assert outcome.status is FileStatus.LOADED, "it was not loaded before the refusal"


def test_who_only_reads_may_load_nothing(books: Books, reader: Actor) -> None:
    path = books.write("channels", channel("ICBC"))

    with pytest.raises(NotAllowed):
        books.load_paths(path, actor=reader)


def test_a_refused_row_of_master_data_is_told_in_the_words_of_its_file(books: Books) -> None:
    outcome = books.load("channels", channel("ICBC", 日切="23:00"), channel("ICBC"))

    (problem,) = outcome.errors
    assert (problem.reason, problem.line, problem.column) == (Reason.REPEATED_CODE, 3, "渠道编码")
    assert problem.text() == "The code “ICBC” stands twice with different contents."


def _sound(books: Books) -> bool:
    """Whether all holds, but that the day was closed without asking whether all is done."""
    checks = books.workspace.read(verify).checks
    return all(check.ok for check in checks if check.name != "closings")
