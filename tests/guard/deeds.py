"""Decisions that a process may be killed in the middle of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.adjustments import service
from app.adjustments.queries import AdjustmentFilter, adjustments
from app.adjustments.rules import AdjustmentStatus
from app.arrivals.queries import ArrivalFilter, expected_arrivals
from app.arrivals.service import confirm
from app.closing import closing
from app.db.workspace import Workspace
from app.identity.service import system_actor
from app.upkeep.service import backup
from tests.guard import desk
from tests.guard.world import day_of

FIRST = day_of(0)


def approve(workspace: Workspace, _file: Path) -> None:
    """Approve everything that waits."""
    numbers = _numbers(workspace, AdjustmentStatus.SUBMITTED)
    workspace.write(desk.actor(workspace, "checker"), service.approve, numbers=numbers)


def reverse(workspace: Workspace, _file: Path) -> None:
    """Reverse the last adjustment that posted something."""
    number = _numbers(workspace, AdjustmentStatus.APPROVED)[0]
    workspace.write(
        desk.actor(workspace, "checker"),
        service.reverse_adjustment,
        number=number,
        reason="a mistake",
    )


def confirm_clean(workspace: Workspace, _file: Path) -> None:
    """Confirm every batch of the first day that is clean or explained."""
    found = workspace.read(expected_arrivals, ArrivalFilter(day=FIRST))
    batch_nos = [one.batch_no for one in found if one.clean or one.explained]
    workspace.write(desk.actor(workspace, "clerk"), confirm, batch_nos=batch_nos)


def close(workspace: Workspace, _file: Path) -> None:
    """Close the first day."""
    workspace.write(desk.actor(workspace, "supervisor"), closing.close_day, day=FIRST)


def save(workspace: Workspace, file: Path) -> None:
    """Make a backup beside the database."""
    backup(workspace, system_actor(), file)


def _numbers(workspace: Workspace, status: AdjustmentStatus) -> list[str]:
    found = workspace.read(adjustments, AdjustmentFilter(statuses=frozenset({status})))
    posted = [one for one in found if one.voucher or status is AdjustmentStatus.SUBMITTED]
    return [one.number for one in posted]


DEEDS: dict[str, Callable[[Workspace, Path], None]] = {
    "approve": approve,
    "reverse": reverse,
    "confirm": confirm_clean,
    "close": close,
    "backup": save,
}
"""By the name under which the nursery is asked for them."""
