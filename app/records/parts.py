"""What each file holds by business day and channel or account, kept beside the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, insert, literal, select
from sqlalchemy.orm import Session

from app.catalog.queries import accounts, channels
from app.db.workspace import Tx
from app.intake.model import SourceFile, SourcePart
from app.intake.naming import day_in, scope_in
from app.intake.profiles import find_profile, shipped_profiles
from app.intake.rules import FileStatus, Kind
from app.records.kinds import SHAPES
from app.records.model import ClearingBatch, ClearingLine
from app.records.spread import Spread

MOST_PARTS = 10_000
"""A file that is about more channels or accounts is kept by day alone."""


def keep_parts(tx: Tx, file: SourceFile, spread: Spread, about: int) -> None:
    """Keep what a new file holds by day and scope; an empty one is about a day all the same."""
    if file.kind is Kind.CLEARING_LINES and spread.rows:
        _count_lines(tx, [file.id])
        return
    rows = [
        (day, scope, count, spread.parts_fen[day, scope])
        for (day, scope), count in spread.parts.items()
    ]
    if len(rows) > MOST_PARTS:
        rows = _by_day(rows)
    if not spread.rows:
        rows = [(day_in(file.name) or about, empty_scope(tx.session, file), 0, 0)]
    _insert(tx, file.id, rows)
    if file.kind is Kind.CLEARING_BATCHES:
        _recount_lines(tx)


def recount(tx: Tx, kind: Kind, scopes: Sequence[str]) -> None:
    """Count anew what files hold of channels whose entries got other business days."""
    table = SHAPES[kind].table
    ids = select(SourceFile.id).where(SourceFile.kind == kind)
    tx.session.execute(
        delete(SourcePart).where(
            SourcePart.file_id.in_(ids), SourcePart.scope.in_(scopes), SourcePart.rows > 0
        ),
        execution_options={"synchronize_session": False},
    )
    counted = (
        select(
            table.c.file_id,
            table.c.business_on,
            table.c.channel,
            func.count(),
            func.sum(table.c[SHAPES[kind].amount]),
        )
        .where(table.c.channel.in_(scopes))
        .group_by(table.c.file_id, table.c.business_on, table.c.channel)
    )
    names = ["file_id", "business_on", "scope", "rows", "amount_fen"]
    tx.session.execute(insert(SourcePart).from_select(names, counted))
    tx.touch("source_part")


def empty_scope(session: Session, file: SourceFile) -> str:
    """Return the channel or account that a file without rows is about, "" if nothing tells."""
    if file.kind is Kind.CHANNEL:
        profile = find_profile(shipped_profiles(), file.profile)
        if profile is not None and profile.source("channel").value:
            return profile.source("channel").value
        return scope_in(file.name, [(one.code, one.name) for one in channels(session)])
    if file.kind is Kind.ARRIVALS:
        return scope_in(file.name, [(one.account_no, "") for one in accounts(session)])
    return ""


def _by_day(rows: Iterable[tuple[int, str, int, int]]) -> list[tuple[int, str, int, int]]:
    sums: dict[int, tuple[int, int]] = {}
    for day, _scope, count, fen in rows:
        before = sums.get(day, (0, 0))
        sums[day] = before[0] + count, before[1] + fen
    return [(day, "", count, fen) for day, (count, fen) in sums.items()]


def _insert(tx: Tx, file_id: int, rows: Iterable[tuple[int, str, int, int]]) -> None:
    values = [
        {"file_id": file_id, "business_on": day, "scope": scope, "rows": count, "amount_fen": fen}
        for day, scope, count, fen in rows
    ]
    if values:
        tx.session.execute(insert(SourcePart), values)


def _recount_lines(tx: Tx) -> None:
    """Date the parts of clearing lines whose batches came later."""
    recount_lines(tx, files_without_batch(tx.session))


def files_without_batch(session: Session) -> list[int]:
    """Return the files with clearing lines whose batch is not on file."""
    query = (
        select(SourcePart.file_id)
        .join(SourceFile, SourceFile.id == SourcePart.file_id)
        .where(
            SourceFile.kind == Kind.CLEARING_LINES,
            SourceFile.status == FileStatus.LOADED,
            SourcePart.business_on == 0,
            SourcePart.rows > 0,
        )
    )
    return list(session.scalars(query))


def recount_lines(tx: Tx, file_ids: Sequence[int]) -> None:
    """Count anew what files of clearing lines hold: batches of theirs came or left."""
    if file_ids:
        tx.session.execute(delete(SourcePart).where(SourcePart.file_id.in_(file_ids)))
        _count_lines(tx, file_ids)


def _count_lines(tx: Tx, file_ids: Sequence[int]) -> None:
    day = func.coalesce(ClearingBatch.business_on, 0)
    counted = (
        select(ClearingLine.file_id, day, literal(""), func.count(), func.sum(ClearingLine.net_fen))
        .join(SourceFile, ClearingLine.id.between(SourceFile.first_id, SourceFile.last_id))
        .outerjoin(ClearingBatch, ClearingBatch.batch_no == ClearingLine.batch_no)
        .where(SourceFile.id.in_(file_ids))
        .group_by(ClearingLine.file_id, day)
    )
    names = ["file_id", "business_on", "scope", "rows", "amount_fen"]
    tx.session.execute(insert(SourcePart).from_select(names, counted))
