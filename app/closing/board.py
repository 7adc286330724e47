"""The day board: for each channel and account where the day stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.arrivals.model import ArrivalConfirmation
from app.arrivals.queries import as_of, is_live
from app.arrivals.rules import ConfirmationStatus, is_late
from app.base.dates import day_number
from app.calendar.queries import closed_until, is_closed
from app.catalog import queries as catalog
from app.closing.rules import (
    NOTHING,
    BoardCell,
    CellState,
    RowKind,
    Step,
    progress,
)
from app.discrepancies.model import Discrepancy
from app.discrepancies.queries import READS
from app.discrepancies.rules import Resolution, Status
from app.discrepancies.stale import first_run_for
from app.discrepancies.terms import Terms, digest, terms_now
from app.intake.rules import Kind as EntryKind
from app.matching.due import due_on
from app.matching.model import Match, Run
from app.matching.queries import figures_of
from app.matching.rules import COUNTED_ZERO, Kind, Task
from app.records import queries as records
from app.records.columns import sums_by_channel
from app.records.model import (
    Arrival,
    BillLine,
    ClearingBatch,
    Payment,
    WriteOff,
)
from app.records.rules import INTERNAL

OPEN = (Status.OPEN, Status.ASSIGNED)
WAITING = (Status.SUBMITTED,)
SET_ASIDE = (Status.CARRIED, Status.SUSPENDED)

_HEADERS = (Kind.TOTAL_DIFFERS, Kind.ACCOUNT_DIFFERS, Kind.PAYEE_DIFFERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A channel, a task of the whole day, or a designated account, and where its day stands."""

    kind: RowKind
    channel: str = ""
    account: str = ""
    name: str = ""
    steps: Mapping[Step, BoardCell]


@dataclass(slots=True)
class _Left:
    """What reconciliation left of one row, by how it stands."""

    open: list[int] = field(default_factory=lambda: [0, 0])
    transit: list[int] = field(default_factory=lambda: [0, 0])
    waiting: list[int] = field(default_factory=lambda: [0, 0])
    settled: list[int] = field(default_factory=lambda: [0, 0])
    headers: int = 0

    def add(self, row: Row[*tuple[Any, ...]]) -> None:
        """Count discrepancies of one kind and status."""
        status, kind, resolution = Status(str(row.status)), Kind(str(row.kind)), row.resolution
        place = None
        if status in OPEN and kind is Kind.TIMING:
            # It waits for the next days by itself: nobody has to do anything.
            place = self.transit
        elif status in OPEN:
            place = self.open
            self.headers += int(row.number) if kind in _HEADERS else 0
        elif status in WAITING:
            place = self.waiting
        elif status in SET_ASIDE or resolution in (Resolution.ADJUSTED, Resolution.EXPLAINED):
            place = self.settled
        if place is not None:
            place[0] += int(row.number)
            place[1] += 0 if kind in COUNTED_ZERO else int(row.fen)

    def cells(self, reconciled: BoardCell) -> dict[Step, BoardCell]:
        """The cells of discrepancies and adjustments; nothing before the first run."""
        if reconciled.state is CellState.OPEN:
            return {Step.DISCREPANCIES: NOTHING, Step.ADJUSTED: NOTHING}
        left = self.open[0] + self.transit[0] + self.waiting[0]
        state = CellState.OPEN if self.open[0] else CellState.WAITING
        adjusted = CellState.WAITING if self.waiting[0] else CellState.DONE
        done = self.settled[0] + self.waiting[0]
        return {
            Step.DISCREPANCIES: BoardCell(
                state=state if left else CellState.DONE,
                count=left,
                fen=self.open[1] + self.transit[1] + self.waiting[1],
            ),
            Step.ADJUSTED: BoardCell(
                state=adjusted,
                count=self.settled[0],
                of=done,
                fen=self.settled[1] + self.waiting[1],
            )
            if done
            else NOTHING,
        }


