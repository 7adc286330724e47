"""The actions of all pages."""

from __future__ import annotations

from ui.actions import (
    adjustments,
    arrivals,
    board,
    discrepancies,
    files,
    master,
    reconcile,
    reports,
    requests,
    suspense,
    system,
    vouchers,
)
from ui.actions.action import Action

PAGE_ACTIONS: tuple[Action, ...] = (
    *board.ACTIONS,
    *files.ACTIONS,
    *reconcile.ACTIONS,
    *discrepancies.ACTIONS,
    *adjustments.ACTIONS,
    *requests.ACTIONS,
    *suspense.ACTIONS,
    *arrivals.ACTIONS,
    *vouchers.ACTIONS,
    *reports.ACTIONS,
    *master.ACTIONS,
    *system.ACTIONS,
)
"""Each page's table is added here, in the order of the navigation."""
