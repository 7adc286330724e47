"""报表: papers with their preview, what was printed, and checking what somebody brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from app.base.i18n import N_
from app.identity.rules import Permission
from app.reporting.rules import ReportKind
from ui.desk import CHECKING, Target
from ui.pages.part import Part
from ui.pages.reports_check import CheckPart
from ui.pages.reports_papers import PapersPart
from ui.pages.reports_prints import PrintsPart
from ui.pages.tabbed import TabbedPage


class ReportsPage(TabbedPage):
    """Paper is made here and nowhere else in the window."""

    name: ClassVar[str] = "reports"
    part_types: ClassVar[Sequence[type[Part]]] = (PapersPart, PrintsPart, CheckPart)
    tabs_name: ClassVar[str] = N_("Parts of the reports")
    tables: ClassVar[frozenset[str]] = frozenset(
        {"report_issue", "discrepancy", "run", "adjustment", "voucher"}
        | {"arrival_confirmation", "day_close", "organisation", "channel", "bank_account"}
        | {"arrival", "payment", "bill_line", "reconciliation_statement", "audit_anchor"}
    )
    about: ClassVar[str] = N_(
        "Papers with their preview: what is seen is what is printed and saved. Ctrl+P prints,"
        " Ctrl+S saves as PDF, XLSX or CSV; only then the paper gets its number. What was printed"
        " stands behind the second tab and can be reprinted or made void; the third checks the"
        " code of a paper that somebody brings."
    )

    def finish(self) -> None:
        """Make the part in front, and have a process wait that draws the first preview."""
        super().finish()
        if self.desk.may(Permission.PRINT):
            self.desk.jobs.read(
                self.desk.drawers.stand_by,
                done=lambda _nothing: None,
                failed=self.desk.messages.failed,
            )

    def go(self, target: Target) -> None:
        """Check a code, show a print, or make a paper about what is named."""
        if target.state == CHECKING:
            self.show_part(CheckPart)
            if isinstance(self.part, CheckPart):
                self.part.check(target.key)
        elif target.state in {kind.value for kind in ReportKind}:
            self.show_part(PapersPart)
            if isinstance(self.part, PapersPart) and self.part.allowed:
                self.part.choose(ReportKind(target.state), target.key)
        elif target.key:
            self.show_part(PrintsPart)
            if isinstance(self.part, PrintsPart):
                self.part.show_number(target.key)
