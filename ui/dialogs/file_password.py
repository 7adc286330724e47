"""Asking for the password of an encrypted file or archive."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from app.base.i18n import _
from ui.widgets.panels import label

_WIDTH = 420


class FilePasswordDialog(QDialog):
    """Names the file; Enter tries the password, which is kept nowhere."""

    def __init__(
        self,
        text: str,
        *,
        done: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Password of a file"))
        self.setMinimumWidth(_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QVBoxLayout(self)
        sentence = label(text)
        sentence.setWordWrap(True)
        body.addWidget(sentence)
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setAccessibleName(_("Password"))
        body.addWidget(self.line)
        body.addWidget(label(_("It is used for this import and kept nowhere."), "muted"))
        buttons = QDialogButtonBox()
        self.act = buttons.addButton(_("Open"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(_("Leave it out"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        body.addWidget(buttons)
        self.act.setDefault(True)
        self.act.setEnabled(False)
        self.line.textChanged.connect(lambda typed: self.act.setEnabled(bool(typed)))
        self.accepted.connect(lambda: done(self.line.text()))
        self.line.setFocus()
