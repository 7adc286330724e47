"""Two weeks of one company through the command line: every day closes, and all sums hold.

From Monday, 23 March to Sunday, 5 April 2026: two weekends, a month's end, a holiday (Qingming),
late money, a wrong file that is replaced, an adjustment that is reversed, a claimed deposit.
"""

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

from app.adjustments.rules import AdjustmentKind, fitting
from app.cli.main import main
from app.closing.closing import blockers
from app.closing.rules import BlockerCode
from app.db.workspace import Workspace
from app.intake.rules import Kind as FileKind
from app.matching.rules import Kind, Task
from tests.conftest import PASSWORD
from tests.guard import world
from tests.guard.decided import broken
from tests.guard.world import Paper, write_world

FIRST = date(2026, 3, 23)
DAYS = 14
WRONG = {1, 4, 8}
"""Days whose files have errors that stay."""

REPLACED = 6
LATE = 9
REVERSED = 4
CLAIMED = 7

SETTLED = {"resolved", "carried", "suspended", "submitted"}


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

    def load(self, day: int, version: str, *, kinds: Sequence[FileKind] = (), **more: bool) -> None:
        """Import the files of a day."""
        paths = [
            str(paper.path)
            for paper in self.papers
            if (paper.day, paper.version) == (day, version) and (not kinds or paper.kind in kinds)
        ]
        found = self("clerk", "import", *paths, *(["--replace"] if more.get("replace") else []))
        assert found["rejected"] == 0, found

    def differences(self, on: date) -> list[dict[str, Any]]:
        """Return what is not settled up to a day."""
        found = self("clerk", "discrepancies")["discrepancies"]
        return [
            one for one in found if one["status"] not in SETTLED and one["date"] <= on.isoformat()
        ]

    def settle(self, on: date) -> list[str]:
        """Adjust each difference as its kind is usually adjusted, and have all approved."""
        numbers = []
        for one in self.differences(on):
            task, kind = Task(one["task"]), Kind(one["kind"])
            (chosen, *_others) = fitting(task, kind, one["difference_fen"])
            if kind is Kind.TIMING:
                chosen = AdjustmentKind.CARRY_FORWARD
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
            explained = one["kind"] in ("short_arrival", "over_arrival")
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
        # A channel that had nothing to tell on a day sends no statement: it is waived.
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
        found = [
            one for one in workspace.read(blockers, on) if one.code is BlockerCode.FILE_MISSING
        ]
        workspace.close()
        assert {one.kind for one in found} <= {FileKind.CHANNEL, FileKind.ARRIVALS}, found
        words = [f"--waive={one.kind}:{one.scope}" for one in found]
        return [*words, "--reason", "当日无交易"] if words else []


@pytest.fixture
def company(
    tmp_path: Path,
    sqlite_template: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Company:
    monkeypatch.setattr(world, "FIRST_DAY", FIRST)
    monkeypatch.setattr(world, "DAYS", DAYS)
    monkeypatch.setenv("DUIPING_PASSWORD", PASSWORD)
    monkeypatch.setenv("DUIPING_ANCHORS", str(tmp_path / "anchors"))
    monkeypatch.setenv("DUIPING_ANCHOR_PASSPHRASE", PASSWORD)
    master, papers = write_world(tmp_path, 11)
    database = tmp_path / "company.db"
    shutil.copy(sqlite_template, database)
    made = Company(url=f"sqlite:///{database}", papers=papers, capsys=capsys)
    made("clerk", "import", *map(str, master))
    return made


def test_two_weeks_close_one_after_the_other(company: Company, tmp_path: Path) -> None:
    claimed = ""
    for number in range(DAYS):
        on = world.day_of(number)
        _files_come_in(company, number, tmp_path)
        company("clerk", "reconcile", "--date", on.isoformat())
        numbers = company.settle(on)
        if number == REVERSED:
            _reverse_one_and_settle_again(company, numbers, on)
        if number == CLAIMED:
            claimed = _claim(company)
        company.confirm(on)
        company.close(on)

    assert len(set(company.closed)) == DAYS
    assert claimed
    _bank_book_agrees_with_the_bank(company)
    refused = company("supervisor", "close", FIRST.isoformat(), expect=4)
    assert refused is None


def _files_come_in(company: Company, number: int, folder: Path) -> None:
    if number == REPLACED:
        company.load(number, "faulty")
        company.load(number, "correct", replace=True)
    elif number == LATE:
        company.load(number, "correct", kinds=[k for k in FileKind if k is not FileKind.ARRIVALS])
        company("clerk", "import", str(_without_second_payee(company, number, folder)))
    else:
        company.load(number, "faulty" if number in WRONG else "correct")
    if number == LATE + 1:
        company("clerk", "import", str(folder / "late.csv"))


def _without_second_payee(company: Company, number: int, folder: Path) -> Path:
    """The bank's file without the money of one payee, which comes a day later."""
    (paper,) = [
        paper
        for paper in company.papers
        if (paper.day, paper.version, paper.kind) == (number, "correct", FileKind.ARRIVALS)
    ]
    header, *rows = paper.path.read_text(encoding="utf-8").splitlines()
    account = world.PAYEES["P2"]
    kept = [row for row in rows if not row.startswith(account)]
    late = [row for row in rows if row.startswith(account)]
    assert len(late) == 1
    assert kept
    early = folder / "early.csv"
    early.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")
    today, tomorrow = world.day_of(number + 1), world.day_of(number + 2)
    moved = late[0].replace(today.isoformat(), tomorrow.isoformat())
    (folder / "late.csv").write_text(f"{header}\n{moved}\n", encoding="utf-8")
    return early


def _reverse_one_and_settle_again(company: Company, numbers: list[str], on: date) -> None:
    workspace = Workspace.open(company.url)
    with_voucher = text("SELECT number FROM adjustment WHERE voucher_id IS NOT NULL")
    posted = set(workspace.read(lambda session: list(session.scalars(with_voucher))))
    workspace.close()
    wrong = next(number for number in numbers if number in posted)
    done = company("checker", "reverse", wrong, "--reason", "科目有误")["adjustments"]
    assert done[0]["status"] == "reversed"
    assert company.settle(on)


def _claim(company: Company) -> str:
    waiting = company("clerk", "discrepancies", "--kind", "unexpected_arrival")["discrepancies"]
    parked = next(one for one in waiting if one["status"] == "suspended")
    made = company("clerk", "claim", str(parked["id"]), "--household", "H3100000001")
    number = str(made["adjustment"]["number"])
    company("checker", "approve", number)
    (now,) = [
        one
        for one in company("clerk", "discrepancies")["discrepancies"]
        if one["id"] == parked["id"]
    ]
    assert now["status"] == "resolved"
    return number


def _bank_book_agrees_with_the_bank(company: Company) -> None:
    """When all is settled the ledger's bank accounts hold what the bank's entries add up to."""
    book = """
        SELECT l.account_no, sum(l.debit_fen - l.credit_fen) FROM voucher_line l
        JOIN ledger_account a ON a.code = l.ledger_code
        WHERE a.purpose = 'bank' GROUP BY l.account_no ORDER BY 1
    """
    bank = "SELECT account_no, sum(amount_fen) FROM arrival GROUP BY account_no ORDER BY 1"
    workspace = Workspace.open(company.url)
    ours = workspace.read(lambda session: session.execute(text(book)).all())
    theirs = workspace.read(lambda session: session.execute(text(bank)).all())
    workspace.close()
    assert [tuple(row) for row in ours] == [tuple(row) for row in theirs]
