"""What can be done on the page of the files."""

from __future__ import annotations

from app.base.i18n import N_
from app.identity.rules import Permission
from ui.actions.action import Action

ACTIONS = (
    Action(
        name="files.open",
        text=N_("Choose files"),
        keys="O; Ctrl+O",
        icon="upload",
        permission=Permission.IMPORT,
        help=N_("Loads files and archives. Files and folders can also be dropped on the window."),
    ),
    Action(
        name="files.folder",
        text=N_("Choose a folder"),
        keys="Ctrl+Shift+O",
        icon="folder-open",
        permission=Permission.IMPORT,
        help=N_("Loads all files of a folder."),
    ),
    Action(
        name="files.replace",
        text=N_("Replace"),
        keys="R",
        icon="refresh-cw",
        permission=Permission.IMPORT,
        help=N_("Shows what a corrected file adds, removes and changes, then replaces."),
    ),
    Action(
        name="files.retry",
        text=N_("Try again"),
        keys="T",
        icon="play",
        permission=Permission.IMPORT,
        help=N_("Loads a rejected file once more, for example after it was corrected."),
    ),
    Action(
        name="files.undo",
        text=N_("Take the import back"),
        keys="U",
        icon="undo-2",
        permission=Permission.IMPORT,
        help=N_("Takes an import back on which nothing was built yet."),
    ),
    Action(
        name="files.dismiss",
        text=N_("Set aside"),
        keys="Del",
        icon="archive-restore",
        permission=Permission.IMPORT,
        help=N_("A rejected file that is not needed leaves the list; the history keeps it."),
    ),
    Action(
        name="files.cancel",
        text=N_("Stop importing"),
        keys="Ctrl+.",
        icon="ban",
        permission=Permission.IMPORT,
        help=N_("Files that are done stay, the one under way leaves nothing behind."),
    ),
    Action(
        name="files.history",
        text=N_("History too"),
        keys="H",
        icon="history",
        help=N_("Shows replaced, taken back and settled files as well."),
    ),
    Action(
        name="files.all_days",
        text=N_("All days"),
        keys="A",
        icon="calendar-days",
        help=N_("Shows the files of all days instead of those of the business date."),
    ),
    Action(
        name="files.next_error",
        text=N_("Next error"),
        keys="F8",
        icon="chevron-right",
        help=N_("Goes to the next wrong cell of a rejected file."),
    ),
    Action(
        name="files.previous_error",
        text=N_("Previous error"),
        keys="Shift+F8",
        icon="chevron-left",
        help=N_("Goes to the wrong cell before."),
    ),
    Action(
        name="files.enlarge",
        text=N_("Enlarge the details"),
        keys="F9",
        icon="eye",
        help=N_("Gives the details all of the page, and back."),
    ),
    Action(name="files.list", text=N_("Go to the list"), keys="Esc", silent=True),
    Action(name="files.find", text=N_("Filter by name"), keys="Ctrl+F", icon="funnel"),
    Action(
        name="files.next_tab",
        text=N_("The other list"),
        keys="Ctrl+Tab",
        silent=True,
        help=N_("Changes between the files of the day and this session's imports."),
    ),
)
