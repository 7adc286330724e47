"""Thousands in one step: as many statements as for a few, and one step to take back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from app.db.workspace import Workspace
from app.discrepancies.apart import take_apart
from app.discrepancies.byhand import Group, match_groups
from app.discrepancies.journal import Step
from app.discrepancies.undoing import undo
from app.matching.rules import Side, Task
from app.upkeep.verify import verify
from tests.books import DAY, Books, payment, record
from tests.worklist.conftest import Day
from tests.worklist.test_byhand import open_ids, tables

COUNT = 60
FEW = 6


@pytest.fixture
def apart(books: Books) -> tuple[Day, list[Group]]:
    """Return a day with pairs that only a person can see, all of 10.00."""
    books.load("payments", *(payment(number) for number in range(1, COUNT + 1)))
    books.load("records", *(record(number + 500) for number in range(1, COUNT + 1)))
    books.reconcile(Task.CHANNEL)
    day = Day(workspace=books.workspace, actor=books.actor, day=DAY)
    ids = open_ids(day, Task.CHANNEL)
    pairs = zip(ids[Side.OURS], ids[Side.THEIRS], strict=True)
    return day, [Group(ours=(ours,), theirs=(theirs,)) for ours, theirs in pairs]


def test_many_take_as_many_statements_as_a_few(apart: tuple[Day, list[Group]]) -> None:
    day, groups = apart

    few = [len(one) for one in _there_and_back(day, groups[:FEW])]
    many = [len(one) for one in _there_and_back(day, groups)]

    assert many == few


def test_a_large_step_is_taken_back_as_one(apart: tuple[Day, list[Group]]) -> None:
    day, groups = apart
    before = day.workspace.read(tables)
    step = _matched(day, groups)

    assert (step.count, step.ours_fen, step.theirs_fen) == (COUNT, COUNT * 1000, COUNT * 1000)
    assert open_ids(day, Task.CHANNEL) == {side: [] for side in Side}
    day.workspace.write(day.actor, undo, step)

    assert day.workspace.read(tables) == before
    assert day.workspace.read(verify).ok


def _there_and_back(day: Day, groups: Sequence[Group]) -> Iterator[list[str]]:
    """Match, take apart and take both back; the statements of each."""
    steps: list[Step] = []
    writes: list[Callable[[], object]] = [
        lambda: steps.append(_matched(day, groups)),
        lambda: steps.append(_taken_apart(day, steps[0])),
        lambda: day.workspace.write(day.actor, undo, steps[1]),
        lambda: day.workspace.write(day.actor, undo, steps[0]),
    ]
    for write in writes:
        with _statements(day.workspace) as said:
            write()
        yield said


def _matched(day: Day, groups: Sequence[Group]) -> Step:
    return day.workspace.write(day.actor, match_groups, task=Task.CHANNEL, groups=groups).value


def _taken_apart(day: Day, step: Step) -> Step:
    return day.workspace.write(
        day.actor, take_apart, match_ids=step.object_ids, reason="wrong"
    ).value


@contextmanager
def _statements(workspace: Workspace) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(workspace.engine, "before_cursor_execute", note)
    yield said
    event.remove(workspace.engine, "before_cursor_execute", note)
