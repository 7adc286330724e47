"""Personal data as they are: asked for with a reason, shown for half a minute, then gone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.base.i18n import N_, _, ngettext
from app.intake.rules import Kind
from app.records.unmasking import SHOWN_S, Plain, unmask
from app.wording.labels import label as label_of
from app.wording.values import field_name
from ui.desk import Desk
from ui.dialogs.asking import Ask
from ui.widgets.panels import label

_WIDTH = 460
_SECOND_MS = 1_000


def ask_unmask(desk: Desk, entries: Sequence[tuple[Kind, int]], parent: QWidget) -> None:
    """Ask for a reason, and show the personal data of entries for half a minute."""

    def show(found: list[Plain]) -> None:
        if found:
            Unmasked(found, parent).open()
        else:
            desk.say(_(N_("There are no personal data in it.")))

    def run(reason: str) -> None:
        desk.write(unmask, entries=entries, reason=reason).then(show, owner=parent)

    Ask(
        _(N_("Show personal data")),
        _(N_("Names and numbers are shown for half a minute. The log keeps who saw them and why.")),
        act=_(N_("Show")),
        done=run,
        reason=_(N_("Reason")),
        parent=parent,
    ).open()


class Unmasked(QDialog):
    """Shows personal data and closes by itself."""

    def __init__(self, found: Sequence[Plain], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_(N_("Personal data")))
        self.setMinimumWidth(_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.left = SHOWN_S
        self.values: list[QLabel] = []
        form = QFormLayout()
        for one in found:
            value = label(one.value)
            value.setWordWrap(True)
            value.setTextFormat(Qt.TextFormat.PlainText)
            self.values.append(value)
            title = f"{label_of(one.kind)} {one.key} · {field_name(one.kind, one.field)}"
            form.addRow(title, value)
        self.clock = label("", "muted")
        hide = QPushButton(_(N_("Hide")))
        hide.setDefault(True)
        hide.clicked.connect(self.accept)
        body = QVBoxLayout(self)
        body.addLayout(form)
        body.addWidget(self.clock)
        body.addWidget(hide, alignment=Qt.AlignmentFlag.AlignRight)
        self._timer = QTimer(self)
        self._timer.setInterval(_SECOND_MS)
        self._timer.timeout.connect(partial(self.pass_time, 1))
        self._timer.start()
        self.pass_time(0)

    def pass_time(self, seconds: int) -> None:
        """Let time pass; in the end everything is hidden again."""
        self.left -= seconds
        text = ngettext(
            "hidden again in {count} second", "hidden again in {count} seconds", self.left
        )
        self.clock.setText(text.format(count=self.left))
        if self.left <= 0:
            self._timer.stop()
            for value in self.values:
                value.setText("")
            self.accept()
