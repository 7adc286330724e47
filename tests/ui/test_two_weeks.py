"""Two weeks of one company through the real windows of its people: every day closes.

The same weeks as `tests/guard/test_two_weeks.py` plays through the command line.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from app.db.workspace import Workspace
from app.discrepancies.cases import case_rows
from app.discrepancies.rules import Status
from app.intake.rules import Kind as FileKind
from app.upkeep.verify import CHECKS, FOUNDATION, Check, verify
from tests.conftest import PASSWORD
from tests.guard import weeks, world
from tests.guard.decided import broken
from tests.guard.world import Paper
from tests.ui.conftest import Opening
from tests.ui.weeks_seat import Auditor, Checker, Clerk, Supervisor, sit

SUMS = [one for one in CHECKS if one not in FOUNDATION and one.name not in {"columns", "closings"}]
"""What is checked after each step; after a closing all is, the log and the days before too."""


@dataclass
class Office:
    """Three people, who come in when there is something for them, and what they work on."""

    opening: Opening
    bot: QtBot
    workspace: Workspace
    papers: Sequence[Paper]
    folder: Path

    @cached_property
    def clerk(self) -> Clerk:
        return sit(Clerk, self.opening, self.bot)

    @cached_property
    def checker(self) -> Checker:
        return sit(Checker, self.opening, self.bot)

    @cached_property
    def supervisor(self) -> Supervisor:
        return sit(Supervisor, self.opening, self.bot)

    def all_holds(self, checks: Sequence[Check] = CHECKS) -> None:
        """Hold all sums against the tables."""
        found = self.workspace.read(verify, checks=checks)
        assert found.ok, [check for check in found.checks if not check.ok]
        assert self.workspace.read(broken) == []

    def folder_of(self, name: str, paths: Sequence[Path]) -> Path:
        """Lay files into a folder of their own."""
        folder = self.folder / name
        folder.mkdir()
        for path in paths:
            shutil.copy(path, folder)
        return folder


@pytest.fixture
def office(
    opened: Opening,
    qtbot: QtBot,
    sqlite_workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Office:
    monkeypatch.setenv("DUIPING_ANCHOR_PASSPHRASE", PASSWORD)
    master, papers = weeks.write_weeks(tmp_path, monkeypatch)
    made = Office(
        opening=opened, bot=qtbot, workspace=sqlite_workspace, papers=papers, folder=tmp_path
    )
    made.clerk.imports(master)
    return made


def test_two_weeks_close_one_after_the_other_in_the_window(office: Office) -> None:
    for number in range(weeks.DAYS):
        on = world.day_of(number)
        for step in (_files_come_in, _reconcile, _settle, _confirm, _close):
            step(office, number, on)
            office.all_holds(CHECKS if step is _close else SUMS)

    hashes = text("SELECT hash FROM day_close WHERE state = 'closed'")
    closed = office.workspace.read(lambda session: set(session.scalars(hashes)))
    assert len(closed) == weeks.DAYS
    book, bank = office.workspace.read(weeks.bank_sums)
    assert book == bank
    office.supervisor.cannot_close(weeks.FIRST)
    sit(Auditor, office.opening, office.bot).checks_the_database()


def _files_come_in(office: Office, number: int, _on: date) -> None:
    wrong = number in weeks.WRONG or number == weeks.REPLACED
    papers, version = office.papers, "faulty" if wrong else "correct"
    if number == weeks.LATE:
        others = [kind for kind in FileKind if kind is not FileKind.ARRIVALS]
        early, _late = weeks.without_second_payee(papers, number, office.folder)
        paths = [*weeks.paths_of(papers, number, version, others), early]
    else:
        paths = weeks.paths_of(papers, number, version)
    office.clerk.imports_folder(office.folder_of(f"day {number}", paths))
    if number == weeks.REPLACED:
        corrected = weeks.paths_of(papers, number, "correct")
        assert sum(map(office.clerk.replaces, corrected)) > 1
    if number == weeks.LATE + 1:
        office.clerk.imports([office.folder / "late.csv"])


def _reconcile(office: Office, _number: int, on: date) -> None:
    office.clerk.reconciles(on)


def _settle(office: Office, number: int, on: date) -> None:
    _adjust_and_approve(office, on)
    if number == weeks.REVERSED:
        office.checker.go_to_day(on)
        office.checker.reverses()
        office.all_holds()
        assert _adjust_and_approve(office, on)
    if number == weeks.CLAIMED:
        parked = office.clerk.claims()
        office.checker.approves(1)
        (now,) = office.workspace.read(case_rows, [parked.discrepancy_id])
        assert now.status is Status.RESOLVED


def _adjust_and_approve(office: Office, on: date) -> int:
    number = office.clerk.adjusts(on)
    if number:
        office.checker.approves(number)
    return number


def _confirm(office: Office, number: int, on: date) -> None:
    confirmed = office.clerk.confirms(on)
    office.checker.checks(on, confirmed)
    late = text("SELECT status FROM arrival_confirmation WHERE batch_no = :batch")
    batch = {"batch": f"B{weeks.LATE}P2"}
    found = office.workspace.read(lambda session: list(session.scalars(late, batch)))
    assert found == (["checked"] if number > weeks.LATE else [])


def _close(office: Office, _number: int, on: date) -> None:
    office.supervisor.closes(on)
