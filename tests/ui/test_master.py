"""The page of the master data, by keyboard."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.audit.queries import records
from app.base import i18n
from app.base.errors import WrongInput
from app.calendar.queries import days, known_years
from app.catalog.editing import (
    AccountEdit,
    OrganisationEdit,
    add_organisation,
    change_organisation,
)
from app.catalog.queries import channels, ledger_accounts, organisations
from app.catalog.rules import ChannelKind
from app.db.workspace import Tx, Workspace
from app.identity.service import login
from tests.conftest import PASSWORD
from tests.ui.conftest import Opening, dialog, focused, press
from tests.ui.master_seat import SHIFT, Seat, sit
from ui.desk import EVERYTHING
from ui.pages.master import MasterPage
from ui.widgets.editors import LineEditor
from ui.widgets.reading_texts import read_clock, read_rate, read_utilities, write_utilities

NEW_YEAR = date(2026, 1, 1)
MANY = 600
HEADER = "单位编码,单位名称,上级编码,能源类型,开户行,账户名称,收款账号,期初余额,期初日期"


def named(workspace: Workspace, code: str) -> str:
    return next(row.name for row in workspace.read(organisations) if row.code == code)


def test_a_supervisor_changes_what_is_there(
    opened_sample: Opening, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    seat = sit(qtbot, opened_sample)
    _a_name_is_changed_logged_and_taken_back(seat, sample_workspace)
    _nobody_overwrites_what_another_changed_meanwhile(seat, sample_workspace)
    _what_is_typed_stays_until_it_is_saved_or_discarded(seat, sample_workspace)


def _a_name_is_changed_logged_and_taken_back(seat: Seat, sample_workspace: Workspace) -> None:
    before = named(sample_workspace, "31")

    seat.press(Qt.Key.Key_Down, Qt.Key.Key_Return)
    seat.write("东海电力")
    assert seat.title.startswith("✎ 31")
    assert seat.codes[1] == "✎ 31"
    seat.press(Qt.Key.Key_Return)

    assert named(sample_workspace, "31") == "东海电力"
    assert seat.said.endswith(f"Saved: 31  {before}")
    assert seat.codes[1] == "31"
    assert seat.page._list.table.hasFocus()
    assert "Name: " in seat.happened[0]
    assert "→ 东海电力" in seat.happened[0]
    last = sample_workspace.read(records, after=0, limit=10_000)[-1]
    assert last.command.endswith("change_organisation")

    seat.chord(Qt.Key.Key_Z)
    press(Qt.Key.Key_Return)
    seat.settle()
    dialog(seat.bot).close()
    seat.back()

    assert named(sample_workspace, "31") == before


def _nobody_overwrites_what_another_changed_meanwhile(
    seat: Seat, sample_workspace: Workspace
) -> None:
    seat.pick("organisations", "10")
    seat.press(Qt.Key.Key_F2)
    seat.write("my name")
    other = login(sample_workspace, "supervisor", PASSWORD)
    row = sample_workspace.read(organisations)[0]
    theirs = OrganisationEdit(code=row.code, name="their name", utilities="water")
    sample_workspace.write(other, change_organisation, edit=theirs, seen=row.version)
    seat.window.desk.changed.emit(EVERYTHING)
    seat.settle()
    assert seat.page.side.form.changes() == {"name": "my name"}

    seat.press(Qt.Key.Key_Return)

    assert "was changed by supervisor" in seat.said
    assert named(sample_workspace, "10") == "their name"
    assert seat.page.side.form.changes() == {"name": "my name"}
    assert seat.page._base.utilities == "water"
    seat.chord(Qt.Key.Key_S)
    assert named(sample_workspace, "10") == "my name"


def _what_is_typed_stays_until_it_is_saved_or_discarded(
    seat: Seat, sample_workspace: Workspace
) -> None:
    seat.pick("organisations", "10")
    seat.press(Qt.Key.Key_F2)
    seat.write("nobody saved this")

    seat.press(Qt.Key.Key_Escape, Qt.Key.Key_Down)
    assert not seat.title.startswith("✎")
    assert seat.codes[0].startswith("✎")
    i18n.use("zh_CN")
    seat.window.build()
    page = seat.window.page("master")
    assert isinstance(page, MasterPage)
    chinese = Seat(window=seat.window, page=page, bot=seat.bot)
    chinese.settle()
    chinese.press(Qt.Key.Key_Up)

    assert "未保存" in chinese.title
    assert page.side.form.changes() == {"name": "nobody saved this"}
    chinese.chord(Qt.Key.Key_E)
    assert not chinese.codes[0].startswith("✎")
    assert page.side.form.changes() == {}
    assert named(sample_workspace, "10") != "nobody saved this"


def test_a_supervisor_adds_things_and_days_off(
    opened_sample: Opening, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    seat = sit(qtbot, opened_sample)
    _new_things_come_into_being(seat, sample_workspace)
    _days_are_worked_or_not(seat, sample_workspace)


def _new_things_come_into_being(seat: Seat, sample_workspace: Workspace) -> None:
    seat.chord(Qt.Key.Key_N)
    for text in ("3405", "南岭储能公司"):
        seat.press(text, Qt.Key.Key_Tab)
    press(Qt.Key.Key_Down)
    seat.chord(Qt.Key.Key_S)
    assert "Fill in: Account no." in seat.problem
    assert focused().accessibleName() == "Account no."
    seat.press("6222020000000001")
    seat.chord(Qt.Key.Key_S)
    made = next(row for row in sample_workspace.read(organisations) if row.code == "3405")
    assert (made.name, made.parent) == ("南岭储能公司", "10")
    assert seat.title == "3405  南岭储能公司"

    seat.part("channels")
    before = seat.title
    seat.chord(Qt.Key.Key_N)
    assert seat.title == "New channel"
    seat.press(Qt.Key.Key_Escape)
    assert seat.title == before
    assert seat.page._list.table.hasFocus()
    seat.chord(Qt.Key.Key_N)
    seat.press("DCEP", Qt.Key.Key_Tab, "数字人民币", Qt.Key.Key_Tab, Qt.Key.Key_Down)
    seat.chord(Qt.Key.Key_S)
    channel = next(row for row in sample_workspace.read(channels) if row.code == "DCEP")
    assert (channel.kind, channel.cutoff_minutes) == (ChannelKind.THIRD_PARTY, 1440)

    seat.part("ledger")
    seat.chord(Qt.Key.Key_N)
    seat.press("1002.09", Qt.Key.Key_Tab, "银行存款-新户")
    seat.chord(Qt.Key.Key_S)
    assert "1002.09" in {row.code for row in sample_workspace.read(ledger_accounts)}
    assert "1002.09" in seat.codes


def _days_are_worked_or_not(seat: Seat, sample_workspace: Workspace) -> None:
    seat.part("calendar")
    grid = seat.page.calendar.grid
    assert grid.hasFocus()
    assert grid.current == seat.window.desk.day
    grid.go(NEW_YEAR)
    seat.settle()
    assert "a day off" in seat.title
    assert "元旦" in grid.accessibleDescription() or "New" in grid.accessibleDescription()

    seat.press(Qt.Key.Key_PageDown, Qt.Key.Key_Down, Qt.Key.Key_Space)
    assert grid.current == date(2026, 2, 8)
    said = {row.day: row for row in sample_workspace.read(days, year=2026)}
    assert said[grid.current].working
    assert "This day is: a working day" in seat.happened[0]
    seat.press(Qt.Key.Key_Return, Qt.Key.Key_Tab, "调休", Qt.Key.Key_Return)
    said = {row.day: row for row in sample_workspace.read(days, year=2026)}
    assert said[grid.current].note == "调休"
    seat.press(Qt.Key.Key_Space)
    assert grid.current not in {row.day for row in sample_workspace.read(days, year=2026)}

    for _year in range(3):
        seat.chord(Qt.Key.Key_PageDown, SHIFT)
    assert grid.current == date(2029, 2, 8)
    assert "not known" in seat.page.calendar.known.text()
    seat.page.actions_by_name["master.year"].trigger()
    assert "2029" in seat.answer()
    assert 2029 in sample_workspace.read(known_years)
    assert "supervisor" in seat.page.calendar.known.text()


def test_a_clerk_only_looks(opened_sample: Opening, qtbot: QtBot) -> None:
    seat = sit(qtbot, opened_sample, "clerk")
    assert seat.codes
    for part in ("organisations", "calendar"):
        seat.part(part)
        seat.press(Qt.Key.Key_Space if part == "calendar" else Qt.Key.Key_Return)
        assert "role does not allow" in seat.said
        seat.window.desk.say("")
    lines = [one for one in seat.page.side.form.editors.values() if isinstance(one, LineEditor)]
    assert all(one.line.isReadOnly() for one in lines)
    assert not seat.page.actions_by_name["master.new"].isEnabled()
    assert seat.page.actions_by_name["master.import"].isEnabled()


def test_templates_are_imported(
    opened: Opening, qtbot: QtBot, sqlite_workspace: Workspace, tmp_path: Path
) -> None:
    seat = sit(qtbot, opened)
    assert seat.page._list.nothing.isVisible()
    assert seat.title == "Nothing is chosen"
    seat.chord(Qt.Key.Key_O)
    chooser = dialog(qtbot)
    assert isinstance(chooser, QFileDialog)
    good = tmp_path / "organisations.csv"
    good.write_text(
        f"{HEADER}\n10,集团,,电,工行,集团,622210,0.00,2026-03-03\n"
        "11,省公司,10,电,工行,省公司,622211,0.00,2026-03-03\n"
    )
    chooser.filesSelected.emit([str(good)])
    chooser.close()
    seat.back()
    assert seat.codes == ["10", "11"]
    assert "Loaded: 1 file; rows: 2" in seat.said

    bad = tmp_path / "organisations2.csv"
    bad.write_text(f"{HEADER}\n12,市公司,99,电,工行,市公司,622212,0.00,2026-03-03\n")
    seat.page.take([bad])
    seat.settle()
    assert "organisations2.csv" in seat.said
    assert "99" in seat.said
    assert len(sqlite_workspace.read(organisations)) == 2
    _many_long_names_are_found(seat)


def _many_long_names_are_found(seat: Seat) -> None:
    seat.window.desk.write(_many).then()
    seat.settle()

    assert len(seat.codes) == MANY + 2
    seat.chord(Qt.Key.Key_F)
    seat.press("0599", Qt.Key.Key_Return)
    assert seat.codes == ["P0599"]
    assert seat.title.startswith("P0599")
    assert seat.page.side.form.width() < seat.page.width() / 2
    seat.page._list.table.header.set_filters({"name": "nothing like it"})
    seat.settle()
    assert seat.title == "Nothing is chosen"
    assert seat.page._list.nothing.isVisible()


def _many(tx: Tx) -> None:
    for number in range(MANY):
        code = f"P{number:04d}"
        edit = OrganisationEdit(code=code, name=f"{code}名字特别特别长的供电公司" * 8)
        account = AccountEdit(account_no=f"6222{number:04d}")
        add_organisation(tx, organisation=edit, account=account)


@pytest.mark.parametrize(
    ("text", "ppm"),
    [("0.3%", 3_000), ("3‰", 3_000), ("0.38 %", 3_800), ("", None), ("100%", 1_000_000)],
)
def test_a_rate_is_read(text: str, ppm: int | None) -> None:
    assert read_rate(text) == ppm


@pytest.mark.parametrize("text", ["0.3", "0.00001%", "-1%", "x%"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(WrongInput):
        read_rate(text)


def test_a_time_is_read() -> None:
    assert read_clock("24:00") == 1440
    for text in ("24:01", "7", "12:60", ""):
        with pytest.raises(WrongInput):
            read_clock(text)


def test_utilities_go_by_their_names() -> None:
    assert write_utilities("electricity,water,own") == "electricity, water, own"
    i18n.use("zh_CN")
    assert read_utilities("电、水；own") == "electricity,water,own"
