"""A file beside those that are loaded: which one it corrects, which rows they share."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, select
from sqlalchemy.sql.selectable import FromClause

from app.db.workspace import Tx
from app.intake.model import SourceFile
from app.intake.reader import Source
from app.intake.rules import PROBLEMS_KEPT, FileStatus, Reason, RowProblem
from app.records.kinds import Shape
from app.records.refusals import FileRejected
from app.records.spread import Spread


def earlier_file(
    tx: Tx, source: Source, file: SourceFile, shape: Shape, spread: Spread
) -> SourceFile | None:
    """Return the loaded file that a new one corrects: the one that shares most keys."""
    new, old = shape.table.alias("new"), shape.table.alias("old")
    shared = (
        select(old.c.file_id, func.count())
        .select_from(new.join(old, same_key(shape, new, old)))
        .where(new.c.id.between(spread.first_id, spread.last_id), old.c.id < spread.first_id)
        .group_by(old.c.file_id)
        .order_by(func.count().desc(), old.c.file_id.desc())
        .limit(1)
    )
    found = tx.session.execute(shared).first() if could_meet(tx, file, spread) else None
    earlier = None
    if found is not None:
        earlier = tx.session.get(SourceFile, found[0])
    if earlier is None:
        earlier = tx.session.scalars(
            select(SourceFile)
            .where(
                SourceFile.kind == file.kind,
                SourceFile.profile == file.profile,
                SourceFile.name == source.label,
                SourceFile.status == FileStatus.LOADED,
                SourceFile.id != file.id,
            )
            .order_by(SourceFile.id.desc())
            .limit(1)
        ).first()
    return earlier


def could_meet(tx: Tx, file: SourceFile, spread: Spread) -> bool:
    """Whether the keys of another loaded file of this kind lie in the same range."""
    if not spread.rows:
        return False
    found = select(SourceFile.id).where(
        SourceFile.kind == file.kind,
        SourceFile.status == FileStatus.LOADED,
        SourceFile.id != file.id,
        SourceFile.accepted > 0,
    )
    bounds = select(SourceFile.first_key, SourceFile.last_key).where(SourceFile.id.in_(found))
    # Compared here and not in SQL, whose order of texts depends on the database's locale.
    return any(
        first <= spread.last_key and spread.first_key <= last
        for first, last in tx.session.execute(bounds)
    )


def same_key(shape: Shape, new: FromClause, old: FromClause) -> ColumnElement[bool]:
    """Return the condition that two rows are the same entry."""
    return and_(*(new.c[name] == old.c[name] for name in shape.key))


def settle_overlaps(tx: Tx, source: Source, file: SourceFile, shape: Shape, spread: Spread) -> int:
    """Drop rows that another file brought already, and return how many they are.

    Raises:
        FileRejected: A row has the key of a loaded one but another content.
    """
    if not could_meet(tx, file, spread):
        return 0
    _refuse_contradictions(tx, source, shape, spread)
    new, old = shape.table, shape.table.alias("old")
    there = exists().where(same_key(shape, new, old), old.c.id < spread.first_id)
    gone = (new.c.id.between(spread.first_id, spread.last_id), there)
    skipped = select(func.coalesce(func.sum(new.c[shape.amount]), 0)).where(*gone)
    spread.digest_fen -= int(tx.connection.execute(skipped).scalar_one())
    return int(tx.connection.execute(delete(new).where(*gone)).rowcount)


def _refuse_contradictions(tx: Tx, source: Source, shape: Shape, spread: Spread) -> None:
    new, old = shape.table.alias("new"), shape.table.alias("old")
    same = and_(*(new.c[name].is_not_distinct_from(old.c[name]) for name in shape.content))
    meeting = (
        select(
            new.c.id.label("id"),
            func.max(case((same, 1), else_=0)).label("same"),
            func.min(old.c.id).label("old_id"),
        )
        .select_from(new.join(old, same_key(shape, new, old)))
        .where(new.c.id.between(spread.first_id, spread.last_id), old.c.id < spread.first_id)
        .group_by(new.c.id)
        .having(func.max(case((same, 1), else_=0)) == 0)
        .subquery()
    )
    count = tx.session.execute(select(func.count()).select_from(meeting)).scalar_one()
    if not count:
        return
    named = (
        select(new.c.line, SourceFile.name, old.c.line, *(new.c[name] for name in shape.shown_key))
        .select_from(
            meeting.join(new, new.c.id == meeting.c.id)
            .join(old, old.c.id == meeting.c.old_id)
            .join(SourceFile, SourceFile.id == old.c.file_id)
        )
        .order_by(new.c.line)
        .limit(PROBLEMS_KEPT)
    )
    problems = tuple(
        RowProblem(
            reason=Reason.CONTRADICTS,
            line=line,
            field=shape.shown_key[0],
            value="-".join(str(part) for part in key),
            params={"file": name, "line": str(old_line)},
        )
        for line, name, old_line, *key in tx.session.execute(named)
    )
    raise FileRejected(
        file=source.label, problems=problems, count=count, days=tuple(sorted(spread.days))
    )
