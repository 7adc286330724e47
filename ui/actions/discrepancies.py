"""What can be done on the page of the discrepancies."""

from __future__ import annotations

from app.base.i18n import N_
from app.identity.rules import Permission
from ui.actions.action import Action

ACTIONS = (
    Action(
        name="discrepancies.assign_me",
        text=N_("Take over"),
        keys="A",
        icon="user",
        permission=Permission.ASSIGN,
        help=N_("Gives what is selected to you."),
    ),
    Action(
        name="discrepancies.assign",
        text=N_("Assign to …"),
        keys="Shift+A",
        icon="users",
        permission=Permission.ASSIGN,
        help=N_("Gives what is selected to somebody."),
    ),
    Action(
        name="discrepancies.unassign",
        text=N_("Take away"),
        keys="Shift+U",
        icon="ban",
        permission=Permission.ASSIGN,
        help=N_("Leaves what is selected to nobody."),
    ),
    Action(
        name="discrepancies.adjust",
        text=N_("Adjust"),
        keys="F6",
        icon="square-pen",
        permission=Permission.ADJUST,
        help=N_("Drafts an adjustment of what is selected; a digit begins with that kind."),
    ),
    *(
        Action(
            name=f"discrepancies.adjust_{number}",
            text=N_("Adjust in the way with this number"),
            keys=str(number),
            permission=Permission.ADJUST,
            silent=True,
        )
        for number in range(1, 10)
    ),
    Action(
        name="discrepancies.explain",
        text=N_("Close with a reason"),
        keys="E",
        icon="check",
        permission=Permission.EXPLAIN,
        help=N_("Closes what needs nothing but an explanation."),
    ),
    Action(
        name="discrepancies.reopen",
        text=N_("Reopen"),
        keys="R",
        icon="undo-2",
        permission=Permission.EXPLAIN,
        help=N_("Opens what was closed with a reason."),
    ),
    Action(
        name="discrepancies.note",
        text=N_("Note"),
        keys="N",
        icon="sticky-note",
        permission=Permission.NOTE,
        help=N_("Writes a note; Ctrl+Enter saves it."),
    ),
    Action(
        name="discrepancies.attach",
        text=N_("Attach a file"),
        keys="F",
        icon="paperclip",
        permission=Permission.NOTE,
        help=N_("Attaches a file of up to 20 MB."),
    ),
    Action(
        name="discrepancies.paste",
        text=N_("Attach the picture of the clipboard"),
        keys="Ctrl+V",
        icon="copy",
        permission=Permission.NOTE,
    ),
    Action(
        name="discrepancies.reconcile",
        text=N_("Show in Reconcile"),
        keys="T",
        icon="scale",
        help=N_("Shows the entries where they can be matched."),
    ),
    Action(
        name="discrepancies.unmask",
        text=N_("Show personal data"),
        keys="Shift+P",
        icon="eye",
        permission=Permission.UNMASK,
        help=N_("Asks for a reason and shows names and numbers for half a minute; it is logged."),
    ),
    Action(
        name="discrepancies.export",
        text=N_("Out to a spreadsheet"),
        keys="Ctrl+E",
        icon="download",
        help=N_("Writes what is listed; what identifies it is locked, the rest is to fill in."),
    ),
    Action(
        name="discrepancies.import",
        text=N_("Take a sheet back"),
        keys="Ctrl+O",
        icon="upload",
        permission=Permission.ADJUST,
        help=N_("Shows what a filled-in sheet would change; adjustments become drafts."),
    ),
    Action(
        name="discrepancies.filter",
        text=N_("Filter by key"),
        keys="/; Ctrl+F",
        icon="funnel",
        help=N_("Amounts take >100, =458.3 and 100..200."),
    ),
    Action(
        name="discrepancies.group",
        text=N_("Group by the next thing"),
        keys="G",
        icon="columns-3",
        help=N_("Kind, channel, age, task, day, payee, assignee, or none."),
    ),
    Action(
        name="discrepancies.day",
        text=N_("Only this business date"),
        keys="D",
        icon="calendar-days",
    ),
    Action(
        name="discrepancies.clear",
        text=N_("Show all again"),
        keys="X",
        icon="x",
        help=N_("Takes all filters away."),
    ),
)
