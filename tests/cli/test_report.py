"""Papers from the command line: the JSON result, files, codes that are checked."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.cli.conftest import Sample, Shell

FIELDS = {"report", "number", "out", "pages", "sha256", "copy", "code", "numbers", "missing"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own = tmp_path / "papers"
    own.mkdir()
    monkeypatch.chdir(own)
    return own


@pytest.mark.parametrize("name", ["summary", "discrepancies", "ageing"])
@pytest.mark.parametrize("format_", ["pdf", "xlsx", "csv"])
def test_lists_are_written_in_every_format(
    day: Shell, sample: Sample, folder: Path, name: str, format_: str
) -> None:
    out = folder / f"out.{format_}"

    done = day.json("report", name, "--date", sample.day, "--format", format_, "--out", out)

    assert set(done) == FIELDS
    assert done["report"] == name
    assert done["out"] == str(out)
    assert done["pages"] >= 1
    assert done["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    starts = {"pdf": b"%PDF-", "xlsx": b"PK", "csv": b"\xef\xbb\xbf"}
    assert out.read_bytes().startswith(starts[format_])


def test_a_file_without_a_name_is_named_by_its_number(
    day: Shell, sample: Sample, folder: Path
) -> None:
    done = day.json("report", "summary", "--date", sample.day)

    assert [path.name for path in folder.iterdir()] == [f"{done['number']}.pdf"]
    assert done["number"].startswith("HZ-")


def test_receipts_and_confirmations_of_a_day_in_one_file(
    day: Shell, sample: Sample, folder: Path
) -> None:
    day.json("confirm", "--all-clean", "--date", sample.day)

    arrivals = day.json("report", "arrival", "--all", "--date", sample.day)
    receipts = day.json("report", "receipt", "--all", "--date", sample.day, "--form", "241x93.1")
    again = day.json("report", "receipt", "--all", "--date", sample.day, "--offset", "1.5,-2")

    assert len(arrivals["numbers"]) > 2
    assert receipts["pages"] >= len(receipts["numbers"]) > 10
    assert (again["numbers"], again["copy"]) == (receipts["numbers"], 1)
    assert len(list(folder.iterdir())) == 3


def test_one_batch_one_order_and_one_confirmation_can_be_named(
    day: Shell, sample: Sample, folder: Path
) -> None:
    (first, *_rest) = day.json("confirm", "--all-clean", "--date", sample.day)["confirmations"]

    by_batch = day.json("report", "arrival", "--batch", first["batch"])
    by_number = day.json(
        "report", "arrival", "--number", first["number"], "--out", folder / "x.pdf"
    )

    assert by_batch["number"] == by_number["number"]
    assert by_number["copy"] == 1
    assert day("report", "arrival", "--batch", "QF404").code == 2
    assert day("report", "receipt", "--order", "DD404").code == 2


def test_a_code_is_checked(day: Shell, sample: Sample, folder: Path) -> None:
    done = day.json("report", "summary", "--date", sample.day)

    good = day.json("report", "--check", done["code"], "--file", done["out"])
    other = folder / "other.pdf"
    other.write_bytes(b"%PDF-changed")
    changed = day.json("report", "--check", done["code"], "--file", other, code=5)
    unknown = day.json("report", "--check", "2222-2222-2222-2222", code=5)
    mistyped = day.json("report", "--check", done["code"][:-1] + "?", code=5)

    assert good["ok"]
    assert (good["number"], good["copy"], good["copies"]) == (done["number"], 0, 1)
    assert good["same_file"] is True
    assert (changed["ok"], changed["same_file"]) == (False, False)
    assert not unknown["ok"]
    assert not mistyped["ok"]
    assert unknown["reason"] != mistyped["reason"]
    assert done["number"] in day("report", "--check", done["code"]).out


@pytest.mark.usefixtures("folder")
def test_reprints_and_void_papers(day: Shell, sample: Sample) -> None:
    done = day.json("report", "summary", "--date", sample.day)

    copy = day.json("report", "--reprint", done["number"])
    refused = day("report", "--void", done["number"])
    gone = day.json("report", "--void", done["number"], "--reason", "torn")

    assert (copy["number"], copy["copy"]) == (done["number"], 1)
    assert Path(copy["out"]).name == f"{done['number']}-1.pdf"
    assert refused.code == 2
    assert gone == {"number": done["number"], "void": True, "reason": "torn"}
    assert day("report", "--reprint", done["number"]).code == 4
    assert day.json("report", "--check", done["code"], code=5)["void"]
    assert day("report", "--reprint", "HZ-404").code == 2
    assert day.json("verify")["ok"]


def test_wrong_words_are_told(day: Shell, folder: Path) -> None:
    for words in (
        [],
        ["receipt"],
        ["voucher"],
        ["nonsense"],
        ["summary", "--form", "241x93.1"],
        ["summary", "--format", "docx"],
        ["receipt", "--all", "--offset", "60,0"],
        ["receipt", "--all", "--format", "xlsx"],
    ):
        assert day("report", *words).code == 2, words
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("folder")
def test_vouchers_slips_and_the_day_are_printed(day: Shell, sample: Sample) -> None:
    rows = day.json("discrepancies", "--kind", "not_written_off")["discrepancies"]
    first = str(rows[0]["id"])
    words = ("--as", "supplement_writeoff", "--reason", "seen")
    number = day.json("adjust", first, *words)["adjustment"]["number"]
    (done,) = day.json("approve", number, user="checker")["adjustments"]

    voucher = day.json("report", "voucher", "--number", done["voucher"], "--form", "241x139.7")
    slip = day.json("report", "adjustment", "--number", number)
    report = day.json("report", "day", "--date", sample.day)

    assert voucher["number"].startswith("PZ-")
    assert slip["number"].startswith("TZ-")
    assert report["number"].startswith("RJ-")
    assert report["pages"] == 2
    assert day("report", "voucher", "--number", "P404").code == 2
    assert day("report", "adjustment", "--number", "TZ404").code == 2


def _account(day: Shell, sample: Sample) -> str:
    rows = day.json("board", "--date", sample.day)["rows"]
    return str(next(row["account"] for row in rows if row["kind"] == "account" and row["name"]))


@pytest.mark.usefixtures("folder")
def test_a_statement_is_submitted_approved_and_printed(day: Shell, sample: Sample) -> None:
    account = _account(day, sample)
    asked = ("report", "statement", "--account", account, "--date", sample.day)

    (made,) = day.json(*asked, "--submit")["statements"]
    again = day(*asked, "--submit")
    own = day("approve", made["number"])
    (back,) = day.json("return", made["number"], "--reason", "look", user="checker")["statements"]
    (second,) = day.json(*asked, "--submit")["statements"]
    (gone,) = day.json("withdraw", second["number"])["statements"]
    (third,) = day.json(*asked, "--submit")["statements"]
    (agreed,) = day.json("approve", third["number"], user="checker")["statements"]
    printed = day.json(*asked)

    assert (made["state"], back["state"], gone["state"]) == ("submitted", "returned", "withdrawn")
    assert agreed["state"] == "approved"
    assert agreed["adjusted_fen"] == made["adjusted_fen"]
    assert (again.code, own.code) == (4, 4)
    assert printed["number"].startswith("YE-")
    assert day("report", "statement", "--submit").code == 2
    assert day("report", "summary", "--submit").code == 2
    assert day("report", "statement", "--number", "YE404").code == 2
    assert day.json("verify")["ok"]


@pytest.mark.usefixtures("folder")
def test_papers_need_the_right_to_print_and_to_see(day: Shell, sample: Sample) -> None:
    assert day("report", "summary", "--date", sample.day, user="administrator").code == 4
    assert day("report", "audit", "--date", sample.day).code == 4
    done = day.json("report", "audit", user="auditor")
    assert done["number"].startswith("SH-")


def test_a_person_reads_what_was_printed(day: Shell, sample: Sample, folder: Path) -> None:
    ended = day("report", "summary", "--date", sample.day, lang="zh_CN")

    assert "对账结果汇总表" in ended.out
    assert "HZ-" in ended.out
    assert folder.exists()