class _Day:
    """What all rows of a day are made from."""

    def __init__(self, session: Session, day: date) -> None:
        self.session = session
        self.number = day_number(day)
        closed = CellState.DONE if is_closed(session, day) else CellState.WAITING
        self.closed = BoardCell(state=closed)
        self._runs = self._runs_of_day()
        self._days: dict[Task, list[int]] = {}
        self._fresh: dict[tuple[Task, int], bool] = {}
        self._terms: Terms | None = None
        self._sums: dict[EntryKind, dict[str, tuple[int, int]]] = {}

    def reconciled(self, task: Task, scope: str) -> BoardCell:
        """Done when a run was made since the entries last changed."""
        run = self._runs.get((task, scope))
        if run is None:
            return BoardCell(state=CellState.OPEN)
        totals = figures_of(run.totals)
        fresh = self._is_fresh(task, run.change_no) and self._on_terms(run)
        return BoardCell(
            state=CellState.DONE if fresh else CellState.WAITING,
            count=totals["matched_ours"],
            of=totals["ours"],
            fen=totals["matched_fen"],
        )

    def sums(self, kind: EntryKind) -> dict[str, tuple[int, int]]:
        """How many entries each channel has on the day, and what they add up to."""
        if kind not in self._sums:
            self._sums[kind] = sums_by_channel(self.session, kind, self.number)
        return self._sums[kind]

    def channels(self) -> list[str]:
        """The channels that something of the day is about."""
        named = {*self.sums(EntryKind.PAYMENTS), *self.sums(EntryKind.CHANNEL)}
        return sorted(named - {INTERNAL})

    def row(
        self,
        kind: RowKind,
        cells: Mapping[Step, BoardCell],
        *,
        channel: str = "",
        account: str = "",
        name: str = "",
    ) -> BoardRow:
        """A row with a cell for every step."""
        whole = {**dict.fromkeys(Step, NOTHING), **cells, Step.CLOSED: self.closed}
        return BoardRow(kind=kind, channel=channel, account=account, name=name, steps=whole)

    def _runs_of_day(self) -> dict[tuple[Task, str], Run]:
        runs = select(Run).where(Run.task.in_(list(Task)), Run.business_on == self.number)
        return {(run.task, run.scope): run for run in self.session.scalars(runs)}

    def _is_fresh(self, task: Task, change_no: int) -> bool:
        if self.closed.state is CellState.DONE:
            return True
        if (task, change_no) not in self._fresh:
            self._fresh[task, change_no] = change_no >= 0 and not any(
                self._takes(task, kind, changed)
                for kind, changed in records.touched_since(self.session, READS[task], change_no)
            )
        return self._fresh[task, change_no]

    def _takes(self, task: Task, kind: EntryKind, changed: int) -> bool:
        """Whether this day's run, or an earlier one, takes what changed on a day."""
        days = self._days_of(task)
        if kind is not EntryKind.ARRIVALS and changed > days[-1]:
            # Nobody has run that day yet: its own run will take it.
            return False
        return first_run_for(kind, changed, days) <= self.number

    def _on_terms(self, run: Run) -> bool:
        """Whether the settings and master data are those of the run; a closed day keeps its own."""
        if not run.terms or self.closed.state is CellState.DONE:
            return True
        if self._terms is None:
            self._terms = terms_now(self.session)
        return run.terms == digest(self._terms, run.task, run.scope, run.business_on)

    def _days_of(self, task: Task) -> list[int]:
        """The days that were run and are open: what closed ones did not see is not theirs.

        A day that stayed open before a closed one is held against all of them.
        """
        if task not in self._days:
            closed = closed_until(self.session)
            since = closed if closed < self.number else 0
            days = select(Run.business_on).where(Run.task == task, Run.business_on > since)
            self._days[task] = sorted(self.session.scalars(days.distinct()))
        return self._days[task]


def standing_runs(session: Session, day: date) -> list[tuple[Task, str, CellState]]:
    """Return how the run of each task stands, of channel reconciliation that of each channel.

    DONE is a run that is up to date, WAITING one that is to be made again, OPEN none at all.
    """
    whole = _Day(session, day)
    wanted = [(Task.CHANNEL, channel) for channel in whole.channels()]
    wanted += [(task, "") for task in Task if task is not Task.CHANNEL]
    return [(task, scope, whole.reconciled(task, scope).state) for task, scope in wanted]


def board(session: Session, day: date, *, payees: Iterable[str] = ()) -> list[BoardRow]:
    """Return the rows of the day board: channels, write-offs, clearing, then accounts.

    Accounts can be limited to those of some payees.
    """
    whole = _Day(session, day)
    return [
        *_channel_rows(whole),
        *_writeoff_row(whole),
        *_clearing_row(whole),
        *_account_rows(whole, frozenset(payees)),
    ]


