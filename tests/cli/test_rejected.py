"""A rejected file changes nothing, and its report names file, line, column, value and reason."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Sample, Shell

HEAD = "支付订单号,支付流水号,支付时间,支付渠道,支付工具,交易类型,金额,手续费,优惠承担方,状态"
GOOD = "D1,Z1,2026-03-05 10:00:00,ICBC,银行卡,支付,12.50,,,成功"


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (GOOD.replace("12.50", "12.505"), "金额", "12.505"),
        (GOOD.replace("12.50", "1e3"), "金额", "1e3"),
        (GOOD.replace("12.50", ""), "金额", ""),
        (GOOD.replace("2026-03-05", "2026-02-30"), "支付时间", "2026-02-30 10:00:00"),
        (GOOD.replace("2026-03-05", "1999-03-05"), "支付时间", "1999-03-05 10:00:00"),
        (GOOD.replace("ICBC", "NOBANK"), "支付渠道", "NOBANK"),
        (GOOD.replace("成功", "也许"), "状态", "也许"),
    ],
)
def test_a_bad_row_is_named_with_everything(
    shell: Shell, tmp_path: Path, row: str, column: str, value: str
) -> None:
    path = written(tmp_path, GOOD, row.replace("Z1", "Z2"))

    document = shell.json("import", path, code=3)

    [file] = document["files"]
    [error] = file["errors"]
    assert (file["status"], file["path"], document["rejected"]) == ("rejected", str(path), 1)
    assert set(error) >= {"line", "column", "field", "value", "reason"}
    assert (error["line"], error["column"], error["value"]) == (3, column, value)
    assert error["field"]
    assert error["reason"].strip()
    assert shell.json("import", written(tmp_path, GOOD))["loaded"] == 1


def test_people_read_the_same_in_a_line(shell: Shell, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD, GOOD.replace("12.50", "twelve").replace("Z1", "Z2"))

    ended = shell("import", path)

    assert ended.code == 3
    [line] = [line for line in ended.out.splitlines() if line.startswith(f"{path}: ")]
    assert "3" in line
    assert "twelve" in line


def test_all_bad_rows_are_counted_and_the_first_thousand_named(
    shell: Shell, tmp_path: Path
) -> None:
    rows = [GOOD.replace("12.50", "x").replace("Z1", f"Z{number}") for number in range(1200)]

    [file] = shell.json("import", written(tmp_path, *rows), code=3)["files"]

    assert len(file["errors"]) == 1000
    assert file["error_count"] == 1200


def test_personal_values_are_masked(shell: Shell, tmp_path: Path, sample: Sample) -> None:
    shell.json("import", sample.folder / "master")
    head = "支付订单号,明细序号,收款单位编码,能源类型,户号,户名,账期,实缴金额,交易类型,支付时间"
    payee = "3101"
    path = tmp_path / "bills.csv"
    row = f"D1,1,{payee},电,310110905473,王小明,202613,12.50,缴费,2026-03-05 10:00:00"
    path.write_text(f"{head}\n{row}\n", encoding="utf-8")

    ended = shell("import", path, "--json")

    assert ended.code == 3
    assert "王小明" not in ended.out + ended.err


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02\x03" * 100, ""),
        ("甲,乙,丙\n1,2,3\n".encode(), ""),
        (HEAD.replace(",金额", "").encode() + b"\n", ""),
        (HEAD.encode() + b"\n" + GOOD.encode() + "\n#合计,2,12.50\n".encode(), ""),
        (b"PK\x03\x04 this is no archive", ""),
    ],
)
def test_what_is_no_statement_is_rejected_with_a_reason(
    shell: Shell, tmp_path: Path, content: bytes, word: str
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)

    document = shell.json("import", path, code=3)

    [file] = document["files"]
    assert file["status"] == "rejected"
    assert [error["reason"] for error in file["errors"] if error["reason"].strip()]
    assert word in str(file["errors"]).lower()
    assert document["loaded"] == 0


def test_a_row_that_contradicts_a_loaded_one_names_its_file_and_line(
    shell: Shell, tmp_path: Path
) -> None:
    first = written(tmp_path, GOOD, name="first.csv")
    shell.json("import", first)

    [file] = shell.json(
        "import", written(tmp_path, GOOD.replace("12.50", "13.00"), name="second.csv"), code=3
    )["files"]

    [error] = file["errors"]
    assert "first.csv" in error["reason"]
    assert (error["line"], error["value"]) == (2, "Z1")


def test_good_files_are_loaded_beside_a_rejected_one(shell: Shell, tmp_path: Path) -> None:
    written(tmp_path / "day", GOOD, name="good.csv")
    written(tmp_path / "day", GOOD.replace("12.50", "?").replace("Z1", "Z2"), name="bad.csv")

    document = shell.json("import", tmp_path / "day", code=3)

    assert (document["loaded"], document["rejected"]) == (1, 1)


def test_a_rejected_file_leaves_nothing_but_its_refusal(shell: Shell, tmp_path: Path) -> None:
    database = Path(shell.url.removeprefix("sqlite:///"))
    shell.json("import", written(tmp_path, GOOD, name="first.csv"))
    before = dump(database)

    shell("import", written(tmp_path, GOOD.replace("12.50", "?"), name="second.csv"))

    assert dump(database) == before


def test_a_missing_path_is_named(shell: Shell, tmp_path: Path) -> None:
    ended = shell("import", tmp_path / "nothing.csv")

    assert ended.code in {2, 3}
    assert "nothing.csv" in ended.out + ended.err


def test_an_unknown_profile_is_named(shell: Shell, tmp_path: Path) -> None:
    ended = shell("import", written(tmp_path, GOOD), "--profile", "strange")

    assert ended.code in {2, 3}
    assert "strange" in ended.out + ended.err


def test_a_corrected_file_replaces_the_first(shell: Shell, tmp_path: Path) -> None:
    shell.json("import", written(tmp_path, GOOD, name="first.csv"))
    right = written(tmp_path, GOOD.replace("12.50", "13.00"), name="second.csv")

    document = shell.json("import", right, "--replace")

    assert [one["status"] for one in document["files"]] == ["replaced"]
    assert document["loaded"] == 1


def test_a_day_other_than_the_one_named_is_rejected(shell: Shell, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)

    document = shell.json("import", path, "--date", "2026-06-01", code=3)

    assert document["files"][0]["errors"][0]["line"] == 2


def test_the_reason_is_in_the_language_of_the_user(shell: Shell, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("12.50", "?"))

    texts = [
        shell("import", path, "--json", "--lang", lang).document["files"][0]["errors"][0]["reason"]
        for lang in ("en", "zh_CN")
    ]

    assert all(texts)
    if texts[0] == texts[1]:
        pytest.skip("the translations are not compiled")
    assert any("一" <= character <= "鿿" for character in texts[1])


def written(folder: Path, *rows: str, name: str = "payments.csv") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def dump(database: Path) -> list[str]:
    kept = re.compile('INSERT INTO "(rejected_file|audit_head|audit_record)"')
    with sqlite3.connect(database) as connection:
        return sorted(line for line in connection.iterdump() if not kept.match(line))
