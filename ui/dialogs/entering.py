"""Coming in: the login and the lock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import N_, _, language
from ui.widgets.panels import label

_WIDTH = 360
LANGUAGE_NAMES = (("zh_CN", "中文"), ("en", "English"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A database that can be chosen: what it is called and its address."""

    name: str
    url: str


class Entrance(QWidget):
    """Asks who comes; also the face of the locked window, where the name is fixed.

    `entered` carries name, password and the database's address.
    """

    entered = Signal(str, str, str)
    language_chosen = Signal(str)

    def __init__(
        self,
        *,
        name: str = "",
        places: Sequence[Place] = (),
        locked: bool = False,
        other: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.place = QComboBox()
        self.name = QLineEdit(name)
        self.password = QLineEdit()
        self.problem = QLabel()
        self.go = QPushButton(_(N_("Unlock")) if locked else _(N_("Log in")))
        body = card_in_the_middle(self, _WIDTH)
        body.addWidget(label(_(N_("Duiping")), "heading"))
        text = N_("Locked. Your work is as you left it.") if locked else N_("Log in")
        body.addWidget(label(_(text), "muted"))
        body.addLayout(self._form(places))
        self.name.setEnabled(not locked)
        self.problem.setObjectName("bad")
        self.problem.setWordWrap(True)
        self.problem.hide()
        body.addWidget(self.problem)
        self.go.setDefault(True)
        self.go.clicked.connect(self._enter)
        body.addWidget(self.go)
        body.addLayout(self._bottom(locked=locked, other=other))
        self.setFocusProxy(self.password if name else self.name)

    def refuse(self, text: str) -> None:
        """Say why it did not work, and let try again."""
        self.problem.setText(text)
        self.problem.show()
        self._rest(waiting=False)
        self.password.selectAll()
        self.password.setFocus()

    def _enter(self) -> None:
        if not self.name.text().strip():
            self.name.setFocus()
        elif not self.password.text():
            self.password.setFocus()
        else:
            self.problem.hide()
            self._rest(waiting=True)
            url = str(self.place.currentData() or "")
            self.entered.emit(self.name.text().strip(), self.password.text(), url)

    def _form(self, places: Sequence[Place]) -> QFormLayout:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        for one in places:
            self.place.addItem(one.name, one.url)
        if len(places) > 1:
            form.addRow(_(N_("Database")), self.place)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        for line, caption in (
            (self.name, _(N_("User"))),
            (self.password, _(N_("Password"))),
        ):
            line.setAccessibleName(caption)
            line.returnPressed.connect(self._enter)
            form.addRow(caption, line)
        return form

    def _rest(self, *, waiting: bool) -> None:
        self.go.setEnabled(not waiting)
        self.password.setEnabled(not waiting)

    def _bottom(self, *, locked: bool, other: Callable[[], object] | None) -> QHBoxLayout:
        row = QHBoxLayout()
        if other is not None:
            leave = QPushButton(_(N_("Another user")) if locked else _(N_("Set up …")))
            leave.setFlat(True)
            leave.clicked.connect(lambda _checked=False: other())
            row.addWidget(leave)
        row.addStretch()
        if not locked:
            speak = language_box()
            speak.activated.connect(
                lambda number: self.language_chosen.emit(str(speak.itemData(number)))
            )
            row.addWidget(speak)
        return row


class Busy(QWidget):
    """Says what is being done while there is nothing to choose."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        body = card_in_the_middle(self, _WIDTH)
        sentence = label(text, "title")
        sentence.setWordWrap(True)
        body.addWidget(sentence)
        bar = QProgressBar()
        bar.setAccessibleName(text)
        bar.setRange(0, 0)
        body.addWidget(bar)


def card_in_the_middle(parent: QWidget, width: int) -> QVBoxLayout:
    """Put a card of a fixed width into the middle of a widget and return its layout."""
    outer = QVBoxLayout(parent)
    outer.setAlignment(Qt.AlignmentFlag.AlignCenter)
    card = QFrame()
    card.setObjectName("card")
    card.setFixedWidth(width)
    outer.addWidget(card)
    body = QVBoxLayout(card)
    body.setContentsMargins(24, 20, 24, 20)
    body.setSpacing(12)
    return body


def language_box() -> QComboBox:
    """Return a box with the program's languages, the one in use chosen."""
    box = QComboBox()
    box.setAccessibleName(_(N_("Language")))
    for code, name in LANGUAGE_NAMES:
        box.addItem(name, code)
        if code == language():
            box.setCurrentIndex(box.count() - 1)
    return box
