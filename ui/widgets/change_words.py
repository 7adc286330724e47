"""What a record of the log says about a thing of the master data, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from app.audit.queries import AuditRow
from app.audit.rules import Verb
from app.base.i18n import N_, _
from app.catalog.rules import (
    SETTINGS,
    AccountKind,
    ChannelKind,
    Cycle,
    FeeBearer,
    MasterField,
    Purpose,
    SettingName,
    Unit,
)
from app.wording.labels import label as label_of
from ui.formatting import amount, clock, count, rate
from ui.widgets.reading_texts import write_utilities

_HIDDEN = frozenset({"shipped"})
_EMPTY = "–"


def told(row: AuditRow) -> str:
    """Return what became of what: each field with its value before and after."""
    before, after = _read(row.before), _read(row.after)
    if "request" in _dict(after):
        return _told_of_request(row, _dict(after))
    return told_change(row.object_type, row.object_key, before, after)


def told_change(object_type: str, object_key: str, before: Any, after: Any) -> str:
    """Return what a change does to a thing, each field with its value before and after."""
    if isinstance(before, dict) or isinstance(after, dict):
        return _(N_("; ")).join(_fields(_dict(before), _dict(after)))
    if object_type == "setting":
        return f"{_setting(object_key, before)} → {_setting(object_key, after)}"
    return ""


def _told_of_request(row: AuditRow, said: Mapping[str, Any]) -> str:
    change = _dict(_read(str(said.get("change", ""))))
    if change:
        return told_change(row.object_type, row.object_key, change["before"], change["after"])
    return str(said.get("reason", ""))


def verb(row: AuditRow) -> str:
    """Return what was done."""
    return label_of(Verb(row.verb))


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    lines = []
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if name in _HIDDEN or old == new or (not before and new in (None, "")):
            continue
        value = _shown(name, new) if not before else f"{_shown(name, old)} → {_shown(name, new)}"
        lines.append(_(N_("{field}: {value}")).format(field=_caption(name), value=value))
    return lines


def _caption(name: str) -> str:
    if name in _CAPTIONS:
        return _(_CAPTIONS[name])
    return label_of(MasterField(name)) if name in set(MasterField) else name


def _shown(name: str, value: Any) -> str:
    if value is None or value == "":
        return _EMPTY
    write = _WRITTEN.get(name)
    try:
        return write(value) if write else str(value)
    except ValueError:
        return str(value)


def _kind(value: Any) -> str:
    for kind in (ChannelKind, AccountKind):
        if value in set(kind):
            return label_of(kind(value))
    return str(value)


def _yes(value: Any) -> str:
    return _(N_("yes")) if value else _(N_("no"))


def _working(value: Any) -> str:
    return _(N_("a working day")) if value else _(N_("a day off"))


def _day(value: Any) -> str:
    text = str(value)
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if text.isdigit() else text


_CAPTIONS = {"working": N_("This day is"), "served_by": N_("Account")}

_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "opening_fen": amount,
    "minimum_fen": amount,
    "maximum_fen": amount,
    "rate_ppm": rate,
    "cutoff_minutes": clock,
    "opening_on": _day,
    "utilities": write_utilities,
    "kind": _kind,
    "cycle": lambda value: label_of(Cycle(value)),
    "fee_bearer": lambda value: label_of(FeeBearer(value)),
    "refund_returns_fee": _yes,
    "active": _yes,
    "working": _working,
    "purpose": lambda value: label_of(Purpose(value)),
}


def _setting(name: str, value: Any) -> str:
    if name in set(SettingName) and isinstance(value, int):
        unit = SETTINGS[SettingName(name)].unit
        number = amount(value) if unit is Unit.FEN else count(value)
        return f"{number} {label_of(unit)}"
    return str(value)


def _read(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
