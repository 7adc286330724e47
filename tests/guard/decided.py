"""What must hold of adjustments, vouchers and suspense, reckoned from the bare rows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

_NONE: dict[str, str] = {
    "a voucher whose debits and credits differ": """
        SELECT v.number FROM voucher v JOIN voucher_line l ON l.voucher_id = v.id
        GROUP BY v.number, v.total_fen
        HAVING sum(l.debit_fen) <> sum(l.credit_fen) OR sum(l.debit_fen) <> v.total_fen
    """,
    "a voucher number that is left out": """
        SELECT payee || ' ' || month FROM voucher GROUP BY payee, month
        HAVING count(*) <> max(serial) OR min(serial) <> 1
    """,
    "a red voucher that does not cancel its other": """
        SELECT red.number FROM voucher red JOIN voucher v ON v.id = red.reverses_id
        WHERE red.total_fen <> -v.total_fen OR red.payee <> v.payee
    """,
    "lines without a voucher": """
        SELECT l.voucher_id FROM voucher_line l LEFT JOIN voucher v ON v.id = l.voucher_id
        WHERE v.id IS NULL
    """,
    "an approved adjustment that nobody else approved": """
        SELECT a.number FROM adjustment a
        WHERE a.status IN ('approved', 'reversed') AND NOT EXISTS (
            SELECT 1 FROM approval_request r JOIN approval_vote w ON w.request_id = r.id
            WHERE r.object_type = 'adjustment' AND r.object_key = a.number
              AND r.state = 'approved' AND w.verdict = 'approved'
              AND w.checker_id <> a.maker_id AND w.checker_name <> a.maker_name)
    """,
    "an adjustment that waits without a request, or the reverse": """
        SELECT a.number FROM adjustment a
        WHERE (a.status = 'submitted') <> EXISTS (
            SELECT 1 FROM approval_request r WHERE r.object_type = 'adjustment'
              AND r.object_key = a.number AND r.state = 'pending')
    """,
    "an approved adjustment with the wrong vouchers": """
        SELECT a.number FROM adjustment a
        WHERE (a.status IN ('approved', 'reversed') AND (a.voucher_id IS NULL)
               <> (a.kind IN ('carry_forward', 'clearing_correction')))
          OR (a.status NOT IN ('approved', 'reversed') AND a.voucher_id IS NOT NULL)
          OR (a.status = 'reversed' AND a.voucher_id IS NOT NULL) <> (a.reversal_id IS NOT NULL)
    """,
    "more taken up than differs": """
        SELECT d.id FROM discrepancy d JOIN adjustment_case c ON c.discrepancy_id = d.id
        WHERE c.live GROUP BY d.id, d.difference_fen HAVING sum(c.share_fen) > abs(d.difference_fen)
    """,
    "a discrepancy that waits for nothing": """
        SELECT d.id FROM discrepancy d WHERE d.status = 'submitted' AND NOT EXISTS (
            SELECT 1 FROM adjustment_case c JOIN adjustment a ON a.id = c.adjustment_id
            WHERE c.discrepancy_id = d.id AND c.live AND a.status = 'submitted')
    """,
    "a discrepancy in suspense without an item": """
        SELECT d.id FROM discrepancy d WHERE d.status = 'suspended' AND NOT EXISTS (
            SELECT 1 FROM suspense_item i WHERE i.discrepancy_id = d.id AND i.state = 'open')
    """,
    "a discrepancy that is settled while a part of it is in suspense": """
        SELECT d.id FROM discrepancy d WHERE d.status = 'resolved' AND EXISTS (
            SELECT 1 FROM suspense_item i WHERE i.discrepancy_id = d.id AND i.state = 'open')
    """,
    "an item from which more or less was taken than its moves say": """
        SELECT i.id FROM suspense_item i WHERE i.cleared_fen <> (
            SELECT coalesce(sum(m.amount_fen), 0) FROM suspense_move m
            JOIN adjustment a ON a.id = m.adjustment_id
            WHERE m.item_id = i.id AND a.status = 'approved')
    """,
    "something dated in a closed day was posted after it was closed": """
        SELECT v.number FROM voucher v JOIN day_close c ON c.business_on = v.business_on
        WHERE c.state = 'closed' AND v.posted_at > c.closed_at
    """,
    "a closing whose day is open": """
        SELECT business_on FROM day_close WHERE state = 'closed' AND business_on NOT IN
            (SELECT business_on FROM closed_day)
    """,
    "a confirmation that one person made alone": """
        SELECT number FROM arrival_confirmation
        WHERE checker_id = maker_id OR checker_name = maker_name
    """,
}
"""Queries that find nothing."""

_ALL_OF_THEM = text(
    " UNION ALL ".join(
        f"SELECT '{what}' AS what, CAST(found.one AS TEXT) FROM ("
        f"SELECT NULL AS one WHERE 1 = 0 UNION ALL {query}) AS found"
        for what, query in _NONE.items()
    )
)
"""All of these in one go: they are asked after each step."""

_SUSPENSE = text("""
    SELECT v.payee, sum(l.credit_fen - l.debit_fen) FROM voucher_line l
    JOIN voucher v ON v.id = l.voucher_id
    JOIN ledger_account a ON a.code = l.ledger_code
    WHERE a.purpose = :purpose GROUP BY v.payee
""")
_ITEMS = text("""
    SELECT payee, sum(amount_fen - cleared_fen) FROM suspense_item
    WHERE side = :side AND state = 'open' GROUP BY payee
""")


def broken(session: Session) -> list[str]:
    """Return what does not hold."""
    return [*_found(session), *_suspense(session)]


def _found(session: Session) -> Iterator[str]:
    for what, one in session.execute(_ALL_OF_THEM):
        yield f"{what}: {one}"


def _suspense(session: Session) -> Iterator[str]:
    """The balance of each suspense account is the sum of its open items."""
    for purpose, side, sign in (
        ("other_payables", "payable", 1),
        ("other_receivables", "receivable", -1),
    ):
        balances = {
            payee: sign * fen
            for payee, fen in session.execute(_SUSPENSE, {"purpose": purpose})
            if fen
        }
        items: dict[str, int] = dict(session.execute(_ITEMS, {"side": side}).all())
        if balances != items:
            yield f"{side}: {balances} ≠ {items}"
