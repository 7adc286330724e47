"""The page of fund arrivals, by keyboard."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import insert, text

from app.arrivals.queries import ExpectedArrival
from app.arrivals.rules import ArrivalState
from app.base import i18n
from app.db.workspace import Actor, Tx, Workspace
from app.demo.sample import Sample
from app.records.model import ClearingBatch
from tests.ui.conftest import Keys, Opening, dialog, focused, press, settle
from ui.desk import Target
from ui.dialogs.asking import Ask
from ui.main_window import MainWindow
from ui.pages.arrivals import ArrivalsPage

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
MANY = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One person in front of the page."""

    window: MainWindow
    page: ArrivalsPage
    bot: QtBot

    @property
    def rows(self) -> list[ExpectedArrival]:
        return self.page.list.rows()

    @property
    def current(self) -> ExpectedArrival:
        number = self.page.table.current_row()
        assert number is not None
        return self.rows[number]

    @property
    def said(self) -> str:
        return self.window.frame.status.message.text()

    @property
    def tabs(self) -> list[str]:
        bar = self.page.choice.tabs
        return [bar.tabText(number) for number in range(bar.count())]

    def settle(self) -> None:
        settle(self.bot, self.window)
        self.bot.waitUntil(lambda: not self.page._wait.isActive())
        settle(self.bot, self.window)

    def press(self, *keys: Qt.Key | str) -> None:
        for key in keys:
            press(key)
        self.settle()

    def chord(self, key: Qt.Key, modifier: Qt.KeyboardModifier = CONTROL) -> None:
        press(key, modifier)
        self.settle()

    def answer(self, reason: str = "") -> str:
        """Say yes to the question that is open, and return what it asked."""
        asked = dialog(self.bot)
        assert isinstance(asked, Ask)
        sentence = asked.findChildren(QLabel)[0].text()
        if reason:
            assert isinstance(focused(), QPlainTextEdit)
            press(reason)
            press(Qt.Key.Key_Tab)
        press(Qt.Key.Key_Return)
        self.back()
        return sentence

    def back(self) -> None:
        """Do what a window manager does when a dialog closes."""
        self.window.activateWindow()
        self.settle()

    def go(self, batch_no: str) -> None:
        self.page.go(Target(page="arrivals", batch_no=batch_no))
        self.settle()


def sit(bot: QtBot, opening: Opening, name: str = "clerk") -> Seat:
    window = opening(name, page="arrivals")
    page = window.page("arrivals")
    assert isinstance(page, ArrivalsPage)
    seat = Seat(window=window, page=page, bot=bot)
    seat.settle()
    return seat


def first(seat: Seat, state: ArrivalState, *, clean: bool | None = None) -> ExpectedArrival:
    found = (row for row in seat.rows if row.state is state and clean in (None, row.clean))
    return next(found)


def state_of(seat: Seat, batch_no: str) -> ArrivalState:
    return next(row.state for row in seat.rows if row.batch_no == batch_no)


def test_a_clerk_finds_confirms_and_takes_back(
    opened_sample: Opening, qtbot: QtBot, keys: Keys
) -> None:
    seat = sit(qtbot, opened_sample)
    _one_key_confirms_and_goes_on_and_the_undo_list_takes_back(seat, keys)
    _several_are_selected_told_and_confirmed_together(seat)
    _a_batch_that_differs_is_refused_with_its_reason(seat)
    _the_list_is_filtered_and_sorted_and_speaks_both_languages(seat)


def _one_key_confirms_and_goes_on_and_the_undo_list_takes_back(seat: Seat, keys: Keys) -> None:
    one = first(seat, ArrivalState.ARRIVED, clean=True)
    seat.go(one.batch_no)
    number = seat.page.table.current_row()
    assert seat.page.table.hasFocus()
    assert [line.own for line in seat.page.details.lines.rows()][:2] in ([True], [True, False])

    keys.count = 0
    seat.press(Qt.Key.Key_Return)

    assert keys.count <= 3
    assert state_of(seat, one.batch_no) is ArrivalState.CONFIRMED
    assert seat.page.table.current_row() == (number or 0) + 1
    assert "Confirmed: 1 batch" in seat.said
    assert one.batch_no not in [row.batch_no for row in seat.rows if row.clean]

    seat.chord(Qt.Key.Key_Z)
    press(Qt.Key.Key_Return)
    seat.settle()
    dialog(seat.bot).close()
    seat.back()

    assert state_of(seat, one.batch_no) is ArrivalState.ARRIVED
    assert seat.page.table.hasFocus()
    seat.go(one.batch_no)
    assert "taken back by clerk" in seat.page.details.history.text()


