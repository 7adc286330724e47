"""The day board: what it shows, and where its cells lead, by keyboard."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.base import i18n
from app.closing.figures import TrendDay
from app.closing.rules import RowKind, Step, Sum
from app.demo.sample import Sample
from app.matching.rules import Task
from tests.ui.conftest import Opening, press, settle
from ui.desk import Target
from ui.formatting import amount
from ui.jobs import Job, JobState
from ui.main_window import MainWindow
from ui.pages.board import BoardPage
from ui.pages.discrepancies import DiscrepanciesPage
from ui.widgets.board_table import cell_words, name_of

CONTROL = Qt.KeyboardModifier.ControlModifier
FEN = 123_456_789_012_345


def test_an_empty_database_says_what_to_do(opened: Opening) -> None:
    window = opened(page="board")
    board = _page(window)

    assert board.stack.currentIndex() == 0
    empty = board.stack.currentWidget()
    assert empty is not None
    offered = empty.findChildren(QPushButton)
    assert [button.isVisible() for button in offered] == [True]


def test_who_may_not_import_is_not_offered_to(opened: Opening) -> None:
    board = _page(opened("auditor", page="board"))

    assert not board.actions_by_name["board.import"].isEnabled()
    assert not board.actions_by_name["board.reconcile"].isEnabled()


def test_the_day_reads_at_a_glance(opened_sample: Opening, sample: Sample) -> None:
    board = _page(opened_sample(page="board"))

    rows = [board.table.rows.row(place) for place in range(board.table.rows.rowCount())]
    channels = [row for row in rows if row and row.kind is RowKind.CHANNEL]
    assert len(channels) > 10
    assert all(row.steps[Step.RECONCILED].of for row in channels)
    assert str(sample.day) in board.heading.text()
    assert board.shown is not None
    figures = board.shown.figures
    assert figures.reconciled.count > 10
    assert board.left.amount.text() == amount(figures.reconciled.fen)
    assert str(figures.transit.count) in board.transit.items.text()
    assert str(board.shown.overdue.batches.count) in board.overdue.text()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_enter_opens_exactly_that_work(opened_sample: Opening, qtbot: QtBot, language: str) -> None:
    i18n.use(language)
    window = opened_sample(page="board")
    board = _page(window)
    board.table.setFocus()
    wanted: list[Target] = []
    window.desk.wanted.connect(wanted.append)

    for _step in range(3):
        press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Down)
    first = board.table.rows.row(1)
    assert first is not None
    told = window.frame.status.selection.text()
    assert first.name in told
    assert told.endswith(cell_words(first, Step.DISCREPANCIES))
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    row = board.table.rows.row(1)
    assert row is not None
    (target,) = wanted
    assert (target.page, target.task, target.scope) == (
        "discrepancies",
        Task.CHANNEL,
        row.channel,
    )
    page = window.page("discrepancies")
    assert isinstance(page, DiscrepanciesPage)
    assert page.table.header.filters() == {"channel": row.name}
    assert page.wanted().channels == {row.channel}


def test_reconciling_again_is_one_key_and_keeps_the_place(
    opened_sample: Opening, qtbot: QtBot
) -> None:
    window = opened_sample(page="board")
    board = _page(window)
    board.table.setFocus()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Right)
    before = board.table.currentIndex().row(), board.table.currentIndex().column()
    listed: list[Job] = []
    window.desk.jobs.listed.connect(listed.append)

    press(Qt.Key.Key_R, CONTROL)
    settle(qtbot, window)

    assert [job.state for job in listed] == [JobState.DONE]
    assert before == (board.table.currentIndex().row(), board.table.currentIndex().column())


def test_very_many_rows_with_long_names_and_large_sums(
    opened_sample: Opening, qtbot: QtBot
) -> None:
    window = opened_sample(page="board")
    board = _page(window)
    shown = board.shown
    assert shown is not None
    row = shown.rows[0]
    cell = replace(row.steps[Step.FILE], count=1_000_000, fen=FEN)
    long = replace(row, name="国网江苏省电力有限公司" * 4, steps={**row.steps, Step.FILE: cell})
    days = tuple(
        TrendDay(
            day=date(2026, 3, 1) + timedelta(days=place),
            entries=1000,
            matched=1000 - place,
            open_count=place,
            open_fen=place * FEN,
        )
        for place in range(30)
    )
    late = replace(
        shown.overdue,
        batches=Sum(count=3, fen=FEN, gross_fen=FEN),
        batches_since=date(2026, 2, 1),
    )

    board.show_board(replace(shown, rows=(long,) * 500, trend=days, overdue=late))
    qtbot.wait(20)

    assert board.table.rows.rowCount() == 500
    assert name_of(long)[0].startswith("国网江苏")
    assert "1,234,567,890,123.45" in cell_words(long, Step.FILE)
    assert board.overdue.text().startswith("▲")
    assert not window.grab().isNull()


def _page(window: MainWindow) -> BoardPage:
    page = window.page("board")
    assert isinstance(page, BoardPage)
    return page
