"""Two programs on one database: one wins, the other is told who, and each sees the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.watching import look
from app.base.errors import UserError
from app.db.workspace import Actor, Tx, Workspace
from app.discrepancies.apart import take_apart
from app.discrepancies.byhand import match_entries
from app.discrepancies.journal import Step
from app.discrepancies.refusals import AlreadyMatched, TakenApartAlready
from app.discrepancies.undoing import undo
from app.matching.model import Match
from app.matching.rules import Side, Task
from app.upkeep.verify import verify
from tests.books import DAY, Books, payment, record
from tests.worklist.conftest import Day
from tests.worklist.test_byhand import open_ids


class Desk:
    """A program of its own: its user, its connections, and how far it read the log."""

    def __init__(self, url: str, actor: Actor) -> None:
        self.workspace = Workspace.open(url)
        self.actor = actor
        self.seen = 0
        self.outcome: object = None

    def watch(self) -> bool:
        """Return whether others wrote since the last look."""
        seen = self.workspace.read(
            look, self.seen, actor=self.actor.name, machine=self.actor.machine
        )
        self.seen = seen.sequence
        return seen.by_others

    def attempt(self, start: threading.Barrier, fn: Callable[..., Any], /, **wanted: Any) -> None:
        start.wait(60)
        try:
            self.outcome = self.workspace.write(self.actor, fn, **wanted).value
        except UserError as refused:
            self.outcome = refused


@pytest.fixture
def desks(database_url: str, books: Books, clerk: Actor) -> Iterator[tuple[Desk, Desk]]:
    """Return two desks with one payment of 10.00 against records of 10.00, 4.00 and 6.00."""
    books.load("payments", payment(1), payment(2))
    books.load(
        "records",
        record(2),
        record(7),
        record(8, 金额="4.00"),
        record(9, 金额="6.00"),
    )
    books.reconcile(Task.CHANNEL)
    one = Desk(database_url, replace(clerk, name="zhang", machine="desk 1"))
    two = Desk(database_url, replace(clerk, name="li", machine="desk 2"))
    for desk in (one, two):
        desk.watch()
    yield one, two
    for desk in (one, two):
        desk.workspace.close()


def test_of_two_who_match_the_same_entry_one_wins(desks: tuple[Desk, Desk]) -> None:
    one, two = desks
    ours, (whole, *parts) = _ids(one)

    _at_once(
        (one, match_entries, {"task": Task.CHANNEL, "ours": ours, "theirs": [whole]}),
        (two, match_entries, {"task": Task.CHANNEL, "ours": ours, "theirs": parts}),
    )

    winner, loser = (one, two) if isinstance(one.outcome, Step) else (two, one)
    assert isinstance(winner.outcome, Step)
    assert isinstance(loser.outcome, AlreadyMatched)
    assert winner.actor.name in loser.outcome.user_message()
    assert (winner.watch(), loser.watch()) == (False, True)
    assert (winner.watch(), loser.watch()) == (False, False)
    assert one.workspace.read(verify).ok


def test_of_two_who_take_the_same_match_apart_one_wins(desks: tuple[Desk, Desk]) -> None:
    one, two = desks
    ours, (whole, *_parts) = _ids(one)
    step = one.workspace.write(
        one.actor, match_entries, task=Task.CHANNEL, ours=ours, theirs=[whole]
    ).value
    wanted = {"match_ids": step.object_ids, "reason": "wrong"}

    _at_once((one, take_apart, wanted), (two, take_apart, wanted))

    winner, loser = (one, two) if isinstance(one.outcome, Step) else (two, one)
    assert isinstance(winner.outcome, Step)
    assert isinstance(loser.outcome, TakenApartAlready)
    assert winner.actor.name in loser.outcome.user_message()
    assert one.workspace.read(verify).ok


def test_two_who_match_different_entries_both_win(desks: tuple[Desk, Desk]) -> None:
    one, two = desks
    ours, (whole, *_parts) = _ids(one)
    step = one.workspace.write(
        one.actor, match_entries, task=Task.CHANNEL, ours=ours, theirs=[whole]
    ).value
    rule_made = one.workspace.read(_match_of_run)

    _at_once(
        (one, _undo, {"step": step}),
        (two, take_apart, {"match_ids": [rule_made], "reason": "wrong"}),
    )

    assert one.outcome is None
    assert isinstance(two.outcome, Step)
    assert one.workspace.read(verify).ok


def _undo(tx: Tx, *, step: Step) -> None:
    undo(tx, step)


def _at_once(*attempts: tuple[Desk, Callable[..., Any], dict[str, Any]]) -> None:
    start = threading.Barrier(len(attempts))
    threads = [
        threading.Thread(target=desk.attempt, args=(start, fn), kwargs=wanted)
        for desk, fn, wanted in attempts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)


def _ids(desk: Desk) -> tuple[list[int], list[int]]:
    """The open payment, and the open records with the whole amount first."""
    day = Day(workspace=desk.workspace, actor=desk.actor, day=DAY)
    found = open_ids(day, Task.CHANNEL)
    return found[Side.OURS], found[Side.THEIRS]


def _match_of_run(session: Session) -> int:

    return session.scalars(select(Match.match_id).where(Match.run_id.is_not(None))).all()[0]
