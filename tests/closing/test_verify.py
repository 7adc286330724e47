"""`verify` finds what somebody changed in the books behind the program's back, and names it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from app.adjustments.drafting import Draft
from app.adjustments.rules import AdjustmentKind
from app.closing.statements import approve_statement, submit_statement
from app.db.engine import WRITES, open_engine
from app.db.workspace import Actor, Workspace
from app.matching.rules import Task
from app.upkeep.verify import verify
from tests.books import ACCOUNT, DAY, Books, arrival, record
from tests.closing.desk import Close, fresh, whole

SABOTAGE = [
    ("vouchers", "UPDATE voucher_line SET debit_fen = debit_fen + 1 WHERE debit_fen > 0"),
    ("vouchers", "UPDATE voucher SET total_fen = total_fen + 1 WHERE id = 1"),
    ("vouchers", "DELETE FROM voucher_line WHERE voucher_id = 2"),
    ("vouchers", "UPDATE voucher SET serial = 99, number = 'P1-202603-0099' WHERE id = 1"),
    ("vouchers", "UPDATE voucher SET number = 'P1-202603-0099' WHERE id = 1"),
    ("vouchers", "UPDATE voucher_line SET account_no = 'X' WHERE voucher_id = {red}"),
    ("vouchers", "UPDATE voucher SET reverses_id = 1 WHERE id = {red}"),
    ("suspense", "UPDATE suspense_item SET amount_fen = amount_fen + 1"),
    ("suspense", "UPDATE suspense_item SET state = 'reversed' WHERE state = 'open'"),
    ("suspense", "UPDATE voucher_line SET ledger_code = '224102' WHERE ledger_code = '224101'"),
    ("suspense", "UPDATE suspense_item SET cleared_fen = 1 WHERE state = 'open'"),
    ("adjustments", "UPDATE adjustment SET voucher_id = NULL WHERE kind = 'unknown_money_in'"),
    ("adjustments", "UPDATE adjustment SET amount_fen = 1 WHERE kind = 'unknown_money_in'"),
    ("adjustments", "UPDATE adjustment SET payee = 'P9' WHERE kind = 'unknown_money_in'"),
    ("adjustments", "UPDATE adjustment SET voucher_id = {red} WHERE kind = 'carry_forward'"),
    ("adjustments", "UPDATE adjustment SET status = 'approved' WHERE status = 'reversed'"),
    ("adjustments", "UPDATE discrepancy SET status = 'resolved' WHERE status = 'suspended'"),
    ("adjustments", "UPDATE discrepancy SET status = 'submitted' WHERE status = 'carried'"),
    ("adjustments", "UPDATE adjustment_case SET live = 0"),
    ("adjustments", "UPDATE adjustment_case SET share_fen = share_fen + 1 WHERE live"),
    ("votes", "UPDATE approval_request SET state = 'pending', ended_at = NULL"),
    ("votes", "DELETE FROM approval_vote"),
    ("votes", "UPDATE approval_vote SET digest = 'x' WHERE id = 1"),
    ("votes", "UPDATE approval_vote SET checker_name = 'clerk' WHERE id = 1"),
    ("votes", "UPDATE adjustment SET checker_name = maker_name WHERE checker_name <> ''"),
    ("closings", "UPDATE day_close SET totals = replace(totals, '1000', '1001')"),
    ("closings", "UPDATE day_close SET previous_hash = 'x'"),
    ("closings", "UPDATE payment SET amount_fen = amount_fen + 1 WHERE id = {payment}"),
    ("closings", "DELETE FROM writeoff WHERE id = {writeoff}"),
    ("closings", "UPDATE run SET totals = replace(totals, '\"matched_ours\": ', {broken})"),
    ("closings", "UPDATE arrival_confirmation SET arrived_fen = 1, difference_fen = 999"),
    ("closings", "UPDATE voucher SET total_fen = 1 WHERE id = 1"),
    ("closings", "DELETE FROM closed_day"),
    ("closings", "INSERT INTO closed_day VALUES (20260302, 0, 'nobody')"),
    ("closings", "INSERT INTO day_waiver VALUES (20260303, 'arrivals', '', 'x', 'y', 0)"),
    ("statements", "UPDATE reconciliation_statement SET book_fen = book_fen + 1"),
    ("statements", "UPDATE reconciliation_item SET number = 'X'"),
    ("statements", "DELETE FROM reconciliation_item"),
    ("statements", "UPDATE reconciliation_statement SET state = 'submitted'"),
    ("statements", "UPDATE approval_request SET state = 'returned' WHERE object_key LIKE 'YE%'"),
]  # fmt: skip
"""Which check has to notice which damage."""

PLACES = {
    "red": "(SELECT min(id) FROM voucher WHERE kind = 'reversal')",
    "payment": "(SELECT min(id) FROM payment)",
    "writeoff": "(SELECT min(id) FROM writeoff)",
    "broken": "'\"matched_ours\": 1'",
}


@pytest.fixture(scope="module")
def closed(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, people: dict[str, Actor]
) -> Path:
    """Return a database with a closed day: parked, carried and reversed adjustments in it."""
    folder = tmp_path_factory.mktemp("closed")
    path = folder / "closed.db"
    shutil.copy(sqlite_template, path)
    workspace = Workspace.open(f"sqlite:///{path}")
    books = Books(workspace=workspace, actor=people["clerk"], folder=folder)
    books.know_payee()
    _play(Close(books=books, checker=people["checker"], supervisor=people["supervisor"]))
    found = workspace.read(verify)
    assert found.ok, [one for one in found.checks if not one.ok]
    workspace.read(lambda session: session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).all())
    workspace.close()
    return path


def _play(desk: Close) -> None:
    day = whole(1, 2)
    # The bank has 2.00 too much; the channel has one payment more; one bill is not written off.
    day["bank"] = [arrival(1, 收入金额="12.00"), arrival(2)]
    day["channel"].append(record(3))
    del day["writeoffs"][1]
    desk.load(**day)
    desk.reconcile()
    (over,), (more,), (unwritten,) = (
        desk.differences(task) for task in (Task.ARRIVAL, Task.CHANNEL, Task.WRITEOFF)
    )
    desk.adjust(Draft(kind=AdjustmentKind.UNKNOWN_MONEY, reason="bank", discrepancy_ids=(over.id,)))
    wrong = desk.adjust(
        Draft(kind=AdjustmentKind.RECORD_PAYMENT, reason="wrong", discrepancy_ids=(more.id,))
    )
    desk.reverse(wrong)
    desk.adjust(
        Draft(kind=AdjustmentKind.RECORD_PAYMENT, reason="right", discrepancy_ids=(more.id,))
    )
    desk.adjust(
        Draft(kind=AdjustmentKind.CARRY_FORWARD, reason="later", discrepancy_ids=(unwritten.id,))
    )
    desk.confirm("QF1", "QF2")
    desk.close()
    desk.ask()
    desk.agree()
    desk.close()
    write = desk.books.workspace.write
    number = write(desk.books.actor, submit_statement, account_no=ACCOUNT, day=DAY).value
    write(fresh(desk.checker), approve_statement, number=number)


@pytest.mark.parametrize(("check", "damage"), SABOTAGE)
def test_every_check_sees_its_damage(closed: Path, tmp_path: Path, check: str, damage: str) -> None:
    shutil.copy(closed, tmp_path / "copy.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    with engine.execution_options(**WRITES).begin() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for name in connection.scalars(text(triggers)).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        done = connection.execute(text(damage.format(**PLACES)))
        assert done.rowcount

    failed = {one.name for one in Workspace(engine).read(verify).checks if not one.ok}

    engine.dispose()
    assert check in failed
