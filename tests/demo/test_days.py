"""The made-up days hang together, are repeatable and stay small in memory."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tracemalloc
import zipfile
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from app.base.errors import Cancelled
from app.demo.service import BadWish, Wish, write_days
from tests.demo.reading import Files, Row, read_folder, texts

WISH = Wish(orders=300, seed=7, days=3, first_day=date(2026, 3, 13))


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("days")
    write_days(directory, WISH)
    return directory


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, days: Path) -> None:
    write_days(tmp_path, WISH)

    assert digests(tmp_path) == digests(days)


def test_another_seed_gives_other_days(tmp_path: Path, days: Path) -> None:
    write_days(tmp_path, Wish(orders=300, seed=8, days=3, first_day=date(2026, 3, 13)))

    same = digests(tmp_path).items() & digests(days).items()
    assert {name for name, _digest in same} <= {"master/channels.csv"}


def test_batches_are_the_sums_of_their_lines_except_where_planted(days: Path) -> None:
    for folder in day_folders(days):
        files = read_folder(folder)
        lines = defaultdict(list)
        for line in files["clearing_lines"]:
            lines[line["批次号"]].append(line)

        wrong = [b for b in files["clearing_batches"] if header(b) != summed(lines[b["批次号"]])]

        assert len(wrong) == 3
        assert {line["批次号"] for line in files["clearing_lines"]} == {
            batch["批次号"] for batch in files["clearing_batches"]
        }


def test_clearing_lines_are_paid_less_fee_less_promotion(days: Path) -> None:
    lines = [line for folder in day_folders(days) for line in read_folder(folder)["clearing_lines"]]

    wrong = [
        line
        for line in lines
        if fen(line["净额"])
        != fen(line["实缴金额"]) - fen(line["手续费分摊"]) - fen(line["优惠分摊"])
    ]

    assert wrong == []


def test_balances_chain_over_all_files(days: Path) -> None:
    organisations = read_folder(days / "master")["organisations"]
    opening = {row["收款账号"]: fen(row["期初余额"]) for row in organisations}
    rows = {
        (row["账号"], row["银行流水号"]): row
        for folder in day_folders(days)
        for row in read_folder(folder)["arrivals"]
        if row["余额"]
    }
    accounts = defaultdict(list)
    for row in sorted(rows.values(), key=lambda row: row["交易时间"]):
        accounts[row["账号"]].append(row)

    for account, entries in accounts.items():
        before = [opening[account], *(fen(row["余额"]) for row in entries)]

        moved = [after - balance for balance, after in pairwise(before)]

        assert moved == [fen(row["收入金额"]) - fen(row["支出金额"]) for row in entries]


def test_orders_without_faults_conserve_money(tmp_path: Path) -> None:
    write_days(tmp_path, Wish(orders=400, seed=11, faults=0))
    files = read_folder(*day_folders(tmp_path))

    collected, platform = collections(files)

    lines = files["clearing_lines"]
    nets = sum(signed(line, "净额") for line in lines)
    fees = sum(signed(line, "手续费分摊") for line in lines)
    assert collected == nets + fees
    assert platform > 0


def test_totals_at_the_end_agree_with_the_rows(days: Path) -> None:
    amounts = {"payments": "金额", "bill_lines": "实缴金额", "clearing_lines": "净额"}
    for folder in day_folders(days):
        files = read_folder(folder)
        for name, text in texts(folder):
            kind = name.rsplit("_", 1)[0]
            if kind in amounts:
                total = sum(fen(row[amounts[kind]]) for row in files[kind])

                last = text.splitlines()[-1]

                assert last == f"#合计,{len(files[kind])},{total // 100}.{total % 100:02d}"


def test_alipay_members_are_named_in_gbk_without_a_flag(days: Path) -> None:
    [archive, *_] = sorted(days.rglob("2088*.zip"))

    with zipfile.ZipFile(archive, metadata_encoding="gbk") as opened:
        [member] = opened.infolist()

    assert member.filename.endswith("_业务明细.csv")
    assert not member.flag_bits & 0x800


def test_both_encodings_occur(days: Path) -> None:
    encodings = Counter(encoding(path) for path in days.rglob("*.csv"))

    assert min(encodings["utf-8"], encodings["gb18030"]) > 3


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    class Impatient:
        def advance(self, done: int, total: int, note: str = "") -> None:
            if done > 0:
                raise Cancelled

    with pytest.raises(Cancelled):
        write_days(tmp_path / "new", Wish(orders=3000), progress=Impatient())

    assert list((tmp_path / "new").iterdir()) == []


def test_a_second_run_replaces_the_first_and_nothing_else(tmp_path: Path) -> None:
    write_days(tmp_path, WISH)
    (tmp_path / "20260313" / "notes.txt").write_text("mine", encoding="utf-8")

    result = write_days(tmp_path, Wish(orders=50, seed=2))

    found = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {*result.files, result.truth_file, tmp_path / "20260313" / "notes.txt"}


@pytest.mark.parametrize(
    ("orders", "days", "faults"), [(0, 1, 1), (10**7, 1, 1), (1, 0, 1), (1, 1, -1)]
)
def test_senseless_wishes_are_refused(orders: int, days: int, faults: int) -> None:
    with pytest.raises(BadWish, match="1 to 1000000 orders"):
        Wish(orders=orders, days=days, faults=faults)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_orders(tmp_path: Path) -> None:
    peaks = []
    for orders in (2000, 8000):
        tracemalloc.start()
        write_days(tmp_path / str(orders), Wish(orders=orders, faults=1))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < peaks[0] * 1.5


@pytest.mark.slow
def test_fifty_thousand_orders_fit_in_little_memory(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="only POSIX tells how much memory was used")
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from app.demo.service import Wish, write_days\n"
        "write_days(Path(sys.argv[1]), Wish(orders=50_000))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )

    printed = subprocess.check_output(
        [sys.executable, "-c", program, str(tmp_path)], cwd=Path(__file__).parents[2], text=True
    )

    unit = 1 if sys.platform == "darwin" else 1024
    assert int(printed) * unit < 100_000_000


def day_folders(directory: Path) -> list[Path]:
    return sorted(path for path in directory.iterdir() if path.name.isdigit())


def digests(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in directory.rglob("*")
        if path.is_file()
    }


def encoding(path: Path) -> str:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def fen(text: str) -> int:
    return int(text.replace(".", "") or 0)


def signed(row: Row, column: str) -> int:
    return fen(row[column]) * (-1 if row["交易类型"] in {"退费", "退款"} else 1)


def header(batch: Row) -> tuple[int, ...]:
    columns = ("笔数", "缴费金额", "退款金额", "手续费", "优惠补贴", "净额")
    return tuple(fen(batch[column]) for column in columns)


def summed(lines: list[Row]) -> tuple[int, ...]:
    paid = [line for line in lines if line["交易类型"] == "缴费"]
    back = [line for line in lines if line["交易类型"] == "退费"]
    return (
        len(lines),
        sum(fen(line["实缴金额"]) for line in paid),
        sum(fen(line["实缴金额"]) for line in back),
        sum(signed(line, "手续费分摊") for line in lines),
        sum(signed(line, "优惠分摊") for line in lines),
        sum(signed(line, "净额") for line in lines),
    )


def collections(files: Files) -> tuple[int, int]:
    """Return money and promotions that others fund, and the fees that the platform bears."""
    good = [row for row in files["payments"] if row["状态"] == "成功"]
    funded = [
        row
        for row in good
        if row["支付渠道"] != "INTERNAL"
        or (row["优惠承担方"] in {"平台", "第三方"} and row["支付工具"] != "光伏补贴")
    ]
    borne = [row for row in good if row["支付渠道"] == "CMB" and row["手续费"]]
    return sum(signed(r, "金额") for r in funded), sum(signed(r, "手续费") for r in borne)
