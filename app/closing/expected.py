"""Which files a day needs, which of them came in, and which are missing.

Expected are: one file of each kind that the platform, the billing system and the clearer send; a
statement of each channel that payments of the day name or that sent one lately; a statement of
each account into which batches of the day are paid. A file is for a day if that day is one of its
main ones: the few entries around a cut-off do not count. A file without rows is an empty day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.base.dates import day_number, day_of
from app.catalog.queries import accounts, channels, organisations
from app.catalog.rules import ChannelKind
from app.closing.rules import Ground, Presence
from app.intake.model import SourceFile, SourcePart
from app.intake.rules import FileStatus, Kind
from app.records.model import ClearingBatch
from app.records.rules import INTERNAL

LATELY_DAYS = 7
"""What came in so many days before is expected again."""

MAIN_SHARE = 10
"""A day is one of a file's main ones if it has a tenth of the rows of its largest day."""

OF_EACH_DAY = (
    Kind.PAYMENTS,
    Kind.BILL_LINES,
    Kind.WRITEOFFS,
    Kind.CLEARING_BATCHES,
    Kind.CLEARING_LINES,
)
"""One file of each of these kinds is expected every day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFile:
    """One file that a day needs: its kind, the channel or account, and whether it is there.

    `title` is what the channel, or the account's owner, is called. `due_on` is the day on which
    its entries are dated: for arrivals the day of clearing. `expected_rows` and `expected_fen`
    are what else says about it: the payments of the channel, the batches of the account.
    """

    kind: Kind
    scope: str
    title: str
    presence: Presence
    ground: Ground
    due_on: date
    files: int = 0
    rows: int = 0
    amount_fen: int = 0
    expected_rows: int = 0
    expected_fen: int = 0


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of one kind and scope."""

    files: int = 0
    rows: int = 0
    amount_fen: int = 0

    @property
    def presence(self) -> Presence:
        if not self.files:
            return Presence.MISSING
        return Presence.CAME if self.rows else Presence.EMPTY


_NOTHING = _Came()


def expected_files(session: Session, day: date) -> list[ExpectedFile]:
    """Return the files that a business date needs: what is missing first, then by kind."""
    found = [
        *_of_each_day(session, day),
        *_statements(session, day),
        *_bank_statements(session, day),
    ]
    rank = {Presence.MISSING: 0, Presence.EMPTY: 1, Presence.CAME: 2, Presence.QUIET: 3}
    kinds = list(Kind)
    return sorted(found, key=lambda one: (rank[one.presence], kinds.index(one.kind), one.scope))


def missing_files(session: Session, day: date) -> list[ExpectedFile]:
    """Return the files that a business date needs and that did not come in."""
    return [one for one in expected_files(session, day) if one.presence is Presence.MISSING]


def _of_each_day(session: Session, day: date) -> Iterable[ExpectedFile]:
    came = _came(session, OF_EACH_DAY, [day_number(day)])
    for kind in OF_EACH_DAY:
        parts = [part for (one, _on, _scope), part in came.items() if one is kind]
        files = _files_of(session, kind, day_number(day))
        total = _Came(
            files=files,
            rows=sum(part.rows for part in parts) if files else 0,
            amount_fen=sum(part.amount_fen for part in parts) if files else 0,
        )
        yield ExpectedFile(
            kind=kind,
            scope="",
            title="",
            presence=total.presence,
            ground=Ground.EVERY_DAY,
            due_on=day,
            files=total.files,
            rows=total.rows,
            amount_fen=total.amount_fen,
        )


def _statements(session: Session, day: date) -> Iterable[ExpectedFile]:
    number = day_number(day)
    paid = _sums(session, Kind.PAYMENTS, number, number)
    lately = set(_sums(session, Kind.CHANNEL, *_before(day)))
    came = _came(session, (Kind.CHANNEL,), [number])
    there = {scope: part for (_kind, _on, scope), part in came.items()}
    known = {one.code: one for one in channels(session)}
    silent = {
        code
        for code, one in known.items()
        if one.kind is ChannelKind.INTERNAL or not (one.active or code in paid)
    }
    own = {code for code, one in known.items() if not one.shipped}
    for code in sorted({*paid, *lately, *there, *own} - {INTERNAL} - silent):
        part = there.get(code, _NOTHING)
        grounds = (
            (code in paid, Ground.PAYMENTS),
            (code in lately, Ground.LATELY),
            (bool(part.files), Ground.THERE),
        )
        ground = next((one for holds, one in grounds if holds), Ground.MASTER_DATA)
        rows, fen = paid.get(code, (0, 0))
        quiet = ground is Ground.MASTER_DATA
        yield ExpectedFile(
            kind=Kind.CHANNEL,
            scope=code,
            title=known[code].name if code in known else code,
            presence=Presence.QUIET if quiet else part.presence,
            ground=ground,
            due_on=day,
            files=part.files,
            rows=part.rows,
            amount_fen=part.amount_fen,
            expected_rows=rows,
            expected_fen=fen,
        )


