"""Triggers: the database's own last guard of what must never happen.

Each guard is written once for SQLite and once for PostgreSQL. A later step adds its tables to
the lists below until the first release, and afterwards in a migration of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_record",)
"""Tables of which no row is ever changed or deleted."""

REFUSED = "rows of this table are never changed or deleted"
PACKED = {
    "payment": ("id", "file_id", "channel", "type", "payment_no", "txn_no", "amount_fen",
                "fee_fen", "paid_at", "business_on", "status"),
    "channel_record": ("id", "file_id", "channel", "type", "payment_no", "txn_no", "amount_fen",
                       "fee_fen", "traded_at", "business_on", "status"),
}  # fmt: skip
"""Entries that are kept as columns too, and which: the copy goes when one of them changes."""

ROLES = "nobody is both administrator and auditor"
BACKWARDS = "the end of the audit log only moves forward"

OTHER_ROLE = """
    SELECT 1 FROM user_role held
    WHERE held.user_id = NEW.user_id
      AND ((held.role = 'administrator' AND NEW.role = 'auditor')
        OR (held.role = 'auditor' AND NEW.role = 'administrator'))
"""


def upgrade() -> None:
    statements = _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql()
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, _table in _triggers():
            op.execute(f"DROP TRIGGER {name}")
        return
    for name, table in _triggers():
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER guard_{table}_truncate ON {table}")
    for function in ("guard_refuse", "guard_roles", "guard_head", "unpack_row", "unpack_rows"):
        op.execute(f"DROP FUNCTION {function}()")


def _triggers() -> Iterator[tuple[str, str]]:
    for table in APPEND_ONLY:
        yield f"guard_{table}_update", table
        yield f"guard_{table}_delete", table
    yield "guard_user_role_insert", "user_role"
    yield "guard_user_role_update", "user_role"
    yield "guard_audit_head_update", "audit_head"
    yield "guard_audit_head_delete", "audit_head"
    for table in PACKED:
        yield f"unpack_{table}_update", table
        yield f"unpack_{table}_delete", table


def _sqlite() -> Iterator[str]:
    for table in APPEND_ONLY:
        for event in ("update", "delete"):
            yield (
                f"CREATE TRIGGER guard_{table}_{event} BEFORE {event.upper()} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            )
    for event in ("insert", "update"):
        yield (
            f"CREATE TRIGGER guard_user_role_{event} BEFORE {event.upper()} ON user_role"
            f" WHEN EXISTS ({OTHER_ROLE}) BEGIN SELECT RAISE(ABORT, '{ROLES}'); END"
        )
    yield (
        "CREATE TRIGGER guard_audit_head_update BEFORE UPDATE ON audit_head"
        " WHEN NEW.sequence <= OLD.sequence"
        f" BEGIN SELECT RAISE(ABORT, '{BACKWARDS}'); END"
    )
    yield (
        "CREATE TRIGGER guard_audit_head_delete BEFORE DELETE ON audit_head"
        f" BEGIN SELECT RAISE(ABORT, '{BACKWARDS}'); END"
    )
    for table, columns in PACKED.items():
        for event, of in (("update", f" OF {', '.join(columns)}"), ("delete", "")):
            yield (
                f"CREATE TRIGGER unpack_{table}_{event} AFTER {event.upper()}{of} ON {table}"  # noqa: S608
                " WHEN EXISTS (SELECT 1 FROM entry_columns WHERE file_id = OLD.file_id)"
                " BEGIN DELETE FROM entry_columns WHERE file_id = OLD.file_id; END"
            )


def _postgresql() -> Iterator[str]:
    yield _function("guard_refuse", f"RAISE EXCEPTION '{REFUSED}' USING ERRCODE = '23514';")
    yield _function(
        "guard_roles",
        f"IF EXISTS ({OTHER_ROLE}) THEN"
        f" RAISE EXCEPTION '{ROLES}' USING ERRCODE = '23514'; END IF; RETURN NEW;",
    )
    yield _function(
        "guard_head",
        "IF TG_OP = 'DELETE' OR NEW.sequence <= OLD.sequence THEN"
        f" RAISE EXCEPTION '{BACKWARDS}' USING ERRCODE = '23514'; END IF; RETURN NEW;",
    )
    for table in APPEND_ONLY:
        for event in ("update", "delete"):
            yield _trigger(f"guard_{table}_{event}", event, table, "guard_refuse")
        yield (
            f"CREATE TRIGGER guard_{table}_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION guard_refuse()"
        )
    for event in ("insert", "update"):
        yield _trigger(f"guard_user_role_{event}", event, "user_role", "guard_roles")
    for event in ("update", "delete"):
        yield _trigger(f"guard_audit_head_{event}", event, "audit_head", "guard_head")
    yield _function(
        "unpack_row", "DELETE FROM entry_columns WHERE file_id = OLD.file_id; RETURN NULL;"
    )
    yield _function(
        "unpack_rows",
        "DELETE FROM entry_columns WHERE file_id IN (SELECT file_id FROM gone); RETURN NULL;",
    )
    for table, columns in PACKED.items():
        changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
        yield (
            f"CREATE TRIGGER unpack_{table}_update AFTER UPDATE ON {table}"
            f" FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION unpack_row()"
        )
        yield (
            f"CREATE TRIGGER unpack_{table}_delete AFTER DELETE ON {table}"
            " REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION unpack_rows()"
        )


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _trigger(name: str, event: str, table: str, function: str) -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}()"
    )
