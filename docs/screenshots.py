"""Takes the pictures of docs/screenshots: `python3 start.py pictures`.

Each page on the sample day, in both languages, light and dark, at two sizes; the first start and
the login too. Runs without a screen.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSettings, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from app.adjustments.drafting import Draft
from app.adjustments.preparing import prepare
from app.adjustments.previewing import Beginning, beginning, preview
from app.adjustments.service import approve
from app.base import i18n
from app.base.progress import Silent
from app.db.workspace import Workspace
from app.demo.sample import make_sample
from app.discrepancies.casefilter import CaseFilter
from app.discrepancies.cases import case_list
from app.identity.service import login
from ui.desk import Desk
from ui.dialogs.closing import ClosingDialog
from ui.dialogs.entering import Entrance, Place
from ui.dialogs.first_start import FirstStart
from ui.main_window import MainWindow
from ui.theme import Look, dress, wear

HERE = Path(__file__).resolve().parent / "screenshots"
PASSWORD = "a password for pictures"  # noqa: S105 - of a database that is thrown away
SIZES = ((1366, 768), (1920, 1080))
WAIT_S = 60
QUIET_ROUNDS = 5
REST_MS = 1_000
COLOURS = 256
OPAQUE = 0xFF000000
ADJUSTED = 16
REASON = "银行核对后确认"


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--to", type=Path, default=HERE)
    given = parser.parse_args()
    given.to.mkdir(parents=True, exist_ok=True)
    application = QApplication([])
    dress(application)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/sample.db"
        make_sample(url, Path(folder) / "files", password=PASSWORD, progress=Silent())
        work_a_little(url)
        for language in i18n.LANGUAGES:
            i18n.use(language)
            for look in (Look.LIGHT, Look.DARK):
                wear(application, look)
                for size in SIZES:
                    name = f"{language}-{look}-{size[0]}"
                    take_all(Path(folder), url, given.to, name, size, given.only)


def work_a_little(url: str) -> None:
    """Draft, submit and approve a few adjustments, so that their pages have something to show."""
    workspace = Workspace.open(url)
    clerk = login(workspace, "clerk", PASSWORD)
    checker = login(workspace, "checker", PASSWORD)
    numbers: list[str] = []
    for id_ in workspace.read(case_list, CaseFilter()).ids:
        begun = workspace.read(beginning, discrepancy_ids=(id_,))
        left = begun.possible.left_fen
        if len(numbers) == ADJUSTED:
            break
        if begun.possible.kinds and left and not preview_trouble(workspace, begun, id_):
            wanted = wanted_of(begun, id_)
            made = workspace.write(clerk, prepare, wanted=wanted, then_submit=True)
            numbers.append(made.value.number)
    workspace.write(checker, approve, numbers=numbers[::2])
    workspace.close()


def wanted_of(begun: Beginning, id_: int) -> Draft:
    """Return the adjustment that is proposed for a discrepancy."""
    return Draft(kind=begun.possible.kinds[0], discrepancy_ids=(id_,), reason=REASON)


def preview_trouble(workspace: Workspace, begun: Beginning, id_: int) -> str:
    """Return why the proposed adjustment cannot be drafted, "" if it can."""
    return workspace.read(preview, wanted_of(begun, id_)).trouble


def take_all(folder: Path, url: str, to: Path, name: str, size: tuple[int, int], only: str) -> None:
    """Take the pictures of one language, look and size; the first faces have but one size."""
    for face_name, make in FACES.items():
        if only in face_name and size == SIZES[0]:
            face = make()
            face.resize(760, 560)
            face.show()
            save(face, to / f"{face_name}-{name}.png")
            discard(face)
    for user in ("clerk", *dict.fromkeys(SEEN_BY.values())):
        with opened(folder, url, user, size) as window:
            for page in window.entries:
                if only in page and SEEN_BY.get(page, "clerk") == user:
                    window.show_page(page)
                    settle(window)
                    save(window, to / f"{page}-{name}.png")
            if user == "clerk" and only in "closing":
                dialog = ClosingDialog(window.desk, window)
                dialog.show()
                settle(window)
                save(dialog, to / f"closing-{name}.png")
                discard(dialog)


SEEN_BY = {"adjustments": "checker", "system": "administrator"}
"""Whose window shows most of a page; the clerk's for all others."""

FACES: dict[str, Callable[[], QWidget]] = {
    "first-start": FirstStart,
    "login": lambda: Entrance(name="clerk", places=[Place(name="", url="")]),
}


@contextmanager
def opened(folder: Path, url: str, user: str, size: tuple[int, int]) -> Iterator[MainWindow]:
    """Open the main window and close it at the end."""
    workspace = Workspace.open(url)
    preferences = QSettings(str(folder / "pictures.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Desk(workspace, login(workspace, user, PASSWORD), preferences), sample=True)
    window.resize(*size)
    window.show()
    settle(window)
    yield window
    discard(window)
    workspace.close()


def discard(widget: QWidget) -> None:
    """Close a widget and let Qt delete it now."""
    widget.close()
    widget.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def settle(window: MainWindow) -> None:
    """Let everything that was asked for arrive and be drawn."""
    until = time.monotonic() + WAIT_S
    quiet = 0
    while quiet < QUIET_ROUNDS and time.monotonic() < until:
        QApplication.processEvents()
        time.sleep(0.02)
        # What waits for the keyboard to rest is asked for by timers that fire once.
        waits = any(
            one.isActive() and one.isSingleShot() and one.interval() <= REST_MS
            for one in window.findChildren(QTimer)
        )
        quiet = 0 if window.desk.jobs.busy or waits else quiet + 1


def save(widget: QWidget, path: Path) -> None:
    """Save what a widget shows, in 256 colours: half the size, and nobody sees the difference."""
    QApplication.processEvents()
    few_colours(widget.grab().toImage()).save(str(path), quality=0)


def few_colours(image: QImage) -> QImage:
    """Keep the most frequent colours, and draw the others in the nearest of these."""
    full = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(full.constBits(), dtype=np.uint32).copy()
    colours, place, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    kept = colours[np.argsort(counts)[::-1][:COLOURS]]
    nearest = np.argmin(((parts(colours)[:, None] - parts(kept)[None]) ** 2).sum(axis=2), axis=1)
    drawn = nearest[place].astype(np.uint8).reshape(full.height(), full.width())
    found = QImage(
        drawn.tobytes(), full.width(), full.height(), full.width(), QImage.Format.Format_Indexed8
    )
    found.setColorTable([int(colour) | OPAQUE for colour in kept])
    return found.copy()


def parts(colours: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return red, green and blue."""
    return np.stack([colours >> 16 & 255, colours >> 8 & 255, colours & 255], axis=1).astype(
        np.int64
    )


if __name__ == "__main__":
    main()
