"""Every planted fault is found under its kind and key, and nothing else, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from app.demo.service import Wish, write_days
from tests.days.clerk import Clerk, expected, mistakes
from tests.days.conftest import Days, Plain, day_by_day

SEEDS = range(1, 21)
FRIDAY = date(2026, 3, 13)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_days_show_the_planted_faults_and_nothing_else(
    seed: int, plain: Callable[[int], Plain]
) -> None:
    found = plain(seed).mistakes

    assert found == []


@pytest.mark.postgres
@pytest.mark.parametrize("seed", [2, 9, 17])
def test_both_databases_give_the_same_answer(
    seed: int,
    made: Callable[[int], Days],
    plain: Callable[[int], Plain],
    postgres_clerk: Clerk,
) -> None:
    on_postgres = day_by_day(postgres_clerk, made(seed))

    assert on_postgres.mistakes == []
    assert plain(seed).end.difference(on_postgres.end) == []


def test_what_waits_over_a_weekend_is_missing_on_tuesday(
    tmp_path: Path, sqlite_clerk: Clerk
) -> None:
    truth = write_days(
        tmp_path / "files", Wish(orders=30, seed=2, days=5, faults=1, first_day=FRIDAY)
    ).truth
    sqlite_clerk.load(tmp_path / "files" / "master")

    found = []
    for day in truth.days:
        sqlite_clerk.load(tmp_path / "files" / day.strftime("%Y%m%d"))
        sqlite_clerk.run(day)
        wrong = mistakes(sqlite_clerk.shown(), expected(truth, day))
        found += [f"{day}: {one}" for one in wrong]

    became = [one for one in truth.faults if one.date == FRIDAY and one.becomes_on == truth.days[4]]
    assert {one.becomes for one in became} == {"missing_theirs", "missing_ours"}
    assert found == []


def test_a_day_without_faults_shows_nothing(tmp_path: Path, sqlite_clerk: Clerk) -> None:
    truth = write_days(tmp_path / "files", Wish(orders=60, seed=5, faults=0)).truth
    sqlite_clerk.load(tmp_path / "files" / "master", tmp_path / "files" / "20260307")

    sqlite_clerk.run(truth.days[0])

    assert sqlite_clerk.shown() == {}
