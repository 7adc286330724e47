"""The Ctrl+K box: it finds records, amounts, pages and commands, and says when it finds nothing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from app.db.workspace import ReadSession, Workspace
from app.matching.rules import Side, Task
from tests.ui.conftest import Keys, Opening, dialog, press, settle
from ui.dialogs.palette import PaletteDialog
from ui.dialogs.trace import TraceDialog
from ui.main_window import MainWindow
from ui.pages.reconcile import ReconcilePage

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(opened_sample: Opening) -> MainWindow:
    """Return the main window on the day board."""
    return opened_sample(page="board")


def ask(window: MainWindow, qtbot: QtBot, text: str) -> PaletteDialog:
    """Type a text into the box, and wait for what is found."""
    press(Qt.Key.Key_K, CONTROL)
    box = dialog(qtbot)
    assert isinstance(box, PaletteDialog)
    press(text)
    qtbot.waitUntil(lambda: not box._wait.isActive())
    settle(qtbot, window)
    return box


def lines(box: PaletteDialog) -> list[str]:
    return [box.list.item(row).text() for row in range(box.list.count())]


def an_entry(
    workspace: Workspace, table: str, key: str, condition: str = "1 = 1"
) -> tuple[str, int]:
    """Return a key and an amount that stand in a table."""
    amount = "net_fen" if table == "clearing_batch" else "amount_fen"

    def read(session: ReadSession) -> tuple[str, int]:
        row = session.execute(
            text(
                f"SELECT {key}, {amount} FROM {table} WHERE {condition}"
                " ORDER BY business_on DESC, id LIMIT 1"
            )
        ).one()
        return str(row[0]), int(row[1])

    return workspace.read(read)


@pytest.mark.parametrize(
    ("table", "key", "task"),
    [
        ("payment", "payment_no", Task.CHANNEL),
        ("writeoff", "writeoff_no", Task.WRITEOFF),
        ("clearing_batch", "batch_no", Task.ARRIVAL),
    ],
)
def test_a_number_leads_to_its_line(
    window: MainWindow,
    sample_workspace: Workspace,
    qtbot: QtBot,
    table: str,
    key: str,
    task: Task,
) -> None:
    seen = "channel <> 'INTERNAL'" if table == "payment" else "1 = 1"
    number, _fen = an_entry(sample_workspace, table, key, seen)

    ask(window, qtbot, number)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    page = window.page("reconcile")
    assert isinstance(page, ReconcilePage)
    assert window.frame.current == "reconcile"
    assert page.task is task
    line = page.line_now()
    assert line is not None
    found = [entry.value(key) for side in Side if (entry := line.entry(side)) is not None]
    assert number in found


def test_what_stands_on_no_line_is_shown_in_its_trace(
    window: MainWindow, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    number, _fen = an_entry(sample_workspace, "payment", "payment_no", "channel = 'INTERNAL'")

    ask(window, qtbot, number)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    shown = dialog(qtbot)
    assert isinstance(shown, TraceDialog)
    assert number in shown.origin.text()
    shown.close()
    settle(qtbot, window)


def test_an_amount_is_found_with_two_keys_and_its_digits(
    window: MainWindow, sample_workspace: Workspace, qtbot: QtBot, keys: Keys
) -> None:
    number, fen = an_entry(sample_workspace, "payment", "payment_no")
    digits = f"{fen // 100}.{fen % 100:02d}" if fen > 0 else f"-{-fen // 100}.{-fen % 100:02d}"

    keys.count = 0
    box = ask(window, qtbot, digits)
    found = lines(box)
    press(Qt.Key.Key_Return)
    settle(qtbot, window)

    assert any(number in text for text in found)
    assert keys.count - len(digits) <= 4
    assert window.frame.current == "reconcile"


def test_a_page_and_a_command_are_found_by_a_part_of_their_names(
    window: MainWindow, qtbot: QtBot
) -> None:
    box = ask(window, qtbot, "arriv")
    assert lines(box)[0] == "Fund arrivals"
    press(Qt.Key.Key_Return)
    settle(qtbot, window)
    assert window.frame.current == "arrivals"
    window.activateWindow()

    box = ask(window, qtbot, "clean ones")

    assert lines(box) == ["Confirm all clean ones"]
    press(Qt.Key.Key_Escape)


def test_that_nothing_is_found_is_said_and_enter_does_nothing(
    window: MainWindow, qtbot: QtBot
) -> None:
    box = ask(window, qtbot, "no such thing")

    assert lines(box) == ["Nothing found"]
    press(Qt.Key.Key_Return)
    assert box.isVisible()
    press(Qt.Key.Key_Escape)
