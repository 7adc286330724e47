"""A run is made again when its terms changed; its figures count what people matched."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select, update

from app.calendar.service import set_day
from app.catalog.model import Channel, Setting
from app.catalog.organisations import load_organisations
from app.catalog.rules import OrganisationRow, SettingName
from app.closing.board import board
from app.closing.rules import BoardCell, CellState, Step
from app.db.workspace import Actor, Tx
from app.discrepancies.byhand import match_entries
from app.matching.rules import Kind, Side, Task
from app.upkeep.verify import verify
from tests.books import DAY, Books, channel, payment, record
from tests.worklist.conftest import Day
from tests.worklist.test_byhand import open_ids

LATE = "2026-03-03 23:50:00"


def test_a_changed_window_makes_the_run_again(books: Books) -> None:
    books.load("payments", payment(1), payment(2, 支付时间=LATE))
    books.load("records", record(1))
    first = books.reconcile(Task.CHANNEL)

    books.workspace.write(books.actor, set_to, SettingName.TIMING_MINUTES, 5)

    assert _state(books) is CellState.WAITING
    again = books.reconcile(Task.CHANNEL)
    assert set(first.discrepancies) == {Kind.TIMING}
    assert set(again.discrepancies) == {Kind.MISSING_THEIRS}
    assert not again.unchanged
    assert books.reconcile(Task.CHANNEL).unchanged
    assert _state(books) is CellState.DONE


def test_a_changed_fee_rule_makes_its_runs_again(books: Books, supervisor: Actor) -> None:
    books.load("channels", channel("ICBC"), channel("ABC"))
    books.load("payments", payment(1))
    books.load("records", record(1, 手续费="0.03"))
    first = books.reconcile(Task.CHANNEL)

    books.workspace.write(supervisor, fee_to, "ICBC", 6000)

    again = books.reconcile(Task.CHANNEL)
    assert (first.discrepancies, set(again.discrepancies)) == ({}, {Kind.FEE_DIFFERS})


def test_what_does_not_bear_on_a_run_leaves_it_alone(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("records", record(1))
    books.reconcile(Task.CHANNEL)

    books.load("channels", channel("ABC"))
    row = OrganisationRow(line=1, code="P2", name="供水公司", account_no="6222000000000002")
    books.workspace.write(books.actor, load_organisations, rows=[row])
    books.workspace.write(books.actor, set_to, SettingName.WRITEOFF_DAYS, 5)

    assert books.reconcile(Task.CHANNEL).unchanged


def test_a_closed_day_keeps_its_terms(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("records", record(1))
    books.reconcile(Task.CHANNEL)
    books.close(DAY)

    books.workspace.write(books.actor, set_to, SettingName.TIMING_MINUTES, 5)

    assert _state(books) is CellState.DONE
    report = {one.name: one.detail for one in books.workspace.read(verify).checks}
    assert not report["up_to_date"]


def test_a_new_holiday_bears_on_the_days_before_it(books: Books, supervisor: Actor) -> None:
    books.load("payments", payment(1))
    books.load("records", record(1))
    books.reconcile(Task.CHANNEL)

    books.workspace.write(supervisor, set_day, day=date(2027, 5, 3), working=False)
    far = books.reconcile(Task.CHANNEL)
    books.workspace.write(supervisor, set_day, day=date(2026, 3, 4), working=False)
    near = books.reconcile(Task.CHANNEL)

    assert (far.unchanged, near.unchanged) == (True, False)


def test_the_figures_of_a_run_count_what_people_matched(books: Books) -> None:
    books.load("payments", payment(1), payment(2))
    books.load("records", record(1), record(8, 金额="4.00"), record(9, 金额="6.00"))
    before = books.reconcile(Task.CHANNEL)
    day = Day(workspace=books.workspace, actor=books.actor, day=DAY)
    ids = open_ids(day, Task.CHANNEL)
    books.workspace.write(
        books.actor,
        match_entries,
        task=Task.CHANNEL,
        ours=ids[Side.OURS],
        theirs=ids[Side.THEIRS],
    )

    after = books.reconcile(Task.CHANNEL)

    assert (before.ours, before.matched_ours, before.matched_fen) == (2, 1, 1000)
    assert (after.ours, after.theirs) == (before.ours, before.theirs)
    assert (after.matched_ours, after.matched_theirs, after.matched_fen) == (2, 3, 2000)
    assert (after.ours_fen, after.theirs_fen, after.discrepancies) == (2000, 2000, {})
    cell = _cell(books)
    assert (cell.count, cell.of, cell.fen) == (2, 2, 2000)
    assert books.workspace.read(verify).ok


def _state(books: Books) -> CellState:
    return _cell(books).state


def _cell(books: Books) -> BoardCell:
    rows = books.workspace.read(board, DAY)
    return next(row.steps[Step.RECONCILED] for row in rows if row.channel == "ICBC")


def set_to(tx: Tx, name: SettingName, value: int) -> None:
    tx.session.execute(update(Setting).where(Setting.name == name.value).values(value=value))
    assert tx.session.scalar(select(func.count()).select_from(Setting))


def fee_to(tx: Tx, code: str, rate_ppm: int) -> None:
    """Do what an approved change of a channel's fee rule does."""
    tx.session.execute(update(Channel).where(Channel.code == code).values(rate_ppm=rate_ppm))
