"""Choosing one of a few things by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import N_, _
from ui.widgets.panels import label

_WIDTH = 420


class Choose(QDialog):
    """Says what will happen to how much; Enter does it with the chosen thing."""

    def __init__(
        self,
        title: str,
        text: str,
        choices: Sequence[tuple[str, str]],
        *,
        done: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QVBoxLayout(self)
        sentence = label(text)
        sentence.setWordWrap(True)
        body.addWidget(sentence)
        self.list = QListWidget()
        self.list.setAccessibleName(title)
        for value, shown in choices:
            item = QListWidgetItem(shown)
            item.setData(Qt.ItemDataRole.UserRole, value)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(lambda _item: self.accept())
        body.addWidget(self.list)
        buttons = QDialogButtonBox()
        self.act = buttons.addButton(title, QDialogButtonBox.ButtonRole.AcceptRole)
        self.act.setEnabled(bool(choices))
        buttons.addButton(_(N_("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        body.addWidget(buttons)
        self.act.setDefault(True)
        self.accepted.connect(
            lambda: done(str(self.list.currentItem().data(Qt.ItemDataRole.UserRole)))
        )
        self.list.setFocus()
