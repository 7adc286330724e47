"""Showing personal data of entries as they are: with a reason, and never without a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.errors import NotFound, WrongInput
from app.base.i18n import N_, _
from app.db.workspace import Tx
from app.identity.rules import Permission
from app.identity.service import require
from app.intake.rules import Kind
from app.records.fields import FIELDS
from app.records.kinds import SHAPES

SHOWN_S = 30
"""How long somebody may look at it, in seconds."""


class WhyUnmasked(WrongInput):
    """Personal data are looked at for a reason."""

    template = N_("Say why you have to see it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A personal datum of an entry as it is: `field` is its column, `key` the entry's own key."""

    kind: Kind
    entry_id: int
    key: str
    field: str
    value: str


def unmask(tx: Tx, *, entries: Sequence[tuple[Kind, int]], reason: str) -> list[Plain]:
    """Return the personal data of entries as they are; the log says who looked, at what and why.

    Raises:
        NotAllowed: The actor may not see them.
        WhyUnmasked: The reason is empty.
        NotFound: There is no such entry.
    """
    require(tx.actor, Permission.UNMASK)
    if not reason.strip():
        raise WhyUnmasked
    found: list[Plain] = []
    for kind, id_ in dict.fromkeys(entries):
        plain = _personal(tx, kind, id_)
        found += plain
        names = sorted({one.field for one in plain})
        after = {"kind": kind.value, "fields": names, "reason": reason.strip()}
        key = plain[0].key if plain else str(id_)
        audit.record(tx, Verb.UNMASKED, "entry", key, after=after)
    return found


def _personal(tx: Tx, kind: Kind, id_: int) -> list[Plain]:
    shape = SHAPES[kind]
    query = select(shape.table).where(shape.table.c.id == id_)
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(what=_("entry"), key=str(id_))
    key = " ".join(str(row[name]) for name in shape.shown_key)
    return [
        Plain(kind=kind, entry_id=id_, key=key, field=field.name, value=str(row[field.name]))
        for field in FIELDS[kind]
        if field.personal is not None and row[field.name]
    ]
