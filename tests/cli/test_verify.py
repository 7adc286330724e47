"""`verify` ends with 5 and names the check when something was changed behind the program's back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Shell

ONE_MORE = "difference_fen = difference_fen + 1, ours_fen = ours_fen + 1"
BROKEN = [
    ("audit_chain", "audit_record", "UPDATE audit_record SET actor = 'nobody' WHERE sequence = 2"),
    ("audit_chain", "audit_record", "DELETE FROM audit_record WHERE sequence = 3"),
    ("foreign_keys", "payment", "UPDATE payment SET file_id = 9999 WHERE id = 1"),
    ("", "payment", "UPDATE payment SET amount_fen = amount_fen + 1 WHERE id = 1"),
    ("", "payment", "DELETE FROM payment WHERE id = (SELECT min(id) FROM payment)"),
    ("", "bill_line", "UPDATE bill_line SET amount_fen = amount_fen - 1"),
    ("", "source_chunk", "UPDATE source_chunk SET data = x'00' WHERE file_id = 3"),
    ("", "source_chunk", "DELETE FROM source_chunk WHERE file_id = 3"),
    ("", "match", "DELETE FROM match WHERE id = (SELECT min(id) FROM match)"),
    ("", "match", "UPDATE match SET theirs_id = 1 WHERE id = (SELECT min(id) FROM match)"),
    ("", "discrepancy", f"UPDATE discrepancy SET {ONE_MORE} WHERE kind = 'missing_theirs'"),
    ("", "discrepancy", "DELETE FROM discrepancy WHERE kind = 'missing_theirs'"),
    ("guards", "", "DROP TRIGGER guard_audit_record_delete"),
]


@pytest.mark.parametrize(("check", "table", "statement"), BROKEN)
def test_a_change_behind_its_back_is_found(
    day: Shell, check: str, table: str, statement: str
) -> None:
    tamper(Path(day.url.removeprefix("sqlite:///")), table, statement)

    document = day.json("verify", user="auditor", code=5)

    failed = {one["name"] for one in document["checks"] if not one["ok"]}
    assert document["ok"] is False
    assert failed
    assert not check or check in failed


def test_people_see_which_check_failed(day: Shell) -> None:
    tamper(Path(day.url.removeprefix("sqlite:///")), *BROKEN[0][1:])

    ended = day("verify")

    assert ended.code == 5
    assert [line for line in ended.out.splitlines() if line.startswith("✗") and "audit" in line]


def test_a_damaged_file_is_said_in_words(day: Shell) -> None:
    path = Path(day.url.removeprefix("sqlite:///"))
    content = bytearray(path.read_bytes())
    content[4096 * 20 : 4096 * 60] = b"\xff" * (4096 * 40)
    path.write_bytes(bytes(content))

    ended = day("verify")

    assert ended.code in {4, 5}
    assert ended.out or ended.err


def tamper(path: Path, table: str, statement: str) -> None:
    """Change the database as somebody with access to the file can; guards are put back."""
    with sqlite3.connect(path) as connection:
        guards = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        ).fetchall()
        for name, _sql in guards:
            connection.execute(f'DROP TRIGGER "{name}"')
        changed = connection.execute(statement).rowcount
        for _name, sql in guards:
            connection.execute(sql)
        assert changed
    connection.close()