def _several_are_selected_told_and_confirmed_together(seat: Seat) -> None:
    while seat.page.choice.state is not ArrivalState.ARRIVED:
        seat.chord(Qt.Key.Key_PageDown)
    assert {row.state for row in seat.rows} == {ArrivalState.ARRIVED}
    clean = [row for row in seat.rows if row.clean]
    places = [seat.rows.index(row) for row in clean]
    place = next(place for place in places if place + 1 in places)
    seat.page.table.go_to_row(place)

    seat.chord(Qt.Key.Key_Down, SHIFT)
    told = seat.window.frame.status.selection.text()
    numbers = {row.batch_no for row in seat.rows[place : place + 2]}
    before = len(seat.rows)
    seat.press(Qt.Key.Key_F7)
    asked = seat.answer()

    assert told.startswith("2 batches")
    assert "2 batches" in asked
    assert len(seat.rows) == before - 2
    assert not {row.batch_no for row in seat.rows} & numbers
    assert seat.page.table.current_row() == place
    while seat.page.choice.state is not None:
        seat.chord(Qt.Key.Key_PageUp)


def _a_batch_that_differs_is_refused_with_its_reason(seat: Seat) -> None:
    one = next(row for row in seat.rows if row.standing)
    seat.go(one.batch_no)
    assert str(one.standing[0].id) in seat.page.details.obstacles.text()

    seat.press(Qt.Key.Key_Return)

    assert state_of(seat, one.batch_no) is one.state
    assert f"Batch {one.batch_no} cannot be confirmed" in seat.said
    assert seat.current.batch_no == one.batch_no
    seat.window.desk.wanted.disconnect(seat.window.open)
    wanted = QSignalSpy(seat.window.desk.wanted)
    seat.press("d")
    target = wanted.at(0)[0]
    assert (target.page, target.discrepancy_id) == ("discrepancies", one.standing[0].id)
    seat.window.desk.wanted.connect(seat.window.open)


def _the_list_is_filtered_and_sorted_and_speaks_both_languages(seat: Seat) -> None:
    everything = len(seat.rows)
    one = seat.rows[7]
    seat.chord(Qt.Key.Key_F)
    seat.press(one.batch_no[-5:], Qt.Key.Key_Return)
    assert one.batch_no in {row.batch_no for row in seat.rows}
    assert len(seat.rows) < everything
    assert seat.page.table.hasFocus()

    seat.page.table.header.set_filters({"expected": "100..200"})
    seat.page.table.sorted_by.emit("expected", True)  # noqa: FBT003 - Qt's signal
    seat.settle()
    amounts = [row.expected_fen for row in seat.rows]
    assert amounts == sorted(amounts, reverse=True)
    assert all(100_00 <= fen <= 200_00 for fen in amounts)

    i18n.use("zh_CN")
    seat.window.build()
    page = seat.window.page("arrivals")
    assert isinstance(page, ArrivalsPage)
    chinese = Seat(window=seat.window, page=page, bot=seat.bot)
    chinese.settle()
    assert [row.expected_fen for row in chinese.rows] == amounts
    assert chinese.tabs[0].startswith("全部")
    page.table.header.set_filters({"expected": "many"})
    chinese.settle()
    assert "many" in chinese.said
    page.table.header.set_filters({"batch_no": "nothing like it"})
    chinese.settle()
    assert page.nothing.isVisible()
    assert page.details.head.text() == "未选批次"


