"""A PDF on the screen, a page at a time, as it is printed and saved."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.base.i18n import N_, _, ngettext
from app.reporting.pictures import Picture, picture
from app.reporting.previewing import Preview
from ui.desk import Desk, Reading
from ui.formatting import count
from ui.theme import tones
from ui.widgets.panels import EmptyState, label

_WIDE = "reports/wide"
_MARGIN = 12
_TENTHS = 254
_DOTS = 96
"""Pixels to the inch at 100 %."""
_STEPS = (33, 50, 67, 80, 100, 125, 150, 200, 300)
_LEAST_DPI, _MOST_DPI = 20, 400
_WAIT_MS = 60


class PaperView(QWidget):
    """Shows one page of a preview; `turned` says that another page or size is shown."""

    turned = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.preview: Preview | None = None
        self.number = 0
        self._percent = 0
        self._wide = desk.preferences.value(_WIDE, "no") == "yes"
        self._asked = 0
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self._ask)
        self.sheet = _Sheet()
        self.area = QScrollArea()
        self.area.setWidget(self.sheet)
        self.area.setWidgetResizable(True)
        self.area.setAccessibleName(_(N_("Preview")))
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.viewport().installEventFilter(self)
        self.trouble = EmptyState("info", "", "")
        self.pile = QStackedWidget()
        self.pile.addWidget(self.area)
        self.pile.addWidget(self.trouble)
        self.note = label("", "warn")
        self.note.setWordWrap(True)
        self.note.hide()
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(self.note)
        body.addWidget(self.pile, 1)
        self.setFocusProxy(self.area)

    # ------------------------------------------------------------ what the page calls

    def show_preview(self, found: Preview, *, same: bool = False) -> None:
        """Show a PDF; the same paper anew stays at its page."""
        self.preview = found
        self.number = min(self.number, found.pages - 1) if same else 0
        if not same:
            self.area.verticalScrollBar().setValue(0)
        words = _words(found)
        self.note.setText(words)
        self.note.setVisible(bool(words))
        self.pile.setCurrentWidget(self.area)
        self._ask()
        self.turned.emit()

    def show_trouble(self, title: str, text: str = "") -> None:
        """Show why there is nothing to see."""
        self.preview = None
        self._asked += 1
        self.sheet.show_image(None)
        self.note.hide()
        self.trouble.say(title, text)
        self.pile.setCurrentWidget(self.trouble)
        self.turned.emit()

    def where(self) -> str:
        """Return which page is shown of how many, and how large."""
        if self.preview is None:
            return ""
        text = _(N_("page {number} of {count}"))
        return text.format(number=self.number + 1, count=count(self.preview.pages))

    def size_text(self) -> str:
        """Return how large the page is shown."""
        return f"{self._dpi() * 100 // _DOTS} %" if self.preview else ""

    def may_turn(self, by: int) -> bool:
        """Tell whether there is a page so many after this one."""
        return self.preview is not None and 0 <= self.number + by < self.preview.pages

    def turn(self, by: int) -> None:
        """Show the page so many after this one."""
        if self.may_turn(by):
            self.number += by
            self.area.verticalScrollBar().setValue(0)
            self._ask()
            self.turned.emit()

    def zoom(self, by: int) -> None:
        """Show the page one step larger or smaller."""
        now = self._dpi() * 100 // _DOTS
        larger = [one for one in _STEPS if one > now + 1]
        smaller = [one for one in _STEPS if one < now - 1]
        found = larger[:1] if by > 0 else smaller[-1:]
        if found:
            self._percent = found[0]
            self._ask()
            self.turned.emit()

    def fit(self) -> None:
        """Show the whole page; once more: its whole width."""
        self._wide = not self._wide and not self._percent
        self._percent = 0
        self._desk.preferences.setValue(_WIDE, "yes" if self._wide else "no")
        self._ask()
        self.turned.emit()

    # ------------------------------------------------------------ drawing

    def _dpi(self) -> int:
        """Return the pixels to the inch of the screen's own scale."""
        if self.preview is None:
            return _DOTS
        if self._percent:
            return self._percent * _DOTS // 100
        room = self.area.maximumViewportSize()
        width, height = self.preview.size
        bar = self.area.verticalScrollBar().sizeHint().width() if self._wide else 0
        dpi = (room.width() - bar - 2 * _MARGIN) * _TENTHS // width
        if not self._wide:
            dpi = min(dpi, (room.height() - 2 * _MARGIN) * _TENTHS // height)
        return min(max(dpi, _LEAST_DPI), _MOST_DPI)

    def _ask(self) -> None:
        if self.preview is None:
            return
        self._asked += 1
        ratio = self.devicePixelRatioF()
        dpi = round(self._dpi() * ratio)
        call = partial(_image, self.preview.content, self.number, dpi)
        Reading(self._desk, call).then(partial(self._show, self._asked), owner=self)

    def _show(self, asked: int, image: QImage) -> None:
        if asked == self._asked:
            image.setDevicePixelRatio(self.devicePixelRatioF())
            self.sheet.show_image(image)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: another room needs another size."""
        if event.type() is QEvent.Type.Resize and not self._percent:
            self._wait.start()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: another room needs another size."""
        super().resizeEvent(event)
        self.turned.emit()


class _Sheet(QWidget):
    """Draws the page in the middle of a dark ground."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None

    def show_image(self, image: QImage | None) -> None:
        self.image = image
        size = QSize() if image is None else image.deviceIndependentSize().toSize()
        air = QSize(2 * _MARGIN, 2 * _MARGIN)
        self.setMinimumSize(size + air if image is not None else QSize(0, 0))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        chosen = tones(self.palette())
        painter.fillRect(self.rect(), QColor(chosen.panel))
        if self.image is None:
            return
        size = self.image.deviceIndependentSize().toSize()
        left = max((self.width() - size.width()) // 2, 0)
        top = max((self.height() - size.height()) // 2, 0)
        place = QRect(left, top, size.width(), size.height())
        painter.drawImage(place, self.image)
        painter.setPen(QColor(chosen.edge))
        painter.drawRect(place.adjusted(-1, -1, 0, 0))


def _image(content: bytes, number: int, dpi: int) -> QImage:
    """Draw a page; runs on a worker thread."""
    return as_image(picture(content, number, dpi)).copy()


def as_image(found: Picture) -> QImage:
    """Return a picture as Qt has it; it shares the bytes."""
    return QImage(
        found.data,
        found.width,
        found.height,
        found.width,
        QImage.Format.Format_Grayscale8,
    )


def _words(found: Preview) -> str:
    """Say what the preview leaves out, and what cannot be printed."""
    said = []
    if found.left:
        text = ngettext(
            "The preview shows the first {shown} of {count} paper; all of them are printed.",
            "The preview shows the first {shown} of {count} papers; all of them are printed.",
            found.papers,
        )
        said.append(text.format(shown=found.papers - found.left, count=count(found.papers)))
    if found.rows_left:
        text = ngettext(
            "The preview leaves out the last {count} row; all of them are printed.",
            "The preview leaves out the last {count} rows; all of them are printed.",
            found.rows_left,
        )
        said.append(text.format(count=count(found.rows_left)))
    said += missing_words(found)
    return "\n".join(said)


def missing_words(found: Preview) -> list[str]:
    """Say which characters no font has."""
    text = _(N_("No font has the character {character} ({code}) in “{field}”."))
    return [
        text.format(character=one.character, code=f"U+{ord(one.character):04X}", field=one.field)
        for one in found.missing[:3]
    ]
