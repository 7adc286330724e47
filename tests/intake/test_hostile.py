"""The hostile and odd input of the specification: each case gets its expected answer.

A reader that is still alive afterwards is part of each answer.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from app.intake.reader import Reader
from app.intake.rules import Notice, Reason
from tests.intake.books import raw_book, row_xml, write_book
from tests.intake.making import (
    PAYMENT,
    PAYMENTS,
    Outcome,
    changed,
    read_path,
    read_source,
    write_lines,
    write_zip,
)

HEADER = PAYMENTS.split(",")
ROW = PAYMENT.split(",")
TEXT = f"{PAYMENTS}\n{PAYMENT}\n"
Make = Callable[[Path], Path]


def raw(data: bytes | str, name: str = "a.csv") -> Make:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return make


def book(rows: str, **more: str) -> Make:
    return lambda folder: raw_book(folder / "a.xlsx", rows, **more)  # type: ignore[arg-type]


def archive(members: dict[bytes, bytes]) -> Make:
    return lambda folder: write_zip(folder / "a.zip", members)


def two_cells(folder: Path) -> Path:
    cell = '<row r="{0}"><c r="{1}{0}" t="inlineStr"><is><t>x</t></is></c></row>'
    rows = row_xml(1, HEADER) + row_xml(2, ROW) + cell.format(1048576, "XFD")
    return raw_book(folder / "a.xlsx", rows)


def long_string(folder: Path) -> Path:
    strings = b"<sst><si><t>" + b"x" * (512 << 20) + b"</t></si></sst>"
    path = raw_book(
        folder / "a.xlsx",
        row_xml(1, HEADER),
        extra={"xl/sharedStrings.xml": strings},
    )
    assert path.stat().st_size < 1 << 20
    return path


def zip_bomb(folder: Path) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        for number in range(3):
            bomb.writestr(f"{number}.csv", b"\x00" * (300 << 20 if number == 0 else 1))
    return path


def too_large(folder: Path) -> Path:
    """Write members that claim to be large; what they claim counts."""
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as many:
        for number in range(6):
            many.writestr(f"{number}.csv", TEXT)
            many.filelist[-1].file_size = 100 << 20
    return path


def nested(folder: Path) -> Path:
    inner = write_zip(folder / "inner.zip", {b"a.csv": TEXT.encode()})
    return write_zip(folder / "a.zip", {b"inner.zip": inner.read_bytes()})


def many_members(folder: Path) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w") as many:
        for number in range(100_000):
            many.writestr(zipfile.ZipInfo(f"{number}"), b"")
    return path


def link(folder: Path) -> Path:
    info = zipfile.ZipInfo("a.csv")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w") as one:
        one.writestr(info, "/etc/passwd")
    return path


def encrypted(folder: Path) -> Path:
    return write_zip(folder / "a.zip", {b"a.csv": TEXT.encode()}, password="secret")


def damaged(folder: Path) -> Path:
    path = write_zip(folder / "a.zip", {b"a.csv": TEXT.encode() * 50})
    data = bytearray(path.read_bytes())
    data[60:70] = b"\xff" * 10
    path.write_bytes(data)
    return path


def old_workbook(folder: Path) -> Path:
    """Return an old workbook that nobody can read: only its container is right."""
    return raw(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 5000, "a.xls")(folder)


def html(folder: Path) -> Path:
    cells = "".join(f"<td>{name}</td>" for name in HEADER)
    return raw(f"<html><table><tr>{cells}</tr></table></html>", "a.xls")(folder)


def long_line(folder: Path) -> Path:
    path = folder / "a.csv"
    with path.open("wb") as file:
        file.write(TEXT.encode())
        for _ in range(200):
            file.write(b"x" * (1 << 20))
    return path


def laughs(folder: Path) -> Path:
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10)
    )
    text = f'<?xml version="1.0"?><!DOCTYPE D [{entities}]><Document>&l9;</Document>'
    return raw(text, "a.xml")(folder)


def quadratic(folder: Path) -> Path:
    entity = "x" * 50_000
    doctype = f'<!DOCTYPE D [<!ENTITY a "{entity}">]>'
    text = f'<?xml version="1.0"?>{doctype}<Document>{"&a;" * 20_000}</Document>'
    return raw(text, "a.xml")(folder)


EXTERNAL = '<?xml version="1.0"?><!DOCTYPE D [<!ENTITY a SYSTEM "file:///etc/passwd">]><Document>&a;</Document>'
SHEET_DOCTYPE = '<!DOCTYPE worksheet [<!ENTITY a "b">]>'
WIDE = f"{PAYMENTS}\n" + changed(PAYMENT, PAYMENTS, 支付订单号="O" * 5000) + "\n"

REFUSED: list[tuple[str, Make, Reason]] = [
    ("two cells far apart", two_cells, Reason.ABSURD_SIZE),
    ("long string", long_string, Reason.TOO_LARGE),
    ("sheet with a doctype", book(row_xml(1, HEADER), top=SHEET_DOCTYPE), Reason.DOCTYPE),
    ("zip bomb", zip_bomb, Reason.RATIO_TOO_HIGH),
    ("too large", too_large, Reason.TOO_LARGE),
    ("nested archive", nested, Reason.TOO_DEEP),
    ("100,000 members", many_members, Reason.TOO_MANY_MEMBERS),
    ("name that leaves", archive({b"../a.csv": b"x"}), Reason.BAD_MEMBER_NAME),
    ("name with a backslash", archive({b"..\\a.csv": b"x"}), Reason.BAD_MEMBER_NAME),
    ("absolute name", archive({b"/etc/a.csv": b"x"}), Reason.BAD_MEMBER_NAME),
    ("name with a drive", archive({b"C:\\a.csv": b"x"}), Reason.BAD_MEMBER_NAME),
    ("link", link, Reason.LINK_MEMBER),
    ("encrypted member", encrypted, Reason.PASSWORD_NEEDED),
    ("damaged member", damaged, Reason.BAD_ARCHIVE),
    ("cut archive", lambda folder: _cut(encrypted(folder)), Reason.BAD_ARCHIVE),
    ("empty archive", archive({}), Reason.EMPTY_ARCHIVE),
    ("billion laughs", laughs, Reason.DOCTYPE),
    ("quadratic blow-up", quadratic, Reason.DOCTYPE),
    ("external entity", raw(EXTERNAL, "a.xml"), Reason.DOCTYPE),
    ("NUL bytes", raw(TEXT + PAYMENT.replace("O1", "O\x001") + "\n"), Reason.NUL_BYTE),
    ("200 MB line", long_line, Reason.LINE_TOO_LONG),
    (
        "mixed encodings",
        raw(TEXT.encode("gb18030") + "O2,统一收款平台\n".encode()),
        Reason.MIXED_ENCODINGS,
    ),
    ("mixed the other way", raw(TEXT.encode() + "支付宝".encode("gb18030")), Reason.WRONG_ENCODING),
    ("bytes of no encoding", raw(TEXT.encode() + b"\xff\xff\n"), Reason.WRONG_ENCODING),
    ("cut character", raw(TEXT.encode() + "支".encode()[:2]), Reason.WRONG_ENCODING),
    ("truncated last line", raw(TEXT + "O2,P2,2026-10"), Reason.TRUNCATED),
    ("open quotation mark", raw(TEXT + '"O2,P2\n'), Reason.OPEN_QUOTE),
    ("duplicate headers", raw(TEXT.replace("手续费", "金额")), Reason.DOUBLE_COLUMN),
    ("long field", raw(WIDE), Reason.BAD_TEXT),
    ("empty file", raw(b""), Reason.EMPTY_FILE),
    ("HTML called XLS", html, Reason.NOT_A_STATEMENT),
    ("broken XLS", old_workbook, Reason.BAD_WORKBOOK),
    ("broken XLSX", lambda folder: _cut(two_cells(folder)), Reason.BAD_ARCHIVE),
    ("PDF", raw(b"%PDF-1.7\n", "a.csv"), Reason.NOT_A_STATEMENT),
    ("random bytes", raw(bytes(range(1, 256)) * 9), Reason.WRONG_ENCODING),
    ("only blanks", raw(" \n \n"), Reason.UNKNOWN_LAYOUT),
]


@pytest.mark.parametrize(("make", "reason"), [pytest.param(m, r, id=i) for i, m, r in REFUSED])
def test_hostile_input_is_refused_for_the_true_reason(
    reader: Reader, tmp_path: Path, make: Make, reason: Reason
) -> None:
    path = make(tmp_path)

    outcome = read_path(reader, path)

    assert reason in outcome.reasons
    assert all("{" not in problem.text() for problem in outcome.summary.problems)
    assert _still_reads(reader, tmp_path)


def loads(folder: Path, reader: Reader, make: Make) -> Outcome:
    return read_path(reader, make(folder))


def claimed(folder: Path) -> Path:
    rows = row_xml(1, HEADER) + row_xml(2, ROW)
    return raw_book(folder / "a.xlsx", rows, dimension='<dimension ref="A1:XFD1048576"/>')


def below_a_title(folder: Path) -> Path:
    return write_lines(folder / "a.csv", ["某公司支付流水", *[""] * 5, PAYMENTS, PAYMENT])


def with_signature(folder: Path) -> Path:
    return write_book(folder / "a.xlsx", [HEADER, ROW, [], []])


LOADED: list[tuple[str, Make]] = [
    ("claims absurd dimensions", claimed),
    ("UTF-16", raw(b"\xff\xfe" + TEXT.encode("utf-16-le"))),
    ("UTF-16 the other way", raw(b"\xfe\xff" + TEXT.encode("utf-16-be"))),
    ("UTF-8 with a mark", raw(TEXT.encode("utf-8-sig"))),
    ("GB18030", raw(TEXT.encode("gb18030"))),
    ("header on row 7 below a title", below_a_title),
    ("blank rows at the end", with_signature),
    ("no line end at the end", raw(TEXT.rstrip("\n"))),
    ("lines ended by carriage returns", raw(TEXT.replace("\n", "\r"))),
    (
        "everything quoted",
        raw("\n".join('"' + line.replace(",", '","') + '"' for line in TEXT.splitlines()) + "\n"),
    ),
    ("CSV called XLS", raw(TEXT, "a.xls")),
    ("name with emoji and spaces", raw(TEXT, "支付 💰 (1).csv")),
    ("long name", raw(TEXT, "支" * 80 + ".csv")),
    ("tabs between fields", raw(TEXT.replace(",", "\t"))),
    ("GBK member name", archive({"支付流水.csv".encode("gbk"): TEXT.encode()})),
    ("UTF-8 member name", archive({"支付流水清单.csv".encode(): TEXT.encode()})),
]


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in LOADED])
def test_odd_input_that_is_right_loads(reader: Reader, tmp_path: Path, make: Make) -> None:
    outcome = read_path(reader, make(tmp_path))

    assert outcome.summary.problems == ()
    assert [row["order_no"] for row in outcome.rows] == ["O1"]


def test_a_name_that_says_otherwise_is_told(reader: Reader, tmp_path: Path) -> None:
    outcome = read_path(reader, raw(TEXT, "a.XLSX")(tmp_path))

    assert [finding.notice for finding in outcome.summary.findings] == [Notice.NAME_SAYS_OTHERWISE]


def test_the_wrong_byte_is_told_with_row_and_offset(reader: Reader, tmp_path: Path) -> None:
    data = TEXT.encode() * 2 + b"a,\xff"

    (source,) = reader.sources(raw(data)(tmp_path))

    assert source.error is not None
    assert (source.error.line, source.error.params["offset"]) == (5, str(len(data) - 1))
    assert source.error.params["byte"] == "0xFF"


def test_members_open_with_the_right_password_only(reader: Reader, tmp_path: Path) -> None:
    path = encrypted(tmp_path)

    (wrong,) = reader.sources(path, password="wrong")
    (right,) = reader.sources(path, password="secret")

    assert wrong.error is not None
    assert wrong.error.reason is Reason.PASSWORD_WRONG
    assert len(read_source(reader, right).rows) == 1


def test_equal_names_in_an_archive_are_refused(reader: Reader, tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as twice:
        twice.writestr("1.csv", TEXT)
        twice.writestr("2.csv", TEXT)
    (tmp_path / "a.zip").write_bytes(target.getvalue().replace(b"2.csv", b"1.csv"))

    (source,) = reader.sources(tmp_path / "a.zip")

    assert source.error is not None
    assert source.error.reason is Reason.SAME_MEMBER_NAME


def test_a_file_still_being_written_is_told(reader: Reader, tmp_path: Path) -> None:
    path = raw(TEXT)(tmp_path)
    (source,) = reader.sources(path)
    with path.open("a", encoding="utf-8") as file:
        file.write(PAYMENT + "\n")

    outcome = read_source(reader, source)

    assert outcome.reasons == [Reason.STILL_WRITTEN]


def test_what_is_not_there_is_told(reader: Reader, tmp_path: Path) -> None:
    assert read_path(reader, tmp_path / "nothing.csv").reasons == [Reason.NOT_FOUND]


def test_a_folder_gives_its_statements_in_order_of_name(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("z.csv", "a.csv", ".hidden.csv", "~$a.xlsx", "Thumbs.db", "truth.json"):
        raw("{}" if name == "truth.json" else TEXT, name)(tmp_path)
    raw(TEXT, "m.csv")(tmp_path / "b")

    labels = [source.label for source in reader.sources(tmp_path)]

    assert labels == [str(tmp_path / name) for name in ("a.csv", "b/m.csv", "z.csv")]


def test_a_workbook_in_an_archive_is_no_archive_in_an_archive(
    reader: Reader, tmp_path: Path
) -> None:
    inner = write_book(tmp_path / "a.xlsx", [HEADER, ROW])
    path = write_zip(tmp_path / "a.zip", {b"a.xlsx": inner.read_bytes()})

    assert len(read_path(reader, path).rows) == 1


def test_an_old_workbook_is_not_needed_to_read_a_new_one(reader: Reader, tmp_path: Path) -> None:
    target = tmp_path / "a.xls"
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    target.write_bytes((tmp_path / "empty.xlsx").read_bytes())

    (source,) = reader.sources(target)

    assert source.error is not None
    assert source.error.reason is Reason.UNKNOWN_LAYOUT


def _cut(path: Path) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    return path


def _still_reads(reader: Reader, folder: Path) -> bool:
    return len(read_path(reader, raw(TEXT, "good.csv")(folder)).rows) == 1
