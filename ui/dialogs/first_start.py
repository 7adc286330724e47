"""The first start: which language, whose data, who looks after the program."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QWidget,
)

from app.base.i18n import N_, _
from ui.dialogs.entering import card_in_the_middle, language_box
from ui.widgets.panels import label

_WIDTH = 560
_SHORTEST_PASSWORD = 8


class FirstStart(QWidget):
    """Asks what a new database needs.

    `own_chosen` carries the administrator's name and password, `sample_chosen` the password of
    the sample's users.
    """

    own_chosen = Signal(str, str)
    sample_chosen = Signal(str)
    language_chosen = Signal(str)

    def __init__(self, *, can_be_own: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sample = QRadioButton(_(N_("Look around with a sample day")))
        self.own = QRadioButton(_(N_("Start with my data")))
        self.name = QLineEdit()
        self.password = _secret()
        self.again = _secret()
        self.problem = QLabel()
        self.bar = QProgressBar()
        self.go = QPushButton(_(N_("Begin")))
        self._hint = QLabel()
        self._form = QFormLayout()
        body = card_in_the_middle(self, _WIDTH)
        body.addWidget(label(_(N_("Welcome to Duiping")), "heading"))
        body.addLayout(self._choices(can_be_own=can_be_own))
        body.addWidget(self._hint)
        self._fill_form()
        body.addLayout(self._form)
        self.problem.setObjectName("bad")
        self.problem.setWordWrap(True)
        body.addWidget(self.problem)
        self.bar.setAccessibleName(_(N_("Progress")))
        self.bar.hide()
        body.addWidget(self.bar)
        self.go.setDefault(True)
        self.go.clicked.connect(self._begin)
        body.addWidget(self.go, alignment=Qt.AlignmentFlag.AlignRight)
        self.sample.toggled.connect(self._explain)
        self.sample.setChecked(True)
        self._explain()
        self.setFocusProxy(self.sample)

    def refuse(self, text: str) -> None:
        """Say why it did not work, and let try again."""
        self.problem.setText(text)
        self.bar.hide()
        self.go.setEnabled(True)

    def show_progress(self, done: int, total: int, note: str) -> None:
        """Show how far the set-up is."""
        self.bar.show()
        self.bar.setMaximum(total)
        self.bar.setValue(done)
        self.bar.setFormat(note)

    def _choices(self, *, can_be_own: bool) -> QFormLayout:
        speak = language_box()
        speak.activated.connect(
            lambda number: self.language_chosen.emit(str(speak.itemData(number)))
        )
        self._hint.setWordWrap(True)
        self._hint.setObjectName("muted")
        self._hint.setMinimumHeight(self._hint.fontMetrics().lineSpacing() * 4)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        form = QFormLayout()
        form.addRow(_(N_("Language")), speak)
        form.addRow("", self.sample)
        if can_be_own:
            form.addRow("", self.own)
        return form

    def _fill_form(self) -> None:
        self._form.addRow(_(N_("Administrator")), self.name)
        self._form.addRow(_(N_("Password")), self.password)
        self._form.addRow(_(N_("Password again")), self.again)
        for line in (self.name, self.password, self.again):
            line.returnPressed.connect(self._begin)

    def _explain(self) -> None:
        is_sample = self.sample.isChecked()
        self._form.setRowVisible(self.name, not is_sample)
        if is_sample:
            text = N_(
                "A database of its own with two invented days is made in a few seconds; your data"
                " stays apart. You come in as clerk. All its users have the password that you"
                " choose here:\nclerk, checker, supervisor, auditor, administrator"
            )
        else:
            text = N_(
                "An empty database is made. The administrator adds users and master data;"
                " he sees no business amounts."
            )
        self._hint.setText(_(text))

    def _begin(self) -> None:
        self.problem.setText("")
        problem = self._wrong()
        if problem:
            self.problem.setText(problem)
            return
        self.go.setEnabled(False)
        if self.sample.isChecked():
            self.sample_chosen.emit(self.password.text())
        else:
            self.own_chosen.emit(self.name.text().strip(), self.password.text())

    def _wrong(self) -> str:
        if not self.sample.isChecked() and not self.name.text().strip():
            self.name.setFocus()
            return _(N_("Give the administrator a name."))
        if len(self.password.text()) < _SHORTEST_PASSWORD:
            self.password.setFocus()
            return _(N_("The password needs at least {count} characters.")).format(
                count=_SHORTEST_PASSWORD
            )
        if self.password.text() != self.again.text():
            self.again.setFocus()
            return _(N_("The two passwords differ."))
        return ""


def _secret() -> QLineEdit:
    line = QLineEdit()
    line.setEchoMode(QLineEdit.EchoMode.Password)
    return line
