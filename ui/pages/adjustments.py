"""调整单: adjustments, money in suspense, and all that waits for a second person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from app.approval.rules import Action
from app.base.i18n import N_
from app.closing.deciding import Pending, pending_requests
from ui.desk import WAITING, Target
from ui.pages.adjustments_list import AdjustmentsPart
from ui.pages.adjustments_requests import RequestsPart
from ui.pages.adjustments_suspense import SuspensePart
from ui.pages.part import Part
from ui.pages.tabbed import TabbedPage


class AdjustmentsPage(TabbedPage):
    """What was drafted, what waits for whom, and what is parked."""

    name: ClassVar[str] = "adjustments"
    part_types: ClassVar[Sequence[type[Part]]] = (
        AdjustmentsPart,
        RequestsPart,
        SuspensePart,
    )
    tabs_name: ClassVar[str] = N_("Adjustments, approvals, suspense")
    tables: ClassVar[frozenset[str]] = frozenset(
        {
            *("adjustment", "adjustment_case", "adjustment_attachment", "approval_request"),
            *("approval_vote", "voucher", "suspense_item", "discrepancy"),
        }
    )
    about: ClassVar[str] = N_(
        "Whoever drafts an adjustment submits it; another person approves it with Enter, which"
        " posts its voucher, or returns it with R and a reason. The queue goes on by itself. Nobody"
        " approves his own. F2 goes on with a draft, V reverses what was approved."
    )

    def go(self, target: Target) -> None:
        """Show one adjustment, or what waits for the reader: adjustments before all else."""
        part = self.parts[0]
        assert isinstance(part, AdjustmentsPart)
        if target.state == WAITING:
            self.desk.read(pending_requests, self.desk.actor).then(self._to_what_waits, owner=self)
        else:
            self.show_part(AdjustmentsPart)
            part.go(target.key)

    def _to_what_waits(self, found: Sequence[Pending]) -> None:
        actions = {one.request.action for one in found if one.decidable}
        if actions and Action.POST_ADJUSTMENT not in actions:
            self.show_part(RequestsPart)
        else:
            self.show_part(AdjustmentsPart)
            part = self.parts[0]
            assert isinstance(part, AdjustmentsPart)
            part.go("")
