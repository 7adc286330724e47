"""What can be done on the day board."""

from __future__ import annotations

from app.base.i18n import N_
from app.identity.rules import Permission
from ui.actions.action import Action

ACTIONS = (
    Action(
        name="board.open",
        text=N_("Open this work"),
        keys="Enter; Return",
        icon="arrow-right",
        help=N_("Opens the page on which the cell under the cursor is worked on."),
    ),
    Action(
        name="board.reconcile",
        text=N_("Reconcile the day"),
        keys="Ctrl+R",
        icon="scale",
        permission=Permission.RECONCILE,
        help=N_("Runs all four tasks for this business date; what people decided stays."),
    ),
    Action(
        name="board.close",
        text=N_("Close the day"),
        keys="F7",
        icon="lock",
        help=N_("Shows what is in the way, closes the day, and reopens it by two."),
    ),
    Action(
        name="board.print",
        text=N_("Print the day report"),
        keys="Ctrl+P",
        icon="printer",
        permission=Permission.PRINT,
        help=N_("Shows the day report before it is printed."),
    ),
    Action(
        name="board.import",
        text=N_("Choose files …"),
        keys="Ctrl+O",
        icon="upload",
        permission=Permission.IMPORT,
    ),
)
