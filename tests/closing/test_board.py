"""The day board says of each channel and account where its day stands."""

from __future__ import annotations

from datetime import date

import pytest

from app.arrivals.service import check, confirm
from app.closing.board import BoardRow, board, standing_runs
from app.closing.queries import NothingLoaded, latest_day
from app.closing.rules import BoardCell, CellState, RowKind, Step
from app.db.workspace import Actor
from app.discrepancies.queries import DiscrepancyFilter, discrepancies
from app.discrepancies.service import explain
from app.matching.rules import Task
from tests.books import (
    ACCOUNT,
    DAY,
    PAYEE,
    Books,
    arrival,
    batch,
    bill_line,
    clearing_line,
    payment,
    record,
    writeoff,
)

DONE, OPEN, WAITING = CellState.DONE, CellState.OPEN, CellState.WAITING


def _row(books: Books, name: str) -> BoardRow:
    rows = books.workspace.read(board, DAY)
    (found,) = [row for row in rows if name in (row.channel, row.account, row.kind.value)]
    return found


def _cleared(books: Books, *numbers: int) -> None:
    books.load("payments", *(payment(number) for number in numbers))
    books.load("bills", *(bill_line(number) for number in numbers))
    books.load("batches", *(batch(number) for number in numbers))
    books.load("lines", *(clearing_line(number) for number in numbers))
    books.reconcile(Task.CLEARING)


def test_nothing_loaded_has_no_latest_day(books: Books) -> None:
    with pytest.raises(NothingLoaded):
        books.workspace.read(latest_day)


