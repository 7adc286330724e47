"""Sums that must always hold: what `verify` checks of the steps of the day.

Everything is asked in sets; a problem names the file, match, run or row it is about. Runs that
are out of date are not held against tables that have moved on since.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.base.i18n import ngettext
from app.discrepancies.model import Discrepancy, DiscrepancyLeg
from app.discrepancies.queries import SIDES
from app.discrepancies.rules import Status
from app.intake.model import SourceChunk, SourceFile
from app.intake.rules import FileStatus
from app.matching.law import broken, unconserved
from app.matching.model import HandMatch, Match, Run
from app.matching.rules import Kind, MatchRule, Side, Task
from app.records.columns import PACKED, unlike_rows
from app.records.kinds import SHAPES
from app.upkeep.balanced import balanced
from app.upkeep.books import adjustments, suspense, votes, vouchers
from app.upkeep.closed import closings
from app.upkeep.confirmed import confirmed
from app.upkeep.placed import fresh_tasks, placed, waiting_days
from app.upkeep.rules import CheckResult, nothing_but

_Found = Iterator[str]

_HEADERS = (Kind.TOTAL_DIFFERS, Kind.ACCOUNT_DIFFERS, Kind.PAYEE_DIFFERS)
"""Kinds that can stand beside a sum with a difference of their own."""


_ALONE = (
    Kind.MISSING_THEIRS,
    Kind.MISSING_OURS,
    Kind.TIMING,
    Kind.DUPLICATE_OURS,
    Kind.DUPLICATE_THEIRS,
    Kind.NOT_WRITTEN_OFF,
    Kind.WRITTEN_OFF_UNPAID,
    Kind.NOT_ARRIVED,
    Kind.UNEXPECTED_ARRIVAL,
    Kind.UNEXPECTED_DEBIT,
)
"""Kinds of one entry without a partner."""


def _files(session: Session) -> CheckResult:
    """The entries of each file are as many, and add up to what, was stored with it."""
    stored = {
        row.id: row
        for row in session.execute(
            select(
                SourceFile.id,
                SourceFile.kind,
                SourceFile.status,
                SourceFile.rows,
                SourceFile.accepted,
                SourceFile.overlapping,
                SourceFile.digest_fen,
                SourceFile.first_id,
                SourceFile.last_id,
            )
        )
    }
    found = {}
    for shape in SHAPES.values():
        table = shape.table
        query = select(
            table.c.file_id,
            func.count(),
            func.sum(table.c[shape.amount]),
            func.min(table.c.id),
            func.max(table.c.id),
        ).group_by(table.c.file_id)
        for file_id, count, fen, first, last in session.execute(query):
            # Under a file of another kind they would be counted twice or not at all.
            file = stored.get(file_id)
            fits = file is not None and SHAPES.get(file.kind) is shape
            found[file_id] = (count, int(fen), first, last) if fits else (-1, 0, 0, 0)
    problems = [f"{id_}: {why}" for id_, row in stored.items() for why in _of_file(row, found)]
    problems += [f"{id_} ∅" for id_ in sorted(set(found) - set(stored))]
    entries = sum(count for count, *_rest in found.values())
    detail = ngettext("{count} entry", "{count} entries", entries).format(count=entries)
    return nothing_but(problems, detail)


def _of_file(row: Any, found: dict[int, tuple[int, int, int, int]]) -> _Found:
    count, fen, first, last = found.get(row.id, (0, 0, row.first_id, row.last_id))
    live = row.status is FileStatus.LOADED and row.kind in SHAPES
    wanted = (row.accepted, row.digest_fen) if live else (0, 0)
    if (count, fen) != wanted:
        yield f"{count}, {fen} ≠ {wanted[0]}, {wanted[1]}"
    if row.kind in SHAPES and row.rows != row.accepted + row.overlapping:
        yield f"{row.rows} ≠ {row.accepted} + {row.overlapping}"
    if count and not (row.first_id <= first and last <= row.last_id):
        yield f"{first}–{last} ⊄ {row.first_id}–{row.last_id}"


def _stored_bytes(session: Session) -> CheckResult:
    """What was kept of each file unpacks to the bytes that came."""
    # It takes its time to load, and backups are verified without this check.
    from app.intake.originals import fingerprint  # noqa: PLC0415

    wanted = {
        id_: (size, sha256)
        for id_, size, sha256 in session.execute(
            select(SourceFile.id, SourceFile.size, SourceFile.sha256)
        )
    }
    query = select(SourceChunk.file_id, SourceChunk.raw_size, SourceChunk.data).order_by(
        SourceChunk.file_id, SourceChunk.number
    )
    rows = session.execute(query.execution_options(yield_per=4))
    problems = []
    for file_id, pieces in groupby(rows, key=lambda row: int(row.file_id)):
        try:
            found = fingerprint((raw_size, data) for _file, raw_size, data in pieces)
        except OSError as error:
            problems.append(f"{file_id}: {error}")
            continue
        if found != wanted.pop(file_id):
            problems.append(f"{file_id}: SHA-256")
    problems += [f"{file_id}: ∅" for file_id, (size, _sha256) in wanted.items() if size]
    return nothing_but(sorted(set(problems)))


def _columns(session: Session) -> CheckResult:
    """What is kept of entries as columns equals their rows."""
    return nothing_but([f"{id_}" for kind in PACKED for id_ in unlike_rows(session, kind)])


def _matches(session: Session) -> CheckResult:
    """No entry is in two matches of a task, and each one that is in a match exists."""
    problems = [*_bare_lines(session)]
    for task in Task:
        for side, column, table, _amount in _sides(task):
            twice = (
                select(column)
                .where(Match.task == task, column.is_not(None))
                .group_by(Match.task, column)
                .having(func.count() > 1)
            )
            problems += [f"{task} {side} {id_}: 2 ×" for id_ in session.scalars(twice.limit(9))]
            gone = (
                select(Match.match_id)
                .outerjoin(table, table.c.id == column)
                .where(Match.task == task, column.is_not(None), table.c.id.is_(None))
            )
            problems += [f"{task} {id_}: {side} ∅" for id_ in session.scalars(gone.limit(9))]
    return nothing_but(problems)


def _bare_lines(session: Session) -> _Found:
    """Lines without any entry, and decisions of people without their match or the reverse."""
    bare = or_(
        and_(Match.ours_id.is_(None), Match.theirs_id.is_(None)),
        (Match.rule == MatchRule.BY_HAND) != Match.run_id.is_(None),
        and_(
            Match.rule == MatchRule.BY_HAND,
            Match.match_id.not_in(select(HandMatch.match_id)),
        ),
    )
    yield from (f"{id_}" for id_ in session.scalars(select(Match.match_id).where(bare).limit(9)))
    lines = select(Match.match_id).where(Match.rule == MatchRule.BY_HAND)
    lost = select(HandMatch.match_id).where(HandMatch.match_id.not_in(lines))
    yield from (f"{id_}: ∅" for id_ in session.scalars(lost.limit(9)))


def _match_sums(session: Session) -> CheckResult:
    """Both sides of a match have one sum, but for a residue that was tolerated.

    Our side of clearing is recomputed by each run and stored nowhere: `run_sums` holds all of
    a run's clearing lines against what it computed; here it is left out.
    """
    problems = []
    for task in (Task.CHANNEL, Task.WRITEOFF, Task.ARRIVAL):
        ours, theirs, lines = _lines(task)
        odd = lines.with_only_columns(Match.match_id).where(ours != theirs).distinct()
        sums = (
            lines.with_only_columns(Match.match_id, func.sum(ours), func.sum(theirs))
            .where(Match.match_id.in_(odd), Match.rule != MatchRule.TOLERANCE)
            .group_by(Match.match_id)
            .having(func.sum(ours) != func.sum(theirs))
        )
        residues = select(HandMatch.match_id, HandMatch.residue_fen).where(HandMatch.task == task)
        allowed = {row.match_id: row.residue_fen for row in session.execute(residues)}
        problems += [
            f"{task} {id_}: {mine} ≠ {other}"
            for id_, mine, other in session.execute(sums)
            if mine - other != allowed.get(id_, 0)
        ]
    return nothing_but(problems)


def _run_sums(session: Session) -> CheckResult:
    """Each run's stored figures: ours = matched + open + set aside, theirs likewise.

    The matches of runs that are not out of date are counted and added up again from the tables.
    """
    problems = []
    fresh = fresh_tasks(session)
    for task in Task:
        recounted = _recounted(session, task) if task in fresh else None
        for run in session.scalars(select(Run).where(Run.task == task).order_by(Run.id)):
            name = f"{task} {run.scope} {run.business_on}"
            stored = json.loads(run.totals)
            problems += [f"{name}: {why}" for why in broken(task, stored)]
            if recounted is not None:
                found = recounted.get(run.id, (0, 0, 0, 0))
                problems += [f"{name}: {why}" for why in _of_matches(task, stored, found)]
    return nothing_but(problems)


def _of_matches(task: Task, stored: dict[str, Any], found: tuple[int, int, int, int]) -> _Found:
    totals = stored["totals"]
    ours, theirs, ours_fen, theirs_fen = found
    if task is Task.CLEARING:
        # What a bill line nets is computed, not stored: it is held against what came.
        ours_fen = theirs_fen
    recounted = {
        "matched_ours": ours,
        "matched_theirs": theirs,
        "matched_fen": ours_fen,
        "matched_theirs_fen": theirs_fen,
    }
    for name, value in recounted.items():
        if totals[name] != value:
            yield f"{name} {totals[name]} ≠ {value}"


def _recounted(session: Session, task: Task) -> dict[int, tuple[int, int, int, int]]:
    ours, theirs, lines = _lines(task)
    query = (
        lines.with_only_columns(
            Match.run_id,
            func.count(Match.ours_id),
            func.count(Match.theirs_id),
            func.sum(ours),
            func.sum(theirs),
        )
        .where(Match.run_id.is_not(None))
        .group_by(Match.run_id)
    )
    return {
        run_id: (mine, other, int(our_fen), int(their_fen))
        for run_id, mine, other, our_fen, their_fen in session.execute(query)
    }


def _discrepancies(session: Session) -> CheckResult:
    """Each difference is ours less theirs, and what is open is about entries that exist."""
    row = Discrepancy
    odd = or_(
        and_(row.kind.not_in(_HEADERS), row.difference_fen != row.ours_fen - row.theirs_fen),
        and_(row.ours_id.is_(None), row.theirs_id.is_(None)),
        and_(row.ours_id.is_(None), row.ours_fen != 0),
        and_(row.theirs_id.is_(None), row.theirs_fen != 0),
        row.ours_id.is_(None) != row.ours_kind.is_(None),
        row.theirs_id.is_(None) != row.theirs_kind.is_(None),
    )
    problems = [str(id_) for id_ in session.scalars(select(row.id).where(odd))]
    open_ = row.status != Status.RESOLVED
    for side, kind, entry in (
        (Side.OURS, row.ours_kind, row.ours_id),
        (Side.THEIRS, row.theirs_kind, row.theirs_id),
    ):
        for entry_kind, shape in SHAPES.items():
            gone = select(row.id).where(
                open_, kind == entry_kind, entry.not_in(select(shape.table.c.id))
            )
            problems += [f"{id_}: {side} ∅" for id_ in session.scalars(gone)]
    return nothing_but([*problems, *_other_amounts(session), *_lost_legs(session)])


def _other_amounts(session: Session) -> _Found:
    """What stands alone counts what its entry says; our clearing net is no entry's amount."""
    row = Discrepancy
    alone = (row.status != Status.RESOLVED) & row.kind.in_(_ALONE)
    for side, kind, entry, fen in (
        (Side.OURS, row.ours_kind, row.ours_id, row.ours_fen),
        (Side.THEIRS, row.theirs_kind, row.theirs_id, row.theirs_fen),
    ):
        for entry_kind, shape in SHAPES.items():
            odd = (
                select(row.id)
                .join(shape.table, shape.table.c.id == entry)
                .where(alone, kind == entry_kind, fen != shape.table.c[shape.amount])
            )
            if side is Side.OURS:
                odd = odd.where(row.task != Task.CLEARING)
            yield from (f"{id_}: {side} ≠" for id_ in session.scalars(odd))


