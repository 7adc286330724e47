"""The log of every change, and what tampering with it shows."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.queries import records, verify_chain
from app.audit.rules import AuditLink, ChainResult, Verb, canonical, link_hash
from app.audit.service import record
from app.base.errors import UserError
from app.db.engine import WRITES
from app.db.workspace import Actor, Tx, Workspace
from app.identity.rules import Role

LINK = AuditLink(
    sequence=1,
    at=0,
    actor="li",
    roles="clerk",
    machine="pc",
    command="x",
    verb="changed",
    object_type="setting",
    object_key="a",
    before="1",
    after="2",
)


class Stopped(UserError):
    template = "stopped"


def change(tx: Tx, *, count: int = 1) -> None:
    for number in range(count):
        record(tx, Verb.CHANGED, "setting", f"key {number}", before=number, after={"to": number})


def change_and_stop(tx: Tx) -> None:
    change(tx, count=3)
    raise Stopped


def tamper(workspace: Workspace, statement: str) -> None:
    """Change the log behind the program's back, which takes the triggers off first."""
    with workspace.engine.execution_options(**WRITES).begin() as connection:
        if workspace.engine.dialect.name == "postgresql":
            table = "audit_head" if "audit_head" in statement else "audit_record"
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            connection.execute(text(statement))
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER ALL"))
            return
        found = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        ).all()
        for name, _sql in found:
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(statement))
        for _name, sql in found:
            connection.exec_driver_sql(sql)


def test_a_change_is_recorded_in_its_transaction(workspace: Workspace, clerk: Actor) -> None:
    before = workspace.read(verify_chain).count
    written = workspace.write(clerk, change, count=2)

    rows = workspace.read(records, after=before)
    assert [row.object_key for row in rows] == ["key 0", "key 1"]
    assert [row.sequence for row in rows] == [before + 1, before + 2]
    assert rows[1].before == "1"
    assert rows[1].after == '{"to":1}'
    assert (rows[0].actor, rows[0].roles, rows[0].machine) == ("clerk", "clerk", "test")
    assert rows[0].command.endswith(".change")
    assert rows[0].verb == Verb.CHANGED
    assert written.tables >= {"audit_record", "audit_head"}
    assert workspace.read(verify_chain) == ChainResult(ok=True, count=before + 2)


def test_what_fails_is_not_recorded(workspace: Workspace, clerk: Actor) -> None:
    before = workspace.read(verify_chain)
    with pytest.raises(Stopped):
        workspace.write(clerk, change_and_stop)

    workspace.write(clerk, change)
    assert workspace.read(verify_chain) == ChainResult(ok=True, count=before.count + 1)


def test_keys_of_several_things_are_written_as_json(workspace: Workspace, clerk: Actor) -> None:
    before = workspace.read(verify_chain).count

    def work(tx: Tx) -> None:
        record(tx, Verb.MATCHED, "match", [3, 1], command="by hand")

    workspace.write(clerk, work)

    row = workspace.read(records, after=before)[0]
    assert (row.object_key, row.command, row.before) == ("[3,1]", "by hand", "")


def test_names_that_are_no_valid_text_are_recorded(workspace: Workspace, clerk: Actor) -> None:
    before = workspace.read(verify_chain).count
    odd = "a\udcff\x00b"

    def work(tx: Tx) -> None:
        record(tx, Verb.IMPORTED, "file", odd, after={"name": odd}, command=odd)

    workspace.write(clerk, work)

    row = workspace.read(records, after=before)[0]
    assert row.object_key == "a\\udcff\\u0000b"
    assert json.loads(row.after) == {"name": odd}
    assert workspace.read(verify_chain).ok


def test_several_roles_are_sorted(workspace: Workspace) -> None:
    before = workspace.read(verify_chain).count
    roles = frozenset({Role.SUPERVISOR.value, Role.CLERK.value})
    actor = Actor(user_id=1, name="li", roles=roles, machine="m")
    workspace.write(actor, change)

    assert workspace.read(records, after=before)[0].roles == "clerk,supervisor"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_record SET actor = 'else' WHERE sequence = 2",
        "DELETE FROM audit_record WHERE sequence = 2",
        "UPDATE audit_head SET sequence = 1",
        "UPDATE audit_head SET hash = ''",
        "DELETE FROM audit_head",
    ],
)
def test_the_database_refuses_tampering(workspace: Workspace, statement: str) -> None:
    writer = workspace.engine.execution_options(**WRITES)
    with pytest.raises(IntegrityError), writer.begin() as connection:
        connection.execute(text(statement))

    assert workspace.read(verify_chain).ok


def test_replacing_cannot_slip_past_the_triggers(sqlite_workspace: Workspace) -> None:
    columns = "sequence, at, actor, roles, machine, command, verb, object_type, object_key,"
    columns += " before, after, previous_hash, hash"
    statement = (
        f"INSERT OR REPLACE INTO audit_record ({columns})"
        f" SELECT {columns.replace('actor', chr(39) + 'x' + chr(39))} FROM audit_record"
    )
    writer = sqlite_workspace.engine.execution_options(**WRITES)
    with pytest.raises(IntegrityError), writer.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.postgres