def test_the_latest_day_is_that_of_payments(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("bank", arrival(1, 记账日期="2026-03-06"))

    assert books.workspace.read(latest_day) == DAY


def test_a_day_without_entries_has_an_empty_board(books: Books) -> None:
    books.load("payments", payment(1))

    assert books.workspace.read(board, date(2026, 3, 4)) == []


def test_a_channel_without_its_statement_says_so(books: Books) -> None:
    books.load("payments", payment(1), payment(2, 支付渠道="INTERNAL", 优惠承担方="平台"))

    row, clearing = books.workspace.read(board, DAY)

    assert (row.kind, row.channel) == (RowKind.CHANNEL, "ICBC")
    assert {step.value: cell.state.value for step, cell in row.steps.items()} == {
        "file": "missing",
        "totals": "none",
        "reconciled": "open",
        "discrepancies": "none",
        "adjusted": "none",
        "arrived": "none",
        "confirmed": "none",
        "checked": "none",
        "closed": "waiting",
    }
    assert clearing.kind is RowKind.CLEARING
    assert clearing.steps[Step.FILE].state is CellState.MISSING


def test_a_reconciled_channel_shows_what_matched_and_what_is_left(books: Books) -> None:
    books.load("payments", payment(1), payment(2))
    books.load("statement", record(1))

    books.reconcile(Task.CHANNEL)

    steps = _row(books, "ICBC").steps
    assert steps[Step.FILE] == BoardCell(state=DONE, count=1, fen=1000)
    assert steps[Step.RECONCILED] == BoardCell(state=DONE, count=1, of=2, fen=1000)
    assert steps[Step.DISCREPANCIES] == BoardCell(state=OPEN, count=1, fen=1000)


def test_what_people_explained_is_no_longer_open(books: Books) -> None:
    books.load("payments", payment(1), payment(2))
    books.load("statement", record(1))
    books.reconcile(Task.CHANNEL)
    (left,) = books.workspace.read(discrepancies, DiscrepancyFilter(day=DAY))

    books.workspace.write(books.actor, explain, ids=[left.id], reason="known")

    steps = _row(books, "ICBC").steps
    assert steps[Step.DISCREPANCIES] == BoardCell(state=DONE)
    assert steps[Step.ADJUSTED] == BoardCell(state=DONE, count=1, of=1, fen=1000)


def test_a_file_after_the_run_asks_for_another_one(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("statement", record(1))
    books.reconcile(Task.CHANNEL)

    books.load("more", record(2))

    assert _row(books, "ICBC").steps[Step.RECONCILED].state is WAITING


def test_a_file_of_a_later_day_leaves_the_day_alone(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("statement", record(1))
    books.reconcile(Task.CHANNEL)
    books.reconcile(Task.CHANNEL, date(2026, 3, 4))

    books.load("more", record(2, 交易时间="2026-03-04 10:00:00"))

    assert _row(books, "ICBC").steps[Step.RECONCILED].state is DONE


def test_write_offs_have_a_row_of_their_own(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("bills", bill_line(1))
    assert _row(books, "writeoff").steps[Step.FILE].state is CellState.MISSING

    books.load("writeoffs", writeoff(1))
    books.reconcile(Task.WRITEOFF)

    steps = _row(books, "writeoff").steps
    assert steps[Step.FILE] == BoardCell(state=DONE, count=2, of=2)
    assert steps[Step.RECONCILED] == BoardCell(state=DONE, count=1, of=1, fen=1000)
    assert steps[Step.DISCREPANCIES].state is DONE


def test_clearing_has_a_row_of_its_own(books: Books) -> None:
    _cleared(books, 1, 2)

    steps = _row(books, "clearing").steps

    assert steps[Step.FILE] == BoardCell(state=DONE, count=2, fen=2000)
    assert steps[Step.TOTALS].state is DONE
    assert steps[Step.RECONCILED].state is DONE


def test_a_header_that_differs_from_its_lines_is_told_among_the_totals(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("bills", bill_line(1))
    books.load("batches", batch(1, 笔数="2"))
    books.load("lines", clearing_line(1))
    books.reconcile(Task.CLEARING)

    steps = _row(books, "clearing").steps

    assert steps[Step.TOTALS] == BoardCell(state=OPEN, count=1, of=1)
    assert steps[Step.DISCREPANCIES] == BoardCell(state=OPEN, count=1, fen=0)


def test_an_account_goes_from_expected_to_checked(books: Books, checker: Actor) -> None:
    _cleared(books, 1, 2)
    books.load("bank", arrival(1))
    books.reconcile(Task.ARRIVAL)

    steps = _row(books, ACCOUNT).steps
    assert steps[Step.FILE] == BoardCell(state=DONE, count=1, fen=1000)
    assert steps[Step.TOTALS] == BoardCell(state=DONE, count=2, fen=2000)
    assert steps[Step.ARRIVED] == BoardCell(state=WAITING, count=1, of=2, fen=1000)
    assert steps[Step.CONFIRMED] == BoardCell(state=WAITING, count=0, of=2)
    assert steps[Step.DISCREPANCIES] == BoardCell(state=OPEN, count=1, fen=1000)

    books.load("bank-2", arrival(2))
    books.reconcile(Task.ARRIVAL)
    books.workspace.write(books.actor, confirm, batch_nos=["QF1", "QF2"])
    books.workspace.write(checker, check, batch_nos=["QF1"])

    steps = _row(books, ACCOUNT).steps
    assert steps[Step.ARRIVED] == BoardCell(state=DONE, count=2, of=2, fen=2000)
    assert steps[Step.CONFIRMED] == BoardCell(state=DONE, count=2, of=2)
    assert steps[Step.CHECKED] == BoardCell(state=WAITING, count=1, of=2)


def test_an_account_is_late_when_the_due_day_is_over(books: Books) -> None:
    _cleared(books, 1)
    books.reconcile(Task.ARRIVAL)

    books.reconcile(Task.ARRIVAL, date(2026, 3, 4))

    assert _row(books, ACCOUNT).steps[Step.ARRIVED] == BoardCell(state=OPEN, count=0, of=1)


def test_money_on_an_account_without_batches_has_a_row(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("bank", arrival(1, 附言="", 摘要="来款"))
    books.reconcile(Task.ARRIVAL)

    row = _row(books, ACCOUNT)

    assert row.name == "供电公司"
    assert row.steps[Step.DISCREPANCIES] == BoardCell(state=OPEN, count=1, fen=-1000)
    assert row.steps[Step.ARRIVED].state is CellState.NONE


def test_accounts_can_be_those_of_some_payees(books: Books) -> None:
    _cleared(books, 1)

    own = books.workspace.read(board, DAY, payees=[PAYEE])
    others = books.workspace.read(board, DAY, payees=["P2"])

    assert [row.account for row in own if row.account] == [ACCOUNT]
    assert [row.account for row in others if row.account] == []


def test_a_closed_day_is_shown_as_closed(books: Books) -> None:
    books.load("payments", payment(1))

    books.close(DAY)

    assert _row(books, "ICBC").steps[Step.CLOSED].state is DONE


def test_a_day_that_stayed_open_before_a_closed_one_has_a_board(books: Books) -> None:
    books.load("payments", payment(1))
    books.reconcile(Task.CHANNEL)
    books.close(date(2026, 3, 4))
    books.load("icbc", record(1))

    found = books.workspace.read(standing_runs, DAY)

    assert (Task.CHANNEL, "ICBC", WAITING) in found
