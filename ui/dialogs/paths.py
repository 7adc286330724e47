"""Choosing files and folders; where the last ones were is remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def choose_paths(
    title: str,
    mode: QFileDialog.FileMode,
    *,
    preferences: QSettings,
    done: Callable[[list[Path]], object],
    parent: QWidget,
) -> None:
    """Open the dialog; `done` gets what was chosen."""
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(mode)
    place = preferences.value("files/folder")
    if isinstance(place, str) and Path(place).is_dir():
        dialog.setDirectory(place)

    def chosen(names: list[str]) -> None:
        preferences.setValue("files/folder", str(Path(names[0]).parent))
        done([Path(name) for name in names])

    dialog.filesSelected.connect(chosen)
    dialog.open()