def test_all_clean_ones_are_confirmed_and_checked_by_two_people(
    opened_sample: Opening, qtbot: QtBot, keys: Keys
) -> None:
    clerk = sit(qtbot, opened_sample)
    clean = [row for row in clerk.rows if row.clean]
    total = f"{sum(row.expected_fen for row in clean) / 100:,.2f}"

    keys.count = 0
    clerk.chord(Qt.Key.Key_Return)
    asked = clerk.answer()

    assert 0 < keys.count <= 3
    assert f"{len(clean)} batches, {total} yuan" in asked
    assert f"✓ Confirmed {len(clean)}" in clerk.tabs
    assert f"Confirmed: {len(clean)} batches, {total} yuan" in clerk.said
    clerk.window.close()

    checker = sit(qtbot, opened_sample, "checker")
    press(Qt.Key.Key_Return, CONTROL | SHIFT)
    asked = checker.answer()

    assert f"{len(clean)} batches, {total} yuan" in asked
    assert "✓ Confirmed 0" in checker.tabs
    today = {row.batch_no for row in clean if row.business_on == checker.window.desk.day}
    done = {row.batch_no for row in checker.rows if row.state is ArrivalState.CHECKED}
    assert today <= done <= {row.batch_no for row in clean}
    assert checker.page.table.hasFocus()
    one = first(checker, ArrivalState.CHECKED)
    checker.go(one.batch_no)
    assert "checked by checker" in checker.page.details.history.text()

    checker.press("u")
    checker.answer("the bank called")

    assert state_of(checker, one.batch_no) is ArrivalState.ARRIVED
    assert "the bank called" in checker.page.details.history.text()


def test_who_may_not_confirm_is_told_so_and_long_lists_fit(
    opened_sample: Opening,
    qtbot: QtBot,
    sample_workspace: Workspace,
    sample: Sample,
    clerk: Actor,
) -> None:
    sample_workspace.write(clerk, _many)
    seat = sit(qtbot, opened_sample, "supervisor")
    assert len(seat.rows) > MANY
    one = first(seat, ArrivalState.ARRIVED, clean=True)
    seat.go(one.batch_no)

    for key in (Qt.Key.Key_Return, Qt.Key.Key_F7, Qt.Key.Key_F8):
        seat.window.desk.say("")
        seat.press(key)

        assert "our role does not allow this" in seat.said
    assert state_of(seat, one.batch_no) is ArrivalState.ARRIVED
    assert not seat.page.actions_by_name["arrivals.confirm"].isEnabled()

    seat.press(Qt.Key.Key_End)
    shown = seat.page.table.viewport().rect()
    assert seat.page.table.visualRect(seat.page.table.currentIndex()).intersects(shown)
    assert _cut_off(seat.page.details) == []

    seat.press("e")
    seat.window.desk.choose_day(sample.next_day)
    seat.settle()
    assert seat.page.empty.isVisible()
    seat.page.go(Target(page="arrivals", batch_no="QF1"))
    seat.settle()
    assert "no batch QF1" in seat.said


def test_without_any_file_the_page_says_what_to_do(opened: Opening, qtbot: QtBot) -> None:
    seat = sit(qtbot, opened)

    assert seat.page.empty.isVisible()


def _many(tx: Tx) -> None:
    """Thousands of batches like the first one, of an organisation with a long name."""
    first = tx.session.query(ClearingBatch).order_by(ClearingBatch.id).first()
    assert first is not None
    same = {column.name: getattr(first, column.name) for column in ClearingBatch.__table__.columns}
    rows = [
        same | {"id": first.id + 10_000_000 + number, "batch_no": f"QF9{number:014d}"}
        for number in range(MANY)
    ]
    tx.session.execute(insert(ClearingBatch), rows)
    tx.session.execute(
        text("UPDATE organisation SET name = :name WHERE code = :code"),
        {"name": "一家名字特别特别长的供电公司" * 6, "code": first.payee},
    )


def _cut_off(part: QWidget) -> list[str]:
    """Texts of labels that do not fit into them."""
    return [
        label.text()
        for label in part.findChildren(QLabel)
        if label.isVisible() and label.heightForWidth(label.width()) > label.height()
    ]
