"""Arrival reconciliation: clearing batches against the banks' entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.base.dates import day_number, day_of
from app.intake.rules import Kind as EntryKind
from app.matching import arrivals as rules
from app.matching.due import Terms, cleared_on, clearing_day, due_on, usual_cycle
from app.matching.extent import Extent
from app.matching.model import Match, Run, TakenApart
from app.matching.result import FACTS, MATCHES, Leg, Result, Suggested, Totals
from app.matching.rules import Kind, Side, Task
from app.records.model import Arrival, ClearingBatch

_CHUNK = 500


@dataclass(slots=True, kw_only=True)
class _Book:
    """What a run works on."""

    batches: dict[int, rules.Batch]
    batch_days: dict[int, int]
    arrivals: dict[int, rules.Arrival]
    arrival_days: dict[int, int]
    pooled: set[int]


def run(session: Session, extent: Extent, *, terms: Terms, as_of: date) -> Result:
    """Reconcile batches with arrivals; `as_of` is the clearing date that decides what is due."""
    taken_until = clearing_day(session, extent.last, terms)
    book = _read(session, extent, terms, taken_until)
    words = {word for one in book.arrivals.values() for word in rules.candidates_in(one.text)}
    known = _known(session, words)
    names = {one.id: rules.named_batches(one.text, known) for one in book.arrivals.values()}
    names = {id_: _longest(found) for id_, found in names.items()}
    _leave_for_later(book, names, session, extent)
    apart_ours, apart_theirs = _apart(session)
    outcome = rules.match(
        [one for id_, one in book.batches.items() if id_ not in apart_ours],
        [one for id_, one in book.arrivals.items() if id_ not in apart_theirs],
        names=names,
        known=known,
        as_of=max(as_of, taken_until),
    )
    _tell_apart(book, outcome, apart_ours, apart_theirs)
    _drop_later(book, outcome, extent)
    return _result(book, outcome, _kept(session, extent.last))


def _kept(session: Session, day: int) -> Totals:
    """What stays of an earlier run for this day: the matches of confirmed arrivals."""
    lines = select(Match.id).join(Run, Run.id == Match.run_id)
    lines = lines.where(Run.task == Task.ARRIVAL, Run.business_on == day)
    ours, net = _sums(session, lines, Match.ours_id, ClearingBatch, ClearingBatch.net_fen)
    theirs, amount = _sums(session, lines, Match.theirs_id, Arrival, Arrival.amount_fen)
    return Totals(
        ours=ours,
        theirs=theirs,
        matched_ours=ours,
        matched_theirs=theirs,
        ours_fen=net,
        theirs_fen=amount,
        matched_fen=net,
        matched_theirs_fen=amount,
    )


def _sums(
    session: Session,
    lines: Select[int],
    side: InstrumentedAttribute[int | None],
    model: type[ClearingBatch | Arrival],
    amount: InstrumentedAttribute[int],
) -> tuple[int, int]:
    query = lines.join(model, model.id == side)
    count, fen = session.execute(
        query.with_only_columns(func.count(), func.coalesce(func.sum(amount), 0))
    ).one()
    return count, int(fen)


def _read(session: Session, extent: Extent, terms: Terms, until: date) -> _Book:
    lag = terms.lags
    own = defaultdict(set)
    for account in terms.accounts:
        own[account.organisation].add(account.account_no)
    batches, batch_days = {}, {}
    for row in session.scalars(_batch_query(extent, max(lag.values(), default=0))):
        clearing_on = day_of(row.clearing_on)
        due = due_on(row.clearing_on, lag.get(row.account_no, 0))
        batches[row.id] = rules.Batch(
            id=row.id,
            batch_no=rules.normal(row.batch_no),
            account_nos=frozenset({row.account_no, *own[row.payee]}),
            net_fen=row.net_fen,
            clearing_on=clearing_on,
            due_on=due,
            latest_on=terms.calendar.add_working_days(due, terms.window_days),
        )
        batch_days[row.id] = row.business_on
    pooled = set(session.scalars(extent.pool_theirs))
    rows = list(session.scalars(_arrival_query(extent, until)))
    days = _Days(session, terms, {row.booked_on for row in rows})
    return _Book(
        batches=batches,
        batch_days=batch_days,
        arrivals={
            row.id: rules.Arrival(
                id=row.id,
                account_no=row.account_no,
                serial_no=row.serial_no,
                amount_fen=row.amount_fen,
                booked_on=day_of(row.booked_on),
                line=row.line,
                text=f"{row.summary}\n{row.postscript}",
            )
            for row in rows
        },
        arrival_days={row.id: days.of(row.account_no, row.booked_on) for row in rows},
        pooled=pooled,
    )


def _batch_query(extent: Extent, lag: int) -> Select[ClearingBatch]:
    """Batches of the days, those in the pool, and those that were not due before.

    `lag` is the longest time in days that an account may take after the clearing date.
    """
    before = extent.first - 1
    undue = day_number(day_of(before) - timedelta(days=lag)) if before > 0 else 0
    settled = select(Match.ours_id).where(Match.task == Task.ARRIVAL, Match.ours_id.is_not(None))
    return select(ClearingBatch).where(
        or_(
            ClearingBatch.business_on.between(extent.first, extent.last),
            and_(
                ClearingBatch.business_on < extent.first,
                ClearingBatch.clearing_on > undue,
            ),
            ClearingBatch.id.in_(extent.pool_ours),
        ),
        ClearingBatch.net_fen != 0,
        ClearingBatch.id.not_in(settled),
        ClearingBatch.id.not_in(extent.settled_ours),
    )


def _arrival_query(extent: Extent, until: date) -> Select[Arrival]:
    settled = select(Match.theirs_id).where(
        Match.task == Task.ARRIVAL, Match.theirs_id.is_not(None)
    )
    return select(Arrival).where(
        or_(
            Arrival.booked_on.between(extent.first, day_number(until)),
            Arrival.id.in_(extent.pool_theirs),
        ),
        Arrival.amount_fen != 0,
        Arrival.currency == "CNY",
        Arrival.id.not_in(settled),
        Arrival.id.not_in(extent.settled_theirs),
    )


class _Days:
    """The business day that an arrival belongs to while no batch claims it."""

    def __init__(self, session: Session, terms: Terms, booked: set[int]) -> None:
        self._terms = terms
        self._cycle = usual_cycle(terms)
        self._latest: dict[tuple[str, int], int] = {}
        for start in range(0, len(booked), _CHUNK):
            query = select(
                ClearingBatch.account_no, ClearingBatch.clearing_on, ClearingBatch.business_on
            ).where(ClearingBatch.clearing_on.in_(sorted(booked)[start : start + _CHUNK]))
            for account_no, clearing_on, business_on in session.execute(query):
                key = (account_no, clearing_on)
                self._latest[key] = max(self._latest.get(key, 0), business_on)

    def of(self, account_no: str, booked_on: int) -> int:
        """Return the latest day that clears onto the account on the booking date."""
        found = self._latest.get((account_no, booked_on))
        if found is not None:
            return found
        booked = day_of(booked_on)
        day = booked - timedelta(days=self._cycle[0])
        while cleared_on(day, self._cycle, self._terms.calendar) > booked:
            day -= timedelta(days=1)
        return day_number(day)


def _known(session: Session, words: set[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    ordered = sorted(words)
    for start in range(0, len(ordered), _CHUNK):
        query = select(ClearingBatch.batch_no, ClearingBatch.net_fen).where(
            ClearingBatch.batch_no.in_(ordered[start : start + _CHUNK])
        )
        known |= {row.batch_no: row.net_fen for row in session.execute(query)}
    return known


def _longest(names: list[str]) -> list[str]:
    """Leave out names that are only a part of a longer one."""
    return [name for name in names if not any(name != other and name in other for other in names)]


def _leave_for_later(
    book: _Book, names: Mapping[int, Sequence[str]], session: Session, extent: Extent
) -> None:
    """An arrival that names only batches of later business dates waits for their run."""
    later = set(
        session.scalars(
            select(ClearingBatch.batch_no).where(ClearingBatch.business_on > extent.last)
        )
    )
    for id_, found in names.items():
        if found and all(name in later for name in found):
            del book.arrivals[id_]


def _apart(session: Session) -> tuple[set[int], set[int]]:
    """Entries whose match a person took apart."""
    rows = session.execute(
        select(TakenApart.ours_id, TakenApart.theirs_id).where(TakenApart.task == Task.ARRIVAL)
    ).all()
    return {ours for ours, _theirs in rows if ours}, {theirs for _ours, theirs in rows if theirs}


def _tell_apart(book: _Book, outcome: rules.Outcome, ours: set[int], theirs: set[int]) -> None:
    for id_ in sorted(ours & set(book.batches)):
        outcome.facts.append(rules.Fact(kind=Kind.NOT_ARRIVED, batches=(id_,)))
    for id_ in sorted(theirs & set(book.arrivals)):
        debit = book.arrivals[id_].amount_fen < 0
        kind = Kind.UNEXPECTED_DEBIT if debit else Kind.UNEXPECTED_ARRIVAL
        outcome.facts.append(rules.Fact(kind=kind, arrivals=(id_,)))


def _drop_later(book: _Book, outcome: rules.Outcome, extent: Extent) -> None:
    """What belongs to a later business date and found no batch is told by that date's run."""
    outcome.facts = [
        fact
        for fact in outcome.facts
        if fact.batches
        or any(book.arrival_days[id_] <= extent.last or id_ in book.pooled for id_ in fact.arrivals)
    ]


