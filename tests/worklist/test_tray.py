"""The tray: sums as entries are chosen, candidates, combinations, scopes."""

from __future__ import annotations

import pytest

from app.discrepancies.byhand import accept, match_entries
from app.discrepancies.candidates import candidates
from app.discrepancies.combining import find_balanced, find_sets
from app.discrepancies.refusals import TooMany
from app.discrepancies.rules import Hint, Tab, Verdict
from app.discrepancies.scopes import of_matches, of_suggestions
from app.discrepancies.tray import tray
from app.discrepancies.worklist import Question
from app.matching.rules import Side, Task
from tests.books import DAY, Books, payment, record
from tests.worklist.conftest import Day
from tests.worklist.test_byhand import one_match, open_ids


@pytest.fixture
def loose(books: Books) -> Day:
    """Return a day with one payment of 10.00 and three records: 4.00, 6.00 and 10.50."""
    books.load("payments", payment(1), payment(2))
    books.load(
        "records",
        record(2),
        record(7, 金额="10.50"),
        record(8, 金额="4.00"),
        record(9, 金额="6.00"),
    )
    books.reconcile(Task.CHANNEL)
    return Day(workspace=books.workspace, actor=books.actor, day=DAY)


def test_the_tray_sums_what_is_chosen(loose: Day) -> None:
    ids = open_ids(loose, Task.CHANNEL)
    ours, (near, four, six) = ids[Side.OURS], _by_amount(loose, ids[Side.THEIRS])

    nothing = loose.workspace.read(tray, task=Task.CHANNEL, ours=[], theirs=[])
    one = loose.workspace.read(tray, task=Task.CHANNEL, ours=ours, theirs=[four])
    both = loose.workspace.read(tray, task=Task.CHANNEL, ours=ours, theirs=[four, six])

    assert nothing.verdict is Verdict.EMPTY
    assert (one.verdict, one.difference_fen, one.allowed_fen) == (Verdict.UNEQUAL, 600, 0)
    assert (both.verdict, both.ours_fen, both.theirs_fen) == (Verdict.EQUAL, 1000, 1000)
    loose.workspace.write(
        loose.actor, match_entries, task=Task.CHANNEL, ours=ours, theirs=[four, six]
    )
    late = loose.workspace.read(tray, task=Task.CHANNEL, ours=ours, theirs=[near])
    assert late.verdict is Verdict.REFUSED
    assert loose.actor.name in late.trouble


def test_candidates_come_best_first_with_what_speaks_for_them(loose: Day) -> None:
    ids = open_ids(loose, Task.CHANNEL)

    found = loose.workspace.read(
        candidates, task=Task.CHANNEL, side=Side.OURS, entry_id=ids[Side.OURS][0]
    )

    assert [one.difference_fen for one in found] == [50, -400, -600]
    assert found[0].hints == (Hint.NEAR_AMOUNT, Hint.DAY)
    assert [one.hints for one in found[1:]] == [(Hint.DAY,), (Hint.DAY,)]


def test_what_was_matched_is_no_candidate(loose: Day) -> None:
    ids = open_ids(loose, Task.CHANNEL)
    near, four, six = _by_amount(loose, ids[Side.THEIRS])
    loose.workspace.write(
        loose.actor, match_entries, task=Task.CHANNEL, ours=ids[Side.OURS], theirs=[four, six]
    )

    found = loose.workspace.read(candidates, task=Task.CHANNEL, side=Side.THEIRS, entry_id=near)

    assert found == []


def test_the_only_combination_is_found_and_said_to_be_the_only_one(loose: Day) -> None:
    ids = open_ids(loose, Task.CHANNEL)
    _near, four, six = _by_amount(loose, ids[Side.THEIRS])

    found = loose.workspace.read(
        find_sets, task=Task.CHANNEL, ours=ids[Side.OURS], theirs=[], side=Side.THEIRS
    )

    assert [set(one.theirs) for one in found.sets] == [{four, six}]
    assert [one.ours for one in found.sets] == [tuple(ids[Side.OURS])]
    assert (found.unique, found.complete, found.total) == (True, True, 1)


