"""One relational plan for every task whose entries carry keys.

Pure functions over two tables, written with Ibis: they run on DuckDB here and unchanged on
other engines. Each side has the columns id, part, key, other_key, amount, fee (may be null),
at, serial, shown and state (see `State`). No loop over rows stands here; the loops are over
rules and over rounds of pairing among repeated keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import partial

import ibis
from ibis.expr.types import BooleanValue, IntegerValue, Table

from app.clearing.engine import Engine
from app.matching.rules import KeyedTask, KeyRule, Limits

CROWD = 64
"""Where keys repeat beyond measure, one that stands more often than this is paired in order."""

MOST_CANDIDATES = 6_000_000
"""More candidates than this for one rule mean that keys repeat beyond measure."""

DAY_SECONDS = 86_400
CHINA_SECONDS = 8 * 3600

_PAIR = ("ours_id", "theirs_id", "part", "ours_fen", "theirs_fen", "ours_fee", "theirs_fee")
_BEST_FIRST = (
    "unequal", "apart", "ours_serial", "theirs_serial", "ours_id", "theirs_id",
)  # fmt: skip


class State(IntEnum):
    """What an entry may do in a run."""

    NO_MONEY = 0
    LIVE = 1
    LEFT_TO_PEOPLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one rule found: pairs (ours, theirs), and candidates that it must not choose from."""

    rule: KeyRule
    pairs: Table
    suggestions: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """The result of a plan.

    `steps` hold the pairs of each rule; `failed_ours` and `failed_theirs` pair what succeeded on
    one side with what did not on the other; `left_*` are the entries without a partner, with
    `surplus` true where the business key stands on that side more than once.
    """

    steps: list[Step]
    failed_ours: Table
    failed_theirs: Table
    left_ours: Table
    left_theirs: Table


def pair(engine: Engine, ours: Table, theirs: Table, task: KeyedTask, limits: Limits) -> Paired:
    """Apply a task's rules in order."""
    name = task.task.value
    sides = [_live(ours), _live(theirs)]
    steps: list[Step] = []
    for number, rule in enumerate(task.rules):
        step = _apply(engine, f"{name}_{number}", sides[0], sides[1], rule, limits)
        steps.append(step)
        for place, id_ in enumerate(("ours_id", "theirs_id")):
            sides[place] = _left(engine, f"{name}_{number}", sides[place], step.pairs, id_)
    failed_theirs = _explained(engine, f"{name}_failed_theirs", sides[0], theirs, task)
    failed_ours = _explained(engine, f"{name}_failed_ours", sides[1], ours, task)
    left_ours = engine.keep(
        f"{name}_left_ours",
        lambda: _surplus(_without(sides[0], failed_theirs, "id"), ours, task.key_ours),
    )
    left_theirs = engine.keep(
        f"{name}_left_theirs",
        lambda: _surplus(_without(sides[1], failed_ours, "id"), theirs, task.key_theirs),
    )
    return Paired(
        steps=steps,
        failed_ours=failed_ours.select(
            ours_id="other_id", theirs_id="id", ours_fen="other_fen", theirs_fen="fen"
        ),
        failed_theirs=failed_theirs.select(
            ours_id="id", theirs_id="other_id", ours_fen="fen", theirs_fen="other_fen"
        ),
        left_ours=left_ours,
        left_theirs=left_theirs,
    )


def _live(side: Table) -> Table:
    narrow = side.select(
        "id", "part", "key", "other_key", "shown", "amount", "fee", "at", "serial", "state"
    )
    return narrow.filter(narrow.state == State.LIVE)


def _left(engine: Engine, name: str, side: Table, pairs: Table, id_: str) -> Table:
    """What is left of a side; ids are compared first, because they are read fastest."""
    ids = engine.keep(f"{name}_open_{id_}", lambda: _without(side.select("id"), pairs, id_))
    return engine.keep(f"{name}_left_{id_}", lambda: side.semi_join(ids, "id"))


def _without(side: Table, pairs: Table, id_: str) -> Table:
    return side.anti_join(pairs.select(paired_id=id_), [("id", "paired_id")])


def _apply(
    engine: Engine, name: str, ours: Table, theirs: Table, rule: KeyRule, limits: Limits
) -> Step:
    keys = _keys(rule)
    ours, theirs = _named(ours, rule.keys), _named(theirs, rule.keys)
    fixed = name
    if rule.within_days:
        name = f"{name}_within_{limits.within_days}"
    candidates = engine.keep(
        f"{name}_candidates", partial(_candidates, ours, theirs, rule, keys, limits)
    )
    twice = _twice(engine, name, candidates)
    if rule.unique:
        return _only_candidates(engine, name, fixed, candidates, twice, rule)
    if _rows(engine, f"{name}_candidates", candidates) > MOST_CANDIDATES:
        pairs = _apply_to_crowds(engine, name, ours, theirs, rule, limits)
    elif twice.any:
        pairs = _best_first(engine, name, candidates, twice, (ours, theirs))
    else:
        pairs = candidates
    # What follows is compiled once, whichever way the pairs were found this time.
    return Step(rule=rule, pairs=engine.name(f"{fixed}_pairs", pairs))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Twice:
    """The entries of both sides that stand in more than one candidate."""

    ours: Table
    theirs: Table
    any: bool

    def among(self, candidates: Table) -> BooleanValue:
        """Whether a candidate shares an entry with another."""
        return candidates.ours_id.isin(self.ours.ours_id) | candidates.theirs_id.isin(
            self.theirs.theirs_id
        )


