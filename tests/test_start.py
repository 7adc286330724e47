"""Setting up on a fresh machine, as far as it can be tested without a network."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import start
from tests import checks

ROOT = Path(start.__file__).parent
OLD_VERSIONS = ((3, 6), (3, 8), (3, 10))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment from a lock file that asks for nothing."""
    folder = tmp_path_factory.mktemp("made")
    lock = folder / "requirements.lock"
    lock.write_text("# nothing\n", encoding="utf-8")
    start.environment(folder / ".venv", lock)
    return folder


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Point pip at a package source that does not answer."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


# ---------------------------------------------------------------- old Pythons


@pytest.mark.parametrize("version", OLD_VERSIONS)
def test_an_old_python_can_read_the_script(version: tuple[int, int]) -> None:
    tree = ast.parse((ROOT / "start.py").read_text(encoding="utf-8"), feature_version=version)

    assert not [node.lineno for node in _annotations(tree) if _needs_a_new_python(node)]


def test_an_old_python_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 18))
    monkeypatch.setenv("PATH", "")

    code = start.main(["demo"])

    assert code == 1
    assert "needs Python 3.11 or later; this is 3.8" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="makes a shell script")
def test_a_newer_python_is_found_and_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = tmp_path / "python3.13"
    newer.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\nexit 41\n', encoding="ascii")
    newer.chmod(0o755)
    monkeypatch.setattr(sys, "version_info", (3, 8, 18))
    monkeypatch.setenv("PATH", str(tmp_path))

    code = start.main(["check"])

    assert code == 41


# ---------------------------------------------------------------- the environment


def test_a_made_environment_is_used_again(made: Path) -> None:
    before = (made / ".venv" / "pyvenv.cfg").stat().st_mtime_ns

    python = start.environment(made / ".venv", made / "requirements.lock")

    assert (made / ".venv" / "pyvenv.cfg").stat().st_mtime_ns == before
    assert (
        subprocess.call([python, "-c", "import sys; sys.exit(sys.prefix == sys.base_prefix)"]) == 0
    )


def test_a_half_made_environment_is_not_ready(made: Path, tmp_path: Path) -> None:
    wanted = start.digest(made / "requirements.lock")
    half = tmp_path / ".venv"
    half.mkdir()

    assert start.is_ready(made / ".venv", wanted)
    assert not start.is_ready(half, wanted)


def test_a_changed_lock_file_asks_for_a_new_environment(made: Path, tmp_path: Path) -> None:
    changed = tmp_path / "requirements.lock"
    changed.write_text("# something else\n", encoding="utf-8")

    assert start.digest(changed) != start.digest(made / "requirements.lock")
    assert not start.is_ready(made / ".venv", start.digest(changed))


def test_a_half_made_environment_is_made_anew(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("", encoding="utf-8")
    half = tmp_path / ".venv"
    (half / "bin").mkdir(parents=True)
    (half / "bin" / "python").write_text("broken", encoding="ascii")

    python = start.environment(half, lock)

    assert subprocess.call([python, "-c", ""]) == 0
    assert not (tmp_path / ".setup.log").exists()


@pytest.mark.usefixtures("unreachable")
def test_no_network_is_said_in_words(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"nowhere==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")

    with pytest.raises(start.StartError, match="package source cannot be reached"):
        start.environment(tmp_path / ".venv", lock)

    assert not start.is_ready(tmp_path / ".venv", start.digest(lock))


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "not the one the lock file names"),
        ("Failed to establish a new connection: [Errno 111]", "cannot be reached"),
        ("ERROR: No matching distribution found for x==1", "no ready-made build"),
        ("[Errno 13] Permission denied: 'x'", "could not be written"),
        ("one\ntwo\nthree\nfour", "two\n  three\n  four"),
    ],
)
def test_failures_of_the_tools_are_explained(output: str, words: str) -> None:
    assert words in start.explain(output, Path("log"))


# ---------------------------------------------------------------- the system


@pytest.mark.skipif(os.name == "nt", reason="makes a shell script")
@pytest.mark.parametrize(("user", "installed"), [(0, True), (1000, False)])
def test_system_packages_are_installed_by_root_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, *, installed: bool
) -> None:
    seen = tmp_path / "seen"
    apt_get = tmp_path / "apt-get"
    apt_get.write_text(f'#!/bin/sh\necho "$1 $*" >> "{seen}"\n', encoding="ascii")
    apt_get.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: user)

    done = start.install_system_packages(["postgresql"])

    assert done == installed
    assert seen.exists() == installed
    if installed:
        update, install = seen.read_text(encoding="ascii").splitlines()
        assert update.startswith("update")
        assert install.endswith("postgresql")


def test_the_one_command_to_type_can_be_pasted() -> None:
    assert start.apt_command(["a", "b"]).endswith("&& sudo apt-get install -y a b")


# ---------------------------------------------------------------- commands


def test_the_sample_day_never_touches_a_foreign_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    code = start.main(["demo", str(tmp_path)])

    assert code == 1
    assert "is not empty and was not made by" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_sample_day_replaces_an_earlier_one(tmp_path: Path) -> None:
    folder = tmp_path / "day"
    start.prepare_demo_folder(folder)
    (folder / "files").mkdir()
    (folder / "files" / "old.csv").write_text("old", encoding="utf-8")

    start.prepare_demo_folder(folder)

    assert [path.name for path in folder.iterdir()] == [start.DEMO_MARK]


def test_a_file_in_the_way_of_the_sample_day_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("", encoding="utf-8")

    with pytest.raises(start.StartError, match="cannot be used"):
        start.prepare_demo_folder(path)


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["dance"]) == 2
    assert "no such command" in capsys.readouterr().err


def test_help_lists_what_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["--help"]) == 0

    listed = {line.split()[0] for line in capsys.readouterr().out.splitlines() if line[:2] == "  "}
    hidden = {"help", "--help", "-h"}
    assert listed == set(start.COMMANDS) - hidden


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_without_a_screen_the_command_line_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(start, "environment", lambda *_: sys.executable)
    monkeypatch.setattr(start, "opens_window", lambda *_, **__: False)

    code = start.main([])

    assert code == 1
    assert "start.py app --help" in capsys.readouterr().err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="packages of Debian")
def test_what_packing_needs_is_installed_or_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(start, "install_system_packages", lambda _names: False)

    with pytest.raises(start.StartError, match=r"apt-get install -y .*binutils"):
        start.require_packing()

    monkeypatch.setattr(start, "install_system_packages", lambda _names: True)
    start.require_packing()


def test_the_build_server_runs_every_check() -> None:
    assert "start.py check" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert list(checks.STEPS) == ["format", "lint", "types", "imports", "tests", "installer"]


@pytest.mark.parametrize("failing", ["lint", "types", "tests", "installer"])
def test_every_check_is_told_and_one_that_fails_fails_all(
    capfd: pytest.CaptureFixture[str], failing: str
) -> None:
    steps = {
        name: ("-c", f"print('seen {name}'); raise SystemExit({name == failing})")
        for name in checks.STEPS
    }

    assert checks.run_all(steps) == [failing]

    said = capfd.readouterr().out
    assert all(f"seen {name}" in said for name in steps)
    assert f"== {failing}: failed" in said


# ---------------------------------------------------------------- reading the script


def _annotations(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield from (arg.annotation for arg in node.args.args if arg.annotation)
            yield from [node.returns] if node.returns else []
        elif isinstance(node, ast.AnnAssign):
            yield node.annotation


def _needs_a_new_python(annotation: ast.expr) -> bool:
    return any(isinstance(part, ast.Subscript | ast.BinOp) for part in ast.walk(annotation))
