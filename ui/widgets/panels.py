"""Small parts: cards, headings, empty states."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.theme import icon

_ICON = 48


class Card(QFrame):
    """A framed part of a page with a title."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(10, 8, 10, 8)
        self.body.setSpacing(6)
        if title:
            heading = label(title, "title")
            heading.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            self.body.addWidget(heading)


class EmptyState(QWidget):
    """Says that nothing is there, why, and what to do."""

    def __init__(
        self,
        picture: str,
        title: str,
        text: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._body = QVBoxLayout(self)
        self._body.setAlignment(Qt.AlignmentFlag.AlignCenter)
        image = QLabel()
        image.setPixmap(icon(picture, (_ICON, 2 * _ICON)).pixmap(_ICON, _ICON))
        image.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._heading = label(title, "heading")
        self._heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = label(text, "muted")
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        for part in (image, self._heading, self._text):
            self._body.addWidget(part)

    def say(self, title: str, text: str) -> None:
        """Say something else."""
        self._heading.setText(title)
        self._text.setText(text)

    def words(self) -> str:
        """Return what is said below the title."""
        return self._text.text()

    def offer(self, text: str, act: Callable[[], object]) -> QPushButton:
        """Add a button."""
        button = QPushButton(text)
        button.clicked.connect(lambda _checked=False: act())
        row = QHBoxLayout()
        row.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(button)
        self._body.addLayout(row)
        return button


class ShortLabel(QLabel):
    """One line that never asks for more room than there is: what does not fit ends in “…”."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: draw as much of the text as fits."""
        painter = QPainter(self)
        box = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(box, self.alignment() | Qt.TextFlag.TextSingleLine, text)


def label(text: str, role: str = "") -> QLabel:
    """Return a label; the role is one of the names in `resources/styles/window.qss`."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setObjectName(role)
    return made


def tool_button(picture: str, text: str, *, beside: bool = False) -> QToolButton:
    """Return a flat button; without `beside` its text is only its accessible name and tip."""
    button = QToolButton()
    button.setIcon(icon(picture))
    button.setAccessibleName(text)
    button.setToolTip(text)
    if beside:
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button
