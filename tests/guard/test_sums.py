"""The sums that `verify` holds a database against, each of them broken on purpose; the guards."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app.db.engine import WRITES, open_engine
from app.db.workspace import Workspace
from app.upkeep.verify import verify
from tests.guard import desk
from tests.guard.world import DAYS, day_of, write_world

SABOTAGE = [
    ("files", "UPDATE payment SET amount_fen = amount_fen + 1 WHERE id = (SELECT {payment})"),
    ("files", "DELETE FROM arrival WHERE id = (SELECT min(id) FROM arrival)"),
    ("files", "UPDATE source_file SET digest_fen = digest_fen + 1 WHERE id = 3"),
    ("files", "UPDATE source_file SET status = 'undone' WHERE id = 3"),
    ("files", "UPDATE source_file SET first_id = first_id + 1 WHERE id = 3"),
    ("stored_bytes", "UPDATE source_chunk SET data = substr(data, 1, 9) WHERE file_id = 3"),
    ("stored_bytes", "DELETE FROM source_chunk WHERE file_id = 3"),
    ("stored_bytes", "UPDATE source_file SET sha256 = 'x' WHERE id = 3"),
    ("columns", "UPDATE entry_columns SET data = substr(data, 1, 9)"),
    ("columns", "UPDATE entry_columns SET first_id = first_id + 1"),
    ("matches", "UPDATE match SET ours_id = 99999 WHERE id = (SELECT {match})"),
    ("matches", "UPDATE match SET theirs_id = 99999 WHERE id = (SELECT {match})"),
    ("matches", "INSERT INTO hand_match VALUES (99999, 'channel', '', 20260303, 0, '', '', 0)"),
    ("match_sums", "UPDATE payment SET amount_fen = 1 WHERE id = (SELECT {payment})"),
    ("run_sums", "DELETE FROM match WHERE id = (SELECT {match})"),
    (
        "run_sums",
        "UPDATE run SET totals = replace(totals, '\"matched_fen\": ', '\"matched_fen\": 1')",
    ),
    ("placed", "DELETE FROM match WHERE id = (SELECT {match})"),
    ("placed", "DELETE FROM discrepancy WHERE id = (SELECT {open})"),
    (
        "placed",
        "UPDATE discrepancy SET ours_id = (SELECT {payment}) WHERE id = (SELECT {open})",
    ),
    ("discrepancies", "UPDATE discrepancy SET ours_id = 99999 WHERE id = (SELECT {open})"),
    (
        "clearing",
        "UPDATE run SET totals = replace(totals, '\"nets_fen\": ', '\"nets_fen\": 1')",
    ),
]
"""Which check has to notice which damage."""

PLACES = {
    "match": "min(id) FROM match WHERE task = 'channel'",
    "payment": "min(ours_id) FROM match WHERE task = 'channel'",
    "open": "min(id) FROM discrepancy WHERE task = 'channel' AND kind = 'missing_theirs'",
}


@pytest.fixture(scope="module")
def reconciled(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """Return a database with four days of files, all reconciled."""
    folder = tmp_path_factory.mktemp("reconciled")
    database = folder / "reconciled.db"
    shutil.copy(sqlite_template, database)
    master, papers = write_world(folder, 3)
    workspace = Workspace.open(f"sqlite:///{database}")
    clerk = desk.actor(workspace, "clerk")
    faulty = [paper.path for paper in papers if paper.version == "faulty"]
    for path in (*master, *faulty):
        assert desk.load(workspace, clerk, path).file_id is not None
    for day in range(DAYS):
        desk.run(workspace, clerk, day_of(day))
    workspace.read(desk.sums_hold)
    workspace.read(lambda session: session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).all())
    workspace.close()
    return database


@pytest.fixture
def engine(reconciled: Path, tmp_path: Path) -> Iterator[Engine]:
    """Return a copy of it."""
    shutil.copy(reconciled, tmp_path / "copy.db")
    opened = open_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    yield opened
    opened.dispose()


def do(engine: Engine, *statements: str) -> None:
    with engine.execution_options(**WRITES).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize(("check", "damage"), SABOTAGE)
def test_every_check_sees_its_damage(engine: Engine, check: str, damage: str) -> None:
    unguarded = [
        f"DROP TRIGGER guard_source_{table}_{event}"
        for table, event in (("chunk", "update"), ("chunk", "delete"))
    ]
    do(engine, *unguarded, damage.format(**PLACES))

    workspace = Workspace(engine)
    failed = {one.name for one in workspace.read(verify).checks if not one.ok}

    assert check in failed


CLOSED = [
    "UPDATE payment SET amount_fen = 1 WHERE business_on = 20260302",
    "UPDATE payment SET business_on = 20260302 WHERE business_on = 20260304",
    "DELETE FROM payment WHERE business_on = 20260302",
    "UPDATE channel_record SET fee_fen = 1 WHERE business_on = 20260302",
    "DELETE FROM channel_record WHERE business_on = 20260302",
    "UPDATE bill_line SET household = '' WHERE business_on = 20260302",
    "DELETE FROM bill_line WHERE business_on = 20260302",
    "UPDATE writeoff SET household = '' WHERE business_on = 20260302",
    "DELETE FROM writeoff WHERE business_on = 20260302",
    "UPDATE clearing_batch SET net_fen = 1 WHERE business_on = 20260302",
    "DELETE FROM clearing_batch WHERE business_on = 20260302",
    "UPDATE clearing_line SET net_fen = 1 WHERE batch_no IN ('B0P1', 'B0P2')",
    "DELETE FROM clearing_line WHERE batch_no IN ('B0P1', 'B0P2')",
    "UPDATE touched_day SET change_no = 99 WHERE business_on = 20260302",
    "UPDATE run SET totals = '{}' WHERE business_on = 20260302",
    "DELETE FROM match WHERE run_id IN (SELECT id FROM run WHERE business_on = 20260302)",
    "UPDATE match SET id = -id WHERE run_id = (SELECT min(run_id) FROM match)",
]
KEPT = [
    "DELETE FROM source_chunk WHERE file_id = 3",
    "UPDATE source_chunk SET raw_size = 1 WHERE file_id = 3",
    "DELETE FROM source_file WHERE id = 3",
    "INSERT INTO match VALUES (99999, 99999, 'channel', 1, 'txn_no', NULL, NULL)",
    "INSERT INTO match VALUES (99999, 99999, 'channel', NULL, 'txn_no', 99999, 99999)",
    "UPDATE source_file SET accepted = accepted + 1 WHERE id = 3",
    "UPDATE discrepancy SET difference_fen = 1 WHERE kind = 'missing_theirs'",
    "UPDATE discrepancy SET ours_id = NULL WHERE kind = 'missing_theirs'",
]


@pytest.mark.parametrize("statement", CLOSED)
def test_the_database_itself_guards_closed_days(engine: Engine, statement: str) -> None:
    do(engine, "INSERT INTO closed_day VALUES (20260302, 0, 'supervisor')")

    with pytest.raises(DBAPIError, match="closed day"):
        do(engine, statement)

    do(engine, "DELETE FROM closed_day")
    with suppress(DBAPIError):  # a reference may still hold it; the closed day does not
        do(engine, statement)


@pytest.mark.parametrize("statement", KEPT)
def test_the_database_itself_keeps_what_must_hold(engine: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError):
        do(engine, statement)


def test_to_wait_for_the_next_run_is_no_failure(engine: Engine) -> None:
    do(engine, "UPDATE run SET change_no = -1 WHERE business_on = 20260303")

    found = Workspace(engine).read(verify)

    assert found.ok
    assert "20260303" in next(one.detail for one in found.checks if one.name == "up_to_date")
