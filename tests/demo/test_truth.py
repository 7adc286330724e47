"""The truth is what an independent reading of the specification finds in the files."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from app.demo.almanac import is_working_day
from app.demo.service import Wish, write_days
from app.demo.truth import Fault, Truth, read_truth
from tests.demo.reading import read_folder
from tests.oracle.reference import Reference

KINDS = {
    "channel": "missing_theirs missing_ours amount_differs status_differs fee_differs"
    " duplicate_ours duplicate_theirs timing",
    "writeoff": "not_written_off written_off_unpaid amount_differs duplicate_ours duplicate_theirs",
    "clearing": "missing_theirs missing_ours amount_differs total_differs account_differs"
    " payee_differs order_unbalanced duplicate_ours duplicate_theirs",
    # A batch number twice is refused at the door: there is no duplicate_ours.
    "arrival": "not_arrived short_arrival over_arrival unexpected_arrival unexpected_debit"
    " duplicate_theirs",
}
FRIDAY = date(2026, 3, 13)


@pytest.mark.parametrize("seed", [1, 4, 12])
def test_an_independent_reading_finds_the_truth_day_by_day(tmp_path: Path, seed: int) -> None:
    truth = write_days(tmp_path, Wish(orders=60, seed=seed, days=3)).truth
    reference = Reference()
    reference.load(read_folder(tmp_path / "master"))

    found = []
    for day in truth.days:
        load(reference, tmp_path, day)
        found.append(
            Counter((f.task, f.kind, f.date, f.key, f.difference_fen) for f in reference.run(day))
        )

    assert found == [expected(truth, day) for day in truth.days]


def test_all_files_at_once_end_in_the_same_truth(tmp_path: Path) -> None:
    truth = write_days(tmp_path, Wish(orders=60, seed=3, days=3, first_day=FRIDAY)).truth
    reference = Reference()
    reference.load(read_folder(tmp_path / "master"))
    for day in truth.days:
        load(reference, tmp_path, day)

    last = [reference.run(day) for day in truth.days][-1]

    found = Counter((f.task, f.kind, f.date, f.key, f.difference_fen) for f in last)
    assert found == expected(truth, truth.days[-1])


def test_every_kind_of_every_task_is_planted_every_day(tmp_path: Path) -> None:
    truth = write_days(tmp_path, Wish(orders=200, seed=8, days=2)).truth

    planted = {(f.date, f.task, f.kind) for f in truth.faults}

    wanted = {(task, kind) for task, kinds in KINDS.items() for kind in kinds.split()}
    assert planted == {(day, *pair) for day in truth.days for pair in wanted}


def test_no_key_is_reported_twice_in_a_task(tmp_path: Path) -> None:
    truth = write_days(tmp_path, Wish(orders=200, seed=9, days=3)).truth

    keys = Counter((f.task, f.ours_key, f.theirs_key, f.difference_fen < 0) for f in truth.faults)

    assert [key for key, count in keys.items() if count > 1] == []


def test_without_faults_nothing_is_shown(tmp_path: Path) -> None:
    truth = write_days(tmp_path, Wish(orders=150, seed=5, days=2, faults=0)).truth
    reference = Reference()
    reference.load(read_folder(tmp_path / "master"))

    found = []
    for day in truth.days:
        load(reference, tmp_path, day)
        found += reference.run(day)

    assert truth.faults == ()
    assert found == []


def test_the_truth_reads_back_as_it_was_written(tmp_path: Path) -> None:
    result = write_days(tmp_path, Wish(orders=20, seed=6, days=2))

    again = read_truth(result.truth_file)

    assert again == result.truth


def test_a_fault_is_shown_from_its_day_until_it_closes() -> None:
    fault = Fault(
        task="channel",
        date=FRIDAY,
        kind="timing",
        side="ours",
        key="Z",
        closed_on=FRIDAY + timedelta(days=1),
    )
    truth = Truth(seed=1, orders=1, days=(FRIDAY,), faults=(fault,))

    shown = [len(truth.shown_after(FRIDAY + timedelta(days=n))) for n in (-1, 0, 1)]

    assert shown == [0, 1, 0]


def test_what_waits_in_vain_becomes_missing_after_its_window(tmp_path: Path) -> None:
    truth = write_days(tmp_path, Wish(orders=20, seed=2, days=5, first_day=FRIDAY)).truth

    kinds = [
        {s.kind for s in truth.shown_after(day) if s.date == FRIDAY and s.key in _waiting(truth)}
        for day in truth.days
    ]

    assert kinds == [{"timing"}] * 4 + [{"missing_theirs", "missing_ours"}]


def test_working_days_are_those_of_the_published_calendar() -> None:
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(730)]

    wrong = [day for day in days if is_working_day(day) != chinese_calendar.is_workday(day)]

    assert wrong == []


def load(reference: Reference, directory: Path, day: date) -> None:
    files = read_folder(directory / day.strftime("%Y%m%d"))
    known = {(one.account, one.serial) for one in reference.arrival.arrivals}
    files["arrivals"] = [
        row for row in files["arrivals"] if (row["账号"], row["银行流水号"]) not in known
    ]
    reference.load(files)


def expected(truth: Truth, day: date) -> Counter[tuple[str, str, date, str, int]]:
    return Counter(
        (s.task, s.kind, s.date, s.key, s.difference_fen) for s in truth.shown_after(day)
    )


def _waiting(truth: Truth) -> set[str]:
    return {f.key for f in truth.faults if f.kind == "timing" and f.becomes}
