"""What can be done on the page of the system."""

from __future__ import annotations

from app.base.i18n import N_
from app.identity.rules import Permission
from ui.actions.action import Action

ACTIONS = (
    Action(
        name="system.add_user",
        text=N_("New user"),
        keys="Ctrl+N; Ins",
        icon="plus",
        permission=Permission.MANAGE_USERS,
    ),
    Action(
        name="system.roles",
        text=N_("Change roles"),
        keys="F2",
        icon="users",
        permission=Permission.MANAGE_USERS,
        help=N_("Says what a user may do; it holds from the next login on."),
    ),
    Action(
        name="system.password",
        text=N_("New password"),
        keys="P",
        icon="key-round",
        permission=Permission.MANAGE_USERS,
        help=N_("Gives a user a new password and ends a lock after failures."),
    ),
    Action(
        name="system.disable",
        text=N_("Disable"),
        keys="Del",
        icon="ban",
        permission=Permission.MANAGE_USERS,
        help=N_("Takes the access away; what the user did stays under the name."),
    ),
    Action(
        name="system.enable",
        text=N_("Enable"),
        keys="E",
        icon="check",
        permission=Permission.MANAGE_USERS,
        help=N_("Gives the access back and ends a lock after failures."),
    ),
    Action(
        name="system.backup",
        text=N_("Back up now"),
        keys="B",
        icon="save",
        permission=Permission.BACKUP,
        help=N_("Saves a verified copy while everybody goes on working."),
    ),
    Action(
        name="system.restore",
        text=N_("Restore a backup"),
        keys="R",
        icon="archive-restore",
        permission=Permission.BACKUP,
        help=N_("Verifies a backup, says what is in it, asks, and puts it in place."),
    ),
    Action(
        name="system.verify",
        text=N_("Check the database"),
        keys="V",
        icon="shield-check",
        permission=Permission.VERIFY,
        help=N_("Adds up everything again and compares."),
    ),
    Action(
        name="system.anchor",
        text=N_("Anchor the log"),
        keys="A",
        icon="lock",
        help=N_("Notes where the audit log ends, signed and in a second folder."),
    ),
    Action(
        name="system.export",
        text=N_("Export the log"),
        keys="Ctrl+E",
        icon="upload",
        permission=Permission.READ_AUDIT,
        help=N_("Writes the records that are listed into a file that can be checked anywhere."),
    ),
    Action(
        name="system.chain",
        text=N_("Check the chain"),
        keys="C",
        icon="link",
        permission=Permission.VERIFY,
        help=N_("Checks each record of the audit log against the one before it."),
    ),
    Action(
        name="system.find",
        text=N_("Search the log"),
        keys="/; Ctrl+F",
        icon="search",
        permission=Permission.READ_AUDIT,
    ),
    Action(
        name="system.clear",
        text=N_("Show the whole log"),
        keys="X",
        icon="x",
        permission=Permission.READ_AUDIT,
    ),
)
