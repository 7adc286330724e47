"""Files come in, are looked at, replaced and taken back, by keyboard only."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from app.base import i18n
from app.closing import replacing
from app.closing.day_files import FileRow, file_rows
from app.demo.sample import Sample
from app.discrepancies.service import match_by_hand
from app.intake.reader import Reader
from app.intake.rules import FileStatus, Kind
from app.matching.rules import Task
from tests.guard.desk import one_reader
from tests.intake.making import write_zip
from tests.ui.conftest import Opening, dialog, focused, press, settle
from ui.desk import Target
from ui.dialogs.asking import Ask
from ui.dialogs.file_password import FilePasswordDialog
from ui.dialogs.replacing import ReplaceDialog
from ui.main_window import MainWindow
from ui.pages.files import FilesPage

CONTROL = Qt.KeyboardModifier.ControlModifier
CHANNEL = "channel_ICBC.csv"
PAYMENTS = "payments.csv"
BILLS = "bill_lines.csv"


@pytest.fixture(scope="session")
def shared_reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.fixture(autouse=True)
def _one_reader(shared_reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    one_reader(monkeypatch, shared_reader)
    monkeypatch.setattr(replacing, "Reader", partial(nullcontext, shared_reader))


@pytest.fixture
def folder(sample: Sample, tmp_path: Path) -> Path:
    """Return a folder of the test's own with the files of the next day."""
    made = tmp_path / "next"
    shutil.copytree(sample.next_files, made)
    for name in (CHANNEL, PAYMENTS, BILLS):
        (made / name.replace(".", f"_{sample.next_day:%Y%m%d}.")).rename(made / name)
    return made


def on_files(opened: Opening, qtbot: QtBot, sample: Sample) -> tuple[MainWindow, FilesPage]:
    window = opened(page="files")
    window.desk.choose_day(sample.next_day)
    settle(qtbot, window)
    page = window.page("files")
    assert isinstance(page, FilesPage)
    return window, page


def listed(page: FilesPage) -> list[FileRow]:
    ids = [page.model.id_at(place) for place in range(page.model.rowCount())]
    return page.desk.workspace.read(file_rows, [id_ for id_ in ids if id_ is not None])


def names(page: FilesPage) -> list[str]:
    return [row.name for row in listed(page)]


def go_to(page: FilesPage, name: str, qtbot: QtBot) -> None:
    page.lists.setCurrentIndex(0)
    into_the_list(page, qtbot)
    page.table.go_to_row(names(page).index(name))
    qtbot.waitUntil(lambda: page.desk.jobs.busy == 0)


def into_the_list(page: FilesPage, qtbot: QtBot) -> None:
    """Wait until the window has the keyboard again, which takes a moment without a screen."""
    page.window().activateWindow()
    page.table.setFocus()
    qtbot.waitUntil(page.table.hasFocus)


def spoil(path: Path, line: int, column: int, value: str, encoding: str = "gb18030") -> None:
    lines = path.read_text(encoding).splitlines()
    cells = lines[line - 1].split(",")
    cells[column] = value
    lines[line - 1] = ",".join(cells)
    path.write_text("\n".join(lines), encoding)


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(200, 200), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)


def test_a_dropped_folder_comes_in_file_by_file(
    opened_sample: Opening, qtbot: QtBot, sample: Sample, folder: Path
) -> None:
    window, page = on_files(opened_sample, qtbot, sample)
    before = page.model.rowCount()
    spoil(folder / CHANNEL, 4, 5, "12.3.4", "utf-8")
    before_missing = page.expected.heading.text()
    assert "files are missing" in before_missing

    drop(window, folder)
    settle(qtbot, window)

    rows = page.imports.rows.rows()
    states = [row.outcome.status for row in rows if row.outcome is not None]
    assert len(states) == len(rows) == 22, "the members of an archive are files too"
    assert states.count(FileStatus.REJECTED) == 1
    assert "21 loaded, 1 rejected" in page.lists.tabText(1)
    assert page.model.rowCount() > before + 15
    assert page.expected.heading.text() != before_missing
    assert window.desk.day == sample.next_day
    rejected_file_shows_its_errors_beside_its_lines(window, page, qtbot)
    corrected_file_is_tried_again(window, page, qtbot, folder / CHANNEL)


