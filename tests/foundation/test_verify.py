"""Checking a database."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.engine import WRITES
from app.db.workspace import Workspace
from app.upkeep.rules import (
    CheckResult,
)
from app.upkeep.verify import Check, verify
from tests.foundation.databases import (
    break_reference,
)


def test_a_sound_database_verifies(workspace: Workspace) -> None:
    result = workspace.read(verify)

    assert result.ok
    assert [check.name for check in result.checks][:5] == [
        "schema",
        "integrity",
        "foreign_keys",
        "guards",
        "audit_chain",
    ]
    assert result.checks[4].detail.endswith("records")


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", "schema"),
        ("DROP TRIGGER guard_user_role_insert", "guards"),
        ("DELETE FROM audit_head", "audit_chain"),
    ],
)
def test_what_is_wrong_is_found(sqlite_workspace: Workspace, statement: str, name: str) -> None:
    with sqlite_workspace.engine.execution_options(**WRITES).begin() as connection:
        if "audit_head" in statement:
            connection.execute(text("DROP TRIGGER guard_audit_head_delete"))
        connection.execute(text(statement))

    result = sqlite_workspace.read(verify)

    assert not result.ok
    found = {check.name: check for check in result.checks}
    assert not found[name].ok
    assert found[name].detail
    assert found["integrity"].ok


def test_a_broken_reference_is_found(sqlite_url: str) -> None:
    break_reference(sqlite_url)
    workspace = Workspace.open(sqlite_url)
    found = {check.name: check for check in workspace.read(verify).checks}
    workspace.close()

    assert "user_role" in found["foreign_keys"].detail
    assert found["foreign_keys"].detail.endswith("→ app_user")


def test_long_lists_of_problems_are_cut(sqlite_workspace: Workspace) -> None:
    with sqlite_workspace.engine.execution_options(**WRITES).begin() as connection:
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in found.scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))

    guards = sqlite_workspace.read(verify).checks[3]

    assert guards.detail.count(";") == 4
    assert " more" in guards.detail


def test_a_check_that_fails_of_itself_is_a_defect(sqlite_workspace: Workspace) -> None:
    def defect(session: Session) -> CheckResult:
        session.execute(text("SELECT nonsense FROM setting"))
        return CheckResult(ok=True)

    with pytest.raises(Exception, match="nonsense"):
        sqlite_workspace.read(verify, checks=[Check(name="x", run=defect)])


def test_a_check_is_run_and_named(sqlite_workspace: Workspace) -> None:
    def fine(_session: Session) -> CheckResult:
        return CheckResult(ok=True, detail="fine")

    result = sqlite_workspace.read(verify, checks=[Check(name="x", run=fine)])

    assert (result.ok, result.checks[0].name, result.checks[0].detail) == (True, "x", "fine")
