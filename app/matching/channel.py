"""Channel reconciliation: payments of a channel against the channel's records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ibis
import pyarrow as pa
from ibis.expr.types import Table
from sqlalchemy.orm import Session

from app.base.money import PPM
from app.catalog.queries import ChannelView
from app.clearing.engine import Engine
from app.intake.rules import Kind as EntryKind
from app.matching import elsewhere, inputs, keyed
from app.matching.extent import Extent
from app.matching.result import Result
from app.matching.rules import KEYED_TASKS, Kind, Limits, Task
from app.records.rules import EntryType


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """How near its cut-off an entry has to lie to be only late, and until when it is."""

    seconds: int
    still: Callable[[int], bool]


def run(
    session: Session,
    engine: Engine,
    extent: Extent,
    *,
    channels: Sequence[ChannelView],
    limits: Limits,
    late: Late,
) -> Result:
    """Reconcile payments with channel records."""
    ours, theirs = inputs.channel_sides(session, engine, extent)
    sides = keyed.Sides(
        ours=ours, theirs=theirs, ours_kind=EntryKind.PAYMENTS, theirs_kind=EntryKind.CHANNEL
    )
    rules = engine.load("channel_rules", channel_rules(channels))
    waiting = keyed.Waiting(rules=rules, seconds=late.seconds, still=late.still)
    sorted_ = keyed.sort_out(engine, sides, KEYED_TASKS[Task.CHANNEL], limits, waiting)
    unequal = engine.keep("channel_unequal_fees", lambda: _unequal_fees(sorted_.settled))
    facts = ibis.union(sorted_.facts, _fees(unequal, rules))
    shown = keyed.as_facts(engine, "channel", facts, sides)
    return Result(
        matches=keyed.as_matches(engine, "channel_matches", sorted_.settled),
        facts=elsewhere.mark_repeated(session, Task.CHANNEL, shown),
        totals=keyed.totals(engine, "channel", sides, sorted_.settled),
        suggestions=sorted_.suggestions,
    )


def channel_rules(channels: Sequence[ChannelView]) -> pa.Table:
    """The channels as a table: a row for each channel and type, with cut-off and fee rule."""
    rows = [(one, type_) for one in channels for type_ in EntryType]

    def column(name: str, kind: pa.DataType) -> pa.Array:
        return pa.array([getattr(one, name) for one, _type in rows], kind)

    return pa.table(
        {
            "part": pa.array([f"{one.code} {type_.value}" for one, type_ in rows], pa.string()),
            "channel": column("code", pa.string()),
            "cutoff": column("cutoff_minutes", pa.int64()),
            "rate_ppm": column("rate_ppm", pa.int64()),
            "minimum_fen": column("minimum_fen", pa.int64()),
            "maximum_fen": column("maximum_fen", pa.int64()),
            "returns_fee": column("refund_returns_fee", pa.bool_()),
            "payee_bears": pa.array(
                [one.fee_bearer.value == "payee" for one, _type in rows], pa.bool_()
            ),
        }
    )


def _unequal_fees(settled: Table) -> Table:
    return settled.filter(
        settled.theirs_fee.notnull()
        & (settled.ours_fee.isnull() | (settled.ours_fee != settled.theirs_fee))
    )


def _fees(unequal: Table, rules: Table) -> Table:
    """Pairs that are matched but whose fees differ.

    Where only they state a fee, it is held against the channel's rule.
    """
    ruled = unequal.left_join(rules, "part")
    amount = ruled.ours_fen
    by_rule = (amount.abs() * ruled.rate_ppm + PPM // 2) // PPM
    by_rule = ibis.greatest(by_rule, ruled.minimum_fen.coalesce(0))
    by_rule = ruled.maximum_fen.isnull().ifelse(by_rule, ibis.least(by_rule, ruled.maximum_fen))
    by_rule = ((amount < 0) & ~ruled.returns_fee).ifelse(0, by_rule * amount.sign())
    expected = ruled.ours_fee.coalesce(by_rule.cast("int64"))
    ruled = ruled.mutate(expected=expected)
    checked = ruled.filter(
        (ruled.ours_fee.notnull() | ruled.rate_ppm.notnull()) & (ruled.expected != ruled.theirs_fee)
    )
    return checked.select(
        kind=ibis.literal(Kind.FEE_DIFFERS.value),
        ours_id=checked.ours_id,
        theirs_id=checked.theirs_id,
        ours_fen=checked.expected,
        theirs_fen=checked.theirs_fee,
    )
