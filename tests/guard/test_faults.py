"""A disk that is full, a database that is locked or may not be written: an import says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from app.closing import files
from app.db.engine import WRITES, open_engine
from app.db.errors import DatabaseLocked, DatabaseReadOnly, DiskFull
from app.db.workspace import Actor, Workspace
from app.intake.rules import FileStatus
from app.matching.rules import Task
from app.records import loading
from tests.guard import desk
from tests.guard.bulky import write_bulky
from tests.guard.test_kill import Picture, picture
from tests.guard.world import day_of


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    return write_bulky(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def workspace(
    sqlite_workspace: Workspace, clerk: Actor, papers: tuple[Path, Path, Path]
) -> Workspace:
    """Return a database with our payments; the channel's records are still to come."""
    assert desk.load(sqlite_workspace, clerk, papers[0]).status is FileStatus.LOADED
    return sqlite_workspace


def pragma(workspace: Workspace, setting: str) -> Callable[[], None]:
    """Use a setting on every new connection, until the answer is called."""

    def prepare(connection: Any, _record: object) -> None:
        connection.cursor().execute(f"PRAGMA {setting}")

    def end() -> None:
        event.remove(workspace.engine, "connect", prepare)
        workspace.engine.dispose()

    workspace.engine.dispose()
    event.listen(workspace.engine, "connect", prepare)
    return end


def pages(workspace: Workspace) -> int:
    return int(
        workspace.read(lambda session: session.execute(text("PRAGMA page_count")).scalar_one())
    )


def seen(workspace: Workspace) -> Picture:
    return picture(Path(str(workspace.engine.url.database)))


@pytest.mark.parametrize("room", [0, 20, 150])
def test_a_disk_that_fills_up_during_an_import(
    workspace: Workspace, clerk: Actor, papers: tuple[Path, Path, Path], room: int
) -> None:
    before = seen(workspace)
    end = pragma(workspace, f"max_page_count={pages(workspace) + room}")

    with pytest.raises(DiskFull) as problem:
        desk.load(workspace, clerk, papers[1])

    end()
    assert problem.value.user_message()
    assert seen(workspace) == before
    assert desk.load(workspace, clerk, papers[1]).status is FileStatus.LOADED


def test_a_disk_that_fills_up_during_a_run(
    workspace: Workspace, clerk: Actor, papers: tuple[Path, Path, Path]
) -> None:
    desk.load(workspace, clerk, papers[1])
    before = seen(workspace)
    end = pragma(workspace, f"max_page_count={pages(workspace) + 5}")

    with pytest.raises(DiskFull):
        desk.run(workspace, clerk, day_of(0), [Task.CHANNEL])

    end()
    assert seen(workspace) == before


def test_a_database_that_may_only_be_read(
    workspace: Workspace, clerk: Actor, papers: tuple[Path, Path, Path]
) -> None:
    before = seen(workspace)
    end = pragma(workspace, "query_only=ON")

    with pytest.raises(DatabaseReadOnly) as problem:
        desk.load(workspace, clerk, papers[1])

    end()
    assert problem.value.user_message()
    assert seen(workspace) == before


def test_a_database_that_somebody_else_holds(
    workspace: Workspace, clerk: Actor, papers: tuple[Path, Path, Path]
) -> None:
    before = seen(workspace)
    end = pragma(workspace, "busy_timeout=50")
    other = open_engine(workspace.engine.url).execution_options(**WRITES)

    with other.begin(), pytest.raises(DatabaseLocked) as problem:
        desk.load(workspace, clerk, papers[1])

    other.dispose()
    end()
    assert problem.value.user_message()
    assert seen(workspace) == before


@pytest.mark.parametrize(
    ("owner", "name"),
    [(loading, "mark_touched"), (loading, "settle_overlaps"), (files, "forget")],
)
def test_an_error_of_ours_in_the_middle_changes_nothing(
    workspace: Workspace,
    clerk: Actor,
    papers: tuple[Path, Path, Path],
    owner: Any,
    name: str,
) -> None:
    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError

    before = seen(workspace)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, fail)

        with pytest.raises(ZeroDivisionError):
            desk.load(workspace, clerk, papers[2], replace=True)

    assert seen(workspace) == before