def rejected_file_shows_its_errors_beside_its_lines(
    window: MainWindow, page: FilesPage, qtbot: QtBot
) -> None:
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_F8)
    press(Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, window)

    assert page.details.remarks.table.isVisible()
    assert page.details.lines.isVisible()
    marked = page.details.lines.currentIndex()
    assert marked.data() == "✗ 12.3.4"
    assert marked.data(Qt.ItemDataRole.BackgroundRole) is not None
    press(Qt.Key.Key_Escape)
    assert focused() is page.imports


def corrected_file_is_tried_again(
    window: MainWindow, page: FilesPage, qtbot: QtBot, path: Path
) -> None:
    press(Qt.Key.Key_Tab, CONTROL)
    go_to(page, path.name, qtbot)
    settle(qtbot, window)
    spoil(path, 4, 5, "12.34", "utf-8")
    press("t")
    settle(qtbot, window)
    row = next(row for row in page.imports.rows.rows() if row.path == str(path))
    assert row.outcome is not None
    assert row.outcome.status is FileStatus.REJECTED, "its total does not agree"

    press(Qt.Key.Key_Tab, CONTROL)
    go_to(page, path.name, qtbot)
    press(Qt.Key.Key_Delete)
    settle(qtbot, window)

    assert path.name not in names(page)
    assert "set aside" in window.desk.undo_list[-1].text


