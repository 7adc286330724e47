"""A file that another one leans on is not taken away from under it."""

from __future__ import annotations

import pytest

from app.closing.files import undo_import
from app.db.workspace import Actor, Workspace
from app.intake.rules import FileStatus, Kind, Reason
from app.records.refusals import FileOverlaps
from tests.guard import desk
from tests.guard.world import Paper, write_world


@pytest.fixture
def papers(
    sqlite_workspace: Workspace, clerk: Actor, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Paper]:
    master, papers = write_world(tmp_path_factory.mktemp("world"), 1)
    desk.load(sqlite_workspace, clerk, master[0])
    return {one.version: one for one in papers if one.kind is Kind.PAYMENTS and one.day == 0}


def test_rows_that_two_files_share_are_not_lost(
    sqlite_workspace: Workspace, clerk: Actor, papers: dict[str, Paper]
) -> None:
    first = desk.load(sqlite_workspace, clerk, papers["faulty"].path).file_id
    second = desk.load(sqlite_workspace, clerk, papers["wider"].path)
    assert first is not None
    assert second.file_id is not None
    assert second.overlapping == len(papers["faulty"].entries)

    with pytest.raises(FileOverlaps):
        sqlite_workspace.write(clerk, undo_import, file_id=first)

    replaced = desk.load(sqlite_workspace, clerk, papers["correct"].path, replace=True)
    assert replaced.status is FileStatus.REJECTED
    assert [problem.reason for problem in replaced.errors] == [Reason.SHARES_ROWS]
    sqlite_workspace.read(
        desk.entries_are, {first: papers["faulty"], second.file_id: papers["wider"]}
    )


def test_the_later_file_goes_first(
    sqlite_workspace: Workspace, clerk: Actor, papers: dict[str, Paper]
) -> None:
    first = desk.load(sqlite_workspace, clerk, papers["faulty"].path).file_id
    second = desk.load(sqlite_workspace, clerk, papers["wider"].path).file_id
    assert first is not None
    assert second is not None

    sqlite_workspace.write(clerk, undo_import, file_id=second)
    sqlite_workspace.write(clerk, undo_import, file_id=first)

    sqlite_workspace.read(desk.entries_are, {})
    sqlite_workspace.read(desk.sums_hold)
