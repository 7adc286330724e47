"""A form beside a list: fields of one thing, what is wrong with them, what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.base.errors import UserError
from app.base.i18n import N_, _
from ui.widgets.editors import ChoiceEditor, Editor, Options
from ui.widgets.panels import Card, label


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of a form.

    `fixed` fields are given once, when the thing is made; `locked` ones are only looked at;
    `first` ones are asked only when the thing is made, `later` ones only once it is there.
    """

    name: str
    caption: str
    editor: Callable[[], Editor]
    fixed: bool = False
    locked: bool = False
    first: bool = False
    later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a form shows: a title, values by field, and what of them was changed before.

    `there` says whether the thing exists; `allowed` whether it may be changed.
    """

    title: str
    values: Mapping[str, Any]
    changes: Mapping[str, Any]
    there: bool
    allowed: bool


class EditForm(QWidget):
    """Shows the fields of one thing; `edited` says that somebody changed one."""

    edited = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editors: dict[str, Editor] = {}
        self._fields: Sequence[Field] = ()
        self._before: dict[str, Any] = {}
        self.title = label("", "title")
        self.title.setWordWrap(True)
        self.problem = label("", "bad")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.note = label("", "muted")
        self.note.setWordWrap(True)
        self._body = QFormLayout()
        self._body.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._body.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        card = Card()
        card.body.addWidget(self.title)
        card.body.addLayout(self._body)
        for part in (self.problem, self.note):
            card.body.addWidget(part)
        card.body.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(card)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    def use(self, fields: Sequence[Field]) -> None:
        """Have other fields."""
        while self._body.rowCount():
            self._body.removeRow(0)
        self._fields = fields
        self.editors = {}
        for field in fields:
            editor = field.editor()
            caption = QLabel(_(field.caption))
            caption.setBuddy(editor.widget)
            editor.widget.setAccessibleName(_(field.caption))
            editor.watch(self._changed)
            if isinstance(editor.widget, QLineEdit):
                editor.widget.returnPressed.connect(self.entered)
            self._body.addRow(caption, editor.widget)
            self.editors[field.name] = editor

    def offer(self, name: str, options: Options) -> None:
        """Let a field choose among other values."""
        editor = self.editors.get(name)
        if isinstance(editor, ChoiceEditor):
            editor.offer(options)

    def show_values(self, shown: Shown) -> None:
        """Show one thing."""
        self.title.setText(shown.title)
        self._clear()
        self._before = {}
        for number, field in enumerate(self._fields):
            editor = self.editors[field.name]
            before = editor.raw_of(shown.values.get(field.name))
            self._before[field.name] = before
            raw = shown.changes.get(field.name, before)
            if editor.raw() != raw or not editor.widget.hasFocus():
                editor.put(raw)
            locked = field.locked or (field.fixed and shown.there) or not shown.allowed
            editor.lock(locked=locked)
            hidden = field.first if shown.there else field.later
            self._body.setRowVisible(number, not hidden)

    def show_nothing(self, text: str) -> None:
        """Show that nothing is chosen."""
        nothing = Shown(title=text, values={}, changes={}, there=True, allowed=False)
        self.show_values(nothing)

    def changes(self) -> dict[str, Any]:
        """Return what stands in the fields that were changed."""
        raws = {name: editor.raw() for name, editor in self.editors.items()}
        return {name: raw for name, raw in raws.items() if raw != self._before.get(name)}

    def values(self) -> dict[str, Any] | None:
        """Return what all fields mean; None where one means nothing, which is then said."""
        found = {}
        for name, editor in self._asked():
            try:
                found[name] = editor.value()
            except UserError as error:
                self.refuse(error, name)
                return None
        self._clear()
        return found

    def understood(self) -> dict[str, Any] | None:
        """Return what all fields mean, or None, and say nothing."""
        try:
            return {name: editor.value() for name, editor in self._asked()}
        except UserError:
            return None

    def refuse(self, error: UserError, name: str = "") -> None:
        """Say what is wrong, and put the keyboard where it is."""
        self.problem.setText(f"✗ {error.user_message()}")
        self.problem.show()
        named = name or str(error.params.get("field", ""))
        if named in self.editors:
            self.editors[named].widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_first(self) -> None:
        """Put the keyboard into the first field that can be changed."""
        for number, field in enumerate(self._fields):
            widget = self.editors[field.name].widget
            readable = isinstance(widget, QLineEdit) and widget.isReadOnly()
            if widget.isEnabled() and not readable and self._body.isRowVisible(number):
                widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
                if isinstance(widget, QLineEdit):
                    widget.selectAll()
                return

    def _asked(self) -> list[tuple[str, Editor]]:
        """The fields that are asked of what is shown."""
        return [
            (field.name, self.editors[field.name])
            for number, field in enumerate(self._fields)
            if self._body.isRowVisible(number)
        ]

    def _changed(self) -> None:
        self._clear()
        self.edited.emit()

    def _clear(self) -> None:
        """Say that nothing is wrong."""
        self.problem.setText("")
        self.problem.hide()


def not_saved(title: str) -> str:
    """Return a title with the mark of what is not saved."""
    return _(N_("✎ {title} (not saved)")).format(title=title)
