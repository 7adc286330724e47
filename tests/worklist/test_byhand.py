"""Matching by hand, taking apart, and taking both back."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from app.audit.queries import records
from app.audit.rules import Verb
from app.base.errors import DayClosed, NotAllowed
from app.base.progress import Silent
from app.calendar.model import ClosedDay
from app.catalog.model import Setting
from app.catalog.rules import SettingName
from app.db.workspace import Actor, Tx
from app.discrepancies.apart import take_apart
from app.discrepancies.byhand import accept, match_entries
from app.discrepancies.casework import add_note, assign_cases
from app.discrepancies.journal import Step
from app.discrepancies.model import Discrepancy
from app.discrepancies.reconciling import reconcile
from app.discrepancies.refusals import (
    AlreadyMatched,
    Ambiguous,
    ChangedSince,
    NotEqual,
    NothingChosen,
    ReasonNeeded,
    SomebodyElses,
    TakenApartAlready,
)
from app.discrepancies.rules import LineState, Tab
from app.discrepancies.undoing import undo
from app.discrepancies.worklist import Question
from app.matching.model import Match, TakenApart
from app.matching.rules import Kind, Side, Task
from app.upkeep.registry import all_tables
from app.upkeep.verify import verify
from tests.books import DAY, Books, payment, record
from tests.worklist.conftest import Day

_COUNTING = ("counter", "audit_record", "audit_head", "run")
_VERSIONS = ("version",)


def tables(session: Session) -> dict[str, set[tuple[Any, ...]]]:
    """Everything that stands in the database, but for what only counts."""
    found = {}
    for table in all_tables().sorted_tables:
        if table.name not in _COUNTING:
            columns = [c for c in table.columns if c.name not in _VERSIONS]
            found[table.name] = {tuple(row) for row in session.execute(select(*columns))}
    return found


def open_ids(day: Day, task: Task) -> dict[Side, list[int]]:
    """The entries of a task that stand alone."""
    lines = day.lines(day.sheet(task), Question(tab=Tab.OPEN))
    return {side: [entry.id for line in lines if (entry := line.entry(side))] for side in Side}


def match(day: Day, ids: dict[Side, list[int]], *, by: str = "clerk", reason: str = "") -> Step:
    """Match entries of the channel task."""
    return day.workspace.write(
        replace(day.actor, name=by),
        match_entries,
        task=Task.CHANNEL,
        ours=ids[Side.OURS],
        theirs=ids[Side.THEIRS],
        reason=reason,
    ).value


def one_match(day: Day, task: Task) -> int:
    """The id of a match that a run made."""
    return next(line.match_id for line in day.lines(day.sheet(task)) if line.match_id)


@pytest.fixture
def pair(books: Books) -> Day:
    """Return a day with one payment of 10.00 and two records of 4.00 and 6.00 that fit nothing."""
    books.load("payments", payment(1), payment(2))
    books.load(
        "records",
        record(2),
        record(8, 金额="4.00"),
        record(9, 金额="6.00"),
    )
    books.reconcile(Task.CHANNEL)
    return Day(workspace=books.workspace, actor=books.actor, day=DAY)


def test_one_with_several_is_one_match(pair: Day) -> None:
    ids = open_ids(pair, Task.CHANNEL)

    step = match(pair, ids)

    lines = pair.lines(pair.sheet(Task.CHANNEL), Question(tab=Tab.MATCHED))
    mine = [line for line in lines if line.match_id == step.object_ids[0]]
    assert [(line.leads, line.ours is None) for line in mine] == [(True, False), (False, True)]
    assert open_ids(pair, Task.CHANNEL) == {side: [] for side in Side}
    assert (step.ours_fen, step.theirs_fen) == (1000, 1000)
    assert pair.workspace.read(verify).ok


def test_unequal_sums_are_refused_with_both(pair: Day) -> None:
    ids = open_ids(pair, Task.CHANNEL)

    with pytest.raises(NotEqual) as refused:
        match(pair, {Side.OURS: ids[Side.OURS], Side.THEIRS: ids[Side.THEIRS][:1]})

    assert "10.00" in refused.value.user_message()
    assert "4.00" in refused.value.user_message()


def test_a_tolerated_residue_needs_a_reason(pair: Day) -> None:
    ids = open_ids(pair, Task.CHANNEL)
    pair.workspace.write(pair.actor, _tolerate, 600)
    chosen = {Side.OURS: ids[Side.OURS], Side.THEIRS: ids[Side.THEIRS][:1]}

    with pytest.raises(NotEqual):
        match(pair, chosen)
    match(pair, chosen, reason="rounding")

    assert pair.workspace.read(verify).ok


def test_one_entry_alone_is_no_match(pair: Day) -> None:
    ids = open_ids(pair, Task.CHANNEL)

    with pytest.raises(NothingChosen):
        pair.workspace.write(
            pair.actor, match_entries, task=Task.CHANNEL, ours=ids[Side.OURS], theirs=[]
        )


def test_who_came_second_is_told_who_won(pair: Day) -> None:
    ids = open_ids(pair, Task.CHANNEL)
    match(pair, ids, by="zhang")

    with pytest.raises(AlreadyMatched) as refused:
        match(pair, ids)

    assert "zhang" in refused.value.user_message()


def test_of_many_at_once_one_wins(pair: Day) -> None:
    ids = open_ids(pair, Task.CHANNEL)
    outcomes: list[object] = []
    start = threading.Barrier(4)

    def attempt(name: str) -> None:
        start.wait(30)
        try:
            outcomes.append(match(pair, ids, by=name).by)
        except AlreadyMatched as refused:
            outcomes.append(refused)

    threads = [threading.Thread(target=attempt, args=(name,)) for name in ("a", "b", "c", "d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    winners = [one for one in outcomes if isinstance(one, str)]
    losers = [one for one in outcomes if isinstance(one, AlreadyMatched)]
    assert (len(winners), len(losers)) == (1, 3)
    assert all(one.params["by"] == winners[0] for one in losers)
    assert pair.workspace.read(verify).ok


def test_matching_is_taken_back_exactly(pair: Day) -> None:
    ids = open_ids(pair, Task.CHANNEL)
    before = pair.workspace.read(tables)
    step = match(pair, ids)

    pair.workspace.write(pair.actor, undo, step)

    assert pair.workspace.read(tables) == before
    verbs = [row.verb for row in pair.workspace.read(records, limit=1000)]
    assert verbs[-2:] == [Verb.MATCHED, Verb.UNDONE]


@pytest.mark.parametrize("task", list(Task))
def test_taking_apart_is_taken_back_to_the_former_match(day: Day, task: Task) -> None:
    before = day.workspace.read(tables)
    match_id = one_match(day, task)

    step = day.workspace.write(day.actor, take_apart, match_ids=[match_id], reason="wrong").value
    between = day.lines(day.sheet(task))
    day.workspace.write(day.actor, undo, step)

    assert match_id not in {line.match_id for line in between}
    assert day.workspace.read(tables) == before
    assert match_id in {line.match_id for line in day.lines(day.sheet(task))}


def test_each_entry_of_what_was_taken_apart_is_open(day: Day) -> None:
    sheet = day.sheet(Task.CHANNEL)
    lines = [line for line in day.lines(sheet) if line.state is LineState.MATCHED][:5]

    day.workspace.write(
        day.actor, take_apart, match_ids=[line.match_id for line in lines], reason="look again"
    )

    ids = open_ids(day, Task.CHANNEL)
    assert {line.ours.id for line in lines if line.ours} <= set(ids[Side.OURS])
    assert {line.theirs.id for line in lines if line.theirs} <= set(ids[Side.THEIRS])
    day.workspace.write(day.actor, reconcile, day=day.day, tasks=[Task.CHANNEL], progress=Silent())
    assert day.workspace.read(verify).ok


def test_what_rules_had_matched_comes_back_after_the_day_was_run_again(day: Day) -> None:
    match_id = one_match(day, Task.CHANNEL)
    pair_of = day.workspace.read(_entries_of, match_id)
    step = day.workspace.write(day.actor, take_apart, match_ids=[match_id], reason="wrong").value
    day.workspace.write(day.actor, reconcile, day=day.day, tasks=list(Task), progress=Silent())

    day.workspace.write(day.actor, undo, step)

    assert day.workspace.read(_entries_of, match_id) == pair_of
    assert day.workspace.read(_count, TakenApart) == 0
    sheet = day.sheet(Task.CHANNEL)
    assert match_id in {line.match_id for line in day.lines(sheet)}
    day.workspace.write(day.actor, reconcile, day=day.day, tasks=list(Task), progress=Silent())
    assert day.workspace.read(verify).ok


def test_what_was_taken_apart_by_hand_is_matched_as_before(pair: Day) -> None:
    ids = open_ids(pair, Task.CHANNEL)
    made = match(pair, ids, reason="three in one")
    matched = pair.workspace.read(tables)

    step = pair.workspace.write(
        pair.actor, take_apart, match_ids=made.object_ids, reason="wrong"
    ).value
    again = open_ids(pair, Task.CHANNEL)
    pair.workspace.write(pair.actor, undo, step)

    assert again == ids
    assert pair.workspace.read(tables) == matched
    pair.workspace.write(pair.actor, undo, made)
    assert open_ids(pair, Task.CHANNEL) == ids


def test_the_other_half_of_a_pair_stays_open(books: Books) -> None:
    books.load("payments", payment(1, 金额="12.00"))
    books.load("records", record(1, 金额="10.00"), record(7, 金额="12.00"))
    books.reconcile(Task.CHANNEL)
    day = Day(workspace=books.workspace, actor=books.actor, day=DAY)
    before = day.workspace.read(tables)
    lines = day.lines(day.sheet(Task.CHANNEL))
    (pair_,) = [line for line in lines if line.kind is Kind.AMOUNT_DIFFERS]
    (alone,) = [line for line in lines if line.kind is Kind.MISSING_OURS]
    assert pair_.ours is not None
    assert alone.theirs is not None

    step = day.workspace.write(
        day.actor,
        match_entries,
        task=Task.CHANNEL,
        ours=[pair_.ours.id],
        theirs=[alone.theirs.id],
    ).value

    assert pair_.theirs is not None
    assert open_ids(day, Task.CHANNEL) == {Side.OURS: [], Side.THEIRS: [pair_.theirs.id]}
    apart = day.workspace.write(day.actor, take_apart, match_ids=step.object_ids, reason="no").value
    assert [line.kind for line in day.lines(day.sheet(Task.CHANNEL))] == [
        Kind.AMOUNT_DIFFERS,
        Kind.MISSING_OURS,
    ]
    day.workspace.write(day.actor, undo, apart)
    day.workspace.write(day.actor, undo, step)
    assert day.workspace.read(tables) == before


def test_suggestions_are_accepted_and_given_back(day: Day) -> None:
    task, groups = _suggestions(day)
    before = day.workspace.read(tables)

    step = day.workspace.write(day.actor, accept, task=task, suggestions=groups[:1]).value
    after = day.lines(day.sheet(task), Question(tab=Tab.SUGGESTED))
    day.workspace.write(day.actor, undo, step)

    assert groups[0] not in {line.suggestion_id for line in after}
    assert day.workspace.read(tables) == before


def test_suggestions_that_share_an_entry_are_not_accepted_together(day: Day) -> None:
    task, groups = _suggestions(day)

    with pytest.raises(Ambiguous):
        day.workspace.write(day.actor, accept, task=task, suggestions=groups)


def test_a_step_is_not_taken_back_after_somebody_went_on(pair: Day) -> None:
    step = _matched_pair(pair)
    apart = pair.workspace.write(
        pair.actor, take_apart, match_ids=step.object_ids, reason="wrong"
    ).value
    (discrepancy_id, *_rest) = pair.workspace.read(_discrepancies)
    other = replace(pair.actor, name="zhang")
    pair.workspace.write(other, assign_cases, ids=[discrepancy_id], to="clerk")

    with pytest.raises(ChangedSince) as refused:
        pair.workspace.write(pair.actor, undo, apart)

    assert "zhang" in refused.value.user_message()


def test_a_note_keeps_what_a_step_opened(day: Day) -> None:
    match_id = one_match(day, Task.WRITEOFF)
    step = day.workspace.write(day.actor, take_apart, match_ids=[match_id], reason="wrong").value
    made = next(
        image.key[0]
        for image in step.images
        if image.table == "discrepancy" and image.before is None
    )
    day.workspace.write(day.actor, add_note, id_=made, text="asked the bank")

    with pytest.raises(ChangedSince):
        day.workspace.write(day.actor, undo, step)


def test_people_take_back_their_own_steps(pair: Day) -> None:
    step = _matched_pair(pair)

    with pytest.raises(SomebodyElses):
        pair.workspace.write(replace(pair.actor, name="li"), undo, step)


def test_a_closed_day_keeps_its_matches(pair: Day) -> None:
    step = _matched_pair(pair)
    pair.workspace.write(pair.actor, _close, pair.day)

    with pytest.raises(DayClosed):
        pair.workspace.write(pair.actor, undo, step)
    with pytest.raises(DayClosed):
        pair.workspace.write(pair.actor, take_apart, match_ids=step.object_ids, reason="wrong")


def test_only_clerks_match(pair: Day, checker: Actor) -> None:
    ids = open_ids(pair, Task.CHANNEL)

    with pytest.raises(NotAllowed):
        pair.workspace.write(
            checker, match_entries, task=Task.CHANNEL, ours=ids[Side.OURS], theirs=[]
        )
    with pytest.raises(NotAllowed):
        pair.workspace.write(checker, take_apart, match_ids=[1], reason="no")
    with pytest.raises(NotAllowed):
        pair.workspace.write(checker, undo, _matched_pair(pair))


def test_taking_apart_needs_a_reason_and_a_match(pair: Day) -> None:
    step = _matched_pair(pair)

    with pytest.raises(ReasonNeeded):
        pair.workspace.write(pair.actor, take_apart, match_ids=step.object_ids, reason=" ")
    pair.workspace.write(pair.actor, take_apart, match_ids=step.object_ids, reason="wrong")
    with pytest.raises(TakenApartAlready) as refused:
        pair.workspace.write(pair.actor, take_apart, match_ids=step.object_ids, reason="wrong")

    assert pair.actor.name in refused.value.user_message()


def _matched_pair(day: Day) -> Step:
    return match(day, open_ids(day, Task.CHANNEL))


def _suggestions(day: Day) -> tuple[Task, list[int]]:
    """The suggestions of a task that has some which share an entry."""
    for task in (Task.ARRIVAL, Task.WRITEOFF):
        lines = day.lines(day.sheet(task), Question(tab=Tab.SUGGESTED))
        groups = list(dict.fromkeys(line.suggestion_id for line in lines))
        ids = [entry.id for line in lines for side in Side if (entry := line.entry(side))]
        if len(set(ids)) < len(ids):
            return task, groups
    raise AssertionError("the sample day has no ambiguity")


def _entries_of(session: Session, match_id: int) -> set[tuple[str, int | None, int | None]]:
    rows = session.scalars(select(Match).where(Match.match_id == match_id))
    return {(row.rule.value, row.ours_id, row.theirs_id) for row in rows}


def _count(session: Session, model: type[Any]) -> int:
    table = model.__table__
    assert isinstance(table, Table)
    return session.scalar(select(func.count()).select_from(table)) or 0


def _discrepancies(session: Session) -> list[int]:
    return list(session.scalars(select(Discrepancy.id).order_by(Discrepancy.id)))


def _tolerate(tx: Tx, fen: int) -> None:
    tx.session.execute(
        update(Setting)
        .where(Setting.name == SettingName.CHANNEL_TOLERANCE_FEN.value)
        .values(value=fen)
    )


def _close(tx: Tx, day: Any) -> None:
    tx.session.add(ClosedDay(business_on=day, closed_at=tx.at, closed_by=tx.actor.name))
