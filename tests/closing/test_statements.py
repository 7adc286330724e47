"""Book against bank: what only one of them knows, and the statement that two people put down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import DBAPIError

from app.adjustments.drafting import Draft
from app.adjustments.queries import items as in_suspense
from app.adjustments.rules import AdjustmentKind
from app.approval.rules import OwnRequest, RequestChanged, WhyReturned
from app.base.errors import NotAllowed
from app.closing.balancing import Balancing, balancing
from app.closing.deciding import approve_request, pending_requests, return_request
from app.closing.rules import ItemGroup, StatementState
from app.closing.statements import (
    DoesNotBalance,
    NotSubmitted,
    StatementPending,
    UnknownStatement,
    approve_statement,
    return_statement,
    statement,
    statements,
    submit_statement,
    withdraw_statement,
)
from app.db.workspace import Actor
from app.discrepancies.service import explain
from app.matching.rules import Kind, Task
from app.upkeep.verify import verify
from tests.books import ACCOUNT, DAY, arrival
from tests.closing.desk import Close, fresh, whole

NEXT = date(2026, 3, 4)


def balanced(desk: Close, day: date = NEXT) -> Balancing:
    return desk.books.workspace.read(balancing, ACCOUNT, day)


def items(found: Balancing) -> list[tuple[ItemGroup, str, int]]:
    return [(one.group, one.number, one.amount_fen) for one in found.items]


def submitted(desk: Close, day: date = NEXT) -> str:
    return desk.books.workspace.write(
        desk.books.actor, submit_statement, account_no=ACCOUNT, day=day
    ).value


def agreed(desk: Close, number: str, *, seen: str | None = None) -> None:
    desk.books.workspace.write(fresh(desk.checker), approve_statement, number=number, seen=seen)


def adjusted(desk: Close, kind: Kind, how: AdjustmentKind) -> str:
    (one,) = [row for row in desk.differences(Task.ARRIVAL) if row.kind is kind]
    wanted = Draft(kind=how, reason="seen", discrepancy_ids=(one.id,))
    return desk.adjust(wanted)


# ---------------------------------------------------------------- what is worked out


def test_what_is_not_booked_yet_is_the_banks(desk: Close) -> None:
    desk.ready(1, 2)

    found = balanced(desk)

    assert (found.book_fen, found.bank_fen) == (0, 2000)
    assert items(found) == [
        (ItemGroup.BANK_RECEIVED, "S1", 1000),
        (ItemGroup.BANK_RECEIVED, "S2", 1000),
    ]
    assert found.adjusted_book_fen == found.adjusted_bank_fen == 2000


def test_money_of_the_day_comes_the_next_one_and_is_the_books_until_then(desk: Close) -> None:
    desk.ready(1)
    desk.close()

    before, after = balanced(desk, DAY), balanced(desk, NEXT)

    assert (before.book_fen, before.bank_fen) == (1000, 0)
    assert items(before) == [(ItemGroup.BOOK_RECEIVED, "S1", 1000)]
    assert before.items[0].age_days == 0
    assert before.difference_fen == 0
    assert (after.book_fen, after.bank_fen, after.items) == (1000, 1000, ())


def test_what_the_bank_took_and_nobody_booked_is_the_banks(desk: Close) -> None:
    day = whole(1)
    day["bank"].append(arrival(9, 收入金额="", 支出金额="0.30", 摘要="手续费", 附言=""))
    desk.load(**day)
    desk.reconcile()
    desk.confirm("QF1")

    found = balanced(desk)

    assert items(found) == [
        (ItemGroup.BANK_RECEIVED, "S1", 1000),
        (ItemGroup.BANK_PAID, "S9", 30),
    ]
    assert found.adjusted_book_fen == found.adjusted_bank_fen == 970

    number = adjusted(desk, Kind.UNEXPECTED_DEBIT, AdjustmentKind.FEE)

    booked = balanced(desk)
    assert items(booked) == [(ItemGroup.BANK_RECEIVED, "S1", 1000)]
    assert booked.book_fen == -30

    desk.reverse(number)

    assert items(balanced(desk)) == items(found)


def test_money_that_an_adjustment_parked_is_booked_with_its_line(desk: Close) -> None:
    day = whole(1)
    day["bank"].append(arrival(8, 收入金额="7.00", 附言="", 摘要="来款"))
    desk.load(**day)
    desk.reconcile()
    desk.confirm("QF1")
    adjusted(desk, Kind.UNEXPECTED_ARRIVAL, AdjustmentKind.UNKNOWN_MONEY)
    desk.close()

    found = balanced(desk)

    assert (found.book_fen, found.bank_fen, found.items) == (1700, 1700, ())


def test_money_beyond_what_was_due_is_booked_in_two_vouchers(desk: Close) -> None:
    day = whole(1)
    day["bank"] = [arrival(1, 收入金额="12.50")]
    desk.load(**day)
    desk.reconcile()

    adjusted(desk, Kind.OVER_ARRIVAL, AdjustmentKind.UNKNOWN_MONEY)
    part = balanced(desk)
    desk.confirm("QF1")
    desk.close()
    whole_ = balanced(desk)

    assert items(part) == [(ItemGroup.BANK_RECEIVED, "S1", 1000)]
    assert (part.book_fen, part.adjusted_book_fen) == (250, 1250)
    assert (whole_.book_fen, whole_.bank_fen, whole_.items) == (1250, 1250, ())


def test_money_paid_out_of_suspense_is_the_books_until_the_bank_says_so(desk: Close) -> None:
    day = whole(1)
    day["bank"].append(arrival(8, 收入金额="7.00", 附言="", 摘要="来款"))
    desk.load(**day)
    desk.reconcile()
    adjusted(desk, Kind.UNEXPECTED_ARRIVAL, AdjustmentKind.UNKNOWN_MONEY)
    item = _item_in_suspense(desk)
    desk.adjust(
        Draft(
            kind=AdjustmentKind.REFUND,
            reason="sent back",
            item_ids=(item,),
            original_payment_no="Z1",
        )
    )

    found = balanced(desk)

    voucher = [one for one in desk.vouchers() if one.total_fen == 700][-1]
    assert (ItemGroup.BOOK_PAID, voucher.number, 700) in items(found)
    assert found.difference_fen == 0

    desk.load(later=[arrival(9, 收入金额="", 支出金额="7.00", 记账日期="2026-03-05", 附言="")])
    desk.books.reconcile(Task.ARRIVAL, NEXT)
    came = balanced(desk, date(2026, 3, 5))
    (debit,) = [row for row in desk.differences(Task.ARRIVAL) if row.kind is Kind.UNEXPECTED_DEBIT]
    write = desk.books.workspace.write
    write(desk.books.actor, explain, ids=[debit.id], reason="what was sent back")
    explained = balanced(desk, date(2026, 3, 5))

    assert {(one.group, one.amount_fen) for one in came.items} >= {
        (ItemGroup.BOOK_PAID, 700),
        (ItemGroup.BANK_PAID, 700),
    }
    assert items(explained) == [(ItemGroup.BANK_RECEIVED, "S1", 1000)]
    assert came.difference_fen == explained.difference_fen == 0


def _item_in_suspense(desk: Close) -> int:
    return desk.books.workspace.read(in_suspense)[0].id


def test_the_banks_last_balance_counts_in_whatever_order_it_lists_its_lines(desk: Close) -> None:
    day = whole(1, 2)
    day["bank"] = [arrival(2, 余额="120.00"), arrival(1, 余额="110.00")]
    desk.load(**day)
    desk.reconcile()

    found = balanced(desk)

    assert (found.bank_fen, found.stated_on) == (12000, NEXT)
    assert not found.opening_known
    assert found.difference_fen == -10000


def test_a_line_after_the_last_stated_balance_moves_it(desk: Close) -> None:
    day = whole(1, 2)
    day["bank"] = [arrival(1, 余额="10.00"), arrival(2, 记账日期="2026-03-05")]
    desk.load(**day)
    desk.reconcile()

    found = balanced(desk, date(2026, 3, 5))

    assert (found.bank_fen, found.stated_on) == (2000, NEXT)


# ---------------------------------------------------------------- two people


def test_a_statement_is_put_down_by_one_and_approved_by_another(desk: Close) -> None:
    desk.ready(1)
    desk.close()
    number = submitted(desk, DAY)

    (pending,) = desk.books.workspace.read(pending_requests, desk.checker)
    desk.books.workspace.write(fresh(desk.checker), approve_request, request_id=pending.request.id)

    one = desk.books.workspace.read(statement, number)
    assert ACCOUNT in pending.title
    assert pending.decidable
    assert one.state is StatementState.APPROVED
    assert (one.maker_name, one.checker_name) == ("clerk", "checker")
    assert one.figures == balanced(desk, DAY)
    assert number == f"YE{one.made_at.year}-000001"
    assert desk.books.workspace.read(verify).ok


def test_nobody_approves_his_own_and_clerks_approve_nothing(desk: Close, reader: Actor) -> None:
    desk.ready(1)
    number = submitted(desk)
    write = desk.books.workspace.write

    with pytest.raises(NotAllowed):
        write(fresh(desk.books.actor), approve_statement, number=number)
    with pytest.raises(NotAllowed):
        write(reader, submit_statement, account_no=ACCOUNT, day=NEXT)
    both = fresh(desk.books.actor)
    with pytest.raises(OwnRequest):
        write(
            _with_role(both, desk.checker),
            approve_statement,
            number=number,
        )


def _with_role(actor: Actor, other: Actor) -> Actor:
    return replace(actor, roles=actor.roles | other.roles)


def test_what_changed_since_is_not_approved(desk: Close) -> None:
    desk.ready(1)
    number = submitted(desk)
    desk.close()

    with pytest.raises(RequestChanged):
        agreed(desk, number)
    with pytest.raises(RequestChanged):
        agreed(desk, submitted(desk, DAY), seen="0" * 64)
    assert desk.books.workspace.read(statement, number).state is StatementState.SUBMITTED


def test_what_does_not_balance_is_not_submitted(desk: Close) -> None:
    day = whole(1)
    day["bank"] = [arrival(1, 余额="110.00")]
    desk.load(**day)
    desk.reconcile()

    with pytest.raises(DoesNotBalance, match=r"-100\.00"):
        submitted(desk)
    assert desk.books.workspace.read(statements) == []


def test_one_of_an_account_and_day_waits_and_is_returned_or_withdrawn(desk: Close) -> None:
    desk.ready(1)
    first = submitted(desk)
    write = desk.books.workspace.write

    with pytest.raises(StatementPending, match=first):
        submitted(desk)
    with pytest.raises(WhyReturned):
        write(fresh(desk.checker), return_statement, number=first, reason=" ")
    (pending,) = desk.books.workspace.read(pending_requests, desk.checker)
    write(fresh(desk.checker), return_request, request_id=pending.request.id, reason="look again")
    second = submitted(desk)
    write(desk.books.actor, withdraw_statement, number=second)
    with pytest.raises(NotSubmitted, match=second):
        agreed(desk, second)
    with pytest.raises(UnknownStatement, match="YE404"):
        agreed(desk, "YE404")

    states = [one.state for one in desk.books.workspace.read(statements)]
    assert states == [StatementState.WITHDRAWN, StatementState.RETURNED]


def test_a_later_one_replaces_what_was_approved(desk: Close) -> None:
    desk.ready(1)
    first = submitted(desk)
    agreed(desk, first)
    desk.close()
    second = submitted(desk)
    agreed(desk, second)

    states = {one.number: one.state for one in desk.books.workspace.read(statements)}
    assert states == {first: StatementState.REPLACED, second: StatementState.APPROVED}
    assert desk.books.workspace.read(verify).ok


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE reconciliation_statement SET book_fen = 1, bank_fen = 1",
        "UPDATE reconciliation_statement SET state = 'submitted'",
        "UPDATE reconciliation_item SET amount_fen = 1",
        "DELETE FROM reconciliation_item",
        "DELETE FROM reconciliation_statement",
        (
            "INSERT INTO reconciliation_item (statement_no, line_no, item_group, dated_on, number,"
            " summary, amount_fen, age_days) SELECT number, 99, 'book_paid', 20260304, '', '', 1, 0"
            " FROM reconciliation_statement"
        ),
    ],
)
def test_what_was_approved_stays_as_it_was(desk: Close, change: str) -> None:
    desk.ready(1)
    agreed(desk, submitted(desk))

    with pytest.raises(DBAPIError, match="does not change"):
        desk.sql(change)


def test_nothing_is_approved_behind_the_programs_back(desk: Close) -> None:
    desk.ready(1)
    submitted(desk)

    with pytest.raises(DBAPIError, match="does not change"):
        desk.sql("UPDATE reconciliation_statement SET state = 'approved', checker_id = 3")
