"""What can be done on the page of the master data."""

from __future__ import annotations

from app.base.i18n import N_
from ui.actions.action import Action

ACTIONS = (
    Action(
        name="master.new",
        text=N_("New"),
        keys="Ctrl+N",
        icon="plus",
        help=N_("Begins a new organisation, channel or account of the chart."),
    ),
    Action(
        name="master.edit",
        text=N_("Edit"),
        keys="F2",
        icon="square-pen",
        help=N_("Goes into the form; Enter in the list does the same, Esc goes back."),
    ),
    Action(
        name="master.save",
        text=N_("Save"),
        keys="Ctrl+S",
        icon="save",
        help=N_("Saves what stands in the form; Enter in one of its lines does the same."),
    ),
    Action(
        name="master.discard",
        text=N_("Discard"),
        keys="Ctrl+E",
        icon="x",
        help=N_("Forgets what was typed into the form and not saved."),
    ),
    Action(
        name="master.withdraw",
        text=N_("Withdraw"),
        keys="Ctrl+W",
        icon="undo-2",
        help=N_("Takes back what you sent for approval; everything stays as it is."),
    ),
    Action(
        name="master.import",
        text=N_("Import a template"),
        keys="Ctrl+O",
        icon="upload",
        help=N_("Loads files of the templates organisations and channels."),
    ),
    Action(
        name="master.year",
        text=N_("The year is entered"),
        icon="calendar-days",
        help=N_("Says that all holidays of the year shown were entered, so that it counts."),
    ),
    Action(
        name="master.filter",
        text=N_("Find in the list"),
        keys="Ctrl+F",
        icon="funnel",
        help=N_("Goes to the filter under the first column; Enter goes back to the list."),
    ),
    Action(
        name="master.list",
        text=N_("Back to the list"),
        keys="Esc",
        icon="arrow-right",
        silent=True,
    ),
    Action(
        name="master.next",
        text=N_("Next part"),
        keys="Ctrl+PgDown",
        icon="arrow-right",
        silent=True,
    ),
    Action(
        name="master.previous",
        text=N_("Part before"),
        keys="Ctrl+PgUp",
        icon="chevron-left",
        silent=True,
    ),
)
