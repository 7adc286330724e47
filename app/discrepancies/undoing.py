"""Taking a step back: the earlier state exactly, and both steps in the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.audit.stale import last_actor
from app.base.dates import day_of
from app.calendar.service import require_open
from app.db.workspace import Tx
from app.discrepancies.byhand import Group, keep_still, require_free
from app.discrepancies.journal import Image, Step, Values, read_rows, same, table_of
from app.discrepancies.model import Discrepancy, DiscrepancyAttachment, DiscrepancyNote
from app.discrepancies.openness import BESIDE, facts_about, forget_untouched
from app.discrepancies.refusals import ChangedSince, MatchConfirmed, SomebodyElses
from app.discrepancies.rules import Status
from app.identity.rules import Permission
from app.identity.service import require
from app.matching import store
from app.matching.model import HandMatch, Match, Run, TakenApart
from app.matching.rules import MatchRule, Side, Task
from app.records.model import HeldEntry
from app.records.queries import held
from app.records.rules import HeldBy

_TABLES = {
    table_of(model).name: table_of(model)
    for model in (Match, HandMatch, TakenApart, Discrepancy, DiscrepancyNote, HeldEntry)
}
_PERMISSIONS = {
    Verb.MATCHED: Permission.MATCH,
    Verb.UNMATCHED: Permission.MATCH,
    Verb.ASSIGNED: Permission.ASSIGN,
    Verb.UNASSIGNED: Permission.ASSIGN,
    Verb.NOTED: Permission.NOTE,
}
_CHUNK = 500
_NONE = "nobody"


def undo(tx: Tx, step: Step) -> None:
    """Take a step back.

    Raises:
        SomebodyElses: Somebody else did it.
        ChangedSince: Something was built on it; the message says by whom.
        MatchConfirmed: The arrival that it says came is confirmed.
        DayClosed: The day was closed since.
    """
    require(tx.actor, _PERMISSIONS.get(step.verb, Permission.EXPLAIN))
    if step.by != tx.actor.name:
        raise SomebodyElses(by=step.by)
    keep_still(tx)
    days = _days(step)
    for day in sorted(days):
        require_open(tx, day_of(day))
    changed = _changed(tx, step.images)
    if changed and step.verb is Verb.UNMATCHED and _run_again(tx.session, step):
        _match_again(tx, step)
    else:
        if changed:
            raise _built_upon(tx.session, changed[0])
        _require_unused(tx.session, step)
        _put_back(tx, step.images)
    if step.task is not None and step.verb in {Verb.MATCHED, Verb.UNMATCHED}:
        store.mark_stale(tx, step.task, days)
    for object_id in step.object_ids:
        told = {"step": step.verb.value, "at": step.at, "reason": step.reason}
        audit.record(tx, Verb.UNDONE, step.object_type, str(object_id), before=told)
    tx.touch(*{image.table for image in step.images})


def _days(step: Step) -> set[int]:
    """The business days that a step is about."""
    days = {home.business_on for home in step.homes}
    for image in step.images:
        for values in (image.before, image.after):
            if values is not None:
                days.add(_named(image.table, values).get("business_on", 0))
    return days - {0}


def _changed(tx: Tx, images: Sequence[Image]) -> list[Image]:
    """Return the rows that are not as the step left them."""
    found = []
    for name, mine in _by_table(images).items():
        table = _TABLES[name]
        now = read_rows(tx, table, [image.key for image in mine])
        found += [image for image in mine if not same(table, now.get(image.key), image.after)]
    return found


def _by_table(images: Iterable[Image]) -> dict[str, list[Image]]:
    found: dict[str, list[Image]] = {}
    for image in images:
        found.setdefault(image.table, []).append(image)
    return found


def _named(table: str, values: Values) -> dict[str, Any]:
    return dict(zip(_TABLES[table].columns.keys(), values, strict=True))


def _built_upon(session: Session, image: Image) -> ChangedSince:
    kind = "discrepancy" if image.table == Discrepancy.__tablename__ else "match"
    number = image.key[0]
    if image.table == Match.__tablename__ and image.after is not None:
        number = _named(image.table, image.after)["match_id"]
    return ChangedSince(who=last_actor(session, kind, str(number)) or _NONE)


def _require_unused(session: Session, step: Step) -> None:
    """Return if nobody said anything of what the step opened, or confirmed what it matched."""
    opened = [
        image.key[0]
        for image in step.images
        if image.table == Discrepancy.__tablename__ and image.before is None
    ]
    for model in (DiscrepancyNote, DiscrepancyAttachment):
        for start in range(0, len(opened), _CHUNK):
            query = select(model.by).where(model.discrepancy_id.in_(opened[start : start + _CHUNK]))
            by = session.scalars(query.limit(1)).first()
            if by is not None:
                raise ChangedSince(who=by)
    if step.task is Task.ARRIVAL and step.verb is Verb.MATCHED:
        ids = {id_ for group in _groups(step, after=True) for id_ in (*group.ours, *group.theirs)}
        if held(session, ids, HeldBy.CONFIRMATION):
            raise MatchConfirmed(id=step.object_ids[0])
    if step.task is not None and step.verb is Verb.UNMATCHED:
        require_free(session, step.task, _groups(step, after=False))


def _groups(step: Step, *, after: bool) -> list[Group]:
    """Return the entries of the lines that a step made or took away."""
    rows = [
        _named(image.table, values)
        for image in step.images
        if image.table == Match.__tablename__
        and (values := image.after if after else image.before) is not None
    ]
    return [
        Group(
            ours=(row["ours_id"],) if row["ours_id"] else (),
            theirs=(row["theirs_id"],) if row["theirs_id"] else (),
        )
        for row in rows
    ]


def _put_back(tx: Tx, images: Sequence[Image]) -> None:
    """Bring every row to its earlier state: first take away, then change, then add."""
    tx.session.flush()
    by_table = _by_table(images)
    for name, mine in by_table.items():
        _delete(tx, _TABLES[name], [image for image in mine if image.before is None])
    for name, mine in by_table.items():
        changed = [one for one in mine if one.before is not None and one.after is not None]
        _update(tx, _TABLES[name], changed)
    for name, mine in by_table.items():
        rows = [
            _named(name, image.before)
            for image in mine
            if image.before is not None and image.after is None
        ]
        if rows:
            tx.session.execute(insert(_TABLES[name]), rows)
    tx.session.expire_all()


def _delete(tx: Tx, table: Table, images: Sequence[Image]) -> None:
    if images:
        tx.connection.execute(delete(table).where(_is_named(table)), [*map(_key_of, images)])


def _update(tx: Tx, table: Table, images: Sequence[Image]) -> None:
    keys = set(table.primary_key.columns.keys())
    names = [column.name for column in table.c if column.name not in {*keys, "version"}]
    values: dict[str, Any] = {
        name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names
    }
    if "version" in table.c:
        # Versions only grow: who looked at the step must not take the earlier state for it.
        values["version"] = table.c.version + 1
    rows = []
    for image in images:
        named = _named(table.name, image.before or ())
        rows.append(_key_of(image) | {f"new_{name}": named[name] for name in names})
    if rows:
        tx.connection.execute(update(table).where(_is_named(table)).values(values), rows)


def _is_named(table: Table) -> ColumnElement[bool]:
    """The row under a key that is given beside the statement."""
    columns = table.primary_key.columns
    return and_(*(column == bindparam(f"key_{column.name}") for column in columns))


def _key_of(image: Image) -> dict[str, Any]:
    columns = _TABLES[image.table].primary_key.columns
    return {f"key_{column.name}": part for column, part in zip(columns, image.key, strict=True)}


# ---------------------------------------------------------------- runs made since


def _run_again(session: Session, step: Step) -> bool:
    """Whether runs whose matches were taken apart were made again since."""
    wanted = {
        _named(image.table, image.before)["run_id"]
        for image in step.images
        if image.table == Match.__tablename__ and image.before is not None
    } - {None}
    there = set(session.scalars(select(Run.id).where(Run.id.in_(wanted))))
    return bool(wanted - there)


def _match_again(tx: Tx, step: Step) -> None:
    """Put matches back although their runs were made again: into the runs of today."""
    assert step.task is not None
    require_free(tx.session, step.task, _groups(step, after=False))
    lines = [image for image in step.images if image.table == Match.__tablename__]
    apart = [image for image in step.images if image.table == TakenApart.__tablename__]
    if _changed(tx, apart) or any(_is_by_hand(image) for image in lines):
        raise ChangedSince(who=step.by)
    sides: dict[Side, list[int]] = {
        Side.OURS: [id_ for group in _groups(step, after=False) for id_ in group.ours],
        Side.THEIRS: [id_ for group in _groups(step, after=False) for id_ in group.theirs],
    }
    facts = [row for row in facts_about(tx, step.task, sides) if row.kind not in BESIDE]
    for fact in facts:
        if fact.status is not Status.OPEN or fact.assignee:
            who = last_actor(tx.session, "discrepancy", str(fact.id))
            raise ChangedSince(who=who or _NONE)
    runs = {home.match_id: _run_of(tx, step, home.scope, home.business_on) for home in step.homes}
    rows = [_named(image.table, image.before) for image in lines if image.before is not None]
    for row in rows:
        run = runs[row["match_id"]]
        row["run_id"] = run.id
        empty = run.first_match > run.last_match
        run.first_match = row["id"] if empty else min(run.first_match, row["id"])
        run.last_match = row["id"] if empty else max(run.last_match, row["id"])
    tx.session.flush()
    tx.session.execute(insert(_TABLES[Match.__tablename__]), rows)
    _put_back(tx, apart)
    forget_untouched(tx, facts)
    tx.touch("run")


def _is_by_hand(image: Image) -> bool:
    row = _named(image.table, image.before or ())
    return row["rule"] is MatchRule.BY_HAND


def _run_of(tx: Tx, step: Step, scope: str, business_on: int) -> Run:
    run = tx.session.scalars(
        select(Run).where(Run.task == step.task, Run.scope == scope, Run.business_on == business_on)
    ).first()
    if run is None:
        raise ChangedSince(who=step.by)
    return run
