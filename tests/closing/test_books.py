"""Known days and the vouchers that they must make, to the fen."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from app.adjustments.drafting import Draft
from app.adjustments.ledger import (
    MovementFilter,
    bank_book,
    bank_books,
    movements,
    sub_balances,
    suspense,
    trial_balance,
)
from app.adjustments.rules import AdjustmentKind, VoucherKind
from app.db.workspace import Actor, Tx, Workspace
from app.matching.rules import Task
from tests.books import (
    ACCOUNT,
    DAY,
    Books,
    arrival,
    batch,
    bill_line,
    clearing_line,
    payment,
    record,
    writeoff,
)
from tests.closing.desk import Close, whole


@pytest.fixture
def desk(sqlite_workspace: Workspace, people: dict[str, Actor], tmp_path: Path) -> Close:
    """Return a desk on SQLite only: sums are the same everywhere."""
    made = Books(workspace=sqlite_workspace, actor=people["clerk"], folder=tmp_path)
    made.know_payee()
    return Close(books=made, checker=people["checker"], supervisor=people["supervisor"])


BANK, RECEIVABLE, ADVANCE, ELECTRICITY = "1002", "112209", "220301", "112201"
SUBSIDIES = "220201"


def test_refunds_and_reversals_stand_in_red_lines_of_their_own(desk: Close) -> None:
    back = {"交易类型": "退款", "金额": "4.00", "支付时间": "2026-03-03 11:00:00"}
    day = whole(1)
    day["payments"].append(payment(2, 原支付流水号="Z1", **back))
    day["channel"].append(record(2, 交易类型="退款", 金额="4.00", 交易时间="2026-03-03 11:00:00"))
    day["bills"].append(bill_line(2, 交易类型="退费", 实缴金额="4.00"))
    day["writeoffs"].append(writeoff(2, 销账金额="4.00", 冲正标志="1"))
    day["batches"] = [batch(1, 笔数="2", 退款金额="4.00", 净额="6.00")]
    day["lines"].append(
        clearing_line(2, 批次号="QF1", 交易类型="退费", 实缴金额="4.00", 净额="4.00")
    )
    day["bank"] = [arrival(1, 收入金额="6.00")]
    desk.load(**day)
    desk.reconcile()
    desk.confirm("QF1")

    desk.close()

    assert desk.booked(VoucherKind.COLLECTIONS) == [
        (RECEIVABLE, "ICBC", 1000, 0),
        (RECEIVABLE, "ICBC", -400, 0),
        (ADVANCE, "", 0, 1000),
        (ADVANCE, "", 0, -400),
    ]
    assert desk.booked(VoucherKind.WRITE_OFFS) == [
        (ADVANCE, "", 1000, 0),
        (ADVANCE, "", -400, 0),
        (ELECTRICITY, "", 0, 1000),
        (ELECTRICITY, "", 0, -400),
    ]
    assert desk.booked(VoucherKind.ARRIVALS) == [
        (BANK, ACCOUNT, 600, 0),
        (RECEIVABLE, "ALL", 0, 600),
    ]


def test_fees_promotions_and_subsidies_make_up_what_the_channel_owed(desk: Close) -> None:
    desk.load(
        payments=[
            payment(1, 金额="6.00", 手续费="0.05"),
            payment(1, 支付流水号="Z1A", 支付渠道="INTERNAL", 支付工具="光伏补贴", 金额="3.01"),
            payment(
                1,
                支付流水号="Z1B",
                支付渠道="INTERNAL",
                支付工具="红包",
                金额="0.99",
                优惠承担方="收款单位",
            ),
        ],
        channel=[record(1, 金额="6.00", 手续费="0.05")],
        bills=[bill_line(1)],
        writeoffs=[writeoff(1)],
        batches=[batch(1, 手续费="0.05", 优惠补贴="4.00", 净额="5.95")],
        lines=[clearing_line(1, 手续费分摊="0.05", 优惠分摊="4.00", 净额="5.95")],
        bank=[arrival(1, 收入金额="5.95")],
    )
    desk.reconcile()
    assert desk.codes() == ["not_confirmed"]
    desk.confirm("QF1")

    desk.close()

    finance, promotions = _codes(desk, "finance_cost", "promotions")
    assert desk.booked(VoucherKind.COLLECTIONS) == [
        (RECEIVABLE, "ALL", 1000, 0),
        (ADVANCE, "", 0, 1000),
    ]
    assert desk.booked(VoucherKind.ARRIVALS) == [
        (BANK, ACCOUNT, 595, 0),
        (finance, "", 5, 0),
        (promotions, "", 99, 0),
        (SUBSIDIES, "", 301, 0),
        (RECEIVABLE, "ALL", 0, 1000),
    ]


def test_what_is_not_cleared_is_not_collected(desk: Close) -> None:
    day = whole(1)
    day["payments"] += [payment(2, 状态="失败"), payment(3, 金额="9.00")]
    day["bills"] += [bill_line(2), bill_line(3)]
    desk.load(**day)
    desk.reconcile()

    planned = desk.planned()

    assert planned[VoucherKind.COLLECTIONS, "P1"] == 1000


def test_a_payee_has_its_own_book(desk: Close) -> None:
    other = "6222000000000002"
    day = whole(1)
    for name, row in (
        ("payments", payment(2)),
        ("channel", record(2)),
        ("bills", bill_line(2, 收款单位编码="P2")),
        ("writeoffs", writeoff(2, 收款单位编码="P2")),
        ("batches", batch(2, 收款单位编码="P2", 收款账号=other)),
        ("lines", clearing_line(2, 收款单位编码="P2")),
        ("bank", arrival(2, 账号=other)),
    ):
        day[name].append(row)
    desk.books.know_payee("P2", other, opening_fen=50_000, opening_on=20260301)
    desk.load(**day)
    desk.reconcile()
    desk.confirm("QF1", "QF2")

    desk.close()

    numbers = [one.number for one in desk.vouchers()]
    assert numbers == [f"P{payee}-202603-000{serial}" for payee in (1, 2) for serial in (1, 2, 3)]
    books = {one.account_no: one for one in desk.books.workspace.read(bank_books, DAY)}
    assert books[other].balance_fen == 51_000
    assert (books[other].known, books[ACCOUNT].known) == (True, False)
    early = desk.books.workspace.read(bank_book, other, date(2026, 2, 28))
    assert (early.balance_fen, early.known) == (0, False)
    one = desk.books.workspace.read(trial_balance, day=DAY, payee="P2")
    assert (one.debit_fen, one.credit_fen) == (3000, 3000)
    balances = desk.books.workspace.read(sub_balances, day=DAY, payee="P2")
    assert {(one.code, one.channel or one.account_no): one.closing_fen for one in balances} == {
        (BANK, other): 1000,
        (ELECTRICITY, ""): -1000,
        (RECEIVABLE, "ICBC"): 1000,
        (RECEIVABLE, "ALL"): -1000,
        (ADVANCE, ""): 0,
    }


def test_money_beyond_what_was_due_is_booked_once(desk: Close) -> None:
    day = whole(1)
    day["bank"] = [arrival(1, 收入金额="12.00")]
    desk.load(**day)
    desk.reconcile()
    (over,) = desk.differences(Task.ARRIVAL)
    desk.adjust(
        Draft(kind=AdjustmentKind.UNKNOWN_MONEY, reason="ask the bank", discrepancy_ids=(over.id,))
    )
    assert desk.codes() == ["not_confirmed"]
    desk.confirm("QF1")

    desk.close()

    assert desk.booked(VoucherKind.ARRIVALS) == [
        (BANK, ACCOUNT, 1000, 0),
        (RECEIVABLE, "ALL", 0, 1000),
    ]
    assert desk.books.workspace.read(bank_book, ACCOUNT, DAY).balance_fen == 1200
    (waits,) = desk.books.workspace.read(suspense)
    assert (waits.balance_fen, waits.items_fen, waits.items) == (200, 200, 1)


def test_a_tolerated_residue_is_an_expense_or_an_income(desk: Close) -> None:
    desk.sql(
        "UPDATE setting SET value = 5"
        " WHERE name IN ('channel_tolerance_fen', 'writeoff_tolerance_fen')"
    )
    day = whole(1, 2)
    day["channel"] = [record(1, 金额="9.98"), record(2, 金额="10.01")]
    day["writeoffs"] = [writeoff(1, 销账金额="9.99"), writeoff(2)]
    desk.load(**day)
    desk.reconcile()
    desk.confirm("QF1", "QF2")

    desk.close()

    expense, income = _codes(desk, "non_operating_expense", "non_operating_income")
    assert desk.booked(VoucherKind.RESIDUES) == [
        (expense, "", 2, 0),
        (RECEIVABLE, "ICBC", 1, 0),
        (ADVANCE, "", 1, 0),
        (RECEIVABLE, "ICBC", 0, 2),
        (income, "", 0, 1),
        (ELECTRICITY, "", 0, 1),
    ]


def test_movements_tell_which_bank_lines_stand_behind_them(desk: Close) -> None:
    desk.ready(1, 2)
    desk.close()

    rows = desk.books.workspace.read(movements, MovementFilter(account_no=ACCOUNT, last=DAY))

    assert [(one.debit_fen, len(one.entry_ids)) for one in rows] == [(2000, 2)]
    assert not desk.books.workspace.read(movements, MovementFilter(first=date(2026, 3, 4)))


def _codes(desk: Close, *purposes: str) -> list[str]:
    def step(tx: Tx) -> list[str]:
        query = text("SELECT code FROM ledger_account WHERE purpose = :purpose")
        return [str(tx.session.execute(query, {"purpose": one}).scalar_one()) for one in purposes]

    return desk.books.workspace.write(desk.books.actor, step).value
