"""The window: how soon it is there, and what it feels like with a million lines on each side."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from statistics import median

from bench.data import Day
from bench.processes import run
from bench.product import PASSWORD, command, new_database
from bench.table import Line

FIRST_WINDOW_S = 1.2
STALL_S = 0.05
FRAME_S = 0.016
PAGE_S = 0.3
ANSWER_S = 1.0
LINES_S = 0.005

LIMITS = {
    "opening": PAGE_S,
    "sorting": ANSWER_S,
    "filtering": ANSWER_S,
    "selecting": ANSWER_S,
    "scrolling": FRAME_S,
    "200 lines": LINES_S,
}
"""The most that what begins with these words may take; jobs may take their time."""


def first_window(folder: Path, times: int) -> Line:
    """From the start of the process to the login on the screen, on a warm machine."""
    database = new_database(folder)
    command(database, "admin", "init")
    taken = []
    for _ in range(times + 1):
        began = time.monotonic()
        shown = run([sys.executable, "-m", "bench.opening"], _environment(database))
        taken.append(float(shown.output) - began)
    return Line(name="first window", ours=median(taken[1:]), limit=FIRST_WINDOW_S)


def felt(folder: Path, day: Day) -> list[Line]:
    """Load, match, scroll, sort and filter in the real window."""
    database = new_database(folder)
    command(database, "admin", "init")
    script = [sys.executable, "-m", "bench.feeling", str(day.payments), str(day.channel)]
    lines = []
    for one in json.loads(run(script, _environment(database)).output):
        limit = next(
            (most for words, most in LIMITS.items() if one["name"].startswith(words)), None
        )
        lines.append(Line(name=one["name"], ours=one["until_ms"] / 1000, limit=limit))
        lines.append(
            Line(
                name="  longest stall",
                ours=one["stall_ms"] / 1000,
                limit=STALL_S,
                against=f"{one['own_ms']} ms of reckoning at a stretch",
            )
        )
    return lines


def _environment(database: Path) -> dict[str, str]:
    return os.environ | {
        "DUIPING_DB": f"sqlite:///{database}",
        "DUIPING_PASSWORD": PASSWORD,
        "PYTHONUTF8": "1",
        "QT_QPA_PLATFORM": "offscreen",
    }
