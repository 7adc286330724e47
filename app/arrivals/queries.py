"""Reading what is expected to arrive, what came, and who confirmed it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.arrivals.model import ArrivalConfirmation
from app.arrivals.money import Came, Standing, came, chunks
from app.arrivals.rules import (
    DONE,
    ArrivalState,
    ConfirmationStatus,
    Scope,
    Seen,
    is_late,
    money_state,
)
from app.base.dates import day_number, day_of
from app.calendar.queries import working_calendar
from app.catalog import queries as catalog
from app.catalog.rules import SettingName
from app.discrepancies.queries import READS
from app.intake.model import SourceFile
from app.matching.due import Terms, clearing_day, due_on
from app.matching.model import Run
from app.matching.rules import MatchRule, Task
from app.records.model import Arrival, ClearingBatch, TouchedDay

_STATES = {
    ConfirmationStatus.CONFIRMED: ArrivalState.CONFIRMED,
    ConfirmationStatus.CHECKED: ArrivalState.CHECKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalFilter:
    """Which batches to show; what is None or empty does not limit.

    `organisation` stands for itself and all below it.
    `brought_forward` adds batches of earlier business dates that nobody has confirmed or checked
    yet, or whose confirmation counts on this day.
    """

    day: date | None = None
    account_no: str = ""
    organisation: str = ""
    batch_nos: tuple[str, ...] = ()
    brought_forward: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationView:
    """A confirmation: who made, checked and took it back."""

    number: str
    batch_id: int
    batch_no: str
    status: ConfirmationStatus
    business_on: date
    expected_fen: int
    arrived_fen: int
    difference_fen: int
    digest: str
    maker_id: int
    maker_name: str
    made_at: datetime
    checker_id: int | None
    checker_name: str | None
    checked_at: datetime | None
    undone_by: str | None
    undone_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedArrival:
    """A batch and what came for it; the difference is expected less arrived.

    `standing` are the discrepancies in the way of a confirmation. `verified` says that the
    batch's clearing was verified since entries last changed.
    """

    batch_id: int
    batch_no: str
    payee: str
    payee_name: str
    account_no: str
    channel: str
    business_on: date
    clearing_on: date
    due_on: date
    expected_fen: int
    arrived_fen: int
    explained_fen: int
    state: ArrivalState
    late: bool
    line_ids: tuple[int, ...]
    rule: MatchRule | None
    run_on: date | None
    standing: tuple[Standing, ...]
    verified: bool
    confirmation: ConfirmationView | None

    @property
    def difference_fen(self) -> int:
        """What is missing (positive) or too much."""
        return self.expected_fen - self.arrived_fen

    @property
    def clean(self) -> bool:
        """Whether it can be confirmed as it is."""
        return self.state is ArrivalState.ARRIVED and not self.standing and self.verified

    @property
    def explained(self) -> bool:
        """Whether adjustments explain all of what is missing or too much."""
        differs = self.state in (ArrivalState.PARTLY, ArrivalState.OVER)
        return differs and not self.standing and self.difference_fen == self.explained_fen

    @property
    def seen(self) -> Seen:
        """What a confirmation of it would stand on."""
        return Seen(
            batch_id=self.batch_id,
            account_no=self.account_no,
            expected_fen=self.expected_fen,
            arrived_fen=self.arrived_fen,
            lines=self.line_ids,
            discrepancies=tuple((one.id, one.difference_fen) for one in self.standing),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLine:
    """One entry of a bank statement; `booked_at` is a moment where the bank gives one."""

    id: int
    account_no: str
    serial_no: str
    booked_on: date
    booked_at: int | None
    amount_fen: int
    counterparty: str
    counterparty_account: str
    summary: str
    postscript: str
    file: str
    line: int


def is_live() -> ColumnElement[bool]:
    """Return the condition that a confirmation was not taken back."""
    return ArrivalConfirmation.status != ConfirmationStatus.UNCONFIRMED


def as_of(session: Session) -> date | None:
    """Return the clearing date up to which arrivals were taken in; None without any run."""
    last = session.scalars(select(func.max(Run.business_on))).first()
    return None if last is None else clearing_day(session, last, terms(session))


def terms(session: Session) -> Terms:
    """Return by what arrivals are reckoned."""
    return Terms(
        calendar=working_calendar(session),
        accounts=catalog.accounts(session),
        channels=catalog.channels(session),
        window_days=catalog.setting(session, SettingName.ARRIVAL_WINDOW_WORKING_DAYS),
    )


def expected_arrivals(session: Session, wanted: ArrivalFilter) -> list[ExpectedArrival]:
    """Return the batches by business date, account and batch no., with what came for each."""
    return _views(session, list(session.scalars(_query(session, wanted))))


def arrivals_of(session: Session, batch_ids: Collection[int]) -> list[ExpectedArrival]:
    """Return batches by their ids."""
    batches = [
        batch
        for chunk in chunks(sorted(batch_ids))
        for batch in session.scalars(
            select(ClearingBatch).where(ClearingBatch.id.in_(chunk)).order_by(ClearingBatch.id)
        )
    ]
    return _views(session, batches)


def clean_ones(session: Session, wanted: ArrivalFilter) -> list[ExpectedArrival]:
    """Return the batches that can be confirmed as they are."""
    return [one for one in expected_arrivals(session, wanted) if one.clean]


def scope_of(batches: Sequence[ExpectedArrival]) -> Scope:
    """Return how many batches these are, and what they add up to."""
    return Scope(count=len(batches), fen=sum(one.expected_fen for one in batches))


def bank_lines(session: Session, ids: Collection[int]) -> list[BankLine]:
    """Return entries of bank statements by booking date and id."""
    found = []
    for chunk in chunks(sorted(set(ids))):
        query = (
            select(Arrival, SourceFile.name)
            .join(SourceFile, SourceFile.id == Arrival.file_id)
            .where(Arrival.id.in_(chunk))
        )
        found += [_bank_line(row, file) for row, file in session.execute(query)]
    return sorted(found, key=lambda one: (one.booked_on, one.id))


def confirmations(session: Session, *, batch_id: int) -> list[ConfirmationView]:
    """Return all confirmations of a batch, the latest first, also those taken back."""
    query = select(ArrivalConfirmation).where(ArrivalConfirmation.batch_id == batch_id)
    return [
        _confirmation(row) for row in session.scalars(query.order_by(ArrivalConfirmation.id.desc()))
    ]


def numbered(session: Session, numbers: Collection[str]) -> list[ConfirmationView]:
    """Return confirmations by their numbers, in their order."""
    query = select(ArrivalConfirmation).where(ArrivalConfirmation.number.in_(numbers))
    return [
        _confirmation(row) for row in session.scalars(query.order_by(ArrivalConfirmation.number))
    ]


def _query(session: Session, wanted: ArrivalFilter) -> Select[ClearingBatch]:
    query = select(ClearingBatch).order_by(
        ClearingBatch.business_on, ClearingBatch.account_no, ClearingBatch.batch_no
    )
    if wanted.day is not None:
        query = query.where(_on(day_number(wanted.day), forward=wanted.brought_forward))
    if wanted.account_no:
        query = query.where(ClearingBatch.account_no == wanted.account_no)
    if wanted.organisation:
        payees = catalog.branch(session, wanted.organisation)
        query = query.where(ClearingBatch.payee.in_(payees))
    if wanted.batch_nos:
        query = query.where(ClearingBatch.batch_no.in_(wanted.batch_nos))
    return query


def _on(day: int, *, forward: bool) -> ColumnElement[bool]:
    own = ClearingBatch.business_on == day
    if not forward:
        return own
    live = and_(ArrivalConfirmation.batch_id == ClearingBatch.id, is_live())
    checked = ArrivalConfirmation.status == ConfirmationStatus.CHECKED
    counts = ArrivalConfirmation.business_on == day
    wanted = or_(~exists().where(live, checked), exists().where(live, counts))
    return or_(own, and_(ClearingBatch.business_on < day, wanted))


def _views(session: Session, batches: Sequence[ClearingBatch]) -> list[ExpectedArrival]:
    if not batches:
        return []
    reckoned = terms(session)
    last = session.scalars(select(func.max(Run.business_on))).first()
    until = None if last is None else clearing_day(session, last, reckoned)
    money = came(session, batches)
    live = _live(session, [batch.id for batch in batches])
    verified = _verified(session, {batch.business_on for batch in batches})
    names = {one.code: one.name for one in catalog.organisations(session)}
    views = []
    for batch in batches:
        due = due_on(batch.clearing_on, reckoned.lags.get(batch.account_no, 0))
        view = _view(batch, money[batch.id], due, until)
        views.append(
            replace(
                view,
                payee_name=names.get(batch.payee, ""),
                verified=batch.business_on in verified,
                confirmation=live.get(batch.id),
                state=_STATES[live[batch.id].status] if batch.id in live else view.state,
            )
        )
    return views


def _view(batch: ClearingBatch, money: Came, due: date, until: date | None) -> ExpectedArrival:
    late = is_late(due, until)
    state = money_state(batch.net_fen, money.arrived_fen, late=late)
    return ExpectedArrival(
        batch_id=batch.id,
        batch_no=batch.batch_no,
        payee=batch.payee,
        payee_name="",
        account_no=batch.account_no,
        channel=batch.channel,
        business_on=day_of(batch.business_on),
        clearing_on=day_of(batch.clearing_on),
        due_on=due,
        expected_fen=batch.net_fen,
        arrived_fen=money.arrived_fen,
        explained_fen=money.explained_fen,
        state=state,
        late=late and state not in DONE,
        line_ids=tuple(sorted(set(money.lines))),
        rule=money.rule,
        run_on=day_of(money.run_on) if money.run_on else None,
        standing=tuple(sorted(money.standing, key=lambda one: one.id)),
        verified=False,
        confirmation=None,
    )


def _live(session: Session, ids: Sequence[int]) -> Mapping[int, ConfirmationView]:
    return {
        row.batch_id: _confirmation(row)
        for chunk in chunks(ids)
        for row in session.scalars(
            select(ArrivalConfirmation).where(
                ArrivalConfirmation.batch_id.in_(chunk),
                is_live(),
            )
        )
    }


def _verified(session: Session, days: Collection[int]) -> set[int]:
    """The days whose clearing was verified since entries last changed."""
    touched = (
        select(TouchedDay.business_on, func.max(TouchedDay.change_no))
        .where(
            TouchedDay.kind.in_([kind.value for kind in READS[Task.CLEARING]]),
            TouchedDay.business_on.in_(days),
        )
        .group_by(TouchedDay.business_on)
    )
    changed = {row[0]: row[1] for row in session.execute(touched)}
    runs = select(Run).where(Run.task == Task.CLEARING, Run.business_on.in_(days))
    return {
        run.business_on
        for run in session.scalars(runs)
        if run.change_no >= max(changed.get(run.business_on, 0), 0)
    }


def _confirmation(row: ArrivalConfirmation) -> ConfirmationView:
    same = {
        name: getattr(row, name) for name in ConfirmationView.__slots__ if name != "business_on"
    }
    return ConfirmationView(business_on=day_of(row.business_on), **same)


def _bank_line(row: Arrival, file: str) -> BankLine:
    same = {
        name: getattr(row, name) for name in BankLine.__slots__ if name not in {"booked_on", "file"}
    }
    return BankLine(booked_on=day_of(row.booked_on), file=file, **same)
