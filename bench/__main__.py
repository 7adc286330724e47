"""`python3 start.py bench`: the program beside the plain baselines, in one run and one table."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from random import Random
from statistics import median

from bench.data import Day, make_day, make_sheet
from bench.papers import COLUMNS, LINES, RECEIPTS, SHEET_ROWS, WRITERS
from bench.processes import ROOT, Failed, Run, run
from bench.product import WholeWay, command, new_database, whole_way
from bench.table import Line, save, show

FOLDER = ROOT / "bench" / "files"
RESULTS = ROOT / "bench" / "results.json"
WHOLE_WAY = 0.75
RECONCILE = 1.5
SHEET = 1.5
GROWTH_PER_DECADE = 1.15
PEAK_MB = 1_500
FINDER_SECONDS = 0.1
HELP_SECONDS = 0.3
RECEIPTS_A_SECOND = 150
LONG_LIST = 1.5
WRITTEN_SHEET = 1.3
SHEET_SHARE = 10
"""The workbook has a tenth of the rows of the day."""

Part = Callable[[argparse.Namespace], list[Line]]


def main(arguments: Sequence[str]) -> int:
    """Measure and report; return 1 when something did not work."""
    options = _options(arguments)
    lines: list[Line] = []
    failed = False
    for name in options.only or PARTS:
        try:
            lines += PARTS[name](options)
        except (Failed, ImportError) as error:
            failed = True
            sys.stderr.write(f"{name}: {error}\n")
    print(f"\n{options.rows:,} payments, medians of {options.times}\n\n{show(lines)}\n")
    save(RESULTS, lines, options.rows)
    return int(failed)


def whole_day(options: argparse.Namespace) -> list[Line]:
    """Both files in, reconciled and stored, beside plain sqlite3 and SQL, and datacompy."""
    day = _day(options.rows)
    plain: list[Run] = []
    others: list[float] = []
    ours: list[WholeWay] = []
    for number in range(options.times):  # in turn, so that a slow minute hits all
        _say(f"{options.rows:,} rows, {number + 1} of {options.times}")
        plain.append(_plain(day))
        ours.append(whole_way(FOLDER, day))
        if options.baseline_python:
            others.append(_datacompy(options.baseline_python, day))
    return [*_whole_lines(plain, ours), *_reconcile_lines(others, ours)]


def growth(options: argparse.Namespace) -> list[Line]:
    """A tenth and three times of the rows: time per row, and memory of an import."""
    small, middle, large = options.rows // 10, options.rows, options.rows * 3
    found: dict[int, list[WholeWay]] = {}
    for rows, times in ((small, options.times), (middle, options.times), (large, 1)):
        day = _day(rows)
        found[rows] = []
        for number in range(times):
            _say(f"growth: {rows:,} rows, {number + 1} of {times}")
            found[rows].append(whole_way(FOLDER, day))
    seconds = {rows: median(way.seconds for way in ways) for rows, ways in found.items()}
    peaks = {rows: _peak(ways, "import") for rows, ways in found.items()}
    return [
        Line(
            name=f"growth of the whole way, {less:,} to {rows:,} rows",
            ours=seconds[rows],
            baseline=seconds[less] * rows / less,
            limit=GROWTH_PER_DECADE**decades,
            against=f"{less:,} rows, scaled up",
        )
        for less, rows, decades in ((small, middle, 1.0), (middle, large, 0.477))
    ] + [
        Line(
            name=f"growth of an import's memory, {middle:,} to {large:,} rows",
            unit="MB",
            ours=peaks[large],
            baseline=peaks[middle] or None,
            limit=GROWTH_PER_DECADE if peaks[middle] else None,
            against=f"{middle:,} rows",
        )
    ]


def sheet(options: argparse.Namespace) -> list[Line]:
    """A workbook of 12 columns in, beside python-calamine alone."""
    path = make_sheet(FOLDER, options.rows // SHEET_SHARE)
    alone: list[float] = []
    ours: list[Run] = []
    for number in range(options.times):
        _say(f"workbook, {number + 1} of {options.times}")
        alone.append(run([sys.executable, "bench/sheets.py", str(path)], os.environ).seconds)
        database = new_database(FOLDER)
        command(database, "admin", "init")
        ours.append(command(database, "clerk", "import", str(path)))
    return [
        Line(
            name=f"XLSX, {options.rows // SHEET_SHARE:,} x 12, imported (whole processes)",
            ours=median(one.seconds for one in ours),
            baseline=median(alone),
            limit=SHEET,
            against="python-calamine alone, stores nothing",
        )
    ]


def finder(_options: argparse.Namespace) -> list[Line]:
    """The combination finder: 4 among 1,000 and 8 among 60."""
    from app.matching.combinations import find  # noqa: PLC0415 - measured parts only

    lines = []
    for largest, candidates in ((4, 1_000), (8, 60)):
        taken = []
        for seed in range(9):
            random = Random(seed)
            amounts = [random.randrange(1_000, 5_000_000) for _ in range(candidates)]
            target = sum(random.sample(amounts, largest))
            began = time.perf_counter()
            find(target, amounts, largest=largest, limit=20)
            taken.append(time.perf_counter() - began)
        name = f"combinations, up to {largest} among {candidates:,}"
        lines.append(Line(name=name, ours=median(taken), limit=FINDER_SECONDS))
    return lines


def papers(options: argparse.Namespace) -> list[Line]:
    """Receipts by the second, a long list, and a large workbook beside the libraries alone."""
    taken: dict[str, list[float]] = {name: [] for name in WRITERS}
    for number in range(options.times):
        _say(f"papers, {number + 1} of {options.times}")
        for name, found in taken.items():
            done = run([sys.executable, "-m", "bench.papers", name], os.environ)
            found.append(float(json.loads(done.output)["seconds"]))
    seconds = {name: median(found) for name, found in taken.items()}
    return [
        Line(
            name=f"PDF, {RECEIPTS:,} receipts in one file",
            ours=seconds["receipts"],
            limit=RECEIPTS / RECEIPTS_A_SECOND,
        ),
        Line(
            name=f"PDF, a list of {LINES:,} lines",
            ours=seconds["list"],
            baseline=seconds["platypus"],
            limit=LONG_LIST,
            against="platypus tables of a page each, fixed row heights",
        ),
        Line(
            name=f"XLSX, {SHEET_ROWS:,} x {COLUMNS}, written",
            ours=seconds["sheet"],
            baseline=seconds["openpyxl"],
            limit=WRITTEN_SHEET,
            against="openpyxl write-only, no formats",
        ),
    ]


def start_up(options: argparse.Namespace) -> list[Line]:
    """How soon the command line answers."""
    command_ = [sys.executable, "-m", "app", "--help"]
    taken = [run(command_, os.environ).seconds for _ in range(options.times + 1)][1:]
    return [Line(name="command line --help", ours=median(taken), limit=HELP_SECONDS)]


def window(options: argparse.Namespace) -> list[Line]:
    """How soon the window is there, and what it feels like."""
    from bench.window import felt, first_window  # noqa: PLC0415 - measured parts only

    _say("the window")
    return [
        first_window(FOLDER, options.times),
        *felt(FOLDER, _day(options.rows)),
    ]


PARTS: dict[str, Part] = {
    "whole": whole_day,
    "growth": growth,
    "sheet": sheet,
    "finder": finder,
    "papers": papers,
    "start": start_up,
    "window": window,
}


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 start.py bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="payments of the day")
    parser.add_argument("--times", type=int, default=3, help="how often; the median counts")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="only these parts")
    parser.add_argument("--baseline-python", default="", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _day(rows: int) -> Day:
    _say(f"files of {rows:,} rows")
    return make_day(FOLDER, rows)


def _plain(day: Day) -> Run:
    database = FOLDER / "plain.sqlite"
    for path in FOLDER.glob("plain.sqlite*"):
        path.unlink()
    script = [sys.executable, "bench/plain.py"]
    done = run([*script, str(day.payments), str(day.channel), str(database)], os.environ)
    found = json.loads(done.output)
    if found != {"matched": day.matched, "kinds": day.faults.kinds()}:
        raise Failed(f"the plain baseline is wrong: {found}")
    return done


def _datacompy(python: str, day: Day) -> float:
    script = [python, "bench/others.py", str(day.payments), str(day.channel)]
    return float(json.loads(run(script, os.environ).output)["seconds"])


def _whole_lines(plain: Sequence[Run], ours: Sequence[WholeWay]) -> list[Line]:
    steps = [
        Line(name=f"  {name}", ours=median(way.steps[name].seconds for way in ours))
        for name in ours[0].steps
    ]
    whole = Line(
        name="whole way: two files in, reconciled, stored",
        ours=median(way.seconds for way in ours),
        baseline=median(one.seconds for one in plain),
        limit=WHOLE_WAY,
        against="csv module, sqlite3, SQL",
    )
    memory = Line(
        name="  peak memory of all its processes",
        unit="MB",
        ours=max(way.peak_mb for way in ours),
        limit=PEAK_MB,
        against=f"the plain pipeline held {max(one.peak_mb for one in plain):.0f} MB",
    )
    size = Line(name="  database", unit="MB", ours=ours[0].database_mb)
    return [whole, *steps, memory, size]


def _reconcile_lines(others: Sequence[float], ours: Sequence[WholeWay]) -> list[Line]:
    baseline = median(others) if others else None
    against = "datacompy on polars, in memory, stores nothing"
    inside = median(way.reconcile_seconds for way in ours)
    whole = median(way.steps["reconcile"].seconds for way in ours)
    return [
        Line(
            name=name,
            ours=seconds,
            baseline=baseline,
            limit=RECONCILE if baseline else None,
            against=against,
        )
        for name, seconds in (
            ("reconcile alone, as it reports itself", inside),
            ("reconcile alone, the whole process with start-up", whole),
        )
    ]


def _peak(ways: Sequence[WholeWay], step: str) -> float:
    return max(way.steps[step].peak_mb for way in ways)


def _say(words: str) -> None:
    sys.stderr.write(f"  {words} ...\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
