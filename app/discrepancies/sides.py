"""Both sides of a discrepancy field by field, with what differs marked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.dates import day_of, moment_of
from app.catalog.model import BankAccount, Organisation
from app.discrepancies.fields import DAYS, FIELDS, LOOSE, MOMENTS, MONEY, PERSONAL, Field
from app.discrepancies.model import Discrepancy, DiscrepancyLeg
from app.discrepancies.refusals import UnknownDiscrepancy
from app.discrepancies.rules import Caption
from app.intake.model import SourceFile
from app.intake.rules import Kind as EntryKind
from app.intake.rules import masked
from app.matching.rules import Kind, Side, Task
from app.records.kinds import SHAPES
from app.records.queries import EntryRef, entries

Value = int | str | date | datetime | StrEnum | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One field of both sides; `differs` where both have a value and these are not equal."""

    field: Field
    ours: Value
    theirs: Value
    differs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """From which line of which file an entry came."""

    kind: EntryKind
    entry_id: int
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both sides of a discrepancy; an absent side has no origin.

    `beside` are sums that stand beside the entries: a header against its lines, or an order's
    instruments against its bills. Further entries come where more than one stands on a side.
    """

    id: int
    ours: Origin | None
    theirs: Origin | None
    pairs: tuple[Pair, ...]
    captions: tuple[Caption, Caption]
    beside: tuple[Pair, ...]
    more_ours: tuple[EntryRef, ...]
    more_theirs: tuple[EntryRef, ...]


def both_sides(session: Session, id_: int) -> Comparison:
    """Return both sides of a discrepancy.

    Raises:
        UnknownDiscrepancy: There is no such discrepancy.
    """
    row = session.get(Discrepancy, id_)
    if row is None:
        raise UnknownDiscrepancy(id=id_)
    ours = _values(session, row.ours_kind, row.ours_id)
    theirs = _values(session, row.theirs_kind, row.theirs_id)
    if row.task is Task.CLEARING and row.ours_kind is EntryKind.BILL_LINES and ours:
        # The bill line says what was paid; what we expect to be paid out is recomputed.
        ours[Field.NET] = row.ours_fen
    captions, beside = _beside(session, row, theirs)
    return Comparison(
        id=id_,
        ours=_origin(session, row.ours_kind, row.ours_id),
        theirs=_origin(session, row.theirs_kind, row.theirs_id),
        pairs=_paired(ours, theirs),
        captions=captions,
        beside=beside,
        more_ours=_legs(session, row, Side.OURS),
        more_theirs=_legs(session, row, Side.THEIRS),
    )


def _values(session: Session, kind: EntryKind | None, id_: int | None) -> dict[Field, Value]:
    if kind is None or id_ is None:
        return {}
    table = SHAPES[kind].table
    found = session.execute(select(table).where(table.c.id == id_)).mappings().one_or_none()
    if found is None:
        return {}
    return {field: _shown(field, found[name]) for field, name in FIELDS[kind]}


def _shown(field: Field, value: Any) -> Value:
    if value is None or value == "":
        return None
    shown: Value = value
    if field in DAYS:
        shown = day_of(value) if value else None
    elif field in MOMENTS:
        shown = moment_of(value)
    elif field in PERSONAL:
        shown = masked(value, PERSONAL[field])
    return shown


def _paired(ours: dict[Field, Value], theirs: dict[Field, Value]) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            field=field,
            ours=ours.get(field),
            theirs=theirs.get(field),
            differs=_differ(field, ours.get(field), theirs.get(field)),
        )
        for field in Field
        if ours.get(field) is not None or theirs.get(field) is not None
    )


def _differ(field: Field, ours: Value, theirs: Value) -> bool:
    return field not in LOOSE and None not in (ours, theirs) and ours != theirs


def _beside(
    session: Session, row: Discrepancy, theirs: dict[Field, Value]
) -> tuple[tuple[Caption, Caption], tuple[Pair, ...]]:
    said = json.loads(row.detail) if row.detail else {}
    if row.kind is Kind.TOTAL_DIFFERS:
        pairs = [
            _pair(Field(name), values["lines"], values["header"])
            for name, values in said.items()
            if name in set(Field)
        ]
        return (Caption.LINES, Caption.HEADER), tuple(pairs)
    if row.kind is Kind.ORDER_UNBALANCED and said:
        pair = _pair(Field.AMOUNT, said.get("paid_fen"), said.get("billed_fen"))
        return (Caption.PAID, Caption.BILLED), (pair,)
    if row.kind is Kind.ACCOUNT_DIFFERS:
        known = ", ".join(_accounts(session, str(theirs.get(Field.PAYEE) or "")))
        pair = _pair(Field.ACCOUNT, known or None, theirs.get(Field.ACCOUNT))
        return (Caption.OURS, Caption.THEIRS), (pair,)
    return (Caption.OURS, Caption.THEIRS), ()


def _pair(field: Field, ours: Value, theirs: Value) -> Pair:
    return Pair(field=field, ours=ours, theirs=theirs, differs=ours != theirs)


def _accounts(session: Session, payee: str) -> Sequence[str]:
    query = (
        select(BankAccount.account_no)
        .join(Organisation, Organisation.id == BankAccount.organisation_id)
        .where(Organisation.code == payee)
        .order_by(BankAccount.account_no)
    )
    return session.scalars(query).all()


def _origin(session: Session, kind: EntryKind | None, id_: int | None) -> Origin | None:
    if kind is None or id_ is None:
        return None
    table = SHAPES[kind].table
    query = (
        select(SourceFile.name, table.c.line)
        .join(SourceFile, SourceFile.id == table.c.file_id)
        .where(table.c.id == id_)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None  # its file was taken back
    return Origin(kind=kind, entry_id=id_, file=found.name, line=found.line)


def _legs(session: Session, row: Discrepancy, side: Side) -> tuple[EntryRef, ...]:
    kind = row.ours_kind if side is Side.OURS else row.theirs_kind
    if kind is None:
        return ()
    query = select(DiscrepancyLeg.entry_id).where(
        DiscrepancyLeg.discrepancy_id == row.id, DiscrepancyLeg.side == side
    )
    found = entries(session, kind, session.scalars(query))
    return tuple(found[id_] for id_ in sorted(found))


__all__ = ["MONEY", "Caption", "Comparison", "Field", "Origin", "Pair", "both_sides"]
