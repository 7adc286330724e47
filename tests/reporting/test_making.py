"""From a wish to a file: all or nothing, numbers on the paper, copies, and who prints at once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.base.errors import Cancelled, NotAllowed
from app.base.progress import Progress
from app.reporting.drawing import Drawn, How, Press, draw
from app.reporting.making import make, put_together, reprint
from app.reporting.paper import Paper, Stamp
from app.reporting.queries import check_code, paper_of, prints_of, recent
from app.reporting.rules import (
    CannotWrite,
    Format,
    OffsetTooLarge,
    OneAtATime,
    PageForm,
    PaperVoid,
    ReportKind,
    offset_of,
)
from app.reporting.service import void
from app.reporting.wishes import Wish
from app.upkeep.printed import printed
from tests.reporting.conftest import Office
from tests.reporting.making import pages_of, squeezed

SUMMARY = Wish(kind=ReportKind.SUMMARY, language="en")


def _words(path: Path) -> str:
    return "".join(map(squeezed, pages_of(path)))


def test_a_file_carries_its_number_and_code_and_is_on_record(office: Office) -> None:
    done = office.make(SUMMARY)

    (issue,) = done.issues
    words = _words(done.file)
    assert issue.number in words
    assert issue.code in words
    assert issue.sha256 == hashlib.sha256(done.file.read_bytes()).hexdigest()
    assert issue.pages == len(pages_of(done.file)) == done.pages
    assert office.workspace.read(check_code, issue.code).issue.number == issue.number
    assert [path.name for path in office.folder.iterdir() if path.name.startswith(".")] == []


def test_each_print_of_a_list_is_a_paper_of_its_own(office: Office) -> None:
    numbers = [office.make(SUMMARY).issues[0].number for _turn in range(3)]

    assert [number[-4:] for number in numbers] == ["0001", "0002", "0003"]


def test_a_paper_about_one_thing_becomes_a_reprint(office: Office) -> None:
    wish = Wish(kind=ReportKind.RECEIPT, language="en", day=office.day, every=True)
    first = office.make(wish, "a.pdf")

    again = office.make(wish, "b.pdf")

    assert [one.number for one in again.issues] == [one.number for one in first.issues]
    assert {one.copy_no for one in again.issues} == {1}
    assert {one.content for one in again.issues} == {one.content for one in first.issues}
    assert "Reprintno.1" in _words(again.file)
    assert "original" in _words(first.file)
    assert office.workspace.read(printed).ok


def test_a_sheet_of_a_receipt_does_not_make_the_receipt_a_reprint(office: Office) -> None:
    issues = office.make(
        Wish(kind=ReportKind.RECEIPT, language="en", day=office.day, every=True)
    ).issues
    orders = Counter(one.subject.split(" ")[0] for one in issues)
    key = next(key for key, payees in orders.items() if payees == 1)
    order = next(one for one in issues if one.subject.startswith(key))

    sheet = office.make(Wish(kind=ReportKind.RECEIPT, format=Format.XLSX, keys=(key,)), "a.xlsx")

    assert sheet.issues[0].number != order.number
    assert sheet.issues[0].copy_no == 0


def test_a_reprint_shows_what_the_original_showed(office: Office) -> None:
    first = office.make(SUMMARY).issues[0]
    before = office.workspace.read(paper_of, first.number)

    done = reprint(
        office.workspace, office.people["checker"], first.number, office.folder / "r.pdf"
    )

    assert done.issues[0].copy_no == 1
    assert office.workspace.read(paper_of, first.number) == before
    words = _words(done.file)
    assert "Reprintno.1" in words
    assert "bychecker" in words
    assert first.code not in words
    assert len(office.workspace.read(prints_of, first.number)) == 2


def test_what_is_void_is_not_printed_again_and_its_subject_gets_a_new_number(
    office: Office,
) -> None:
    wish = Wish(kind=ReportKind.RECEIPT, language="en", day=office.day, every=True)
    first = office.make(wish).issues[0]
    clerk = office.people["clerk"]
    office.workspace.write(clerk, void, number=first.number, reason="torn")

    with pytest.raises(PaperVoid):
        reprint(office.workspace, clerk, first.number, office.folder / "r.pdf")
    key, _payee = first.subject.split(" ")
    anew = office.make(Wish(kind=ReportKind.RECEIPT, language="en", keys=(key,)))

    assert anew.issues[0].number > first.number
    assert anew.issues[0].copy_no == 0


def test_stopping_leaves_neither_a_number_nor_a_file(office: Office) -> None:
    class Stop:
        def advance(self, done: int, total: int, note: str = "") -> None:
            if done:
                raise Cancelled

    wish = Wish(kind=ReportKind.RECEIPT, language="en", day=office.day, every=True)
    target = office.folder / "out.pdf"
    target.write_bytes(b"what was there before")
    names = sorted(path.name for path in office.folder.iterdir())

    with pytest.raises(Cancelled):
        make(office.workspace, office.people["clerk"], wish, target, press=Press(progress=Stop()))

    assert office.workspace.read(recent) == []
    assert target.read_bytes() == b"what was there before"
    assert sorted(path.name for path in office.folder.iterdir()) == names
    assert office.make(wish).issues[0].serial == 1


def test_a_folder_that_takes_no_file_is_said_before_anything_is_numbered(office: Office) -> None:
    with pytest.raises(CannotWrite):
        office.make(SUMMARY, "missing/out.pdf")

    assert office.workspace.read(recent) == []


class _Rival:
    """Draws as usual, but somebody else gets each number first, so many times."""

    def __init__(self, office: Office, times: int) -> None:
        self.office, self.left = office, times
        self.drawn = 0

    def __call__(
        self, path: Path, papers: Sequence[tuple[Paper, Stamp]], how: How, progress: Progress
    ) -> Drawn:
        self.drawn += 1
        if self.left:
            self.left -= 1
            self.office.make(SUMMARY, f"rival{self.left}.pdf", who="checker")
        return draw(path, papers, how, progress)


def test_whoever_finds_his_number_taken_draws_anew(office: Office) -> None:
    rival = _Rival(office, 2)

    done = make(
        office.workspace,
        office.people["clerk"],
        SUMMARY,
        office.folder / "own.pdf",
        press=Press(renderer=rival),
    )

    assert rival.drawn == 3
    assert done.issues[0].number.endswith("0003")
    assert done.issues[0].number in _words(done.file)
    assert office.workspace.read(printed).ok


def test_whoever_is_always_late_makes_the_others_wait(office: Office) -> None:
    rival = _Rival(office, 3)

    done = make(
        office.workspace,
        office.people["clerk"],
        SUMMARY,
        office.folder / "own.pdf",
        press=Press(renderer=rival),
    )

    assert rival.drawn == 4
    assert done.issues[0].number.endswith("0004")
    assert office.workspace.read(printed).ok


def test_without_the_guard_two_would_get_one_number(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a service that does not look finds its number taken in the database."""
    monkeypatch.setattr("app.reporting.service._take_numbers", lambda _tx, _prints: None)

    with pytest.raises(Exception, match=r"no gaps|UNIQUE"):
        make(
            office.workspace,
            office.people["clerk"],
            SUMMARY,
            office.folder / "own.pdf",
            press=Press(renderer=_Rival(office, 1)),
        )


