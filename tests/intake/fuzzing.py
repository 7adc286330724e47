"""The process in which broken inputs are read; `test_fuzz` starts it and counts.

It makes its inputs itself from a seed, so that a number is enough to see one again:
`python -m tests.intake.fuzzing csv SEED FIRST COUNT`. Before each input it writes its number,
after it what became of it; a silent end belongs to the last number.
"""

from __future__ import annotations

import csv
import io
import os
import random
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pyzipper

from app.intake.archives import Archive
from app.intake.blocks import LONGEST_LINE
from app.intake.inputs import Input
from app.intake.limits import allow_cpu, limit_process
from app.intake.opening import Wishes, open_statement
from app.intake.profiles import shipped_profiles
from app.intake.refusal import FileRefused
from tests.intake.books import row_xml, write_book
from tests.intake.making import CHANNEL, CHANNEL_ROW, CONTEXT, PAYMENT, PAYMENTS
from tests.intake.templates import EXPECTED
from tests.intake.test_banks import BOC, BOC_PREAMBLE, BOC_ROWS, CCB_A, ICBC_NEW, MT940, camt, entry
from tests.intake.test_merchants import ALL, ROWS, TOTALS, alipay, ticked, wechat_all

TOKENS = (
    b'"', b"'", b",", b"\t", b"\n", b"\r", b"\x00", b"\xff", b"\xe6\x94", b"\xd6\xa7", b"`", b"#",
    b"-", b".", b"0", b"9" * 30, b"1e309", b"NaN", b"inf", "１".encode(), "￥".encode(), b"<", b">",
    b"&a;", b"<![CDATA[", b"</", b"/>", b"<!--", b":61:", b":20:", b"\n-}", b"PK\x03\x04", b"=1+1",
    b"2026-02-30", b"24:00:00", "\u202e".encode(), "\ufeff".encode(), b" " * 40, b"{0}", b"%s",
)  # fmt: skip
Reading = Callable[[bytes], str]


def main(arguments: Sequence[str]) -> None:
    """Read many broken inputs and say of each what became of it."""
    kind, seed, first, count = arguments[0], *map(int, arguments[1:4])
    blind, deadly = "--blind" in arguments, "--deadly" in arguments
    limit_process()
    csv.field_size_limit(LONGEST_LINE)
    originals = ORIGINALS[kind]()
    read = {"zip": read_archive}.get(kind, read_one)
    for number in range(first, first + count):
        sys.stdout.write(f"{number} ")
        sys.stdout.flush()
        allow_cpu(0)
        chance = random.Random(f"{kind}-{seed}-{number}")
        data = broken(chance, originals)
        try:
            outcome = read(data)
            if blind and b"9" * 30 in data:
                raise ZeroDivisionError  # the harness has to notice this
            if deadly and b"9" * 30 in data:
                os.abort()  # and this
        except FileRefused:
            outcome = "refused"
        except MemoryError:
            outcome = "refused"
        sys.stdout.write(f"{outcome}\n")


def read_one(data: bytes) -> str:
    """Read one file as the reading process would."""
    source = Input(name="a.csv", size=len(data), open=lambda: io.BytesIO(data))
    outcome = open_statement(source, Wishes(), shipped_profiles())
    if outcome.statement is None:
        assert outcome.problem is not None
        outcome.problem.text()
        return "refused"
    for batch in outcome.statement.batches(CONTEXT, lambda _piece: None):
        batch.validate(full=True)
    summary = outcome.statement.summary()
    for problem in summary.problems:
        problem.text()
    for finding in summary.findings:
        finding.text()
    return "refused" if summary.problem_count else "loaded"


def read_archive(data: bytes) -> str:
    """Read all members of an archive."""
    source = Input(name="a.zip", size=len(data), open=lambda: io.BytesIO(data))
    archive = Archive(source, None)
    found = set()
    for member in archive.members:
        outcome = open_statement(archive.input(member), Wishes(), shipped_profiles())
        found.add("loaded" if outcome.statement else "refused")
    return "loaded" if found == {"loaded"} else "refused"


