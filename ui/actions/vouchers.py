"""What can be done on the page of the vouchers."""

from __future__ import annotations

from app.base.i18n import N_
from app.identity.rules import Permission
from ui.actions.action import Action

ACTIONS = (
    Action(
        name="vouchers.source",
        text=N_("What it was made from"),
        keys="T",
        icon="square-pen",
        help=N_("Shows the adjustment of this voucher; Enter does the same."),
    ),
    Action(
        name="vouchers.other",
        text=N_("The voucher that cancels it"),
        keys="G",
        icon="arrow-right",
        help=N_("Goes from a voucher to its red-letter one, and back."),
    ),
    Action(
        name="vouchers.reverse",
        text=N_("Reverse"),
        keys="V",
        icon="refresh-cw",
        permission=Permission.APPROVE,
        help=N_("Reverses the adjustment that it was made from, by a red-letter voucher."),
    ),
    Action(
        name="vouchers.export",
        text=N_("Export"),
        keys="Ctrl+E",
        icon="download",
        help=N_("Writes what is listed for a ledger system: a workbook, text, or XML."),
    ),
    Action(
        name="vouchers.print",
        text=N_("Print the voucher"),
        keys="Ctrl+P",
        icon="printer",
        permission=Permission.PRINT,
        help=N_("Shows the selected vouchers as papers before they are printed."),
    ),
    Action(
        name="vouchers.day",
        text=N_("Only this business date"),
        keys="D",
        icon="calendar-days",
    ),
    Action(
        name="vouchers.filter",
        text=N_("Filter by number"),
        keys="/; Ctrl+F",
        icon="funnel",
    ),
    Action(
        name="vouchers.clear",
        text=N_("Show all again"),
        keys="X",
        icon="x",
        help=N_("Takes all filters away."),
    ),
)
