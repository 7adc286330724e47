"""What can be done on the page of arrivals."""

from __future__ import annotations

from app.base.i18n import N_
from app.identity.rules import Permission
from ui.actions.action import Action

ACTIONS = (
    Action(
        name="arrivals.confirm",
        text=N_("Confirm"),
        keys="F7",
        icon="check",
        permission=Permission.CONFIRM_ARRIVAL,
        help=N_("Confirms that the money of the selected batches came. Enter does the same."),
    ),
    Action(
        name="arrivals.confirm_all",
        text=N_("Confirm all clean ones"),
        keys="Ctrl+Enter; Ctrl+Return",
        icon="check-check",
        permission=Permission.CONFIRM_ARRIVAL,
        help=N_("Confirms every batch shown that arrived to the fen and of which nothing differs."),
    ),
    Action(
        name="arrivals.check",
        text=N_("Check"),
        keys="F8",
        icon="shield-check",
        permission=Permission.CHECK_ARRIVAL,
        help=N_("Checks the selected confirmations as the second person. Enter does the same."),
    ),
    Action(
        name="arrivals.check_all",
        text=N_("Check all shown"),
        keys="Ctrl+Shift+Enter; Ctrl+Shift+Return",
        icon="shield-check",
        permission=Permission.CHECK_ARRIVAL,
        help=N_("Checks every confirmation shown that waits for it."),
    ),
    Action(
        name="arrivals.take_back",
        text=N_("Take back"),
        keys="U",
        icon="undo-2",
        help=N_("Takes the confirmation of the selected batches back, with a reason."),
    ),
    Action(
        name="arrivals.differences",
        text=N_("Differences of this batch"),
        keys="D",
        icon="scale",
        help=N_("Goes to the discrepancy that stands in the way of the confirmation."),
    ),
    Action(
        name="arrivals.earlier",
        text=N_("Also earlier days"),
        keys="E",
        icon="history",
        help=N_(
            "Shows earlier days' batches that are not confirmed or checked yet, or hides them."
        ),
    ),
    Action(
        name="arrivals.print",
        text=N_("Print the confirmation"),
        keys="Ctrl+P",
        icon="printer",
        permission=Permission.PRINT,
        help=N_("Shows the sheets of the selected batches that are confirmed."),
    ),
    Action(
        name="arrivals.unmask",
        text=N_("Show personal data"),
        keys="Shift+P",
        icon="eye",
        permission=Permission.UNMASK,
        help=N_("Asks for a reason and shows names and numbers for half a minute; it is logged."),
    ),
    Action(
        name="arrivals.filter",
        text=N_("Find a batch"),
        keys="Ctrl+F",
        icon="funnel",
        help=N_("Goes to the filter under the batch nos.; Enter goes back to the list."),
    ),
    Action(
        name="arrivals.next_state",
        text=N_("Next state"),
        keys="Ctrl+PgDown",
        icon="arrow-right",
        silent=True,
    ),
    Action(
        name="arrivals.previous_state",
        text=N_("State before"),
        keys="Ctrl+PgUp",
        icon="chevron-left",
        silent=True,
    ),
)
