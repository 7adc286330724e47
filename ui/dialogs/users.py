"""Adding a user, giving roles, giving a new password."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from app.base.errors import UserError
from app.base.i18n import N_, _
from app.identity.rules import PERMISSIONS, Permission, Role
from app.identity.service import add_user, set_password, set_roles
from app.wording.labels import label as label_of
from ui.desk import Desk, Undo
from ui.widgets.panels import label

_WIDTH = 460
_SHORTEST_PASSWORD = 8


class _Form(QDialog):
    """A form that stays open, saying why, while it is refused."""

    def __init__(self, desk: Desk, title: str, act: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form = QFormLayout(self)
        self.problem = QLabel()
        self.problem.setObjectName("bad")
        self.problem.setWordWrap(True)
        self._buttons = QDialogButtonBox()
        self.act = self._buttons.addButton(act, QDialogButtonBox.ButtonRole.AcceptRole)
        self.act.setDefault(True)
        self._buttons.addButton(_(N_("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        self._buttons.accepted.connect(self.go)
        self._buttons.rejected.connect(self.reject)

    def finish(self) -> None:
        """Add what stands at the bottom."""
        self.form.addRow(self.problem)
        self.form.addRow(self._buttons)

    def go(self) -> None:
        """Check and write."""

    def secret(self, text: str) -> QLineEdit:
        """Add a line for a password."""
        line = QLineEdit()
        line.setEchoMode(QLineEdit.EchoMode.Password)
        line.setAccessibleName(text)
        self.form.addRow(text, line)
        return line

    def wrong(self, first: QLineEdit, again: QLineEdit) -> str:
        """Return what is wrong with a new password."""
        if len(first.text()) < _SHORTEST_PASSWORD:
            first.setFocus()
            text = _(N_("The password needs at least {count} characters."))
            return text.format(count=_SHORTEST_PASSWORD)
        if first.text() != again.text():
            again.setFocus()
            return _(N_("The two passwords differ."))
        return ""

    def refused(self, error: Exception) -> None:
        """Say why it did not work."""
        self.act.setEnabled(True)
        if isinstance(error, UserError):
            self.problem.setText(error.user_message())
        else:
            self.desk.messages.failed(error)


class UserDialog(_Form):
    """A new user, or with `name` the roles of one who is there; `done` gets the name."""

    def __init__(
        self,
        desk: Desk,
        *,
        name: str = "",
        held: Sequence[str] = (),
        done: Callable[[str], object],
        undo: Callable[[object], Undo | None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        title = _(N_("Roles of {name}")).format(name=name) if name else _(N_("New user"))
        super().__init__(desk, title, _(N_("Save")) if name else _(N_("Add")), parent)
        self._known, self._held = name, held
        self._done, self._undo = done, undo
        self.name = QLineEdit(name)
        self.name.setAccessibleName(_(N_("Name")))
        if not name:
            self.form.addRow(_(N_("Name")), self.name)
            self.password = self.secret(_(N_("Password")))
            self.again = self.secret(_(N_("Password again")))
        self.roles: dict[Role, QCheckBox] = {}
        for role in Role:
            box = QCheckBox(label_of(role))
            box.setChecked(role.value in held)
            box.toggled.connect(self._explain)
            self.form.addRow("" if self.roles else _(N_("Roles")), box)
            self.roles[role] = box
        self._allowed = label("", "muted")
        self._allowed.setWordWrap(True)
        self._allowed.setMinimumHeight(self.fontMetrics().lineSpacing() * 4)
        self._allowed.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.form.addRow(_(N_("May")), self._allowed)
        self.finish()
        self._explain()
        (next(iter(self.roles.values())) if name else self.name).setFocus()

    def chosen(self) -> list[str]:
        """Return the roles that are chosen."""
        return [role.value for role, box in self.roles.items() if box.isChecked()]

    def go(self) -> None:
        """Check and write."""
        self.problem.setText(self._wrong())
        if self.problem.text():
            return
        self.act.setEnabled(False)
        name, roles = self.name.text().strip(), self.chosen()
        if self._known:
            writing = self.desk.write(set_roles, name=name, roles=roles, seen=self._held)
            writing.then(self._saved, failed=self.refused, owner=self, undo=self._undo)
        else:
            password = self.password.text()
            self.desk.write(add_user, name=name, password=password, roles=roles).then(
                self._saved, failed=self.refused, owner=self
            )

    def _saved(self, _value: object) -> None:
        self._done(self.name.text().strip())
        self.accept()

    def _wrong(self) -> str:
        if not self.name.text().strip():
            self.name.setFocus()
            return _(N_("Give the user a name."))
        if not self._known:
            problem = self.wrong(self.password, self.again)
            if problem:
                return problem
        return "" if self.chosen() else _(N_("Choose at least one role."))

    def _explain(self) -> None:
        allowed: set[Permission] = set()
        for role in self.chosen():
            allowed |= PERMISSIONS[Role(role)]
        names = [label_of(permission) for permission in Permission if permission in allowed]
        self._allowed.setText(_(N_(", ")).join(names) or _(N_("nothing yet")))


class NewPassword(_Form):
    """Gives somebody a new password."""

    def __init__(self, desk: Desk, name: str, parent: QWidget | None = None) -> None:
        title = _(N_("New password for {name}")).format(name=name)
        super().__init__(desk, title, _(N_("Change")), parent)
        self._name = name
        text = label(
            _(
                N_(
                    "Tell {name} the new password; it can be changed in the menu of the user. The"
                    " log says that you gave it, not what it is."
                )
            ).format(name=name),
            "muted",
        )
        text.setWordWrap(True)
        self.form.addRow(text)
        self.password = self.secret(_(N_("New password")))
        self.again = self.secret(_(N_("New password again")))
        self.finish()
        self.password.setFocus()

    def go(self) -> None:
        """Check and write."""
        self.problem.setText(self.wrong(self.password, self.again))
        if self.problem.text():
            return
        self.act.setEnabled(False)
        self.desk.write(set_password, name=self._name, password=self.password.text()).then(
            self._saved, failed=self.refused, owner=self
        )

    def _saved(self, _value: object) -> None:
        text = _(N_("{name} has a new password")).format(name=self._name)
        self.desk.messages.tell_done(text)
        self.accept()