def _channel_rows(day: _Day) -> list[BoardRow]:
    ours = day.sums(EntryKind.PAYMENTS)
    theirs = day.sums(EntryKind.CHANNEL)
    left = _left(day, Task.CHANNEL)
    names = {one.code: one.name for one in catalog.channels(day.session)}
    order = {code: place for place, code in enumerate(names)}
    rows = []
    for channel in sorted(
        {*ours, *theirs} - {INTERNAL}, key=lambda code: (order.get(code, 999), code)
    ):
        count, fen = theirs.get(channel, (0, 0))
        state = CellState.DONE if channel in theirs else CellState.MISSING
        came = BoardCell(state=state, count=count, fen=fen)
        reconciled = day.reconciled(Task.CHANNEL, channel)
        cells = {
            Step.FILE: came,
            # A file whose rows do not add up to its own totals is not loaded.
            Step.TOTALS: came if channel in theirs else NOTHING,
            Step.RECONCILED: reconciled,
            **left.get(channel, _Left()).cells(reconciled),
        }
        rows.append(
            day.row(RowKind.CHANNEL, cells, channel=channel, name=names.get(channel, channel))
        )
    return rows


def _writeoff_row(day: _Day) -> list[BoardRow]:
    there = [_any(day, BillLine.business_on), _any(day, WriteOff.business_on)]
    if not any(there):
        return []
    state = CellState.DONE if all(there) else CellState.MISSING
    reconciled = day.reconciled(Task.WRITEOFF, "")
    cells = {
        Step.FILE: BoardCell(state=state, count=sum(there), of=len(there)),
        Step.TOTALS: BoardCell(state=CellState.DONE) if all(there) else NOTHING,
        Step.RECONCILED: reconciled,
        **_left(day, Task.WRITEOFF).get("", _Left()).cells(reconciled),
    }
    return [day.row(RowKind.WRITEOFF, cells)]


def _clearing_row(day: _Day) -> list[BoardRow]:
    query = select(func.count(), func.coalesce(func.sum(ClearingBatch.net_fen), 0))
    batches, net = day.session.execute(query.where(ClearingBatch.business_on == day.number)).one()
    if not batches and not _any(day, Payment.business_on):
        return []
    state = CellState.DONE if batches else CellState.MISSING
    came = BoardCell(state=state, count=batches, fen=int(net))
    reconciled = day.reconciled(Task.CLEARING, "")
    left = _left(day, Task.CLEARING).get("", _Left())
    cells = {
        Step.FILE: came,
        Step.TOTALS: _totals(left.headers, came, reconciled) if batches else NOTHING,
        Step.RECONCILED: reconciled,
        **left.cells(reconciled),
    }
    return [day.row(RowKind.CLEARING, cells)]


def _totals(wrong: int, came: BoardCell, reconciled: BoardCell) -> BoardCell:
    """Whether the headers of batches agree with their lines and with master data."""
    if wrong:
        return BoardCell(state=CellState.OPEN, count=wrong, of=came.count)
    state = CellState.DONE if reconciled.state is CellState.DONE else CellState.WAITING
    return BoardCell(state=state, count=came.count, fen=came.fen)


@dataclass(slots=True)
class _Account:
    """The batches of one account: how many, what they add up to, and how far they are."""

    batches: int = 0
    net: int = 0
    arrived: int = 0
    arrived_fen: int = 0
    confirmed: int = 0
    checked: int = 0
    late: bool = False
    cleared: set[int] = field(default_factory=set)


def _account_rows(day: _Day, payees: frozenset[str]) -> list[BoardRow]:
    owners = {one.account_no: one.organisation for one in catalog.accounts(day.session)}
    names = {one.code: one.name for one in catalog.organisations(day.session)}
    left = _left(day, Task.ARRIVAL)
    accounts = _accounts(day, payees)
    for account_no in left:
        # Money on an account to which nothing was cleared that day.
        if account_no and (not payees or owners.get(account_no) in payees):
            accounts.setdefault(account_no, _Account())
    lines = _bank_lines(day, accounts)
    reconciled = day.reconciled(Task.ARRIVAL, "")
    rows = []
    for account_no, own in sorted(accounts.items()):
        cells = _account_cells(own, lines.get(account_no, (0, 0)), reconciled)
        cells |= left.get(account_no, _Left()).cells(reconciled)
        name = names.get(owners.get(account_no, ""), "")
        rows.append(day.row(RowKind.ACCOUNT, cells, account=account_no, name=name))
    return rows


