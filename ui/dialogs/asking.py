"""Short questions: is this meant, and why."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import N_, _

_WIDTH = 460
_LINES = 4


class Ask(QDialog):
    """Says what will happen to how much, and does it on Enter.

    With `reason` the user must give one; `accepted_with` gets it (empty without).
    """

    def __init__(
        self,
        title: str,
        text: str,
        *,
        act: str,
        done: Callable[[str], object],
        reason: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QVBoxLayout(self)
        sentence = QLabel(text)
        sentence.setWordWrap(True)
        sentence.setTextFormat(Qt.TextFormat.PlainText)
        body.addWidget(sentence)
        self.reason = QPlainTextEdit()
        self._needs_reason = bool(reason)
        if reason:
            caption = QLabel(reason)
            caption.setBuddy(self.reason)
            body.addWidget(caption)
            self.reason.setAccessibleName(reason)
            self.reason.setTabChangesFocus(True)
            self.reason.setFixedHeight(self.fontMetrics().lineSpacing() * _LINES + 12)
            self.reason.textChanged.connect(self._weigh)
            body.addWidget(self.reason)
        buttons = QDialogButtonBox()
        self.act = buttons.addButton(act, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(_(N_("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        body.addWidget(buttons)
        self.act.setDefault(True)
        self.accepted.connect(lambda: done(self.reason.toPlainText().strip()))
        self._weigh()
        (self.reason if reason else self.act).setFocus()

    def _weigh(self) -> None:
        given = bool(self.reason.toPlainText().strip())
        self.act.setEnabled(given or not self._needs_reason)