def test_formats_that_do_not_fit_are_refused(office: Office) -> None:
    clerk = office.people["clerk"]
    many = Wish(kind=ReportKind.RECEIPT, format=Format.XLSX, day=office.day, every=True)

    with pytest.raises(OneAtATime):
        put_together(office.workspace, clerk, many)
    assert office.make(Wish(kind=ReportKind.SUMMARY, format=Format.CSV)).file.stat().st_size > 100


@pytest.mark.parametrize("role", ["administrator", "reader"])
def test_who_may_not_print_gets_nothing(office: Office, role: str) -> None:
    with pytest.raises(NotAllowed):
        office.make(SUMMARY, who=role)


def test_forms_are_remembered_with_the_paper(office: Office) -> None:
    wish = Wish(
        kind=ReportKind.RECEIPT, language="en", day=office.day, every=True, form=PageForm.THIRD
    )

    issue = office.make(wish).issues[0]

    assert issue.form is PageForm.THIRD
    assert office.workspace.read(paper_of, issue.number).form is PageForm.THIRD


@pytest.mark.parametrize(
    ("text", "wanted"), [("0,0", (0, 0)), ("2.5,-1", (25, -10)), ("-0.3, +50", (-3, 500))]
)
def test_offsets_are_read(text: str, wanted: tuple[int, int]) -> None:
    assert offset_of(text) == wanted


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "0.25,0", "51,0", "x,y", "1e1,0"])
def test_offsets_that_leave_the_form_are_refused(text: str) -> None:
    with pytest.raises(OffsetTooLarge):
        offset_of(text)
