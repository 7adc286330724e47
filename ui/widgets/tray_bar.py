"""The tray: what was picked to be matched, live sums and the difference."""

from __future__ import annotations

from typing import assert_never

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from app.base.i18n import N_, _
from app.discrepancies.rules import Verdict
from app.discrepancies.tray import Tray
from app.matching.rules import Side
from ui.formatting import amount, count
from ui.models.picks import Picks
from ui.widgets.panels import label
from ui.widgets.states import DONE, FAILED, WARNING, with_glyph

_OURS = N_("ours {count}: {amount}")
_THEIRS = N_("theirs {count}: {amount}")


class TrayBar(QFrame):
    """One line below the tables."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.ours = label("")
        self.theirs = label("")
        self.difference = label("", "title")
        self.verdict = label("", "muted")
        for part, name in (
            (self.ours, N_("Tray: ours")),
            (self.theirs, N_("Tray: theirs")),
            (self.difference, N_("Tray: difference")),
            (self.verdict, N_("Tray: verdict")),
        ):
            part.setAccessibleName(_(name))
        self.right = QHBoxLayout()
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 3, 6, 3)
        row.setSpacing(14)
        row.addWidget(label(_(N_("Tray")), "title"))
        for part in (self.ours, self.theirs, self.difference):
            row.addWidget(part)
        # A long sentence must not push the buttons away; its tip has all of it.
        self.verdict.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self.verdict, 1)
        row.addLayout(self.right)
        self.show_picks(Picks())

    def show_picks(self, picks: Picks) -> None:
        """Show counts and sums."""
        self.ours.setText(_part(_OURS, picks.count(Side.OURS), picks.fen(Side.OURS)))
        self.theirs.setText(_part(_THEIRS, picks.count(Side.THEIRS), picks.fen(Side.THEIRS)))
        self.difference.setText(
            _(N_("difference {amount}")).format(amount=amount(picks.difference_fen))
            if picks
            else ""
        )
        both = picks.count(Side.OURS) and picks.count(Side.THEIRS)
        if not picks:
            self.say("", _(N_("Space picks entries, Enter matches them.")))
        elif both and not picks.difference_fen:
            self.say("good", with_glyph(DONE, _(N_("equal, Enter matches"))))
        elif both:
            self.say("warn", with_glyph(WARNING, _(N_("not equal"))))
        else:
            self.say("", _(N_("Tab goes to the other side.")))

    def show_tray(self, found: Tray) -> None:
        """Show the sums as the service counts them, and whether they can be matched."""
        self.ours.setText(_part(_OURS, found.ours_count, found.ours_fen))
        self.theirs.setText(_part(_THEIRS, found.theirs_count, found.theirs_fen))
        self.difference.setText(
            _(N_("difference {amount}")).format(amount=amount(found.difference_fen))
        )
        match found.verdict:
            case Verdict.EQUAL:
                self.say("good", with_glyph(DONE, _(N_("equal, Enter matches"))))
            case Verdict.TOLERATED:
                self.say("warn", with_glyph(WARNING, _(N_("within tolerance, needs a reason"))))
            case Verdict.UNEQUAL:
                self.say("warn", with_glyph(WARNING, _(N_("not equal"))))
            case Verdict.REFUSED:
                self.say("bad", with_glyph(FAILED, found.trouble))
            case Verdict.EMPTY:
                self.say("", _(N_("Tab goes to the other side.")))
            case _:
                assert_never(found.verdict)

    def say(self, tone: str, text: str) -> None:
        """Say what can be done with what is in the tray."""
        self.verdict.setText(text)
        self.verdict.setToolTip(text)
        self.verdict.setObjectName(tone or "muted")
        self.verdict.style().polish(self.verdict)


def _part(words: str, number: int, fen: int) -> str:
    return _(words).format(count=count(number), amount=amount(fen))
