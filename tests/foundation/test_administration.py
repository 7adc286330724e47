"""What an administrator and an auditor see: roles, backups, the database, the log."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from app.audit.queries import verify_chain
from app.audit.rules import Verb
from app.audit.search import (
    AuditFilter,
    audit_objects,
    audit_people,
    record_ids,
    record_rows,
)
from app.audit.stale import ChangedByOther
from app.base.dates import CHINA
from app.base.errors import Cancelled, NotAllowed
from app.catalog.rules import SettingName
from app.catalog.service import apply_setting
from app.db.workspace import Actor, Workspace
from app.identity.queries import user_named
from app.identity.rules import LastAdministratorStays, RolesConflict, UnknownRole
from app.identity.service import disable_user, set_roles
from app.upkeep.backups import backups
from app.upkeep.facts import database_facts
from app.upkeep.service import backup


class Stopping:
    """Asks to stop at the first report."""

    def advance(self, done: int, total: int, note: str = "") -> None:
        raise Cancelled


def roles(workspace: Workspace, name: str) -> tuple[str, ...]:
    row = workspace.read(user_named, name)
    assert row is not None
    return row.roles


def test_roles_are_changed(workspace: Workspace, administrator: Actor) -> None:
    workspace.write(
        administrator, set_roles, name="reader", roles=["checker", "clerk"], seen=["reader"]
    )

    assert roles(workspace, "reader") == ("checker", "clerk")
    (last,) = workspace.read(record_rows, workspace.read(record_ids, AuditFilter())[:1])
    assert (last.before, last.after) == ('{"roles":["reader"]}', '{"roles":["checker","clerk"]}')


def test_an_auditor_can_become_an_administrator_in_one_step(
    workspace: Workspace, administrator: Actor
) -> None:
    workspace.write(administrator, set_roles, name="auditor", roles=["administrator"])

    assert roles(workspace, "auditor") == ("administrator",)


def test_impossible_roles(workspace: Workspace, administrator: Actor, clerk: Actor) -> None:
    for wanted, problem in (
        (["administrator", "auditor"], RolesConflict),
        ([], UnknownRole),
        (["boss"], UnknownRole),
    ):
        with pytest.raises(problem):
            workspace.write(administrator, set_roles, name="reader", roles=wanted)
    with pytest.raises(NotAllowed):
        workspace.write(clerk, set_roles, name="clerk", roles=["supervisor"])
    with pytest.raises(ChangedByOther):
        workspace.write(administrator, set_roles, name="reader", roles=["clerk"], seen=["clerk"])


def test_the_last_administrator_stays_one(workspace: Workspace, administrator: Actor) -> None:
    with pytest.raises(LastAdministratorStays):
        workspace.write(administrator, set_roles, name="administrator", roles=["clerk"])

    workspace.write(administrator, set_roles, name="reader", roles=["administrator"])
    workspace.write(administrator, set_roles, name="administrator", roles=["clerk"])
    assert roles(workspace, "administrator") == ("clerk",)


def test_backups_are_known_from_the_log(
    sqlite_workspace: Workspace, administrator: Actor, tmp_path: Path
) -> None:
    assert sqlite_workspace.read(backups) == []

    saved = backup(sqlite_workspace, administrator, tmp_path / "b.db")

    (row,) = sqlite_workspace.read(backups)
    assert (row.verb, row.file, row.sha256, row.size, row.by) == (
        Verb.BACKED_UP,
        "b.db",
        saved.sha256,
        saved.size,
        "administrator",
    )
    assert sqlite_workspace.read(database_facts).last_backup == row


def test_the_database_tells_its_facts(workspace: Workspace) -> None:
    facts = workspace.read(database_facts)

    assert facts.demonstration
    assert facts.size > 10_000
    assert facts.engine.startswith(("SQLite 3.", "PostgreSQL"))
    assert facts.revision
    assert facts.made_at is not None
    assert facts.place.endswith("duiping.db") or facts.place.startswith("postgresql")
    assert dict(facts.counts)["app_user"] == 6


@pytest.fixture
def busy(workspace: Workspace, administrator: Actor, supervisor: Actor) -> Workspace:
    """Return a database in which two people changed something."""
    workspace.write(administrator, disable_user, name="reader")
    name = SettingName.TIMING_MINUTES
    for value in (41, 42, 43):
        workspace.write(supervisor, apply_setting, name=name, value=value)
    return workspace


def found(workspace: Workspace, **wanted: object) -> list[tuple[str, str, str]]:
    ids = workspace.read(record_ids, AuditFilter(**wanted))  # type: ignore[arg-type]
    rows = workspace.read(record_rows, ids)
    return [(row.actor, row.verb, row.object_key) for row in rows]


def test_the_log_is_searched_by_person(busy: Workspace) -> None:
    assert found(busy, person="supervisor") == [
        ("supervisor", "changed", "timing_minutes"),
        ("supervisor", "changed", "timing_minutes"),
        ("supervisor", "changed", "timing_minutes"),
    ]
    assert "supervisor" in busy.read(audit_people)


def test_the_log_is_searched_by_thing_and_verb(busy: Workspace) -> None:
    assert len(found(busy, object_type="setting")) == 3
    assert found(busy, object_type="user", object_key="reader", verbs=frozenset({Verb.CHANGED}))
    assert found(busy, verbs=frozenset({Verb.CLOSED})) == []
    assert "setting" in busy.read(audit_objects)


def test_the_log_is_searched_by_text(busy: Workspace) -> None:
    assert len(found(busy, text="42")) >= 2
    assert found(busy, text="DISABLED") == [("administrator", "changed", "reader")]
    assert found(busy, text="%%") == []


def test_the_log_is_searched_by_days_of_china(busy: Workspace) -> None:
    (newest,) = busy.read(record_rows, busy.read(record_ids, AuditFilter())[:1])
    day = newest.at.astimezone(CHINA).date()

    assert found(busy, first=day)
    assert found(busy, first=day + timedelta(days=1)) == []
    assert found(busy, last=date(2020, 1, 1)) == []


def test_the_latest_records_come_first(busy: Workspace) -> None:
    ids = list(busy.read(record_ids, AuditFilter()))

    assert ids == sorted(ids, reverse=True)
    assert [row.sequence for row in busy.read(record_rows, [ids[2], ids[0], 10**9])] == [
        ids[2],
        ids[0],
    ]


def test_checking_the_chain_can_be_stopped(sqlite_workspace: Workspace, supervisor: Actor) -> None:
    def much(tx: object) -> None:
        for value in range(1_000):
            apply_setting(tx, name=SettingName.TIMING_MINUTES, value=value)  # type: ignore[arg-type]

    sqlite_workspace.write(supervisor, much)

    assert sqlite_workspace.read(verify_chain).ok
    with pytest.raises(Cancelled):
        sqlite_workspace.read(verify_chain, Stopping())