def broken(chance: random.Random, originals: Sequence[bytes]) -> bytes:
    """Return an original with a few things wrong; now and then nothing is."""
    data = bytearray(chance.choice(originals))
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        place = chance.randrange(len(data) + 1)
        length = chance.choice((1, 2, 5, 50))
        match chance.randrange(6):
            case 0:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[place : place + length]
            case 2:
                data[place:place] = chance.choice(TOKENS)
            case 3:
                data[place : place + length] = chance.choice(TOKENS)
            case 4:
                other = chance.choice(originals)
                start = chance.randrange(len(other) + 1)
                data[place:place] = other[start : start + length]
            case _:
                if chance.random() < 0.3:
                    del data[place:]
    return bytes(data)


def _texts() -> list[bytes]:
    tables = [[header, row, row] for _kind, header, row, _expected in EXPECTED]
    tables += [
        [PAYMENTS, *[PAYMENT] * 5, "#合计,5,500.00"],
        [CHANNEL, CHANNEL_ROW, f'"{CHANNEL_ROW}"'],
        alipay(ROWS),
        [
            ALL,
            wechat_all(1, "10.00", "0.06000"),
            TOTALS,
            ticked("1", "10.00", "0", "0", "0.06", "10", "0"),
        ],
        [*BOC_PREAMBLE, BOC, *BOC_ROWS],
        [CCB_A, "3300,我方,20261013 09:00:00,0.00,1.00,1.00,,,,,20261013,清分,QF1,18-1,,,"],
        [ICBC_NEW, "6001,11,2026-10-13 09:00:00,贷,1.00,7,,,,清分,QF1,"],
    ]
    texts = ["".join(line + "\n" for line in table) for table in tables] + [MT940]
    encodings = ("utf-8", "gb18030", "utf-8-sig", "utf-16")
    return [text.encode(encodings[place % 4]) for place, text in enumerate(texts * 3)]


def _xml() -> list[bytes]:
    moment = entry("1.50", "DBIT", kind="DtTm", day="2026-10-13T09:00:00+08:00")
    texts = [
        camt(entry(), moment),
        camt(*[entry()] * 5),
        camt(body="BkToCstmrAcctRpt"),
        "<a>&b;</a>",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    ]
    return [text.encode() for text in texts]


def _books() -> list[bytes]:
    target = Path(sys.argv[-1])
    plain = write_book(target, [PAYMENTS.split(","), *[PAYMENT.split(",")] * 3]).read_bytes()
    return [plain, *[_rezipped(plain, number) for number in range(400)]]


def _rezipped(book: bytes, number: int) -> bytes:
    """Return a workbook with something wrong inside one of its parts."""
    chance = random.Random(number)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(target, "w", 8) as new:
        wrong = chance.choice(old.namelist())
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, broken(chance, [data]) if name == wrong else data)
        if chance.random() < 0.1:
            far = row_xml(chance.choice((7, 99_999, 1_048_576)), ["x"] * chance.choice((1, 60)))
            new.writestr("xl/worksheets/sheet9.xml", far)
    return target.getvalue()


def _archives() -> list[bytes]:
    made = []
    for number, encryption in enumerate((None, None, pyzipper.WZ_AES)):
        target = io.BytesIO()
        with pyzipper.AESZipFile(target, "w", compression=8 if number else 0) as archive:
            if encryption:
                archive.setpassword(b"x")
                archive.setencryption(encryption)
            for place, text in enumerate(_texts()[: 3 + number]):
                archive.writestr(f"明细{place}.csv", text)
        made.append(target.getvalue())
    return made


ORIGINALS: dict[str, Callable[[], list[bytes]]] = {
    "csv": _texts,
    "xml": _xml,
    "xlsx": _books,
    "zip": _archives,
}

if __name__ == "__main__":
    main(sys.argv[1:])
