"""Triggers: a confirmed arrival stays as it was confirmed, and so does what it stands on."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

HISTORY = "a confirmation is never deleted, and only its status moves on"
CONFIRMED = "a confirmed arrival stays as it was confirmed"
CLOSED = "nothing dated in a closed day changes"

FIXED = (
    *("id", "number", "batch_id", "batch_no", "payee", "account_no", "batch_on", "business_on"),
    *("expected_fen", "arrived_fen", "difference_fen", "digest"),
    *("maker_id", "maker_name", "made_at"),
)
"""Columns of a confirmation that never change."""

IN_CLOSED_DAY = """
    SELECT 1 FROM closed_day closed WHERE closed.business_on = {row}.business_on
"""
HELD = """
    SELECT 1 FROM held_entry held
    WHERE held.held_by = 'confirmation' AND held.entry_id IN ({ids})
"""
OF_LIVE = """
    SELECT 1 FROM arrival_confirmation live
    WHERE live.status <> 'unconfirmed' AND live.batch_id = OLD.entry_id
    UNION ALL
    SELECT 1 FROM arrival_confirmation_line line
    JOIN arrival_confirmation live ON live.id = line.confirmation_id
    WHERE live.status <> 'unconfirmed' AND line.arrival_id = OLD.entry_id
"""


def upgrade() -> None:
    statements = _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql()
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, event, _refused, _message in _guards():
        on = "" if sqlite else f' ON "{table}"'
        op.execute(f"DROP TRIGGER {_name(table, event)}{on}")
        if not sqlite:
            op.execute(f"DROP FUNCTION {_name(table, event)}()")


def _guards() -> Iterator[tuple[str, str, str, str]]:
    """Each table, the event, the condition under which it is refused, and the message."""
    fixed = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in FIXED)
    back = (
        "OLD.status = 'unconfirmed'"
        " OR (OLD.status = 'checked' AND NEW.status = 'confirmed')"
        " OR (OLD.checker_id IS NOT NULL"
        " AND (NEW.checker_id IS NULL OR NEW.checker_id <> OLD.checker_id))"
    )
    old_closed, new_closed = IN_CLOSED_DAY.format(row="OLD"), IN_CLOSED_DAY.format(row="NEW")
    yield "arrival_confirmation", "insert", f"EXISTS ({new_closed})", CLOSED
    refused = f"{fixed} OR {back} OR EXISTS ({old_closed})"
    yield "arrival_confirmation", "update", refused, HISTORY
    yield "arrival_confirmation", "delete", "1 = 1", HISTORY
    yield "arrival_confirmation_line", "update", "1 = 1", HISTORY
    yield "arrival_confirmation_line", "delete", "1 = 1", HISTORY
    pair = HELD.format(ids="OLD.ours_id, OLD.theirs_id")
    own = HELD.format(ids="OLD.id")
    for event in ("update", "delete"):
        yield "match", event, f"OLD.task = 'arrival' AND EXISTS ({pair})", CONFIRMED
        for table in ("clearing_batch", "clearing_line", "arrival"):
            yield table, event, f"EXISTS ({own})", CONFIRMED
    refused = f"OLD.held_by = 'confirmation' AND EXISTS ({OF_LIVE})"
    yield "held_entry", "update", refused, CONFIRMED
    yield "held_entry", "delete", refused, CONFIRMED


def _name(table: str, event: str) -> str:
    # 0003 has triggers on some of these tables.
    return f"guard_{table}_{event}_confirmed"


def _sqlite() -> Iterator[str]:
    for table, event, refused, message in _guards():
        yield (
            f'CREATE TRIGGER {_name(table, event)} BEFORE {event.upper()} ON "{table}"'
            f" WHEN {refused} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def _postgresql() -> Iterator[str]:
    for table, event, refused, message in _guards():
        returned = "OLD" if event == "delete" else "NEW"
        yield (
            f"CREATE FUNCTION {_name(table, event)}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {refused} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23514'; END IF;"
            f" RETURN {returned}; END $$"
        )
        yield (
            f'CREATE TRIGGER {_name(table, event)} BEFORE {event.upper()} ON "{table}"'
            f" FOR EACH ROW EXECUTE FUNCTION {_name(table, event)}()"
        )
