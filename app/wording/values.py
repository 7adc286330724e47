"""Fields of entries and their values as people read them, personal data masked."""

from __future__ import annotations

from app.base.dates import china_time, day_of
from app.base.i18n import N_, _
from app.base.money import yuan
from app.discrepancies.fields import FIELDS as NAMES
from app.intake.rules import Kind, masked
from app.records.fields import FIELDS, EntryField, Look
from app.wording.labels import label

_TEXT = EntryField(name="")


def field_name(kind: Kind, column: str) -> str:
    """Return what a column of a kind of entry is called."""
    for field, name in NAMES.get(kind, ()):
        if name == column:
            return label(field)
    return _(_MORE[column]) if column in _MORE else column


def written(kind: Kind, column: str, value: str | int | None) -> str:
    """Return a stored value of a column as people read it; nothing is a dash."""
    if value is None or value == "":
        return "—"
    field = next((one for one in FIELDS.get(kind, ()) if one.name == column), _TEXT)
    if isinstance(value, int):
        return _number(field.look, value)
    if field.choices is not None:
        return label(field.choices(value))
    return masked(value, field.personal)


def _number(look: Look, value: int) -> str:
    match look:
        case Look.AMOUNT:
            return yuan(value)
        case Look.DAY:
            return day_of(value).isoformat()
        case Look.TIME:
            return china_time(value).strftime("%Y-%m-%d %H:%M:%S")
        case _:
            return str(value)


_MORE = {
    "fee_text": N_("Fee as written"),
    "original_payment_no": N_("Original payment no."),
    "scene": N_("Scene"),
    "currency": N_("Currency"),
    "calendar_on": N_("Day in the file"),
}
