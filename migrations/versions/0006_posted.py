"""Triggers: what is posted, said or closed stays so, and nobody approves his own work."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

POSTED = "a posted voucher never changes"
GAP = "voucher numbers have no gaps"
UNBALANCED = "debits and credits of a voucher are equal"
CLOSED = "nothing dated in a closed day changes"
SAID = "what was said of a request stays, and it is decided once"
SETTLED = "an adjustment that was submitted does not change"
TOO_MUCH = "no more is taken up than there is"
LATEST = "only the latest closed day is reopened"
KEPT = "rows of this table are never changed or deleted"

NAMES = {
    POSTED: "posted",
    GAP: "gap",
    UNBALANCED: "balance",
    CLOSED: "closed",
    SAID: "said",
    SETTLED: "settled",
    TOO_MUCH: "share",
    LATEST: "latest",
    KEPT: "kept",
}
"""How the triggers that say these end their names."""

VOUCHER_LINES = ("voucher_line", "voucher_entry")
APPEND_ONLY = ("approval_vote", "audit_anchor")

FIXED = {
    "approval_request": (
        *("id", "action", "object_type", "object_key", "digest", "payload", "needed", "reason"),
        *("maker_id", "maker_name", "made_at"),
    ),
    "adjustment": (
        *("kind", "payee", "business_on", "amount_fen", "account_no", "channel", "household"),
        *("claimant", "original_payment_no", "reason"),
    ),
    "suspense_item": (
        *("id", "side", "payee", "account_no", "opened_on", "amount_fen"),
        *("adjustment_id", "discrepancy_id", "voucher_id"),
    ),
    "day_close": (
        *("id", "business_on", "totals", "previous_hash", "hash", "closed_by", "closed_at"),
    ),
    "discrepancy": (
        *("kind", "business_on", "ours_key", "ours_fen", "theirs_key", "theirs_fen"),
        "difference_fen",
    ),
}
"""Columns that never change (of an adjustment: not after it was submitted)."""

STEPS = {
    "draft": ("submitted", "withdrawn"),
    "submitted": ("approved", "returned", "withdrawn"),
    "returned": ("submitted", "withdrawn"),
    "approved": ("reversed",),
}
"""Which status of an adjustment may follow which."""

IN_CLOSED_DAY = "EXISTS (SELECT 1 FROM closed_day closed WHERE closed.business_on = {day})"
SUM_OF_LINES = "(SELECT coalesce(sum({side}_fen), 0) FROM voucher_line WHERE voucher_id = NEW.id)"
APPROVED = """
    SELECT 1 FROM approval_request request
    WHERE request.object_type = 'adjustment' AND request.object_key = NEW.number
      AND request.action = 'post_adjustment' AND request.state = 'approved'
      AND request.maker_id = NEW.maker_id
"""
OPEN_ADJUSTMENT = """
    SELECT 1 FROM adjustment own
    WHERE own.id = OLD.adjustment_id AND own.status IN ('draft', 'returned')
"""
TAKEN_OF_CASE = """
    (SELECT coalesce(sum(share_fen), 0) FROM adjustment_case
     WHERE discrepancy_id = NEW.discrepancy_id AND live AND adjustment_id <> NEW.adjustment_id)
    + NEW.share_fen
    > (SELECT abs(difference_fen) FROM discrepancy WHERE id = NEW.discrepancy_id)
"""
TAKEN_OF_ITEM = """
    (SELECT coalesce(sum(amount_fen), 0) FROM suspense_move
     WHERE item_id = NEW.item_id AND live AND adjustment_id <> NEW.adjustment_id)
    + NEW.amount_fen
    > (SELECT amount_fen FROM suspense_item WHERE id = NEW.item_id)
