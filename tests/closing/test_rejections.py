"""A refused file is remembered with its reasons and its lines, until it is settled."""

from datetime import UTC, datetime, timedelta

import pytest

from app.base.errors import NotAllowed
from app.closing.day_files import (
    FileFilter,
    FileRow,
    Mark,
    RejectionDetails,
    file_ids,
    file_rows,
    rejection_details,
)
from app.closing.files import Wishes
from app.closing.following import FileOutcome
from app.closing.rejections import UnknownRejection, dismiss_rejection, ranges_around
from app.db.workspace import Actor
from app.discrepancies.service import match_by_hand
from app.intake.rules import FileStatus, Reason, RejectionState
from app.matching.rules import Task
from tests.books import DAY, Books, bill_line, payment, record

NOW = datetime.now(UTC)


def listed(books: Books, **wanted: object) -> list[FileRow]:
    found = FileFilter(**{"now": NOW, "day": DAY, **wanted})  # type: ignore[arg-type]
    ids = books.workspace.read(file_ids, found)
    return books.workspace.read(file_rows, ids)


def details(books: Books, outcome: FileOutcome) -> RejectionDetails:
    assert outcome.rejection_id is not None
    return books.workspace.read(rejection_details, outcome.rejection_id)


def test_reasons_and_lines_stay_and_the_wrong_cell_is_marked(books: Books) -> None:
    outcome = books.load("payments", payment(1), payment(2, 金额="12.345"))

    found = details(books, outcome)

    assert [problem.reason for problem in found.problems] == [Reason.BAD_AMOUNT]
    assert found.marks == (Mark(row=2, cell=found.lines.header.index("金额")),)
    assert found.lines.rows[2].cells[6] == "12.345"
    assert (found.row.by, found.row.rejection) == ("clerk", RejectionState.OPEN)


