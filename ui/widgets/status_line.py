"""The line below the pages: what was said, what is selected, how the database is."""

from __future__ import annotations

from PySide6.QtWidgets import QStatusBar, QWidget

from app.base.i18n import N_, _
from app.upkeep.standing import Standing
from ui.formatting import count, moment
from ui.messages import Tone
from ui.theme import tones
from ui.widgets.panels import ShortLabel, label
from ui.widgets.states import DONE, NONE, WARNING, with_glyph

_LOOKS = {Tone.SAID: NONE, Tone.DONE: DONE, Tone.WARNED: WARNING}


class StatusLine(QStatusBar):
    """Sentences stay until the next one: nothing disappears before it was read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.message = ShortLabel()
        self.message.setAccessibleName(_(N_("Message")))
        self.selection = label("")
        self.selection.setAccessibleName(_(N_("Selection")))
        self.database = label("", "muted")
        self.backup = label("", "muted")
        self.chain = label("", "muted")
        self.addWidget(self.message, 1)
        self.setContentsMargins(6, 0, 10, 0)
        for part in (self.selection, self.database, self.backup, self.chain):
            part.setContentsMargins(10, 0, 0, 0)
            self.addPermanentWidget(part)

    def show_message(self, tone: str, text: str) -> None:
        """Show a sentence with the glyph of its tone."""
        look = _LOOKS[Tone(tone)]
        colour = getattr(tones(self.palette()), look.tone)
        self.message.setStyleSheet(f"color: {colour};" if look is not NONE else "")
        self.message.setText(with_glyph(look, text) if look is not NONE else text)
        self.message.setToolTip(text)

    def show_standing(self, standing: Standing) -> None:
        """Show how the database is."""
        name = N_("database: local ✓") if standing.local else N_("database: server ✓")
        self.database.setText(_(name))
        self.backup.setText(
            _(N_("last backup: {at}")).format(at=moment(standing.last_backup))
            if standing.last_backup
            else _(N_("no backup yet"))
        )

    def show_chain(self, records: int, *, whole: bool) -> None:
        """Show what checking the audit chain gave."""
        text = N_("audit chain ✓") if whole else N_("audit chain ✗ broken after {count}")
        self.chain.setText(_(text).format(count=count(records)))
        self.chain.setToolTip(
            _(N_("{count} records, checked when the window opened")).format(count=count(records))
        )
        self.chain.setObjectName("muted" if whole else "bad")
        self.chain.style().polish(self.chain)
