"""Settings of the engines."""

from __future__ import annotations

import importlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from app.calendar.model import ClosedDay
from app.db.engine import journal_pragmas, open_engine, sqlite_module
from app.db.types import DayType, MomentType
from app.db.workspace import Actor, Tx, Workspace


def value(engine: Engine, pragma: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()


@pytest.mark.parametrize(
    ("pragma", "wanted"),
    [
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
        ("recursive_triggers", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
    ],
)
def test_sqlite_is_opened_safely(sqlite_url: str, pragma: str, wanted: object) -> None:
    engine = open_engine(sqlite_url)

    assert value(engine, pragma) == wanted
    engine.dispose()


def test_the_journal_fits_the_version_of_sqlite(sqlite_url: str) -> None:
    assert journal_pragmas((3, 51, 3)) == ("journal_mode=WAL", "synchronous=FULL")
    assert journal_pragmas((3, 51, 2)) == ("journal_mode=TRUNCATE", "synchronous=EXTRA")
    engine = open_engine(sqlite_url)
    new = sqlite_module().sqlite_version_info >= (3, 51, 3)

    assert value(engine, "journal_mode") == ("wal" if new else "truncate")
    assert value(engine, "synchronous") == (2 if new else 3)
    engine.dispose()


def test_without_sqlcipher_the_stock_module_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> Any:
        if name.startswith("sqlcipher3"):
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)

    assert sqlite_module().__name__ == "sqlite3.dbapi2"


def test_the_stock_module_works_too(
    sqlite_url: str, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock = importlib.import_module("sqlite3.dbapi2")
    monkeypatch.setattr("app.db.engine.sqlite_module", lambda: stock)
    engine = open_engine(sqlite_url)
    workspace = Workspace(engine)

    assert value(engine, "journal_mode") == "truncate"
    assert workspace.write(clerk, lambda tx: tx.command).value.endswith("<lambda>")
    workspace.close()


@pytest.mark.postgres
def test_postgresql_is_opened_with_psycopg(postgres_url: str) -> None:
    for url in (postgres_url, postgres_url.replace("postgresql:", "postgresql+psycopg:")):
        engine = open_engine(url)
        assert engine.driver == "psycopg"
        engine.dispose()


def test_days_and_moments_are_stored_as_numbers(workspace: Workspace, clerk: Actor) -> None:
    at = datetime(2026, 3, 1, 1, 2, 3, tzinfo=UTC)

    def store(tx: Tx) -> None:
        tx.session.add(ClosedDay(business_on=date(2026, 3, 1), closed_at=at, closed_by="li"))

    def load(session: Session) -> tuple[object, object]:
        raw = session.execute(text("SELECT business_on, closed_at FROM closed_day")).one()
        row = session.get(ClosedDay, date(2026, 3, 1))
        assert row is not None
        assert row.closed_at == at
        return tuple(raw)

    workspace.write(clerk, store)

    assert workspace.read(load) == (20260301, int(at.timestamp()))


@pytest.mark.parametrize(
    "wrong",
    [
        ClosedDay(business_on=date(2026, 3, 1), closed_at=datetime(2026, 3, 1), closed_by="x"),  # noqa: DTZ001
        ClosedDay(
            business_on=datetime(2026, 3, 1, tzinfo=UTC),
            closed_at=datetime(2026, 3, 1, tzinfo=UTC),
            closed_by="x",
        ),
    ],
)
def test_naive_moments_and_moments_as_days_are_refused(
    sqlite_workspace: Workspace, clerk: Actor, wrong: ClosedDay
) -> None:
    with pytest.raises(StatementError):
        sqlite_workspace.write(clerk, lambda tx: tx.session.add(wrong))


def test_nothing_is_stored_as_nothing(sqlite_workspace: Workspace) -> None:
    dialect = sqlite_workspace.engine.dialect
    for kind in (MomentType(), DayType()):
        assert kind.process_bind_param(None, dialect) is None
        assert kind.process_result_value(None, dialect) is None
