"""What can be done with money in suspense."""

from __future__ import annotations

from app.base.i18n import N_
from app.identity.rules import Permission
from ui.actions.action import Action

ACTIONS = (
    Action(
        name="adjustments.claim",
        text=N_("Claim"),
        keys="C",
        icon="user",
        permission=Permission.ADJUST,
        help=N_("Says whose the money is: a household or an organisation."),
    ),
    Action(
        name="adjustments.refund",
        text=N_("Refund"),
        keys="B",
        icon="undo-2",
        permission=Permission.ADJUST,
        help=N_("Gives it back; the original payment is named."),
    ),
    Action(
        name="adjustments.transfer",
        text=N_("Transfer out"),
        keys="O",
        icon="arrow-right",
        permission=Permission.ADJUST,
        help=N_("Pays it to the organisation that it belongs to."),
    ),
    Action(
        name="adjustments.small",
        text=N_("Write off a small one"),
        keys="L",
        icon="check",
        permission=Permission.ADJUST,
        help=N_("Only below the limit for small differences."),
    ),
    Action(
        name="adjustments.clear_up",
        text=N_("Clear it up"),
        keys="F6",
        icon="square-pen",
        permission=Permission.ADJUST,
        help=N_("Drafts an adjustment and lets the way be chosen."),
    ),
    Action(
        name="adjustments.owner",
        text=N_("Hand over to …"),
        keys="H",
        icon="users",
        permission=Permission.ASSIGN,
        help=N_("Lets somebody else look after what is selected."),
    ),
    Action(
        name="adjustments.item_case",
        text=N_("To the discrepancy"),
        keys="Shift+T",
        icon="triangle-alert",
        help=N_("Shows the discrepancy that it came from."),
    ),
    Action(
        name="adjustments.cleared",
        text=N_("Also what is cleared up"),
        keys="Shift+A",
        icon="history",
    ),
)
