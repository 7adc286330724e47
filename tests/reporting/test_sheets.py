"""Papers as workbooks and comma-separated text."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest

from app.reporting.paper import Field, Look
from app.reporting.sheets import write_csv, write_xlsx
from tests.reporting.making import STAMP, paper, row, sheets_of

HOSTILE = (
    *("=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "#REF!", "=cmd|' /C calc'!A0"),
    *("a\x00b\x0b", "0012345", "12345678901234567890", "'quoted", "x" * 40_000, "\ufffe", "\ud800"),
)


def test_numbers_are_numbers_and_exact(tmp_path: Path) -> None:
    fens = (1, -1, 0, 10, 54481, 123456789012345, -999999999999999)
    rows = tuple(row(number, fen=fen) for number, fen in enumerate(fens))

    write_xlsx(tmp_path / "a.xlsx", paper(rows, totals=((None, "Total", None, sum(fens)),)), STAMP)

    cells = sheets_of(tmp_path / "a.xlsx")["Rows"]
    assert [cell.value for cell in cells[2]] == ["No.", "Name", "Day", "Amount"]
    assert all(cell[3].data_type == "n" for cell in cells[3:])
    assert cells[3][2].value == dt.datetime(2026, 10, 13)  # noqa: DTZ001 - a day in a cell
    stored = zipfile.ZipFile(tmp_path / "a.xlsx").read("xl/worksheets/sheet1.xml").decode()
    for fen in (*fens, sum(fens)):
        whole, part = divmod(abs(fen), 100)
        assert f"<v>{'-' if fen < 0 else ''}{whole}.{part:02d}</v>" in stored


def test_headers_stay_in_view_and_come_again_in_print(tmp_path: Path) -> None:
    from openpyxl import load_workbook  # noqa: PLC0415 - only here

    write_xlsx(tmp_path / "a.xlsx", paper((row(1),)), STAMP)

    sheet = load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert sheet.freeze_panes == "A4"
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["A"].width


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, text: str) -> None:
    made = paper(
        (row(1, text),), totals=((None, text, None, 1),), fields=(Field(name="N", value=text),)
    )

    write_xlsx(tmp_path / "a.xlsx", made, STAMP)
    write_csv(tmp_path / "a.csv", made)

    stored = zipfile.ZipFile(tmp_path / "a.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in stored
    for cells in sheets_of(tmp_path / "a.xlsx").values():
        assert all(cell.data_type in "snd" for line in cells for cell in line)
    name = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text("utf-8-sig"))))[1][1]
    assert not name.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert not name.isdigit() or (len(name) < 16 and not name.startswith("0"))


def test_what_stands_beside_the_table_is_on_the_last_sheet(tmp_path: Path) -> None:
    made = paper(
        (row(1),), fields=(Field(name="Sum", value=1234, look=Look.MONEY),), text="the end"
    )

    count = write_xlsx(tmp_path / "a.xlsx", made, STAMP)

    sheets = sheets_of(tmp_path / "a.xlsx")
    assert count == len(sheets) == 2
    told = [[cell.value for cell in line] for line in sheets["About"]]
    assert any(STAMP.number in line and STAMP.code in line for line in told)
    assert any(line[:2] == ["Sum", 12.34] for line in told)
    assert any(line[0] == "the end" for line in told)


def test_empty_tables_have_their_header(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", paper(), STAMP)
    written = write_csv(tmp_path / "a.csv", paper())

    assert len(sheets_of(tmp_path / "a.xlsx")["Rows"]) == 3
    assert written == 0
    assert (tmp_path / "a.csv").read_text("utf-8-sig").strip() == "No.,Name,Day,Amount"
