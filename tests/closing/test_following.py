"""Who follows the loading of many files learns of each how far it is and what became of it."""

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from app.base.errors import Cancelled
from app.closing.files import TooManyFiles, Wishes, import_paths
from app.closing.following import FileStep
from app.closing.rules import Stage
from app.intake.rules import FileStatus, Kind, Reason
from tests.books import Books, arrival, payment, record
from tests.intake.making import write_zip


class Watcher:
    """Keeps every step; stops at a stage of a file when it is told to."""

    def __init__(self, stop: tuple[str, Stage] = ("", Stage.ENDED)) -> None:
        self.steps: dict[str, list[FileStep]] = defaultdict(list)
        self._stop = stop
        self._stopped = False

    def follow(self, step: FileStep) -> None:
        self.steps[Path(step.path).name].append(step)
        self._stopped |= (Path(step.path).name, step.stage) == self._stop

    def advance(self, done: int, total: int, note: str = "") -> None:
        assert 0 <= done <= total, note
        if self._stopped:
            raise Cancelled

    def stages(self, name: str) -> list[Stage]:
        return list(dict.fromkeys(step.stage for step in self.steps[name]))

    def status(self, name: str) -> FileStatus | None:
        outcome = self.steps[name][-1].outcome
        return None if outcome is None else outcome.status


def load(books: Books, watcher: Watcher, *paths: Path, wishes: Wishes | None = None) -> None:
    import_paths(
        books.workspace,
        books.actor,
        paths,
        wishes=wishes or Wishes(),
        today=date(2026, 3, 10),
        progress=watcher,
    )


def test_each_file_is_listed_found_loaded_and_ended(books: Books) -> None:
    watcher = Watcher()
    paths = [books.write("bank", arrival(1)), books.write("payments", payment(1), payment(2))]

    load(books, watcher, *paths)

    assert watcher.stages("payments.csv") == [
        Stage.LISTED,
        Stage.FOUND,
        Stage.LOADING,
        Stage.SETTLING,
        Stage.ENDED,
    ]
    found, last = watcher.steps["payments.csv"][1], watcher.steps["payments.csv"][-1]
    assert (found.kind, found.profile) == (Kind.PAYMENTS, "standard-payments")
    assert (last.rows, last.read, last.size) == (2, last.size, paths[1].stat().st_size)
    assert last.outcome is not None
    assert last.outcome.status is FileStatus.LOADED


def test_the_members_of_an_archive_name_where_they_come_from(books: Books) -> None:
    watcher = Watcher()
    members = {
        b"p.csv": books.write("p", payment(1)).read_bytes(),
        b"r.csv": books.write("r", record(1)).read_bytes(),
    }
    archive = write_zip(books.folder / "day.zip", members)

    load(books, watcher, archive)

    assert watcher.stages("day.zip") == [Stage.LISTED]
    assert {step.origin for step in watcher.steps["p.csv"]} == {str(archive)}
    assert watcher.status("p.csv") is watcher.status("r.csv") is FileStatus.LOADED


def test_notes_of_programs_in_a_folder_are_passed_over(books: Books) -> None:
    watcher = Watcher()
    folder = books.folder / "day"
    folder.mkdir()
    (folder / "truth.json").write_text('{"a": 1}', encoding="utf-8")

    load(books, watcher, folder)

    assert watcher.stages("truth.json") == [Stage.LISTED, Stage.PASSED_OVER]


def test_cancelling_keeps_finished_files_and_nothing_half_done(books: Books) -> None:
    watcher = Watcher(stop=("statement.csv", Stage.LOADING))
    paths = [books.write("payments", payment(1)), books.write("statement", record(1), record(2))]

    with pytest.raises(Cancelled):
        load(books, watcher, *paths)

    assert watcher.status("payments.csv") is FileStatus.LOADED
    assert watcher.status("statement.csv") is None
    assert (books.count(Kind.PAYMENTS), books.count(Kind.CHANNEL)) == (1, 0)
    assert books.load("statement", record(1), record(2)).status is FileStatus.LOADED


def test_one_that_needs_a_password_says_so_and_is_not_remembered(books: Books) -> None:
    watcher = Watcher()
    content = books.write("p", payment(1)).read_bytes()
    archive = write_zip(books.folder / "day.zip", {b"p.csv": content}, password="secret")

    load(books, watcher, archive)
    refused = watcher.steps["p.csv"][-1].outcome
    load(books, watcher, archive, wishes=Wishes(password="secret"))

    assert refused is not None
    assert refused.errors[0].reason is Reason.PASSWORD_NEEDED
    assert refused.rejection_id is None
    assert watcher.status("p.csv") is FileStatus.LOADED


def test_a_folder_with_far_too_many_files_is_refused_before_any_is_read(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.closing.files.MOST_FILES", 1)
    paths = [books.write("a", payment(1)), books.write("b", payment(2))]

    with pytest.raises(TooManyFiles):
        load(books, Watcher(), *paths)

    assert books.count(Kind.PAYMENTS) == 0
