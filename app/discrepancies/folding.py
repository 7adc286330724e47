"""Bringing the discrepancies to what a run found, keeping what people did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    case,
    delete,
    exists,
    insert,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from app.base.failpoints import reach
from app.base.lazily import Lazily
from app.db import bulk, counters
from app.db.workspace import Tx
from app.discrepancies.model import (
    Discrepancy,
    DiscrepancyAttachment,
    DiscrepancyLeg,
    DiscrepancyNote,
)
from app.discrepancies.rules import Resolution, Status
from app.matching.model import Match
from app.matching.result import Result
from app.matching.rules import Kind, Side, Task
from app.records.model import HeldEntry
from app.records.rules import HeldBy

if TYPE_CHECKING:
    import polars as pl
else:
    pl = Lazily("polars")

NOT_OFFERED = (
    Kind.FEE_DIFFERS,
    Kind.ORDER_UNBALANCED,
    Kind.TOTAL_DIFFERS,
    Kind.ACCOUNT_DIFFERS,
)
"""Kinds whose entries later runs do not take up again."""

_UPDATED = (
    "kind",
    "scope",
    "business_on",
    "ours_kind",
    "ours_id",
    "ours_key",
    "ours_fen",
    "theirs_kind",
    "theirs_id",
    "theirs_key",
    "theirs_fen",
    "difference_fen",
    "detail",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which discrepancies a run is about: a task's, of some scopes (empty: all)."""

    task: Task
    scope: str = ""


def pool(part: Part, before: int) -> tuple[Select[Any], Select[Any]]:
    """Return queries for the ids of our and their entries that earlier runs left open."""
    open_ = _of(part).where(
        # What is in suspense comes back by people only: its voucher would stay behind.
        Discrepancy.status.not_in((Status.RESOLVED, Status.SUSPENDED)),
        Discrepancy.opened_on < before,
        Discrepancy.kind.not_in(NOT_OFFERED),
        ~_is_adjusted(),
    )
    rows = open_.with_only_columns(Discrepancy.id)
    return (
        _entries(open_.with_only_columns(Discrepancy.ours_id.label("id")), rows, Side.OURS),
        _entries(open_.with_only_columns(Discrepancy.theirs_id.label("id")), rows, Side.THEIRS),
    )


def settled(part: Part, before: int) -> tuple[Select[Any], Select[Any]]:
    """Return queries for the ids of our and their entries that later runs do not take up again.

    People settled them without a match, or their kind is not offered again.
    """
    done = _of(part).where(
        or_(
            (Discrepancy.status != Status.RESOLVED) & Discrepancy.kind.in_(NOT_OFFERED),
            Discrepancy.status == Status.SUSPENDED,
            (Discrepancy.status != Status.RESOLVED) & _is_adjusted(),
            (Discrepancy.status == Status.RESOLVED)
            & Discrepancy.resolution.in_((Resolution.EXPLAINED, Resolution.ADJUSTED)),
        ),
        Discrepancy.opened_on < before,
    )
    rows = done.with_only_columns(Discrepancy.id)
    return (
        _entries(done.with_only_columns(Discrepancy.ours_id.label("id")), rows, Side.OURS),
        _entries(done.with_only_columns(Discrepancy.theirs_id.label("id")), rows, Side.THEIRS),
    )


def _is_adjusted() -> ColumnElement[bool]:
    """Whether vouchers were posted about a part of it: a match would count that part twice."""
    return exists().where(
        HeldEntry.held_by == HeldBy.ADJUSTMENT.value,
        or_(HeldEntry.entry_id == Discrepancy.ours_id, HeldEntry.entry_id == Discrepancy.theirs_id),
    )


def _entries(firsts: Select[Any], rows: Select[Any], side: Side) -> Select[Any]:
    """The first entries of discrepancies on a side, and the further ones."""
    further = select(DiscrepancyLeg.entry_id).where(
        DiscrepancyLeg.side == side, DiscrepancyLeg.discrepancy_id.in_(rows)
    )
    both = union_all(firsts, further).subquery()
    return select(both.c.id).where(both.c.id.is_not(None))


