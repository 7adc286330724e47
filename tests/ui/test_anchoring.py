"""The window anchors the log: by itself after a closing, and on demand; and exports it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.closing.model import DayClose
from app.closing.rules import CloseState
from app.db.workspace import Tx, Workspace
from app.upkeep.anchors import anchors
from tests.ui.conftest import Opening, settle
from tests.upkeep.test_anchors import script
from ui.main_window import MainWindow
from ui.pages.system import SystemPage
from ui.pages.system_audit import AuditPart
from ui.pages.system_backups import BackupsPart
from ui.pages.system_settings import SettingsPart

BACKUPS, AUDIT, SETTINGS = 2, 3, 4


def page_of(window: MainWindow, tab: int, qtbot: QtBot) -> SystemPage:
    page = window.page("system")
    assert isinstance(page, SystemPage)
    page.tabs.setCurrentIndex(tab)
    settle(qtbot, window)
    return page


def close(tx: Tx) -> None:
    """Store a closing, as closing an empty day would."""
    tx.session.add(
        DayClose(
            business_on=date(2026, 3, 3),
            state=CloseState.CLOSED,
            totals="{}",
            previous_hash="0" * 64,
            hash="1" * 64,
            closed_by=tx.actor.name,
            closed_at=tx.at,
            reopened_by="",
            agreed_by="",
            reason="",
        )
    )


def test_a_day_closed_at_this_window_anchors_the_log(
    opened: Opening, qtbot: QtBot, sqlite_workspace: Workspace, tmp_path: Path
) -> None:
    window = opened("supervisor")

    window.desk.write(close).then()
    settle(qtbot, window)

    (made,) = sqlite_workspace.read(anchors)
    assert (made.day, made.totals_hash) == ("2026-03-03", "1" * 64)
    assert len(list((tmp_path / "anchors").glob("anchor-*.json"))) == 1
    assert "without a signature" in window.frame.status.message.text()


def test_the_log_is_anchored_on_demand_and_checked(
    opened: Opening, qtbot: QtBot, sqlite_workspace: Workspace
) -> None:
    window = opened("administrator", page="system")
    page = page_of(window, BACKUPS, qtbot)

    page.actions_by_name["system.anchor"].trigger()
    settle(qtbot, window)

    assert len(sqlite_workspace.read(anchors)) == 1
    page.actions_by_name["system.verify"].trigger()
    settle(qtbot, window)
    part = page.part
    assert isinstance(part, BackupsPart)
    assert "checks passed" in part.checked.text()
    names = [row.name for row in part.checks.rows()]
    assert names[-1] == "anchor_files"


def test_who_closes_nothing_anchors_nothing(opened: Opening, qtbot: QtBot) -> None:
    window = opened("auditor", page="system")

    page = page_of(window, BACKUPS, qtbot)

    assert not page.actions_by_name["system.anchor"].isEnabled()


def test_the_auditor_exports_what_is_listed(opened: Opening, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened("auditor", page="system")
    part = page_of(window, AUDIT, qtbot).part
    assert isinstance(part, AuditPart)
    target = tmp_path / "log.jsonl"

    part.export(target)
    settle(qtbot, window)

    assert "records written" in window.frame.status.message.text()
    assert script(target)[0] == 0


def test_another_folder_is_chosen(opened: Opening, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened("supervisor", page="system")
    part = page_of(window, SETTINGS, qtbot).part
    assert isinstance(part, SettingsPart)
    assert part.anchors.text() == str(tmp_path / "anchors")
    assert isinstance(part.choose_anchors, QPushButton)

    part._keep_anchors(str(tmp_path / "usb"))
    window.desk.write(close).then()
    settle(qtbot, window)

    assert part.anchors.text() == str(tmp_path / "usb")
    assert list((tmp_path / "usb").glob("anchor-*.json"))