def _twice(engine: Engine, name: str, candidates: Table) -> _Twice:
    ours, theirs = (
        engine.keep(f"{name}_twice_{id_}", partial(_repeated, candidates, id_))
        for id_ in ("ours_id", "theirs_id")
    )
    rows = _rows(engine, f"{name}_twice_ours", ours) + _rows(engine, f"{name}_twice_theirs", theirs)
    return _Twice(ours=ours, theirs=theirs, any=bool(rows))


def _rows(engine: Engine, name: str, table: Table) -> int:
    found = engine.fetch(f"{name}_rows", lambda: table.aggregate(rows=table.count()))
    return int(found["rows"][0].as_py())


def _repeated(candidates: Table, name: str) -> Table:
    counted = candidates.group_by(name).aggregate(times=candidates.count())
    return counted.filter(counted.times > 1).select(name)


def _keys(rule: KeyRule) -> list[str]:
    return [*rule.keys, "amount"] if rule.same_amount else list(rule.keys)


def _apply_to_crowds(
    engine: Engine, name: str, ours: Table, theirs: Table, rule: KeyRule, limits: Limits
) -> Table:
    """Pair keys that stand very often in order of time, and the others best first."""
    keys = _keys(rule)
    crowds = engine.keep(f"{name}_crowds", partial(_crowds, ours, keys))
    in_order = engine.keep(
        f"{name}_in_order",
        lambda: _in_order(ours.semi_join(crowds, keys), theirs.semi_join(crowds, keys), keys),
    )
    candidates = engine.keep(
        f"{name}_uncrowded",
        lambda: _candidates(
            ours.anti_join(crowds, keys), theirs.anti_join(crowds, keys), rule, keys, limits
        ),
    )
    twice = _twice(engine, f"{name}_rest", candidates)
    best = _best_first(engine, f"{name}_rest", candidates, twice, (ours, theirs))
    return engine.keep(f"{name}_all", lambda: best.union(in_order))


def _named(side: Table, keys: Sequence[str]) -> Table:
    """An empty key is no key."""
    for name in keys:
        if name != "part":
            side = side.filter(side[name] != "")
    return side


def _candidates(
    ours: Table, theirs: Table, rule: KeyRule, keys: list[str], limits: Limits
) -> Table:
    theirs = theirs.select(
        *(name for name in keys if name != "amount"),
        their_id="id",
        their_at="at",
        their_fee="fee",
        **({"amount": "amount"} if "amount" in keys else {"their_amount": "amount"}),
    )
    joined = ours.join(theirs, keys)
    their_amount = joined.amount if rule.same_amount else joined.their_amount
    if rule.within_days:
        joined = joined.filter(_days_apart(joined) <= limits.within_days)
    return joined.select(
        ours_id=joined.id,
        theirs_id=joined.their_id,
        part=joined.part,
        ours_fen=joined.amount,
        theirs_fen=their_amount,
        ours_fee=joined.fee,
        theirs_fee=joined.their_fee,
    ).limit(MOST_CANDIDATES + 1)


def _days_apart(joined: Table) -> IntegerValue:
    ours_day = (joined.at + CHINA_SECONDS) // DAY_SECONDS
    their_day = (joined.their_at + CHINA_SECONDS) // DAY_SECONDS
    return (ours_day - their_day).abs()


def _best_first(
    engine: Engine, name: str, candidates: Table, twice: _Twice, sides: tuple[Table, Table]
) -> Table:
    """Pair greedily: the best pair of all first, then the best of what is left.

    Keys that stand once on each side are done at once; only repeated ones go through rounds.
    In each round every pair is taken that is the best for both its entries, and the order is
    total, so each round takes at least the best pair of each key.
    """
    left = engine.keep(
        f"{name}_open", lambda: _measured(candidates.filter(twice.among(candidates)), *sides)
    )
    done = engine.keep(
        f"{name}_done_0", lambda: candidates.filter(~twice.among(candidates)).select(*_PAIR)
    )
    turn = 0
    while _rows(engine, f"{name}_{turn}", left):
        turn += 1
        best = engine.keep(f"{name}_best_{turn}", partial(_mutual_best, left))
        done = engine.keep(f"{name}_done_{turn}", partial(_joined, done, best))
        left = engine.keep(f"{name}_open_{turn}", partial(_still_open, left, best))
    return engine.name(f"{name}_done", done)


