"""The page of the system, by keyboard, in the real main window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.audit.queries import AuditRow
from app.audit.search import AuditFilter, record_ids, record_rows
from app.base import i18n
from app.catalog.queries import settings
from app.catalog.rules import SettingName
from app.db.workspace import Actor, Workspace
from app.identity.queries import user_named
from app.identity.rules import UserState
from app.identity.service import login, set_roles
from app.upkeep.service import backup, initialise
from tests.conftest import PASSWORD
from tests.ui.conftest import Opening, dialog, press, settle
from ui.desk import Restoring
from ui.dialogs.restoring import RestoreDialog
from ui.dialogs.users import NewPassword, UserDialog
from ui.main_window import MainWindow
from ui.pages.system import SystemPage
from ui.pages.system_audit import AuditPart
from ui.pages.system_backups import BackupsPart
from ui.pages.system_settings import SettingsPart
from ui.pages.system_users import UsersPart
from ui.theme import Look, wear
from ui.widgets.panels import EmptyState

CONTROL = Qt.KeyboardModifier.ControlModifier
USERS, ROLES, BACKUPS, AUDIT, SETTINGS = range(5)
SECRET = "a new password"

Coming = Callable[..., SystemPage]


@pytest.fixture
def come(opened: Opening, qtbot: QtBot) -> Coming:
    """Return a function that opens the page for a user, on one of its tabs."""

    def go(name: str = "administrator", tab: int = 0) -> SystemPage:
        window = opened(name, page="system")
        found = window.page("system")
        assert isinstance(found, SystemPage)
        turn(found, qtbot, tab)
        return found

    return go


def window_of(page: SystemPage) -> MainWindow:
    found = page.window()
    assert isinstance(found, MainWindow)
    return found


def wait(page: SystemPage, qtbot: QtBot) -> None:
    settle(qtbot, window_of(page))
    qtbot.wait(80)
    settle(qtbot, window_of(page))


def turn(page: SystemPage, qtbot: QtBot, tab: int) -> None:
    """Turn to a tab with the keyboard in it; offscreen nobody else gives it after a dialog."""
    window = window_of(page)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page.tabs.setCurrentIndex(tab)
    page.entered()
    wait(page, qtbot)


def said(page: SystemPage) -> str:
    return window_of(page).frame.status.message.text()


def last_record(workspace: Workspace) -> AuditRow:
    (row,) = workspace.read(record_rows, workspace.read(record_ids, AuditFilter())[:1])
    return row


def type_into(form: UserDialog | NewPassword, *values: str) -> None:
    """Type one value after the other, from line to line."""
    for value in values:
        press(value)
        press(Qt.Key.Key_Tab)
    assert form.isVisible()


def state_of(workspace: Workspace, name: str) -> UserState:
    row = workspace.read(user_named, name)
    assert row is not None
    return row.state


def names(part: UsersPart) -> list[str]:
    return [row.name for row in part.rows.rows()]


def test_a_user_is_added_by_keyboard(
    sqlite_workspace: Workspace, come: Coming, qtbot: QtBot
) -> None:
    page = come()
    part = page.part
    assert isinstance(part, UsersPart)

    press("n", CONTROL)
    form = dialog(qtbot)
    assert isinstance(form, UserDialog)
    press(Qt.Key.Key_Return)
    assert "name" in form.problem.text()
    form.name.setFocus()
    type_into(form, "li.si", SECRET, SECRET)
    press(Qt.Key.Key_Return)
    assert "at least one role" in form.problem.text()
    press(Qt.Key.Key_Space)
    assert "load files" in form._allowed.text()
    press(Qt.Key.Key_Return)
    wait(page, qtbot)
    assert "li.si" in names(part)
    assert part.current() == sqlite_workspace.read(user_named, "li.si")
    assert last_record(sqlite_workspace).object_key == "li.si"
    login(sqlite_workspace, "li.si", SECRET)


def test_a_user_is_disabled_and_enabled_but_nobody_shuts_himself_out(
    sqlite_workspace: Workspace, come: Coming, qtbot: QtBot
) -> None:
    page = come()
    part = page.part
    assert isinstance(part, UsersPart)
    assert not page.actions_by_name["system.disable"].isEnabled()
    part.table.go_to_row(names(part).index("clerk"))

    press(Qt.Key.Key_Delete)
    dialog(qtbot)
    press(Qt.Key.Key_Return)
    wait(page, qtbot)
    assert state_of(sqlite_workspace, "clerk") is UserState.DISABLED
    assert not page.actions_by_name["system.disable"].isEnabled()
    turn(page, qtbot, USERS)
    press("e")
    wait(page, qtbot)

    assert state_of(sqlite_workspace, "clerk") is UserState.ACTIVE
    assert last_record(sqlite_workspace).actor == "administrator"


def test_roles_and_passwords_of_others_are_changed_and_refused_in_the_form(
    sqlite_workspace: Workspace, administrator: Actor, come: Coming, qtbot: QtBot
) -> None:
    page = come()
    part = page.part
    assert isinstance(part, UsersPart)
    part.table.go_to_row(names(part).index("clerk"))

    press(Qt.Key.Key_F2)
    form = dialog(qtbot)
    assert isinstance(form, UserDialog)
    sqlite_workspace.write(administrator, set_roles, name="clerk", roles=["clerk", "reader"])
    for box in form.roles.values():
        box.setChecked(True)
    press(Qt.Key.Key_Return)
    wait(page, qtbot)
    assert "administrator and auditor" in form.problem.text()
    for box in list(form.roles.values())[2:]:
        box.setChecked(False)
    press(Qt.Key.Key_Return)
    wait(page, qtbot)
    assert "changed by administrator" in form.problem.text()
    form.reject()
    turn(page, qtbot, USERS)
    part.table.go_to_row(names(part).index("clerk"))
    press("p")
    other = dialog(qtbot)
    assert isinstance(other, NewPassword)
    type_into(other, "short", "short")
    press(Qt.Key.Key_Return)
    assert "at least 8" in other.problem.text()
    other.password.setText(SECRET)
    other.again.setText(SECRET)
    other.go()
    wait(page, qtbot)

    login(sqlite_workspace, "clerk", SECRET)


def test_who_may_not_is_told_and_everybody_sees_the_roles(come: Coming, qtbot: QtBot) -> None:
    page = come("clerk", USERS)

    for tab in (USERS, AUDIT):
        turn(page, qtbot, tab)
        assert page.part.findChild(EmptyState) is not None
        assert not page.part.allowed
    press("n", CONTROL)
    assert QApplication.activeModalWidget() is None
    turn(page, qtbot, BACKUPS)
    assert "does not allow" in page.actions_by_name["system.backup"].toolTip()
    assert not page.actions_by_name["system.backup"].isEnabled()
    assert page.actions_by_name["system.verify"].isEnabled()
    turn(page, qtbot, SETTINGS)
    part = page.part
    assert isinstance(part, SettingsPart)
    assert not part.idle.isEnabled()
    turn(page, qtbot, ROLES)
    model = page.parts[ROLES].table.model()  # type: ignore[attr-defined]
    rows = {model.index(row, 0).data(): row for row in range(model.rowCount())}
    assert model.index(rows["load files"], 1).data() == "✓ yes"
    assert model.index(rows["load files"], 2).data() == ""


def test_a_backup_is_made_checked_and_asked_about_before_it_is_restored(
    sqlite_workspace: Workspace, come: Coming, qtbot: QtBot, tmp_path: Path
) -> None:
    page = come(tab=BACKUPS)
    part = page.part
    assert isinstance(part, BackupsPart)
    assert part.pile.currentWidget() is part.empty
    file = tmp_path / ("很长的名字" * 10 + ".backup")

    part.back_up(file)
    wait(page, qtbot)
    assert file.exists()
    assert "verified" in said(page)
    assert [row.file for row in part.rows.rows()] == [file.name]
    assert last_record(sqlite_workspace).verb == "backed_up"
    press("v")
    wait(page, qtbot)
    assert "passed" in part.checked.text()
    assert all(check.ok for check in part.checks.rows())
    wanted: list[Restoring] = []
    window_of(page).desk.restore_wanted.connect(wanted.append)
    part.look_into(file)
    asked = dialog(qtbot)
    assert isinstance(asked, RestoreDialog)
    shown = " ".join(one.text() for one in asked.findChildren(type(part.checked)))
    assert "1 records that were made since" in shown or "Nothing was recorded" in shown
    assert not asked.act.isEnabled()
    press(PASSWORD)
    press(Qt.Key.Key_Return)
    wait(page, qtbot)

    assert wanted == [Restoring(file=file, user="administrator", password=PASSWORD)]


def test_a_file_that_is_no_backup_is_refused_and_nothing_is_asked(
    come: Coming, qtbot: QtBot, tmp_path: Path
) -> None:
    page = come(tab=BACKUPS)
    part = page.part
    assert isinstance(part, BackupsPart)
    file = tmp_path / "x.backup"
    file.write_bytes(b"something else")

    part.look_into(file)
    wait(page, qtbot)

    assert QApplication.activeModalWidget() is None
    assert said(page).startswith("▲")


def test_the_log_is_searched_by_person_thing_time_and_text(
    sqlite_workspace: Workspace, administrator: Actor, come: Coming, qtbot: QtBot
) -> None:
    sqlite_workspace.write(administrator, set_roles, name="clerk", roles=["clerk", "reader"])
    page = come("auditor", AUDIT)
    part = page.part
    assert isinstance(part, AuditPart)
    everything = part.records.rowCount()
    assert "changed · user clerk" in part.heading.text()
    assert [(one.before, one.after) for one in part.changes.rows()] == [("clerk", "clerk, reader")]

    press("/")
    press("reader")
    press(Qt.Key.Key_Return)
    wait(page, qtbot)
    assert 0 < part.records.rowCount() < everything
    part.filters.first.setText("2026-02-30")
    part.filters.last.setFocus()
    press(Qt.Key.Key_Return)
    wait(page, qtbot)
    assert "2026-02-30" in said(page)
    part.filters.first.setText("2999-01-01")
    press(Qt.Key.Key_Return)
    wait(page, qtbot)
    assert part.pile.currentWidget() is part.empty


def test_the_log_is_narrowed_shown_whole_again_and_its_chain_checked(
    sqlite_workspace: Workspace, administrator: Actor, come: Coming, qtbot: QtBot
) -> None:
    sqlite_workspace.write(administrator, set_roles, name="clerk", roles=["clerk", "reader"])
    page = come("auditor", AUDIT)
    part = page.part
    assert isinstance(part, AuditPart)
    everything = part.records.rowCount()

    part.filters.person.setCurrentIndex(part.filters.person.findData("administrator"))
    part.filters.kind.setCurrentIndex(part.filters.kind.findData("user"))
    part.filters.changed.emit()
    wait(page, qtbot)
    assert part.records.rowCount() == 1
    page.entered()
    press("x")
    press("c")
    wait(page, qtbot)

    assert part.records.rowCount() == everything
    assert f"whole: {everything}" in part.chain.text()


def test_a_setting_of_everybody_is_audited_and_holds_at_once(
    sqlite_workspace: Workspace, come: Coming, qtbot: QtBot
) -> None:
    page = come(tab=SETTINGS)
    window, part = window_of(page), page.part
    assert isinstance(part, SettingsPart)
    part.idle.setFocus()
    part.idle.selectAll()
    press("25")
    press(Qt.Key.Key_Return)
    wait(page, qtbot)
    assert sqlite_workspace.read(settings)[SettingName.IDLE_LOCK_MINUTES] == 25
    assert last_record(sqlite_workspace).object_key == "idle_lock_minutes"
    assert window._idle.interval() == 25 * 60_000


def test_language_and_look_are_chosen_here_too(come: Coming, qtbot: QtBot) -> None:
    page = come(tab=SETTINGS)
    window, part = window_of(page), page.part
    assert isinstance(part, SettingsPart)
    languages: list[str] = []
    window.language_wanted.connect(languages.append)

    part.language.activated.emit(0)
    assert languages == ["zh_CN"]
    i18n.use("zh_CN")
    window.build()
    settle(qtbot, window)
    again = window.page("system")
    assert isinstance(again, SystemPage)
    assert again.tabs.tabText(SETTINGS) == "设置"
    assert again.tabs.currentIndex() == SETTINGS
    for one in (*again.findChildren(QComboBox), *again.findChildren(QLineEdit)):
        if one.isVisible() and one.objectName() != "qt_spinbox_lineedit":
            assert one.accessibleName(), one
    found = again.part
    assert isinstance(found, SettingsPart)
    found.look.setCurrentIndex(found.look.findData(Look.DARK.value))
    found.look.activated.emit(found.look.currentIndex())
    assert window.desk.preferences.value("look") == "dark"
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    wear(application, Look.SYSTEM)
    settle(qtbot, window)


def test_a_backup_of_another_database_says_who_could_log_in(
    come: Coming, qtbot: QtBot, tmp_path: Path
) -> None:
    url, file = f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "x.backup"
    initialise(url, administrator="boss", password=PASSWORD)
    other = Workspace.open(url)
    backup(other, login(other, "boss", PASSWORD), file)
    other.close()
    page = come(tab=BACKUPS)
    part = page.part
    assert isinstance(part, BackupsPart)

    part.look_into(file)
    asked = dialog(qtbot)

    shown = " ".join(one.text() for one in asked.findChildren(type(part.checked)))
    assert "not an earlier state" in shown
    assert "Who can log in then: boss" in shown
    asked.close()
    wait(page, qtbot)
