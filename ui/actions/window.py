"""What can be done on every page."""

from __future__ import annotations

from app.base.i18n import N_
from app.identity.rules import Permission
from ui.actions.action import Action

WINDOW_ACTIONS = (
    Action(
        name="window.find",
        text=N_("Find or do …"),
        keys="Ctrl+K",
        icon="search",
        help=N_("Finds a page, a command, an order, a household, a batch, an amount."),
    ),
    Action(name="window.help", text=N_("Help for this page"), keys="F1", icon="circle-help"),
    Action(name="window.reload", text=N_("Run again"), keys="F5", icon="refresh-cw"),
    Action(name="window.undo", text=N_("Undo list"), keys="Ctrl+Z", icon="undo-2"),
    Action(name="window.jobs", text=N_("Jobs"), keys="Ctrl+J", icon="hourglass"),
    Action(name="window.previous_day", text=N_("Day before"), keys="Alt+Left", icon="chevron-left"),
    Action(name="window.next_day", text=N_("Day after"), keys="Alt+Right", icon="chevron-right"),
    Action(
        name="window.closing",
        text=N_("Close or reopen a day"),
        keys="Ctrl+Shift+D",
        icon="lock",
        permission=Permission.READ_BUSINESS,
    ),
    Action(
        name="window.waiting",
        text=N_("What waits for my approval"),
        keys="Ctrl+Shift+A",
        icon="check-check",
        help=N_("Opens the queue of adjustments and other requests."),
    ),
    Action(
        name="window.choose_day", text=N_("Choose the day"), keys="Ctrl+D", icon="calendar-days"
    ),
    Action(name="window.language", text=N_("中文 / English"), keys="Ctrl+L", icon="languages"),
    Action(name="window.lock", text=N_("Lock"), keys="Ctrl+Shift+L", icon="lock"),
    Action(name="window.password", text=N_("Change my password"), icon="key-round"),
    Action(name="window.log_out", text=N_("Log out"), icon="log-out"),
    Action(name="window.quit", text=N_("Quit"), keys="Ctrl+Q", icon="x"),
)