def _measured(candidates: Table, ours: Table, theirs: Table) -> Table:
    """Say how well the two entries of each candidate go together."""
    mine = ours.select(ours_id="id", ours_at="at", ours_serial="serial")
    other = theirs.select(theirs_id="id", theirs_at="at", theirs_serial="serial")
    both = candidates.inner_join(mine, "ours_id").inner_join(other, "theirs_id")
    return both.select(
        *_PAIR,
        "ours_serial",
        "theirs_serial",
        unequal=(both.ours_fen != both.theirs_fen).cast("int8"),
        apart=(both.ours_at - both.theirs_at).abs(),
    )


def _joined(done: Table, best: Table) -> Table:
    return done.union(best.select(*_PAIR))


def _still_open(left: Table, best: Table) -> Table:
    return left.filter(left.ours_id.notin(best.ours_id) & left.theirs_id.notin(best.theirs_id))


def _mutual_best(candidates: Table) -> Table:
    order = [candidates[name] for name in _BEST_FIRST]
    ranked = candidates.mutate(
        for_ours=ibis.row_number().over(group_by=candidates.ours_id, order_by=order),
        for_theirs=ibis.row_number().over(group_by=candidates.theirs_id, order_by=order),
    )
    return ranked.filter((ranked.for_ours == 0) & (ranked.for_theirs == 0)).drop(
        "for_ours", "for_theirs"
    )


def _only_candidates(
    engine: Engine, name: str, fixed: str, candidates: Table, twice: _Twice, rule: KeyRule
) -> Step:
    only = engine.keep(f"{name}_only", lambda: candidates.filter(~twice.among(candidates)))
    several = engine.keep(f"{name}_suggested", lambda: candidates.filter(twice.among(candidates)))
    return Step(
        rule=rule,
        pairs=engine.name(f"{fixed}_pairs", only),
        suggestions=engine.name(f"{fixed}_several", several),
    )


def _crowds(ours: Table, keys: list[str]) -> Table:
    counted = ours.group_by(keys).aggregate(times=ours.count())
    return counted.filter(counted.times > CROWD).drop("times")


def _in_order(ours: Table, theirs: Table, keys: list[str]) -> Table:
    placed = [
        side.mutate(
            place=ibis.row_number().over(group_by=keys, order_by=[side.at, side.serial, side.id])
        )
        for side in (ours, theirs)
    ]
    joined = placed[0].join(placed[1], [*keys, "place"], rname="their_{name}")
    theirs_fen = joined.amount if "amount" in keys else joined.their_amount
    return joined.select(
        ours_id=joined.id,
        theirs_id=joined.their_id,
        part=joined.part,
        ours_fen=joined.amount,
        theirs_fen=theirs_fen,
        ours_fee=joined.fee,
        theirs_fee=joined.their_fee,
    )


def _explained(engine: Engine, name: str, left: Table, other: Table, task: KeyedTask) -> Table:
    """Pair each entry that is left with one of the other side that did not succeed."""
    failed = engine.keep(
        f"{name}_there",
        lambda: other.filter(other.state == State.NO_MONEY).select(
            "part", "key", "other_key", other_id="id", other_fen="amount"
        ),
    )

    def found() -> Table:
        pairs = None
        for keys in dict.fromkeys(rule.keys for rule in task.rules if not rule.unique):
            named = _named(left, keys)
            joined = named.join(failed.select(*keys, "other_id", "other_fen"), list(keys)).select(
                "id", "other_id", "other_fen", fen="amount"
            )
            pairs = joined if pairs is None else pairs.union(joined)
        assert pairs is not None
        place = ibis.row_number().over(group_by="id", order_by=["other_id"])
        ranked = pairs.mutate(place=place)
        return ranked.filter(ranked.place == 0).drop("place")

    return engine.keep(name, found)


def _surplus(left: Table, side: Table, key: tuple[str, ...]) -> Table:
    """Mark what is left of keys that stand more than once: all but the first of each key.

    Where an entry of the same key has found a partner, every one that is left is surplus.
    What is left to people is never surplus.
    """
    keys = list(key)
    placed = left.mutate(
        place=ibis.row_number().over(group_by=keys, order_by=[left.at, left.serial, left.id])
    )
    live = side.filter(side.state == State.LIVE)
    in_all = live.semi_join(left, keys).group_by(keys).aggregate(in_all=lambda t: t.count())
    in_left = left.group_by(keys).aggregate(in_left=left.count())
    counted = placed.join(in_all.join(in_left, keys), keys)
    settled_before = counted.in_all > counted.in_left
    known = _has_names(counted, key)
    marked = counted.select("id", "amount", surplus=known & (settled_before | (counted.place > 0)))
    kept_out = side.filter(side.state == State.LEFT_TO_PEOPLE).select(
        "id", "amount", surplus=ibis.literal(value=False)
    )
    return marked.union(kept_out)


def _has_names(side: Table, keys: Sequence[str]) -> BooleanValue:
    known: BooleanValue = ibis.literal(value=True)
    for name in keys:
        if name != "part":
            known &= side[name] != ""
    return known