def test_a_tray_that_is_begun_is_completed(loose: Day) -> None:
    ids = open_ids(loose, Task.CHANNEL)
    _near, four, six = _by_amount(loose, ids[Side.THEIRS])

    found = loose.workspace.read(
        find_sets, task=Task.CHANNEL, ours=ids[Side.OURS], theirs=[six], side=Side.THEIRS
    )

    assert [one.theirs for one in found.sets] == [(six, four)]
    level = loose.workspace.read(
        find_sets,
        task=Task.CHANNEL,
        ours=ids[Side.OURS],
        theirs=[six, four],
        side=Side.THEIRS,
    )
    assert (level.target_fen, level.sets) == (0, ())


def test_of_many_lines_those_that_settle_each_other_are_found(loose: Day) -> None:
    ids = open_ids(loose, Task.CHANNEL)
    _near, four, six = _by_amount(loose, ids[Side.THEIRS])

    found = loose.workspace.read(
        find_balanced, task=Task.CHANNEL, ours=ids[Side.OURS], theirs=ids[Side.THEIRS]
    )

    assert [(one.ours, set(one.theirs)) for one in found.sets] == [
        (tuple(ids[Side.OURS]), {four, six})
    ]
    with pytest.raises(TooMany):
        loose.workspace.read(find_balanced, task=Task.CHANNEL, ours=range(50), theirs=range(50))


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("side", list(Side))
def test_each_open_entry_can_be_asked_for(sample: Day, task: Task, side: Side) -> None:
    other = Side.THEIRS if side is Side.OURS else Side.OURS
    ids = open_ids(sample, task)
    for entry_id in ids[side][:4]:
        found = sample.workspace.read(candidates, task=task, side=side, entry_id=entry_id)
        chosen = {side: [entry_id], other: []}
        sets = sample.workspace.read(
            find_sets, task=task, ours=chosen[Side.OURS], theirs=chosen[Side.THEIRS], side=other
        )

        assert all(one.hints for one in found)
        for one in sets.sets:
            told = sample.workspace.read(tray, task=task, ours=one.ours, theirs=one.theirs)
            assert told.verdict is Verdict.EQUAL


def test_all_suggestions_at_once_leave_out_what_is_ambiguous(sample: Day) -> None:
    for task in (Task.WRITEOFF, Task.ARRIVAL):
        lines = sample.lines(sample.sheet(task), Question(tab=Tab.SUGGESTED))
        groups = list(dict.fromkeys(line.suggestion_id for line in lines))

        scope = sample.workspace.read(of_suggestions, task=task, suggestions=[*groups, 10**9])

        assert scope.count + scope.ambiguous == len(groups)
        assert scope.gone == 1
        if scope.ids:
            step = sample.workspace.write(
                sample.actor, accept, task=task, suggestions=scope.ids
            ).value
            assert (step.ours_fen, step.theirs_fen) == (scope.ours_fen, scope.theirs_fen)


def test_the_scope_of_taking_apart_is_known_before(sample: Day) -> None:
    match_id = one_match(sample, Task.CHANNEL)

    scope = sample.workspace.read(of_matches, match_ids=[match_id, 10**9])

    assert (scope.ids, scope.gone) == ((match_id,), 1)
    assert scope.ours_fen == scope.theirs_fen != 0


def _by_amount(day: Day, theirs: list[int]) -> tuple[int, int, int]:
    """The records of 10.50, 4.00 and 6.00."""
    lines = day.lines(day.sheet(Task.CHANNEL), Question(tab=Tab.OPEN))
    known = {line.theirs.fen: line.theirs.id for line in lines if line.theirs}
    assert set(known.values()) == set(theirs)
    return known[1050], known[400], known[600]
