"""Which pages there are, in the order of the navigation (Ctrl+1 … Ctrl+0).

A page's module is imported when the page is first opened: what some of them need of the program
takes longer to load than the window may take to appear.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from app.base.i18n import N_
from app.identity.rules import Permission
from ui.pages.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the navigation and the page behind it; `place` is `module:class`."""

    name: str
    title: str
    picture: str
    place: str
    permission: Permission | None = Permission.READ_BUSINESS

    def load(self) -> type[Page]:
        """Import the page."""
        module, _colon, kind = self.place.partition(":")
        found: type[Page] = getattr(import_module(module), kind)
        return found


_ALL = (
    Entry(
        name="board",
        title=N_("Day board"),
        picture="layout-dashboard",
        place="ui.pages.board:BoardPage",
    ),
    Entry(name="files", title=N_("Files"), picture="files", place="ui.pages.files:FilesPage"),
    Entry(
        name="reconcile",
        title=N_("Reconcile"),
        picture="scale",
        place="ui.pages.reconcile:ReconcilePage",
    ),
    Entry(
        name="discrepancies",
        title=N_("Discrepancies"),
        picture="triangle-alert",
        place="ui.pages.discrepancies:DiscrepanciesPage",
    ),
    Entry(
        name="adjustments",
        title=N_("Adjustments"),
        picture="square-pen",
        place="ui.pages.adjustments:AdjustmentsPage",
    ),
    Entry(
        name="arrivals",
        title=N_("Fund arrivals"),
        picture="landmark",
        place="ui.pages.arrivals:ArrivalsPage",
    ),
    Entry(
        name="vouchers",
        title=N_("Vouchers"),
        picture="receipt-text",
        place="ui.pages.vouchers:VouchersPage",
    ),
    Entry(
        name="reports",
        title=N_("Reports"),
        picture="printer",
        place="ui.pages.reports:ReportsPage",
    ),
    Entry(
        name="master",
        title=N_("Master data"),
        picture="library",
        place="ui.pages.master:MasterPage",
    ),
    Entry(
        name="system",
        title=N_("System"),
        picture="settings",
        place="ui.pages.system:SystemPage",
        permission=None,
    ),
)

PAGES = tuple(one for one in _ALL if find_spec(one.place.partition(":")[0]) is not None)
"""Pages that come with later versions are not shown."""
