"""Anchoring the end of the log: after each closing, and on demand."""

from __future__ import annotations

from pathlib import Path

from app.base.i18n import N_, _
from app.base.progress import Progress
from app.identity.rules import Permission
from app.upkeep.anchors import Anchored, anchor, anchor_folder, is_anchored
from ui.desk import Desk

FOLDER = "anchors/folder"
"""Under which the settings of this workstation keep the second folder."""


def folder_of(desk: Desk) -> Path:
    """Return the second folder on this workstation."""
    chosen = str(desk.preferences.value(FOLDER, ""))
    return anchor_folder(desk.workspace.address, chosen)


def may_anchor(desk: Desk) -> bool:
    """Return whether who sits here may anchor the log."""
    return desk.may(Permission.CLOSE_DAY) or desk.may(Permission.BACKUP)


def keep_anchored(desk: Desk) -> None:
    """Anchor the log by itself after each day that is closed at this window."""

    def look(tables: frozenset[str]) -> None:
        if "day_close" in tables and desk.may(Permission.CLOSE_DAY):
            desk.read(is_anchored).then(lambda done: None if done else anchor_now(desk), owner=desk)

    desk.changed.connect(look)


def anchor_now(desk: Desk) -> None:
    """Note where the log ends, here and in the second folder."""
    folder = folder_of(desk)

    def work(_progress: Progress) -> Anchored:
        return anchor(desk.workspace, desk.actor, folder=folder)

    def done(made: Anchored) -> None:
        if made.signed:
            text = _(N_("The log up to record {sequence} is anchored and signed: {file}"))
            say = desk.messages.tell_done
        else:
            text = _(
                N_(
                    "The log up to record {sequence} is anchored without a signature (there is "
                    "neither a keyring nor DUIPING_ANCHOR_PASSPHRASE): {file}"
                )
            )
            say = desk.warn
        say(text.format(sequence=made.anchor.sequence, file=made.file))

    desk.job(_(N_("Anchoring the log")), work, done=done, owner=desk)
