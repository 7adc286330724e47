"""No entry is passed over: not for the way in which runs are asked for, nor for its day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.base.progress import Silent
from app.db.workspace import Actor, Tx, Workspace
from app.discrepancies.model import Discrepancy
from app.discrepancies.reconciling import reconcile
from app.intake.rules import Kind
from app.matching.rules import Task
from tests.guard import desk
from tests.guard.world import DAYS, Paper, day_of, write_world


@pytest.fixture
def papers(
    sqlite_workspace: Workspace, clerk: Actor, tmp_path_factory: pytest.TempPathFactory
) -> list[Paper]:
    master, papers = write_world(tmp_path_factory.mktemp("world"), 5)
    desk.load(sqlite_workspace, clerk, master[0])
    return papers


def load(workspace: Workspace, who: Actor, papers: list[Paper], *kinds: Kind) -> None:
    for paper in papers:
        if paper.version == "faulty" and paper.kind in kinds:
            assert desk.load(workspace, who, paper.path).file_id is not None


def kinds_found(session: Session) -> set[str]:
    return {row.kind.value for row in session.scalars(select(Discrepancy))}


def money_takes_three_days(tx: Tx) -> None:
    tx.session.execute(text("UPDATE bank_account SET arrival_lag_days = 3"))


def test_a_run_for_all_channels_makes_up_for_those_that_were_left_out(
    sqlite_workspace: Workspace, clerk: Actor, papers: list[Paper]
) -> None:
    load(sqlite_workspace, clerk, papers, Kind.PAYMENTS, Kind.CHANNEL)

    for day, scope in ((0, ""), (1, "CCB"), (2, "")):
        sqlite_workspace.write(
            clerk,
            reconcile,
            day=day_of(day),
            tasks=[Task.CHANNEL],
            scope=scope,
            progress=Silent(),
        )

    sqlite_workspace.read(desk.sums_hold)


def test_a_batch_whose_money_may_take_days_is_missed_in_the_end(
    sqlite_workspace: Workspace, clerk: Actor, papers: list[Paper]
) -> None:
    load(sqlite_workspace, clerk, papers, Kind.CLEARING_BATCHES)
    sqlite_workspace.write(clerk, money_takes_three_days)

    for day in range(DAYS + 3):
        desk.run(sqlite_workspace, clerk, day_of(0) + timedelta(days=day), [Task.ARRIVAL])

    assert sqlite_workspace.read(kinds_found) == {"not_arrived"}
    sqlite_workspace.read(desk.sums_hold)


def test_clearing_lines_of_unknown_orders_and_batches_are_told_of(
    sqlite_workspace: Workspace, clerk: Actor, papers: list[Paper]
) -> None:
    load(sqlite_workspace, clerk, papers, Kind.CLEARING_LINES)

    desk.run(sqlite_workspace, clerk, day_of(0), [Task.CLEARING])

    assert sqlite_workspace.read(kinds_found) == {"missing_ours"}
    sqlite_workspace.read(desk.sums_hold)
