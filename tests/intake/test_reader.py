"""The reading process: what it may use, how it dies, and what comes out of it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from app.intake import protocol
from app.intake.context import Context
from app.intake.protocol import BrokenPipe, RawChunk, Tag
from app.intake.reader import Reader, Source
from app.intake.rules import (
    KIND_LABELS,
    NOTICE_TEXTS,
    PROBLEMS_KEPT,
    REASON_TEXTS,
    Finding,
    Kind,
    Notice,
    Reason,
    RowProblem,
    Summary,
    Total,
)
from tests.intake.making import (
    CONTEXT,
    PAYMENT,
    PAYMENTS,
    TODAY,
    changed,
    read_path,
    write_lines,
)

ROWS = 100_000


def large(folder: Path) -> Path:
    rows = (changed(PAYMENT, PAYMENTS, 支付流水号=f"P{number}") for number in range(ROWS))
    return write_lines(folder / "large.csv", [PAYMENTS, *rows, f"#合计,{ROWS},{ROWS}00.00"])


def count_rows(reader: Reader, source: Source) -> int:
    return sum(batch.num_rows for batch in reader.read(source, CONTEXT).batches())


def test_the_original_comes_back_byte_for_byte(reader: Reader, tmp_path: Path) -> None:
    path = large(tmp_path)

    (source,) = reader.sources(path)
    reading = reader.read(source, CONTEXT)

    chunks = [item for item in reading if isinstance(item, RawChunk)]

    pieces = [pa.decompress(one.data, one.raw_size, codec="zstd", asbytes=True) for one in chunks]
    assert b"".join(pieces) == path.read_bytes()
    assert [one.number for one in chunks] == list(range(len(pieces)))
    assert {one.raw_size for one in chunks[:-1]} == {4 << 20}
    assert reading.summary.rows == ROWS


def test_rows_and_pieces_come_in_turn_and_in_bounded_batches(
    reader: Reader, tmp_path: Path
) -> None:
    (source,) = reader.sources(large(tmp_path))

    items = list(reader.read(source, CONTEXT))

    kinds = [isinstance(item, RawChunk) for item in items]
    assert kinds.index(True) < len(kinds) - 1 - kinds[::-1].index(True) - 1
    assert max(item.num_rows for item in items if not isinstance(item, RawChunk)) <= 65_536


def test_a_reading_that_is_left_early_harms_nothing(reader: Reader, tmp_path: Path) -> None:
    (source,) = reader.sources(large(tmp_path))

    for _item in reader.read(source, CONTEXT):
        break

    assert count_rows(reader, source) == ROWS


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("SIGKILL", Reason.CRASHED),
        ("SIGSEGV", Reason.CRASHED),
        ("SIGABRT", Reason.OUT_OF_MEMORY),
        ("SIGXCPU", Reason.OUT_OF_TIME),
    ],
)
def test_however_the_process_dies_the_file_could_not_be_read(
    tmp_path: Path, number: str, reason: Reason
) -> None:
    with Reader() as reader:
        (source,) = reader.sources(large(tmp_path))
        reading = reader.read(source, CONTEXT)
        items = iter(reading)
        next(items)
        child = reader._child
        assert child is not None
        os.kill(child.pid, getattr(signal, number))

        rest = list(items)

        assert [problem.reason for problem in reading.summary.problems] == [reason]
        assert len(rest) < ROWS
        assert count_rows(reader, source) == ROWS


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_a_process_that_stays_silent_is_ended(tmp_path: Path) -> None:
    with Reader(stall_seconds=1) as reader:
        (source,) = reader.sources(large(tmp_path))
        reading = reader.read(source, CONTEXT)
        items = iter(reading)
        next(items)
        child = reader._child
        assert child is not None
        os.kill(child.pid, signal.SIGSTOP)

        for _item in items:
            pass

        assert [problem.reason for problem in reading.summary.problems] == [Reason.OUT_OF_TIME]


def test_a_slow_consumer_is_waited_for(tmp_path: Path) -> None:
    with Reader(stall_seconds=1) as reader:
        (source,) = reader.sources(large(tmp_path))
        items = iter(reading := reader.read(source, CONTEXT))
        next(items)

        pause = subprocess.run([sys.executable, "-c", "import time; time.sleep(2)"], check=True)
        rows = sum(item.num_rows for item in items if not isinstance(item, RawChunk))

        assert (pause.returncode, reading.summary.problems) == (0, ())
        assert rows == ROWS


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX")
def test_memory_is_limited() -> None:
    code = (
        "from app.intake.limits import limit_process\n"
        "limit_process()\n"
        "try:\n"
        "    bytearray(3 << 30)\n"
        "except MemoryError:\n"
        "    print('limited')\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "limited\n"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(reader: Reader, rows: int) -> int:
        lines = [PAYMENTS, *[PAYMENT] * rows]
        (source,) = reader.sources(write_lines(tmp_path / f"{rows}.csv", lines))
        assert count_rows(reader, source) == rows
        assert reader._child is not None
        status = Path(f"/proc/{reader._child.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0])

    with Reader() as reader:
        few = peak(reader, 250_000)
        many = peak(reader, 750_000)

    assert many < few + (48 << 10)


def test_an_unknown_profile_or_encoding_is_told(reader: Reader, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.csv", [PAYMENTS, PAYMENT])

    wishes = ({"profile": "x"}, {"encoding": "x"}, {"profile": "icbc-new"}, {"encoding": "utf-16"})
    reasons = [read_path(reader, path, **wish).reasons[0] for wish in wishes]  # type: ignore[arg-type]

    assert reasons[:3] == [Reason.UNKNOWN_PROFILE, Reason.UNKNOWN_ENCODING, Reason.OTHER_PROFILE]
    assert reasons[3] in {Reason.WRONG_ENCODING, Reason.UNKNOWN_LAYOUT}


def test_the_wished_profile_and_encoding_are_used(reader: Reader, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.csv", [PAYMENTS, PAYMENT], encoding="gbk")

    outcome = read_path(reader, path, profile="standard-payments", encoding="GBK")

    assert (outcome.source.encoding, len(outcome.rows)) == ("gb18030", 1)


@pytest.mark.parametrize(
    "data", [b"", b"Q", b"Q\x00\x00\x00\xff", b"?\x01\x00\x00\x00x", b"Q\x05\x00\x00\x00ab"]
)
def test_what_is_no_frame_is_no_answer(data: bytes) -> None:
    with pytest.raises(BrokenPipe):
        protocol.read_frame(io.BytesIO(data))


def test_values_cross_the_pipe_unchanged() -> None:
    problem = RowProblem(
        reason=Reason.BAD_AMOUNT, line=3, column="金额", value="x", params={"a": "b"}
    )
    summary = Summary(
        rows=1,
        total_fen=2,
        findings=(Finding(notice=Notice.NO_TOTALS, line=1, params={"c": "d"}),),
        problems=(problem,),
        problem_count=1,
        business_days=(20261013,),
        account_nos=("1",),
        channels=("ICBC",),
        totals=(Total(name="笔数", stated="1", found="1"),),
    )
    context = Context(channels={"A": 1}, payees=frozenset("xy"), today=TODAY, password="p")
    stream = io.BytesIO()
    chunk = RawChunk(number=7, raw_size=5, data=b"xyz")

    protocol.write_json(stream, Tag.SUMMARY, protocol.pack_summary(summary))
    protocol.write_raw(stream, chunk)
    stream.seek(0)

    tag, body = protocol.read_frame(stream)
    assert tag is Tag.SUMMARY
    assert protocol.unpack_summary(json.loads(body)) == summary
    assert protocol.raw_chunk(protocol.read_frame(stream)[1]) == chunk
    assert protocol.unpack_context(protocol.pack_context(context)) == context


def test_every_reason_notice_and_kind_has_its_words() -> None:
    assert set(REASON_TEXTS) == set(Reason)
    assert set(NOTICE_TEXTS) == set(Notice)
    assert set(KIND_LABELS) == set(Kind)
    assert PROBLEMS_KEPT == 1000
