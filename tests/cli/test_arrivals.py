"""Confirming arrivals on the command line: one person confirms, another checks."""

from __future__ import annotations

from typing import Any

from tests.cli.conftest import Sample, Shell

CONFIRMATION = {"number", "batch", "status", "expected_fen", "arrived_fen"}


def _all_clean(day: Shell, sample: Sample) -> list[dict[str, Any]]:
    document = day.json("confirm", "--all-clean", "--date", sample.day)
    assert set(document) == {"confirmations"}
    return list(document["confirmations"])


def test_all_clean_batches_are_confirmed_once(day: Shell, sample: Sample) -> None:
    first = _all_clean(day, sample)
    again = _all_clean(day, sample)

    assert first
    assert again == []
    assert all(set(one) == CONFIRMATION for one in first)
    assert {one["status"] for one in first} == {"confirmed"}
    assert all(one["expected_fen"] == one["arrived_fen"] for one in first)
    numbers = [one["number"] for one in first]
    assert numbers == [f"DZ2026-{count:06d}" for count in range(1, len(first) + 1)]
    assert day.json("verify")["ok"]


def test_a_confirmed_batch_is_checked_and_taken_back_by_its_checker(
    day: Shell, sample: Sample
) -> None:
    batch = _all_clean(day, sample)[0]["batch"]

    own = day("check", batch)
    checked = day.json("check", batch, user="checker")["confirmations"]
    refused = day("unconfirm", batch, "--reason", "no")
    back = day.json("unconfirm", batch, "--reason", "no", user="checker")["confirmations"]

    assert (own.code, refused.code) == (4, 4)
    assert [one["status"] for one in (*checked, *back)] == ["checked", "unconfirmed"]
    (again,) = day.json("confirm", batch)["confirmations"]
    assert again["number"] > checked[0]["number"]


def test_what_cannot_be_confirmed_is_told(day: Shell, sample: Sample) -> None:
    clean = {one["batch"] for one in _all_clean(day, sample)}
    open_ = [
        one["ours"]["key"]
        for one in day.json("discrepancies", "--task", "arrival")["discrepancies"]
        if one["ours"]
    ]

    ended = day("confirm", open_[0])

    assert open_[0] not in clean
    assert ended.code == 4
    assert open_[0] in ended.err
    assert day("confirm", "QF404").code == 2
    assert day("confirm").code == 2
    assert day("confirm", open_[0], "--all-clean").code == 2


def test_a_person_reads_numbers_and_the_sum(day: Shell, sample: Sample) -> None:
    ended = day("confirm", "--all-clean", "--date", sample.day, lang="zh_CN")

    assert "已确认" in ended.out
    assert "DZ2026-000001" in ended.out
