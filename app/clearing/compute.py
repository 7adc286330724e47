"""Clearing recomputed from payments and bill lines (domain.md §6), as one relational plan.

Payments: id, order_no, type, day, payment_no, channel, amount, fee (may be null), bearer,
subsidy (true for feed-in subsidy offsets), good. Bill lines: id, order_no, type, day, line_no,
payee, amount. Channels: channel, rate_ppm (null without a rule), minimum_fen, maximum_fen,
returns_fee, payee_bears. Refunds are negative everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from app.base.money import PPM, spread
from app.clearing.engine import Engine

GROUP = ("order_no", "type", "day")

SAFE_FEN = 3_000_000_000
"""Products of two amounts up to this fit into 64 bits; larger ones are split exactly in Python."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """The result.

    `lines`: id, order_no, type, day, line_no, payee, paid, fee, promotion, net of cleared orders.
    `orders`: order_no, type, day, paid, billed, cleared, unsuccessful, payment_id, bill_id.
    """

    lines: Table
    orders: Table
    paid: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Conservation:
    """What must add up for cleared orders, in fen."""

    collections: int
    promotions_funded: int
    nets: int
    fees: int
    platform_keeps: int

    @property
    def holds(self) -> bool:
        """Whether nothing was lost or made."""
        return self.collections + self.promotions_funded == (
            self.nets + self.fees + self.platform_keeps
        )


def compute(engine: Engine, payments: Table, bills: Table, channels: Table) -> Computed:
    """Recompute what each bill line brings its payee."""
    groups = orders(engine, "clearing", payments, bills)
    cleared = groups.filter(groups.cleared).select(*GROUP, "lines_count")
    paid = engine.keep(
        "clearing_paid",
        lambda: _with_fees(payments.filter(payments.good).join(cleared, list(GROUP)), channels),
    )
    placed = engine.keep("clearing_placed", lambda: _placed(bills.join(cleared, list(GROUP))))
    several = _several_lines(engine, paid, placed)
    lines = engine.keep("clearing_computed", lambda: _net_lines(placed, paid, several))
    return Computed(lines=lines, orders=groups, paid=paid)


def _net_lines(placed: Table, paid: Table, several: Table) -> Table:
    shares = _single_lines(paid).union(several)
    added = shares.group_by(*GROUP, "place").aggregate(
        fee=shares.fee.sum(), promotion=shares.promotion.sum()
    )
    joined = placed.left_join(added, [*GROUP, "place"])
    fee = joined.fee.coalesce(0).cast("int64")
    promotion = joined.promotion.coalesce(0).cast("int64")
    return joined.select(
        "id",
        *GROUP,
        "line_no",
        "payee",
        paid=joined.amount,
        fee=fee,
        promotion=promotion,
        net=joined.amount - fee - promotion,
    )


def conservation(engine: Engine, computed: Computed) -> Conservation:
    """Add up both sides of the law of clearing."""
    paid, lines = computed.paid, computed.lines
    sums = engine.fetch("clearing_law", lambda: _law(paid)).to_pylist()[0]
    nets = engine.fetch(
        "clearing_nets", lambda: lines.aggregate(net=lines.net.sum().coalesce(0).cast("int64"))
    )
    return Conservation(
        collections=sums["collections"],
        promotions_funded=sums["funded"],
        nets=nets["net"][0].as_py(),
        fees=sums["fees"],
        platform_keeps=-sums["platform"],
    )


def _law(paid: Table) -> Table:
    funded = paid.bearer.isin(("platform", "third_party")) & ~paid.by_payee
    cash = ~funded & ~paid.by_payee
    sums = {
        "collections": paid.amount.sum(where=cash),
        "funded": paid.amount.sum(where=funded),
        "fees": paid.whole_fee.sum(),
        "platform": paid.whole_fee.sum(where=~paid.payee_bears),
    }
    return paid.aggregate(**{name: value.coalesce(0).cast("int64") for name, value in sums.items()})


def orders(engine: Engine, name: str, payments: Table, bills: Table) -> Table:
    """Hold what was paid against what was billed, for each order, type and day.

    An order is cleared when what succeeded adds up to its bill lines. It is unsuccessful when
    it is not cleared and a part of it did not succeed; else it is unbalanced.
    """
    return engine.keep(f"{name}_orders", lambda: _orders(payments, bills))


def _orders(payments: Table, bills: Table) -> Table:
    paid = payments.group_by(*GROUP).aggregate(
        paid=payments.amount.sum(where=payments.good).coalesce(0),
        succeeded=payments.good.cast("int64").sum(),
        tried=payments.count(),
        payment_id=payments.id.min(),
    )
    billed = bills.group_by(*GROUP).aggregate(
        billed=bills.amount.sum(), lines_count=bills.count(), bill_id=bills.id.min()
    )
    both = paid.outer_join(billed, list(GROUP), rname="bill_{name}")
    balanced = (
        (both.succeeded.coalesce(0) > 0)
        & (both.lines_count.coalesce(0) > 0)
        & (both.paid == both.billed)
    ).coalesce(ibis.literal(value=False))
    failed = (both.tried.coalesce(0) > both.succeeded.coalesce(0)) & ~balanced
    return both.select(
        order_no=both.order_no.coalesce(both.bill_order_no),
        type=both.type.coalesce(both.bill_type),
        day=both.day.coalesce(both.bill_day),
        paid=both.paid.coalesce(0),
        billed=both.billed.coalesce(0),
        lines_count=both.lines_count.coalesce(0),
        cleared=balanced,
        unsuccessful=failed,
        payment_id=both.payment_id,
        bill_id=both.bill_id,
    )


def _with_fees(paid: Table, channels: Table) -> Table:
    """Each instrument's fee, stated or by rule, and what the payee bears of it."""
    joined = paid.left_join(channels, "channel")
    size = joined.amount.abs()
    by_rule = (size * joined.rate_ppm + PPM // 2) // PPM
    by_rule = ibis.greatest(by_rule, joined.minimum_fen.coalesce(0))
    by_rule = joined.maximum_fen.isnull().ifelse(by_rule, ibis.least(by_rule, joined.maximum_fen))
    charged = joined.rate_ppm.notnull() & ((joined.amount >= 0) | joined.returns_fee)
    ruled = charged.coalesce(ibis.literal(value=False)).ifelse(by_rule * joined.amount.sign(), 0)
    whole = joined.fee.coalesce(ruled)
    bears = joined.payee_bears.coalesce(ibis.literal(value=True))
    by_payee = (joined.bearer == "payee") | joined.subsidy
    return joined.select(
        "id",
        *GROUP,
        "lines_count",
        "payment_no",
        "bearer",
        "amount",
        whole_fee=whole.cast("int64"),
        payee_bears=bears,
        by_payee=by_payee,
        fee=bears.ifelse(whole, 0).cast("int64"),
        promotion=by_payee.ifelse(joined.amount, 0).cast("int64"),
    )


def _placed(lines: Table) -> Table:
    """Number the lines of an order by their line no."""
    place = ibis.row_number().over(group_by=list(GROUP), order_by=[lines.line_no, lines.id])
    return lines.mutate(place=place)


def _single_lines(paid: Table) -> Table:
    one = paid.filter(paid.lines_count == 1)
    return one.select(*GROUP, place=ibis.literal(0, "int64"), fee=one.fee, promotion=one.promotion)


def _several_lines(engine: Engine, paid: Table, placed: Table) -> Table:
    """The shares of each line of orders with several."""
    pairs = engine.keep("clearing_pairs", lambda: _pairs(paid, placed))
    top = engine.fetch(
        "clearing_largest",
        lambda: pairs.aggregate(
            largest=ibis.greatest(
                pairs.fee.abs().max(), pairs.promotion.abs().max(), pairs.weight.max()
            ).coalesce(0)
        ),
    )["largest"][0].as_py()
    if int(top) > SAFE_FEN:
        exact = _spread_exactly(engine.fetch("clearing_all_pairs", lambda: pairs))
        return engine.load("clearing_shares", exact)
    shared = engine.keep("clearing_fee_shares", lambda: _largest_remainder(pairs, "fee"))
    return engine.keep(
        "clearing_shares",
        lambda: _largest_remainder(shared, "promotion").select(*GROUP, "place", "fee", "promotion"),
    )


def _pairs(paid: Table, placed: Table) -> Table:
    several = paid.filter((paid.lines_count > 1) & ((paid.fee != 0) | (paid.promotion != 0)))
    places = placed.filter(placed.lines_count > 1).select(
        *GROUP, "place", weight=placed.amount.abs()
    )
    return several.join(places, list(GROUP)).select(
        *GROUP, "place", "fee", "promotion", "weight", payment_id="id"
    )


def _largest_remainder(pairs: Table, name: str) -> Table:
    """Spread the column `name` over the lines of each payment; ties go to the lowest line."""
    payment = ibis.window(group_by="payment_id")
    weighed = pairs.mutate(whole=pairs.weight.sum().over(payment), size=pairs[name].abs())
    none = weighed.whole == 0
    product = weighed.size * weighed.weight
    whole = weighed.whole.nullif(0)
    based = weighed.mutate(
        base=none.ifelse(0, product // whole).cast("int64"),
        remainder=none.ifelse(0, product % whole).cast("int64"),
    )
    ranked = based.mutate(
        left=based.size - based.base.sum().over(payment),
        rank=ibis.row_number().over(
            group_by="payment_id", order_by=[based.remainder.desc(), based.place]
        ),
    )
    one_more = (ranked.rank < ranked.left).ifelse(1, 0)
    all_on_first = (ranked.place == 0).ifelse(ranked.size, 0)
    part = ranked.base + (ranked.whole == 0).ifelse(all_on_first, one_more)
    return ranked.mutate(**{name: (part * ranked[name].sign()).cast("int64")}).drop(
        "whole", "size", "base", "remainder", "left", "rank"
    )


def _spread_exactly(pairs: pa.Table) -> pa.Table:
    """The same for amounts whose products do not fit into 64 bits."""
    rows = sorted(pairs.to_pylist(), key=lambda row: (row["payment_id"], row["place"]))
    result = []
    for payment in dict.fromkeys(row["payment_id"] for row in rows):
        mine = [row for row in rows if row["payment_id"] == payment]
        weights = [row["weight"] for row in mine]
        if not any(weights):
            weights[0] = 1
        fees = spread(mine[0]["fee"], weights)
        promotions = spread(mine[0]["promotion"], weights)
        for row, fee, promotion in zip(mine, fees, promotions, strict=True):
            kept = {name: row[name] for name in (*GROUP, "place")}
            result.append({**kept, "fee": fee, "promotion": promotion})
    schema = pa.schema([pairs.schema.field(name) for name in (*GROUP, "place", "fee", "promotion")])
    return pa.Table.from_pylist(result, schema)
