"""Two weeks of one company through the command line: every day closes, and all sums hold."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.cli.main import main
from app.db.workspace import Workspace
from app.intake.rules import Kind as FileKind
from app.matching.rules import Kind, Task
from tests.conftest import PASSWORD
from tests.guard import weeks, world
from tests.guard.decided import broken
from tests.guard.world import Paper


@dataclass
class Company:
    """What the people of a company type."""

    url: str
    papers: Sequence[Paper]
    capsys: pytest.CaptureFixture[str]
    closed: list[str] = field(default_factory=list)

    def __call__(self, user: str, *words: str, expect: int = 0) -> Any:
        """Run a command and return its JSON document."""
        code = main([*words, "--db", self.url, "--user", user, "--json"])
        said = self.capsys.readouterr()
        assert code == expect, (words, code, said.err[-2000:], said.out[-2000:])
        return json.loads(said.out) if said.out else None

    def load(self, paths: Sequence[Path], *more: str) -> None:
        """Import files."""
        found = self("clerk", "import", *map(str, paths), *more)
        assert found["rejected"] == 0, found

    def differences(self, on: date) -> list[dict[str, Any]]:
        """Return what is not settled up to a day."""
        found = self("clerk", "discrepancies")["discrepancies"]
        return [
            one
            for one in found
            if one["status"] not in weeks.SETTLED and one["date"] <= on.isoformat()
        ]

    def settle(self, on: date) -> list[str]:
        """Adjust each difference as its kind is usually adjusted, and have all approved."""
        numbers = []
        for one in self.differences(on):
            chosen = weeks.usual(Task(one["task"]), Kind(one["kind"]), one["difference_fen"])
            made = self(
                "clerk", "adjust", str(one["id"]), "--as", chosen.value, "--reason", "日常处理"
            )
            numbers.append(made["adjustment"]["number"])
        if numbers:
            done = self("checker", "approve", *numbers)["adjustments"]
            assert {one["status"] for one in done} == {"approved"}
        return numbers

    def confirm(self, on: date) -> None:
        """Confirm what came, what adjustments explain as well, and have it checked."""
        self("clerk", "confirm", "--all-clean", "--date", on.isoformat())
        for one in self("clerk", "discrepancies", "--task", "arrival")["discrepancies"]:
            explained = one["kind"] in weeks.EXPLAINED
            if explained and one["status"] in ("resolved", "suspended"):
                main(["confirm", one["ours"]["key"], "--db", self.url, "--user", "clerk", "--json"])
                self.capsys.readouterr()
        with_state = text("SELECT batch_no FROM arrival_confirmation WHERE status = 'confirmed'")
        workspace = Workspace.open(self.url)
        batches = workspace.read(lambda session: list(session.scalars(with_state)))
        workspace.close()
        if batches:
            self("checker", "check", *batches)

    def close(self, on: date) -> None:
        """Close a day, and hold all sums against the tables."""
        words = [*self._waivers(on), "--db", self.url, "--user", "supervisor", "--json"]
        assert main(["close", on.isoformat(), *words]) == 0, self.capsys.readouterr()
        done = json.loads(self.capsys.readouterr().out)
        assert (done["status"], done["blockers"]) == ("closed", []), done
        self.closed.append(done["hash"])
        found = self("auditor", "verify")
        assert found["ok"], [check for check in found["checks"] if not check["ok"]]
        workspace = Workspace.open(self.url)
        assert workspace.read(broken) == []
        workspace.close()

    def _waivers(self, on: date) -> list[str]:
        """Return the words that waive the statements that a day has to do without."""
        workspace = Workspace.open(self.url)
        found = workspace.read(weeks.missing_files, on)
        workspace.close()
        words = [f"--waive={one.kind}:{one.scope}" for one in found]
        return [*words, "--reason", "当日无交易"] if words else []


@pytest.fixture
def company(
    tmp_path: Path,
    sqlite_template: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Company:
    monkeypatch.setenv("DUIPING_PASSWORD", PASSWORD)
    monkeypatch.setenv("DUIPING_ANCHORS", str(tmp_path / "anchors"))
    monkeypatch.setenv("DUIPING_ANCHOR_PASSPHRASE", PASSWORD)
    master, papers = weeks.write_weeks(tmp_path, monkeypatch)
    database = tmp_path / "company.db"
    shutil.copy(sqlite_template, database)
    made = Company(url=f"sqlite:///{database}", papers=papers, capsys=capsys)
    made("clerk", "import", *map(str, master))
    return made


def test_two_weeks_close_one_after_the_other(company: Company, tmp_path: Path) -> None:
    claimed = ""
    for number in range(weeks.DAYS):
        on = world.day_of(number)
        _files_come_in(company, number, tmp_path)
        company("clerk", "reconcile", "--date", on.isoformat())
        numbers = company.settle(on)
        if number == weeks.REVERSED:
            _reverse_one_and_settle_again(company, numbers, on)
        if number == weeks.CLAIMED:
            claimed = _claim(company)
        company.confirm(on)
        company.close(on)

    assert len(set(company.closed)) == weeks.DAYS
    assert claimed
    workspace = Workspace.open(company.url)
    book, bank = workspace.read(weeks.bank_sums)
    assert book == bank
    workspace.close()
    refused = company("supervisor", "close", weeks.FIRST.isoformat(), expect=4)
    assert refused is None


def _files_come_in(company: Company, number: int, folder: Path) -> None:
    papers = company.papers
    if number == weeks.REPLACED:
        company.load(weeks.paths_of(papers, number, "faulty"))
        company.load(weeks.paths_of(papers, number, "correct"), "--replace")
    elif number == weeks.LATE:
        others = [kind for kind in FileKind if kind is not FileKind.ARRIVALS]
        early, _late = weeks.without_second_payee(papers, number, folder)
        company.load([*weeks.paths_of(papers, number, "correct", others), early])
    else:
        version = "faulty" if number in weeks.WRONG else "correct"
        company.load(weeks.paths_of(papers, number, version))
    if number == weeks.LATE + 1:
        company.load([folder / "late.csv"])


def _reverse_one_and_settle_again(company: Company, numbers: list[str], on: date) -> None:
    workspace = Workspace.open(company.url)
    posted = workspace.read(weeks.posted)
    workspace.close()
    wrong = next(number for number in numbers if number in posted)
    done = company("checker", "reverse", wrong, "--reason", "科目有误")["adjustments"]
    assert done[0]["status"] == "reversed"
    assert company.settle(on)


def _claim(company: Company) -> str:
    waiting = company("clerk", "discrepancies", "--kind", "unexpected_arrival")["discrepancies"]
    parked = next(one for one in waiting if one["status"] == "suspended")
    made = company("clerk", "claim", str(parked["id"]), "--household", weeks.HOUSEHOLD)
    number = str(made["adjustment"]["number"])
    company("checker", "approve", number)
    (now,) = [
        one
        for one in company("clerk", "discrepancies")["discrepancies"]
        if one["id"] == parked["id"]
    ]
    assert now["status"] == "resolved"
    return number