def roll_back(tx: Tx, part: Part, start: int) -> None:
    """Forget what runs from `start` on found, but for rows that people worked on."""
    untouched = _untouched()
    ids = (
        _of(part)
        .with_only_columns(Discrepancy.id)
        .where(Discrepancy.opened_on >= start, untouched, ~documented())
    )
    quietly = {"synchronize_session": False}
    tx.session.execute(
        delete(DiscrepancyLeg).where(DiscrepancyLeg.discrepancy_id.in_(ids)),
        execution_options=quietly,
    )
    tx.session.execute(
        delete(Discrepancy).where(Discrepancy.id.in_(ids)), execution_options=quietly
    )
    again = (
        _of(part)
        .with_only_columns(Discrepancy.id)
        .where(
            Discrepancy.resolved_on >= start,
            Discrepancy.resolution.in_((Resolution.LATER_MATCH, Resolution.CORRECTED)),
        )
    )
    tx.session.execute(
        update(Discrepancy)
        .where(Discrepancy.id.in_(again))
        .values(
            status=case((_was_carried(), Status.CARRIED.value), else_=Status.OPEN.value),
            resolution=case(
                (_was_carried(), Resolution.ADJUSTED.value), else_=Resolution.NONE.value
            ),
            resolved_on=None,
        ),
        execution_options=quietly,
    )
    tx.touch("discrepancy")


def _was_carried() -> ColumnElement[bool]:
    """Whether it was carried forward before it was matched: then it names the adjustment."""
    return Discrepancy.reason != ""


def fold(tx: Tx, part: Part, result: Result, day: int) -> set[int]:
    """Bring the discrepancies to what the run for `day` found; return the rows it is about.

    What has no day of its own, day 0, stands on the day of the run that found it first.
    """
    rows = _known_rows(tx.session, part)
    facts = pl.from_arrow(result.facts)
    assert isinstance(facts, pl.DataFrame)
    facts = facts.with_row_index("fact")
    known = _known_facts(facts, rows)
    ids = _update_known(tx, known)
    new = facts.filter(~pl.col("fact").is_in(list(ids))) if ids else facts
    ids |= _insert_new(tx, part.task, new, day)
    if result.legs:
        tx.session.execute(
            insert(DiscrepancyLeg),
            [
                {"discrepancy_id": ids[leg.fact], "side": leg.side, "entry_id": leg.entry_id}
                for leg in result.legs
            ],
        )
    reach("reconcile.facts")
    _settle_matched(tx, part, day)
    tx.touch("discrepancy", "discrepancy_leg")
    return set(ids.values())


def kept_rows(session: Session, part: Part, start: int) -> set[int]:
    """Return the open rows that runs from `start` on have to find again."""
    return set(
        session.scalars(
            _of(part)
            .with_only_columns(Discrepancy.id)
            .where(
                Discrepancy.opened_on >= start,
                Discrepancy.status.not_in((Status.RESOLVED, Status.SUSPENDED)),
            )
        )
    )


def close_vanished(tx: Tx, ids: set[int], day: int) -> None:
    """Resolve rows that people worked on but that no run finds any more."""
    for row in tx.session.scalars(select(Discrepancy).where(Discrepancy.id.in_(ids))):
        if row.status is not Status.RESOLVED:
            row.status = Status.RESOLVED
            row.resolution = Resolution.CORRECTED
            row.resolved_on = day


def documented() -> ColumnElement[bool]:
    """Return whether people left a note or an attachment: such a row is never deleted."""
    return or_(
        exists().where(DiscrepancyNote.discrepancy_id == Discrepancy.id),
        exists().where(DiscrepancyAttachment.discrepancy_id == Discrepancy.id),
    )


def _of(part: Part) -> Select[Discrepancy]:
    query = select(Discrepancy).where(Discrepancy.task == part.task)
    return query.where(Discrepancy.scope == part.scope) if part.scope else query


def _untouched() -> ColumnElement[bool]:
    return (Discrepancy.assignee == "") & (
        (Discrepancy.status == Status.OPEN)
        | (
            (Discrepancy.status == Status.RESOLVED)
            & Discrepancy.resolution.in_((Resolution.LATER_MATCH, Resolution.CORRECTED))
        )
    )


def _known_rows(session: Session, part: Part) -> list[Discrepancy]:
    """Rows that a new finding may belong to: open ones, and those that people closed."""
    query = _of(part).where(
        or_(
            Discrepancy.status != Status.RESOLVED,
            Discrepancy.resolution.in_((Resolution.EXPLAINED, Resolution.ADJUSTED)),
        )
    )
    return list(session.scalars(query.order_by(Discrepancy.id)))


