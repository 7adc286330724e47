"""An entry without a partner may repeat the key of one that earlier runs matched."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import pyarrow as pa
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.intake.rules import Kind as EntryKind
from app.matching.model import Match
from app.matching.result import FACTS
from app.matching.rules import KEYED_TASKS, Kind, Side, Task
from app.records.kinds import SHAPES

_CHUNK = 500

_KEYS: dict[tuple[Task, Side], tuple[EntryKind, tuple[str, ...]]] = {
    (Task.CHANNEL, Side.OURS): (EntryKind.PAYMENTS, ("payment_no", "channel", "type")),
    (Task.CHANNEL, Side.THEIRS): (EntryKind.CHANNEL, ("payment_no", "channel", "type")),
    (Task.WRITEOFF, Side.OURS): (EntryKind.BILL_LINES, ("order_no", "line_no", "type")),
    (Task.WRITEOFF, Side.THEIRS): (
        EntryKind.WRITEOFFS,
        ("order_no", "household", "period", "type"),
    ),
    (Task.CLEARING, Side.OURS): (EntryKind.BILL_LINES, ("order_no", "line_no", "type")),
    (Task.CLEARING, Side.THEIRS): (EntryKind.CLEARING_LINES, ("order_no", "line_no", "type")),
}
"""What makes a repeated key on each side of the keyed tasks."""


def mark_repeated(session: Session, task: Task, facts: pa.Table) -> pa.Table:
    """Turn what is missing on the other side into a duplicate where its key is settled."""
    plan = KEYED_TASKS[task]
    frame = pl.from_arrow(facts)
    assert isinstance(frame, pl.DataFrame)
    for side, kind, surplus in (
        (Side.OURS, plan.only_ours, Kind.DUPLICATE_OURS),
        (Side.THEIRS, plan.only_theirs, Kind.DUPLICATE_THEIRS),
    ):
        other = "theirs_id" if side is Side.OURS else "ours_id"
        alone = (
            pl.col("kind").is_in([kind.value, Kind.TIMING.value])
            & pl.col(f"{side}_id").is_not_null()
            & pl.col(other).is_null()
        )
        ids = frame.filter(alone)[f"{side}_id"].to_list()
        repeated = _repeated(session, task, side, ids)
        if repeated:
            turned = alone & pl.col(f"{side}_id").is_in(sorted(repeated))
            frame = frame.with_columns(
                kind=pl.when(turned).then(pl.lit(surplus.value)).otherwise(pl.col("kind"))
            )
    return frame.to_arrow().cast(FACTS)


def _repeated(session: Session, task: Task, side: Side, ids: Iterable[int]) -> set[int]:
    kind, key = _KEYS[task, side]
    mine = SHAPES[kind].table.alias("mine")
    other = SHAPES[kind].table.alias("other")
    settled = Match.ours_id if side is Side.OURS else Match.theirs_id
    query = (
        select(mine.c.id)
        .join(other, and_(*(mine.c[name] == other.c[name] for name in key)))
        .join(Match, and_(Match.task == task, settled == other.c.id))
        .where(other.c.id != mine.c.id)
    )
    found: set[int] = set()
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        found.update(session.scalars(query.where(mine.c.id.in_(chunk))))
    return found
