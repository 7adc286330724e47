"""The time at which the first window stands on the screen: `python -m bench.opening`.

Prints the reading of the clock that all processes share; who started this one takes off his own.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from ui.application import Application
from ui.theme import dress


def main(url: str | None) -> None:
    """Open the program up to its first window, as `ui.application.main` does."""
    qt = QApplication([])
    dress(qt)
    with TemporaryDirectory() as folder:
        preferences = QSettings(str(Path(folder) / "bench.ini"), QSettings.Format.IniFormat)
        application = Application(qt, preferences, url=url, user="clerk")
        application.use_language("zh_CN")
        application.start()
        while application.door.face is None:
            qt.processEvents()
        application.door.grab()
        print(time.monotonic())
        application.stop()


if __name__ == "__main__":
    main(os.environ.get("DUIPING_DB"))
