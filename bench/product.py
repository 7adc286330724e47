"""The program itself, measured from outside: whole processes of its own command line."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.data import DAY, Day
from bench.processes import Failed, Run, run

PASSWORD = "a bench password, long enough"  # noqa: S105 - of a database that is thrown away
REJECTED_SOME = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeWay:
    """One day through the program."""

    steps: dict[str, Run]
    reconcile_seconds: float
    database_mb: float

    @property
    def seconds(self) -> float:
        """Seconds of all steps but the making of the empty database."""
        return sum(step.seconds for name, step in self.steps.items() if name != "init")

    @property
    def peak_mb(self) -> float:
        """The most memory that any step held."""
        return max(step.peak_mb for step in self.steps.values())


def whole_way(folder: Path, day: Day) -> WholeWay:
    """Load both files into a new database and reconcile them; check the answer."""
    database = new_database(folder)
    when = DAY.date().isoformat()
    steps = {
        "init": command(database, "admin", "init"),
        "import": command(database, "clerk", "import", str(day.payments), str(day.channel)),
        "reconcile": command(database, "clerk", "reconcile", "--date", when, "--task", "channel"),
    }
    seconds = _require_truth(day, steps["reconcile"].output)
    size = sum(path.stat().st_size for path in folder.glob(f"{database.name}*"))
    return WholeWay(steps=steps, reconcile_seconds=seconds, database_mb=size / 1e6)


def new_database(folder: Path) -> Path:
    """Return the path of a database that is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "bench.sqlite"
    for path in folder.glob(f"{database.name}*"):
        path.unlink()
    return database


def command(database: Path, user: str, name: str, *arguments: str) -> Run:
    """Run one command of the program as a user."""
    options = ["--demo-users"] if name == "init" else []
    return run(
        [sys.executable, "-m", "app", name, *arguments, *options, "--json"],
        os.environ
        | {
            "DUIPING_DB": f"sqlite:///{database}",
            "DUIPING_USER": user,
            "DUIPING_PASSWORD": PASSWORD,
            "PYTHONUTF8": "1",
        },
    )


def _require_truth(day: Day, output: str) -> float:
    """Return the seconds that the run itself reports, if it found what was planted.

    Raises:
        Failed: The answer is wrong; a fast wrong answer is not a measurement.
    """
    tasks = [task for task in json.loads(output)["tasks"] if task["ours"] or task["theirs"]]
    kinds: dict[str, int] = {}
    for task in tasks:
        for kind, found in task["discrepancies"].items():
            kinds[kind] = kinds.get(kind, 0) + found["count"]
    found = {kind: count for kind, count in kinds.items() if count}
    if found != day.faults.kinds():
        raise Failed(f"planted: {day.faults.kinds()}\nfound:   {found}")
    return float(sum(task["seconds"] for task in tasks))
