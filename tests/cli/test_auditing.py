"""The commands about the audit log, from the outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.upkeep.signing import PASSPHRASE
from tests.cli.conftest import Shell
from tests.upkeep.test_anchors import cut_from, script


def test_the_log_is_anchored_checked_and_exported(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, "a passphrase")
    folder = tmp_path / "second"

    made = shell.json("anchor", "--anchors", folder, user="administrator")

    assert made["signed"]
    assert Path(made["file"]).parent == folder
    checked = shell.json("verify", "--anchors", folder, user="auditor")
    names = {one["name"]: one for one in checked["checks"]}
    assert names["anchor_files"]["ok"]
    assert names["anchors"]["detail"] == "1 anchor"
    target = tmp_path / "log.jsonl"
    done = shell.json("audit-export", target, user="auditor")
    assert done["whole"]
    assert script(target, folder)[0] == 0


def test_verify_names_a_log_that_lost_its_end(shell: Shell) -> None:
    made = shell.json("anchor", user="supervisor")
    assert not made["signed"]
    cut_from(shell.url, made["anchor"]["sequence"])

    ended = shell("verify", user="auditor")

    assert ended.code == 5
    assert "the end of the log was cut" in ended.out


def test_an_excerpt_is_exported_by_person_and_kind(shell: Shell, tmp_path: Path) -> None:
    shell("user", "disable", "reader", user="administrator")
    target = tmp_path / "log.jsonl"

    done = shell.json(
        "audit-export", target, "--person", "administrator", "--object", "user", user="auditor"
    )

    assert (done["records"], done["whole"]) == (1, False)
    assert "excerpt" in script(target)[1]


@pytest.mark.parametrize("words", [["--from", "soon"], ["--to", "2026-02-30"]])
def test_impossible_days_are_refused(shell: Shell, tmp_path: Path, words: list[str]) -> None:
    assert shell("audit-export", tmp_path / "x", *words, user="auditor").code == 2