def _result(book: _Book, outcome: rules.Outcome, kept: Totals) -> Result:
    matches = []
    for number, group in enumerate(outcome.matches):
        longest = max(len(group.batches), len(group.arrivals))
        matches += [
            {
                "rule": group.rule.value,
                "scope": "",
                "ours_id": group.batches[place] if place < len(group.batches) else None,
                "theirs_id": group.arrivals[place] if place < len(group.arrivals) else None,
                "part_of": number if longest > 1 else None,
            }
            for place in range(longest)
        ]
    facts: list[dict[str, object]] = []
    legs: list[Leg] = []
    for fact in outcome.facts:
        legs += [
            Leg(fact=len(facts), side=side, entry_id=id_)
            for side, ids in ((Side.OURS, fact.batches[1:]), (Side.THEIRS, fact.arrivals[1:]))
            for id_ in ids
        ]
        facts.append(_fact_row(book, fact))
    return Result(
        matches=pa.Table.from_pylist(matches, MATCHES),
        facts=pa.Table.from_pylist(facts, FACTS),
        totals={"": _totals(book, outcome).plus(kept)},
        legs=legs,
        suggestions=[
            Suggested(rule=group.rule.value, scope="", ours=group.batches, theirs=group.arrivals)
            for group in outcome.suggestions
        ],
    )


