"""What every page is."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from app.base.i18n import N_, _
from ui.actions import ACTIONS
from ui.desk import Desk, Target, touches
from ui.theme import icon


class Page(QWidget):
    """One page of the navigation.

    It asks for its data in `reload`, which never waits: when it is shown, when a table it shows
    changed, when the day or the organisation changed. While it is hidden it only remembers that.
    """

    name: ClassVar[str]
    tables: ClassVar[frozenset[str]] = frozenset()
    about: ClassVar[str] = N_("No help is written for this page yet.")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.actions_by_name: dict[str, QAction] = {}
        self._stale = True
        self._is_complete = False
        desk.changed.connect(self._data_changed)
        desk.day_changed.connect(self._moved)
        desk.organisation_changed.connect(self._moved)

    def complete(self) -> None:
        """Make what was left out at first, once; before that nobody may use the page."""
        if not self._is_complete:
            self._is_complete = True
            self.finish()

    def finish(self) -> None:
        """Make the rest of the page: all at once would hold the window up."""

    def reload(self) -> None:
        """Ask for everything that the page shows."""

    def run_again(self) -> None:
        """Do what F5 means here: read anew, unless a page has more to do."""
        self.reload()

    def go(self, target: Target) -> None:
        """Show something; called after the page was shown."""

    def memento(self) -> object:
        """Return what must survive a change of language."""
        return None

    def restore(self, memento: object) -> None:
        """Take up what `memento` of a page of the same kind returned."""

    def entered(self) -> None:
        """Put the keyboard where work begins; called when the page is shown."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def become_current(self) -> None:
        """Take note that the page is on the screen."""
        self.complete()
        if self._stale:
            self._stale = False
            self.reload()
        self.entered()

    def refresh(self) -> None:
        """Read anew now if the page is on the screen, else when it comes there."""
        if self.isVisible():
            self._stale = False
            self.reload()
        else:
            self._stale = True

    def bind(self, name: str, act: Callable[[], object]) -> QAction:
        """Make an action of the table work on this page, with its keys."""
        declared = ACTIONS[name]
        action = QAction(_(declared.text), self)
        action.setShortcuts(
            [QKeySequence(keys.strip()) for keys in declared.keys.split(";") if keys.strip()]
        )
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        tip = _(declared.help) if declared.help else _(declared.text)
        if not self.desk.may(declared.permission):
            action.setEnabled(False)
            tip = _(N_("Your role does not allow this."))
            self._refuse(action)
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{tip} ({keys})" if keys else tip)
        action.triggered.connect(lambda _checked=False: act())
        self.addAction(action)
        self.actions_by_name[name] = action
        return action

    def picture(self, name: str) -> QIcon:
        """Return the icon of a bound action; icons take time and are drawn where they are seen."""
        action = self.actions_by_name[name]
        if action.icon().isNull():
            action.setIcon(icon(ACTIONS[name].icon or "play"))
        return action.icon()

    def button(self, name: str) -> QPushButton:
        """Return a button of a bound action; it follows whether the action is possible."""
        action = self.actions_by_name[name]
        made = QPushButton(self.picture(name), _with_keys(action))
        made.setToolTip(action.toolTip())
        made.setAccessibleName(action.text())
        made.setEnabled(action.isEnabled())
        made.clicked.connect(lambda _checked=False: action.trigger())
        action.changed.connect(lambda: made.setEnabled(action.isEnabled()))
        return made

    def allow(self, name: str, *, possible: bool) -> None:
        """Say whether an action makes sense now; without the permission it stays off."""
        action = self.actions_by_name[name]
        action.setEnabled(possible and self.desk.may(ACTIONS[name].permission))

    def _refuse(self, action: QAction) -> None:
        """Say why nothing happens when the keys of an action are pressed without permission."""
        text = _(N_("{action}: your role does not allow this.")).format(action=action.text())
        for keys in action.shortcuts():
            shortcut = QShortcut(keys, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda: self.desk.warn(text))

    def _data_changed(self, tables: frozenset[str]) -> None:
        if touches(tables, self.tables):
            self.refresh()

    def _moved(self, _what: object) -> None:
        self.refresh()


def _with_keys(action: QAction) -> str:
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return f"{action.text()}  {keys}" if keys else action.text()
