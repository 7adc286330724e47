"""Running a keyed task: the plan, and what its outcome means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import ibis
import polars as pl
import pyarrow as pa
from ibis.expr.types import IntegerValue, StringValue, Table

from app.clearing.engine import Engine
from app.intake.rules import Kind as EntryKind
from app.matching import plan
from app.matching.plan import CHINA_SECONDS, DAY_SECONDS, State
from app.matching.result import FACTS, MATCHES, Suggested, Totals
from app.matching.rules import KeyedTask, Kind, Limits, MatchRule

_FACT = ("kind", "ours_id", "theirs_id", "ours_fen", "theirs_fen")
_SUGGESTIONS_KEPT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """When an entry without a partner is only late.

    `rules` (part, cutoff in minutes) are the channels, `seconds` the time on either side of the
    cut-off, `still` tells of a business day (yyyymmdd) whether its window is still open.
    """

    rules: Table
    seconds: int
    still: Callable[[int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Both sides of a task and the kinds of their entries.

    Besides what the plan needs, they have `shown` (business key) and `day` (yyyymmdd).
    """

    ours: Table
    theirs: Table
    ours_kind: EntryKind
    theirs_kind: EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """The plan's outcome: pairs that settle, and all that does not.

    `facts` has kind, ours_id, theirs_id, ours_fen, theirs_fen.
    """

    settled: Table
    facts: Table
    suggestions: list[Suggested]


def sort_out(
    engine: Engine,
    sides: Sides,
    task: KeyedTask,
    limits: Limits,
    waiting: Waiting | None = None,
) -> Sorted:
    """Pair both sides and say what each pair and each entry that is left means."""
    name = task.task.value
    paired = plan.pair(engine, sides.ours, sides.theirs, task, limits)
    settled = [
        step.pairs.mutate(rule=ibis.literal(step.rule.rule.value))
        for step in paired.steps
        if step.rule.settles
    ]
    facts = []
    for number, step in enumerate(paired.steps):
        if not step.rule.settles:
            within, beyond = _tolerated(engine, f"{name}_{number}", step.pairs, limits)
            settled.append(within.mutate(rule=ibis.literal(MatchRule.TOLERANCE.value)))
            facts.append(_fact(beyond, Kind.AMOUNT_DIFFERS))
    facts.append(_failed(paired.failed_theirs, task, ours=True))
    facts.append(_failed(paired.failed_ours, task, ours=False))
    facts.append(_left(engine, paired, sides, task, waiting, ours=True))
    facts.append(_left(engine, paired, sides, task, waiting, ours=False))
    suggestions = [
        suggestion
        for number, step in enumerate(paired.steps)
        if step.suggestions is not None
        for suggestion in _suggested(
            engine, f"{name}_{number}_chosen", step.suggestions, step.rule.rule
        )
    ]
    return Sorted(settled=_union(settled), facts=_union(facts), suggestions=suggestions)


def as_matches(engine: Engine, name: str, settled: Table) -> pa.Table:
    """Return pairs as lines of matches."""
    found = engine.fetch(
        name,
        lambda: settled.select("rule", "part", "ours_id", "theirs_id").order_by("ours_id"),
    )
    frame = pl.from_arrow(found)
    assert isinstance(frame, pl.DataFrame)
    parts = frame["part"].unique().to_list()
    scopes = pl.col("part").replace_strict(
        parts, [scope_of(part) for part in parts], return_dtype=pl.String
    )
    lines = frame.select(
        "rule",
        scope=scopes,
        ours_id="ours_id",
        theirs_id="theirs_id",
        part_of=pl.lit(None, dtype=pl.Int64),
    )
    return lines.to_arrow().cast(MATCHES)


