"""The database's history: up, down, up again, and no difference to the source."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from app.db.engine import WRITES, open_engine
from app.db.errors import NewerSchema
from app.db.migrate import configuration, downgrade, render_item, upgrade
from app.db.schema import migrations_folder, revisions, schema_revision
from app.upkeep.guards import GUARDS
from app.upkeep.registry import all_tables


def tables(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def triggers(engine: Engine) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with engine.connect() as connection:
        return set(connection.execute(text(query)).scalars())


def test_up_down_and_up_again(empty_url: str) -> None:
    engine = open_engine(empty_url)
    head = revisions()[-1]

    assert upgrade(engine) == head
    first = tables(engine), triggers(engine)
    downgrade(engine)
    assert tables(engine) == set()
    assert triggers(engine) == set()
    assert upgrade(engine) == head

    assert (tables(engine), triggers(engine)) == first
    assert upgrade(engine) == head
    engine.dispose()


def test_step_by_step_gives_the_same(empty_url: str) -> None:
    engine = open_engine(empty_url)
    for revision in revisions():
        assert upgrade(engine, revision) == revision
    for revision in reversed(["base", *revisions()[:-1]]):
        downgrade(engine, revision)
        with engine.connect() as connection:
            assert (schema_revision(connection) or "base") == revision
    engine.dispose()


def test_source_and_database_do_not_differ(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, all_tables())
    engine.dispose()

    assert differences == []


def test_every_guard_is_there(database_url: str) -> None:
    engine = open_engine(database_url)
    found = {name for name in triggers(engine) if not name.endswith("_truncate")}
    engine.dispose()

    assert found == GUARDS


def test_there_is_one_head_and_files_are_named_by_revision(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(configuration(connection))
    engine.dispose()

    assert scripts.get_heads() == [revisions()[-1]]
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")


def test_migrations_never_import_the_program() -> None:
    for script in (migrations_folder() / "versions").glob("*.py"):
        text_ = script.read_text(encoding="utf-8")
        assert "import app" not in text_
        assert "from app" not in text_


def test_a_migration_that_fails_leaves_nothing(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(sqlite_url)
    before = tables(engine), triggers(engine)

    def fail(_connection: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("app.db.migrate._require_sound", fail)
    with pytest.raises(RuntimeError):
        downgrade(engine)

    assert (tables(engine), triggers(engine)) == before
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_a_broken_reference_stops_a_migration(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    downgrade(engine, revisions()[0])
    with engine.execution_options(**WRITES).connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        connection.execute(text("UPDATE user_role SET user_id = 999 WHERE role = 'clerk'"))
        connection.commit()
    engine.dispose()
    with pytest.raises(Exception, match="damaged"):
        upgrade(engine)

    with engine.connect() as connection:
        assert schema_revision(connection) == revisions()[0]
    engine.dispose()


def test_a_newer_database_is_left_alone(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.execution_options(**WRITES).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchema):
        upgrade(engine)
    engine.dispose()


def test_our_column_types_are_written_as_what_is_stored() -> None:
    table = all_tables().tables["closed_day"]

    assert render_item("type", table.c.business_on.type, None) == "sa.Integer()"  # type: ignore[arg-type]
    assert render_item("type", table.c.closed_by.type, None) is False  # type: ignore[arg-type]