def test_a_corrected_file_is_compared_before_it_replaces(
    opened_sample: Opening, qtbot: QtBot, sample: Sample, folder: Path, tmp_path: Path
) -> None:
    window, page = on_files(opened_sample, qtbot, sample)
    page.take([folder / BILLS])
    settle(qtbot, window)
    lines = (folder / BILLS).read_text("gb18030").splitlines()[:-1]
    header, first, second, third, *rest = lines
    first = first.replace(first.split(",")[8], "1.00")
    new = third.replace("DD2026", "DD2025")
    corrected = tmp_path / BILLS
    corrected.write_text("\n".join([header, first, new, *rest]), "gb18030")

    page.importer.look(corrected)
    shown = dialog(qtbot)
    assert isinstance(shown, ReplaceDialog)
    titles = [shown.tabs.tabText(place) for place in range(shown.tabs.count())]
    assert titles == ["Changed (1)", "Added (1)", "Removed (2)"]
    assert second not in shown.summary.text()
    assert {"Receivable", "Amount"} == {
        str(shown.tables[0].model().index(row, 2).data()) for row in range(2)
    }
    assert page.imports.rows.rowCount() == 1
    press(Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    settle(qtbot, window)

    (outcome,) = [row.outcome for row in page.imports.rows.rows() if row.outcome][-1:]
    assert outcome.status is FileStatus.REPLACED
    go_to(page, BILLS, qtbot)
    settle(qtbot, window)
    facts = {fact.what: fact.value for fact in page.details.facts.rows.rows()}
    assert facts["Replaced"] == BILLS
    an_import_is_taken_back(window, page, qtbot)


def an_import_is_taken_back(window: MainWindow, page: FilesPage, qtbot: QtBot) -> None:
    press("u")
    asked = dialog(qtbot)
    assert isinstance(asked, Ask)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    assert BILLS not in names(page)
    into_the_list(page, qtbot)
    press("h")
    settle(qtbot, window)
    assert names(page).count(BILLS) == 2


def test_an_import_on_which_something_was_built_stays(
    opened_sample: Opening, qtbot: QtBot, sample: Sample, folder: Path
) -> None:
    window, page = on_files(opened_sample, qtbot, sample)
    page.take([folder / PAYMENTS, folder / CHANNEL])
    settle(qtbot, window)
    keys = a_pair(folder)
    match = partial(match_by_hand, task=Task.CHANNEL, ours=keys, theirs=keys, reason="seen")
    window.desk.workspace.write(window.desk.actor, match)
    go_to(page, CHANNEL, qtbot)

    press("u")
    dialog(qtbot)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    assert CHANNEL in names(page)
    assert page.details.notice.isVisible()
    assert "people built on its entries" in page.details.notice.text()


def a_pair(folder: Path) -> list[str]:
    """Return the key that a payment and the channel's record of it share."""
    payments = {row["支付流水号"]: row for row in table(folder / PAYMENTS)}
    for row in table(folder / CHANNEL):
        mine = payments.get(row["商户订单号"])
        if mine is not None and mine["金额"] == row["金额"]:
            return [row["商户订单号"]]
    pytest.fail("no pair")


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_the_password_of_an_archive_is_asked_until_it_is_right(
    opened_sample: Opening, qtbot: QtBot, sample: Sample, folder: Path, tmp_path: Path
) -> None:
    window, page = on_files(opened_sample, qtbot, sample)
    content = (folder / CHANNEL).read_bytes()
    archive = write_zip(tmp_path / "mail.zip", {CHANNEL.encode(): content}, password="secret")

    page.take([archive])
    for password in ("wrong", "secret"):
        assert isinstance(dialog(qtbot), FilePasswordDialog)
        press(password)
        press(Qt.Key.Key_Return)
        settle(qtbot, window)

    (row,) = page.imports.rows.rows()
    assert row.outcome is not None
    assert row.outcome.status is FileStatus.LOADED
    assert QApplication.activeModalWidget() is None


def test_files_are_chosen_by_keyboard(
    opened_sample: Opening,
    qtbot: QtBot,
    sample: Sample,
    folder: Path,
) -> None:
    window, page = on_files(opened_sample, qtbot, sample)

    press("o", CONTROL)
    shown = dialog(qtbot)
    assert isinstance(shown, QFileDialog)
    line = shown.findChild(QLineEdit, "fileNameEdit")
    assert line is not None
    line.setFocus()
    press(str(folder / CHANNEL))
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    assert [row.outcome.status for row in page.imports.rows.rows() if row.outcome] == [
        FileStatus.LOADED
    ]
    assert window.desk.preferences.value("files/folder") == str(folder)
    what_is_shown_survives_another_language(window, page, qtbot)


def what_is_shown_survives_another_language(
    window: MainWindow, page: FilesPage, qtbot: QtBot
) -> None:
    page.table.header.set_filters({"name": "channel"})
    settle(qtbot, window)
    before = names(page)

    i18n.use("zh_CN")
    window.build()
    settle(qtbot, window)

    built = window.page("files")
    assert isinstance(built, FilesPage)
    assert built is not page
    assert names(built) == before
    assert built.imports.rows.rowCount() == 1


def test_an_entry_is_shown_at_its_line_to_who_may_not_import(
    opened_sample: Opening, qtbot: QtBot, folder: Path
) -> None:
    window = opened_sample("auditor", page="files")
    page = window.page("files")
    assert isinstance(page, FilesPage)
    drop(window, folder)
    settle(qtbot, window)
    assert not page.imports.rows.rowCount()
    assert not page.actions_by_name["files.open"].isEnabled()
    payments = next(row for row in listed(page) if row.kind is Kind.PAYMENTS)

    window.open(Target(page="files", file_id=payments.id, entry_kind=Kind.PAYMENTS, entry_id=3))
    settle(qtbot, window)

    assert page.details.lines.isVisible()
    marked = page.details.lines.currentIndex()
    assert marked.data().startswith("✗")


def test_the_window_goes_to_the_day_that_came_in(
    opened_sample: Opening, qtbot: QtBot, sample: Sample, folder: Path
) -> None:
    window, page = on_files(opened_sample, qtbot, sample)
    window.desk.choose_day(sample.day)
    settle(qtbot, window)

    drop(window, folder / CHANNEL, folder / BILLS)
    settle(qtbot, window)

    assert window.desk.day == sample.next_day
    assert {CHANNEL, BILLS} <= set(names(page))
