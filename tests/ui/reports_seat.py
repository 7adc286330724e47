"""Sitting in front of the page of the papers: what its tests share."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot

from app.closing.queries import latest_day
from app.db.workspace import Workspace
from app.identity.service import add_user, login
from app.reporting.making import make
from app.reporting.queries import IssueView
from app.reporting.rules import ReportKind
from app.reporting.wishes import Wish
from tests.conftest import PASSWORD
from tests.ui.conftest import WAIT_MS, settle
from ui.main_window import MainWindow
from ui.pages.part import Part
from ui.pages.reports import ReportsPage
from ui.pages.reports_check import CheckPart
from ui.pages.reports_papers import PapersPart

P = TypeVar("P", bound=Part)
CTRL = Qt.KeyboardModifier.ControlModifier
LOW_DPI = 72


def page_of(window: MainWindow, qtbot: QtBot) -> ReportsPage:
    page = window.page("reports")
    assert isinstance(page, ReportsPage)
    shown(window, qtbot)
    return page


def shown(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until what was typed and chosen has come to the preview."""

    def quiet() -> bool:
        timers = window.page("reports").findChildren(QTimer)
        waits = any(one.isActive() and one.isSingleShot() for one in timers)
        return not waits and window.desk.jobs.busy == 0

    for _round in range(2):
        qtbot.waitUntil(quiet, timeout=WAIT_MS)
        settle(qtbot, window)


def papers_of(window: MainWindow, qtbot: QtBot) -> PapersPart:
    return front(window, qtbot, PapersPart)


def part_of(window: MainWindow, qtbot: QtBot, kind: type[P]) -> P:
    page_of(window, qtbot).show_part(kind)
    shown(window, qtbot)
    return front(window, qtbot, kind)


def front(window: MainWindow, qtbot: QtBot, kind: type[P]) -> P:
    part = page_of(window, qtbot).part
    assert isinstance(part, kind)
    return part


def printer_to(path: Path) -> QPrinter:
    """Return a printer that prints into a file."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setResolution(LOW_DPI)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(path))
    return printer


def printed(workspace: Workspace, kind: ReportKind, folder: Path) -> IssueView:
    clerk = login(workspace, "clerk", PASSWORD)
    day = workspace.read(latest_day)
    wish = Wish(kind=kind, day=day, language="en")
    return make(workspace, clerk, wish, folder / f"{kind}.pdf").issues[0]


def add_reader(workspace: Workspace) -> None:
    administrator = login(workspace, "administrator", PASSWORD)
    workspace.write(administrator, add_user, name="reader", password=PASSWORD, roles=["reader"])


def said(window: MainWindow) -> str:
    return window.frame.status.message.text()


def texts_of(part: CheckPart) -> list[str]:
    found = []
    for place in range(part.facts.count()):
        item = part.facts.itemAt(place)
        widget = item.widget() if item is not None else None
        found.append(getattr(widget, "text", str)())
    return found
