"""The register of prints; what was printed is never changed or deleted, only made void."""

# ruff: noqa: E501 - written by Alembic

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None

KEPT = "what was printed stays on record"
GAP = "numbers of papers and copies have no gaps"

FIXED = (
    *("id", "kind", "day", "serial", "number", "copy_no", "subject", "parameters", "format"),
    *("form", "code", "sha256", "pages", "content", "issued_by_id", "issued_by", "issued_at"),
)
"""Columns of a print that never change; only that it is void is added, once."""


def upgrade() -> None:
    op.create_table(
        "report_content",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_report_content")),
    )
    op.create_table(
        "report_issue",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("copy_no", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column(
            "issued_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.Column("voided_by", sa.String(length=64), nullable=False),
        sa.Column("voided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (void_reason = '') AND (voided_at IS NULL) = (voided_by = '')",
            name=op.f("ck_report_issue_void"),
        ),
        sa.CheckConstraint(
            "form = 'a4' OR form = '241x139.7' OR form = '241x93.1'",
            name=op.f("ck_report_issue_form"),
        ),
        sa.CheckConstraint(
            "format = 'pdf' OR format = 'xlsx' OR format = 'csv'",
            name=op.f("ck_report_issue_format"),
        ),
        sa.CheckConstraint(
            "kind = 'arrival' OR kind = 'receipt' OR kind = 'summary' OR kind = 'discrepancies' OR kind = 'statement' OR kind = 'voucher' OR kind = 'adjustment' OR kind = 'ageing' OR kind = 'day' OR kind = 'audit'",
            name=op.f("ck_report_issue_kind"),
        ),
        sa.CheckConstraint("copy_no >= 0", name=op.f("ck_report_issue_copy")),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_report_issue_serial")),
        sa.ForeignKeyConstraint(
            ["content"], ["report_content.sha256"], name=op.f("fk_report_issue_content")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["app_user.id"], name=op.f("fk_report_issue_issued_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_issue")),
        sa.UniqueConstraint("code", name=op.f("uq_report_issue_code")),
        sa.UniqueConstraint("number", "copy_no", name=op.f("uq_report_issue_number_copy_no")),
    )
    with op.batch_alter_table("report_issue", schema=None) as batch_op:
        batch_op.create_index("ix_report_issue_issued_at", ["issued_at"], unique=False)
        batch_op.create_index("ix_report_issue_subject", ["kind", "subject"], unique=False)
    for statement in _sqlite() if _is_sqlite() else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    if not _is_sqlite():
        for table, event, _refused, _message in _guards():
            op.execute(f'DROP TRIGGER guard_{table}_{event} ON "{table}"')
            op.execute(f"DROP FUNCTION guard_{table}_{event}()")
    with op.batch_alter_table("report_issue", schema=None) as batch_op:
        batch_op.drop_index("ix_report_issue_subject")
        batch_op.drop_index("ix_report_issue_issued_at")

    op.drop_table("report_issue")
    op.drop_table("report_content")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _guards() -> Iterator[tuple[str, str, str, str]]:
    """Each table, the event, the condition under which it is refused, and the message."""
    last = (
        "(SELECT coalesce(max(serial), 0) FROM report_issue"
        " WHERE kind = NEW.kind AND day = NEW.day AND copy_no = 0)"
    )
    copies = "(SELECT count(*) FROM report_issue WHERE number = NEW.number AND serial = NEW.serial)"
    first = f"NEW.copy_no = 0 AND NEW.serial <> {last} + 1"
    further = f"NEW.copy_no > 0 AND NEW.copy_no <> {copies}"
    yield "report_issue", "insert", f"({first}) OR ({further}) OR NEW.voided_at IS NOT NULL", GAP
    fixed = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in FIXED)
    yield "report_issue", "update", f"OLD.voided_at IS NOT NULL OR {fixed}", KEPT
    yield "report_issue", "delete", "1 = 1", KEPT
    yield "report_content", "update", "1 = 1", KEPT
    yield "report_content", "delete", "1 = 1", KEPT


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
