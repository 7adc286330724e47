"""Whatever way the files came and however often the tasks ran, the end is the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from app.catalog.rules import SettingName
from app.catalog.service import apply_setting
from app.db.workspace import Actor
from app.intake.rules import FileStatus
from app.matching.rules import Task
from tests.days.alter import TOGETHER, halves, kind_of, spoiled
from tests.days.clerk import Clerk, expected
from tests.days.conftest import Days, Plain

Made = Callable[[int], Days]
Ends = Callable[[int], Plain]


def test_running_everything_twice_changes_nothing(
    made: Made, plain: Ends, sqlite_clerk: Clerk
) -> None:
    days = made(3)
    sqlite_clerk.load(days.master)

    for day, folder in zip(days.truth.days, days.folders, strict=True):
        sqlite_clerk.load(folder)
        first = sqlite_clerk.run(day)
        again = sqlite_clerk.run(day)
        assert [one.discrepancies for one in again] == [one.discrepancies for one in first]
    sqlite_clerk.run(days.truth.days[0])

    assert plain(3).end.difference(sqlite_clerk.state()) == []


def test_all_files_first_and_the_tasks_one_by_one_end_the_same(
    made: Made, plain: Ends, sqlite_clerk: Clerk
) -> None:
    days = made(4)
    sqlite_clerk.load(days.master, *days.folders)

    for day in days.truth.days:
        for task in reversed(Task):
            sqlite_clerk.run(day, [task])

    assert plain(4).end.difference(sqlite_clerk.state()) == []


def test_the_second_day_run_before_the_first_ends_the_same(
    made: Made, plain: Ends, sqlite_clerk: Clerk
) -> None:
    days = made(5)
    sqlite_clerk.load(days.master)

    for day, folder in reversed(list(zip(days.truth.days, days.folders, strict=True))):
        sqlite_clerk.load(folder)
        sqlite_clerk.run(day)

    assert plain(5).end.difference(sqlite_clerk.state()) == []


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_files_in_another_order_end_the_same(
    order: str, made: Made, plain: Ends, sqlite_clerk: Clerk
) -> None:
    days = made(6)
    sqlite_clerk.load(days.master)

    for day, folder in zip(days.truth.days, days.folders, strict=True):
        for paths in _in_order(folder, order):
            sqlite_clerk.load(*paths)
        sqlite_clerk.run(day)

    assert plain(6).end.difference(sqlite_clerk.state()) == []


def test_files_in_two_halves_with_a_run_in_between_end_the_same(
    tmp_path: Path, made: Made, plain: Ends, sqlite_clerk: Clerk
) -> None:
    days = made(7)
    sqlite_clerk.load(days.master)

    for day, folder in zip(days.truth.days, days.folders, strict=True):
        first, second = halves(folder, tmp_path / folder.name)
        sqlite_clerk.load(*first)
        sqlite_clerk.run(day)
        sqlite_clerk.load(*second)
        sqlite_clerk.run(day)

    assert plain(7).end.difference(sqlite_clerk.state()) == []


def test_halves_that_come_a_day_late_end_the_same(
    tmp_path: Path, made: Made, plain: Ends, clerk: Clerk
) -> None:
    days = made(8)
    clerk.load(days.master)
    first, second = halves(days.folders[0], tmp_path)
    clerk.load(*second)
    clerk.run(days.truth.days[0])
    clerk.load(days.folders[1])
    clerk.run(days.truth.days[1])
    clerk.load(*first)

    clerk.run(days.truth.days[0])

    assert plain(8).end.difference(clerk.state()) == []


def test_wrong_files_that_are_replaced_leave_no_trace(
    tmp_path: Path, made: Made, plain: Ends, clerk: Clerk
) -> None:
    days = made(10)
    clerk.load(days.master)
    right = [path for path in sorted(days.folders[0].iterdir()) if _is_replaced(path)]
    wrong = [spoiled(path, tmp_path / "wrong") for path in right]
    clerk.load(*wrong, *(path for path in days.folders[0].iterdir() if not _is_replaced(path)))
    clerk.run(days.truth.days[0])
    clerk.load(days.folders[1])
    clerk.run(days.truth.days[1])

    outcomes = clerk.load(*right, replace=True)
    clerk.run(days.truth.days[1])

    assert {kind_of(path) for path in right} == set(TOGETHER)
    assert {one.status for one in outcomes} == {FileStatus.REPLACED}
    assert plain(10).end.difference(clerk.state()) == []


def test_the_same_files_again_change_nothing(made: Made, plain: Ends, sqlite_clerk: Clerk) -> None:
    days = made(11)
    sqlite_clerk.load(days.master, *days.folders)
    sqlite_clerk.run(days.truth.days[0])

    outcomes = sqlite_clerk.load(*days.folders)
    sqlite_clerk.run(days.truth.days[1])

    assert {one.status for one in outcomes} == {FileStatus.DUPLICATE}
    assert plain(11).end.difference(sqlite_clerk.state()) == []


def _in_order(folder: Path, order: str) -> list[list[Path]]:
    """Return three lots of files: what comes in one lot is sorted by the program itself."""
    files = sorted(folder.iterdir(), reverse=True)
    if order == "shuffled":
        Random(1).shuffle(files)
    third = len(files) // 3 + 1
    return [files[start : start + third] for start in range(0, len(files), third)]


def _is_replaced(path: Path) -> bool:
    kind = kind_of(path)
    return bool(kind) and (kind != "channel" or "ICBC" in path.name)


def test_channel_rules_that_come_last_end_the_same(
    made: Made, plain: Ends, sqlite_clerk: Clerk
) -> None:
    days = made(15)
    sqlite_clerk.load(days.master / "organisations.csv")
    for day, folder in zip(days.truth.days, days.folders, strict=True):
        sqlite_clerk.load(folder)
        sqlite_clerk.run(day)

    sqlite_clerk.load(days.master / "channels.csv")
    for day in days.truth.days:
        sqlite_clerk.run(day)

    assert plain(15).end.difference(sqlite_clerk.state()) == []


def test_days_of_other_shapes_in_one_process_do_not_disturb_each_other(
    made: Made, people: dict[str, Actor], sqlite_clerk: Clerk
) -> None:
    """What is compiled once must not remember the settings or repeated keys of an earlier run."""
    days = made(14)
    sqlite_clerk.load(days.master)
    sqlite_clerk.run(days.truth.days[0])
    for name, value in ((SettingName.TIMING_MINUTES, 5), (SettingName.WRITEOFF_DAYS, 1)):
        _set(sqlite_clerk, people["supervisor"], name, value)
    sqlite_clerk.load(days.folders[0])
    sqlite_clerk.run(days.truth.days[0])
    for name, value in ((SettingName.TIMING_MINUTES, 30), (SettingName.WRITEOFF_DAYS, 3)):
        _set(sqlite_clerk, people["supervisor"], name, value)

    sqlite_clerk.load(days.folders[1])
    sqlite_clerk.run(days.truth.days[1])

    second = days.truth.days[1]
    shown = {one for one in sqlite_clerk.shown() if one[2] == second}
    assert shown == {one for one in expected(days.truth, second) if one[2] == second}


def _set(clerk: Clerk, actor: Actor, name: SettingName, value: int) -> None:
    clerk.workspace.write(actor, apply_setting, name=name, value=value)