def as_facts(engine: Engine, name: str, facts: Table, sides: Sides) -> pa.Table:
    """Return facts with keys, days and kinds of their entries."""
    kept = engine.keep(f"{name}_facts", lambda: facts.select(*_FACT))
    found = engine.fetch(f"{name}_facts_shown", lambda: _shown(kept, sides))
    frame = pl.from_arrow(found)
    assert isinstance(frame, pl.DataFrame)
    scopes = [scope_of(part) for part in frame["part"].to_list()]
    return (
        frame.with_columns(scope=pl.Series(scopes, dtype=pl.String), detail=pl.lit(""))
        .sort("business_on", "ours_id", "theirs_id", nulls_last=True)
        .select(FACTS.names)
        .to_arrow()
        .cast(FACTS)
    )


def totals(engine: Engine, name: str, sides: Sides, settled: Table) -> dict[str, Totals]:
    """Count and add up both sides by scope; only what carries money counts."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for side, table in (("ours", sides.ours), ("theirs", sides.theirs)):
        sums = engine.fetch(f"{name}_{side}_sums", partial(_sums, table))
        for row in sums.to_pylist():
            into = found[scope_of(row["part"])]
            into[side] += row["count"]
            into[f"{side}_fen"] += int(row["fen"])
    matched = engine.fetch(
        f"{name}_matched_sums",
        lambda: settled.group_by("part").aggregate(
            count=settled.count(),
            ours_fen=settled.ours_fen.sum(),
            theirs_fen=settled.theirs_fen.sum(),
        ),
    )
    for row in matched.to_pylist():
        into = found[scope_of(row["part"])]
        into["matched_ours"] += row["count"]
        into["matched_theirs"] += row["count"]
        into["matched_fen"] += int(row["ours_fen"])
        into["matched_theirs_fen"] += int(row["theirs_fen"])
    return {scope: Totals(**values) for scope, values in found.items()}


def scope_of(part: str) -> str:
    """Return the channel of a part such as `ALIPAY pay`; "" where there is none."""
    return part.rpartition(" ")[0]


def _sums(side: Table) -> Table:
    good = side.filter(side.state != State.NO_MONEY)
    return good.group_by("part").aggregate(count=good.count(), fen=good.amount.sum())


def _shown(facts: Table, sides: Sides) -> Table:
    ours = sides.ours.select(ours_id="id", ours_key="shown", ours_day="day", ours_part="part")
    theirs = sides.theirs.select(
        theirs_id="id", theirs_key="shown", theirs_day="day", theirs_part="part"
    )
    joined = facts.left_join(ours, "ours_id").drop("ours_id_right")
    joined = joined.left_join(theirs, "theirs_id").drop("theirs_id_right")
    return joined.select(
        kind=joined.kind,
        part=joined.ours_part.coalesce(joined.theirs_part),
        business_on=joined.ours_day.coalesce(joined.theirs_day),
        ours_kind=_if_there(joined.ours_id, sides.ours_kind.value),
        ours_id=joined.ours_id,
        ours_key=joined.ours_key.coalesce(""),
        ours_fen=joined.ours_fen,
        theirs_kind=_if_there(joined.theirs_id, sides.theirs_kind.value),
        theirs_id=joined.theirs_id,
        theirs_key=joined.theirs_key.coalesce(""),
        theirs_fen=joined.theirs_fen,
        difference_fen=joined.ours_fen - joined.theirs_fen,
    )


def _tolerated(engine: Engine, name: str, pairs: Table, limits: Limits) -> tuple[Table, Table]:
    """Part pairs whose amounts differ by what is tolerated from those that differ by more."""
    most = limits.tolerance_fen
    apart = (pairs.ours_fen - pairs.theirs_fen).abs()
    within = engine.keep(f"{name}_within_{most}", lambda: pairs.filter(apart <= most))
    beyond = engine.keep(f"{name}_beyond_{most}", lambda: pairs.filter(apart > most))
    # What follows is compiled once, whatever is tolerated.
    return engine.name(f"{name}_within", within), engine.name(f"{name}_beyond", beyond)


def _fact(pairs: Table, kind: Kind) -> Table:
    return pairs.select(
        "ours_id", "theirs_id", "ours_fen", "theirs_fen", kind=ibis.literal(kind.value)
    ).select(*_FACT)


def _failed(pairs: Table, task: KeyedTask, *, ours: bool) -> Table:
    """What succeeded on one side and not on the other, which counts nothing.

    Where an unsuccessful entry of ours is as good as none, it is not shown as a partner.
    """
    kind = task.failed_theirs if ours else task.failed_ours
    zero, none = ibis.literal(0, "int64"), ibis.null("int64")
    alone = not ours and task.failed_ours is task.only_theirs
    return pairs.select(
        kind=ibis.literal(kind.value),
        ours_id=none if alone else pairs.ours_id,
        theirs_id=pairs.theirs_id,
        ours_fen=pairs.ours_fen if ours else zero,
        theirs_fen=zero if ours else pairs.theirs_fen,
    )


def _left(
    engine: Engine,
    paired: plan.Paired,
    sides: Sides,
    task: KeyedTask,
    waiting: Waiting | None,
    *,
    ours: bool,
) -> Table:
    """An entry without a partner: surplus, late, or missing on the other side."""
    left = paired.left_ours if ours else paired.left_theirs
    side = sides.ours if ours else sides.theirs
    name = f"{task.task.value}_{'ours' if ours else 'theirs'}"
    missing = task.only_ours if ours else task.only_theirs
    surplus = Kind.DUPLICATE_OURS if ours else Kind.DUPLICATE_THEIRS
    kind: StringValue = ibis.literal(missing.value)
    if waiting is not None:
        left = _near_cutoff(engine, name, left, side, waiting)
        kind = left.near.ifelse(Kind.TIMING.value, missing.value)
    kind = left.surplus.ifelse(surplus.value, kind)
    none, zero = ibis.null("int64"), ibis.literal(0, "int64")
    return left.select(
        kind=kind,
        ours_id=left.id if ours else none,
        theirs_id=none if ours else left.id,
        ours_fen=left.amount if ours else zero,
        theirs_fen=zero if ours else left.amount,
    )


def _near_cutoff(engine: Engine, name: str, left: Table, side: Table, waiting: Waiting) -> Table:
    """Mark what lies near its channel's cut-off and whose window is still open."""
    placed = engine.keep(
        f"{name}_placed", lambda: left.join(side.select("id", "part", "at", "day"), "id")
    )
    days = engine.fetch(f"{name}_days", lambda: placed.select("day").distinct())
    open_days = [day for day in days["day"].to_pylist() if waiting.still(day)]
    still = engine.load(f"{name}_still", pa.table({"day": pa.array(open_days, pa.int64())}))

    def near() -> Table:
        joined = placed.left_join(waiting.rules.select("part", "cutoff"), "part")
        second = (joined.at + CHINA_SECONDS) % DAY_SECONDS
        apart = (second - (joined.cutoff * 60) % DAY_SECONDS).abs()
        close = ibis.least(apart, DAY_SECONDS - apart) <= waiting.seconds
        in_window = joined.day.isin(still.day)
        return joined.select(
            "id",
            "amount",
            "surplus",
            near=(close & in_window).coalesce(ibis.literal(value=False)),
        )

    return engine.name(f"{name}_near", engine.keep(f"{name}_near_{waiting.seconds}", near))


def _suggested(engine: Engine, name: str, pairs: Table, rule: MatchRule) -> list[Suggested]:
    rows = engine.fetch(
        name,
        lambda: pairs.order_by("ours_id", "theirs_id").limit(_SUGGESTIONS_KEPT),
    )
    return [
        Suggested(rule=rule.value, scope="", ours=(row["ours_id"],), theirs=(row["theirs_id"],))
        for row in rows.to_pylist()
    ]


def _union(tables: list[Table]) -> Table:
    return tables[0] if len(tables) == 1 else ibis.union(*tables)


def _if_there(value: IntegerValue, kind: str) -> StringValue:
    return value.notnull().ifelse(kind, ibis.null("string"))
