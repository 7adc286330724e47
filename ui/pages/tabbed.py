"""A page of parts behind tabs; Ctrl+Tab goes from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.base.i18n import N_, _
from ui.desk import Desk
from ui.pages.page import Page
from ui.pages.part import Part


class TabbedPage(Page):
    """Shows one part at a time; only that one is read and only its actions are possible."""

    part_types: ClassVar[Sequence[type[Part]]] = ()
    tabs_name: ClassVar[str] = N_("Parts")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        body = QVBoxLayout(self)
        body.setContentsMargins(10, 6, 10, 6)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(_(self.tabs_name))
        body.addWidget(self.tabs)
        self.parts: list[Part] = [part(self) for part in self.part_types]
        self._stale_parts = set(self.parts)
        for part in self.parts:
            self.tabs.addTab(part, _(part.title))
        self.tabs.setCurrentIndex(next(i for i, part in enumerate(self.parts) if part.allowed))
        self.tabs.currentChanged.connect(lambda _number: self._turned())

    def finish(self) -> None:
        """Make the part in front."""
        self._weigh()

    @property
    def part(self) -> Part:
        """The part in front."""
        part = self.parts[self.tabs.currentIndex()]
        part.make()
        return part

    def show_part(self, kind: type[Part]) -> None:
        """Turn to a part."""
        self.tabs.setCurrentIndex(list(self.part_types).index(kind))

    def reload(self) -> None:
        """Ask for what the part in front shows, and for the others when they come there."""
        self._stale_parts = set(self.parts)
        self._read()

    def memento(self) -> object:
        """Return which part is in front, and where each of them is."""
        places = [part.memento() if part.made else None for part in self.parts]
        return self.tabs.currentIndex(), places

    def restore(self, memento: object) -> None:
        """Go there again."""
        assert isinstance(memento, tuple)
        number, places = memento
        for part, place in zip(self.parts, places, strict=True):
            if place is not None:
                part.make()
                part.restore(place)
        self.tabs.setCurrentIndex(number)

    def entered(self) -> None:
        """Put the keyboard where the part in front wants it."""
        self.part.entered()

    def _turned(self) -> None:
        self._weigh()
        if self.isVisible():
            self._read()
        if not self.tabs.tabBar().hasFocus():
            self.part.entered()

    def _read(self) -> None:
        if self.part in self._stale_parts:
            self._stale_parts.discard(self.part)
            if self.part.allowed:
                self.part.reload()

    def _weigh(self) -> None:
        """Only what the part in front can do is possible."""
        for part in self.parts:
            for name in part.verbs:
                self.allow(name, possible=False)
        if self.part.allowed:
            self.part.weigh()
