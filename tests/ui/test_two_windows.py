"""Two people at two windows on one PostgreSQL database see each other's work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.base.progress import Silent
from app.closing.day_files import FileRow, file_rows
from app.closing.files import undo_import
from app.db.workspace import Workspace
from app.demo.service import Wish, write_days
from app.identity.service import login
from app.intake.reader import Reader
from app.intake.rules import FileStatus
from tests.conftest import PASSWORD
from tests.guard.desk import one_reader
from tests.ui.conftest import WAIT_MS, settle
from ui import desk as desk_module
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.messages import Tone
from ui.pages.files import FilesPage

pytestmark = pytest.mark.postgres

Pair = tuple[MainWindow, MainWindow]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files of a small day."""
    write_days(tmp_path / "files", Wish(orders=20, days=1), progress=Silent())
    return tmp_path / "files"


@pytest.fixture
def windows(
    qtbot: QtBot, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pair]:
    """Return two windows, each with its own connections; one person, who is hardest to notice."""
    monkeypatch.setattr(desk_module, "WATCH_EVERY_MS", 50)
    with Reader() as reader:
        one_reader(monkeypatch, reader)
        workspaces = (Workspace.open(postgres_url), Workspace.open(postgres_url))
        made = [_window(qtbot, workspace, tmp_path) for workspace in workspaces]
        yield made[0], made[1]
        for window in made:
            window.close()
            window.deleteLater()
        QApplication.sendPostedEvents(None, 0)
        for workspace in workspaces:
            workspace.close()


def _window(qtbot: QtBot, workspace: Workspace, folder: Path) -> MainWindow:
    preferences = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Desk(workspace, login(workspace, "clerk", PASSWORD), preferences))
    window.show()
    qtbot.waitExposed(window)
    window.start()
    window.show_page("files")
    files(window).all_days.setChecked(True)
    settle(qtbot, window)
    return window


def files(window: MainWindow) -> FilesPage:
    page = window.page("files")
    assert isinstance(page, FilesPage)
    return page


def listed(window: MainWindow) -> list[FileRow]:
    return window.desk.workspace.read(file_rows, files(window).model.ids())


def warnings_of(window: MainWindow) -> list[str]:
    """Return what the window says from now on that did not work."""
    said: list[str] = []
    window.desk.messages.spoken.connect(
        lambda tone, text: said.append(text) if tone == Tone.WARNED.value else None
    )
    window.desk.messages.crashed.connect(lambda defect: said.append(str(defect)))
    return said


def until(qtbot: QtBot, seen: Callable[[], bool]) -> None:
    """Wait for something to appear; no dialog may come before."""

    def quietly() -> bool:
        assert QApplication.activeModalWidget() is None
        return seen()

    qtbot.waitUntil(quietly, timeout=WAIT_MS)


def test_what_one_does_appears_at_the_other(windows: Pair, folder: Path, qtbot: QtBot) -> None:
    mine, other = windows
    complaints = [*map(warnings_of, windows)]

    files(mine).take([folder / "master"])

    until(qtbot, lambda: files(other).model.rowCount() == 2)
    where_the_other_was_stays(mine, other, folder, qtbot)
    an_import_taken_back_by_one_leaves_both(mine, other, qtbot)
    assert complaints == [[], []]
    what_two_take_back_at_once_is_taken_back_once(mine, other, qtbot)


def where_the_other_was_stays(
    mine: MainWindow, other: MainWindow, folder: Path, qtbot: QtBot
) -> None:
    """A change elsewhere moves neither the cursor nor the keyboard."""
    settle(qtbot, other)
    page = files(other)
    page.table.go_to_row(1)
    settle(qtbot, other)
    chosen = page.model.id_at(1)
    (day,) = [one for one in folder.iterdir() if one.name.isdecimal()]

    files(mine).take([day / f"payments_{day.name}.csv", day / f"bill_lines_{day.name}.csv"])
    until(qtbot, lambda: page.model.rowCount() == 4)
    settle(qtbot, other)

    place = page.table.current_row()
    assert place is not None
    assert page.model.id_at(place) == chosen
    assert page.lists.currentIndex() == 0


def an_import_taken_back_by_one_leaves_both(
    mine: MainWindow, other: MainWindow, qtbot: QtBot
) -> None:
    settle(qtbot, mine)
    bills = next(row for row in listed(mine) if row.name.startswith("bill_lines"))

    mine.desk.write(undo_import, file_id=bills.id).then()

    until(qtbot, lambda: files(other).model.rowCount() == 3)
    files(other).history.setChecked(True)
    settle(qtbot, other)
    found = next(row for row in listed(other) if row.id == bills.id)
    assert found.status is FileStatus.UNDONE


def what_two_take_back_at_once_is_taken_back_once(
    mine: MainWindow, other: MainWindow, qtbot: QtBot
) -> None:
    """The second is told in a sentence what happened."""
    payments = next(row for row in listed(mine) if row.name.startswith("payments"))
    complaints = [*map(warnings_of, (mine, other))]

    for window in (mine, other):
        window.desk.write(undo_import, file_id=payments.id).then()
    for window in (mine, other):
        settle(qtbot, window)

    assert sorted(map(len, complaints)) == [0, 1]
    assert "There is no loaded file" in "".join(map("".join, complaints))
    until(qtbot, lambda: files(mine).model.rowCount() == 2)
