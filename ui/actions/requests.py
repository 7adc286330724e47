"""What can be done with what waits for a second person."""

from __future__ import annotations

from app.base.i18n import N_
from ui.actions.action import Action

ACTIONS = (
    Action(
        name="adjustments.agree",
        text=N_("Agree"),
        keys="Y",
        icon="check",
        help=N_("Carries out what was asked for; Enter in the list does the same."),
    ),
    Action(
        name="adjustments.refuse",
        text=N_("Refuse"),
        keys="Shift+R",
        icon="undo-2",
        help=N_("Gives it back to who asked, with a reason."),
    ),
    Action(
        name="adjustments.statement",
        text=N_("See the statement"),
        keys="Shift+S",
        icon="eye",
        help=N_("Shows the bank reconciliation statement that waits, with all its items."),
    ),
    Action(
        name="adjustments.take_back",
        text=N_("Take my request back"),
        keys="Shift+W",
        icon="x",
    ),
)
