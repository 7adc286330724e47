"""Each command's JSON document has the names of the contract, and nothing stands beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.demo.truth import read_truth
from app.matching.rules import Kind, Task
from tests.cli.conftest import Sample, Shell

FILE = {
    "path", "sha256", "profile", "kind", "status", "rows", "accepted", "overlapping", "findings",
    "total_fen", "business_dates", "errors",
}  # fmt: skip
TASK = {
    "task", "ours", "theirs", "matched_ours", "matched_theirs", "ours_fen", "theirs_fen",
    "matched_fen", "discrepancies", "seconds",
}  # fmt: skip
DISCREPANCY = {"id", "task", "kind", "status", "ours", "theirs", "age_days", "difference_fen"}
ENTRY = {"file", "line", "key", "amount_fen"}
MATCH = {"id", "task", "rule", "automatic", "ours", "theirs", "why"}


def test_init_creates_and_then_is_up_to_date(
    new_shell: Callable[[str], Shell], tmp_path: Path
) -> None:
    shell = new_shell(f"sqlite:///{tmp_path / 'new.db'}")

    first = shell.json("init", "--demo-users", user="boss")
    again = shell.json("init", user="boss")

    assert set(first) == set(again) == {"revision", "created"}
    assert (first["created"], again["created"]) == (True, False)
    names = {one["name"] for one in shell.json("user", "list", user="boss")["users"]}
    assert names == {"boss", "clerk", "checker", "supervisor", "auditor"}


def test_init_loads_organisations(
    new_shell: Callable[[str], Shell], tmp_path: Path, sample: Sample
) -> None:
    shell = new_shell(f"sqlite:///{tmp_path / 'new.db'}")
    organisations = sample.folder / "master" / "organisations.csv"

    document = shell.json("init", "--org", organisations, user="boss")

    assert document["created"]


def test_users_are_added_and_disabled(shell: Shell) -> None:
    added = shell.json("user", "add", "ming", "--role", "clerk", user="administrator")
    ended = shell.json("user", "disable", "ming", user="administrator")

    assert {"name": "ming", "roles": ["clerk"], "state": "active"} in added["users"]
    assert {"name": "ming", "roles": ["clerk"], "state": "disabled"} in ended["users"]


def test_a_changed_password_is_the_only_one_that_works(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIPING_NEW_PASSWORD", "another one")
    shell.json("user", "password", "clerk", user="administrator")

    old = shell("discrepancies")
    monkeypatch.setenv("DUIPING_PASSWORD", "another one")
    new = shell("discrepancies")

    assert (old.code, new.code) == (4, 0)


def test_import_says_what_became_of_each_file(shell: Shell, sample: Sample) -> None:
    master = shell.json("import", sample.folder / "master")
    files = shell.json("import", sample.folder / sample.day.replace("-", ""))

    assert set(master) == {"files", "loaded", "duplicate", "rejected"}
    assert (files["rejected"], files["duplicate"]) == (0, 0)
    assert files["loaded"] == len(files["files"])
    for one in files["files"]:
        assert set(one) >= FILE
        assert one["errors"] == []
        assert one["status"] == "loaded"
        assert one["rows"] == one["accepted"] + one["overlapping"]
        assert all(date.fromisoformat(text) for text in one["business_dates"])
    [payments] = [one for one in files["files"] if one["kind"] == "payments"]
    content = Path(payments["path"]).read_bytes()
    assert payments["sha256"] == hashlib.sha256(content).hexdigest()
    assert payments["profile"] == "standard-payments"
    assert isinstance(payments["total_fen"], int)


def test_the_same_files_are_duplicates(day: Shell, sample: Sample) -> None:
    document = day.json("import", sample.folder)

    statuses = {one["status"] for one in document["files"] if not one["path"].endswith(".json")}
    assert statuses == {"duplicate"}
    assert document["loaded"] == 0


def test_an_import_is_taken_back_and_can_come_again(day: Shell, sample: Sample) -> None:
    path = next(sample.folder.rglob("writeoffs_*.csv"))
    file_id = day.json("import", path)["files"][0]["file_id"]

    undone = day.json("import-undo", file_id)
    again = day.json("import", path)

    assert undone == {"file": file_id}
    assert [one["status"] for one in again["files"]] == ["loaded"]


def test_profiles_are_listed_and_shown(shell: Shell) -> None:
    listed = shell.json("profiles")["profiles"]
    shown = shell.json("profiles", "standard-payments")["profiles"]

    assert all(set(one) >= {"name", "title", "kind", "formats"} for one in listed)
    assert [one["name"] for one in shown] == ["standard-payments"]
    assert len(listed) > 15


def test_reconcile_reports_the_four_tasks(day: Shell, sample: Sample) -> None:
    document = day.json("reconcile", "--date", sample.day)

    assert document["date"] == sample.day
    assert [one["task"] for one in document["tasks"]] == [task.value for task in Task]
    for one in document["tasks"]:
        assert set(one) >= TASK
        assert set(one["discrepancies"]) <= {kind.value for kind in Kind}
        for found in one["discrepancies"].values():
            assert set(found) >= {"count", "ours_fen", "theirs_fen"}


def test_reconcile_without_a_date_takes_the_latest(day: Shell, sample: Sample) -> None:
    document = day.json("reconcile", "--task", "arrival")

    assert document["date"] == sample.day
    assert [one["task"] for one in document["tasks"]] == ["arrival"]


def test_one_channel_alone_can_be_reconciled(day: Shell, sample: Sample) -> None:
    words = ("reconcile", "--date", sample.day, "--task", "channel")

    whole = day.json(*words)["tasks"][0]
    part = day.json(*words, "--channel", "ICBC")["tasks"][0]

    assert 0 < part["ours"] < whole["ours"]


def test_discrepancies_are_those_of_the_truth(day: Shell, sample: Sample) -> None:
    rows = day.json("discrepancies", "--date", sample.day)["discrepancies"]

    assert rows
    for one in rows:
        assert set(one) >= DISCREPANCY
        for side in (one["ours"], one["theirs"]):
            assert side is None or set(side) >= ENTRY
    assert len(rows) == len(sample.truth.shown_after(sample.truth.days[0]))


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [("--task", "clearing", "task"), ("--kind", "timing", "kind"), ("--status", "open", "status")],
)
def test_discrepancies_are_filtered(day: Shell, option: str, value: str, field: str) -> None:
    everything = day.json("discrepancies")["discrepancies"]

    rows = day.json("discrepancies", option, value)["discrepancies"]

    assert rows == [one for one in everything if one[field] == value]


def test_matches_say_by_which_rule_and_why(day: Shell, sample: Sample) -> None:
    rows = day.json("matches", "--date", sample.day, "--task", "channel")["matches"]

    assert rows
    for one in rows:
        assert set(one) >= MATCH
        assert one["automatic"] is True
        assert one["why"]
        assert all(set(entry) >= ENTRY for entry in [*one["ours"], *one["theirs"]])


def test_a_match_is_taken_apart_and_made_by_hand(day: Shell) -> None:
    first = day.json("matches", "--task", "channel")["matches"][0]
    ours, theirs = first["ours"][0]["key"], first["theirs"][0]["key"]
    taken = day.json("unmatch", first["id"], "--reason", "not the same")["matches"]

    made = day.json(
        "match", "--task", "channel", "--ours", ours, "--theirs", theirs, "--reason", "it is"
    )["matches"]

    assert [one["id"] for one in taken] == [first["id"]]
    assert [(one["rule"], one["automatic"]) for one in made] == [("by_hand", False)]
    assert "it is" in made[0]["why"]
    open_ = [one for one in day.json("discrepancies")["discrepancies"] if _about(one, ours)]
    assert {one["status"] for one in open_} <= {"resolved"}


def test_what_people_decided_survives_another_run(day: Shell, sample: Sample) -> None:
    first = day.json("matches", "--task", "channel")["matches"][0]
    day.json("unmatch", first["id"], "--reason", "not the same")
    before = day.json("discrepancies")

    day.json("reconcile", "--date", sample.day)

    assert _without_ids(day.json("discrepancies")) == _without_ids(before)


def test_discrepancies_are_assigned_and_explained(day: Shell) -> None:
    first, second, *_rest = day.json("discrepancies", "--status", "open")["discrepancies"]

    assigned = day.json("assign", first["id"], second["id"], "--to", "clerk")["discrepancies"]
    explained = day.json("explain", first["id"], "--reason", "a test")["discrepancies"]

    assert [(one["id"], one["status"], one["assignee"]) for one in assigned] == [
        (first["id"], "assigned", "clerk"),
        (second["id"], "assigned", "clerk"),
    ]
    assert [(one["status"], one["reason"]) for one in explained] == [("resolved", "a test")]


def test_the_board_shows_each_channel_and_account(day: Shell, sample: Sample) -> None:
    document = day.json("board", "--date", sample.day)

    assert document["date"] == sample.day
    channels = {one["channel"] for one in document["rows"]}
    assert {"ALIPAY", "WECHAT", "ICBC"} <= channels
    for one in document["rows"]:
        assert all(set(cell) >= {"state", "count"} for cell in one["steps"].values())


def test_a_backup_comes_back_whole(day: Shell, tmp_path: Path) -> None:
    before = day.json("discrepancies")
    saved = day.json("backup", tmp_path / "saved.db", user="administrator")
    first = before["discrepancies"][0]["id"]
    day.json("explain", first, "--reason", "to be undone")

    restored = day.json("restore", tmp_path / "saved.db", user="administrator")

    assert set(saved) == set(restored) == {"file", "sha256", "bytes"}
    assert saved["bytes"] == (tmp_path / "saved.db").stat().st_size
    assert saved["sha256"] == hashlib.sha256((tmp_path / "saved.db").read_bytes()).hexdigest()
    assert day.json("discrepancies") == before
    assert day.json("verify", user="auditor")["ok"]


def test_verify_lists_its_checks(day: Shell) -> None:
    document = day.json("verify")

    assert document["ok"] is True, document
    assert all(set(one) == {"name", "ok", "detail"} for one in document["checks"])


def test_demo_writes_files_without_a_database(
    new_shell: Callable[[str], Shell], tmp_path: Path
) -> None:
    shell = new_shell(f"sqlite:///{tmp_path / 'none.db'}")

    document = shell.json("demo", tmp_path / "made", "--orders", 20, "--seed", 4)

    assert set(document) == {"dir", "files", "truth"}
    assert document["truth"] == "truth.json"
    assert all((tmp_path / "made" / name).is_file() for name in document["files"])
    assert read_truth(tmp_path / "made" / "truth.json").orders == 20
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize(
    "words",
    ["discrepancies", "matches", "board", "verify", "profiles", "profiles standard-channel",
     "user list", "reconcile"],
)  # fmt: skip
def test_people_get_lines_in_both_languages(day: Shell, words: str, lang: str) -> None:
    user = "administrator" if words.startswith("user") else None

    ended = day(*words.split(), user=user, lang=lang)

    assert ended.code == 0
    assert ended.out.strip()
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(ended.out)


@pytest.mark.parametrize("words", ["discrepancies", "matches --task channel", "board"])
def test_the_language_changes_words_only(day: Shell, words: str) -> None:
    english, chinese = (
        day(*words.split(), "--json", "--lang", lang).document for lang in ("en", "zh_CN")
    )

    assert _numbers(english) == _numbers(chinese)


def _about(row: Mapping[str, Any], key: str) -> bool:
    return any(side and side["key"] == key for side in (row["ours"], row["theirs"]))


def _without_ids(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [{k: v for k, v in one.items() if k != "id"} for one in document["discrepancies"]]
    return sorted(rows, key=repr)


def _numbers(value: object) -> object:
    if isinstance(value, dict):
        return {name: _numbers(item) for name, item in value.items() if name != "why"}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_numbers(item) for item in value]
    return value
