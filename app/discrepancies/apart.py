"""Taking matches apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.dates import day_of
from app.calendar.service import require_open
from app.db.workspace import Tx
from app.discrepancies.byhand import MOST_AT_ONCE, keep_still
from app.discrepancies.journal import Home, Journal, Step
from app.discrepancies.model import Discrepancy
from app.discrepancies.openness import (
    BESIDE,
    Alone,
    Money,
    facts_about,
    forget_untouched,
    legs_of,
    let_go,
    open_alone,
    reopen,
)
from app.discrepancies.refusals import (
    MatchConfirmed,
    NothingChosen,
    ReasonNeeded,
    TakenApartAlready,
    TooMany,
    UnknownMatch,
)
from app.discrepancies.rules import Resolution, Status
from app.identity.rules import Permission
from app.identity.service import require
from app.matching import store
from app.matching.model import HandMatch, Match, Run, TakenApart
from app.matching.queries import lines_of
from app.matching.rules import MatchRule, Side, Task
from app.records.queries import held
from app.records.rules import HeldBy

_CHUNK = 500

Lines = Mapping[int, Sequence[Match]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """The matches of one task that are taken apart, their entries, and where they come from."""

    task: Task
    groups: Lines
    sides: Mapping[Side, Sequence[int]]
    homes: Mapping[int, Home]

    @property
    def lines(self) -> list[Match]:
        """All lines."""
        return [line for group in self.groups.values() for line in group]


def take_apart(tx: Tx, *, match_ids: Sequence[int], reason: str) -> Step:
    """Take matches of one task apart; their entries are left to people from then on.

    Raises:
        ReasonNeeded: The reason is empty.
        UnknownMatch: One of them does not exist.
        TakenApartAlready: Somebody was faster.
        MatchConfirmed: The arrival that it says came is confirmed.
        DayClosed: Its day is closed.
    """
    require(tx.actor, Permission.MATCH)
    if not reason.strip():
        raise ReasonNeeded
    if not match_ids:
        raise NothingChosen
    if len(match_ids) > MOST_AT_ONCE:
        raise TooMany(most=MOST_AT_ONCE, count=len(match_ids))
    keep_still(tx)
    work = _locked(tx, match_ids)
    money = _money(tx.session, work)
    journal = Journal(tx)
    _remove(tx, journal, work, reason)
    _reopen(tx, journal, work, money)
    store.mark_stale(tx, work.task, {home.business_on for home in work.homes.values()})
    for match_id, lines in work.groups.items():
        audit.record(
            tx,
            Verb.UNMATCHED,
            "match",
            str(match_id),
            before={"task": work.task.value, "rule": lines[0].rule.value},
            after={"reason": reason},
        )
    return Step(
        verb=Verb.UNMATCHED,
        task=work.task,
        by=tx.actor.name,
        at=tx.at,
        object_type="match",
        object_ids=tuple(work.groups),
        ours_fen=sum(money.ours.values()),
        theirs_fen=sum(money.theirs.values()),
        reason=reason,
        images=journal.images(),
        homes=tuple(work.homes.values()),
    )


def _locked(tx: Tx, match_ids: Sequence[int]) -> _Work:
    for start in range(0, len(match_ids), _CHUNK):
        chunk = sorted(match_ids[start : start + _CHUNK])
        tx.session.execute(
            select(Match.id).where(Match.id.in_(chunk)).order_by(Match.id).with_for_update()
        ).all()
    groups = lines_of(tx.session, match_ids)
    for match_id in match_ids:
        if match_id not in groups:
            _refuse_missing(tx.session, match_id)
    lines = [line for group in groups.values() for line in group]
    task = lines[0].task
    assert all(line.task is task for line in lines), "matches of one task at a time"
    sides = {
        Side.OURS: [line.ours_id for line in lines if line.ours_id is not None],
        Side.THEIRS: [line.theirs_id for line in lines if line.theirs_id is not None],
    }
    if task is Task.ARRIVAL:
        _require_unconfirmed(tx.session, groups, sides)
    homes = _homes(tx.session, groups)
    for day in sorted({home.business_on for home in homes.values()}):
        require_open(tx, day_of(day))
    return _Work(task=task, groups=groups, sides=sides, homes=homes)


def _refuse_missing(session: Session, match_id: int) -> None:
    by = session.scalars(
        select(TakenApart.by).where(TakenApart.match_id == match_id).limit(1)
    ).first()
    if by is not None:
        raise TakenApartAlready(id=match_id, by=by)
    raise UnknownMatch(id=match_id)


def _require_unconfirmed(
    session: Session, groups: Lines, sides: Mapping[Side, Sequence[int]]
) -> None:
    confirmed = held(session, {id_ for ids in sides.values() for id_ in ids}, HeldBy.CONFIRMATION)
    for match_id, lines in groups.items():
        if any(line.ours_id in confirmed or line.theirs_id in confirmed for line in lines):
            raise MatchConfirmed(id=match_id)


def _homes(session: Session, groups: Lines) -> dict[int, Home]:
    """Return where each match comes from: a run, or a person's decision."""
    run_ids = {line.run_id for lines in groups.values() for line in lines[:1]} - {None}
    runs = {run.id: run for run in session.scalars(select(Run).where(Run.id.in_(run_ids)))}
    by_hand = [id_ for id_, lines in groups.items() if lines[0].run_id is None]
    hands = {
        row.match_id: row
        for start in range(0, len(by_hand), _CHUNK)
        for row in session.scalars(
            select(HandMatch).where(HandMatch.match_id.in_(by_hand[start : start + _CHUNK]))
        )
    }
    homes = {}
    for match_id, lines in groups.items():
        run_id = lines[0].run_id
        source = hands[match_id] if run_id is None else runs[run_id]
        homes[match_id] = Home(
            match_id=match_id, scope=source.scope, business_on=source.business_on
        )
    return homes


