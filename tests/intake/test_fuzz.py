"""Broken inputs by the thousand are read or refused; nothing else ever happens."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

SEED = int(os.environ.get("DUIPING_SEED", "20261013"))
SCALE = 50 if os.environ.get("DUIPING_NIGHTLY") else 1
PROCESSES = 2
ROOT = Path(__file__).resolve().parents[2]


def run(
    kind: str, count: int, folder: Path, *more: str, first: int = 0
) -> tuple[Counter[str], str]:
    """Read so many inputs in limited processes; return the outcomes and what went wrong."""
    share = count // PROCESSES
    with ThreadPoolExecutor(PROCESSES) as pool:
        parts = pool.map(
            lambda number: _run(kind, first + number * share, share, folder / str(number), more),
            range(PROCESSES),
        )
        outcomes: Counter[str] = Counter()
        failures = []
        for found, failure in parts:
            outcomes.update(found)
            failures.append(failure)
    return outcomes, "".join(failures)


def _run(
    kind: str, first: int, count: int, scratch: Path, more: tuple[str, ...]
) -> tuple[Counter[str], str]:
    numbers = (str(SEED), str(first), str(count))
    done = subprocess.run(
        [sys.executable, "-m", "tests.intake.fuzzing", kind, *numbers, *more, str(scratch)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    outcomes = Counter(line.partition(" ")[2] for line in lines)
    if done.returncode == 0 and sum(outcomes.values()) == count:
        return outcomes, ""
    last = lines[-1].partition(" ")[0] if lines else "none"
    return outcomes, f"{kind} {SEED} {last}: exit {done.returncode}\n{done.stderr[-2000:]}"


@pytest.mark.parametrize(
    ("kind", "first", "count"),
    [
        *[("csv", first, 4_000) for first in range(0, 20_000, 4_000)],
        ("xml", 0, 5_000),
        ("xlsx", 0, 500),
        ("zip", 0, 2_000),
    ],
)
def test_broken_inputs_are_read_or_refused(
    kind: str, first: int, count: int, tmp_path: Path
) -> None:
    sys.stdout.write(f"seed {SEED}\n")

    outcomes, failure = run(kind, count * SCALE, tmp_path, first=first * SCALE)

    assert failure == ""
    assert set(outcomes) == {"loaded", "refused"}
    assert min(outcomes.values()) > count // 50


def test_the_harness_notices_a_reader_that_fails(tmp_path: Path) -> None:
    _outcomes, failure = run("csv", 2_000, tmp_path, "--blind")

    assert "ZeroDivisionError" in failure


def test_the_harness_notices_a_process_that_dies(tmp_path: Path) -> None:
    _outcomes, failure = run("csv", 2_000, tmp_path, "--deadly")

    assert "exit -" in failure
