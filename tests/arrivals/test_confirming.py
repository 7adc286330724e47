"""One person confirms that money came, another checks it; nobody does both."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import exc, select
from sqlalchemy.orm import Session

from app.arrivals.queries import ArrivalFilter, confirmations, expected_arrivals
from app.arrivals.rules import (
    AlreadyChecked,
    AlreadyConfirmed,
    ArrivalState,
    ChangedSince,
    ConfirmationStatus,
    NotConfirmed,
    NothingNamed,
    NotYours,
    OwnConfirmation,
    Scope,
    ScopeChanged,
    WhyNeeded,
)
from app.arrivals.service import check, confirm_all_clean, unconfirm
from app.audit.model import AuditRecord
from app.base.errors import DayClosed, NotAllowed, UserError
from app.db.workspace import Actor
from app.discrepancies.queries import matches
from app.discrepancies.reconciling import TaskReport
from app.discrepancies.refusals import MatchConfirmed
from app.discrepancies.service import unmatch
from app.intake.rules import FileStatus
from app.matching.rules import Task
from app.records.model import HeldEntry
from app.upkeep.verify import verify
from tests.arrivals.conftest import (
    arrived,
    checked,
    clean,
    cleared,
    confirmed,
    expected,
    raw,
    taken_back,
)
from tests.books import DAY, Books, arrival, batch, clearing_line

NEXT = date(2026, 3, 4)
LATER = date(2026, 3, 5)


def _held(session: Session) -> int:
    return len(session.scalars(select(HeldEntry)).all())


def _log(session: Session) -> list[tuple[str, str, str]]:
    query = select(AuditRecord.verb, AuditRecord.actor, AuditRecord.object_key)
    rows = session.execute(
        query.where(AuditRecord.object_type == "arrival_confirmation").order_by(
            AuditRecord.sequence
        )
    )
    return [(verb, actor, key) for verb, actor, key in rows]


# ---------------------------------------------------------------- confirming and checking


def test_a_confirmation_has_a_number_and_is_checked_by_another_person(
    books: Books, checker: Actor
) -> None:
    clean(books, 1, 2)

    (first,) = confirmed(books, "QF1")
    (second,) = confirmed(books, "QF2")
    (seen,) = checked(books, checker, "QF1")

    assert (first.number, second.number) == ("DZ2026-000001", "DZ2026-000002")
    assert (first.expected_fen, first.arrived_fen) == (1000, 1000)
    assert (seen.number, seen.status) == (first.number, ConfirmationStatus.CHECKED)
    found = expected(books)
    assert (found["QF1"].state, found["QF2"].state) == (
        ArrivalState.CHECKED,
        ArrivalState.CONFIRMED,
    )
    assert books.workspace.read(_log) == [
        ("confirmed", "clerk", "DZ2026-000001"),
        ("confirmed", "clerk", "DZ2026-000002"),
        ("checked", "checker", "DZ2026-000001"),
    ]
    assert books.workspace.read(verify).ok


def test_a_refused_confirmation_takes_no_number(books: Books) -> None:
    cleared(books, 1, 2)
    arrived(books, arrival(1))
    with pytest.raises(UserError):
        confirmed(books, "QF1", "QF2")

    (done,) = confirmed(books, "QF1")

    assert done.number == "DZ2026-000001"


def test_a_batch_is_confirmed_once(books: Books, other_clerk: Actor) -> None:
    clean(books, 1)
    confirmed(books, "QF1")

    with pytest.raises(AlreadyConfirmed) as refused:
        confirmed(books, "QF1", by=other_clerk)

    assert "by clerk (no. DZ2026-000001)" in refused.value.user_message()


@pytest.mark.parametrize("verb", ["confirm", "check"])
def test_somebody_has_to_say_which(books: Books, checker: Actor, verb: str) -> None:
    work: Any = {"confirm": confirmed, "check": lambda books: checked(books, checker)}[verb]

    with pytest.raises(NothingNamed):
        work(books)


@pytest.mark.parametrize("name", ["checker", "supervisor", "auditor", "administrator", "reader"])
def test_only_clerksconfirmed(books: Books, people: dict[str, Actor], name: str) -> None:
    clean(books, 1)

    with pytest.raises(NotAllowed):
        confirmed(books, "QF1", by=people[name])
    with pytest.raises(NotAllowed):
        books.workspace.write(people[name], confirm_all_clean, wanted=ArrivalFilter(day=DAY))


@pytest.mark.parametrize("name", ["clerk", "supervisor", "auditor", "administrator", "reader"])
def test_only_checkers_check(books: Books, people: dict[str, Actor], name: str) -> None:
    clean(books, 1)
    confirmed(books, "QF1")

    with pytest.raises(NotAllowed):
        checked(books, people[name], "QF1")


def test_nobody_checks_his_own_confirmation(books: Books, clerk: Actor) -> None:
    clean(books, 1)
    both = Actor(
        user_id=clerk.user_id,
        name="clerk-again",
        roles=frozenset({"clerk", "checker"}),
        machine="test",
    )
    confirmed(books, "QF1", by=clerk)

    with pytest.raises(OwnConfirmation):
        checked(books, both, "QF1")

    with pytest.raises(exc.IntegrityError):
        raw(
            books,
            "UPDATE arrival_confirmation SET status = 'checked', checker_id = maker_id,"
            " checker_name = 'x', checked_at = 1",
        )()


def test_a_confirmation_is_checked_once(books: Books, checker: Actor) -> None:
    clean(books, 1)
    confirmed(books, "QF1")
    checked(books, checker, "QF1")

    with pytest.raises(AlreadyChecked, match="checker"):
        checked(books, checker, "QF1")


def test_what_is_not_confirmed_cannot_be_checked(books: Books, checker: Actor) -> None:
    clean(books, 1)

    with pytest.raises(NotConfirmed):
        checked(books, checker, "QF1")


def test_a_check_is_refused_when_what_stands_under_it_changed(books: Books, checker: Actor) -> None:
    clean(books, 1)
    confirmed(books, "QF1")
    (pair,) = books.workspace.read(matches, task=Task.CLEARING)
    books.workspace.write(books.actor, unmatch, match_ids=[pair.id], reason="no")

    with pytest.raises(ChangedSince):
        checked(books, checker, "QF1")

    assert expected(books)["QF1"].confirmation is not None


def test_a_check_is_refused_when_the_confirmation_is_another_one_than_was_seen(
    books: Books, checker: Actor
) -> None:
    clean(books, 1)
    (first,) = confirmed(books, "QF1")
    taken_back(books, books.actor, "QF1")
    (second,) = confirmed(books, "QF1")

    with pytest.raises(ChangedSince):
        books.workspace.write(checker, check, batch_nos=["QF1"], seen={"QF1": first.number})

    books.workspace.write(checker, check, batch_nos=["QF1"], seen={"QF1": second.number})


def test_a_scope_that_changed_meanwhile_is_told(books: Books) -> None:
    clean(books, 1, 2)
    wanted = ArrivalFilter(day=DAY)

    with pytest.raises(ScopeChanged) as refused:
        books.workspace.write(
            books.actor, confirm_all_clean, wanted=wanted, agreed=Scope(count=3, fen=3000)
        )

    assert "2 batches with 20.00 yuan" in refused.value.user_message()
    assert expected(books)["QF1"].confirmation is None


# ---------------------------------------------------------------- what is confirmed stays


def test_a_confirmed_arrival_cannot_be_taken_apart(books: Books) -> None:
    clean(books, 1)
    confirmed(books, "QF1")
    (pair,) = books.workspace.read(matches, task=Task.ARRIVAL)

    with pytest.raises(MatchConfirmed):
        books.workspace.write(books.actor, unmatch, match_ids=[pair.id], reason="no")

    taken_back(books, books.actor, "QF1")
    books.workspace.write(books.actor, unmatch, match_ids=[pair.id], reason="no")


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("batches", batch(1, 手续费="0.01", 净额="9.99")),
        ("lines", clearing_line(1, 手续费分摊="0.01", 净额="9.99")),
        ("bank", arrival(1, 收入金额="9.99")),
    ],
)
def test_files_under_a_confirmed_arrival_stay(books: Books, name: str, row: dict[str, str]) -> None:
    clean(books, 1)
    confirmed(books, "QF1")

    refused = books.load(name, row, replace=True)

    assert refused.status is FileStatus.REJECTED
    taken_back(books, books.actor, "QF1")
    assert books.load(name, row, replace=True).status is FileStatus.REPLACED


def test_a_run_made_again_keeps_what_is_confirmed(books: Books) -> None:
    clean(books, 1, 2)
    before = books.reconcile(Task.ARRIVAL)
    (pair,) = [
        one for one in books.workspace.read(matches, task=Task.ARRIVAL) if one.ours[0].key == "QF1"
    ]
    confirmed(books, "QF1")

    books.load("more", arrival(7, 附言="", 收入金额="7.00"))
    after = books.reconcile(Task.ARRIVAL)

    assert not after.unchanged
    assert _figures(after) == (before.ours, before.theirs + 1, 2, 2, 2000, 2700, 2000)
    again = {one.ours[0].key: one.id for one in books.workspace.read(matches, task=Task.ARRIVAL)}
    assert again["QF1"] == pair.id
    assert set(again) == {"QF1", "QF2"}
    assert expected(books)["QF1"].state is ArrivalState.CONFIRMED
    assert books.workspace.read(verify).ok


def test_runs_of_several_days_made_again_keep_what_is_confirmed(books: Books) -> None:
    clean(books, 1)
    books.load("batches-2", batch(2, 业务日期="2026-03-04", 清分日期="2026-03-05"))
    arrived(books, arrival(2, 记账日期="2026-03-05"), name="bank-2")
    second = books.reconcile(Task.ARRIVAL, NEXT)
    confirmed(books, "QF1")

    books.load("late", arrival(9, 附言="", 收入金额="5.00"))
    first = books.reconcile(Task.ARRIVAL, DAY)
    again = books.reconcile(Task.ARRIVAL, NEXT)

    assert (first.matched_ours, first.theirs_fen) == (1, 1500)
    assert (again.matched_ours, again.matched_fen) == (second.matched_ours, second.matched_fen)
    assert books.workspace.read(verify).ok


def test_money_that_came_late_counts_on_the_day_whose_run_found_it(
    books: Books, checker: Actor
) -> None:
    cleared(books, 1)
    books.reconcile(Task.ARRIVAL)
    books.load("bank", arrival(1, 记账日期="2026-03-05"))
    books.reconcile(Task.ARRIVAL, NEXT)
    books.close(DAY)

    confirmed(books, "QF1")

    made = expected(books, "QF1")["QF1"].confirmation
    assert made is not None
    assert made.business_on == NEXT
    own = {one.batch_no for one in _forward(books, NEXT)}
    assert own == {"QF1"}
    checked(books, checker, "QF1")
    assert _forward(books, LATER) == []


def _forward(books: Books, day: date) -> list[Any]:
    wanted = ArrivalFilter(day=day, brought_forward=True)
    return list(books.workspace.read(expected_arrivals, wanted))


def _figures(report: TaskReport) -> tuple[int, ...]:
    return (
        report.ours,
        report.theirs,
        report.matched_ours,
        report.matched_theirs,
        report.ours_fen,
        report.theirs_fen,
        report.matched_fen,
    )


# ---------------------------------------------------------------- taking back


def test_a_maker_takes_back_what_nobody_checked(books: Books) -> None:
    clean(books, 1)
    before = books.workspace.read(_held)
    (made,) = confirmed(books, "QF1")

    (done,) = taken_back(books, books.actor, "QF1")

    assert (done.number, done.status) == (made.number, ConfirmationStatus.UNCONFIRMED)
    assert expected(books)["QF1"].state is ArrivalState.ARRIVED
    assert books.workspace.read(_held) == before
    (again,) = confirmed(books, "QF1")
    assert again.number == "DZ2026-000002"
    batch_id = expected(books)["QF1"].batch_id
    history = books.workspace.read(confirmations, batch_id=batch_id)
    assert [(one.number, one.reason) for one in history] == [
        (again.number, ""),
        (made.number, "too early"),
    ]
    assert books.workspace.read(verify).ok


def test_only_its_checker_takes_back_what_is_checked(
    books: Books, checker: Actor, other_clerk: Actor
) -> None:
    clean(books, 1)
    confirmed(books, "QF1")
    another = Actor(
        user_id=other_clerk.user_id, name="zhao", roles=frozenset({"checker"}), machine="test"
    )
    checked(books, checker, "QF1")

    for person in (books.actor, other_clerk, another):
        with pytest.raises(NotYours, match="Only checker can"):
            taken_back(books, person, "QF1")

    (done,) = taken_back(books, checker, "QF1")
    assert done.status is ConfirmationStatus.UNCONFIRMED


def test_a_checker_sends_back_what_he_does_not_check(books: Books, checker: Actor) -> None:
    clean(books, 1)
    confirmed(books, "QF1")

    taken_back(books, checker, "QF1")

    assert expected(books)["QF1"].confirmation is None


def test_another_clerk_does_not_take_back(books: Books, other_clerk: Actor) -> None:
    clean(books, 1)
    confirmed(books, "QF1")

    with pytest.raises(NotYours, match="Only clerk can"):
        taken_back(books, other_clerk, "QF1")


@pytest.mark.parametrize("name", ["supervisor", "auditor", "administrator", "reader"])
def test_who_has_no_part_in_arrivals_takes_nothing_back(
    books: Books, people: dict[str, Actor], name: str
) -> None:
    clean(books, 1)
    confirmed(books, "QF1")

    with pytest.raises(NotAllowed):
        taken_back(books, people[name], "QF1")


def test_taking_back_needs_a_reason(books: Books) -> None:
    clean(books, 1)
    confirmed(books, "QF1")

    with pytest.raises(WhyNeeded):
        books.workspace.write(books.actor, unconfirm, batch_nos=["QF1"], reason="  ")


def test_what_is_not_confirmed_cannot_be_taken_back(books: Books) -> None:
    clean(books, 1)

    with pytest.raises(NotConfirmed):
        taken_back(books, books.actor, "QF1")


def test_a_bank_line_stays_held_while_another_batch_stands_on_it(books: Books) -> None:
    cleared(books, 1, 2)
    arrived(books, arrival(1, 收入金额="20.00", 附言="QF1 QF2"))
    confirmed(books, "QF1", "QF2")
    taken_back(books, books.actor, "QF1")

    refused = books.load("bank", arrival(1, 收入金额="20.01", 附言="QF1 QF2"), replace=True)

    assert refused.status is FileStatus.REJECTED
    taken_back(books, books.actor, "QF2")
    accepted = books.load("bank", arrival(1, 收入金额="20.01", 附言="QF1 QF2"), replace=True)
    assert accepted.status is FileStatus.REPLACED


def test_in_a_closed_day_nothing_is_confirmed_checked_or_taken_back(
    books: Books, checker: Actor
) -> None:
    clean(books, 1, 2)
    confirmed(books, "QF1")
    books.close(DAY)

    with pytest.raises(DayClosed):
        confirmed(books, "QF2")
    with pytest.raises(DayClosed):
        checked(books, checker, "QF1")
    with pytest.raises(DayClosed):
        taken_back(books, books.actor, "QF1")


# ---------------------------------------------------------------- two people at once


def test_of_two_clerks_one_wins_and_the_other_is_told_who(books: Books, other_clerk: Actor) -> None:
    clean(books, 1)
    start = threading.Barrier(2)

    def attempt(person: Actor) -> str:
        start.wait(timeout=30)
        try:
            return confirmed(books, "QF1", by=person)[0].number
        except AlreadyConfirmed as refused:
            return refused.user_message()

    with ThreadPoolExecutor(2) as lanes:
        outcomes = sorted(lanes.map(attempt, (books.actor, other_clerk)))

    made = expected(books)["QF1"].confirmation
    assert made is not None
    assert outcomes[1] == "DZ2026-000001"
    assert f"already confirmed by {made.maker_name}" in outcomes[0]
    assert books.workspace.read(verify).ok


def test_two_clerks_who_confirm_all_confirm_each_batch_once(
    books: Books, other_clerk: Actor
) -> None:
    clean(books, *range(1, 9))
    start = threading.Barrier(2)

    def attempt(person: Actor) -> int:
        start.wait(timeout=30)
        wanted = ArrivalFilter(day=DAY)
        return len(books.workspace.write(person, confirm_all_clean, wanted=wanted).value)

    with ThreadPoolExecutor(2) as lanes:
        counts = list(lanes.map(attempt, (books.actor, other_clerk)))

    assert sum(counts) == 8
    numbers = [one.confirmation.number for one in expected(books).values() if one.confirmation]
    assert sorted(numbers) == [f"DZ2026-{count:06d}" for count in range(1, 9)]