def _lost_legs(session: Session) -> _Found:
    """Further entries that are gone; those of tasks out of date are found anew by the next run."""
    for task in fresh_tasks(session):
        for side, _column, table, _amount in _sides(task):
            gone = (
                select(DiscrepancyLeg.discrepancy_id)
                .join(Discrepancy, Discrepancy.id == DiscrepancyLeg.discrepancy_id)
                .where(
                    Discrepancy.task == task,
                    Discrepancy.status != Status.RESOLVED,
                    DiscrepancyLeg.side == side,
                    DiscrepancyLeg.entry_id.not_in(select(table.c.id)),
                )
            )
            yield from (f"{id_}: {side} + ∅" for id_ in session.scalars(gone.distinct()))


def _clearing(session: Session) -> CheckResult:
    """Collections and promotions of others = nets + fees + what the platform keeps."""
    problems = []
    for run in session.scalars(select(Run).where(Run.task == Task.CLEARING)):
        stored = json.loads(run.totals)
        problems += [f"{run.business_on}: {why}" for why in unconserved(stored)]
    return nothing_but(problems)


def _up_to_date(session: Session) -> CheckResult:
    """How many days wait to be reconciled again; to wait is no failure."""
    waiting = waiting_days(session)
    if not waiting:
        return CheckResult(ok=True)
    detail = ngettext(
        "{count} day is to be reconciled again: {days}",
        "{count} days are to be reconciled again: {days}",
        len(waiting),
    )
    days = ", ".join(str(day) for day in waiting)
    return CheckResult(ok=True, detail=detail.format(count=len(waiting), days=days))


