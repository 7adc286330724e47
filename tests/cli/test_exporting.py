"""Vouchers and lists of discrepancies that go out to other programs, and come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from app.reporting.roundtrip import COLUMNS
from tests.cli.conftest import Shell

NAMES = [one.name for one in COLUMNS]


def fill(path: Path, name: str, value: object) -> int:
    """Fill in a column of the first discrepancy and return its number."""
    book = openpyxl.load_workbook(path)
    sheet: Any = book.active
    sheet.cell(3, NAMES.index(name) + 1).value = value
    book.save(path)
    return int(sheet.cell(3, 1).value)


def test_a_list_goes_out_and_comes_back_as_drafts(day: Shell, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    out = day.json("discrepancies-export", path)
    assert out["discrepancies"] > 0
    id_ = fill(path, "note", "seen in the sheet")

    shown = day.json("discrepancies-import", path)
    assert [(one["id"], one["note"]) for one in shown["changes"]] == [(id_, "seen in the sheet")]
    assert (shown["applied"], shown["problems"]) == (False, 0)
    done = day.json("discrepancies-import", path, "--apply")

    assert (done["applied"], done["noted"], done["drafts"]) == (True, 1, [])


def test_a_sheet_with_a_problem_ends_with_another_code(day: Shell, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    day.json("discrepancies-export", path)
    fill(path, "assignee", "nobody at all")

    ended = day("discrepancies-import", path)

    assert ended.code == 5
    assert "works on no discrepancies" in ended.out


def test_vouchers_are_written_in_a_layout(day: Shell, tmp_path: Path) -> None:
    listed = day.json("discrepancies", "--kind", "amount_differs", "--task", "channel")
    id_ = listed["discrepancies"][0]["id"]
    number = day.json("adjust", id_, "--as", "correct_amount", "--reason", "typed wrongly")
    day.json("approve", number["adjustment"]["number"], user="checker")

    written = day.json("vouchers-export", "--out", tmp_path / "out.csv", "--layout", "two-columns")

    assert (written["vouchers"], written["lines"]) == (1, 2)
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3
    assert day("vouchers-export", "--out", tmp_path / "out.doc").code != 0
    ended = day("vouchers-export", "--out", tmp_path / "none.xml", "--month", "2001-01")
    assert "no voucher to export" in ended.err
    assert not (tmp_path / "none.xml").exists()