"""


def upgrade() -> None:
    statements = _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql()
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table, _event, _refused, _message in _guards():
        on = "" if sqlite else f' ON "{table}"'
        op.execute(f"DROP TRIGGER {name}{on}")
        if not sqlite:
            op.execute(f"DROP FUNCTION {name}()")


def _guards() -> Iterator[tuple[str, str, str, str, str]]:
    """Each trigger's name, its table and event, when it refuses, and the message."""
    for table, event, refused, message in _refusals():
        yield f"guard_{table}_{event}_{NAMES[message]}", table, event, refused, message


def _refusals() -> Iterator[tuple[str, str, str, str]]:
    yield from _of_vouchers()
    yield from _of_approvals()
    yield from _of_adjustments()
    yield from _of_closing()


def _of_vouchers() -> Iterator[tuple[str, str, str, str]]:
    last = (
        "(SELECT coalesce(max(serial), 0) FROM voucher"
        " WHERE payee = NEW.payee AND month = NEW.month)"
    )
    yield "voucher", "insert", f"NEW.serial <> {last} + 1", GAP
    debit, credit = SUM_OF_LINES.format(side="debit"), SUM_OF_LINES.format(side="credit")
    lines = "NOT EXISTS (SELECT 1 FROM voucher_line WHERE voucher_id = NEW.id)"
    red = (
        "NEW.reverses_id IS NOT NULL AND NEW.total_fen <>"
        " (SELECT -total_fen FROM voucher WHERE id = NEW.reverses_id)"
    )
    unequal = f"{lines} OR {debit} <> NEW.total_fen OR {credit} <> NEW.total_fen OR ({red})"
    yield "voucher", "insert", unequal, UNBALANCED
    yield "voucher", "insert", IN_CLOSED_DAY.format(day="NEW.business_on"), CLOSED
    for event in ("update", "delete"):
        yield "voucher", event, "1 = 1", POSTED
    for table in VOUCHER_LINES:
        posted = "EXISTS (SELECT 1 FROM voucher head WHERE head.id = NEW.voucher_id)"
        yield table, "insert", posted, POSTED
        for event in ("update", "delete"):
            yield table, event, "1 = 1", POSTED


def _of_approvals() -> Iterator[tuple[str, str, str, str]]:
    votes = (
        "(SELECT count(*) FROM approval_vote vote"
        " WHERE vote.request_id = NEW.id AND vote.verdict = 'approved')"
    )
    fixed = _changed("approval_request")
    early = f"NEW.state = 'approved' AND {votes} < NEW.needed"
    yield "approval_request", "update", f"OLD.state <> 'pending' OR {fixed} OR ({early})", SAID
    yield "approval_request", "insert", "NEW.state <> 'pending'", SAID
    yield "approval_request", "delete", "1 = 1", SAID
    late = (
        "NOT EXISTS (SELECT 1 FROM approval_request request"
        " WHERE request.id = NEW.request_id AND request.state = 'pending')"
    )
    yield "approval_vote", "insert", late, SAID
    for table in APPEND_ONLY:
        for event in ("update", "delete"):
            yield table, event, "1 = 1", KEPT