_Side = tuple[Side, InstrumentedAttribute[int | None], FromClause, ColumnElement[Any]]


def _sides(task: Task) -> Iterator[_Side]:
    """Each side of a task's matches: its column, the table of its entries and their amount."""
    for side, column, kind in zip(Side, (Match.ours_id, Match.theirs_id), SIDES[task], strict=True):
        table = SHAPES[kind].table.alias(f"{side}_entry")
        yield side, column, table, table.c[SHAPES[kind].amount]


def _lines(task: Task) -> tuple[ColumnElement[Any], ColumnElement[Any], Select[Any]]:
    """A task's match lines beside the amounts of their entries."""
    query = select(Match.id).where(Match.task == task)
    amounts = []
    for _side, column, table, amount in _sides(task):
        query = query.outerjoin(table, table.c.id == column)
        amounts.append(func.coalesce(amount, 0))
    return amounts[0], amounts[1], query


SUMS: tuple[tuple[str, Callable[[Session], CheckResult]], ...] = (
    ("files", _files),
    ("stored_bytes", _stored_bytes),
    ("columns", _columns),
    ("matches", _matches),
    ("match_sums", _match_sums),
    ("run_sums", _run_sums),
    ("placed", placed),
    ("discrepancies", _discrepancies),
    ("clearing", _clearing),
    ("arrivals", confirmed),
    ("vouchers", vouchers),
    ("suspense", suspense),
    ("adjustments", adjustments),
    ("votes", votes),
    ("closings", closings),
    ("statements", balanced),
    ("up_to_date", _up_to_date),
)
"""The checks by the names under which they stand in the result."""
