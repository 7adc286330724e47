"""What was built on a file that is gone is taken back with it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select, update

from app.db.workspace import Tx
from app.discrepancies.folding import documented
from app.discrepancies.model import Discrepancy, DiscrepancyLeg
from app.discrepancies.queries import SIDES
from app.discrepancies.rules import Resolution, Status
from app.matching import store
from app.matching.model import Match, Run
from app.matching.rules import Side, Task
from app.records.loading import Removed
from app.records.touching import require_open_days


def forget(tx: Tx, removed: Removed) -> None:
    """Take back matches and discrepancies of entries that are gone."""
    sides = {
        task: Side.OURS if removed.kind is kinds[0] else Side.THEIRS
        for task, kinds in SIDES.items()
        if removed.kind in kinds
    }
    _require_open_runs(tx, sides, removed)
    store.forget_entries(tx, sides, removed.first_id, removed.last_id)
    gone = (
        (Discrepancy.ours_kind == removed.kind)
        & Discrepancy.ours_id.between(removed.first_id, removed.last_id)
    ) | (
        (Discrepancy.theirs_kind == removed.kind)
        & Discrepancy.theirs_id.between(removed.first_id, removed.last_id)
    )
    quietly = {"synchronize_session": False}
    touched = (Discrepancy.assignee != "") | documented()
    tx.session.execute(
        update(Discrepancy)
        .where(gone, touched)
        .values(status=Status.RESOLVED, resolution=Resolution.CORRECTED),
        execution_options=quietly,
    )
    ids = select(Discrepancy.id).where(gone, ~touched)
    tx.session.execute(
        delete(DiscrepancyLeg).where(DiscrepancyLeg.discrepancy_id.in_(ids)),
        execution_options=quietly,
    )
    tx.session.execute(delete(Discrepancy).where(gone, ~touched), execution_options=quietly)
    tx.touch("discrepancy", "match")


def _require_open_runs(tx: Tx, sides: Mapping[Task, Side], removed: Removed) -> None:
    """What the run of a closed day matched stays matched."""
    for task, side in sides.items():
        entry = Match.ours_id if side is Side.OURS else Match.theirs_id
        days = (
            select(Run.business_on)
            .join(Match, Match.run_id == Run.id)
            .where(Match.task == task, entry.between(removed.first_id, removed.last_id))
        )
        require_open_days(tx, tx.session.scalars(days.distinct()))
