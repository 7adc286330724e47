"""What the parts of a page with tabs have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.base.i18n import N_, _
from app.identity.rules import Permission
from ui.pages.page import Page
from ui.widgets.panels import EmptyState, label

MARGINS = (0, 8, 0, 0)


class Part(QWidget):
    """One tab, made when it first comes to the front; it says so when the role does not allow it.

    Its keys work from the beginning on: they are bound before the rest is made.
    """

    title: ClassVar[str]
    permission: ClassVar[Permission | None] = None
    refusal: ClassVar[str] = ""
    verbs: ClassVar[tuple[str, ...]] = ()

    def __init__(self, page: Page, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = page
        self.desk = page.desk
        self.allowed = self.desk.may(self.permission)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(*MARGINS)
        self.made = False
        self.bind()

    def make(self) -> None:
        """Make what the part shows, once."""
        if self.made:
            return
        self.made = True
        if self.allowed:
            self.arrange()
        else:
            title = _(N_("Your role does not allow this."))
            self.body.addWidget(EmptyState("lock", title, _(self.refusal)))

    def bind(self) -> None:
        """Bind the actions of the part."""

    def arrange(self) -> None:
        """Make the part; called only when it is allowed."""

    def reload(self) -> None:
        """Ask for what the part shows; called only when it is allowed."""

    def weigh(self) -> None:
        """Say which of its actions make sense; called only when it is shown."""

    def entered(self) -> None:
        """Put the keyboard where work begins."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def memento(self) -> object:
        """Return what must survive a change of language."""
        return None

    def restore(self, memento: object) -> None:
        """Take it up again."""

    def buttons(self, names: Sequence[str]) -> QHBoxLayout:
        """Return a row of buttons of bound actions."""
        row = QHBoxLayout()
        for name in names:
            row.addWidget(self.page.button(name))
        row.addStretch()
        return row


def said(text: str, role: str = "muted") -> QLabel:
    """Return a sentence that wraps."""
    made = label(text, role)
    made.setWordWrap(True)
    return made
