"""What is wrong, refused or rejected ends with its exit code and clear words, never a traceback."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.main import main
from app.discrepancies import queries
from tests.cli.conftest import Sample, Shell
from tests.cli.finding import file_id, first_match, keys


@pytest.mark.parametrize("role", ["supervisor", "administrator", "reader", "auditor", "checker"])
def test_only_the_clerk_loads_entries(role: str, shell: Shell, sample: Sample) -> None:
    shell.json("import", sample.folder / "master")

    ended = shell("import", next(sample.folder.rglob("payments_*.csv")), user=role)

    assert ended.code == 4


@pytest.mark.parametrize(
    "words",
    [
        "nonsense",
        "import",
        "reconcile --date 2026-02-30",
        "reconcile --date yesterday",
        "reconcile --task everything",
        "discrepancies --kind strange",
        "discrepancies --status lost",
        "explain 1",
        "explain one --reason x",
        "assign 1",
        "match --task channel --ours A",
        "import-undo many",
        "user",
        "user add ming",
        "backup",
        "demo",
        "--lang fr board",
        "board --unknown",
    ],
)
def test_wrong_usage_is_said_with_the_usage(shell: Shell, words: str) -> None:
    ended = shell(*words.split())

    assert ended.code == 2
    assert "usage" in ended.err
    assert ended.out == ""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("explain 99999 --reason x", 2),
        ("assign 99999 --to clerk", 2),
        ("unmatch 99999 --reason x", 2),
        ("import-undo 99999", 2),
        ("match --task channel --ours NO --theirs NONE", 2),
        ("user disable nobody", 2),
        ("profiles nothing", 2),
    ],
)
def test_what_does_not_exist_is_named(shell: Shell, words: str, code: int) -> None:
    user = "administrator" if words.startswith("user") else None

    ended = shell(*words.split(), user=user)

    assert ended.code == code
    assert words.split()[1] in ended.err or "NO" in ended.err or words.split()[2] in ended.err


def test_an_unknown_assignee_is_refused(day: Shell) -> None:
    first = day.json("discrepancies")["discrepancies"][0]["id"]

    ended = day("assign", first, "--to", "nobody")

    assert ended.code in {2, 4}
    assert "nobody" in ended.err


def test_a_reason_is_needed(day: Shell) -> None:
    first = day.json("discrepancies")["discrepancies"][0]["id"]

    ended = day("explain", first, "--reason", " ")

    assert ended.code in {2, 4}
    assert day.json("discrepancies")["discrepancies"][0]["status"] == "open"


def test_unequal_sums_are_not_matched_by_hand(day: Shell) -> None:
    rows = day.json("discrepancies", "--task", "channel")["discrepancies"]
    ours = next(one["ours"] for one in rows if one["kind"] == "missing_theirs")
    theirs = next(
        one["theirs"]
        for one in rows
        if one["kind"] == "missing_ours" and one["theirs"]["amount_fen"] != ours["amount_fen"]
    )

    ended = day("match", "--task", "channel", "--ours", ours["key"], "--theirs", theirs["key"])

    assert ended.code == 4
    assert "sums differ" in ended.err


def test_what_is_resolved_cannot_be_explained_again(day: Shell) -> None:
    first = day.json("discrepancies")["discrepancies"][0]["id"]
    day.json("explain", first, "--reason", "known")

    ended = day("explain", first, "--reason", "known")

    assert ended.code == 4


def test_a_file_on_which_people_built_cannot_be_taken_back(day: Shell) -> None:
    first = first_match(day)
    day.json("unmatch", first["id"], "--reason", "x")
    day.json("match", "--task", "channel", *keys(first))
    number = file_id(day, first["ours"][0]["file"])

    ended = day("import-undo", number)

    assert ended.code == 4
    assert "matched by hand" in ended.err


# ---------------------------------------------------------------- logging in


def test_nobody_is_asked_to_say_who_he_is(shell: Shell) -> None:
    ended = shell("discrepancies", user="")

    assert ended.code == 2
    assert "--user" in ended.err


@pytest.mark.parametrize("user", ["clerk", "stranger"])
def test_a_wrong_password_and_an_unknown_name_read_the_same(
    shell: Shell, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIPING_PASSWORD", "wrong")

    ended = shell("discrepancies", user=user)

    assert ended.code == 4
    assert "user name or the password is wrong" in ended.err


def test_after_five_failures_the_right_password_is_refused_too(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setenv("DUIPING_PASSWORD", "wrong")
        codes = [shell("board").code for _ in range(5)]

    ended = shell("discrepancies")

    assert codes == [4] * 5
    assert ended.code == 4


def test_without_a_terminal_a_password_is_asked_for_in_words(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUIPING_PASSWORD")
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    ended = shell("discrepancies")

    assert ended.code == 2
    assert "DUIPING_PASSWORD" in ended.err


def test_a_disabled_user_is_refused(shell: Shell) -> None:
    shell.json("user", "disable", "reader", user="administrator")

    assert shell("discrepancies", user="reader").code == 4


# ---------------------------------------------------------------- databases


def test_a_missing_database_is_said_in_words(
    new_shell: Callable[[str], Shell], tmp_path: Path
) -> None:
    ended = new_shell(f"sqlite:///{tmp_path / 'none.db'}")("discrepancies")

    assert ended.code == 4
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("url", ["nonsense", "oracle://x/y", "sqlite:///", "postgresql://"])
def test_a_senseless_address_is_refused_in_words(
    new_shell: Callable[[str], Shell], url: str
) -> None:
    ended = new_shell(url)("discrepancies")

    assert ended.code in {2, 4}
    assert ended.err.strip()


def test_something_else_is_no_backup(day: Shell, sample: Sample) -> None:
    before = day.json("discrepancies")

    ended = day("restore", next(sample.folder.rglob("payments_*.csv")), user="administrator")

    assert ended.code == 4
    assert day.json("discrepancies") == before


def test_nothing_loaded_is_said_in_words(shell: Shell) -> None:
    for command in ("reconcile", "board"):
        ended = shell(command)
        assert ended.code in {2, 4}
        assert "Nothing is loaded" in ended.err


# ---------------------------------------------------------------- defects of ours


def test_a_defect_leaves_a_reference_and_no_traceback(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _break(monkeypatch)
    monkeypatch.setenv("DUIPING_DB", shell.url)
    monkeypatch.setenv("DUIPING_USER", "clerk")

    code = main(["discrepancies", "--lang", "en"])

    said = capsys.readouterr()
    assert code == 1
    assert "reference" in said.err
    assert "Traceback" not in said.err + said.out


def test_debug_shows_where_it_failed(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _break(monkeypatch)
    monkeypatch.setenv("DUIPING_DB", shell.url)
    monkeypatch.setenv("DUIPING_USER", "clerk")

    code = main(["--debug", "discrepancies"])

    assert code == 1
    assert "ZeroDivisionError" in capsys.readouterr().err


def _break(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_wanted: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(queries, "_query", broken)