def _money(session: Session, work: _Work) -> Money:
    """What counts of the entries; in clearing ours was equal to theirs line by line."""
    money = Money.of(session, work.task, work.sides, [])
    if work.task is not Task.CLEARING:
        return money
    nets = {
        line.ours_id: money.theirs[line.theirs_id]
        for line in work.lines
        if line.ours_id is not None and line.theirs_id is not None
    }
    return Money(
        ours={id_: nets.get(id_, fen) for id_, fen in money.ours.items()}, theirs=money.theirs
    )


def _remove(tx: Tx, journal: Journal, work: _Work, reason: str) -> None:
    lines = work.lines
    ids = [line.id for line in lines]
    journal.watch(Match, ids)
    hands = [id_ for id_, group in work.groups.items() if group[0].run_id is None]
    journal.watch(HandMatch, hands)
    apart = insert(TakenApart).returning(TakenApart.id)
    rows = [_apart(tx, line, reason) for line in lines]
    journal.made(TakenApart, tx.session.scalars(apart, rows).all())
    quietly = {"synchronize_session": False}
    for start in range(0, len(ids), _CHUNK):
        chosen = Match.id.in_(ids[start : start + _CHUNK])
        tx.session.execute(delete(Match).where(chosen), execution_options=quietly)
    for start in range(0, len(hands), _CHUNK):
        chosen = HandMatch.match_id.in_(hands[start : start + _CHUNK])
        tx.session.execute(delete(HandMatch).where(chosen), execution_options=quietly)
    if hands:
        let_go(tx, journal, work.task, work.sides)
    tx.touch("match", "hand_match", "taken_apart", "discrepancy")


def _apart(tx: Tx, line: Match, reason: str) -> dict[str, object]:
    automatic = line.rule is not MatchRule.BY_HAND
    return {
        "match_id": line.match_id,
        "task": line.task,
        "rule": line.rule,
        "ours_id": line.ours_id if automatic else None,
        "theirs_id": line.theirs_id if automatic else None,
        "reason": reason,
        "by": tx.actor.name,
        "at": tx.at,
    }


def _reopen(tx: Tx, journal: Journal, work: _Work, money: Money) -> None:
    """Open again what a match by hand had settled, and each other entry by itself."""
    beside = [row for row in facts_about(tx, work.task, work.sides) if row.kind in BESIDE]
    settled = [
        row
        for row in facts_about(tx, work.task, work.sides, Status.RESOLVED)
        if row.resolution is Resolution.BY_HAND
    ]
    inside = legs_of(tx.session, settled)
    mine = {id_ for ids in work.sides.values() for id_ in ids}
    others = {
        side: {id_ for row in settled for id_ in inside[row.id][side]} - mine for side in Side
    }
    alone = [row for row in facts_about(tx, work.task, others) if row.kind not in BESIDE]
    told = {id_ for row in settled for side in Side for id_ in inside[row.id][side]}
    journal.watch(Discrepancy, [row.id for row in (*beside, *settled, *alone)])
    reopen(tx, settled)
    forget_untouched(tx, [*beside, *alone])
    open_alone(tx, journal, work.task, _alone(work, money, told))


def _alone(work: _Work, money: Money, told: set[int]) -> dict[int, Alone]:
    wanted = {}
    for match_id, lines in work.groups.items():
        day = work.homes[match_id].business_on
        for line in lines:
            for side, id_, fen in (
                (Side.OURS, line.ours_id, money.ours.get(line.ours_id or 0, 0)),
                (Side.THEIRS, line.theirs_id, money.theirs.get(line.theirs_id or 0, 0)),
            ):
                if id_ is not None and id_ not in told:
                    wanted[id_] = Alone(side=side, day=day, fen=fen)
    return wanted
