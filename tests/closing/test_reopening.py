"""Reopening a day: two people, red-letter vouchers, and closing it again."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.adjustments.ledger import bank_book, trial_balance
from app.adjustments.rules import VoucherKind
from app.approval.rules import AlreadyRequested, OwnRequest, RequestChanged
from app.base.errors import NotAllowed
from app.closing.closing import (
    approve_reopening,
    request_reopening,
    return_reopening,
    withdraw_reopening,
)
from app.closing.months import closings, month_view
from app.closing.rules import (
    CloseState,
    DayState,
    NoReopening,
    NotClosed,
    NotLatest,
    WhyReopened,
    WhyWaived,
)
from app.intake.rules import Kind as FileKind
from app.upkeep.verify import verify
from tests.books import ACCOUNT, DAY, arrival, batch, payment, record
from tests.closing.desk import Close, fresh, whole

NEXT = date(2026, 3, 4)


def test_a_reopened_day_is_cancelled_in_red_and_closed_anew(desk: Close) -> None:
    desk.ready(1)
    first = desk.close()
    desk.ask()

    done = desk.agree()

    assert (done.hash, len(done.vouchers)) == (first.hash, 3)
    red = desk.vouchers(VoucherKind.REVERSAL)
    assert {one.reverses for one in red} == set(first.vouchers)
    assert _balances(desk) == {"1002": 0, "112209": 0, "220301": 0, "112201": 0}

    desk.load(more=[payment(2, 状态="失败")])
    desk.reconcile()
    again = desk.close()

    assert again.hash != first.hash
    assert [one.serial for one in desk.vouchers()] == list(range(1, 10))
    assert desk.books.workspace.read(bank_book, ACCOUNT, DAY).balance_fen == 1000
    made = desk.books.workspace.read(closings, DAY, DAY)
    assert [one.state for one in made] == [CloseState.REOPENED, CloseState.CLOSED]
    assert made[1].previous_hash == first.hash
    assert (made[0].reopened_by, made[0].agreed_by) == ("supervisor", "checker")
    assert (made[0].payments, made[1].payments) == (1, 2)
    assert [one for one in desk.books.workspace.read(verify).checks if not one.ok] == []


def test_it_takes_a_supervisor_a_reason_and_another_person(desk: Close) -> None:
    desk.ready(1)
    desk.close()
    write = desk.books.workspace.write
    clerk, supervisor = desk.books.actor, fresh(desk.supervisor)

    with pytest.raises(NotAllowed):
        write(clerk, request_reopening, day=DAY, reason="x")
    with pytest.raises(WhyReopened):
        write(supervisor, request_reopening, day=DAY, reason=" ")
    with pytest.raises(NoReopening):
        desk.agree()
    desk.ask()
    with pytest.raises(AlreadyRequested):
        desk.ask()
    with pytest.raises(OwnRequest):
        write(supervisor, approve_reopening, day=DAY)
    with pytest.raises(NotAllowed):
        write(fresh(clerk), approve_reopening, day=DAY)
    with pytest.raises(RequestChanged):
        write(fresh(desk.checker), approve_reopening, day=DAY, seen="something else")
    assert len(desk.vouchers()) == 3


def test_a_wish_to_reopen_is_returned_or_withdrawn(desk: Close) -> None:
    desk.ready(1)
    desk.close()
    write = desk.books.workspace.write

    desk.ask()
    write(fresh(desk.checker), return_reopening, day=DAY, reason="no need")
    desk.ask()
    write(desk.supervisor, withdraw_reopening, day=DAY)

    with pytest.raises(NoReopening):
        desk.agree()


def test_only_the_latest_closed_day_is_reopened(desk: Close) -> None:
    desk.ready(1)
    with pytest.raises(NotClosed):
        desk.ask()
    desk.close()
    desk.ask()
    next_day(desk)
    desk.close(NEXT)

    with pytest.raises(NotLatest):
        desk.agree()

    desk.ask(NEXT)
    desk.agree(NEXT)
    desk.agree()
    assert _balances(desk) == {"1002": 0, "112209": 0, "220301": 0, "112201": 0}


def test_days_are_closed_in_order(desk: Close) -> None:
    desk.ready(1)
    next_day(desk)

    assert desk.codes(NEXT) == ["earlier_day"]
    desk.close()
    assert desk.codes(NEXT) == []


def test_a_day_of_which_only_a_few_entries_came_is_closed_with_the_next(desk: Close) -> None:
    day = whole(*range(1, 13))
    evening = "2026-03-02 23:59:00"
    day["payments"][0] = payment(1, 支付时间=evening)
    day["channel"][0] = record(1, 交易时间=evening)
    day["bills"][0] |= {"支付时间": evening}
    day["writeoffs"][0] |= {"销账时间": evening}
    desk.load(**day)
    desk.reconcile()
    desk.confirm(*(f"QF{number}" for number in range(1, 13)))

    done = desk.close()

    assert [one.isoformat() for one in done.days] == ["2026-03-02", "2026-03-03"]
    assert desk.booked(VoucherKind.COLLECTIONS)[0][2] == 12_000
    desk.ask()
    assert len(desk.agree().days) == 2
    desk.close()
    assert desk.books.workspace.read(verify).ok


def test_a_missing_file_is_waived_with_a_reason(desk: Close) -> None:
    day = whole(1)
    desk.load(**{name: rows for name, rows in day.items() if name != "channel"})
    desk.reconcile()
    desk.confirm("QF1")

    assert desk.codes() == ["file_missing channel", "discrepancy channel/missing_theirs"]
    desk.waive(FileKind.CHANNEL)

    assert desk.codes() == ["discrepancy channel/missing_theirs"]
    with pytest.raises(WhyWaived):
        desk.waive(FileKind.ARRIVALS, reason=" ")


def test_the_month_shows_each_day(desk: Close) -> None:
    desk.ready(1)
    done = desk.close()
    next_day(desk)
    desk.ask()

    days = {one.day: one for one in desk.books.workspace.read(month_view, 2026, 3)}

    assert len(days) == 31
    assert days[DAY].state is DayState.CLOSED
    closing, request = days[DAY].closing, days[DAY].request
    assert closing is not None
    assert request is not None
    assert (closing.hash, closing.closed_by) == (done.hash, "supervisor")
    assert (closing.payments_fen, closing.arrived_fen, closing.vouchers) == (1000, 1000, 3)
    assert (days[NEXT].state, days[date(2026, 3, 5)].state) == (DayState.OPEN, DayState.NONE)
    assert (days[DAY].working, days[date(2026, 3, 7)].working) == (True, False)
    desk.agree()
    again = desk.books.workspace.read(month_view, 2026, 3)
    assert again[2].state is DayState.REOPENED


def test_the_totals_are_told_in_the_closing(desk: Close) -> None:
    desk.ready(1)
    desk.close()

    def stored(session: Session) -> str:
        return str(session.execute(text("SELECT totals FROM day_close")).scalar_one())

    totals = json.loads(desk.books.workspace.read(stored))
    assert totals["entries"]["payments"] == [1, 1000]
    assert totals["entries"]["clearing_lines"] == [1, 1000]
    assert totals["confirmations"] == [1, 1000, 1000]
    assert totals["vouchers"] == {
        "P1 arrivals": [1, 1000],
        "P1 collections": [1, 1000],
        "P1 writeoffs": [1, 1000],
    }
    assert totals["days"] == ["2026-03-03"]


def next_day(desk: Close) -> None:
    """Load, reconcile and confirm the day after."""
    later = "2026-03-04 10:00:00"
    day = whole(2)
    day["payments"][0] |= {"支付时间": later}
    day["channel"][0] |= {"交易时间": later}
    day["bills"][0] |= {"支付时间": later}
    day["writeoffs"][0] |= {"销账时间": later}
    day["batches"] = [batch(2, 业务日期="2026-03-04", 清分日期="2026-03-05")]
    day["bank"] = [arrival(2, 记账日期="2026-03-05")]
    desk.load(**{f"{name}2": rows for name, rows in day.items()})
    desk.reconcile(NEXT)
    desk.confirm("QF2")


def _balances(desk: Close) -> dict[str, int]:
    found = desk.books.workspace.read(trial_balance, day=date(2026, 12, 31))
    return {one.code: one.closing_fen for one in found.accounts}