def _of_adjustments() -> Iterator[tuple[str, str, str, str]]:
    steps = " OR ".join(
        f"(OLD.status = '{now}' AND NEW.status = '{then}')"
        for now, following in STEPS.items()
        for then in following
    )
    moved = f"OLD.status <> NEW.status AND NOT ({steps})"
    fixed = f"OLD.status NOT IN ('draft', 'returned') AND ({_changed('adjustment')})"
    unapproved = f"OLD.status <> NEW.status AND NEW.status = 'approved' AND NOT EXISTS ({APPROVED})"
    named = "OLD.number <> NEW.number OR OLD.maker_id <> NEW.maker_id"
    refused = f"({moved}) OR ({fixed}) OR ({unapproved}) OR {named}"
    yield "adjustment", "update", refused, SETTLED
    yield "adjustment", "insert", "NEW.status <> 'draft'", SETTLED
    yield "adjustment", "delete", "1 = 1", SETTLED
    # Shares may be written anew while the adjustment is a draft; later only `live` moves.
    yield "adjustment_case", "insert", f"NEW.live AND {TAKEN_OF_CASE}", TOO_MUCH
    other = (
        "OLD.share_fen <> NEW.share_fen OR OLD.discrepancy_id <> NEW.discrepancy_id"
        " OR OLD.adjustment_id <> NEW.adjustment_id"
    )
    yield "adjustment_case", "update", f"{other} OR (NEW.live AND {TAKEN_OF_CASE})", TOO_MUCH
    yield "adjustment_case", "delete", f"NOT EXISTS ({OPEN_ADJUSTMENT})", SETTLED
    yield "suspense_move", "insert", f"NEW.live AND {TAKEN_OF_ITEM}", TOO_MUCH
    other = "OLD.amount_fen <> NEW.amount_fen OR OLD.item_id <> NEW.item_id"
    yield "suspense_move", "update", f"{other} OR (NEW.live AND {TAKEN_OF_ITEM})", TOO_MUCH
    yield "suspense_move", "delete", f"NOT EXISTS ({OPEN_ADJUSTMENT})", SETTLED
    yield "suspense_item", "update", _changed("suspense_item"), POSTED
    yield "suspense_item", "delete", "1 = 1", POSTED
    yield "adjustment_attachment", "update", "1 = 1", SETTLED
    yield "adjustment_attachment", "delete", f"NOT EXISTS ({OPEN_ADJUSTMENT})", SETTLED


def _of_closing() -> Iterator[tuple[str, str, str, str]]:
    back = "OLD.state <> 'closed'"
    yield "day_close", "update", f"{back} OR {_changed('day_close')}", KEPT
    yield "day_close", "delete", "1 = 1", KEPT
    later = "EXISTS (SELECT 1 FROM closed_day later WHERE later.business_on > OLD.business_on)"
    shut = (
        "EXISTS (SELECT 1 FROM day_close own"
        " WHERE own.business_on = OLD.business_on AND own.state = 'closed')"
    )
    yield "closed_day", "delete", f"{later} OR {shut}", LATEST
    yield "closed_day", "update", "1 = 1", LATEST
    for event, row in (("insert", "NEW"), ("update", "OLD"), ("delete", "OLD")):
        yield "day_waiver", event, IN_CLOSED_DAY.format(day=f"{row}.business_on"), CLOSED
    shut = IN_CLOSED_DAY.format(day="OLD.opened_on")
    facts = f"OLD.status = 'resolved' AND NEW.status = 'resolved' AND ({_changed('discrepancy')})"
    yield "discrepancy", "update", f"{facts} AND {shut}", CLOSED
    of_hand = (
        "EXISTS (SELECT 1 FROM hand_match made JOIN closed_day closed"
        " ON closed.business_on = made.business_on WHERE made.match_id = OLD.match_id)"
    )
    for event in ("update", "delete"):
        yield "match", event, f"OLD.run_id IS NULL AND {of_hand}", CLOSED
        yield "hand_match", event, IN_CLOSED_DAY.format(day="OLD.business_on"), CLOSED


def _changed(table: str) -> str:
    return "(" + " OR ".join(f"OLD.{name} <> NEW.{name}" for name in FIXED[table]) + ")"


def _sqlite() -> Iterator[str]:
    for name, table, event, refused, message in _guards():
        yield (
            f'CREATE TRIGGER {name} BEFORE {event.upper()} ON "{table}"'
            f" WHEN {refused} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def _postgresql() -> Iterator[str]:
    for name, table, event, refused, message in _guards():
        returned = "OLD" if event == "delete" else "NEW"
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {refused} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23514'; END IF;"
            f" RETURN {returned}; END $$"
        )
        yield (
            f'CREATE TRIGGER {name} BEFORE {event.upper()} ON "{table}"'
            f" FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
