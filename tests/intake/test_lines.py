"""The lines of a file can be looked at as they stand, also where the file is refused."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from app.intake.reader import Kept, Reader
from app.intake.rules import Personal, RawLines, Reason, RowProblem
from tests.intake.making import CHANNEL, CHANNEL_ROW, PAYMENT, PAYMENTS, read_path, write_lines

ALL = [(1, 1_000)]
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Acct><Id><Othr><Id>6222</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
<Ntry><Amt Ccy="CNY">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts></Ntry>
<Ntry><Amt Ccy="CNY">20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-10-13</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><Dbtr><Nm>张三丰</Nm></Dbtr>
</RltdPties></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"""
SWIFT = """:20:S1
:25:6222
:28C:1/1
:60F:C261012CNY100,00
:61:2610131013C20,00NTRFR1//B1
:86:清分款 QF1
:62F:C261013CNY120,00
"""


def lines_of(
    reader: Reader, path: Path, ranges: list[tuple[int, int]] = ALL, most_rows: int = 1_000
) -> RawLines:
    (source,) = reader.sources(path)
    found = reader.lines(source, ranges, most_rows=most_rows)
    assert isinstance(found, RawLines), found
    return found


def numbers(found: RawLines) -> list[int]:
    return [row.line for row in found.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_all_lines_come_as_cells(
    reader: Reader, tmp_path: Path, encoding: str, newline: str
) -> None:
    path = write_lines(
        tmp_path / "a.csv", [CHANNEL, CHANNEL_ROW], encoding=encoding, newline=newline
    )

    found = lines_of(reader, path)

    assert found.header == tuple(CHANNEL.split(","))
    assert [row.cells for row in found.rows] == [
        tuple(CHANNEL.split(",")),
        tuple(CHANNEL_ROW.split(",")),
    ]
    assert numbers(found) == [1, 2]
    assert found.places["金额"] == found.places["amount_fen"] == 5


def test_only_the_ranges_asked_for_come(reader: Reader, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.csv", [CHANNEL, *[CHANNEL_ROW] * 50])

    found = lines_of(reader, path, [(1, 2), (10, 12), (50, 60)])

    assert numbers(found) == [1, 2, 10, 11, 12, 50, 51]


def test_lines_far_down_a_large_file_are_found(reader: Reader, tmp_path: Path) -> None:
    rows = [CHANNEL_ROW.replace("P1", f"P{number}") for number in range(150_000)]
    path = write_lines(tmp_path / "a.csv", [CHANNEL, *rows], encoding="gb18030")

    found = lines_of(reader, path, [(149_000, 149_001)])

    assert [(row.line, row.cells[1]) for row in found.rows] == [
        (149_000, "P148998"),
        (149_001, "P148999"),
    ]


def test_no_more_rows_come_than_are_wanted(reader: Reader, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.csv", [CHANNEL, *[CHANNEL_ROW] * 50])

    assert numbers(lines_of(reader, path, most_rows=3)) == [1, 2, 3]


def test_a_field_over_several_lines_is_one_row(reader: Reader, tmp_path: Path) -> None:
    odd = PAYMENT.replace("支付宝", '"支付宝\n花呗"')
    path = write_lines(tmp_path / "a.csv", [PAYMENTS, odd, PAYMENT])

    found = lines_of(reader, path)

    assert numbers(found) == [1, 2, 4]
    assert found.rows[1].cells[4] == "支付宝\n花呗"


@pytest.mark.parametrize(
    "content",
    [
        f"{CHANNEL}\n{CHANNEL_ROW}\n".encode().replace("成功".encode(), b"\xff\xfe\xfd"),
        f"{CHANNEL}\n{CHANNEL_ROW}\n".replace("T1", "T\x001").encode(),
        f"{CHANNEL}\n{CHANNEL_ROW},more\n".encode(),
        f"{CHANNEL}\n{CHANNEL_ROW.replace('T1', chr(34) + 'T1')}\n".encode(),
        f"{CHANNEL}\n{CHANNEL_ROW.replace('T1', 'T' * 1_500_000)}\n".encode(),
    ],
    ids=["wrong bytes", "nul", "ragged", "open quote", "endless"],
)
def test_lines_of_refused_files_can_be_seen(reader: Reader, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert read_path(reader, path).summary.problem_count

    found = lines_of(reader, path)

    assert found.rows[0].cells == tuple(CHANNEL.split(","))
    assert found.rows[1].cells[:2] == ("ICBC", "P1")
    assert all(len(cell) < 1_000 for row in found.rows for cell in row.cells)


def test_a_file_of_unknown_layout_is_cut_by_its_own_delimiter(
    reader: Reader, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "a.txt", ["甲|乙|丙", "1|2,5|3"])

    found = lines_of(reader, path)

    assert (found.header, found.rows[1].cells) == ((), ("1", "2,5", "3"))


def test_a_workbook_has_lines_too(reader: Reader, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["某公司流水"], [], CHANNEL.split(","), [*CHANNEL_ROW.split(",")[:5], 100.5]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")

    found = lines_of(reader, tmp_path / "a.xlsx", [(3, 4)])

    assert (found.header_line, numbers(found)) == (3, [3, 4])
    assert found.rows[1].cells[5] == "100.5"


def test_a_workbook_of_unknown_layout_has_lines_too(reader: Reader, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["甲", 1, None])
    book.save(tmp_path / "a.xlsx")

    assert lines_of(reader, tmp_path / "a.xlsx").rows[0].cells[:2] == ("甲", "1")


def test_the_entries_of_statements_are_their_lines(reader: Reader, tmp_path: Path) -> None:
    camt, swift = tmp_path / "a.xml", tmp_path / "a.sta"
    camt.write_text(CAMT, encoding="utf-8")
    swift.write_text(SWIFT, encoding="utf-8")

    (entry,) = lines_of(reader, camt).rows
    (line,) = lines_of(reader, swift).rows

    assert (entry.line, entry.cells[0], entry.cells[-1]) == (1, "Amt 20.00", "Nm 张**")
    assert (line.line, line.cells[1]) == (1, ":86:清分款 QF1")


def test_personal_data_can_be_masked(reader: Reader, tmp_path: Path) -> None:
    head = "支付订单号,明细序号,收款单位编码,能源类型,户号,户名,账期,实缴金额,交易类型,支付时间"
    row = "O1,1,P01,电,3100000001,王小明,202609,12.50,缴费,2026-10-13 10:00:00"
    path = write_lines(tmp_path / "a.csv", [head, row])

    found = lines_of(reader, path)

    assert found.personal == {4: Personal.HOUSEHOLD, 5: Personal.NAME}
    assert found.rows[1].cells[4:6] == ("3100000001", "王小明")
    assert found.masked().rows[1].cells[4:6] == ("******0001", "王**")
    assert found.masked().rows[0] == found.rows[0]


def test_mobile_numbers_are_masked_in_any_layout(reader: Reader, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.csv", ["甲,乙", "13800005678,x"])

    assert lines_of(reader, path).masked().rows[1].cells == ("138****5678", "x")


def test_a_file_on_record_shows_its_lines_from_its_stored_bytes(
    reader: Reader, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "a.csv", [CHANNEL, CHANNEL_ROW])
    read = read_path(reader, path)
    path.unlink()

    problem = reader.keep(read.chunks)
    found = reader.kept_lines(
        Kept(label="a.csv", profile=read.source.profile, encoding=read.source.encoding),
        [(2, 2)],
        most_rows=10,
    )

    assert problem is None
    assert isinstance(found, RawLines)
    assert [row.cells[1] for row in found.rows] == ["P1"]


def test_what_has_no_lines_says_why(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"%PDF-1.4")
    (source,) = reader.sources(path)

    found = reader.lines(source, ALL, most_rows=10)

    assert isinstance(found, RowProblem)
    assert found.reason is Reason.NOT_A_STATEMENT
