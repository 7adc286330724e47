"""Approval, adjustments, vouchers, suspense, closings and anchors."""

# ruff: noqa: E501, PLR0915 - written by Alembic

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_anchor",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("totals_hash", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_anchor")),
    )
    op.create_table(
        "day_close",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.Column("reopened_by", sa.String(length=64), nullable=False),
        sa.Column("agreed_by", sa.String(length=64), nullable=False),
        sa.Column("reopened_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'reopened') = (reopened_at IS NOT NULL)", name=op.f("ck_day_close_reopened")
        ),
        sa.CheckConstraint(
            "reopened_by <> agreed_by OR reopened_by = ''", name=op.f("ck_day_close_two_people")
        ),
        sa.CheckConstraint(
            "state = 'closed' OR state = 'reopened'", name=op.f("ck_day_close_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_close")),
        sa.UniqueConstraint("hash", name=op.f("uq_day_close_hash")),
    )
    with op.batch_alter_table("day_close", schema=None) as batch_op:
        batch_op.create_index(
            "ix_day_close_closed",
            ["business_on"],
            unique=True,
            sqlite_where=sa.text("state = 'closed'"),
            postgresql_where=sa.text("state = 'closed'"),
        )

    op.create_table(
        "day_waiver",
        sa.Column("business_on", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file_kind", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("business_on", "file_kind", "scope", name=op.f("pk_day_waiver")),
    )
    op.create_table(
        "reason_code",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(create_constraint=True, name="active"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_reason_code")),
    )
    op.create_table(
        "voucher",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("payee", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column(
            "reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column("maker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("maker_name", sa.String(length=64), nullable=False),
        sa.Column(
            "checker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("checker_name", sa.String(length=64), nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f("ck_voucher_reversal")
        ),
        sa.CheckConstraint(
            "kind <> 'adjustment' OR checker_id IS NOT NULL", name=op.f("ck_voucher_checked")
        ),
        sa.CheckConstraint(
            "kind = 'collections' OR kind = 'writeoffs' OR kind = 'arrivals' OR kind = 'residues' OR kind = 'adjustment' OR kind = 'reversal'",
            name=op.f("ck_voucher_kind"),
        ),
        sa.CheckConstraint("checker_id <> maker_id", name=op.f("ck_voucher_two_people")),
        sa.CheckConstraint("month = business_on / 100", name=op.f("ck_voucher_month")),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_voucher_serial")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["voucher.id"], name=op.f("fk_voucher_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("number", name=op.f("uq_voucher_number")),
        sa.UniqueConstraint("payee", "month", "serial", name=op.f("uq_voucher_payee_month_serial")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_voucher_reverses_id")),
    )
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.create_index("ix_voucher_business_on", ["business_on"], unique=False)
        batch_op.create_index("ix_voucher_source", ["source"], unique=False)

    op.create_table(
        "adjustment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("payee", sa.String(length=64), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("account_no", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("household", sa.Text(), nullable=False),
        sa.Column("claimant", sa.String(length=64), nullable=False),
        sa.Column("original_payment_no", sa.Text(), nullable=False),
        sa.Column("letter_no", sa.String(length=32), nullable=False),
        sa.Column("reason_code", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("maker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("maker_name", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "checker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("checker_name", sa.String(length=64), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "reversal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(status = 'approved' OR status = 'reversed') = (checker_id IS NOT NULL)",
            name=op.f("ck_adjustment_checked"),
        ),
        sa.CheckConstraint(
            "kind = 'record_payment' OR kind = 'reverse_payment' OR kind = 'excess_collected' OR kind = 'money_missing' OR kind = 'refund' OR kind = 'supplement_writeoff' OR kind = 'reverse_writeoff' OR kind = 'correct_amount' OR kind = 'fee_difference' OR kind = 'unknown_money_in' OR kind = 'claim' OR kind = 'transfer_out' OR kind = 'carry_forward' OR kind = 'clearing_correction' OR kind = 'small_difference'",
            name=op.f("ck_adjustment_kind"),
        ),
        sa.CheckConstraint(
            "reversal_id IS NULL OR status = 'reversed'", name=op.f("ck_adjustment_reversed")
        ),
        sa.CheckConstraint(
            "status = 'draft' OR status = 'submitted' OR status = 'approved' OR status = 'returned' OR status = 'withdrawn' OR status = 'reversed'",
            name=op.f("ck_adjustment_status"),
        ),
        sa.CheckConstraint(
            "voucher_id IS NULL OR status = 'approved' OR status = 'reversed'",
            name=op.f("ck_adjustment_posted"),
        ),
        sa.CheckConstraint("checker_id <> maker_id", name=op.f("ck_adjustment_two_people")),
        sa.ForeignKeyConstraint(
            ["checker_id"], ["app_user.id"], name=op.f("fk_adjustment_checker_id")
        ),
        sa.ForeignKeyConstraint(["maker_id"], ["app_user.id"], name=op.f("fk_adjustment_maker_id")),
        sa.ForeignKeyConstraint(
            ["reason_code"], ["reason_code.code"], name=op.f("fk_adjustment_reason_code")
        ),
        sa.ForeignKeyConstraint(
            ["reversal_id"], ["voucher.id"], name=op.f("fk_adjustment_reversal_id")
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_adjustment_voucher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment")),
        sa.UniqueConstraint("number", name=op.f("uq_adjustment_number")),
    )
    with op.batch_alter_table("adjustment", schema=None) as batch_op:
        batch_op.create_index("ix_adjustment_business_on", ["business_on"], unique=False)
        batch_op.create_index("ix_adjustment_status", ["status"], unique=False)
        batch_op.create_index(
            "ix_adjustment_voucher_id",
            ["voucher_id"],
            unique=True,
            sqlite_where=sa.text("voucher_id IS NOT NULL"),
            postgresql_where=sa.text("voucher_id IS NOT NULL"),
        )

    op.create_table(
        "approval_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("object_type", sa.String(length=64), nullable=False),
        sa.Column("object_key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("maker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("maker_name", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(state = 'pending') = (ended_at IS NULL)", name=op.f("ck_approval_request_ended")
        ),
        sa.CheckConstraint(
            "action = 'post_adjustment' OR action = 'reverse_adjustment' OR action = 'change_account' OR action = 'change_channel' OR action = 'change_setting' OR action = 'change_purpose' OR action = 'reopen_day' OR action = 'approve_statement'",
            name=op.f("ck_approval_request_action"),
        ),
        sa.CheckConstraint(
            "state = 'pending' OR state = 'approved' OR state = 'returned' OR state = 'withdrawn' OR state = 'void'",
            name=op.f("ck_approval_request_state"),
        ),
        sa.CheckConstraint("needed BETWEEN 1 AND 2", name=op.f("ck_approval_request_needed")),
        sa.ForeignKeyConstraint(
            ["maker_id"], ["app_user.id"], name=op.f("fk_approval_request_maker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_request")),
        sa.UniqueConstraint("id", "maker_id", name=op.f("uq_approval_request_id_maker_id")),
    )
    with op.batch_alter_table("approval_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_approval_request_object", ["object_type", "object_key"], unique=False
        )
        batch_op.create_index(
            "ix_approval_request_pending",
            ["object_type", "object_key", "action"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index("ix_approval_request_state", ["state"], unique=False)

    op.create_table(
        "voucher_entry",
        sa.Column(
            "voucher_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("entry_kind", sa.String(length=32), nullable=False),
        sa.Column(
            "entry_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "entry_kind = 'payments' OR entry_kind = 'bill_lines' OR entry_kind = 'writeoffs' OR entry_kind = 'clearing_batches' OR entry_kind = 'clearing_lines' OR entry_kind = 'arrivals' OR entry_kind = 'channel' OR entry_kind = 'organisations' OR entry_kind = 'channels'",
            name=op.f("ck_voucher_entry_entry_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"],
            ["voucher.id"],
            name=op.f("fk_voucher_entry_voucher_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint(
            "voucher_id", "entry_kind", "entry_id", name=op.f("pk_voucher_entry")
        ),
    )
    with op.batch_alter_table("voucher_entry", schema=None) as batch_op:
        batch_op.create_index("ix_voucher_entry_entry", ["entry_id"], unique=False)

    op.create_table(
        "voucher_line",
        sa.Column(
            "voucher_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ledger_code", sa.String(length=32), nullable=False),
        sa.Column("account_no", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("debit_fen", sa.BigInteger(), nullable=False),
        sa.Column("credit_fen", sa.BigInteger(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(debit_fen = 0) <> (credit_fen = 0)", name=op.f("ck_voucher_line_one_side")
        ),
        sa.ForeignKeyConstraint(
            ["ledger_code"], ["ledger_account.code"], name=op.f("fk_voucher_line_ledger_code")
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"],
            ["voucher.id"],
            name=op.f("fk_voucher_line_voucher_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("voucher_id", "line_no", name=op.f("pk_voucher_line")),
    )
    with op.batch_alter_table("voucher_line", schema=None) as batch_op:
        batch_op.create_index("ix_voucher_line_ledger", ["ledger_code", "account_no"], unique=False)

    op.create_table(
        "adjustment_attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "adjustment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "size BETWEEN 1 AND 20971520", name=op.f("ck_adjustment_attachment_size")
        ),
        sa.ForeignKeyConstraint(
            ["adjustment_id"],
            ["adjustment.id"],
            name=op.f("fk_adjustment_attachment_adjustment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment_attachment")),
        sa.UniqueConstraint(
            "adjustment_id", "sha256", name=op.f("uq_adjustment_attachment_adjustment_id_sha256")
        ),
    )
    op.create_table(
        "adjustment_case",
        sa.Column(
            "adjustment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "discrepancy_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("share_fen", sa.BigInteger(), nullable=False),
        sa.Column("live", sa.Boolean(create_constraint=True, name="live"), nullable=False),
        sa.CheckConstraint("share_fen >= 0", name=op.f("ck_adjustment_case_share")),
        sa.ForeignKeyConstraint(
            ["adjustment_id"], ["adjustment.id"], name=op.f("fk_adjustment_case_adjustment_id")
        ),
        sa.ForeignKeyConstraint(
            ["discrepancy_id"], ["discrepancy.id"], name=op.f("fk_adjustment_case_discrepancy_id")
        ),
        sa.PrimaryKeyConstraint("adjustment_id", "discrepancy_id", name=op.f("pk_adjustment_case")),
    )
    with op.batch_alter_table("adjustment_case", schema=None) as batch_op:
        batch_op.create_index(
            "ix_adjustment_case_discrepancy", ["discrepancy_id", "live"], unique=False
        )

    op.create_table(
        "approval_vote",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("maker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "checker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("checker_name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "verdict = 'approved' OR verdict = 'returned'", name=op.f("ck_approval_vote_verdict")
        ),
        sa.CheckConstraint("checker_id <> maker_id", name=op.f("ck_approval_vote_two_people")),
        sa.ForeignKeyConstraint(
            ["checker_id"], ["app_user.id"], name=op.f("fk_approval_vote_checker_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id", "maker_id"],
            ["approval_request.id", "approval_request.maker_id"],
            name=op.f("fk_approval_vote_request_id_maker_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_vote")),
        sa.UniqueConstraint(
            "request_id", "checker_id", name=op.f("uq_approval_vote_request_id_checker_id")
        ),
    )
    op.create_table(
        "suspense_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("payee", sa.String(length=64), nullable=False),
        sa.Column("account_no", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("opened_on", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("cleared_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "adjustment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "discrepancy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "side = 'payable' OR side = 'receivable'", name=op.f("ck_suspense_item_side")
        ),
        sa.CheckConstraint(
            "state <> 'cleared' OR cleared_fen = amount_fen",
            name=op.f("ck_suspense_item_cleared_whole"),
        ),
        sa.CheckConstraint(
            "state <> 'open' OR cleared_fen < amount_fen", name=op.f("ck_suspense_item_open")
        ),
        sa.CheckConstraint(
            "state = 'open' OR state = 'cleared' OR state = 'reversed'",
            name=op.f("ck_suspense_item_state"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_suspense_item_amount")),
        sa.CheckConstraint(
            "cleared_fen BETWEEN 0 AND amount_fen", name=op.f("ck_suspense_item_cleared")
        ),
        sa.ForeignKeyConstraint(
            ["adjustment_id"], ["adjustment.id"], name=op.f("fk_suspense_item_adjustment_id")
        ),
        sa.ForeignKeyConstraint(
            ["discrepancy_id"], ["discrepancy.id"], name=op.f("fk_suspense_item_discrepancy_id")
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_suspense_item_voucher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspense_item")),
    )
    with op.batch_alter_table("suspense_item", schema=None) as batch_op:
        batch_op.create_index("ix_suspense_item_discrepancy_id", ["discrepancy_id"], unique=False)
        batch_op.create_index("ix_suspense_item_state", ["state"], unique=False)

    op.create_table(
        "suspense_move",
        sa.Column(
            "adjustment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "item_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("live", sa.Boolean(create_constraint=True, name="live"), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_suspense_move_amount")),
        sa.ForeignKeyConstraint(
            ["adjustment_id"], ["adjustment.id"], name=op.f("fk_suspense_move_adjustment_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["suspense_item.id"], name=op.f("fk_suspense_move_item_id")
        ),
        sa.PrimaryKeyConstraint("adjustment_id", "item_id", name=op.f("pk_suspense_move")),
    )
    with op.batch_alter_table("suspense_move", schema=None) as batch_op:
        batch_op.create_index("ix_suspense_move_item", ["item_id", "live"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("suspense_move", schema=None) as batch_op:
        batch_op.drop_index("ix_suspense_move_item")

    op.drop_table("suspense_move")
    with op.batch_alter_table("suspense_item", schema=None) as batch_op:
        batch_op.drop_index("ix_suspense_item_state")
        batch_op.drop_index("ix_suspense_item_discrepancy_id")

    op.drop_table("suspense_item")
    op.drop_table("approval_vote")
    with op.batch_alter_table("adjustment_case", schema=None) as batch_op:
        batch_op.drop_index("ix_adjustment_case_discrepancy")

    op.drop_table("adjustment_case")
    op.drop_table("adjustment_attachment")
    with op.batch_alter_table("voucher_line", schema=None) as batch_op:
        batch_op.drop_index("ix_voucher_line_ledger")

    op.drop_table("voucher_line")
    with op.batch_alter_table("voucher_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_voucher_entry_entry")

    op.drop_table("voucher_entry")
    with op.batch_alter_table("approval_request", schema=None) as batch_op:
        batch_op.drop_index("ix_approval_request_state")
        batch_op.drop_index(
            "ix_approval_request_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index("ix_approval_request_object")

    op.drop_table("approval_request")
    with op.batch_alter_table("adjustment", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_adjustment_voucher_id",
            sqlite_where=sa.text("voucher_id IS NOT NULL"),
            postgresql_where=sa.text("voucher_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_adjustment_status")
        batch_op.drop_index("ix_adjustment_business_on")

    op.drop_table("adjustment")
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.drop_index("ix_voucher_source")
        batch_op.drop_index("ix_voucher_business_on")

    op.drop_table("voucher")
    op.drop_table("reason_code")
    op.drop_table("day_waiver")
    with op.batch_alter_table("day_close", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_day_close_closed",
            sqlite_where=sa.text("state = 'closed'"),
            postgresql_where=sa.text("state = 'closed'"),
        )

    op.drop_table("day_close")
    op.drop_table("audit_anchor")
