"""The lines of a loaded file can be seen after the file itself is gone."""

from collections.abc import Iterator
from datetime import date

import pytest

from app.closing.day_files import FileFilter, NoSuchFile, file_details, file_ids, file_rows
from app.closing.files import undo_import
from app.closing.viewing import LineViewer
from app.db.workspace import Actor
from app.intake.rules import FileStatus, RawLines
from tests.books import DAY, Books, arrival, bill_line, payment
from tests.closing.test_rejections import NOW


@pytest.fixture
def viewer(books: Books) -> Iterator[LineViewer]:
    """Return a viewer of the books."""
    made = LineViewer(books.workspace)
    yield made
    made.close()


def shown(found: object) -> list[int]:
    assert isinstance(found, RawLines)
    return [row.line for row in found.rows]


def test_lines_come_page_by_page_although_the_file_is_gone(
    books: Books, viewer: LineViewer
) -> None:
    loaded = books.load("payments", *[payment(number) for number in range(20)])
    (books.folder / "payments.csv").unlink()
    assert loaded.file_id is not None

    assert shown(viewer.lines(loaded.file_id, 1, 5)) == [1, 2, 3, 4, 5]
    assert shown(viewer.lines(loaded.file_id, 19, 5)) == [19, 20, 21]
    assert shown(viewer.lines(loaded.file_id, 100, 5)) == []


def test_one_viewer_shows_one_file_after_the_other_and_masks(
    books: Books, viewer: LineViewer
) -> None:
    first = books.load("payments", payment(1))
    second = books.load("bills", bill_line(1, 户名="王小明"))
    assert first.file_id is not None
    assert second.file_id is not None

    viewer.lines(first.file_id, 1, 5)
    found = viewer.lines(second.file_id, 1, 5)

    assert isinstance(found, RawLines)
    assert "王**" in found.rows[1].cells


def test_a_file_that_is_not_on_record_is_told(viewer: LineViewer) -> None:
    with pytest.raises(NoSuchFile):
        viewer.lines(99, 1, 5)


def test_the_details_of_a_file_tell_its_parts_and_what_it_replaced(books: Books) -> None:
    books.load("payments", payment(1), payment(2, 支付渠道="CCB"))
    right = (payment(1), payment(2, 支付渠道="CCB", 金额="12.00"))
    loaded = books.load("payments-2", *right, replace=True)
    assert loaded.file_id is not None

    found = books.workspace.read(file_details, loaded.file_id)

    assert [(one.scope, one.rows, one.amount_fen) for one in found.parts] == [
        ("CCB", 1, 1200),
        ("ICBC", 1, 1000),
    ]
    assert (found.row.title, found.replaces) == ("支付流水（标准模板）", "payments.csv")


def test_files_are_listed_by_day_sorted_and_filtered(books: Books, clerk: Actor) -> None:
    books.load("b", payment(1))
    books.load("a", arrival(1, 记账日期="2026-03-03"))
    undone = books.load("c", payment(2))
    assert undone.file_id is not None
    books.workspace.write(clerk, undo_import, file_id=undone.file_id)

    def names(**wanted: object) -> list[str]:
        found = FileFilter(**{"now": NOW, "day": DAY, "order": "name", **wanted})  # type: ignore[arg-type]
        ids = books.workspace.read(file_ids, found)
        return [row.name for row in books.workspace.read(file_rows, ids)]

    assert names() == ["b.csv", "a.csv"]
    assert names(downwards=False) == ["a.csv", "b.csv"]
    assert names(texts={"name": "A"}) == ["a.csv"]
    assert names(texts={"by": "nobody"}) == []
    assert names(history=True) == ["c.csv", "b.csv", "a.csv"]
    assert names(day=date(2026, 3, 9)) == []


def test_a_file_taken_back_is_history(books: Books, clerk: Actor) -> None:
    loaded = books.load("a", payment(1))
    assert loaded.file_id is not None
    books.workspace.write(clerk, undo_import, file_id=loaded.file_id)

    (row,) = books.workspace.read(file_rows, [loaded.file_id])

    assert row.status is FileStatus.UNDONE


def test_who_asks_after_the_end_starts_no_process(books: Books, viewer: LineViewer) -> None:
    outcome = books.load("payments", payment(1))
    assert outcome.file_id is not None
    viewer.close()

    found = viewer.lines(outcome.file_id, 1, 5)

    assert found == RawLines()
    assert viewer._reader is None
