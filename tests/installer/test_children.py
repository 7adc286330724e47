"""Our own program started once more, from its sources and packed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app.base.bundle import bundled
from app.base.children import (
    PARTS,
    SWITCH,
    command_of,
    leave_others_alone,
    part_wanted,
    run_part,
)


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend to be the packed program."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)


def test_from_the_sources_a_part_is_a_module_and_takes_no_switch() -> None:
    command = command_of("app.intake")

    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, cwd=bundled(), capture_output=True, check=False
    )

    assert (ended.returncode, command[1:]) == (0, ["-m", "app.intake"])
    assert part_wanted([SWITCH, "app.intake"]) is None
    assert part_wanted([]) is None


@pytest.mark.usefixtures("packed")
@pytest.mark.parametrize("part", PARTS)
def test_what_a_packed_program_starts_is_what_it_runs(part: str) -> None:
    command = command_of(part)

    wanted = part_wanted([*command[1:], "--lang", "en"])

    assert command[0] == sys.executable
    assert wanted == (part, ["--lang", "en"])


@pytest.mark.usefixtures("packed")
@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], ("ui", ())),
        (["board"], None),
        (["--help"], None),
        ([SWITCH], None),
        ([SWITCH, "os"], None),
        (["show", SWITCH, "ui"], None),
    ],
)
def test_only_a_switch_in_front_or_no_word_at_all_asks_for_a_part(
    words: list[str], wanted: tuple[str, object] | None
) -> None:
    assert part_wanted(words) == wanted


def test_a_part_runs_with_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["duiping", SWITCH, "ui", "--user", "clerk"])
    monkeypatch.setattr("ui.__main__.main", lambda: 3 if sys.argv[1:] == ["--user", "x"] else 9)

    assert run_part("ui", ["--user", "x"]) == 3


@pytest.mark.usefixtures("packed")
@pytest.mark.parametrize("before", ["/their/own", None])
def test_other_programs_get_their_own_libraries(
    monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    monkeypatch.setattr(os, "environ", {"LD_LIBRARY_PATH": "/ours", "HOME": "/h"})
    if before:
        os.environ["LD_LIBRARY_PATH_ORIG"] = before

    leave_others_alone()

    assert os.environ.get("LD_LIBRARY_PATH") == before
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ
    assert os.environ["PYINSTALLER_RESET_ENVIRONMENT"] == "1"