def _fact_row(book: _Book, fact: rules.Fact) -> dict[str, object]:
    ours = [book.batches[id_] for id_ in fact.batches]
    theirs = [book.arrivals[id_] for id_ in fact.arrivals]
    ours_fen = sum(one.net_fen for one in ours)
    theirs_fen = sum(one.amount_fen for one in theirs)
    day = book.batch_days[ours[0].id] if ours else book.arrival_days[theirs[0].id]
    return {
        "kind": fact.kind.value,
        "scope": "",
        "business_on": day,
        "ours_kind": EntryKind.CLEARING_BATCHES.value if ours else None,
        "ours_id": ours[0].id if ours else None,
        "ours_key": ours[0].batch_no if ours else fact.named if _is_over(fact) else "",
        "ours_fen": ours_fen,
        "theirs_kind": EntryKind.ARRIVALS.value if theirs else None,
        "theirs_id": theirs[0].id if theirs else None,
        "theirs_key": theirs[0].serial_no if theirs else "",
        "theirs_fen": theirs_fen,
        "difference_fen": ours_fen - theirs_fen,
        "detail": "",
    }


def _is_over(fact: rules.Fact) -> bool:
    return fact.kind is Kind.OVER_ARRIVAL


def _totals(book: _Book, outcome: rules.Outcome) -> Totals:
    matched_ours = [id_ for group in outcome.matches for id_ in group.batches]
    matched_theirs = [id_ for group in outcome.matches for id_ in group.arrivals]
    told_ours = [id_ for fact in outcome.facts for id_ in fact.batches]
    told_theirs = [id_ for fact in outcome.facts for id_ in fact.arrivals]
    net = {id_: one.net_fen for id_, one in book.batches.items()}
    amount = {id_: one.amount_fen for id_, one in book.arrivals.items()}
    return Totals(
        ours=len(matched_ours) + len(told_ours),
        theirs=len(matched_theirs) + len(told_theirs),
        matched_ours=len(matched_ours),
        matched_theirs=len(matched_theirs),
        ours_fen=sum(net[id_] for id_ in (*matched_ours, *told_ours)),
        theirs_fen=sum(amount[id_] for id_ in (*matched_theirs, *told_theirs)),
        matched_fen=sum(net[id_] for id_ in matched_ours),
        matched_theirs_fen=sum(amount[id_] for id_ in matched_theirs),
    )
