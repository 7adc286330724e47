"""The age bands as a row of buttons with counts and sums; any of them can be chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from app.base.i18n import N_, _, ngettext
from app.discrepancies.cases import GroupSum
from app.discrepancies.rules import BANDS
from ui.formatting import amount, count
from ui.widgets.case_columns import band_text


class BandBar(QWidget):
    """Says how old the work is; `chosen` carries the bands that are pressed."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.buttons: dict[str, QToolButton] = {}
        for band in BANDS:
            button = QToolButton()
            button.setObjectName("band")
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda _checked=False: self.chosen.emit(self.bands()))
            row.addWidget(button)
            self.buttons[band] = button
        self.show_sums([])

    def bands(self) -> frozenset[str]:
        """Return the bands that are pressed."""
        return frozenset(band for band, button in self.buttons.items() if button.isChecked())

    def press(self, bands: frozenset[str]) -> None:
        """Press these bands and no others."""
        for band, button in self.buttons.items():
            button.setChecked(band in bands)

    def show_sums(self, sums: Sequence[GroupSum]) -> None:
        """Show counts and sums."""
        found = {group.key: group.sums for group in sums}
        for band, button in self.buttons.items():
            sum_ = found.get(band)
            number, fen = (sum_.count, sum_.difference_fen) if sum_ else (0, 0)
            items = ngettext("{count} item", "{count} items", number).format(count=count(number))
            button.setText(f"{band_text(band)}   {items}   {amount(fen)}")
            text = _(N_("Age {band}: {count} discrepancies, difference {amount}")).format(
                band=band_text(band), count=count(number), amount=amount(fen)
            )
            button.setAccessibleName(text)
            button.setToolTip(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: the arrow keys go from band to band."""
        step = {Qt.Key.Key_Left.value: -1, Qt.Key.Key_Right.value: 1}.get(event.key(), 0)
        held = [number for number, one in enumerate(self.buttons.values()) if one.hasFocus()]
        if step and held:
            buttons = list(self.buttons.values())
            buttons[(held[0] + step) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)
