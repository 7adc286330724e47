"""The checks before a day is closed, each with where it stands and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.base.i18n import N_, _
from app.closing.rules import Blocker, BlockerCode
from app.wording.closing import about
from app.wording.labels import label
from ui.formatting import amount, count
from ui.models.column import Column
from ui.widgets.states import DONE, OPEN, with_glyph

_CHECKS: dict[BlockerCode, str] = {
    BlockerCode.EARLIER_DAY: N_("Earlier days are closed"),
    BlockerCode.FILE_MISSING: N_("All files came in"),
    BlockerCode.NOT_RUN: N_("All tasks ran"),
    BlockerCode.STALE: N_("The runs are up to date"),
    BlockerCode.UNBALANCED: N_("The sums agree"),
    BlockerCode.DISCREPANCY: N_("Differences are settled, carried or parked"),
    BlockerCode.ADJUSTMENT: N_("Adjustments are decided"),
    BlockerCode.NOT_CONFIRMED: N_("Arrived batches are confirmed"),
    BlockerCode.NOT_CHECKED: N_("Confirmations are checked"),
}
_TO_DO: dict[BlockerCode, str] = {
    BlockerCode.EARLIER_DAY: N_("Enter: close that day first"),
    BlockerCode.FILE_MISSING: N_("Enter: load it · W: do without it, with a reason"),
    BlockerCode.NOT_RUN: N_("Enter: run the task"),
    BlockerCode.STALE: N_("Enter: run the task again"),
    BlockerCode.UNBALANCED: N_("Enter: look at the task"),
    BlockerCode.DISCREPANCY: N_("Enter: adjust, carry forward or explain"),
    BlockerCode.ADJUSTMENT: N_("Enter: submit, approve or withdraw"),
    BlockerCode.NOT_CONFIRMED: N_("Enter: confirm"),
    BlockerCode.NOT_CHECKED: N_("Enter: check as the second person"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line: a check that holds, or one thing that is in its way."""

    code: BlockerCode
    blocker: Blocker | None


def checks(found: Sequence[Blocker]) -> list[Check]:
    """Return all checks in their order, those that fail with each thing in their way."""
    lines: list[Check] = []
    for code in BlockerCode:
        failing = [Check(code=code, blocker=one) for one in found if one.code is code]
        lines += failing or [Check(code=code, blocker=None)]
    return lines


def check_columns() -> list[Column[Check]]:
    """Return the columns of the checks."""
    return [
        Column(
            name="check",
            title=N_("What is checked"),
            text=_name,
            tip=_name,
            tone=lambda row: (OPEN if row.blocker else DONE).tone,
            width=24,
            room=34,
            sortable=False,
        ),
        Column(
            name="about",
            title=N_("What is in the way"),
            text=lambda row: about(row.blocker) if row.blocker else "",
            tip=lambda row: " ".join(row.blocker.items) if row.blocker else "",
            width=18,
            room=30,
            sortable=False,
        ),
        Column(
            name="count",
            title=N_("Count"),
            text=lambda row: count(row.blocker.count) if row.blocker else "",
            numeric=True,
            width=6,
            sortable=False,
        ),
        Column(
            name="fen",
            title=N_("Amount"),
            text=lambda row: amount(row.blocker.fen) if row.blocker and row.blocker.fen else "",
            numeric=True,
            width=11,
            sortable=False,
        ),
        Column(
            name="to_do",
            title=N_("What to do"),
            text=lambda row: _(_TO_DO[row.code]) if row.blocker else "",
            tip=lambda row: _(_TO_DO[row.code]) if row.blocker else "",
            width=24,
            room=40,
            sortable=False,
        ),
    ]


def _name(row: Check) -> str:
    if row.blocker is None:
        return with_glyph(DONE, _(_CHECKS[row.code]))
    return with_glyph(OPEN, label(row.code))
