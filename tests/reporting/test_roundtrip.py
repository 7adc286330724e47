"""The list of discrepancies out to a spreadsheet, filled in, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adjustments.model import Adjustment
from app.base import i18n
from app.db.workspace import Actor, Workspace
from app.discrepancies.cases import CaseRow, case_assignees, case_rows
from app.discrepancies.casework import add_note
from app.discrepancies.history import case_notes
from app.reporting.roundtrip import COLUMNS, write_cases
from app.reporting.taking_back import (
    Change,
    NoSuchSheet,
    NothingToTakeBack,
    changes,
    read_sheet,
    take_back,
    told,
)
from tests.books import Books
from tests.discrepancies.nursery import fill_day

NAMES = [one.name for one in COLUMNS]


@pytest.fixture
def ids(workspace: Workspace, clerk: Actor, tmp_path: Path) -> list[int]:
    """Return four discrepancies, Z2, Z3, Z4 and Z9, in the book of a payee that is known."""
    Books(workspace=workspace, actor=clerk, folder=tmp_path).know_payee()
    return fill_day(workspace, clerk)


def out(workspace: Workspace, path: Path, ids: list[int]) -> Path:
    people = workspace.read(case_assignees)
    written = write_cases(path, ids, lambda some: workspace.read(case_rows, some), people=people)
    assert written == len(ids)
    return path


def fill(path: Path, *rows: Mapping[str, Any]) -> Path:
    """Write into the sheet as a person does; `id` says into which row."""
    book = openpyxl.load_workbook(path)
    sheet: Any = book.active
    lines = {sheet.cell(line, 1).value: line for line in range(3, sheet.max_row + 1)}
    for row in rows:
        for name, value in row.items():
            if name != "id":
                sheet.cell(lines[row["id"]], NAMES.index(name) + 1).value = value
    book.save(path)
    return path


def back(workspace: Workspace, path: Path) -> list[Change]:
    return workspace.read(changes, read_sheet(path))


def case(workspace: Workspace, id_: int) -> CaseRow:
    (found,) = workspace.read(case_rows, [id_])
    return found


def drafts(session: Session) -> list[tuple[str, int, str]]:
    return [
        (row.kind.value, row.amount_fen, row.status.value)
        for row in session.scalars(select(Adjustment).order_by(Adjustment.id))
    ]


def test_only_what_people_fill_in_is_open(
    workspace: Workspace, ids: list[int], tmp_path: Path
) -> None:
    path = out(workspace, tmp_path / "list.xlsx", ids)

    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert sheet.protection.sheet
    assert sheet.row_dimensions[1].hidden
    locked = {
        name: sheet.cell(3, place).protection.locked for place, name in enumerate(NAMES, start=1)
    }
    assert [name for name, shut in locked.items() if not shut] == [
        one.name for one in COLUMNS if one.free
    ]
    difference = sheet.cell(3, NAMES.index("difference") + 1)
    assert (difference.value, difference.data_type) == (458.3, "n")


def test_an_untouched_sheet_changes_nothing(
    workspace: Workspace, clerk: Actor, ids: list[int], tmp_path: Path
) -> None:
    path = out(workspace, tmp_path / "list.xlsx", ids)

    assert back(workspace, path) == []
    with pytest.raises(NothingToTakeBack):
        workspace.write(clerk, take_back, wanted=[])


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_what_was_filled_in_becomes_assignments_notes_and_drafts(
    workspace: Workspace, clerk: Actor, ids: list[int], tmp_path: Path, language: str
) -> None:
    i18n.use(language)
    path = out(workspace, tmp_path / "list.xlsx", ids)
    kind = {"en": "Correct an amount", "zh_CN": "金额调整"}[language]
    fill(
        path,
        {"id": 1, "assignee": "clerk", "note": "asked the bank"},
        {"id": 2, "kind": kind, "amount": 0.4, "reason": "typed wrongly"},
    )
    found = back(workspace, path)
    assert [one.problem for one in found] == ["", ""]
    assert found[1].wanted is not None
    assert found[1].wanted.amount_fen == 40
    assert all(told(one) for one in found)

    done = workspace.write(clerk, take_back, wanted=found).value

    assert (done.assigned, done.noted, len(done.drafts)) == (1, 1, 1)
    assert case(workspace, 1).assignee == "clerk"
    assert [note.text for note in workspace.read(case_notes, 1)] == ["asked the bank"]
    assert workspace.read(drafts) == [("correct_amount", -40, "draft")]


def test_what_cannot_be_done_is_said_row_by_row(
    workspace: Workspace, clerk: Actor, ids: list[int], tmp_path: Path
) -> None:
    path = out(workspace, tmp_path / "list.xlsx", ids)
    fill(
        path,
        {"id": 1, "assignee": "nobody"},
        {"id": 2, "kind": "Claim"},
        {"id": 3, "kind": "nonsense"},
        {"id": 4, "note": "later", "amount": "x", "kind": "Record a missing payment"},
    )
    workspace.write(clerk, add_note, id_=3, text="meanwhile")

    found = back(workspace, path)

    assert all(one.problem for one in found)
    assert "works on no discrepancies" in found[0].problem
    assert "does not fit" in found[1].problem
    assert "nonsense" in found[2].problem
    with pytest.raises(NothingToTakeBack):
        workspace.write(clerk, take_back, wanted=found)
    assert workspace.read(drafts) == []


def test_a_row_that_changed_meanwhile_is_not_touched(
    workspace: Workspace, clerk: Actor, ids: list[int], tmp_path: Path
) -> None:
    path = out(workspace, tmp_path / "list.xlsx", ids)
    fill(path, {"id": 1, "note": "from the sheet"})
    other = out(workspace, tmp_path / "other.xlsx", ids)
    fill(other, {"id": 1, "assignee": "clerk"})
    workspace.write(clerk, take_back, wanted=back(workspace, other))

    (one,) = back(workspace, path)

    assert "changed since" in one.problem


def test_another_file_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["a", "b"])
    book.save(tmp_path / "other.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 nothing")

    for name in ("other.xlsx", "broken.xlsx"):
        with pytest.raises(NoSuchSheet):
            read_sheet(tmp_path / name)