def test_of_a_large_file_the_lines_around_what_is_wrong_stay(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.closing.rejections.WHOLE_SIZE", 1_000)
    rows = [payment(number) for number in range(200)]
    rows[149] = payment(149, 金额="x")

    found = details(books, books.load("payments", *rows))

    lines = [row.line for row in found.lines.rows]
    assert lines == [*range(1, 21), *range(148, 155)]
    assert found.marks == (Mark(row=lines.index(151), cell=6),)


def test_personal_data_in_the_lines_is_masked(books: Books) -> None:
    found = details(books, books.load("bills", bill_line(1, 户名="王小明", 实缴金额="x")))

    shown = [cell for row in found.lines.rows[1:] for cell in row.cells]
    assert "王小明" not in shown
    assert "王**" in shown


def test_a_row_that_contradicts_a_loaded_one_is_marked_at_its_key(books: Books) -> None:
    books.load("first", payment(1))

    found = details(books, books.load("second", payment(1, 金额="99.00")))

    assert found.problems[0].reason is Reason.CONTRADICTS
    assert found.marks == (Mark(row=1, cell=found.lines.header.index("支付流水号")),)


def test_what_is_no_statement_is_remembered_without_lines(books: Books) -> None:
    path = books.folder / "a.pdf"
    path.write_bytes(b"%PDF-1.4 nothing")

    (outcome,) = books.load_paths(path)

    found = details(books, outcome)
    assert (found.lines.rows, found.marks) == ((), (None,))


def test_a_missing_file_is_not_remembered(books: Books) -> None:
    (outcome,) = books.load_paths(books.folder / "nothing.csv")

    assert (outcome.status, outcome.rejection_id) == (FileStatus.REJECTED, None)
    assert listed(books) == []


def test_the_corrected_file_makes_the_refusal_history(books: Books) -> None:
    books.load("payments", payment(1, 金额="x"))

    right = books.load("payments(1)", payment(1))

    assert [(row.status, row.id) for row in listed(books)] == [(FileStatus.LOADED, right.file_id)]
    _right, wrong = listed(books, history=True)
    assert (wrong.rejection, wrong.successor) == (RejectionState.CORRECTED, right.file_id)


def test_the_same_name_on_another_day_corrects_nothing(books: Books) -> None:
    books.load("payments", payment(1), payment(2, 金额="x"))

    books.load("payments", payment(3, 支付时间="2026-03-04 10:00:00"))

    (row,) = [row for row in listed(books) if row.rejection]
    assert row.rejection is RejectionState.OPEN


def test_the_same_file_loaded_once_its_channel_is_known_settles_it(books: Books) -> None:
    wrong = books.load("other", record(1, 渠道编码="NEW"))
    books.load("channels", {"渠道编码": "NEW", "名称": "新渠道", "类型": "银行", "日切": "24:00"})

    right = books.load("renamed", record(1, 渠道编码="NEW"))

    assert right.status is FileStatus.LOADED
    assert details(books, wrong).row.rejection is RejectionState.CORRECTED


def test_a_file_refused_again_is_open_once(books: Books) -> None:
    books.load("payments", payment(1, 金额="x"))
    books.load("payments", payment(1, 金额="y"))

    assert len(listed(books)) == 1
    assert [row.rejection for row in listed(books, history=True)] == [
        RejectionState.OPEN,
        RejectionState.RETRIED,
    ]


def test_a_refusal_can_be_set_aside_and_taken_up_again(books: Books, clerk: Actor) -> None:
    outcome = books.load("payments", payment(1, 金额="x"))
    assert outcome.rejection_id is not None

    books.workspace.write(clerk, dismiss_rejection, rejection_id=outcome.rejection_id)
    gone = listed(books)
    books.workspace.write(clerk, dismiss_rejection, rejection_id=outcome.rejection_id, undo=True)

    assert gone == []
    assert len(listed(books)) == 1


def test_only_an_open_refusal_can_be_set_aside(books: Books, clerk: Actor, reader: Actor) -> None:
    outcome = books.load("payments", payment(1, 金额="x"))
    assert outcome.rejection_id is not None

    with pytest.raises(NotAllowed):
        books.workspace.write(reader, dismiss_rejection, rejection_id=outcome.rejection_id)
    books.load("payments", payment(1))
    with pytest.raises(UnknownRejection):
        books.workspace.write(clerk, dismiss_rejection, rejection_id=outcome.rejection_id)


def test_a_refused_file_of_no_day_stands_with_each_day(books: Books) -> None:
    path = books.folder / "a.pdf"
    path.write_bytes(b"%PDF-1.4 nothing")
    books.load_paths(path)

    assert [row.name for row in listed(books)] == ["a.pdf"]
    assert [row.name for row in listed(books, day=DAY + timedelta(days=1))] == ["a.pdf"]


def test_a_name_or_the_day_at_hand_tells_what_a_refused_file_is_about(books: Books) -> None:
    named = books.folder / "20260304.pdf"
    unnamed = books.folder / "b.pdf"
    for path in (named, unnamed):
        path.write_bytes(b"%PDF-1.4 " + path.name.encode())

    books.load_paths(named, unnamed, wishes=Wishes(about=DAY))

    assert [row.name for row in listed(books)] == ["b.pdf"]
    assert [row.name for row in listed(books, day=DAY + timedelta(days=1))] == ["20260304.pdf"]


def test_a_file_on_which_people_built_says_on_what(books: Books, clerk: Actor) -> None:
    books.load("payments", payment(1), payment(2))
    books.load("statement", record(3))
    books.workspace.write(
        clerk, match_by_hand, task=Task.CHANNEL, ours=["Z2"], theirs=["Z3"], reason="same"
    )

    outcome = books.load("payments", payment(1), payment(2, 金额="12.00"), replace=True)

    (problem,) = details(books, outcome).problems
    assert problem.reason is Reason.IN_USE
    assert "; Z2" in problem.text()


@pytest.mark.parametrize(
    ("lines", "ranges"),
    [
        ([], [(1, 20)]),
        ([0], [(1, 20)]),
        ([22], [(1, 25)]),
        ([24], [(1, 27)]),
        ([25], [(1, 20), (22, 28)]),
        ([100, 90, 97], [(1, 20), (87, 103)]),
    ],
)
def test_ranges_never_overlap(lines: list[int], ranges: list[tuple[int, int]]) -> None:
    assert ranges_around(lines) == ranges
