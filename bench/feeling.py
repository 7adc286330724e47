"""What the window feels like on a large day: `python -m bench.feeling PAYMENTS CHANNEL`.

Opens the real window on an empty database, loads, reconciles, scrolls, sorts and filters as a
person would, and prints as JSON how long each took and how long the window could not answer.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.base import i18n
from app.db.workspace import Workspace
from app.discrepancies.rows import lines_at
from app.identity.service import login
from app.matching.rules import Side
from bench.data import DAY
from bench.watchdog import Felt, Watchdog
from ui.application import SWITCH_S
from ui.collecting import Collector
from ui.desk import Desk
from ui.jobs import Job, JobState
from ui.main_window import MainWindow
from ui.pages.files import FilesPage
from ui.pages.reconcile import ReconcilePage
from ui.theme import dress

CONTROL = Qt.KeyboardModifier.ControlModifier
FRAMES = 200
JUMPS = 40
PAGE = 200
ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class Feeling:
    """The window, and what was measured at it."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.desk = window.desk
        self.watchdog = Watchdog()
        self.found: list[Felt] = []

    def feel(
        self, name: str, act: Callable[[], object], until: Callable[[], bool] | None = None
    ) -> None:
        """Do something when all is quiet; keep how it felt until then, or until all is quiet."""
        self._wait(self._is_quiet)
        self._feel(name, act, until or self._is_quiet)

    def cancel(self, name: str, job: Job) -> None:
        """Cancel a job that is under way; a small one may be done already."""
        self._feel(name, job.cancel, lambda: job.state in ENDED)

    def _feel(self, name: str, act: Callable[[], object], ended: Callable[[], bool]) -> None:
        print(f"  {name} ...", file=sys.stderr, flush=True)
        acted: list[bool] = []

        def do() -> None:
            act()
            acted.append(True)

        self.found.append(self.watchdog.feel(name, do, lambda: bool(acted) and ended()))

    def keep(self, name: str, times: Sequence[Callable[[], object]]) -> None:
        """Do things by hand one after the other; keep the median time and the longest."""
        taken, own = [], []
        for act in times:
            began, own_began = time.perf_counter(), time.thread_time()
            act()
            own.append((time.thread_time() - own_began) * 1000)
            taken.append((time.perf_counter() - began) * 1000)
            QApplication.processEvents()
        self.found.append(
            Felt(
                name=name,
                until_ms=round(median(taken)),
                stall_ms=round(max(taken)),
                own_ms=round(median(own)),
            )
        )
        self._wait(self._is_quiet)

    def begin(self) -> None:
        """Let the window make its pages, which it does right after it is shown."""
        made: list[bool] = []
        self.window.prepared.connect(lambda: made.append(True))
        self.feel("making the pages", self.window.start, lambda: bool(made))
        self.desk.choose_day(DAY.date())
        self.window.show_page("files")

    # ------------------------------------------------------------ the files

    def load(self, paths: Sequence[Path]) -> None:
        """Load files, the first of them once in vain."""
        window, page = self.window, self.window.page("files")
        assert isinstance(page, FilesPage)
        page.take(list(paths[:1]))
        job = window.jobs[-1]
        self._wait(lambda: job.state in ENDED or job.done * 4 > job.total > 0)
        self.cancel("cancelling an import", job)
        self.feel(
            "importing both files",
            lambda: page.take(list(paths)),
            lambda: window.jobs[-1].state in ENDED,
        )
        assert window.jobs[-1].state is JobState.DONE

    # ------------------------------------------------------------ both sides

    def reconcile(self) -> ReconcilePage:
        """Open the page and match everything, once in vain."""
        window = self.window
        self.feel("opening the page reconcile", self._show("reconcile"), self._has_sheet)
        page = window.page("reconcile")
        assert isinstance(page, ReconcilePage)
        self._wait(self._is_quiet)
        page.run()
        job = window.jobs[-1]
        self._wait(lambda: job.state is not JobState.WAITING)
        self.cancel("cancelling a run", job)
        self.feel("matching all in bulk", page.run, lambda: window.jobs[-1].state in ENDED)
        assert window.jobs[-1].state is JobState.DONE
        self._wait(lambda: self._is_quiet() and page.tables_now.lines.rowCount() > 0)
        return page

    def _has_sheet(self) -> bool:
        page = self.window.page("reconcile")
        assert isinstance(page, ReconcilePage)
        return page.now.sheet is not None

    def pages(self) -> None:
        """Open every page; the two that were open before once more."""
        for name in self.window.entries:
            again = " again" if name in {"files", "reconcile"} else ""
            self.feel(f"opening the page {name}{again}", self._show(name))

    def look_around(self, page: ReconcilePage) -> None:
        """Scroll, sort, filter and select among the million."""
        tables = page.tables_now
        rows = tables.lines.rowCount()
        print(f"{rows:,} lines", file=sys.stderr)
        self._frames("scrolling line by line, a frame", page, range(0, 3 * FRAMES, 3))
        random = Random(1)
        jumps = [random.randrange(rows) for _ in range(JUMPS)]
        self._frames("scrolling by jumps, a frame", page, jumps)
        self._pages_of(page, jumps)
        view = tables.view(Side.OURS)
        amount = next(n for n, one in enumerate(view.columns) if one.name == "amount_fen")
        down, up = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder
        header = view.header
        self.feel("sorting by amount", lambda: header.setSortIndicator(amount, down))
        self.feel("sorting by number", lambda: header.setSortIndicator(0, up))
        for name, filters in (
            ("filtering by amount", {"amount_fen": "100..200"}),
            ("filtering by number", {view.columns[0].name: "77"}),
            ("filtering no more", {}),
        ):
            self.feel(name, partial(tables.set_filters, {Side.OURS: filters}))
        view.setFocus()
        said: list[str] = []
        self.desk.selected.connect(said.append)
        self.feel(
            "selecting all and adding it up",
            lambda: QTest.keyClick(view, Qt.Key.Key_A, CONTROL),
            lambda: any(said),
        )

    def _frames(self, name: str, page: ReconcilePage, rows: Sequence[int]) -> None:
        bar = page.tables_now.views[2].verticalScrollBar()

        def frame(row: int) -> None:
            bar.setValue(row)
            QApplication.processEvents()

        self.keep(name, [partial(frame, row) for row in rows])

    def _pages_of(self, page: ReconcilePage, places: Sequence[int]) -> None:
        sheet, ids = page.now.sheet, page.tables_now.lines.ids()
        assert sheet is not None
        read = self.desk.workspace.read
        pages = [partial(read, lines_at, sheet, ids[one : one + PAGE]) for one in places]
        self.keep(f"{PAGE} lines from the database", pages)

    def _show(self, name: str) -> Callable[[], None]:
        return lambda: self.window.show_page(name)

    def _is_quiet(self) -> bool:
        return self.desk.jobs.busy == 0

    def _wait(self, until: Callable[[], bool]) -> None:
        while not until():
            QApplication.processEvents()
            time.sleep(0.001)


@contextmanager
def opened(url: str, password: str, folder: Path) -> Iterator[MainWindow]:
    """Open the main window on a database, as the program does."""
    collector = Collector()
    workspace = Workspace.open(url)
    preferences = QSettings(str(folder / "bench.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Desk(workspace, login(workspace, "clerk", password), preferences))
    window.prepared.connect(collector.keep)
    window.resize(1920, 1080)
    window.show()
    yield window
    window.close()
    workspace.close()
    collector.stop()


def main(paths: Sequence[str]) -> None:
    """Measure all of it."""
    sys.setswitchinterval(SWITCH_S)
    application = QApplication([])
    dress(application)
    i18n.use("zh_CN")
    url, password = os.environ["DUIPING_DB"], os.environ["DUIPING_PASSWORD"]
    with TemporaryDirectory() as folder, opened(url, password, Path(folder)) as window:
        feeling = Feeling(window)
        feeling.begin()
        feeling.load([Path(path) for path in paths])
        page = feeling.reconcile()
        feeling.look_around(page)
        feeling.pages()
        feeling.watchdog.stop()
    print(json.dumps([asdict(one) for one in feeling.found]))


if __name__ == "__main__":
    main(sys.argv[1:])
