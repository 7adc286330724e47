"""What can be done on the page of the papers."""

from __future__ import annotations

from app.base.i18n import N_
from app.identity.rules import Permission
from ui.actions.action import Action

ACTIONS = (
    Action(
        name="reports.print",
        text=N_("Print"),
        keys="Ctrl+P",
        icon="printer",
        permission=Permission.PRINT,
        help=N_("Gives the paper its number and prints it; among the prints it reprints one."),
    ),
    Action(
        name="reports.save",
        text=N_("Save as a file"),
        keys="Ctrl+S",
        icon="save",
        permission=Permission.PRINT,
        help=N_("Gives the paper its number and writes it as PDF, XLSX or CSV."),
    ),
    Action(
        name="reports.submit",
        text=N_("Submit for approval"),
        keys="Ctrl+Enter; Ctrl+Return",
        icon="upload",
        permission=Permission.CONFIRM_ARRIVAL,
        help=N_(
            "Freezes the bank reconciliation statement of an account; another person approves."
        ),
    ),
    Action(
        name="reports.favourite",
        text=N_("Favourite"),
        keys="F",
        icon="star",
        help=N_("Moves the paper to the top of the list, and back."),
    ),
    Action(
        name="reports.previous_page",
        text=N_("Page before"),
        keys="PgUp",
        icon="chevron-left",
    ),
    Action(
        name="reports.next_page",
        text=N_("Next page"),
        keys="PgDown",
        icon="chevron-right",
    ),
    Action(
        name="reports.smaller",
        text=N_("Smaller"),
        keys="-; Ctrl+-",
        icon="minus",
    ),
    Action(
        name="reports.larger",
        text=N_("Larger"),
        keys="+; Ctrl++; =",
        icon="plus",
    ),
    Action(
        name="reports.fit",
        text=N_("Whole page or its width"),
        keys="W",
        icon="maximize",
        help=N_("Shows the page as large as there is room, or as wide."),
    ),
    Action(
        name="reports.void",
        text=N_("Make void"),
        keys="V",
        icon="ban",
        permission=Permission.PRINT,
        help=N_("The paper keeps its number and does not count any more; needs a reason."),
    ),
    Action(
        name="reports.check",
        text=N_("Check the code"),
        icon="shield-check",
        help=N_("Tells which paper bears a verification code; Enter in the line does it."),
    ),
    Action(
        name="reports.hold",
        text=N_("Hold a file against it"),
        keys="Ctrl+O",
        icon="folder-open",
        help=N_("Tells whether a file is, to the last byte, the one that was made."),
    ),
)
