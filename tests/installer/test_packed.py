"""The packed program, moved elsewhere and run without Python, does a day.

Packing takes minutes: `start.py check` runs these in a step of their own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.base.bundle import bundled

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux paths and libraries"),
    pytest.mark.skipif(shutil.which("objdump") is None, reason="packing needs binutils"),
]

LARGEST = 750_000_000
"""Bytes. Whoever brings a heavy library along is to know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A packed program and the folder of the one who uses it."""

    folder: Path
    home: Path

    def run(
        self, *words: str, user: str = "admin", **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run it on a machine on which there is nothing: no PATH, no Python, no screen."""
        environment = {
            "PATH": "",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
            "DUIPING_DB": f"sqlite:///{self.home / 'day.db'}",
            "DUIPING_USER": user,
            "DUIPING_PASSWORD": "a long sentence",
        }
        return subprocess.run(
            [self.folder / "duiping", *words],
            env=environment | more,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def told(self, *words: str, user: str = "admin") -> Any:
        """Run a command that has to work and return what it writes."""
        ended = self.run(*words, "--json", user=user)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Pack the program and move it to a folder whose name is not plain."""
    place = tmp_path_factory.mktemp("packed")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(place / "dist"), "--workpath", str(place / "work")]
    packing = subprocess.run(
        [*command, "build_installer.spec"],
        cwd=bundled(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert packing.returncode == 0, packing.stderr
    folder = place / "对平 of the office"
    (place / "dist" / "duiping").rename(folder)
    shutil.rmtree(place / "work")
    home = place / "home"
    home.mkdir()
    return Program(folder=folder, home=home)


@pytest.fixture(scope="module")
def day(program: Program) -> dict[str, Any]:
    """Do a day with it, as the README says, and return what each command wrote."""
    told = {"demo": program.told("demo", "files", "--orders", "40")}
    files = program.home / "files"
    organisations = str(files / "master" / "organisations.csv")
    told["init"] = program.told("init", "--org", organisations, "--demo-users")
    days = [str(path) for path in sorted(files.glob("2026*"))]
    told["import"] = program.told("import", str(files / "master"), *days, user="clerk")
    told["reconcile"] = program.told("reconcile", user="clerk")
    told["discrepancies"] = program.told("discrepancies", user="clerk")
    return told


def test_it_helps_in_both_languages(program: Program) -> None:
    assert "reconcile" in program.run("--help").stdout
    assert "用法" in program.run("--help").stdout
    assert "usage: " in program.run("--help", "--lang", "en").stdout


def test_it_does_the_sample_day(day: dict[str, Any], program: Program) -> None:
    verified = program.run("verify", user="auditor")

    assert len(day["import"]["files"]) > 5
    assert len(day["discrepancies"]["discrepancies"]) > 5
    assert verified.returncode == 0, verified.stdout


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(("kind", "start"), [("pdf", b"%PDF-"), ("xlsx", b"PK")])
def test_it_prints_a_paper(program: Program, kind: str, start: bytes) -> None:
    printed = program.told(
        "report", "summary", "--date", "2026-03-03", "--format", kind, user="clerk"
    )

    assert (program.home / printed["out"]).read_bytes().startswith(start)


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize("words", [(), ("show",)])
def test_its_window_opens_and_shows_every_page(program: Program, words: tuple[str, ...]) -> None:
    ended = program.run(*words, user="clerk", DUIPING_TRIAL="1")

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.usefixtures("day")
def test_a_window_that_cannot_be_entered_is_noticed(program: Program) -> None:
    ended = program.run(user="clerk", DUIPING_TRIAL="1", DUIPING_PASSWORD="another sentence")

    assert ended.returncode == 1


def test_whoever_gets_it_gets_the_licences(program: Program) -> None:
    folder = program.folder / "_internal" / "LICENSES"
    texts = {
        path.name: [one for one in path.rglob("*") if one.is_file()] for path in folder.iterdir()
    }

    assert {"duiping", "fonts", "icons", "system"} <= texts.keys()
    for name in ("PySide6", "python3", "polars", "pyarrow", "pyinstaller", "reportlab"):
        assert any(found.startswith(name) for found in texts), name
    assert not [
        name for name, found in texts.items() if not any(one.stat().st_size for one in found)
    ]


def test_it_carries_nothing_heavy_that_it_does_not_need(program: Program) -> None:
    files = [path for path in program.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    names = {path.relative_to(program.folder).as_posix().lower() for path in files}

    assert sum(path.stat().st_size for path in files) < LARGEST
    for heavy in (
        "pandas/",
        "virtualkeyboard",
        "qt6qml",
        "qt6quick",
        "webengine",
        "libarrow_flight",
    ):
        assert not [name for name in names if heavy in name], heavy
