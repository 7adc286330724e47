"""What an audit record says, in words: the kind of thing, and what changed in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath, PureWindowsPath

from app.audit.queries import AuditRow
from app.base.i18n import N_, _
from app.base.masking import mask_text
from app.base.money import yuan
from app.identity.rules import Role
from app.matching.rules import Kind, Task
from app.wording.labels import label

OBJECTS: Mapping[str, str] = {
    "adjustment": N_("adjustment slip"),
    "approval_request": N_("request for approval"),
    "audit_log": N_("audit log"),
    "arrival_confirmation": N_("confirmation of an arrival"),
    "bank_account": N_("bank account"),
    "business_day": N_("business day"),
    "reconciliation_statement": N_("bank reconciliation statement"),
    "calendar": N_("calendar"),
    "calendar_day": N_("day of the calendar"),
    "channel": N_("channel"),
    "database": N_("database"),
    "defaults": N_("what the program brings along"),
    "discrepancy": N_("discrepancy"),
    "entry": N_("entry"),
    "ledger_account": N_("account of the chart"),
    "match": N_("match"),
    "organisation": N_("organisation"),
    "reason": N_("reason to choose"),
    "report": N_("printed paper"),
    "rejected_file": N_("rejected file"),
    "setting": N_("setting"),
    "source_file": N_("file"),
    "user": N_("user"),
    "voucher": N_("voucher"),
}
"""What the kinds of things in the log are called."""

FIELDS: Mapping[str, str] = {
    "about": N_("about"),
    "accepted": N_("accepted rows"),
    "account_name": N_("account name"),
    "account_no": N_("account no."),
    "agreed": N_("agreed"),
    "amount_fen": N_("amount"),
    "assignee": N_("assignee"),
    "bank": N_("bank"),
    "bytes": N_("bytes"),
    "claimant": N_("claimed for"),
    "code": N_("code"),
    "copy": N_("copy"),
    "cutoff_minutes": N_("cut-off (minute of the day)"),
    "cycle": N_("settlement cycle"),
    "cycle_days": N_("days of the cycle"),
    "day": N_("day"),
    "discrepancies": N_("discrepancies"),
    "fee_bearer": N_("fee borne by"),
    "file": N_("file"),
    "format": N_("format"),
    "household": N_("household no."),
    "items": N_("items in suspense"),
    "kind": N_("kind"),
    "lines": N_("lines"),
    "matched": N_("matched"),
    "maximum_fen": N_("highest fee"),
    "minimum_fen": N_("lowest fee"),
    "name": N_("name"),
    "note": N_("note"),
    "opening_fen": N_("opening balance"),
    "opening_on": N_("opening day"),
    "ours": N_("ours"),
    "original": N_("original payment"),
    "payee": N_("payee"),
    "parent": N_("belongs to"),
    "password": N_("password"),
    "profile": N_("profile"),
    "rate_ppm": N_("fee rate (per million)"),
    "reason": N_("reason"),
    "refund_returns_fee": N_("refunds return the fee"),
    "roles": N_("roles"),
    "rows": N_("rows"),
    "sha256": N_("SHA-256"),
    "shipped": N_("as the program brought it"),
    "state": N_("state"),
    "status": N_("state"),
    "theirs": N_("theirs"),
    "total_fen": N_("total"),
    "voucher": N_("voucher"),
    "utilities": N_("utilities"),
    "years": N_("years"),
}
"""What the values of a record are called; others stand there as they are stored."""

_FILES = frozenset({"source_file", "rejected_file"})
_HASH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value before and after."""

    field: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Whether it was changed."""
        return self.before != self.after


def object_label(kind: str) -> str:
    """Return what a kind of thing is called."""
    return _(OBJECTS[kind]) if kind in OBJECTS else kind


def field_label(path: str) -> str:
    """Return what a value is called, with what it belongs to."""
    return " · ".join(_part(part) for part in path.split("."))


def _part(name: str) -> str:
    if name in FIELDS:
        return _(FIELDS[name])
    for known in (Task, Kind):
        if name in set(known):
            return label(known(name))
    return name


def thing(row: AuditRow) -> str:
    """Return what a record is about: a file by its name rather than its digest."""
    if row.object_type in _FILES and len(row.object_key) == _HASH:
        said = _loaded(row.after) or _loaded(row.before)
        if isinstance(said, dict) and said.get("name"):
            return PureWindowsPath(PurePath(str(said["name"])).name).name
    return row.object_key


def changes(row: AuditRow) -> list[Change]:
    """Return each value that a record tells of."""
    before, after = _fields(row.before), _fields(row.after)
    return [
        Change(field=field_label(name), before=before.get(name, ""), after=after.get(name, ""))
        for name in dict.fromkeys((*before, *after))
    ]


def in_short(row: AuditRow) -> str:
    """Return on one line what a record changed, or what it tells."""
    told = changes(row)
    both = [one for one in told if one.differs and one.before and one.after]
    shown = both or [one for one in told if one.differs]
    return " · ".join(_short(one) for one in shown)


def picked(row: AuditRow, names: Sequence[str]) -> str:
    """Return on one line some of the values that a record tells of, without their names."""
    before, after = _fields(row.before), _fields(row.after)
    return " · ".join(text for name in names if (text := after.get(name) or before.get(name)))


def _short(change: Change) -> str:
    values = [value for value in (change.before, change.after) if value]
    return f"{change.field} {' → '.join(values)}".strip()


def _fields(text: str) -> dict[str, str]:
    said = _loaded(text)
    if said is None:
        return {}
    if not isinstance(said, dict):
        return {"": _written("", said)}
    return dict(_flat("", said))


def _flat(path: str, said: dict[str, object]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in said.items():
        place = f"{path}.{name}" if path else name
        if isinstance(value, dict) and value:
            found += _flat(place, value)
        else:
            found.append((place, _written(name, value)))
    return found


def _written(name: str, value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _(N_("yes")) if value else _(N_("no"))
        case int() if name.endswith("_fen"):
            return yuan(value)
        case list():
            return ", ".join(_written(name, one) for one in value)
        case _:
            known = name == "roles" and str(value) in set(Role)
            return label(Role(str(value))) if known else mask_text(str(value))


def _loaded(text: str) -> object:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
