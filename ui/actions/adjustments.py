"""What can be done on the page of the adjustments."""

from __future__ import annotations

from app.base.i18n import N_
from app.identity.rules import Permission
from ui.actions.action import Action

ACTIONS = (
    Action(
        name="adjustments.approve",
        text=N_("Approve"),
        keys="Enter; Return",
        icon="check",
        permission=Permission.APPROVE,
        help=N_("Posts the voucher and settles the discrepancies, then shows the next one."),
    ),
    Action(
        name="adjustments.send_back",
        text=N_("Return"),
        keys="R",
        icon="undo-2",
        permission=Permission.APPROVE,
        help=N_("Gives it back to its maker with a reason."),
    ),
    Action(
        name="adjustments.reverse",
        text=N_("Reverse"),
        keys="V",
        icon="refresh-cw",
        permission=Permission.APPROVE,
        help=N_("Cancels what was approved by a red-letter voucher; its discrepancies come back."),
    ),
    Action(
        name="adjustments.edit",
        text=N_("Edit"),
        keys="F2",
        icon="square-pen",
        permission=Permission.ADJUST,
        help=N_("Goes on with a draft of yours, or with one that was returned to you."),
    ),
    Action(
        name="adjustments.submit",
        text=N_("Submit"),
        keys="S",
        icon="upload",
        permission=Permission.ADJUST,
        help=N_("Asks for approval."),
    ),
    Action(
        name="adjustments.withdraw",
        text=N_("Withdraw"),
        keys="W",
        icon="x",
        permission=Permission.ADJUST,
        help=N_("Takes back what you drafted or submitted."),
    ),
    Action(
        name="adjustments.attach",
        text=N_("Attach a file"),
        keys="F",
        icon="paperclip",
        permission=Permission.NOTE,
        help=N_("A proof for the checker; what waits for approval goes back to its maker."),
    ),
    Action(
        name="adjustments.paste",
        text=N_("Attach the picture of the clipboard"),
        keys="Ctrl+V",
        icon="copy",
        permission=Permission.NOTE,
    ),
    Action(
        name="adjustments.case",
        text=N_("To the discrepancy"),
        keys="T",
        icon="triangle-alert",
        help=N_("Shows the first discrepancy that it is about."),
    ),
    Action(
        name="adjustments.voucher",
        text=N_("To the voucher"),
        keys="P",
        icon="receipt-text",
        help=N_("Shows the voucher that it posted."),
    ),
    Action(
        name="adjustments.print",
        text=N_("Print the slip"),
        keys="Ctrl+P",
        icon="printer",
        permission=Permission.PRINT,
        help=N_("Shows the slip of this adjustment before it is printed."),
    ),
    Action(
        name="adjustments.day",
        text=N_("Only this business date"),
        keys="D",
        icon="calendar-days",
    ),
    Action(
        name="adjustments.filter",
        text=N_("Filter by number"),
        keys="/; Ctrl+F",
        icon="funnel",
    ),
    Action(
        name="adjustments.clear",
        text=N_("Show all again"),
        keys="X",
        icon="x",
        help=N_("Takes all filters away."),
    ),
)
