"""Short, over, late and missing arrivals, money in suspense, and how each of them ends."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import exc

from app.adjustments.refusals import (
    BuiltOn,
    ClaimantNeeded,
    ItemDoesNotFit,
    ItemMoved,
    TooLarge,
)
from app.adjustments.rules import AdjustmentKind, SuspenseSide, SuspenseState
from app.arrivals.rules import ArrivalState, Differs
from app.discrepancies.refusals import InSuspense
from app.discrepancies.rules import Resolution, Status
from app.discrepancies.service import match_by_hand
from app.intake.rules import FileStatus
from app.matching.rules import Kind, Task
from app.upkeep.verify import verify
from tests.adjustments.conftest import Office
from tests.arrivals.conftest import arrived, checked, cleared, confirmed, expected
from tests.books import arrival, batch, clearing_line, payment, record

NEXT = date(2026, 3, 4)
PAYABLE, RECEIVABLE = "224101", "122101"


def sums(office: Office) -> dict[str, int]:
    """Return the balance of each ledger account: debits less credits."""
    found: dict[str, int] = {}
    for voucher in office.vouchers():
        for line in voucher.lines:
            found[line.code] = found.get(line.code, 0) + line.debit_fen - line.credit_fen
    return found


def short(office: Office, amount: str = "9.00") -> int:
    cleared(office, 1)
    arrived(office, arrival(1, 收入金额=amount))
    return office.found(Kind.SHORT_ARRIVAL).id


def unknown(office: Office, amount: str = "10.00") -> int:
    cleared(office, 1)
    arrived(office, arrival(1), arrival(2, 收入金额=amount, 附言="", 摘要="汇款"))
    return office.found(Kind.UNEXPECTED_ARRIVAL).id


# ---------------------------------------------------------------- arrivals


def test_a_short_arrival_is_confirmed_with_the_fee_that_explains_it(office: Office) -> None:
    id_ = short(office)
    with pytest.raises(Differs):
        confirmed(office, "QF1")
    number = office.approved(AdjustmentKind.FEE, id_)

    (done,) = confirmed(office, "QF1")
    checked(office, office.checker, "QF1")

    assert (done.expected_fen, done.arrived_fen) == (1000, 900)
    assert expected(office)["QF1"].state is ArrivalState.CHECKED
    assert sums(office) == {"660301": 100, "112209": -100}
    with pytest.raises(BuiltOn):
        office.reverse(number)
    assert office.workspace.read(verify).ok


def test_money_too_much_is_parked_and_the_batch_confirmed(office: Office) -> None:
    cleared(office, 1)
    arrived(office, arrival(1, 收入金额="11.00"))
    office.approved(AdjustmentKind.UNKNOWN_MONEY, office.found(Kind.OVER_ARRIVAL).id)

    (done,) = confirmed(office, "QF1")

    assert (done.expected_fen, done.arrived_fen) == (1000, 1100)
    (item,) = office.items()
    assert (item.side, item.amount_fen, item.account_no) == (
        SuspenseSide.PAYABLE,
        100,
        "6222000000000001",
    )
    assert office.workspace.read(verify).ok


def test_two_adjustments_share_one_difference(office: Office) -> None:
    id_ = short(office, "8.00")
    office.approved(AdjustmentKind.FEE, id_, amount_fen=50)
    assert office.case(id_).status is Status.OPEN
    with pytest.raises(TooLarge):
        office.draft(AdjustmentKind.SHORTAGE, id_, amount_fen=151)

    office.approved(AdjustmentKind.SHORTAGE, id_)

    assert office.case(id_).status is Status.SUSPENDED
    assert confirmed(office, "QF1")[0].arrived_fen == 800
    assert sums(office) == {"660301": 50, RECEIVABLE: 150, "112209": -200}


def test_what_is_carried_forward_waits_for_the_rest_and_is_closed_by_it(office: Office) -> None:
    id_ = short(office)
    office.approved(AdjustmentKind.CARRY_FORWARD, id_)
    carried = office.case(id_)
    with pytest.raises(Differs):
        confirmed(office, "QF1")

    office.load("rest", arrival(5, 收入金额="1.00", 附言="批次号 QF1", 记账日期="2026-03-05"))
    office.reconcile(Task.ARRIVAL, NEXT)

    assert (carried.status, carried.resolution) == (Status.CARRIED, Resolution.ADJUSTED)
    assert office.case(id_).status is Status.RESOLVED
    assert office.case(id_).resolution is Resolution.LATER_MATCH
    assert confirmed(office, "QF1")[0].arrived_fen == 1000
    assert office.workspace.read(verify).ok


def test_a_carried_difference_is_carried_again_when_its_match_is_forgotten(
    office: Office,
) -> None:
    id_ = short(office)
    office.approved(AdjustmentKind.CARRY_FORWARD, id_)
    rest = arrival(5, 收入金额="1.00", 附言="批次号 QF1", 记账日期="2026-03-05")
    loaded = office.load("rest", rest)
    office.reconcile(Task.ARRIVAL, NEXT)
    wrong = rest | {"收入金额": "0.50"}

    again = office.load("corrected", wrong, replace=True)
    office.reconcile(Task.ARRIVAL, NEXT)

    assert (loaded.status, again.status) == (FileStatus.LOADED, FileStatus.REPLACED)
    assert office.case(id_).status is Status.CARRIED


def test_a_missing_arrival_is_carried_and_closed_by_the_late_money(office: Office) -> None:
    cleared(office, 1, 2)
    arrived(office, arrival(1))
    id_ = office.found(Kind.NOT_ARRIVED).id
    office.approved(AdjustmentKind.CARRY_FORWARD, id_)

    office.load("late", arrival(2, 记账日期="2026-03-05"))
    office.reconcile(Task.ARRIVAL, NEXT)

    assert office.case(id_).status is Status.RESOLVED
    assert office.vouchers() == []


def test_a_letter_goes_to_the_clearer_and_a_corrected_batch_resolves_it(office: Office) -> None:
    cleared(office, 1)
    office.load("lines", clearing_line(1, 净额="9.99", 手续费分摊="0.01"), replace=True)
    office.load("batches", batch(1, 净额="9.99", 手续费="0.01"), replace=True)
    office.reconcile(Task.CLEARING)
    id_ = office.found(Kind.AMOUNT_DIFFERS, Task.CLEARING).id
    number = office.approved(AdjustmentKind.CLEARING_CORRECTION, id_)
    assert office.adjustment(number).letter_no == "QG2026-000001"

    office.load("lines", clearing_line(1), replace=True)
    office.load("batches", batch(1), replace=True)
    office.reconcile(Task.CLEARING)

    assert office.case(id_).status is Status.RESOLVED
    assert office.vouchers() == []


def test_a_debit_that_nobody_can_explain_is_parked_as_missing(office: Office) -> None:
    cleared(office, 1)
    arrived(office, arrival(1), arrival(2, 收入金额="", 支出金额="3.00", 附言="", 摘要="扣款"))

    office.approved(AdjustmentKind.SHORTAGE, office.found(Kind.UNEXPECTED_DEBIT).id)

    assert sums(office) == {RECEIVABLE: 300, "1002": -300}
    assert office.items()[0].side is SuspenseSide.RECEIVABLE


# ---------------------------------------------------------------- suspense


def test_unknown_money_is_parked_claimed_in_part_and_then_settled(office: Office) -> None:
    id_ = unknown(office)
    office.approved(AdjustmentKind.UNKNOWN_MONEY, id_)
    (item,) = office.items()
    claim = AdjustmentKind.CLAIM

    office.approved(claim, item_ids=(item.id,), household="H1", amount_fen=400)
    between, status = office.items()[0], office.case(id_).status
    office.approved(claim, item_ids=(item.id,), claimant="P1")

    assert (between.open_fen, between.state, status) == (600, SuspenseState.OPEN, Status.SUSPENDED)
    assert office.items()[0].state is SuspenseState.CLEARED
    assert (office.case(id_).status, office.case(id_).resolution) == (
        Status.RESOLVED,
        Resolution.ADJUSTED,
    )
    assert sums(office) == {"1002": 1000, PAYABLE: 0, "220301": -400, "112209": -600}
    assert office.workspace.read(verify).ok


def test_a_claim_that_is_reversed_puts_the_money_back(office: Office) -> None:
    id_ = unknown(office)
    parked = office.approved(AdjustmentKind.UNKNOWN_MONEY, id_)
    (item,) = office.items()
    claimed = office.approved(AdjustmentKind.CLAIM, item_ids=(item.id,), household="H1")
    with pytest.raises(ItemMoved):
        office.reverse(parked)

    office.reverse(claimed)

    assert office.items()[0].open_fen == 1000
    assert office.case(id_).status is Status.SUSPENDED
    office.reverse(parked)
    assert office.items()[0].state is SuspenseState.REVERSED
    assert office.case(id_).status is Status.OPEN
    assert set(sums(office).values()) == {0}
    assert office.workspace.read(verify).ok


def test_no_more_leaves_suspense_than_is_there(office: Office) -> None:
    office.approved(AdjustmentKind.UNKNOWN_MONEY, unknown(office))
    (item,) = office.items()
    claim = AdjustmentKind.CLAIM
    office.submitted(claim, item_ids=(item.id,), household="H1", amount_fen=600)

    with pytest.raises(TooLarge):
        office.draft(claim, item_ids=(item.id,), household="H2", amount_fen=401)
    with pytest.raises(exc.IntegrityError):
        office.raw("UPDATE suspense_item SET cleared_fen = 1001")


def test_a_claim_says_whose_the_money_is_and_other_kinds_do_not_fit(office: Office) -> None:
    office.approved(AdjustmentKind.UNKNOWN_MONEY, unknown(office))
    (item,) = office.items()

    with pytest.raises(ClaimantNeeded):
        office.draft(AdjustmentKind.CLAIM, item_ids=(item.id,))
    with pytest.raises(ItemDoesNotFit):
        office.draft(AdjustmentKind.FEE, item_ids=(item.id,))


def test_what_is_in_suspense_comes_back_by_people_only(office: Office) -> None:
    office.load("payments", payment(1))
    office.load("icbc", record(1), record(2))
    office.reconcile(Task.CHANNEL)
    id_ = office.found(Kind.MISSING_OURS).id
    office.approved(AdjustmentKind.EXCESS, id_)

    office.load("late", payment(2, 支付时间="2026-03-04 09:00:00"))
    office.reconcile(Task.CHANNEL, NEXT)

    assert office.case(id_).status is Status.SUSPENDED
    with pytest.raises(InSuspense):
        office.workspace.write(
            office.actor, match_by_hand, task=Task.CHANNEL, ours=["Z2"], theirs=["Z2"], reason="x"
        )
    assert office.workspace.read(verify).ok
