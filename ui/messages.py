"""What the program says to its user: sentences in the status line, defects in a dialog."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from app.base.errors import UserError
from app.upkeep.defects import Defect, write_down


class Tone(StrEnum):
    """How a sentence is meant."""

    SAID = "said"
    DONE = "done"
    WARNED = "warned"


class Messages(QObject):
    """One place for everything that is said, so that nothing is said twice or nowhere."""

    spoken = Signal(str, str)
    crashed = Signal(object)

    def say(self, text: str) -> None:
        """Tell something by the way."""
        self.spoken.emit(Tone.SAID.value, text)

    def tell_done(self, text: str) -> None:
        """Tell that something was carried out."""
        self.spoken.emit(Tone.DONE.value, text)

    def warn(self, text: str) -> None:
        """Tell that something was not carried out, and why."""
        self.spoken.emit(Tone.WARNED.value, text)

    def failed(self, error: BaseException) -> None:
        """Tell of an error: a sentence for the expected ones, a reference for a defect."""
        if isinstance(error, UserError):
            self.warn(error.user_message())
        else:
            self.crash(write_down(error))

    def crash(self, defect: Defect) -> None:
        """Show the dialog that gives a defect's reference."""
        self.crashed.emit(defect)
