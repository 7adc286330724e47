"""Statements of bank reconciliation, frozen with their items; only their state goes on."""

# ruff: noqa: E501 - written by Alembic

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FROZEN = "a submitted statement does not change"
UNAPPROVED = "a statement is approved by another person who saw it"

FIXED = (
    *("id", "number", "account_no", "payee", "day", "book_fen", "bank_fen", "adjusted_book_fen"),
    *("adjusted_bank_fen", "opening_known", "digest", "maker_id", "maker_name", "made_at"),
)
"""Columns that never change; the state goes on, and who checked it is added."""


def upgrade() -> None:
    op.create_table(
        "reconciliation_statement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("account_no", sa.Text(), nullable=False),
        sa.Column("payee", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("book_fen", sa.BigInteger(), nullable=False),
        sa.Column("bank_fen", sa.BigInteger(), nullable=False),
        sa.Column("adjusted_book_fen", sa.BigInteger(), nullable=False),
        sa.Column("adjusted_bank_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "opening_known",
            sa.Boolean(create_constraint=True, name="opening_known"),
            nullable=False,
        ),
        sa.Column("stated_on", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("maker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("maker_name", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "checker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("checker_name", sa.String(length=64), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'approved' OR state = 'replaced') = (checker_id IS NOT NULL)",
            name=op.f("ck_reconciliation_statement_checked"),
        ),
        sa.CheckConstraint(
            "state = 'submitted' OR state = 'approved' OR state = 'returned' OR state = 'withdrawn' OR state = 'replaced'",
            name=op.f("ck_reconciliation_statement_state"),
        ),
        sa.CheckConstraint(
            "adjusted_book_fen = adjusted_bank_fen",
            name=op.f("ck_reconciliation_statement_balances"),
        ),
        sa.CheckConstraint(
            "checker_id <> maker_id", name=op.f("ck_reconciliation_statement_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["checker_id"], ["app_user.id"], name=op.f("fk_reconciliation_statement_checker_id")
        ),
        sa.ForeignKeyConstraint(
            ["maker_id"], ["app_user.id"], name=op.f("fk_reconciliation_statement_maker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_statement")),
        sa.UniqueConstraint("number", name=op.f("uq_reconciliation_statement_number")),
    )
    with op.batch_alter_table("reconciliation_statement", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reconciliation_statement_approved",
            ["account_no", "day"],
            unique=True,
            sqlite_where=sa.text("state = 'approved'"),
            postgresql_where=sa.text("state = 'approved'"),
        )
        batch_op.create_index(
            "ix_reconciliation_statement_submitted",
            ["account_no", "day"],
            unique=True,
            sqlite_where=sa.text("state = 'submitted'"),
            postgresql_where=sa.text("state = 'submitted'"),
        )

    op.create_table(
        "reconciliation_item",
        sa.Column("statement_no", sa.String(length=32), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_group", sa.String(length=32), nullable=False),
        sa.Column("dated_on", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("age_days", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "item_group = 'bank_received' OR item_group = 'bank_paid' OR item_group = 'book_received' OR item_group = 'book_paid'",
            name=op.f("ck_reconciliation_item_item_group"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_reconciliation_item_amount")),
        sa.ForeignKeyConstraint(
            ["statement_no"],
            ["reconciliation_statement.number"],
            name=op.f("fk_reconciliation_item_statement_no"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("statement_no", "line_no", name=op.f("pk_reconciliation_item")),
    )
    for statement in _sqlite() if _is_sqlite() else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    if not _is_sqlite():
        for table, event, _refused, _message in _guards():
            op.execute(f'DROP TRIGGER guard_{table}_{event} ON "{table}"')
            op.execute(f"DROP FUNCTION guard_{table}_{event}()")
    op.drop_table("reconciliation_item")
    with op.batch_alter_table("reconciliation_statement", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_reconciliation_statement_submitted",
            sqlite_where=sa.text("state = 'submitted'"),
            postgresql_where=sa.text("state = 'submitted'"),
        )
        batch_op.drop_index(
            "ix_reconciliation_statement_approved",
            sqlite_where=sa.text("state = 'approved'"),
            postgresql_where=sa.text("state = 'approved'"),
        )

    op.drop_table("reconciliation_statement")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _guards() -> Iterator[tuple[str, str, str, str]]:
    """Each table, the event, the condition under which it is refused, and the message."""
    table, item = "reconciliation_statement", "reconciliation_item"
    yield table, "insert", "NEW.state <> 'submitted' OR NEW.checker_id IS NOT NULL", UNAPPROVED
    fixed = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in FIXED)
    stated = "coalesce(OLD.stated_on, 0) <> coalesce(NEW.stated_on, 0)"
    ended = (
        "OLD.state NOT IN ('submitted', 'approved')"
        " OR (OLD.state = 'approved' AND (NEW.state <> 'replaced' OR OLD.checker_id <> NEW.checker_id))"
        " OR (OLD.state = 'submitted' AND NEW.state = 'replaced')"
    )
    agreed = (
        "EXISTS (SELECT 1 FROM approval_request r WHERE r.object_type = 'reconciliation_statement'"
        " AND r.object_key = NEW.number AND r.action = 'approve_statement'"
        " AND r.state = 'approved' AND r.digest = NEW.digest AND r.maker_id = NEW.maker_id)"
    )
    unapproved = f"(NEW.state = 'approved' AND NOT {agreed})"
    yield table, "update", f"{fixed} OR {stated} OR {ended} OR {unapproved}", FROZEN
    yield table, "delete", "1 = 1", FROZEN
    known = "EXISTS (SELECT 1 FROM reconciliation_statement s WHERE s.number = NEW.statement_no)"
    yield item, "insert", known, FROZEN
    yield item, "update", "1 = 1", FROZEN
    yield item, "delete", "1 = 1", FROZEN


def _sqlite() -> Iterator[str]:
    for table, event, refused, message in _guards():
        yield (
            f'CREATE TRIGGER guard_{table}_{event} BEFORE {event.upper()} ON "{table}"'
            f" WHEN {refused} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def _postgresql() -> Iterator[str]:
    for table, event, refused, message in _guards():
        name, returned = f"guard_{table}_{event}", "OLD" if event == "delete" else "NEW"
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {refused} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23514'; END IF;"
            f" RETURN {returned}; END $$"
        )
        yield (
            f'CREATE TRIGGER {name} BEFORE {event.upper()} ON "{table}"'
            f" FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
