"""Closing and reopening days on the command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.base.failpoints import VARIABLE
from app.db.workspace import Actor, Workspace
from tests.books import Books
from tests.cli.conftest import Sample, Shell
from tests.closing.desk import Close
from tests.conftest import PASSWORD

DOCUMENT = {"date", "status", "blockers", "hash"}


@pytest.fixture
def ready(
    new_shell: Callable[[str], Shell], sqlite_url: str, people: dict[str, Actor], tmp_path: Path
) -> Shell:
    """Return a shell on a database in which a day is ready to be closed."""
    workspace = Workspace.open(sqlite_url)
    books = Books(workspace=workspace, actor=people["clerk"], folder=tmp_path)
    books.know_payee()
    Close(books=books, checker=people["checker"], supervisor=people["supervisor"]).ready(1)
    workspace.close()
    return new_shell(sqlite_url)


def test_what_is_in_the_way_ends_with_5(day: Shell, sample: Sample) -> None:
    document = day.json("close", sample.day, user="supervisor", code=5)

    assert set(document) == DOCUMENT
    assert (document["status"], document["hash"]) == ("open", None)
    codes = {one["code"] for one in document["blockers"]}
    assert {"discrepancy", "not_confirmed"} <= codes
    assert all(
        set(one) == {"code", "kind", "scope", "count", "fen", "items"}
        for one in document["blockers"]
    )
    told = day("close", sample.day, user="supervisor", lang="zh_CN")
    assert told.code == 5
    assert "差异未处理" in told.out


def test_a_day_is_closed_and_reopened_by_two(ready: Shell) -> None:
    closed = ready.json("close", "2026-03-03", user="supervisor")
    again = ready("close", "2026-03-03", user="supervisor")
    verified = ready.json("verify")
    asked = ready.json("reopen", "2026-03-03", "--reason", "late file", user="supervisor")
    twice = ready("reopen", "2026-03-03", "--reason", "late file", user="supervisor")
    clerk = ready("reopen", "2026-03-03", "--reason", "yes", user="clerk")
    done = ready.json("reopen", "2026-03-03", "--reason", "yes", user="checker")
    anew = ready.json("close", "2026-03-03", user="supervisor")

    assert (closed["status"], len(closed["vouchers"])) == ("closed", 3)
    assert len(closed["hash"]) == 64
    assert again.code == 4
    assert verified["ok"]
    assert (asked["status"], done["status"], done["hash"]) == (
        "waiting",
        "reopened",
        closed["hash"],
    )
    assert (twice.code, clerk.code) == (4, 4)
    assert anew["hash"] != closed["hash"]


def test_a_waiver_stays_when_something_else_is_in_the_way(ready: Shell) -> None:
    wanted = ("close", "2026-03-02", "--waive", "payments")
    without = ready(*wanted, user="supervisor")
    unknown = ready("close", "2026-03-02", "--waive", "x", "--reason", "y", user="supervisor")
    first = ready.json(*wanted, "--reason", "holiday", user="supervisor", code=5)
    second = ready.json("close", "2026-03-02", user="supervisor", code=5)
    refused = ready(*wanted, "--reason", "holiday", user="clerk")

    assert (without.code, unknown.code, refused.code) == (2, 2, 4)
    kinds = [one["kind"] for one in first["blockers"] if one["code"] == "file_missing"]
    assert "payments" not in kinds
    assert "bill_lines" in kinds
    assert first == second


def test_only_a_supervisor_closes(ready: Shell) -> None:
    for user in ("clerk", "checker", "auditor", "administrator", "reader"):
        assert ready("close", "2026-03-03", user=user).code == 4
        assert ready("reopen", "2026-03-03", "--reason", "x", user=user).code == 4


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes of POSIX")
def test_a_closing_that_is_killed_leaves_nothing(ready: Shell) -> None:
    for point in ("post.voucher", "close.vouchers", "close.totals", "close.closed", "commit"):
        assert _killed(ready.url, point, "close", "2026-03-03") == -signal.SIGKILL
        assert _written(ready.url) == (0, 0, 0)

    assert ready.json("close", "2026-03-03", user="supervisor")["status"] == "closed"
    ready.json("reopen", "2026-03-03", "--reason", "late", user="supervisor")
    words = ("reopen", "2026-03-03", "--reason", "yes")
    for point in ("reopen.closing", "reopen.opened", "reopen.reversed"):
        assert _killed(ready.url, point, *words, user="checker") == -signal.SIGKILL
        assert _written(ready.url) == (3, 1, 1)
    assert ready.json("verify")["ok"]


def _killed(url: str, point: str, *words: str, user: str = "supervisor") -> int:
    """Run a command that is killed at a point; return how it ended."""
    surroundings = {
        "DUIPING_DB": url,
        "DUIPING_USER": user,
        "DUIPING_PASSWORD": PASSWORD,
        VARIABLE: point,
    }
    ended = subprocess.run(
        [sys.executable, "-m", "app", *words],
        env=os.environ | surroundings,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    return ended.returncode


def _written(url: str) -> tuple[int, ...]:
    """How many vouchers, closings and closed days there are."""
    workspace = Workspace.open(url)
    counts = workspace.read(_counts)
    workspace.close()
    return counts


def _counts(session: Session) -> tuple[int, ...]:
    return tuple(
        session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        for table in ("voucher", "day_close", "closed_day")
    )
