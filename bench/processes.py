"""Running a whole process under the clock, with the memory of it and its children."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EVERY = 0.1
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One process: how long it took, what it held at most, what it printed."""

    seconds: float
    peak_mb: float
    output: str


class Failed(Exception):
    """A measured process did not end as expected."""


def run(command: Sequence[str], env: Mapping[str, str], *, allowed: Sequence[int] = (0,)) -> Run:
    """Run a command to its end.

    Raises:
        Failed: It ended with an exit code that is not allowed.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=errors)
        memory = _Memory(process.pid)
        code = process.wait()
        seconds = time.perf_counter() - began
        peak = memory.stop()
        output.seek(0)
        errors.seek(0)
        if code not in allowed:
            raise Failed(f"{' '.join(command)}\nended with {code}:\n{errors.read()[-2000:]}")
        return Run(seconds=seconds, peak_mb=peak, output=output.read())


class _Memory:
    """Looks at the memory of a process and its children until told to stop (Linux only)."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak_kb = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        if sys.platform == "linux":
            self._thread.start()

    def stop(self) -> float:
        """Return the peak in MB; 0 where it cannot be seen."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        return self._peak_kb / 1024

    def _watch(self) -> None:
        while not self._ended.wait(EVERY):
            self._peak_kb = max(self._peak_kb, sum(map(_share_kb, _family(self._pid))))


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for path in Path(f"/proc/{one}/task").glob("*/children"):
            found.extend(int(text) for text in _text(path).split())
    return found


def _share_kb(pid: int) -> int:
    # The proportional share: pages that several processes hold are counted once.
    for line in _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""  # it ended meanwhile
