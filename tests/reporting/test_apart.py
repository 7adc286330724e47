"""Papers drawn in a process of their own, and their pages as pictures."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from app.base.errors import Cancelled, NotAllowed
from app.base.progress import Silent
from app.reporting import apart
from app.reporting.apart import ChildDied, Drawers, draw_apart
from app.reporting.drawing import How, draw
from app.reporting.making import make
from app.reporting.offering import ASKS, offered
from app.reporting.paper import Paper, Stamp
from app.reporting.papers.gathering import BUILDERS
from app.reporting.pictures import opened, picture
from app.reporting.previewing import MOST_PAPERS, preview, seen_again
from app.reporting.queries import recent
from app.reporting.rules import Format, NothingToPrint, ReportKind
from app.reporting.service import void
from app.reporting.wishes import Wish
from tests.reporting.conftest import Office
from tests.reporting.making import STAMP, pages_of, paper, row, sheets_of

PDF = How(format=Format.PDF)


class Stopping:
    """Stops the work after some time."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds

    def advance(self, done: int, total: int, note: str = "") -> None:
        if time.monotonic() > self.until:
            raise Cancelled


class Told:
    """Remembers how far the work was."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, int]] = []

    def advance(self, done: int, total: int, note: str = "") -> None:
        self.steps.append((done, total))


def several(count: int, rows: int = 3) -> list[tuple[Paper, Stamp]]:
    return [(paper(tuple(row(one) for one in range(rows))), STAMP) for _ in range(count)]


def test_a_child_draws_the_same_as_this_process(tmp_path: Path) -> None:
    papers = [(paper((row(1, "𬬻名"),), text="龘"), STAMP), *several(2)]

    here = draw(tmp_path / "here.pdf", papers, PDF, Silent())
    there = draw_apart(tmp_path / "there.pdf", papers, PDF, Silent())

    assert there == here
    assert pages_of(tmp_path / "there.pdf") == pages_of(tmp_path / "here.pdf")


def test_a_child_writes_sheets_and_text(tmp_path: Path) -> None:
    for format_ in (Format.XLSX, Format.CSV):
        draw_apart(tmp_path / f"a.{format_}", several(1), How(format=format_), Silent())

    assert sheets_of(tmp_path / "a.xlsx")
    assert "somebody" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")


def test_a_stop_ends_the_child_at_once_whatever_it_does(tmp_path: Path) -> None:
    papers = several(1, rows=60_000)
    began = time.monotonic()

    with pytest.raises(Cancelled):
        draw_apart(tmp_path / "a.pdf", papers, PDF, Stopping(0.6))

    assert time.monotonic() - began < 5
    assert not [one for one in threading.enumerate() if one.name == "drawing"]


def test_the_child_tells_how_far_it_is(tmp_path: Path) -> None:
    told = Told()

    draw_apart(tmp_path / "a.pdf", several(300, rows=60), PDF, told)

    assert told.steps[0] == (0, 300)
    assert len({done for done, _total in told.steps}) > 1


def test_a_folder_that_takes_no_files_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        draw_apart(tmp_path / "gone" / "a.pdf", several(1), PDF, Silent())


def test_a_child_that_dies_leaves_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_PART", "app.intake")

    with pytest.raises(ChildDied, match="exit"):
        draw_apart(tmp_path / "a.pdf", several(1), PDF, Silent())


# ---------------------------------------------------------------- a child that waits


@pytest.fixture
def drawers() -> Iterator[Drawers]:
    made = Drawers()
    yield made
    made.close()


def waiting_pid(drawers: Drawers) -> int | None:
    child = drawers._waiting
    return None if child is None or child.is_gone else child.process.pid


def test_the_child_that_waits_draws_and_the_next_one_waits(
    tmp_path: Path, drawers: Drawers, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawers.stand_by()
    first = waiting_pid(drawers)
    drawers.stand_by()
    assert waiting_pid(drawers) == first
    started: list[int] = []
    start = apart._start

    def counted(errors: IO[bytes]) -> subprocess.Popen[bytes]:
        started.append(1)
        return start(errors)

    monkeypatch.setattr(apart, "_start", counted)

    there = drawers.draw(tmp_path / "there.pdf", several(2), PDF, Silent())

    assert there == draw(tmp_path / "here.pdf", several(2), PDF, Silent())
    assert len(started) == 1
    assert waiting_pid(drawers) not in (None, first)


def test_a_child_that_ended_while_it_waited_is_replaced(tmp_path: Path, drawers: Drawers) -> None:
    drawers.stand_by()
    child = drawers._waiting
    assert child is not None
    child.process.kill()
    child.process.wait()

    assert drawers.draw(tmp_path / "a.pdf", several(1), PDF, Silent()).pages == (1,)


def test_a_stop_leaves_another_child_waiting(tmp_path: Path, drawers: Drawers) -> None:
    drawers.stand_by()
    first = waiting_pid(drawers)

    with pytest.raises(Cancelled):
        drawers.draw(tmp_path / "a.pdf", several(1, rows=60_000), PDF, Stopping(0.3))

    assert waiting_pid(drawers) not in (None, first)


def test_whoever_closes_leaves_no_child(drawers: Drawers) -> None:
    drawers.stand_by()
    child = drawers._waiting
    assert child is not None

    drawers.close()
    drawers.stand_by()

    assert child.is_gone
    assert drawers._waiting is None


# ---------------------------------------------------------------- pictures


def test_a_page_is_as_large_as_its_sheet_and_not_empty(tmp_path: Path) -> None:
    draw(tmp_path / "a.pdf", several(2, rows=60), PDF, Silent())

    with opened(tmp_path / "a.pdf") as pages:
        assert pages.count == 4
        assert pages.size(0) == (2100, 2970)
    found = picture((tmp_path / "a.pdf").read_bytes(), 3, 96)

    assert (found.width, found.height) == (794, 1123)
    assert len(found.data) == found.width * found.height
    assert {0, 255} <= set(found.data)


def test_strips_are_the_page(tmp_path: Path) -> None:
    draw(tmp_path / "a.pdf", several(1), PDF, Silent())

    with opened(tmp_path / "a.pdf") as pages:
        whole = pages.picture(0, 60)
        strips = list(pages.strips(0, 60, 100))

    assert [one.top for one in strips] == list(range(0, whole.height, 100))
    joined = b"".join(one.data for one in strips)
    assert len(joined) == len(whole.data)
    assert max(abs(one - other) for one, other in zip(joined, whole.data, strict=True)) <= 2


def test_pages_are_drawn_by_several_threads(tmp_path: Path) -> None:
    draw(tmp_path / "a.pdf", several(1, rows=60), PDF, Silent())
    content = (tmp_path / "a.pdf").read_bytes()
    found: list[bytes] = []

    def work() -> None:
        found.extend(picture(content, number % 2, 80).data for number in range(6))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(found) == 18
    assert len(set(found)) == 2


# ---------------------------------------------------------------- previews


def test_a_preview_has_no_number_and_leaves_no_record(office: Office) -> None:
    wish = Wish(kind=ReportKind.SUMMARY, day=office.day, language="en", format=Format.XLSX)

    found = preview(office.workspace, office.people["clerk"], wish, Silent())
    (office.folder / "seen.pdf").write_bytes(found.content)

    assert found.is_whole
    assert found.pages == len(pages_of(office.folder / "seen.pdf")) > 0
    assert found.size == (2970, 2100)
    assert "Draft, without a number" in pages_of(office.folder / "seen.pdf")[0]
    assert office.workspace.read(recent) == []


def test_of_very_many_papers_the_first_are_shown(office: Office) -> None:
    wish = Wish(kind=ReportKind.RECEIPT, day=office.day, every=True)

    found = preview(office.workspace, office.people["clerk"], wish, Silent())

    assert found.papers > MOST_PAPERS
    assert (found.pages, found.left) == (MOST_PAPERS, found.papers - MOST_PAPERS)
    assert not found.is_whole


def test_of_a_very_long_table_the_first_rows_are_shown(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.reporting.previewing.MOST_ROWS", 3)
    wish = Wish(kind=ReportKind.DISCREPANCIES, day=office.day)

    found = preview(office.workspace, office.people["clerk"], wish, Silent(), draw)

    assert found.rows_left > 0
    assert found.pages == 1


def test_only_who_may_print_sees_a_preview(office: Office) -> None:
    wish = Wish(kind=ReportKind.SUMMARY, day=office.day)

    with pytest.raises(NotAllowed):
        preview(office.workspace, office.people["reader"], wish, Silent())
    with pytest.raises(NothingToPrint):
        preview(
            office.workspace,
            office.people["clerk"],
            Wish(kind=ReportKind.VOUCHER, day=office.day.replace(year=2001)),
            Silent(),
        )


def test_what_was_printed_is_seen_again_with_its_number(office: Office) -> None:
    done = office.make(Wish(kind=ReportKind.SUMMARY, day=office.day, language="en"))
    number = done.issues[0].number
    office.workspace.write(office.people["clerk"], void, number=number, reason="torn")
    (issue,) = office.workspace.read(recent)

    found = seen_again(office.workspace, office.people["reader"], issue, Silent())
    (office.folder / "seen.pdf").write_bytes(found.content)

    text = pages_of(office.folder / "seen.pdf")[0]
    assert number in text
    assert "torn" in text


def test_prints_are_searched_by_number_subject_and_person(office: Office) -> None:
    first = office.make(Wish(kind=ReportKind.SUMMARY, day=office.day)).issues[0]
    second = office.make(Wish(kind=ReportKind.AGEING), who="checker").issues[0]

    def found(text: str) -> list[str]:
        return [one.number for one in office.workspace.read(recent, text=text)]

    assert found(first.number.lower()) == [first.number]
    assert found(office.day.isoformat()) == [first.number]
    assert found("check") == [second.number]
    assert found("%") == []
    assert found("-0001") == [second.number, first.number]


def test_only_auditors_see_prints_of_the_log(office: Office) -> None:
    target = office.folder / "log.pdf"
    wish = Wish(kind=ReportKind.AUDIT, first=office.day, language="en")
    make(office.workspace, office.people["auditor"], wish, target)
    (issue,) = office.workspace.read(recent)

    with pytest.raises(NotAllowed):
        seen_again(office.workspace, office.people["clerk"], issue, Silent())


# ---------------------------------------------------------------- what is offered


def test_what_can_be_made_is_offered_and_says_what_it_asks_for(office: Office) -> None:
    assert set(ASKS) == set(ReportKind)
    assert set(offered(office.people["auditor"])) == set(BUILDERS)
    assert set(BUILDERS) - set(offered(office.people["clerk"])) == {ReportKind.AUDIT}
    assert offered(office.people["administrator"]) == ()
