"""What the audit log is searched for: person, time, kind of thing, what was done, text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from app.audit.rules import Verb
from app.audit.search import AuditFilter
from app.base.dates import parse_day
from app.base.i18n import N_, _
from app.wording.audit import object_label
from app.wording.labels import label as label_of
from ui.widgets.panels import label

_WAIT_MS = 300
_DAY_DIGITS = 13


class AuditFilters(QWidget):
    """Says which records to list; `changed` a moment after something was chosen or typed."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self.changed)
        self.person = self._box(N_("Who"), [("", _(N_("Everybody")))])
        self.kind = self._box(N_("Kind of thing"), [("", _(N_("All things")))])
        verbs = [(verb.value, label_of(verb)) for verb in Verb]
        self.verb = self._box(N_("Did what"), [("", _(N_("Everything done"))), *verbs])
        self.first = self._day(N_("From day"))
        self.last = self._day(N_("To day"))
        self.text = self._line(N_("Text in the record"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for part in (self.person, self.kind, self.verb, self.first):
            row.addWidget(part)
        row.addWidget(label("–", "muted"))
        row.addWidget(self.last)
        row.addWidget(self.text, 1)

    def offer(self, people: Sequence[str], kinds: Sequence[str]) -> None:
        """Offer who and what stands in the log; what is chosen stays chosen."""
        _offer(self.person, [(name, name) for name in people])
        _offer(self.kind, [(kind, object_label(kind)) for kind in kinds])

    def wanted(self) -> AuditFilter:
        """Return the filter.

        Raises:
            BadDate: What was typed is no day.
        """
        verb = str(self.verb.currentData() or "")
        return AuditFilter(
            person=str(self.person.currentData() or ""),
            object_type=str(self.kind.currentData() or ""),
            verbs=frozenset({Verb(verb)}) if verb else frozenset(),
            first=_parsed(self.first),
            last=_parsed(self.last),
            text=self.text.text(),
        )

    def clear(self) -> None:
        """Search for nothing in particular."""
        self.restore({})

    def memento(self) -> dict[str, str]:
        """Return what is chosen and typed."""
        return {
            "person": str(self.person.currentData() or ""),
            "kind": str(self.kind.currentData() or ""),
            "verb": str(self.verb.currentData() or ""),
            "first": self.first.text(),
            "last": self.last.text(),
            "text": self.text.text(),
        }

    def restore(self, memento: dict[str, Any]) -> None:
        """Choose and type it again; says `changed` once."""
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        for box, name in ((self.person, "person"), (self.kind, "kind"), (self.verb, "verb")):
            value = memento.get(name, "")
            if value and box.findData(value) < 0:
                box.addItem(object_label(value), value)
            box.setCurrentIndex(max(box.findData(value), 0))
        self.first.setText(memento.get("first", ""))
        self.last.setText(memento.get("last", ""))
        self.text.setText(memento.get("text", ""))
        self._wait.stop()
        self.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self.changed.emit()

    def _box(self, title: str, choices: list[tuple[str, str]]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(_(title))
        box.setToolTip(_(title))
        box.setMaxVisibleItems(24)
        for value, text in choices:
            box.addItem(text, value)
        box.currentIndexChanged.connect(lambda _number: self._wait.start())
        return box

    def _line(self, title: str) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(_(title))
        line.setPlaceholderText(_(title))
        line.setToolTip(_(title))
        line.setClearButtonEnabled(True)
        line.textChanged.connect(lambda _text: self._wait.start())
        line.returnPressed.connect(self._now)
        return line

    def _day(self, title: str) -> QLineEdit:
        line = self._line(title)
        line.setToolTip(f"{_(title)}: 2026-03-01, 20260301")
        line.setFixedWidth(self.fontMetrics().horizontalAdvance("0") * _DAY_DIGITS + 24)
        return line

    def _now(self) -> None:
        self._wait.stop()
        self.changed.emit()


def _parsed(line: QLineEdit) -> date | None:
    return parse_day(line.text()) if line.text().strip() else None


def _offer(box: QComboBox, choices: list[tuple[str, str]]) -> None:
    chosen = box.currentData()
    box.blockSignals(True)  # noqa: FBT003 - Qt's signature
    while box.count() > 1:
        box.removeItem(1)
    for value, text in choices:
        box.addItem(text, value)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    box.blockSignals(False)  # noqa: FBT003 - Qt's signature
