"""A person at the command line, and databases in which a small day is reconciled."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.base.progress import Silent
from app.cli.main import main
from app.closing.files import Wishes, import_paths
from app.db.workspace import Actor, Workspace
from app.demo.service import Wish, write_days
from app.demo.truth import Truth
from app.discrepancies.reconciling import reconcile
from app.matching.rules import Task
from tests.conftest import PASSWORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Return the JSON document: the only thing on standard output."""
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document


@dataclass(slots=True)
class Shell:
    """Runs commands on one database as a user, with a password, in a language."""

    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    url: str
    user: str = "clerk"

    def __call__(self, *words: object, user: str | None = None, lang: str = "en") -> Ended:
        """Run one command."""
        self.patch.setenv("DUIPING_DB", self.url)
        self.patch.setenv("DUIPING_USER", self.user if user is None else user)
        self.patch.setenv("DUIPING_LANG", lang)
        self.capture.readouterr()
        code = main([str(word) for word in words])
        captured = self.capture.readouterr()
        assert "Traceback" not in captured.out + captured.err
        assert code != 1, captured.err
        return Ended(code=code, out=captured.out, err=captured.err)

    def json(self, *words: object, code: int = 0, user: str | None = None) -> dict[str, Any]:
        """Run one command and return its JSON document."""
        ended = self(*words, "--json", user=user)
        assert ended.code == code, ended.err
        return ended.document


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A small day with its truth and a database in which it is loaded and reconciled."""

    folder: Path
    truth: Truth
    database: Path

    @property
    def day(self) -> str:
        return self.truth.days[0].isoformat()


@pytest.fixture(scope="session")
def sample(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, people: dict[str, Actor]
) -> Sample:
    folder = tmp_path_factory.mktemp("sample")
    truth = write_days(folder / "files", Wish(orders=40, seed=3, faults=1)).truth
    database = folder / "duiping.db"
    shutil.copy(sqlite_template, database)
    workspace = Workspace.open(f"sqlite:///{database}")
    for name in ("master", truth.days[0].strftime("%Y%m%d")):
        import_paths(
            workspace,
            people["clerk"],
            [folder / "files" / name],
            wishes=Wishes(),
            today=truth.days[-1].replace(month=12),
            progress=Silent(),
        )
    workspace.write(
        people["clerk"], reconcile, day=truth.days[0], tasks=list(Task), progress=Silent()
    )
    workspace.close()
    return Sample(folder=folder / "files", truth=truth, database=database)


@pytest.fixture
def new_shell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[str], Shell]:
    """Return a function that opens a shell on a database."""
    monkeypatch.setenv("DUIPING_PASSWORD", PASSWORD)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("DUIPING_NEW_PASSWORD", "DUIPING_FILE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)

    def opened(url: str) -> Shell:
        return Shell(capture=capsys, patch=monkeypatch, url=url)

    return opened


@pytest.fixture
def shell(new_shell: Callable[[str], Shell], sqlite_url: str) -> Shell:
    """Return a shell on a database with users and nothing else."""
    return new_shell(sqlite_url)


@pytest.fixture
def day(new_shell: Callable[[str], Shell], sample: Sample, tmp_path: Path) -> Shell:
    """Return a shell on a database in which the sample day is reconciled."""
    path = tmp_path / "day.db"
    shutil.copy(sample.database, path)
    return new_shell(f"sqlite:///{path}")