def test_postgresql_refuses_to_empty_the_log(postgres_url: str) -> None:
    workspace = Workspace.open(postgres_url)
    with pytest.raises(IntegrityError), workspace.engine.begin() as connection:
        connection.execute(text("TRUNCATE audit_record"))
    workspace.close()


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE audit_record SET actor = 'else' WHERE sequence = 3", 3),
        ("UPDATE audit_record SET at = at + 1 WHERE sequence = 3", 3),
        ("UPDATE audit_record SET roles = 'auditor' WHERE sequence = 3", 3),
        ("UPDATE audit_record SET machine = 'm' WHERE sequence = 3", 3),
        ("UPDATE audit_record SET command = 'm' WHERE sequence = 3", 3),
        ("UPDATE audit_record SET verb = 'm' WHERE sequence = 3", 3),
        ("UPDATE audit_record SET object_type = 'm' WHERE sequence = 3", 3),
        ("UPDATE audit_record SET object_key = 'm' WHERE sequence = 3", 3),
        ("UPDATE audit_record SET before = 'm' WHERE sequence = 3", 3),
        ("UPDATE audit_record SET after = 'm' WHERE sequence = 3", 3),
        ("UPDATE audit_record SET hash = previous_hash WHERE sequence = 1", 1),
        ("UPDATE audit_record SET previous_hash = hash WHERE sequence = 3", 3),
        ("UPDATE audit_record SET sequence = 99 WHERE sequence = 3", 3),
        ("DELETE FROM audit_record WHERE sequence = 3", 3),
        ("DELETE FROM audit_record WHERE sequence = 1", 1),
        ("DELETE FROM audit_record WHERE sequence >= 3", 3),
        ("DELETE FROM audit_record", 1),
        ("DELETE FROM audit_head", None),
        ("UPDATE audit_head SET sequence = sequence - 1", None),
        ("UPDATE audit_head SET hash = 'm'", None),
    ],
)
def test_tampering_shows_and_the_first_bad_record_is_named(
    workspace: Workspace, clerk: Actor, statement: str, first_bad: int | None
) -> None:
    workspace.write(clerk, change, count=3)
    count = workspace.read(verify_chain).count
    tamper(workspace, statement)

    result = workspace.read(verify_chain)

    assert not result.ok
    assert result.first_bad == (first_bad or count + 1)
    assert result.reason


def test_a_damaged_value_shows_and_stops_nothing(sqlite_workspace: Workspace) -> None:
    tamper(sqlite_workspace, "UPDATE audit_record SET after = x'ff00', at = 'x' WHERE sequence = 2")

    assert sqlite_workspace.read(verify_chain).first_bad == 2


@pytest.mark.postgres
def test_transactions_side_by_side_give_one_chain(
    postgres_url: str, clerk: Actor, checker: Actor
) -> None:
    workspace = Workspace.open(postgres_url)
    before = workspace.read(verify_chain).count

    def outer(tx: Tx) -> None:
        change(tx)
        workspace.write(checker, change, count=2)

    workspace.write(clerk, outer)

    assert workspace.read(verify_chain) == ChainResult(ok=True, count=before + 3)
    assert [row.actor for row in workspace.read(records, after=before)] == [
        "checker",
        "checker",
        "clerk",
    ]
    workspace.close()


def test_records_come_in_pages(workspace: Workspace, clerk: Actor) -> None:
    before = workspace.read(verify_chain).count
    workspace.write(clerk, change, count=5)

    def page(session: Session) -> list[int]:
        return [row.sequence for row in records(session, after=before + 1, limit=2)]

    assert workspace.read(page) == [before + 2, before + 3]


def test_canonical_json_is_always_the_same() -> None:
    day, at = date(2026, 3, 1), datetime(2026, 3, 1, 1, 2, 3, tzinfo=UTC)

    assert canonical(None) == ""
    assert canonical({"b": 1, "a": "电"}) == '{"a":"电","b":1}'
    assert canonical({"day": day, "at": at}) == (
        '{"at":"2026-03-01T01:02:03+00:00","day":"2026-03-01"}'
    )
    assert canonical({"x", "a"}) == '["a","x"]'
    assert canonical([Role.CLERK, True, None, (1, 2)]) == '["clerk",true,null,[1,2]]'


@pytest.mark.parametrize("value", [1.5, b"x", object(), {"x": 0.1}])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON.filter(lambda value: value is not None))
def test_canonical_json_loses_nothing(value: object) -> None:
    assert json.loads(canonical(value)) == value


@given(st.sampled_from(LINK.__slots__), st.text())
def test_the_hash_covers_every_field(name: str, other: str) -> None:
    fields = {field: getattr(LINK, field) for field in LINK.__slots__}
    changed = AuditLink(**{**fields, name: other})

    assert link_hash(changed, "p") != link_hash(LINK, "p") or fields[name] == other
    assert link_hash(LINK, "q") != link_hash(LINK, "p")


@given(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5), st.text(max_size=5))
def test_fields_cannot_run_into_each_other(a: str, b: str, c: str, d: str) -> None:
    fields = {field: getattr(LINK, field) for field in LINK.__slots__}
    one = AuditLink(**{**fields, "before": a, "after": b})
    two = AuditLink(**{**fields, "before": c, "after": d})

    assert (link_hash(one, "p") == link_hash(two, "p")) == ((a, b) == (c, d))
