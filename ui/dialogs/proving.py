"""Asking for the password again before a decision is carried out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.base.errors import UserError
from app.base.i18n import N_, _
from ui.desk import Desk
from ui.widgets.panels import label

_WIDTH = 420


class ProveDialog(QDialog):
    """Takes the password; `done` is called once it was right."""

    def __init__(
        self, desk: Desk, done: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._done = done
        self.setWindowTitle(_(N_("Your password")))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        body = QVBoxLayout(self)
        sentence = label(
            _(N_("Decisions need a fresh password: it was last given over five minutes ago."))
        )
        sentence.setWordWrap(True)
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setAccessibleName(_(N_("Password")))
        self.problem = label("", "bad")
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox()
        self.go = buttons.addButton(_(N_("Go on")), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(_(N_("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        self.go.setDefault(True)
        buttons.accepted.connect(self._check)
        buttons.rejected.connect(self.reject)
        for part in (sentence, self.line, self.problem, buttons):
            body.addWidget(part)
        self.line.setFocus()

    def _check(self) -> None:
        self.go.setEnabled(False)
        self._desk.prove(self.line.text(), done=self._right, failed=self._wrong)

    def _right(self) -> None:
        self.accept()
        self._done()

    def _wrong(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.line.selectAll()
        if isinstance(error, UserError):
            self.problem.setText(f"✗ {error.user_message()}")
        else:
            self._desk.messages.failed(error)
