"""initial."""

# ruff: noqa: E501, PLR0915 - written by Alembic

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("password_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state = 'active' OR state = 'disabled'", name=op.f("ck_app_user_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("name_key", name=op.f("uq_app_user_name_key")),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_record",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("machine", sa.String(length=255), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("object_type", sa.String(length=64), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_record")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_record_hash")),
    )
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_record_actor_at"), ["actor", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_record_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_record_object_type_object_key"),
            ["object_type", "object_key"],
            unique=False,
        )

    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("working", sa.Boolean(create_constraint=True, name="working"), nullable=False),
        sa.Column("note", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "channel",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("cutoff_minutes", sa.Integer(), nullable=False),
        sa.Column("cycle_days", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.String(length=32), nullable=False),
        sa.Column("rate_ppm", sa.Integer(), nullable=True),
        sa.Column("minimum_fen", sa.BigInteger(), nullable=True),
        sa.Column("maximum_fen", sa.BigInteger(), nullable=True),
        sa.Column(
            "refund_returns_fee",
            sa.Boolean(create_constraint=True, name="refund_returns_fee"),
            nullable=False,
        ),
        sa.Column("fee_bearer", sa.String(length=32), nullable=False),
        sa.Column("account_no", sa.String(length=64), nullable=False),
        sa.Column("shipped", sa.Boolean(create_constraint=True, name="shipped"), nullable=False),
        sa.Column("active", sa.Boolean(create_constraint=True, name="active"), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "cycle = 'calendar' OR cycle = 'working'", name=op.f("ck_channel_cycle")
        ),
        sa.CheckConstraint(
            "fee_bearer = 'payee' OR fee_bearer = 'platform'", name=op.f("ck_channel_fee_bearer")
        ),
        sa.CheckConstraint(
            "kind = 'bank' OR kind = 'third_party' OR kind = 'wallet' OR kind = 'internal'",
            name=op.f("ck_channel_kind"),
        ),
        sa.CheckConstraint("cutoff_minutes BETWEEN 0 AND 1440", name=op.f("ck_channel_cutoff")),
        sa.CheckConstraint("cycle_days BETWEEN 0 AND 60", name=op.f("ck_channel_cycle_days")),
        sa.CheckConstraint("maximum_fen >= 0", name=op.f("ck_channel_maximum")),
        sa.CheckConstraint("minimum_fen <= maximum_fen", name=op.f("ck_channel_limits")),
        sa.CheckConstraint("minimum_fen >= 0", name=op.f("ck_channel_minimum")),
        sa.CheckConstraint("rate_ppm BETWEEN 0 AND 1000000", name=op.f("ck_channel_rate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("code", name=op.f("uq_channel_code")),
    )
    op.create_table(
        "closed_day",
        sa.Column("business_on", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("business_on", name=op.f("pk_closed_day")),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "database_fact",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_database_fact")),
    )
    op.create_table(
        "discrepancy",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("ours_kind", sa.String(length=32), nullable=True),
        sa.Column("ours_id", sa.BigInteger(), nullable=True),
        sa.Column("ours_key", sa.Text(), nullable=False),
        sa.Column("ours_fen", sa.BigInteger(), nullable=False),
        sa.Column("theirs_kind", sa.String(length=32), nullable=True),
        sa.Column("theirs_id", sa.BigInteger(), nullable=True),
        sa.Column("theirs_key", sa.Text(), nullable=False),
        sa.Column("theirs_fen", sa.BigInteger(), nullable=False),
        sa.Column("difference_fen", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Integer(), nullable=False),
        sa.Column("resolved_on", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("resolution", sa.String(length=32), nullable=False),
        sa.Column("assignee", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind = 'missing_theirs' OR kind = 'missing_ours' OR kind = 'amount_differs' OR kind = 'total_differs' OR kind = 'account_differs' OR kind = 'payee_differs' OR kind = 'order_unbalanced' OR kind = 'status_differs' OR kind = 'duplicate_ours' OR kind = 'duplicate_theirs' OR kind = 'fee_differs' OR kind = 'timing' OR kind = 'not_written_off' OR kind = 'written_off_unpaid' OR kind = 'not_arrived' OR kind = 'short_arrival' OR kind = 'over_arrival' OR kind = 'unexpected_arrival' OR kind = 'unexpected_debit'",
            name=op.f("ck_discrepancy_kind"),
        ),
        sa.CheckConstraint(
            "kind IN ('total_differs', 'account_differs', 'payee_differs') OR difference_fen = ours_fen - theirs_fen",
            name=op.f("ck_discrepancy_difference"),
        ),
        sa.CheckConstraint(
            "ours_kind = 'payments' OR ours_kind = 'bill_lines' OR ours_kind = 'writeoffs' OR ours_kind = 'clearing_batches' OR ours_kind = 'clearing_lines' OR ours_kind = 'arrivals' OR ours_kind = 'channel' OR ours_kind = 'organisations' OR ours_kind = 'channels'",
            name=op.f("ck_discrepancy_ours_kind"),
        ),
        sa.CheckConstraint(
            "resolution = '' OR resolution = 'later_match' OR resolution = 'by_hand' OR resolution = 'corrected' OR resolution = 'explained' OR resolution = 'adjusted'",
            name=op.f("ck_discrepancy_resolution"),
        ),
        sa.CheckConstraint(
            "status = 'open' OR status = 'assigned' OR status = 'submitted' OR status = 'resolved' OR status = 'carried' OR status = 'suspended'",
            name=op.f("ck_discrepancy_status"),
        ),
        sa.CheckConstraint(
            "task = 'channel' OR task = 'writeoff' OR task = 'clearing' OR task = 'arrival'",
            name=op.f("ck_discrepancy_task"),
        ),
        sa.CheckConstraint(
            "theirs_kind = 'payments' OR theirs_kind = 'bill_lines' OR theirs_kind = 'writeoffs' OR theirs_kind = 'clearing_batches' OR theirs_kind = 'clearing_lines' OR theirs_kind = 'arrivals' OR theirs_kind = 'channel' OR theirs_kind = 'organisations' OR theirs_kind = 'channels'",
            name=op.f("ck_discrepancy_theirs_kind"),
        ),
        sa.CheckConstraint(
            "(ours_id IS NULL) = (ours_kind IS NULL)", name=op.f("ck_discrepancy_ours")
        ),
        sa.CheckConstraint(
            "(theirs_id IS NULL) = (theirs_kind IS NULL)", name=op.f("ck_discrepancy_theirs")
        ),
        sa.CheckConstraint(
            "ours_id IS NOT NULL OR ours_fen = 0", name=op.f("ck_discrepancy_ours_absent")
        ),
        sa.CheckConstraint(
            "ours_id IS NOT NULL OR theirs_id IS NOT NULL", name=op.f("ck_discrepancy_has_a_side")
        ),
        sa.CheckConstraint(
            "theirs_id IS NOT NULL OR theirs_fen = 0", name=op.f("ck_discrepancy_theirs_absent")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy")),
    )
    with op.batch_alter_table("discrepancy", schema=None) as batch_op:
        batch_op.create_index("ix_discrepancy_business_on", ["business_on"], unique=False)
        batch_op.create_index("ix_discrepancy_ours", ["task", "ours_id"], unique=False)
        batch_op.create_index("ix_discrepancy_task_status", ["task", "status"], unique=False)
        batch_op.create_index("ix_discrepancy_theirs", ["task", "theirs_id"], unique=False)

    op.create_table(
        "hand_match",
        sa.Column(
            "match_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("residue_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "task = 'channel' OR task = 'writeoff' OR task = 'clearing' OR task = 'arrival'",
            name=op.f("ck_hand_match_task"),
        ),
        sa.PrimaryKeyConstraint("match_id", name=op.f("pk_hand_match")),
    )
    with op.batch_alter_table("hand_match", schema=None) as batch_op:
        batch_op.create_index("ix_hand_match_business_on", ["business_on"], unique=False)

    op.create_table(
        "held_entry",
        sa.Column(
            "entry_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("held_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "held_by", name=op.f("pk_held_entry")),
    )
    op.create_table(
        "ledger_account",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "kind = 'asset' OR kind = 'liability' OR kind = 'equity' OR kind = 'cost' OR kind = 'income' OR kind = 'expense'",
            name=op.f("ck_ledger_account_kind"),
        ),
        sa.CheckConstraint(
            "purpose = 'bank' OR purpose = 'channel_receivable' OR purpose = 'advance_receipts' OR purpose = 'electricity_receivable' OR purpose = 'subsidies_payable' OR purpose = 'other_payables' OR purpose = 'other_receivables' OR purpose = 'finance_cost' OR purpose = 'promotions' OR purpose = 'non_operating_expense' OR purpose = 'non_operating_income'",
            name=op.f("ck_ledger_account_purpose"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint("purpose", name=op.f("uq_ledger_account_purpose")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("utilities", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_organisation_not_its_parent")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Integer(), nullable=False),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.Column("terms", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("first_match", sa.BigInteger(), nullable=False),
        sa.Column("last_match", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "task = 'channel' OR task = 'writeoff' OR task = 'clearing' OR task = 'arrival'",
            name=op.f("ck_run_task"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index("ix_run_task_day", ["task", "scope", "business_on"], unique=True)

    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "source_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("encoding", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("overlapping", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("first_key", sa.Text(), nullable=False),
        sa.Column("last_key", sa.Text(), nullable=False),
        sa.Column("digest_fen", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.Column("loaded_by", sa.String(length=64), nullable=False),
        sa.Column(
            "replaced_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "kind = 'payments' OR kind = 'bill_lines' OR kind = 'writeoffs' OR kind = 'clearing_batches' OR kind = 'clearing_lines' OR kind = 'arrivals' OR kind = 'channel' OR kind = 'organisations' OR kind = 'channels'",
            name=op.f("ck_source_file_kind"),
        ),
        sa.CheckConstraint(
            "status = 'loaded' OR status = 'duplicate' OR status = 'replaced' OR status = 'rejected' OR status = 'undone'",
            name=op.f("ck_source_file_status"),
        ),
        sa.CheckConstraint('"rows" = accepted + overlapping', name=op.f("ck_source_file_rows")),
        sa.CheckConstraint(
            "accepted >= 0 AND overlapping >= 0", name=op.f("ck_source_file_counts")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["source_file.id"], name=op.f("fk_source_file_replaced_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_file")),
    )
    with op.batch_alter_table("source_file", schema=None) as batch_op:
        batch_op.create_index("ix_source_file_kind", ["kind", "status"], unique=False)
        batch_op.create_index(
            "ix_source_file_live_sha256",
            ["sha256"],
            unique=True,
            sqlite_where=sa.text("status = 'loaded'"),
            postgresql_where=sa.text("status = 'loaded'"),
        )

    op.create_table(
        "taken_apart",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("match_id", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("ours_id", sa.BigInteger(), nullable=True),
        sa.Column("theirs_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "rule = 'payment_no' OR rule = 'txn_no' OR rule = 'order_bill' OR rule = 'household' OR rule = 'order_line' OR rule = 'batch_no' OR rule = 'batch_nos' OR rule = 'account_amount' OR rule = 'combination' OR rule = 'zero_batch' OR rule = 'tolerance' OR rule = 'by_hand'",
            name=op.f("ck_taken_apart_rule"),
        ),
        sa.CheckConstraint(
            "task = 'channel' OR task = 'writeoff' OR task = 'clearing' OR task = 'arrival'",
            name=op.f("ck_taken_apart_task"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken_apart")),
    )
    with op.batch_alter_table("taken_apart", schema=None) as batch_op:
        batch_op.create_index("ix_taken_apart_task", ["task"], unique=False)

    op.create_table(
        "touched_day",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "business_on", name=op.f("pk_touched_day")),
    )
    op.create_table(
        "arrival",
        sa.Column("account_no", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("booked_on", sa.Integer(), nullable=False),
        sa.Column("booked_at", sa.BigInteger(), nullable=True),
        sa.Column("serial_no", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=True),
        sa.Column("counterparty", sa.Text(), nullable=False),
        sa.Column("counterparty_account", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("postscript", sa.Text(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["source_file.id"], name=op.f("fk_arrival_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
    )
    with op.batch_alter_table("arrival", schema=None) as batch_op:
        batch_op.create_index("ix_arrival_booked_on", ["booked_on"], unique=False)
        batch_op.create_index("ix_arrival_serial_no", ["serial_no", "account_no"], unique=False)

    op.create_table(
        "arrival_confirmation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_no", sa.Text(), nullable=False),
        sa.Column("payee", sa.String(length=64), nullable=False),
        sa.Column("account_no", sa.Text(), nullable=False),
        sa.Column("batch_on", sa.Integer(), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("expected_fen", sa.BigInteger(), nullable=False),
        sa.Column("arrived_fen", sa.BigInteger(), nullable=False),
        sa.Column("difference_fen", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("maker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("maker_name", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "checker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("checker_name", sa.String(length=64), nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(status = 'unconfirmed') = (undone_at IS NOT NULL) AND (undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (reason = '')",
            name=op.f("ck_arrival_confirmation_undone"),
        ),
        sa.CheckConstraint(
            "status <> 'checked' OR checker_id IS NOT NULL",
            name=op.f("ck_arrival_confirmation_is_checked"),
        ),
        sa.CheckConstraint(
            "status <> 'confirmed' OR checker_id IS NULL",
            name=op.f("ck_arrival_confirmation_not_checked"),
        ),
        sa.CheckConstraint(
            "status = 'confirmed' OR status = 'checked' OR status = 'unconfirmed'",
            name=op.f("ck_arrival_confirmation_status"),
        ),
        sa.CheckConstraint(
            "(checker_id IS NULL) = (checked_at IS NULL) AND (checker_id IS NULL) = (checker_name IS NULL)",
            name=op.f("ck_arrival_confirmation_checker"),
        ),
        sa.CheckConstraint(
            "checker_id <> maker_id AND checker_name <> maker_name",
            name=op.f("ck_arrival_confirmation_two_people"),
        ),
        sa.CheckConstraint(
            "difference_fen = expected_fen - arrived_fen",
            name=op.f("ck_arrival_confirmation_difference"),
        ),
        sa.ForeignKeyConstraint(
            ["checker_id"], ["app_user.id"], name=op.f("fk_arrival_confirmation_checker_id")
        ),
        sa.ForeignKeyConstraint(
            ["maker_id"], ["app_user.id"], name=op.f("fk_arrival_confirmation_maker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival_confirmation")),
        sa.UniqueConstraint("number", name=op.f("uq_arrival_confirmation_number")),
    )
    with op.batch_alter_table("arrival_confirmation", schema=None) as batch_op:
        batch_op.create_index("ix_arrival_confirmation_business_on", ["business_on"], unique=False)
        batch_op.create_index(
            "ix_arrival_confirmation_live",
            ["batch_id"],
            unique=True,
            sqlite_where=sa.text("status <> 'unconfirmed'"),
            postgresql_where=sa.text("status <> 'unconfirmed'"),
        )

    op.create_table(
        "bank_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("account_name", sa.Text(), nullable=False),
        sa.Column("account_no", sa.String(length=64), nullable=False),
        sa.Column("opening_fen", sa.BigInteger(), nullable=True),
        sa.Column("opening_on", sa.Integer(), nullable=True),
        sa.Column("arrival_lag_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_bank_account_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_bank_account_organisation_id")),
    )
    with op.batch_alter_table("bank_account", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bank_account_account_no"), ["account_no"], unique=False
        )

    op.create_table(
        "bill_line",
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("payee", sa.String(length=64), nullable=False),
        sa.Column("utility", sa.String(length=32), nullable=False),
        sa.Column("household", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("receivable_fen", sa.BigInteger(), nullable=True),
        sa.Column("late_fee_fen", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("calendar_on", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.CheckConstraint("type = 'pay' OR type = 'refund'", name=op.f("ck_bill_line_type")),
        sa.CheckConstraint(
            "utility = 'electricity' OR utility = 'water' OR utility = 'gas' OR utility = 'heat' OR utility = 'cable' OR utility = 'charging' OR utility = 'service'",
            name=op.f("ck_bill_line_utility"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["source_file.id"], name=op.f("fk_bill_line_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_line")),
    )
    with op.batch_alter_table("bill_line", schema=None) as batch_op:
        batch_op.create_index("ix_bill_line_business_on", ["business_on"], unique=False)
        batch_op.create_index("ix_bill_line_order_no", ["order_no"], unique=False)

    op.create_table(
        "channel_record",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("payment_no", sa.Text(), nullable=False),
        sa.Column("txn_no", sa.Text(), nullable=False),
        sa.Column("traded_at", sa.BigInteger(), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=True),
        sa.Column("fee_text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status = 'success' OR status = 'failed' OR status = 'pending'",
            name=op.f("ck_channel_record_status"),
        ),
        sa.CheckConstraint("type = 'pay' OR type = 'refund'", name=op.f("ck_channel_record_type")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["source_file.id"], name=op.f("fk_channel_record_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_record")),
    )
    with op.batch_alter_table("channel_record", schema=None) as batch_op:
        batch_op.create_index("ix_channel_record_business_on", ["business_on"], unique=False)
        batch_op.create_index("ix_channel_record_payment_no", ["payment_no"], unique=False)

    op.create_table(
        "clearing_batch",
        sa.Column("batch_no", sa.Text(), nullable=False),
        sa.Column("clearing_on", sa.Integer(), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("payee", sa.String(length=64), nullable=False),
        sa.Column("account_no", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("gross_fen", sa.BigInteger(), nullable=False),
        sa.Column("refund_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("promotion_fen", sa.BigInteger(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["source_file.id"], name=op.f("fk_clearing_batch_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearing_batch")),
    )
    with op.batch_alter_table("clearing_batch", schema=None) as batch_op:
        batch_op.create_index("ix_clearing_batch_batch_no", ["batch_no"], unique=False)
        batch_op.create_index("ix_clearing_batch_business_on", ["business_on"], unique=False)
        batch_op.create_index("ix_clearing_batch_clearing_on", ["clearing_on"], unique=False)

    op.create_table(
        "clearing_line",
        sa.Column("batch_no", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("payee", sa.String(length=64), nullable=False),
        sa.Column("household", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("promotion_fen", sa.BigInteger(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.CheckConstraint("type = 'pay' OR type = 'refund'", name=op.f("ck_clearing_line_type")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["source_file.id"], name=op.f("fk_clearing_line_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearing_line")),
    )
    with op.batch_alter_table("clearing_line", schema=None) as batch_op:
        batch_op.create_index("ix_clearing_line_batch_no", ["batch_no"], unique=False)
        batch_op.create_index("ix_clearing_line_order_no", ["order_no"], unique=False)

    op.create_table(
        "discrepancy_attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "discrepancy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "size BETWEEN 1 AND 20971520", name=op.f("ck_discrepancy_attachment_size")
        ),
        sa.ForeignKeyConstraint(
            ["discrepancy_id"],
            ["discrepancy.id"],
            name=op.f("fk_discrepancy_attachment_discrepancy_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy_attachment")),
        sa.UniqueConstraint(
            "discrepancy_id", "sha256", name=op.f("uq_discrepancy_attachment_discrepancy_id_sha256")
        ),
    )
    op.create_table(
        "discrepancy_leg",
        sa.Column(
            "discrepancy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "side = 'ours' OR side = 'theirs'", name=op.f("ck_discrepancy_leg_side")
        ),
        sa.ForeignKeyConstraint(
            ["discrepancy_id"],
            ["discrepancy.id"],
            name=op.f("fk_discrepancy_leg_discrepancy_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "discrepancy_id", "side", "entry_id", name=op.f("pk_discrepancy_leg")
        ),
    )
    op.create_table(
        "discrepancy_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "discrepancy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["discrepancy_id"],
            ["discrepancy.id"],
            name=op.f("fk_discrepancy_note_discrepancy_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy_note")),
    )
    with op.batch_alter_table("discrepancy_note", schema=None) as batch_op:
        batch_op.create_index(
            "ix_discrepancy_note_discrepancy_id", ["discrepancy_id"], unique=False
        )

    op.create_table(
        "entry_columns",
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("first_on", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["source_file.id"], name=op.f("fk_entry_columns_file_id")
        ),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_entry_columns")),
    )
    op.create_table(
        "match",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("match_id", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("ours_id", sa.BigInteger(), nullable=True),
        sa.Column("theirs_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(rule = 'by_hand') = (run_id IS NULL)", name=op.f("ck_match_by_hand_or_run")
        ),
        sa.CheckConstraint(
            "rule = 'payment_no' OR rule = 'txn_no' OR rule = 'order_bill' OR rule = 'household' OR rule = 'order_line' OR rule = 'batch_no' OR rule = 'batch_nos' OR rule = 'account_amount' OR rule = 'combination' OR rule = 'zero_batch' OR rule = 'tolerance' OR rule = 'by_hand'",
            name=op.f("ck_match_rule"),
        ),
        sa.CheckConstraint(
            "task = 'channel' OR task = 'writeoff' OR task = 'clearing' OR task = 'arrival'",
            name=op.f("ck_match_task"),
        ),
        sa.CheckConstraint(
            "ours_id IS NOT NULL OR theirs_id IS NOT NULL", name=op.f("ck_match_has_a_side")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_match_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
    )
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.create_index(
            "ix_match_by_hand",
            ["task"],
            unique=False,
            sqlite_where=sa.text("run_id IS NULL"),
            postgresql_where=sa.text("run_id IS NULL"),
        )
        batch_op.create_index("ix_match_ours", ["ours_id", "task"], unique=True)
        batch_op.create_index("ix_match_theirs", ["theirs_id", "task"], unique=True)

    op.create_table(
        "payment",
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("payment_no", sa.Text(), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("moved_on", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=True),
        sa.Column("bearer", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("txn_no", sa.Text(), nullable=False),
        sa.Column("original_payment_no", sa.Text(), nullable=False),
        sa.Column("scene", sa.Text(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "bearer = '' OR bearer = 'platform' OR bearer = 'payee' OR bearer = 'third_party'",
            name=op.f("ck_payment_bearer"),
        ),
        sa.CheckConstraint(
            "status = 'success' OR status = 'failed' OR status = 'pending'",
            name=op.f("ck_payment_status"),
        ),
        sa.CheckConstraint("type = 'pay' OR type = 'refund'", name=op.f("ck_payment_type")),
        sa.ForeignKeyConstraint(["file_id"], ["source_file.id"], name=op.f("fk_payment_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_business_on", ["business_on"], unique=False)
        batch_op.create_index(
            "ix_payment_moved_on",
            ["moved_on"],
            unique=False,
            sqlite_where=sa.text("moved_on IS NOT NULL"),
            postgresql_where=sa.text("moved_on IS NOT NULL"),
        )
        batch_op.create_index("ix_payment_order_no", ["order_no"], unique=False)
        batch_op.create_index("ix_payment_payment_no", ["payment_no"], unique=False)

    op.create_table(
        "rejected_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("encoding", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("problem_count", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("tried_by", sa.String(length=64), nullable=False),
        sa.Column(
            "corrected_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "kind = 'payments' OR kind = 'bill_lines' OR kind = 'writeoffs' OR kind = 'clearing_batches' OR kind = 'clearing_lines' OR kind = 'arrivals' OR kind = 'channel' OR kind = 'organisations' OR kind = 'channels'",
            name=op.f("ck_rejected_file_kind"),
        ),
        sa.CheckConstraint(
            "state = 'open' OR state = 'retried' OR state = 'corrected' OR state = 'dismissed'",
            name=op.f("ck_rejected_file_state"),
        ),
        sa.ForeignKeyConstraint(
            ["corrected_by"], ["source_file.id"], name=op.f("fk_rejected_file_corrected_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_file")),
    )
    with op.batch_alter_table("rejected_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rejected_file_name_key"), ["name_key"], unique=False)
        batch_op.create_index("ix_rejected_file_state", ["state"], unique=False)
        batch_op.create_index("ix_rejected_file_tried_at", ["tried_at"], unique=False)

    op.create_table(
        "source_chunk",
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("raw_size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["source_file.id"], name=op.f("fk_source_chunk_file_id")
        ),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_source_chunk")),
    )
    op.create_table(
        "source_part",
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["source_file.id"], name=op.f("fk_source_part_file_id")
        ),
        sa.PrimaryKeyConstraint("file_id", "business_on", "scope", name=op.f("pk_source_part")),
    )
    with op.batch_alter_table("source_part", schema=None) as batch_op:
        batch_op.create_index("ix_source_part_business_on", ["business_on"], unique=False)

    op.create_table(
        "suggestion",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "rule = 'payment_no' OR rule = 'txn_no' OR rule = 'order_bill' OR rule = 'household' OR rule = 'order_line' OR rule = 'batch_no' OR rule = 'batch_nos' OR rule = 'account_amount' OR rule = 'combination' OR rule = 'zero_batch' OR rule = 'tolerance' OR rule = 'by_hand'",
            name=op.f("ck_suggestion_rule"),
        ),
        sa.CheckConstraint("side = 'ours' OR side = 'theirs'", name=op.f("ck_suggestion_side")),
        sa.CheckConstraint(
            "task = 'channel' OR task = 'writeoff' OR task = 'clearing' OR task = 'arrival'",
            name=op.f("ck_suggestion_task"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_suggestion_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
    )
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.create_index("ix_suggestion_run_id", ["run_id"], unique=False)

    op.create_table(
        "user_role",
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "role = 'clerk' OR role = 'checker' OR role = 'supervisor' OR role = 'administrator' OR role = 'auditor' OR role = 'reader'",
            name=op.f("ck_user_role_role"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_role_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_user_role")),
    )
    op.create_table(
        "writeoff",
        sa.Column("writeoff_no", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("payee", sa.String(length=64), nullable=False),
        sa.Column("household", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("business_on", sa.Integer(), nullable=False),
        sa.Column("calendar_on", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.CheckConstraint("type = 'pay' OR type = 'refund'", name=op.f("ck_writeoff_type")),
        sa.ForeignKeyConstraint(["file_id"], ["source_file.id"], name=op.f("fk_writeoff_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writeoff")),
    )
    with op.batch_alter_table("writeoff", schema=None) as batch_op:
        batch_op.create_index("ix_writeoff_business_on", ["business_on"], unique=False)
        batch_op.create_index("ix_writeoff_order_no", ["order_no"], unique=False)
        batch_op.create_index("ix_writeoff_writeoff_no", ["writeoff_no"], unique=False)

    op.create_table(
        "arrival_confirmation_line",
        sa.Column(
            "confirmation_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "arrival_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("serial_no", sa.Text(), nullable=False),
        sa.Column("booked_on", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmation_id"],
            ["arrival_confirmation.id"],
            name=op.f("fk_arrival_confirmation_line_confirmation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "confirmation_id", "arrival_id", name=op.f("pk_arrival_confirmation_line")
        ),
    )
    with op.batch_alter_table("arrival_confirmation_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix_arrival_confirmation_line_arrival_id", ["arrival_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("arrival_confirmation_line", schema=None) as batch_op:
        batch_op.drop_index("ix_arrival_confirmation_line_arrival_id")

    op.drop_table("arrival_confirmation_line")
    with op.batch_alter_table("writeoff", schema=None) as batch_op:
        batch_op.drop_index("ix_writeoff_writeoff_no")
        batch_op.drop_index("ix_writeoff_order_no")
        batch_op.drop_index("ix_writeoff_business_on")

    op.drop_table("writeoff")
    op.drop_table("user_role")
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.drop_index("ix_suggestion_run_id")

    op.drop_table("suggestion")
    with op.batch_alter_table("source_part", schema=None) as batch_op:
        batch_op.drop_index("ix_source_part_business_on")

    op.drop_table("source_part")
    op.drop_table("source_chunk")
    with op.batch_alter_table("rejected_file", schema=None) as batch_op:
        batch_op.drop_index("ix_rejected_file_tried_at")
        batch_op.drop_index("ix_rejected_file_state")
        batch_op.drop_index(batch_op.f("ix_rejected_file_name_key"))

    op.drop_table("rejected_file")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index("ix_payment_payment_no")
        batch_op.drop_index("ix_payment_order_no")
        batch_op.drop_index(
            "ix_payment_moved_on",
            sqlite_where=sa.text("moved_on IS NOT NULL"),
            postgresql_where=sa.text("moved_on IS NOT NULL"),
        )
        batch_op.drop_index("ix_payment_business_on")

    op.drop_table("payment")
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_index("ix_match_theirs")
        batch_op.drop_index("ix_match_ours")
        batch_op.drop_index(
            "ix_match_by_hand",
            sqlite_where=sa.text("run_id IS NULL"),
            postgresql_where=sa.text("run_id IS NULL"),
        )

    op.drop_table("match")
    op.drop_table("entry_columns")
    with op.batch_alter_table("discrepancy_note", schema=None) as batch_op:
        batch_op.drop_index("ix_discrepancy_note_discrepancy_id")

    op.drop_table("discrepancy_note")
    op.drop_table("discrepancy_leg")
    op.drop_table("discrepancy_attachment")
    with op.batch_alter_table("clearing_line", schema=None) as batch_op:
        batch_op.drop_index("ix_clearing_line_order_no")
        batch_op.drop_index("ix_clearing_line_batch_no")

    op.drop_table("clearing_line")
    with op.batch_alter_table("clearing_batch", schema=None) as batch_op:
        batch_op.drop_index("ix_clearing_batch_clearing_on")
        batch_op.drop_index("ix_clearing_batch_business_on")
        batch_op.drop_index("ix_clearing_batch_batch_no")

    op.drop_table("clearing_batch")
    with op.batch_alter_table("channel_record", schema=None) as batch_op:
        batch_op.drop_index("ix_channel_record_payment_no")
        batch_op.drop_index("ix_channel_record_business_on")

    op.drop_table("channel_record")
    with op.batch_alter_table("bill_line", schema=None) as batch_op:
        batch_op.drop_index("ix_bill_line_order_no")
        batch_op.drop_index("ix_bill_line_business_on")

    op.drop_table("bill_line")
    with op.batch_alter_table("bank_account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_account_account_no"))

    op.drop_table("bank_account")
    with op.batch_alter_table("arrival_confirmation", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_arrival_confirmation_live",
            sqlite_where=sa.text("status <> 'unconfirmed'"),
            postgresql_where=sa.text("status <> 'unconfirmed'"),
        )
        batch_op.drop_index("ix_arrival_confirmation_business_on")

    op.drop_table("arrival_confirmation")
    with op.batch_alter_table("arrival", schema=None) as batch_op:
        batch_op.drop_index("ix_arrival_serial_no")
        batch_op.drop_index("ix_arrival_booked_on")

    op.drop_table("arrival")
    op.drop_table("touched_day")
    with op.batch_alter_table("taken_apart", schema=None) as batch_op:
        batch_op.drop_index("ix_taken_apart_task")

    op.drop_table("taken_apart")
    with op.batch_alter_table("source_file", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_source_file_live_sha256",
            sqlite_where=sa.text("status = 'loaded'"),
            postgresql_where=sa.text("status = 'loaded'"),
        )
        batch_op.drop_index("ix_source_file_kind")

    op.drop_table("source_file")
    op.drop_table("setting")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index("ix_run_task_day")

    op.drop_table("run")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_parent_id"))

    op.drop_table("organisation")
    op.drop_table("ledger_account")
    op.drop_table("held_entry")
    with op.batch_alter_table("hand_match", schema=None) as batch_op:
        batch_op.drop_index("ix_hand_match_business_on")

    op.drop_table("hand_match")
    with op.batch_alter_table("discrepancy", schema=None) as batch_op:
        batch_op.drop_index("ix_discrepancy_theirs")
        batch_op.drop_index("ix_discrepancy_task_status")
        batch_op.drop_index("ix_discrepancy_ours")
        batch_op.drop_index("ix_discrepancy_business_on")

    op.drop_table("discrepancy")
    op.drop_table("database_fact")
    op.drop_table("counter")
    op.drop_table("closed_day")
    op.drop_table("channel")
    op.drop_table("calendar_year")
    op.drop_table("calendar_day")
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_record_object_type_object_key"))
        batch_op.drop_index(batch_op.f("ix_audit_record_at"))
        batch_op.drop_index(batch_op.f("ix_audit_record_actor_at"))

    op.drop_table("audit_record")
    op.drop_table("audit_head")
    op.drop_table("app_user")
