"""The program, through its command line, finds what someone else planted, and nothing else."""

import io
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from app.cli.main import main
from tests.conftest import PASSWORD
from tests.oracle.days import Shape, Story, build, write
from tests.oracle.days_world import Planted

Mark = tuple[str, str, str, int]


class Program:
    """The command line on one database, in this process."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, *arguments: str, user: str = "clerk") -> dict[str, Any]:
        """Run one command and return its JSON document."""
        out, errors = io.StringIO(), io.StringIO()
        people = {"DUIPING_DB": self._url, "DUIPING_USER": user, "DUIPING_PASSWORD": PASSWORD}
        with patch.dict(os.environ, people), redirect_stdout(out), redirect_stderr(errors):
            code = main([*arguments, "--json"])
        assert code == 0, (arguments, code, out.getvalue(), errors.getvalue())
        document: dict[str, Any] = json.loads(out.getvalue())
        return document

    def load(self, folder: Path, user: str = "clerk") -> None:
        """Import a folder whole."""
        result = self("import", str(folder), user=user)
        assert result["rejected"] == 0, [one for one in result["files"] if one["errors"]]

    def open_facts(self) -> Counter[Mark]:
        """Return what is open, by task, kind, key and difference."""
        rows = self("discrepancies")["discrepancies"]
        return Counter(_mark(row) for row in rows if row["status"] != "resolved")


def _mark(row: dict[str, Any]) -> Mark:
    key = (row["ours"] or {}).get("key") or (row["theirs"] or {}).get("key")
    return row["task"], row["kind"], str(key), int(row["difference_fen"])


def _expected(planted: list[Planted]) -> Counter[Mark]:
    return Counter(
        (one.fact.task, one.fact.kind, one.fact.key, one.fact.difference_fen) for one in planted
    )


def _lay_out(story: Story, folder: Path) -> tuple[Path, list[Path]]:
    rng = Random(story.shape.seed)
    master, days = folder / "master", []
    for place, files in zip(
        [master, *(folder / f"day{run}" for run in range(len(story.files)))],
        [story.master, *story.files],
        strict=True,
    ):
        place.mkdir()
        days.append(place)
        for kind, rows in files.items():
            if rows:
                write(place, kind, rows, rng)
    return master, days[1:]


def differences(program: Program, story: Story, run: int) -> Iterator[str]:
    """Say what is open after a run and should not be, or should be and is not."""
    said, planted = program.open_facts(), story.open_after(run)
    reasons = {mark: one.why for one in planted for mark in _expected([one])}
    expected = _expected(planted)
    for mark in expected - said:
        yield f"run {run} lacks {mark} {reasons[mark]}"
    for mark in said - expected:
        yield f"run {run} invents {mark}"


def wrong_sums(document: dict[str, Any]) -> Iterator[str]:
    """Say which of the sums of a run do not hold."""
    for task in document["tasks"]:
        kinds = task["discrepancies"].items()
        counted = [one for kind, one in kinds if kind not in ("total_differs", "fee_differs")]
        for side in ("ours_fen", "theirs_fen"):
            found = task["matched_fen"] + sum(one[side] for one in counted)
            if task["task"] != "clearing" and task[side] != found:
                yield f"{task['task']}: {side} is {task[side]}, matched and open are {found}"
        difference = sum(one["ours_fen"] - one["theirs_fen"] for one in counted)
        if task["ours_fen"] - task["theirs_fen"] != difference:
            yield f"{task['task']}: the differences make {difference}"


def comparison(program: Program, story: Story, folder: Path) -> Iterator[str]:
    """Run a story through the program, day by day, and say where it differs from the truth."""
    master, days = _lay_out(story, folder)
    program.load(master)
    for run, on in enumerate(story.dates):
        program.load(days[run])
        yield from wrong_sums(program("reconcile", "--date", on.isoformat()))
        yield from differences(program, story, run)


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (3, 6, 8))])
def test_program_finds_what_someone_else_planted(
    seed: int, database_url: str, tmp_path: Path
) -> None:
    story = build(Shape(seed=seed))

    found = list(comparison(Program(database_url), story, tmp_path))

    assert found == []


@pytest.mark.slow
def test_a_week_over_the_holidays(sqlite_url: str, tmp_path: Path) -> None:
    story = build(Shape(seed=8, days=5, orders=5, money_faults=3))

    found = list(comparison(Program(sqlite_url), story, tmp_path))

    assert found == []


def test_order_of_files_and_runs_does_not_matter(sqlite_url: str, tmp_path: Path) -> None:
    story = build(Shape(seed=4, orders=4))
    program = Program(sqlite_url)
    master, days = _lay_out(story, tmp_path)
    program.load(master)
    paths = [path for day in days for path in sorted(day.iterdir())]
    Random(7).shuffle(paths)
    for path in paths:
        program.load(path)
    for on in (*story.dates, *reversed(story.dates)):
        program("reconcile", "--date", on.isoformat())

    found = list(differences(program, story, len(story.dates) - 1))

    assert found == []


def test_corrected_file_leads_to_the_same_end(sqlite_url: str, tmp_path: Path) -> None:
    story = build(Shape(seed=10, orders=4))
    program = Program(sqlite_url)
    master, days = _lay_out(story, tmp_path)
    program.load(master)
    right = next(days[0].glob("payments-*"))
    right.rename(tmp_path / "right.csv")
    wrong = [dict(row) for row in story.files[0]["payments"][4:]]
    wrong[0]["金额"] = "0.07"
    write(days[0], "payments", wrong, Random(3))
    for run, on in enumerate(story.dates):
        program.load(days[run])
        program("reconcile", "--date", on.isoformat())
    program("import", str(tmp_path / "right.csv"), "--replace")
    for on in story.dates:
        program("reconcile", "--date", on.isoformat())

    found = list(differences(program, story, len(story.dates) - 1))

    assert found == []


def test_a_missing_fact_does_not_go_unnoticed(sqlite_url: str, tmp_path: Path) -> None:
    story = build(Shape(seed=2, days=1, orders=2, edges=False))
    expected = story.planted.pop()

    found = list(comparison(Program(sqlite_url), story, tmp_path))

    assert len(found) == 1
    assert expected.fact.key in found[0]
