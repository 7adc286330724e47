"""What can be done on the page where both sides are reconciled."""

from __future__ import annotations

from app.base.i18n import N_
from app.discrepancies.rules import Tab
from app.identity.rules import Permission
from app.matching.rules import Task
from app.wording.labels import LABELS
from ui.actions.action import Action

ACTIONS = (
    Action(
        name="reconcile.run",
        text=N_("Reconcile"),
        keys="Ctrl+R",
        icon="refresh-cw",
        permission=Permission.RECONCILE,
        help=N_("Runs this task for the day. F5 does the same."),
    ),
    Action(
        name="reconcile.match",
        text=N_("Match"),
        keys="Enter; Return",
        icon="link",
        permission=Permission.MATCH,
        help=N_("Matches what is in the tray, or what is selected; accepts a suggestion."),
    ),
    Action(
        name="reconcile.accept",
        text=N_("Accept"),
        keys="A",
        icon="check",
        permission=Permission.MATCH,
        help=N_("Matches what the suggestion with the cursor says."),
    ),
    Action(
        name="reconcile.accept_all",
        text=N_("Accept all shown"),
        keys="Ctrl+Enter; Ctrl+Return",
        icon="check-check",
        permission=Permission.MATCH,
        help=N_("Accepts every suggestion shown that shares no entry with another one."),
    ),
    Action(
        name="reconcile.apart",
        text=N_("Take apart"),
        keys="U",
        icon="unlink",
        permission=Permission.MATCH,
        help=N_("Takes the selected matches apart, with a reason."),
    ),
    Action(
        name="reconcile.follow",
        text=N_("Candidates"),
        keys="F",
        icon="funnel",
        help=N_(
            "Takes this entry into the tray and shows on the other side what may belong to it."
            " F again looks further."
        ),
    ),
    Action(
        name="reconcile.combine",
        text=N_("Combination"),
        keys="C",
        icon="combine",
        help=N_("Finds entries of the other side that together settle what is in the tray."),
    ),
    Action(
        name="reconcile.combine_selected",
        text=N_("Combination among the selected"),
        keys="Shift+C",
        icon="combine",
        help=N_("Finds which of the selected entries settle each other."),
    ),
    Action(
        name="reconcile.note",
        text=N_("Note"),
        keys="N",
        icon="sticky-note",
        permission=Permission.NOTE,
        help=N_("Writes a note on the discrepancy of this line."),
    ),
    Action(
        name="reconcile.undo_last",
        text=N_("Undo the last step"),
        keys="Z",
        icon="undo-2",
        permission=Permission.MATCH,
        help=N_("Takes your last action back; Ctrl+Z shows all of them."),
    ),
    Action(
        name="reconcile.pick",
        text=N_("Pick"),
        keys="Space",
        icon="plus",
        help=N_("Puts the selected entries of this side into the tray, or takes them out."),
    ),
    Action(
        name="reconcile.clear_tray",
        text=N_("Empty"),
        keys="Esc",
        icon="x",
        help=N_("Takes everything out of the tray."),
    ),
    Action(
        name="reconcile.trace",
        text=N_("Trace"),
        keys="T",
        icon="route",
        help=N_("Follows the entry through all ledgers to the raw line of its file."),
    ),
    Action(
        name="reconcile.case",
        text=N_("Discrepancy"),
        keys="D",
        icon="triangle-alert",
        help=N_("Goes to the discrepancy of this line."),
    ),
    Action(
        name="reconcile.adjust",
        text=N_("Adjust"),
        keys="F6",
        icon="square-pen",
        permission=Permission.ADJUST,
        help=N_("Drafts an adjustment of the discrepancies of the selected lines."),
    ),
    Action(
        name="reconcile.park",
        text=N_("Park"),
        keys="P",
        icon="archive-restore",
        permission=Permission.ADJUST,
        help=N_("Drafts an adjustment that puts the money in suspense."),
    ),
    Action(
        name="reconcile.carry",
        text=N_("Carry forward"),
        keys="W",
        icon="arrow-right",
        permission=Permission.ADJUST,
        help=N_("Drafts an adjustment that waits for the next days; nothing is booked."),
    ),
    Action(
        name="reconcile.next_open",
        text=N_("Next open line"),
        keys="O",
        icon="arrow-right",
        help=N_("Goes to the next line below whose entry waits for a partner."),
    ),
    Action(
        name="reconcile.amount",
        text=N_("Find an amount"),
        keys="/",
        icon="search",
        help=N_("Types an amount into the filter of this side: 458.3, >100, 100..200."),
    ),
    Action(
        name="reconcile.filter",
        text=N_("Filter this column"),
        keys="Ctrl+F",
        icon="funnel",
        help=N_("Goes to the filter of the column with the cursor; Enter goes back."),
    ),
    Action(
        name="reconcile.clear_filters",
        text=N_("Show everything"),
        keys="Ctrl+Shift+F",
        icon="x",
        help=N_("Empties all filters."),
    ),
    Action(
        name="reconcile.sort",
        text=N_("Sort by this column"),
        keys="S",
        icon="sliders-horizontal",
        help=N_("Up, then down, then as before."),
    ),
    Action(
        name="reconcile.columns",
        text=N_("Choose columns"),
        keys="L",
        icon="columns-3",
        help=N_("Shows and hides columns of this side; each task remembers its own."),
    ),
    Action(
        name="reconcile.earlier",
        text=N_("Also earlier days"),
        keys="E",
        icon="history",
        help=N_("Shows what earlier days left open, or hides it."),
    ),
    Action(
        name="reconcile.channel",
        text=N_("Choose the channel"),
        keys="H",
        icon="credit-card",
    ),
    Action(
        name="reconcile.export",
        text=N_("Export"),
        keys="Ctrl+E",
        icon="download",
        help=N_("Writes the lines that are shown, with their columns, into a file for Excel."),
    ),
    *(
        Action(name=f"reconcile.task_{task}", text=LABELS[Task][task], keys=f"Alt+{n}", silent=True)
        for n, task in enumerate(Task, start=1)
    ),
    *(
        Action(name=f"reconcile.tab_{tab}", text=LABELS[Tab][tab], keys=str(n), silent=True)
        for n, tab in enumerate(Tab, start=1)
    ),
)
