"""Changing one's own password."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QLabel, QLineEdit, QPushButton, QWidget

from app.base.errors import UserError
from app.base.i18n import N_, _
from app.identity.service import login, set_password
from ui.desk import Desk


class PasswordDialog(QDialog):
    """Asks for the present password and twice for the new one."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle(_(N_("Change my password")))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form = QFormLayout(self)
        self.present, self.new, self.again = QLineEdit(), QLineEdit(), QLineEdit()
        for line, text in (
            (self.present, N_("Present password")),
            (self.new, N_("New password")),
            (self.again, N_("New password again")),
        ):
            line.setEchoMode(QLineEdit.EchoMode.Password)
            form.addRow(_(text), line)
        self.problem = QLabel()
        self.problem.setObjectName("bad")
        self.problem.setWordWrap(True)
        form.addRow(self.problem)
        self.go = QPushButton(_(N_("Change")))
        self.go.setDefault(True)
        self.go.clicked.connect(self._check)
        form.addRow(self.go)

    def _check(self) -> None:
        if self.new.text() != self.again.text():
            self.problem.setText(_(N_("The two passwords differ.")))
            return
        self.go.setEnabled(False)
        actor = self._desk.actor
        self._desk.jobs.read(
            partial(login, self._desk.workspace, actor.name, self.present.text()),
            done=lambda _actor: self._change(),
            failed=self._refused,
        )

    def _change(self) -> None:
        self._desk.write(set_password, name=self._desk.actor.name, password=self.new.text()).then(
            lambda _value: self._done(), failed=self._refused, owner=self
        )

    def _done(self) -> None:
        self._desk.messages.tell_done(_(N_("Your password was changed.")))
        self.accept()

    def _refused(self, error: Exception) -> None:
        self.go.setEnabled(True)
        if isinstance(error, UserError):
            self.problem.setText(error.user_message())
        else:
            self._desk.messages.failed(error)
