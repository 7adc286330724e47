"""What stands around the pages: the bar above, the navigation, the line below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import N_, _
from ui.desk import Desk
from ui.theme import icon
from ui.widgets.status_line import StatusLine
from ui.widgets.top_bar import TopBar

_ICON = 20


class Navigation(QFrame):
    """The list of pages at the left."""

    chosen = Signal(str)

    def __init__(
        self, entries: Sequence[tuple[str, str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("navigation")
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 6, 0, 6)
        body.setSpacing(1)
        self.buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        for place, (name, title, picture) in enumerate(entries):
            button = QToolButton()
            button.setIcon(icon(picture))
            button.setIconSize(QSize(_ICON, _ICON))
            button.setText(title)
            button.setToolTip(f"{title} (Ctrl+{(place + 1) % 10})")
            button.setAccessibleName(title)
            button.setCheckable(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _checked=False, name=name: self.chosen.emit(name))
            group.addButton(button)
            body.addWidget(button)
            self.buttons[name] = button
        body.addStretch()
        self.setAccessibleName(_(N_("Pages")))


class Frame(QWidget):
    """Everything of the window that is not a page."""

    chosen = Signal(str)

    def __init__(
        self,
        desk: Desk,
        who: str,
        entries: Sequence[tuple[str, str, str]],
        *,
        sample: bool,
    ) -> None:
        super().__init__()
        self.current = ""
        self._pages: dict[str, QWidget] = {}
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        self.bar = TopBar(who, sample=sample)
        body.addWidget(self.bar)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        self.navigation = Navigation(entries)
        self.navigation.chosen.connect(self.chosen)
        middle.addWidget(self.navigation)
        self.stack = QStackedWidget()
        middle.addWidget(self.stack, 1)
        body.addLayout(middle, 1)
        self.status = StatusLine()
        body.addWidget(self.status)
        desk.messages.spoken.connect(self.status.show_message)
        desk.selected.connect(self.status.selection.setText)

    def add_page(self, name: str, page: QWidget) -> None:
        """Take a page in."""
        self._pages[name] = page
        self.stack.addWidget(page)

    def show_page(self, name: str) -> None:
        """Show a page and mark it in the navigation."""
        self.current = name
        self.stack.setCurrentWidget(self._pages[name])
        self.navigation.buttons[name].setChecked(True)