def _account_cells(
    own: _Account, lines: tuple[int, int], reconciled: BoardCell
) -> dict[Step, BoardCell]:
    state = CellState.DONE if lines[0] else CellState.MISSING
    cells = {
        Step.FILE: BoardCell(state=state, count=lines[0], fen=lines[1]),
        Step.RECONCILED: BoardCell(
            state=reconciled.state, count=own.arrived, of=own.batches, fen=own.arrived_fen
        ),
        Step.ARRIVED: progress(own.arrived, own.batches, late=own.late, fen=own.arrived_fen),
    }
    if own.batches:
        cells[Step.TOTALS] = BoardCell(state=CellState.DONE, count=own.batches, fen=own.net)
    if own.arrived:
        cells[Step.CONFIRMED] = progress(own.confirmed, own.batches, late=False)
    if own.confirmed:
        cells[Step.CHECKED] = progress(own.checked, own.batches, late=False)
    return cells


def _accounts(day: _Day, payees: frozenset[str]) -> dict[str, _Account]:
    until = as_of(day.session)
    lags = {one.account_no: one.arrival_lag_days for one in catalog.accounts(day.session)}
    came = Match.id.is_not(None) | (ClearingBatch.net_fen == 0)
    query = (
        select(
            ClearingBatch.account_no,
            ClearingBatch.clearing_on,
            func.count().label("batches"),
            func.sum(ClearingBatch.net_fen).label("net"),
            _counted(came).label("arrived"),
            func.sum(case((came, ClearingBatch.net_fen), else_=0)).label("arrived_fen"),
            func.count(ArrivalConfirmation.id).label("confirmed"),
            _counted(ArrivalConfirmation.status == ConfirmationStatus.CHECKED).label("checked"),
        )
        .outerjoin(Match, and_(Match.ours_id == ClearingBatch.id, Match.task == Task.ARRIVAL))
        .outerjoin(
            ArrivalConfirmation, and_(ArrivalConfirmation.batch_id == ClearingBatch.id, is_live())
        )
        .where(ClearingBatch.business_on == day.number)
        .group_by(ClearingBatch.account_no, ClearingBatch.clearing_on)
    )
    if payees:
        query = query.where(ClearingBatch.payee.in_(payees))
    found: dict[str, _Account] = {}
    for row in day.session.execute(query):
        own = found.setdefault(row.account_no, _Account())
        for name in ("batches", "net", "arrived", "arrived_fen", "confirmed", "checked"):
            setattr(own, name, getattr(own, name) + int(getattr(row, name)))
        due = due_on(row.clearing_on, lags.get(row.account_no, 0))
        own.late |= row.arrived < row.batches and is_late(due, until)
        own.cleared.add(row.clearing_on)
    return found


def _bank_lines(day: _Day, accounts: Mapping[str, _Account]) -> dict[str, tuple[int, int]]:
    """Bank lines of the accounts on the days on which their batches were cleared."""
    cleared = {number for own in accounts.values() for number in own.cleared}
    query = (
        select(Arrival.account_no, func.count(), func.sum(Arrival.amount_fen))
        .where(Arrival.booked_on.in_(cleared))
        .group_by(Arrival.account_no)
    )
    return {no: (count, int(fen)) for no, count, fen in day.session.execute(query)}


def _left(day: _Day, task: Task) -> dict[str, _Left]:
    """What reconciliation left of the day by scope; of arrivals by account."""
    scope: ColumnElement[str] = Discrepancy.scope.expression
    query: Select[*tuple[Any, ...]] = select(
        Discrepancy.status, Discrepancy.kind, Discrepancy.resolution
    )
    if task is Task.ARRIVAL:
        scope = func.coalesce(ClearingBatch.account_no, Arrival.account_no, "")
        query = query.outerjoin(
            ClearingBatch,
            and_(
                ClearingBatch.id == Discrepancy.ours_id,
                Discrepancy.ours_kind == EntryKind.CLEARING_BATCHES,
            ),
        ).outerjoin(
            Arrival,
            and_(
                Arrival.id == Discrepancy.theirs_id, Discrepancy.theirs_kind == EntryKind.ARRIVALS
            ),
        )
    query = (
        query.add_columns(
            scope.label("scope"),
            func.count().label("number"),
            func.sum(Discrepancy.difference_fen).label("fen"),
        )
        .where(Discrepancy.task == task, Discrepancy.business_on == day.number)
        .group_by(scope, Discrepancy.status, Discrepancy.kind, Discrepancy.resolution)
    )
    found: dict[str, _Left] = {}
    for row in day.session.execute(query):
        found.setdefault(row.scope, _Left()).add(row)
    return found


def _any(day: _Day, column: InstrumentedAttribute[int]) -> bool:
    query = select(column).where(column == day.number).limit(1)
    return day.session.execute(query).first() is not None


def _counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