def _known_facts(
    facts: pl.DataFrame, rows: Sequence[Discrepancy]
) -> dict[int, tuple[dict[str, object], list[Discrepancy]]]:
    """Facts about entries of which a row exists already."""
    by_entry: dict[tuple[str, int], list[Discrepancy]] = {}
    for row in rows:
        family = _family(row.kind)
        for side, id_ in (("ours", row.ours_id), ("theirs", row.theirs_id)):
            if id_ is not None:
                by_entry.setdefault((f"{family}{side}", id_), []).append(row)
    if not by_entry:
        return {}
    ours = [id_ for (side, id_) in by_entry if side.endswith("ours")]
    theirs = [id_ for (side, id_) in by_entry if side.endswith("theirs")]
    near = facts.filter(pl.col("ours_id").is_in(ours) | pl.col("theirs_id").is_in(theirs))
    found = {}
    for fact in near.to_dicts():
        family = _family(Kind(fact["kind"]))
        mine = [
            *by_entry.get((f"{family}ours", fact["ours_id"]), ()),
            *by_entry.get((f"{family}theirs", fact["theirs_id"]), ()),
        ]
        if mine:
            found[fact["fact"]] = (fact, list(dict.fromkeys(mine)))
    return found


def _family(kind: Kind) -> str:
    """Facts about fees and about headers stand beside those about the entries themselves."""
    beside = (Kind.FEE_DIFFERS, Kind.TOTAL_DIFFERS, Kind.ACCOUNT_DIFFERS, Kind.ORDER_UNBALANCED)
    return f"{kind.value} " if kind in beside else ""


def _update_known(
    tx: Tx, known: dict[int, tuple[dict[str, object], list[Discrepancy]]]
) -> dict[int, int]:
    """Bring rows to the new finding; a second row about the same pair is closed."""
    ids: dict[int, int] = {}
    used: set[int] = set()
    for number, (fact, mine) in known.items():
        free = [row for row in mine if row.id not in used]
        if not free:
            continue
        row, *others = free
        used.update(one.id for one in free)
        ids[number] = row.id
        for name in _UPDATED:
            value = fact[name]
            if name == "business_on" and not value:
                continue
            if getattr(row, name) != value:
                setattr(row, name, Kind(str(value)) if name == "kind" else value)
        for other in others:
            other.status = Status.RESOLVED
            other.resolution = Resolution.LATER_MATCH
    tx.session.flush()
    if ids:
        tx.session.execute(
            delete(DiscrepancyLeg).where(DiscrepancyLeg.discrepancy_id.in_(ids.values()))
        )
    return ids


def _insert_new(tx: Tx, task: Task, new: pl.DataFrame, day: int) -> dict[int, int]:
    if not new.height:
        return {}
    first = counters.take(tx, "discrepancy", new.height)
    numbers = new["fact"].to_list()
    frame = new.drop("fact").with_columns(
        pl.col("business_on").replace(0, day),
        id=pl.int_range(first, first + new.height, dtype=pl.Int64),
    )
    table = Discrepancy.__table__
    assert isinstance(table, Table)
    bulk.insert(
        tx.connection,
        table,
        frame.to_arrow(),
        {
            "task": task.value,
            "opened_on": day,
            "resolved_on": None,
            "status": Status.OPEN.value,
            "resolution": Resolution.NONE.value,
            "assignee": "",
            "reason": "",
            "version": 1,
        },
    )
    return {number: first + place for place, number in enumerate(numbers)}


def _settle_matched(tx: Tx, part: Part, day: int) -> None:
    """Resolve what earlier runs left open and this one matched."""
    matched = exists().where(
        Match.task == part.task,
        or_(Match.ours_id == Discrepancy.ours_id, Match.theirs_id == Discrepancy.theirs_id),
    )
    ids = (
        _of(part)
        .with_only_columns(Discrepancy.id)
        .where(
            Discrepancy.status.not_in((Status.RESOLVED, Status.SUSPENDED)),
            Discrepancy.kind.not_in(NOT_OFFERED),
            ~_is_adjusted(),
            matched,
        )
    )
    tx.session.execute(
        update(Discrepancy)
        .where(Discrepancy.id.in_(ids))
        .values(status=Status.RESOLVED, resolution=Resolution.LATER_MATCH, resolved_on=day),
        execution_options={"synchronize_session": False},
    )
