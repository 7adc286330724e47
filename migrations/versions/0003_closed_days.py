"""Triggers: nothing dated in a closed day changes, and what came in stays as it came.

A trigger for each inserted entry would cost a third of an import on SQLite. Entries come in
only with their days noted in `touched_day`, in the same transaction, and that is guarded.
"""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CLOSED = "nothing dated in a closed day changes"
KEPT = "what came in stays as it came"

DAYS = {
    "payment": ("business_on", "moved_on"),
    "channel_record": ("business_on",),
    "bill_line": ("business_on",),
    "writeoff": ("business_on",),
    "clearing_batch": ("business_on",),
    "arrival": ("booked_on",),
}
"""Entries and the days that they are dated in; clearing lines have the day of their batch."""

OF_BATCH = """
    SELECT 1 FROM clearing_batch batch
    JOIN closed_day closed ON closed.business_on = batch.business_on
    WHERE batch.batch_no = {row}.batch_no
"""
OF_RUN = """
    SELECT 1 FROM run made
    JOIN closed_day closed ON closed.business_on = made.business_on
    WHERE made.id = {row}.run_id
"""
ANY_DAY = "SELECT 1 FROM closed_day"
OF_DAYS = "SELECT 1 FROM closed_day closed WHERE closed.business_on IN ({days})"

FIGURES = "task, scope, business_on, as_of, totals"
"""What a run found; a later decision of a person may still make it out of date."""


def upgrade() -> None:
    statements = _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql()
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, event, _refused, _message in _guards():
        on = "" if sqlite else f' ON "{table}"'
        op.execute(f"DROP TRIGGER guard_{table}_{event}{on}")
        if not sqlite:
            op.execute(f"DROP FUNCTION guard_{table}_{event}()")
    if not sqlite:
        for table in _emptied():
            op.execute(f'DROP TRIGGER guard_{table}_truncate ON "{table}"')
        op.execute("DROP FUNCTION guard_closed_truncate()")


def _guards() -> Iterator[tuple[str, str, str, str]]:
    """Each table, the event, the condition under which it is refused, and the message."""
    for table, days in DAYS.items():
        old = OF_DAYS.format(days=", ".join(f"OLD.{day}" for day in days))
        both = ", ".join(f"{row}.{day}" for row in ("OLD", "NEW") for day in days)
        yield table, "update", f"EXISTS ({OF_DAYS.format(days=both)})", CLOSED
        yield table, "delete", f"EXISTS ({old})", CLOSED
    of_old, of_new = OF_BATCH.format(row="OLD"), OF_BATCH.format(row="NEW")
    yield "clearing_line", "update", f"EXISTS ({of_old}) OR EXISTS ({of_new})", CLOSED
    yield "clearing_line", "delete", f"EXISTS ({of_old})", CLOSED
    of_new = OF_DAYS.format(days="NEW.business_on")
    yield "touched_day", "insert", f"EXISTS ({of_new})", CLOSED
    yield "touched_day", "update", f"EXISTS ({of_new})", CLOSED
    of_old = OF_DAYS.format(days="OLD.business_on")
    yield "run", "update", f"EXISTS ({of_old})", CLOSED
    yield "run", "delete", f"EXISTS ({of_old})", CLOSED
    yield "match", "update", f"EXISTS ({OF_RUN.format(row='OLD')})", CLOSED
    yield "match", "delete", f"EXISTS ({OF_RUN.format(row='OLD')})", CLOSED
    yield "source_chunk", "update", "1 = 1", KEPT
    yield "source_chunk", "delete", "1 = 1", KEPT
    yield "source_file", "delete", "1 = 1", KEPT


def _emptied() -> tuple[str, ...]:
    """Tables that must not be emptied at once while a day is closed."""
    return (*DAYS, "clearing_line", "run", "match")


def _event(table: str, event: str) -> str:
    return f"UPDATE OF {FIGURES}" if (table, event) == ("run", "update") else event.upper()


def _sqlite() -> Iterator[str]:
    for table, event, refused, message in _guards():
        yield (
            f'CREATE TRIGGER guard_{table}_{event} BEFORE {_event(table, event)} ON "{table}"'
            f" WHEN {refused} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def _postgresql() -> Iterator[str]:
    for table, event, refused, message in _guards():
        returned = "OLD" if event == "delete" else "NEW"
        yield _function(
            f"guard_{table}_{event}",
            f"IF {refused} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23514'; END IF;"
            f" RETURN {returned};",
        )
        yield (
            f'CREATE TRIGGER guard_{table}_{event} BEFORE {_event(table, event)} ON "{table}"'
            f" FOR EACH ROW EXECUTE FUNCTION guard_{table}_{event}()"
        )
    yield _function(
        "guard_closed_truncate",
        f"IF EXISTS ({ANY_DAY}) THEN"
        f" RAISE EXCEPTION '{CLOSED}' USING ERRCODE = '23514'; END IF; RETURN NULL;",
    )
    for table in _emptied():
        yield (
            f'CREATE TRIGGER guard_{table}_truncate BEFORE TRUNCATE ON "{table}"'
            " FOR EACH STATEMENT EXECUTE FUNCTION guard_closed_truncate()"
        )


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
