"""The triggers that every database has; without one of them an invariant is unguarded."""

from __future__ import annotations

from collections.abc import Mapping

_CHANGES = ("update", "delete")
_ALL = ("insert", "update", "delete")

_PLAIN: Mapping[str, tuple[str, ...]] = {
    "audit_record": _CHANGES,
    "audit_head": _CHANGES,
    "user_role": ("insert", "update"),
    "payment": _CHANGES,
    "channel_record": _CHANGES,
    "bill_line": _CHANGES,
    "writeoff": _CHANGES,
    "clearing_batch": _CHANGES,
    "clearing_line": _CHANGES,
    "arrival": _CHANGES,
    "run": _CHANGES,
    "match": _CHANGES,
    "touched_day": ("insert", "update"),
    "source_chunk": _CHANGES,
    "source_file": ("delete",),
    "report_issue": _ALL,
    "report_content": _CHANGES,
    "reconciliation_statement": _ALL,
    "reconciliation_item": _ALL,
}
_CONFIRMED: Mapping[str, tuple[str, ...]] = {
    "arrival_confirmation": _ALL,
    "arrival_confirmation_line": _CHANGES,
    "held_entry": _CHANGES,
    "match": _CHANGES,
    "clearing_batch": _CHANGES,
    "clearing_line": _CHANGES,
    "arrival": _CHANGES,
}
_POSTED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "gap": {"voucher": ("insert",)},
    "balance": {"voucher": ("insert",)},
    "closed": {
        "voucher": ("insert",),
        "day_waiver": _ALL,
        "discrepancy": ("update",),
        "match": _CHANGES,
        "hand_match": _CHANGES,
    },
    "posted": {
        "voucher": _CHANGES,
        "voucher_line": _ALL,
        "voucher_entry": _ALL,
        "suspense_item": _CHANGES,
    },
    "said": {"approval_request": _ALL, "approval_vote": ("insert",)},
    "kept": {"approval_vote": _CHANGES, "audit_anchor": _CHANGES, "day_close": _CHANGES},
    "settled": {
        "adjustment": _ALL,
        "adjustment_case": ("delete",),
        "suspense_move": ("delete",),
        "adjustment_attachment": _CHANGES,
    },
    "share": {"adjustment_case": ("insert", "update"), "suspense_move": ("insert", "update")},
    "latest": {"closed_day": _CHANGES},
}
"""By how their names end: what migration 0006 made."""


def _named(tables: Mapping[str, tuple[str, ...]], ending: str = "") -> frozenset[str]:
    return frozenset(
        f"guard_{table}_{event}{ending}" for table, events in tables.items() for event in events
    )


GUARDS = (
    _named(_PLAIN)
    | _named(_CONFIRMED, "_confirmed")
    | frozenset().union(*(_named(tables, f"_{ending}") for ending, tables in _POSTED.items()))
    | frozenset(
        f"unpack_{table}_{event}" for table in ("payment", "channel_record") for event in _CHANGES
    )
)
"""Their names; PostgreSQL also has triggers against emptying a table."""
