"""The database itself keeps what is confirmed, and `verify` notices where it could not."""

from __future__ import annotations

import pytest
from sqlalchemy import exc

from app.db.workspace import Actor
from app.upkeep.verify import verify
from tests.arrivals.conftest import checked, clean, confirmed, raw, taken_back
from tests.books import Books

OTHERS = (
    "batch_id, batch_no, payee, account_no, batch_on, business_on, expected_fen, arrived_fen,"
    " difference_fen, digest, status, maker_id, maker_name, made_at, reason, version"
)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM arrival_confirmation",
        "DELETE FROM arrival_confirmation_line",
        "UPDATE arrival_confirmation_line SET amount_fen = 1",
        "UPDATE arrival_confirmation SET arrived_fen = 999, difference_fen = 1",
        "UPDATE arrival_confirmation SET number = 'DZ2026-000009'",
        "UPDATE arrival_confirmation SET maker_name = 'somebody'",
        "UPDATE arrival_confirmation SET status = 'checked'",
        "UPDATE arrival_confirmation SET status = 'unconfirmed'",
        "DELETE FROM match WHERE task = 'arrival'",
        "UPDATE match SET theirs_id = NULL WHERE task = 'arrival'",
        "DELETE FROM held_entry",
        "DELETE FROM clearing_batch",
        "UPDATE clearing_batch SET net_fen = 1",
        "DELETE FROM arrival",
        "UPDATE arrival SET amount_fen = 1",
        "DELETE FROM clearing_line",
        (
            f"INSERT INTO arrival_confirmation (number, {OTHERS})"
            f" SELECT 'DZ2026-000002', {OTHERS} FROM arrival_confirmation"
        ),
    ],
)
def test_the_database_itself_keeps_what_is_confirmed(books: Books, statement: str) -> None:
    clean(books, 1)
    confirmed(books, "QF1")

    with pytest.raises(exc.IntegrityError):
        raw(books, statement)()


@pytest.mark.parametrize(
    "statement",
    [
        (
            "UPDATE arrival_confirmation SET status = 'confirmed', checker_id = NULL,"
            " checker_name = NULL, checked_at = NULL"
        ),
        "UPDATE arrival_confirmation SET checker_id = (SELECT min(id) FROM app_user)",
    ],
)
def test_a_check_does_not_go_away(books: Books, checker: Actor, statement: str) -> None:
    clean(books, 1)
    confirmed(books, "QF1")
    checked(books, checker, "QF1")

    with pytest.raises(exc.IntegrityError):
        raw(books, statement)()


def test_what_was_taken_back_does_not_come_back(books: Books) -> None:
    clean(books, 1)
    confirmed(books, "QF1")
    taken_back(books, books.actor, "QF1")

    with pytest.raises(exc.IntegrityError):
        raw(
            books,
            "UPDATE arrival_confirmation SET status = 'confirmed', undone_at = NULL,"
            " undone_by = NULL, reason = ''",
        )()


@pytest.mark.parametrize(
    ("trigger", "damage"),
    [
        ("arrival_confirmation_update", "UPDATE arrival_confirmation SET number = 'DZ2026-000007'"),
        ("clearing_batch_update", "UPDATE clearing_batch SET net_fen = 1"),
        ("match_delete", "DELETE FROM match WHERE task = 'arrival'"),
        ("held_entry_delete", "DELETE FROM held_entry"),
        ("arrival_update", "UPDATE arrival SET amount_fen = 1"),
        ("arrival_confirmation_delete", "UPDATE counter SET value = 9 WHERE name LIKE 'arrival_%'"),
    ],
)
def test_damage_to_a_confirmation_is_noticed(books: Books, trigger: str, damage: str) -> None:
    clean(books, 1)
    confirmed(books, "QF1")
    table = trigger.rpartition("_")[0]
    on = f" ON {table}" if books.workspace.engine.dialect.name == "postgresql" else ""
    raw(books, f"DROP TRIGGER guard_{trigger}_confirmed{on}")()

    raw(books, damage)()

    found = {one.name: one.ok for one in books.workspace.read(verify).checks}
    assert not found["arrivals"]
