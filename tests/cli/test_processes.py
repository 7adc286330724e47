"""The program as a process: pipes that close, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import PASSWORD

ROOT = Path(__file__).parents[2]
HEAD = "支付订单号,支付流水号,支付时间,支付渠道,支付工具,交易类型,金额,手续费,优惠承担方,状态"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="process groups are those of POSIX")


def test_a_reader_that_leaves_early_is_no_failure(sqlite_url: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "profiles", "--json"],
        cwd=ROOT,
        env=environment(sqlite_url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()

    _out, err = process.communicate(timeout=60)

    assert process.returncode == 0
    assert err == b""


def test_help_loads_no_heavy_library() -> None:
    """Measured: with SQLAlchemy the answer takes five times as long."""
    code = (
        "import sys; from app.cli.main import main; main(['--help']);"
        " heavy = {'sqlalchemy', 'polars', 'duckdb', 'ibis', 'openpyxl', 'reportlab', 'PySide6'};"
        " sys.exit(' '.join(sorted(heavy & set(sys.modules))))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert ended.stderr == ""
    assert "reconcile" in ended.stdout


def test_ctrl_c_during_an_import_leaves_nothing_behind(sqlite_url: str, tmp_path: Path) -> None:
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    before = counts(database)
    path = big_file(tmp_path / "big.csv", 400_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "import", str(path)],
        cwd=ROOT,
        env=environment(sqlite_url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
        encoding="utf-8",
    )
    wait_until_it_writes(process, database)

    os.killpg(process.pid, signal.SIGINT)
    _out, err = process.communicate(timeout=60)

    assert process.returncode == 4, err
    assert "Nothing was changed" in err
    assert "Traceback" not in err
    assert counts(database) == before
    assert not group_is_alive(process.pid)


def wait_until_it_writes(process: subprocess.Popen[str], database: Path) -> None:
    """Wait until the import has written a part of the file to the disk."""
    logs = [database.with_name(database.name + end) for end in ("-wal", "-journal")]
    size = database.stat().st_size
    for _ in range(6000):
        assert process.poll() is None, "the import ended before it could be stopped"
        if any(log.exists() and log.stat().st_size > 1_000_000 for log in logs):
            return
        if database.stat().st_size > size + 1_000_000:
            return
        time.sleep(0.01)
    pytest.fail("the import wrote nothing")


def big_file(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD + "\n")
        file.writelines(
            f"D{row},Z{row},2026-03-05 10:00:00,ICBC,银行卡,支付,12.50,,,成功\n"
            for row in range(rows)
        )
    return path


def counts(database: Path) -> list[int]:
    with sqlite3.connect(database) as connection:
        return [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("payment", "source_file", "source_chunk", "audit_record", "touched_day")
        ]


def group_is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def environment(url: str) -> dict[str, str]:
    return os.environ | {
        "DUIPING_DB": url,
        "DUIPING_USER": "clerk",
        "DUIPING_PASSWORD": PASSWORD,
        "DUIPING_LANG": "en",
    }
