"""Keeping what a run found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import case, insert, select, update

from app.base.failpoints import reach
from app.base.lazily import Lazily
from app.db import bulk, counters
from app.db.workspace import Tx
from app.matching.model import Match, Run, Suggestion
from app.matching.result import Result, Totals
from app.matching.rules import Side, Task

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
else:
    pl = Lazily("polars")
    pa = Lazily("pyarrow")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """From what a run worked: see `Run`.

    `terms` digests its settings and master data by scope, `by_hand` is what people had matched.
    """

    business_on: int
    as_of: int
    change_no: int
    terms: Mapping[str, str]
    by_hand: Mapping[str, Totals] = field(default_factory=dict)


def save(
    tx: Tx, task: Task, scopes: Iterable[str], result: Result, state: RunState
) -> dict[str, int]:
    """Store a result; returns the id of the run of each scope."""
    run_ids = {}
    kinds = _kinds(result.facts)
    for scope in sorted(scopes):
        totals = {
            "totals": asdict(result.totals.get(scope, Totals())),
            "kinds": kinds.get(scope, {}),
            "extra": result.extra,
            "by_hand": asdict(state.by_hand.get(scope, Totals())),
        }
        run_ids[scope] = _save_run(tx, task, scope, state, json.dumps(totals))
    reach("reconcile.runs")
    _save_matches(tx, task, result.matches, run_ids)
    _save_suggestions(tx, task, result, run_ids)
    reach("reconcile.matches")
    tx.touch("run", "match", "suggestion")
    return run_ids


def _save_run(tx: Tx, task: Task, scope: str, state: RunState, totals: str) -> int:
    run = tx.session.scalars(
        select(Run).where(
            Run.task == task, Run.scope == scope, Run.business_on == state.business_on
        )
    ).first()
    if run is None:
        run = Run(task=task, scope=scope, business_on=state.business_on)
        run.first_match, run.last_match = 0, -1
        tx.session.add(run)
    run.as_of = state.as_of
    run.change_no = state.change_no
    run.terms = state.terms[scope]
    run.at = tx.at
    run.by = tx.actor.name
    run.totals = totals
    tx.session.flush()
    return run.id


def _kinds(facts: pa.Table) -> dict[str, dict[str, dict[str, int]]]:
    frame = pl.from_arrow(facts)
    assert isinstance(frame, pl.DataFrame)
    sums = frame.group_by("scope", "kind").agg(
        pl.len().alias("count"),
        pl.col("ours_fen").sum(),
        pl.col("theirs_fen").sum(),
        pl.col("difference_fen").sum(),
    )
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in sums.sort("scope", "kind").to_dicts():
        found.setdefault(row.pop("scope"), {})[row.pop("kind")] = row
    return found


def _save_matches(tx: Tx, task: Task, matches: pa.Table, run_ids: Mapping[str, int]) -> None:
    if not matches.num_rows:
        return
    first = counters.take(tx, "match", matches.num_rows)
    frame = pl.from_arrow(matches)
    assert isinstance(frame, pl.DataFrame)
    if len(run_ids) > 1:
        # So that the lines of each run stand in one piece.
        frame = frame.sort("scope", maintain_order=True)
    ids = pl.int_range(first, first + pl.len(), dtype=pl.Int64)
    frame = frame.with_columns(id=ids).with_columns(
        match_id=pl.when(pl.col("part_of").is_null())
        .then(pl.col("id"))
        .otherwise(pl.col("id").min().over("part_of")),
        run_id=pl.col("scope").replace_strict(
            list(run_ids), list(run_ids.values()), return_dtype=pl.Int64
        ),
        task=pl.lit(task.value),
    )
    columns = ["id", "match_id", "task", "run_id", "rule", "ours_id", "theirs_id"]
    table = Match.__table__
    with bulk.loading(tx.connection, table):  # type: ignore[arg-type]
        bulk.insert(tx.connection, table, frame.select(columns).to_arrow())  # type: ignore[arg-type]
    ranges = frame.group_by("run_id").agg(pl.col("id").min(), pl.col("id").max().alias("last"))
    for run_id, first_id, last_id in ranges.iter_rows():
        # A run that kept matches of before has a range already, of lower ids.
        start = case((Run.last_match < 0, int(first_id)), else_=Run.first_match)
        tx.session.execute(
            update(Run)
            .where(Run.id == run_id)
            .values(first_match=start, last_match=int(last_id))
            .execution_options(synchronize_session=False)
        )


def _save_suggestions(tx: Tx, task: Task, result: Result, run_ids: Mapping[str, int]) -> None:
    rows: list[dict[str, object]] = []
    total = sum(len(one.ours) + len(one.theirs) for one in result.suggestions)
    if not total:
        return
    next_id = counters.take(tx, "suggestion", total)
    for one in result.suggestions:
        group = next_id
        for side, ids in ((Side.OURS, one.ours), (Side.THEIRS, one.theirs)):
            for entry_id in ids:
                rows.append(
                    {
                        "id": next_id,
                        "group_id": group,
                        "task": task,
                        "run_id": run_ids[one.scope],
                        "rule": one.rule,
                        "side": side,
                        "entry_id": entry_id,
                    }
                )
                next_id += 1
    tx.session.execute(insert(Suggestion), rows)
