"""What a value of a form is edited with: a line, a choice, a tick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

Options = Sequence[tuple[str, Any]]
"""What can be chosen: how it is called, and the value."""

_NARROW = 8
"""Characters that a box shows at least; longer names are cut off, not the form."""


class Editor(Protocol):
    """One editor; `raw` is what stands in it, whether it can be understood or not."""

    @property
    def widget(self) -> QWidget:
        """What is shown."""

    def raw(self) -> Any:
        """Return what stands in it."""

    def put(self, raw: Any) -> None:
        """Let something stand in it."""

    def raw_of(self, value: Any) -> Any:
        """Return how a value stands in it."""

    def value(self) -> Any:
        """Return what it means, or raise the error that says why it means nothing."""

    def watch(self, changed: Callable[[], object]) -> None:
        """Call when somebody changes it."""

    def lock(self, *, locked: bool) -> None:
        """Let it be read only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """How the value of a line is read and written."""

    read: Callable[[str], Any] = str.strip
    write: Callable[[Any], str] = str


class LineEditor:
    """A line of text."""

    def __init__(self, text: Text, hint: str = "") -> None:
        self._text = text
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint)

    @property
    def widget(self) -> QWidget:
        """The line."""
        return self.line

    def raw(self) -> Any:
        """Return the text."""
        return self.line.text()

    def put(self, raw: Any) -> None:
        """Show a text from its beginning."""
        with QSignalBlocker(self.line):
            self.line.setText(str(raw))
            self.line.setCursorPosition(0)

    def raw_of(self, value: Any) -> Any:
        """Return how a value is written."""
        return "" if value is None else self._text.write(value)

    def value(self) -> Any:
        """Return what the text means."""
        return self._text.read(self.line.text())

    def watch(self, changed: Callable[[], object]) -> None:
        """Call when the text changes."""
        self.line.textChanged.connect(lambda _text: changed())

    def lock(self, *, locked: bool) -> None:
        """Let the text be read and copied only."""
        self.line.setReadOnly(locked)


class ChoiceEditor:
    """One of some values."""

    def __init__(self, options: Options = ()) -> None:
        # Qt would give members of enums back as plain texts.
        self._values: list[Any] = []
        self.box = QComboBox()
        self.box.setMinimumContentsLength(_NARROW)
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.offer(options)

    @property
    def widget(self) -> QWidget:
        """The box."""
        return self.box

    def offer(self, options: Options) -> None:
        """Let other values be chosen; what is chosen stays."""
        chosen = self.raw()
        with QSignalBlocker(self.box):
            self.box.clear()
            self.box.addItems([text for text, _value in options])
        self._values = [value for _text, value in options]
        self.put(chosen)

    def raw(self) -> Any:
        """Return the value that is chosen."""
        place = self.box.currentIndex()
        return self._values[place] if 0 <= place < len(self._values) else None

    def put(self, raw: Any) -> None:
        """Choose a value."""
        if raw in self._values:
            with QSignalBlocker(self.box):
                self.box.setCurrentIndex(self._values.index(raw))

    def raw_of(self, value: Any) -> Any:
        """Return the value itself."""
        return value

    def value(self) -> Any:
        """Return the value that is chosen."""
        return self.raw()

    def watch(self, changed: Callable[[], object]) -> None:
        """Call when something else is chosen."""
        self.box.currentIndexChanged.connect(lambda _number: changed())

    def lock(self, *, locked: bool) -> None:
        """Let nothing else be chosen."""
        self.box.setEnabled(not locked)


class FlagEditor:
    """Yes or no."""

    def __init__(self, text: str) -> None:
        self.tick = QCheckBox(text)

    @property
    def widget(self) -> QWidget:
        """The tick."""
        return self.tick

    def raw(self) -> Any:
        """Return whether it is ticked."""
        return self.tick.isChecked()

    def put(self, raw: Any) -> None:
        """Tick it or not."""
        with QSignalBlocker(self.tick):
            self.tick.setChecked(bool(raw))

    def raw_of(self, value: Any) -> Any:
        """Return the value itself."""
        return bool(value)

    def value(self) -> Any:
        """Return whether it is ticked."""
        return self.tick.isChecked()

    def watch(self, changed: Callable[[], object]) -> None:
        """Call when it is ticked or not any more."""
        self.tick.toggled.connect(lambda _on: changed())

    def lock(self, *, locked: bool) -> None:
        """Let it stay as it is."""
        self.tick.setEnabled(not locked)