def _bank_statements(session: Session, day: date) -> Iterable[ExpectedFile]:
    batches = (
        select(
            ClearingBatch.account_no,
            func.max(ClearingBatch.clearing_on),
            func.count(),
            func.sum(ClearingBatch.net_fen),
        )
        .where(ClearingBatch.business_on == day_number(day))
        .group_by(ClearingBatch.account_no)
        .order_by(ClearingBatch.account_no)
    )
    due = [(account, on, count, int(fen)) for account, on, count, fen in session.execute(batches)]
    came = _came(session, (Kind.ARRIVALS,), sorted({on for _account, on, _count, _fen in due}))
    titles = {one.code: one.name for one in organisations(session)}
    owners = {one.account_no: titles.get(one.organisation, "") for one in accounts(session)}
    for account, on, count, fen in due:
        part = came.get((Kind.ARRIVALS, on, account), _NOTHING)
        yield ExpectedFile(
            kind=Kind.ARRIVALS,
            scope=account,
            title=owners.get(account, ""),
            presence=part.presence,
            ground=Ground.BATCHES,
            due_on=day_of(on),
            files=part.files,
            rows=part.rows,
            amount_fen=part.amount_fen,
            expected_rows=count,
            expected_fen=fen,
        )


def _came(
    session: Session, kinds: Iterable[Kind], days: Iterable[int]
) -> Mapping[tuple[Kind, int, str], _Came]:
    """Return what came of these kinds by kind, day and scope: parts that are main ones."""
    other = aliased(SourcePart)
    largest = (
        select(func.max(other.rows))
        .where(other.file_id == SourcePart.file_id, other.scope == SourcePart.scope)
        .scalar_subquery()
    )
    query = (
        select(
            SourceFile.kind,
            SourcePart.business_on,
            SourcePart.scope,
            func.count(),
            func.sum(SourcePart.rows),
            func.sum(SourcePart.amount_fen),
        )
        .join(SourceFile, SourceFile.id == SourcePart.file_id)
        .where(
            SourcePart.business_on.in_(list(days)),
            SourceFile.kind.in_(list(kinds)),
            SourceFile.status == FileStatus.LOADED,
            SourcePart.rows * MAIN_SHARE >= largest,
        )
        .group_by(SourceFile.kind, SourcePart.business_on, SourcePart.scope)
    )
    return {
        (kind, on, scope): _Came(files=files, rows=int(rows), amount_fen=int(fen))
        for kind, on, scope, files, rows, fen in session.execute(query)
    }


def _files_of(session: Session, kind: Kind, day: int) -> int:
    """Return how many files of a kind are for a day, whatever their scopes."""
    by_day = (
        select(
            SourcePart.file_id,
            SourcePart.business_on,
            func.sum(SourcePart.rows).label("rows"),
        )
        .join(SourceFile, SourceFile.id == SourcePart.file_id)
        .where(
            SourceFile.kind == kind,
            SourceFile.status == FileStatus.LOADED,
            SourcePart.file_id.in_(select(SourcePart.file_id).where(SourcePart.business_on == day)),
        )
        .group_by(SourcePart.file_id, SourcePart.business_on)
    )
    rows: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for file_id, on, count in session.execute(by_day):
        rows[file_id][on] = int(count)
    return sum(days[day] * MAIN_SHARE >= max(days.values()) for days in rows.values())


def _sums(session: Session, kind: Kind, first: int, last: int) -> dict[str, tuple[int, int]]:
    """Return rows and fen by scope of what loaded files hold of these days."""
    query = (
        select(SourcePart.scope, func.sum(SourcePart.rows), func.sum(SourcePart.amount_fen))
        .join(SourceFile, SourceFile.id == SourcePart.file_id)
        .where(
            SourcePart.business_on.between(first, last),
            SourceFile.kind == kind,
            SourceFile.status == FileStatus.LOADED,
            SourcePart.scope != "",
        )
        .group_by(SourcePart.scope)
    )
    return {scope: (int(rows), int(fen)) for scope, rows, fen in session.execute(query)}


def _before(day: date) -> tuple[int, int]:
    return day_number(day - timedelta(days=LATELY_DAYS)), day_number(day - timedelta(days=1))
