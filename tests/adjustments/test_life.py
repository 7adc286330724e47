"""One person drafts and submits what is done about a difference, another one decides it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import exc
from sqlalchemy.orm import Session

from app.adjustments import service
from app.adjustments.drafting import Draft
from app.adjustments.refusals import (
    AdjustmentLimit,
    AllTakenUp,
    AmountForOne,
    DoesNotFit,
    NotAdjustable,
    NothingToAdjust,
    NotYourAdjustment,
    OriginalNeeded,
    OwnAdjustment,
    RefundTooLarge,
    ScopeDiffers,
    SmallLimit,
    TooLarge,
    UnknownAdjustment,
    UnknownPayee,
    WhyAdjusted,
    WhyReversed,
)
from app.adjustments.rules import AdjustmentKind, AdjustmentStatus
from app.approval.rules import (
    AlreadyVoted,
    OwnRequest,
    PasswordNeeded,
    RequestChanged,
    WhyReturned,
)
from app.base.errors import DayClosed, NotAllowed, WrongState
from app.base.i18n import member_name
from app.catalog.model import Setting
from app.catalog.rules import SettingName
from app.db.workspace import Actor, Tx
from app.discrepancies.queries import DiscrepancyFilter, DiscrepancyView, discrepancies
from app.discrepancies.rules import Resolution, Status
from app.matching.rules import Kind, Task
from app.upkeep.verify import verify
from tests.adjustments.conftest import Office
from tests.books import DAY, payment, record

RECORD = AdjustmentKind.RECORD_PAYMENT
REVERSE = AdjustmentKind.REVERSE_PAYMENT


def missing_ours(office: Office, amount: str = "10.00") -> int:
    """A channel collected a payment that we have not recorded."""
    office.load("payments", payment(1))
    office.load("icbc", record(1), record(2, 金额=amount))
    office.reconcile(Task.CHANNEL)
    return office.found(Kind.MISSING_OURS).id


def both_missing(office: Office) -> tuple[int, int]:
    office.load("payments", payment(1), payment(3))
    office.load("icbc", record(1), record(2))
    office.reconcile(Task.CHANNEL)
    return office.found(Kind.MISSING_OURS).id, office.found(Kind.MISSING_THEIRS).id


# ---------------------------------------------------------------- the way there


def test_an_approved_adjustment_posts_its_voucher_and_settles_its_discrepancy(
    office: Office,
) -> None:
    id_ = missing_ours(office)
    number = office.draft(RECORD, id_)
    waits = office.submit(number)

    (done,) = office.approve(number)

    assert (number, waits.status, done.status) == (
        "TZ2026-000001",
        AdjustmentStatus.SUBMITTED,
        AdjustmentStatus.APPROVED,
    )
    case = office.case(id_)
    assert (case.status, case.resolution) == (Status.RESOLVED, Resolution.ADJUSTED)
    (voucher,) = office.vouchers()
    assert done.voucher == voucher.number == "P1-202603-0001"
    assert (voucher.maker_name, voucher.checker_name) == ("clerk", "checker")
    assert [(line.code, line.debit_fen, line.credit_fen) for line in voucher.lines] == [
        ("112209", 1000, 0),
        ("220301", 0, 1000),
    ]
    assert office.workspace.read(verify).ok


def test_a_submitted_discrepancy_waits_and_cannot_be_adjusted_again(office: Office) -> None:
    id_ = missing_ours(office)
    office.submitted(RECORD, id_)

    assert office.case(id_).status is Status.SUBMITTED
    with pytest.raises(NotAdjustable):
        office.draft(AdjustmentKind.EXCESS, id_)


def test_a_draft_takes_up_its_difference(office: Office) -> None:
    id_ = missing_ours(office)
    office.draft(RECORD, id_)

    with pytest.raises(AllTakenUp):
        office.draft(AdjustmentKind.EXCESS, id_)


def test_running_again_keeps_what_was_adjusted(office: Office) -> None:
    id_ = missing_ours(office)
    office.approved(RECORD, id_)
    office.load("more", payment(4))

    office.reconcile(Task.CHANNEL)

    assert office.case(id_).status is Status.RESOLVED
    assert office.workspace.read(verify).ok


def test_returned_work_can_be_written_anew_and_submitted_again(office: Office) -> None:
    id_ = missing_ours(office)
    number = office.submitted(RECORD, id_)

    office.workspace.write(office.checker, service.send_back, number=number, reason="which one?")

    assert office.case(id_).status is Status.OPEN
    assert office.adjustment(number).status is AdjustmentStatus.RETURNED
    assert office.adjustment(number).end_reason == "which one?"
    anew = Draft(kind=AdjustmentKind.EXCESS, reason="not ours", discrepancy_ids=(id_,))
    office.workspace.write(office.actor, service.revise, number=number, wanted=anew)
    office.submit(number)
    office.approve(number)
    assert office.case(id_).status is Status.SUSPENDED


def test_withdrawn_work_frees_its_discrepancy(office: Office) -> None:
    id_ = missing_ours(office)
    number = office.submitted(RECORD, id_)

    office.workspace.write(office.actor, service.withdraw, number=number)

    assert office.case(id_).status is Status.OPEN
    office.approved(AdjustmentKind.EXCESS, id_)
    with pytest.raises(WrongState):
        office.approve(number)


def test_a_reversal_posts_red_and_brings_the_discrepancy_back(office: Office) -> None:
    id_ = missing_ours(office)
    number = office.approved(RECORD, id_)

    done = office.reverse(number)

    first, red = office.vouchers()
    assert done.voucher == red.number == "P1-202603-0002"
    assert (red.reverses, first.reversed_by) == (first.number, red.number)
    assert [(line.debit_fen, line.credit_fen) for line in red.lines] == [(-1000, 0), (0, -1000)]
    assert office.case(id_).status is Status.OPEN
    assert office.workspace.read(verify).ok
    office.approved(RECORD, id_)
    assert office.case(id_).status is Status.RESOLVED


def test_several_discrepancies_go_into_one_adjustment(office: Office) -> None:
    office.load("icbc", record(1), record(2, 金额="20.00"))
    office.load("ccb", record(3, 渠道编码="CCB"))
    office.reconcile(Task.CHANNEL)
    ids = [id_ for id_ in range(1, 9) if _is_missing(office, id_)]

    office.approved(RECORD, *ids)

    (voucher,) = office.vouchers()
    assert voucher.total_fen == 4000
    debits = {line.channel: line.debit_fen for line in voucher.lines if line.debit_fen}
    assert debits == {"ICBC": 3000, "CCB": 1000}


def _is_missing(office: Office, id_: int) -> bool:
    rows = office.workspace.read(_cases, (id_,))
    return bool(rows) and rows[0].kind is Kind.MISSING_OURS


def test_what_was_booked_in_a_closed_day_is_reversed_in_the_next_one(office: Office) -> None:
    id_ = missing_ours(office)
    number = office.approved(RECORD, id_)
    office.close(DAY)

    office.reverse(number)

    first, red = office.vouchers()
    assert (first.business_on, red.business_on) == (DAY, DAY + timedelta(days=1))


def test_nothing_is_posted_into_a_closed_day(office: Office) -> None:
    id_ = missing_ours(office)
    number = office.submitted(RECORD, id_)
    office.close(DAY)

    with pytest.raises(DayClosed):
        office.approve(number)


# ---------------------------------------------------------------- two people


def test_nobody_approves_returns_or_reverses_his_own_work(office: Office) -> None:
    id_ = missing_ours(office)
    number = office.submitted(RECORD, id_)
    both = replace(office.actor, roles=frozenset({"clerk", "checker"}))
    namesake = replace(office.checker, user_id=office.checker.user_id, name=office.actor.name)

    for who in (both, namesake):
        with pytest.raises(OwnRequest):
            office.approve(number, by=who)
        with pytest.raises(OwnRequest):
            office.workspace.write(who, service.send_back, number=number, reason="no")
    office.approve(number)
    with pytest.raises(OwnAdjustment):
        office.reverse(number, by=both)


@pytest.mark.parametrize("name", ["clerk", "supervisor", "auditor", "administrator", "reader"])
def test_only_checkers_decide(office: Office, people: dict[str, Actor], name: str) -> None:
    number = office.submitted(RECORD, missing_ours(office))

    for work in (
        lambda: office.approve(number, by=people[name]),
        lambda: office.reverse(number, by=people[name]),
        lambda: office.workspace.write(people[name], service.send_back, number=number, reason="x"),
    ):
        with pytest.raises(NotAllowed):
            work()


@pytest.mark.parametrize("name", ["checker", "supervisor", "auditor", "administrator", "reader"])
def test_only_clerks_draft(office: Office, people: dict[str, Actor], name: str) -> None:
    wanted = Draft(kind=RECORD, reason="x", discrepancy_ids=(missing_ours(office),))

    with pytest.raises(NotAllowed):
        office.workspace.write(people[name], service.draft, wanted=wanted)


def test_only_its_maker_submits_and_withdraws(office: Office, people: dict[str, Actor]) -> None:
    number = office.draft(RECORD, missing_ours(office))
    other = replace(people["supervisor"], roles=frozenset({"clerk"}))

    with pytest.raises(NotYourAdjustment):
        office.submit(number, by=other)
    with pytest.raises(NotYourAdjustment):
        office.workspace.write(other, service.withdraw, number=number)


def test_a_decision_needs_a_fresh_password(office: Office) -> None:
    number = office.submitted(RECORD, missing_ours(office))
    now = datetime.now(UTC)

    for proved in (None, now - timedelta(minutes=5, seconds=2)):
        with pytest.raises(PasswordNeeded):
            office.approve(number, by=replace(office.checker, proved_at=proved))
    office.approve(number, by=replace(office.checker, proved_at=now - timedelta(minutes=4)))
    with pytest.raises(PasswordNeeded):
        office.reverse(number, by=replace(office.checker, proved_at=None))


def test_from_a_limit_on_two_checkers_are_needed(office: Office) -> None:
    _set(office, SettingName.SECOND_CHECKER_FEN, 1000)
    id_ = missing_ours(office)
    number = office.submitted(RECORD, id_)

    (half,) = office.approve(number)
    with pytest.raises(AlreadyVoted):
        office.approve(number)
    between = office.case(id_).status
    (whole,) = office.approve(number, by=office.second)

    assert (half.status, between) == (AdjustmentStatus.SUBMITTED, Status.SUBMITTED)
    assert whole.status is AdjustmentStatus.APPROVED
    assert office.case(id_).status is Status.RESOLVED


def test_what_changed_since_it_was_submitted_or_seen_is_not_approved(office: Office) -> None:
    id_ = missing_ours(office)
    number = office.submitted(RECORD, id_)
    with pytest.raises(RequestChanged):
        office.workspace.write(
            office.checker, service.approve, numbers=[number], seen={number: "0" * 64}
        )
    office.raw(f"UPDATE discrepancy SET theirs_fen = 999, difference_fen = -999 WHERE id = {id_}")

    with pytest.raises(RequestChanged):
        office.approve(number)

    assert office.vouchers() == []


def test_a_batch_is_approved_only_with_the_count_and_sum_that_were_told(office: Office) -> None:
    first, second = both_missing(office)
    numbers = [office.submitted(RECORD, first), office.submitted(REVERSE, second)]

    with pytest.raises(ScopeDiffers):
        office.workspace.write(office.checker, service.approve, numbers=numbers, agreed=(2, 1999))

    assert office.vouchers() == []
    done = office.workspace.write(
        office.checker, service.approve, numbers=numbers, agreed=(2, 2000)
    ).value
    assert [one.status for one in done] == [AdjustmentStatus.APPROVED] * 2


def test_of_a_batch_all_are_approved_or_none(office: Office) -> None:
    first, second = both_missing(office)
    numbers = [office.submitted(RECORD, first), office.draft(REVERSE, second)]

    with pytest.raises(WrongState):
        office.approve(*numbers)

    assert office.vouchers() == []
    assert office.case(first).status is Status.SUBMITTED


# ---------------------------------------------------------------- what is refused


def test_a_kind_that_does_not_fit_is_refused_with_those_that_do(office: Office) -> None:
    with pytest.raises(DoesNotFit) as refused:
        office.draft(REVERSE, missing_ours(office))

    assert member_name(RECORD) in refused.value.user_message()


def test_an_amount_is_a_part_of_the_difference(office: Office) -> None:
    id_ = missing_ours(office)

    with pytest.raises(TooLarge):
        office.draft(RECORD, id_, amount_fen=1001)
    with pytest.raises(NothingToAdjust):
        office.draft(RECORD)
    with pytest.raises(UnknownPayee):
        office.draft(RECORD, id_, payee="nobody")


def test_several_discrepancies_take_no_amount(office: Office) -> None:
    office.load("icbc", record(1), record(2))
    office.reconcile(Task.CHANNEL)
    ids = [id_ for id_ in range(1, 5) if _is_missing(office, id_)]

    with pytest.raises(AmountForOne):
        office.draft(RECORD, *ids, amount_fen=5)


def test_an_adjustment_needs_a_reason(office: Office) -> None:
    number = office.draft(RECORD, missing_ours(office), reason=" ")

    with pytest.raises(WhyAdjusted):
        office.submit(number)


def test_reasons_for_returning_and_reversing_are_needed(office: Office) -> None:
    number = office.submitted(RECORD, missing_ours(office))

    with pytest.raises(WhyReturned):
        office.workspace.write(office.checker, service.send_back, number=number, reason=" ")
    with pytest.raises(WhyReversed):
        office.workspace.write(office.checker, service.reverse_adjustment, number=number, reason="")
    with pytest.raises(UnknownAdjustment):
        office.approve("TZ2026-000099")


def test_a_small_difference_obeys_its_limit(office: Office) -> None:
    office.load("payments", payment(1), payment(2))
    office.load("icbc", record(1, 金额="9.00"), record(2, 金额="8.99"))
    office.reconcile(Task.CHANNEL)
    rows = office.workspace.read(_cases, tuple(range(1, 5)))
    by_difference = {row.difference_fen: row.id for row in rows}

    office.approved(AdjustmentKind.SMALL_DIFFERENCE, by_difference[100])
    with pytest.raises(SmallLimit):
        office.draft(AdjustmentKind.SMALL_DIFFERENCE, by_difference[101])

    (voucher,) = office.vouchers()
    assert [line.code for line in voucher.lines] == ["671101", "112209"]


def test_an_adjustment_obeys_the_limit(office: Office) -> None:
    _set(office, SettingName.ADJUSTMENT_LIMIT_FEN, 999)

    with pytest.raises(AdjustmentLimit):
        office.draft(RECORD, missing_ours(office))


def test_a_refund_names_the_original_payment_and_gives_back_no_more(office: Office) -> None:
    office.load("payments", payment(1), payment(2, 金额="5.00"))
    office.load(
        "icbc",
        record(1),
        record(2, 金额="5.00"),
        record(3, 交易类型="退款", 金额="6.00", 商户订单号="Z9"),
    )
    office.reconcile(Task.CHANNEL)
    id_ = office.found(Kind.MISSING_OURS).id
    refund = AdjustmentKind.REFUND

    with pytest.raises(OriginalNeeded):
        office.submitted(refund, id_)
    office.workspace.write(office.actor, service.withdraw, number="TZ2026-000001")
    with pytest.raises(RefundTooLarge):
        office.submitted(refund, id_, original_payment_no="Z2")
    office.workspace.write(office.actor, service.withdraw, number="TZ2026-000002")
    office.approved(refund, id_, original_payment_no="Z1")

    (voucher,) = office.vouchers()
    assert [(line.code, line.debit_fen, line.credit_fen) for line in voucher.lines] == [
        ("220301", 600, 0),
        ("112209", 0, 600),
    ]


# ---------------------------------------------------------------- what the database refuses

REFUSED = {
    "a posted voucher is changed": "UPDATE voucher SET summary = 'x'",
    "a posted voucher is deleted": "DELETE FROM voucher",
    "a line is changed": "UPDATE voucher_line SET debit_fen = debit_fen + 1",
    "a line is deleted": "DELETE FROM voucher_line",
    "a line is added": (
        "INSERT INTO voucher_line SELECT voucher_id, 9, ledger_code, '', '', 5, 0, 'x'"
        " FROM voucher_line WHERE line_no = 1"
    ),
    "an adjustment is changed": "UPDATE adjustment SET amount_fen = 5",
    "an adjustment is deleted": "DELETE FROM adjustment",
    "a decision is taken back": "UPDATE adjustment SET status = 'draft', checker_id = NULL",
    "a vote is changed": "UPDATE approval_vote SET checker_name = 'x'",
    "a vote is deleted": "DELETE FROM approval_vote",
    "a request is opened again": "UPDATE approval_request SET state = 'pending', ended_at = NULL",
    "a request is deleted": "DELETE FROM approval_request",
    "a share is changed": "UPDATE adjustment_case SET share_fen = 1",
}


def test_the_database_itself_keeps_what_is_posted(office: Office) -> None:
    office.approved(RECORD, missing_ours(office))

    let_through = [what for what, statement in REFUSED.items() if not _refused(office, statement)]

    assert not let_through
    assert office.workspace.read(verify).ok


def _refused(office: Office, statement: str) -> bool:
    try:
        office.raw(statement)
    except exc.IntegrityError:
        return True
    return False


def test_the_database_lets_no_adjustment_through_that_nobody_approved(office: Office) -> None:
    office.submitted(RECORD, missing_ours(office))

    with pytest.raises(exc.IntegrityError):
        office.raw(
            "UPDATE adjustment SET status = 'approved', checker_id = 3, checker_name = 'x',"
            " checked_at = 1"
        )
    with pytest.raises(exc.IntegrityError):
        office.raw("UPDATE approval_request SET state = 'approved', ended_at = 1")
    with pytest.raises(exc.IntegrityError):
        office.raw(
            "INSERT INTO approval_vote (request_id, maker_id, checker_id, checker_name, at,"
            " verdict, digest, reason) SELECT id, maker_id, maker_id, 'x', 1, 'approved', digest,"
            " '' FROM approval_request"
        )


def _cases(session: Session, ids: tuple[int, ...]) -> list[DiscrepancyView]:
    return discrepancies(session, DiscrepancyFilter(ids=ids))


def _set(office: Office, name: SettingName, value: int) -> None:
    def step(tx: Tx) -> None:
        row = tx.session.get(Setting, name.value)
        assert row is not None
        row.value = value

    office.workspace.write(office.checker, step)
