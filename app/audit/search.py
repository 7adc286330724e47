"""Searching the audit log by person, time, object, verb and text."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.audit.model import AuditRecord
from app.audit.queries import AuditRow
from app.audit.rules import Verb
from app.base.dates import CHINA
from app.db.ids import ids_of

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which records to list; what is None or empty does not limit.

    Days are China's; `text` is looked for in the object, before and after.
    """

    person: str = ""
    first: date | None = None
    last: date | None = None
    object_type: str = ""
    object_key: str = ""
    verbs: frozenset[Verb] = frozenset()
    text: str = ""


def record_ids(session: Session, wanted: AuditFilter) -> array[int]:
    """Return the sequences of the records that a filter lets through, the latest first."""
    query = select(AuditRecord.sequence).where(*_conditions(wanted))
    return ids_of(session, query.order_by(AuditRecord.sequence.desc()))


def record_rows(session: Session, sequences: Sequence[int]) -> list[AuditRow]:
    """Return records in the order of their sequences."""
    table = AuditRecord.__table__
    found = {}
    for start in range(0, len(sequences), _CHUNK):
        query = select(table).where(table.c.sequence.in_(sequences[start : start + _CHUNK]))
        for row in session.execute(query).mappings():
            found[row["sequence"]] = AuditRow(**{name: row[name] for name in AuditRow.__slots__})
    return [found[sequence] for sequence in sequences if sequence in found]


def history(
    session: Session, object_types: Collection[str], object_key: str, *, most: int = 50
) -> list[AuditRow]:
    """Return what happened to one thing, the latest first."""
    query = (
        select(AuditRecord.sequence)
        .where(AuditRecord.object_type.in_(object_types), AuditRecord.object_key == object_key)
        .order_by(AuditRecord.sequence.desc())
        .limit(most)
    )
    return record_rows(session, list(session.scalars(query)))


def audit_people(session: Session) -> list[str]:
    """Return everybody who stands in the log."""
    return sorted(session.scalars(select(AuditRecord.actor).distinct()))


def audit_objects(session: Session) -> list[str]:
    """Return the kinds of things that stand in the log."""
    return sorted(session.scalars(select(AuditRecord.object_type).distinct()))


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    row = AuditRecord
    found: list[ColumnElement[bool]] = []
    if wanted.person:
        found.append(row.actor == wanted.person)
    if wanted.first is not None:
        found.append(row.at >= _midnight(wanted.first))
    if wanted.last is not None:
        found.append(row.at < _midnight(wanted.last + timedelta(days=1)))
    if wanted.object_type:
        found.append(row.object_type == wanted.object_type)
    if wanted.object_key:
        found.append(row.object_key == wanted.object_key)
    if wanted.verbs:
        found.append(row.verb.in_(sorted(wanted.verbs)))
    if text := wanted.text.strip():
        columns = (row.object_key, row.before, row.after)
        found.append(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA)
