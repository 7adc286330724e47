"""Clearing verification: what the payments imply against the clearing lines received."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import ibis
import pyarrow as pa
from ibis.expr.types import Table
from sqlalchemy.orm import Session

from app.catalog.queries import ChannelView
from app.clearing import compute
from app.clearing.engine import Engine
from app.intake.rules import Kind as EntryKind
from app.matching import elsewhere, inputs, keyed
from app.matching.channel import channel_rules
from app.matching.extent import Extent
from app.matching.result import FACTS, Leg, Result
from app.matching.rules import KEYED_TASKS, Kind, Limits, Side, Task

_SUMS = ("line_count", "gross", "refund", "fee", "promotion", "net")
_AMOUNTS = ("paid", "fee", "promotion", "net")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unbalanced:
    """Orders that are not cleared, and the lines received for them all the same."""

    orders: Table
    lines: Table


def run(
    session: Session,
    engine: Engine,
    extent: Extent,
    *,
    channels: Sequence[ChannelView],
    accounts: Mapping[str, frozenset[str]],
) -> Result:
    """Verify the clearing lines and the batch headers of the days.

    `accounts` are each payee's designated account numbers.
    """
    computed, all_sides = _both_sides(session, engine, extent, channels)
    theirs = all_sides.theirs
    unbalanced = _unbalanced(engine, computed, theirs, extent)
    sides = replace(
        all_sides,
        theirs=theirs.anti_join(unbalanced.lines, theirs.id == unbalanced.lines.theirs_id),
    )
    sorted_ = keyed.sort_out(engine, sides, KEYED_TASKS[Task.CLEARING], Limits())
    headers, sums = inputs.batches(session, engine, extent)
    pairs = engine.keep(
        "clearing_compared", lambda: _compared(sorted_.settled, sides, headers, sums)
    )
    settled = pairs.filter(pairs.kind == "")
    differing = pairs.filter(pairs.kind != "").select(
        "kind", "ours_id", "theirs_id", "ours_fen", "theirs_fen"
    )
    matches = keyed.as_matches(engine, "clearing_matches", settled)
    facts = keyed.as_facts(engine, "clearing", ibis.union(sorted_.facts, differing), sides)
    facts = elsewhere.mark_repeated(session, Task.CLEARING, facts)
    order_facts, legs = _order_facts(engine, unbalanced, facts.num_rows)
    header_facts = _header_facts(engine, headers, sums, accounts, _rightly_headed(engine, pairs))
    law = compute.conservation(engine, computed)
    assert law.holds, law
    return Result(
        matches=matches,
        facts=pa.concat_tables([facts, order_facts, header_facts]),
        totals=keyed.totals(engine, "clearing", all_sides, settled),
        legs=legs,
        extra={
            "collections_fen": law.collections,
            "promotions_funded_fen": law.promotions_funded,
            "nets_fen": law.nets,
            "fees_fen": law.fees,
            "platform_keeps_fen": law.platform_keeps,
        },
    )


def _both_sides(
    session: Session, engine: Engine, extent: Extent, channels: Sequence[ChannelView]
) -> tuple[compute.Computed, keyed.Sides]:
    """What the payments imply, and the lines recomputed and received."""
    payments, bills = inputs.clearing_inputs(session, engine, Task.CLEARING, extent)
    rules = engine.load("clearing_rules", channel_rules(channels))
    rules = rules.filter(rules.part.endswith(" pay")).drop("part")
    computed = compute.compute(engine, payments, bills, rules)
    taken = inputs.bills_taken(session, engine, extent)
    ours = engine.keep("clearing_ours", lambda: _ours(computed, taken))
    lines = inputs.clearing_lines(session, engine, extent)
    theirs = engine.keep("clearing_theirs", lambda: _theirs(lines))
    ours = ours.mutate(state=inputs.state_of(engine, session, Task.CLEARING, Side.OURS, ours))
    theirs = theirs.mutate(
        state=inputs.state_of(engine, session, Task.CLEARING, Side.THEIRS, theirs)
    )
    return computed, keyed.Sides(
        ours=ours,
        theirs=theirs,
        ours_kind=EntryKind.BILL_LINES,
        theirs_kind=EntryKind.CLEARING_LINES,
    )


def _ours(computed: compute.Computed, taken: Table) -> Table:
    joined = computed.lines.join(taken, "id")
    key = joined.order_no + "-" + joined.line_no.cast("string")
    return joined.mutate(
        part=joined.type,
        key=key,
        shown=key,
        other_key=ibis.literal(""),
        amount=joined.net,
        serial=ibis.literal(""),
        good=ibis.literal(1, "int64"),
        our_fee=joined.fee,
        fee=ibis.null("int64"),
    )


def _theirs(lines: Table) -> Table:
    key = lines.order_no + "-" + lines.line_no.cast("string")
    return lines.mutate(
        part=lines.type,
        key=key,
        shown=key,
        other_key=ibis.literal(""),
        net=lines.amount,
        at=ibis.literal(0, "int64"),
        serial=lines.batch_no,
        good=ibis.literal(1, "int64"),
        their_fee=lines.fee,
        fee=ibis.null("int64"),
    )


def _unbalanced(
    engine: Engine, computed: compute.Computed, theirs: Table, extent: Extent
) -> _Unbalanced:
    orders = computed.orders
    days = engine.load("clearing_days", pa.table({"first": [extent.first], "last": [extent.last]}))

    def out_of_balance() -> Table:
        within = orders.cross_join(days)
        return within.filter(
            ~within.cleared & ~within.unsuccessful & within.day.between(within.first, within.last)
        ).drop("first", "last")

    bad = engine.keep("clearing_unbalanced", out_of_balance)
    lines = engine.keep(
        "clearing_absorbed",
        lambda: theirs.semi_join(bad, ["order_no", "type"]).select(
            "order_no", "type", theirs_id="id", theirs_key="key", net="amount"
        ),
    )
    return _Unbalanced(orders=bad, lines=lines)


def _wholly_foreign(headers: Table, sums: Table) -> Table:
    """Batches whose header names a payee that none of their lines has."""
    joined = headers.join(sums, "batch_no", rname="line_{name}")
    counted = joined.group_by("batch_no").aggregate(
        own=(joined.payee == joined.line_payee).cast("int64").sum()
    )
    return counted.filter(counted.own == 0).select("batch_no")


def _compared(settled: Table, sides: keyed.Sides, headers: Table, sums: Table) -> Table:
    """Say of each pair whether all its amounts and its payee agree ("" if so)."""
    plain = [name for name in _AMOUNTS if name != "fee"]
    ours = sides.ours.select(
        "our_fee", ours_id="id", our_payee="payee", **{f"our_{name}": name for name in plain}
    )
    theirs = sides.theirs.select(
        "their_fee",
        "batch_no",
        theirs_id="id",
        their_payee="payee",
        **{f"their_{name}": name for name in plain},
    )
    joined = settled.join(ours, "ours_id").join(theirs, "theirs_id")
    header_payees = headers.select("batch_no", batch_payee="payee")
    joined = joined.left_join(header_payees, "batch_no").drop("batch_no_right")
    whole = _wholly_foreign(headers, sums).mutate(foreign=ibis.literal(value=True))
    joined = joined.left_join(whole, "batch_no").drop("batch_no_right")
    unequal = ibis.literal(value=False)
    for name in _AMOUNTS:
        unequal |= joined[f"our_{name}"] != joined[f"their_{name}"]
    stray = (joined.batch_payee != joined.our_payee) & joined.foreign.isnull()
    astray = (joined.their_payee != joined.our_payee) | stray.coalesce(ibis.literal(value=False))
    kind = unequal.ifelse(Kind.AMOUNT_DIFFERS.value, astray.ifelse(Kind.PAYEE_DIFFERS.value, ""))
    return joined.mutate(kind=kind)


def _order_facts(engine: Engine, unbalanced: _Unbalanced, first: int) -> tuple[pa.Table, list[Leg]]:
    received: dict[tuple[str, str], list[dict[str, object]]] = defaultdict(list)
    absorbed = engine.fetch(
        "clearing_absorbed_rows", lambda: unbalanced.lines.order_by("theirs_id")
    )
    for row in absorbed.to_pylist():
        received[row["order_no"], row["type"]].append(row)
    rows: list[dict[str, object]] = []
    legs: list[Leg] = []
    orders = engine.fetch(
        "clearing_unbalanced_rows",
        lambda: unbalanced.orders.order_by("order_no", "type", "day"),
    )
    for order in orders.to_pylist():
        lines = received.pop((order["order_no"], order["type"]), [])
        theirs_fen = sum(int(str(line["net"])) for line in lines)
        by_bill = order["bill_id"] is not None
        kind = EntryKind.BILL_LINES if by_bill else EntryKind.PAYMENTS
        legs += [
            Leg(fact=first + len(rows), side=Side.THEIRS, entry_id=int(str(line["theirs_id"])))
            for line in lines[1:]
        ]
        rows.append(
            _row(
                Kind.ORDER_UNBALANCED,
                order["day"],
                ours=(
                    kind,
                    order["bill_id"] if by_bill else order["payment_id"],
                    order["order_no"],
                    0,
                ),
                theirs=(
                    EntryKind.CLEARING_LINES,
                    lines[0]["theirs_id"],
                    lines[0]["theirs_key"],
                    theirs_fen,
                )
                if lines
                else None,
                difference=-theirs_fen,
                detail={
                    "type": order["type"],
                    "paid_fen": order["paid"],
                    "billed_fen": order["billed"],
                },
            )
        )
    return pa.Table.from_pylist(rows, FACTS), legs


def _rightly_headed(engine: Engine, pairs: Table) -> frozenset[str]:
    """Batches whose header names the payee that our own lines name."""
    found = engine.fetch(
        "clearing_rightly_headed",
        lambda: pairs.filter(pairs.our_payee == pairs.batch_payee).select("batch_no").distinct(),
    )
    return frozenset(found["batch_no"].to_pylist())


def _header_facts(
    engine: Engine,
    headers: Table,
    sums: Table,
    accounts: Mapping[str, frozenset[str]],
    rightly_headed: frozenset[str],
) -> pa.Table:
    """Hold each header against its own lines and the payee's master data: one fact at most."""
    by_batch: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in engine.fetch("clearing_sum_rows", lambda: sums).to_pylist():
        by_batch[row["batch_no"]].append(row)
    rows: list[dict[str, object]] = []
    header_rows = engine.fetch("clearing_header_rows", lambda: headers.order_by("id"))
    for header in header_rows.to_pylist():
        own = by_batch.get(header["batch_no"], [])
        found = {name: sum(int(str(row[name])) for row in own) for name in _SUMS}
        differs = {
            name: {"header": header[name], "lines": found[name]}
            for name in _SUMS
            if header[name] != found[name]
        }
        if header["batch_no"] in rightly_headed:
            own = []  # a line under another payee is told of by itself
        kind = _header_kind(header, own, accounts, differs=bool(differs))
        if kind is None:
            continue
        total = kind is Kind.TOTAL_DIFFERS
        lines_net = found["net"] if total else header["net"]
        rows.append(
            _row(
                kind,
                header["day"],
                ours=None,
                theirs=(
                    EntryKind.CLEARING_BATCHES,
                    header["id"],
                    header["batch_no"],
                    header["net"] if total else 0,
                ),
                difference=header["net"] - lines_net,
                detail=differs if total else {},
            )
        )
    return pa.Table.from_pylist(rows, FACTS)


def _header_kind(
    header: Mapping[str, object],
    own: Sequence[Mapping[str, object]],
    accounts: Mapping[str, frozenset[str]],
    *,
    differs: bool,
) -> Kind | None:
    if differs:
        return Kind.TOTAL_DIFFERS
    if own and all(row["payee"] != header["payee"] for row in own):
        return Kind.PAYEE_DIFFERS
    if header["account_no"] not in accounts.get(str(header["payee"]), frozenset()):
        return Kind.ACCOUNT_DIFFERS
    return None


_Entry = tuple[EntryKind, object, object, int]


def _row(
    kind: Kind,
    day: int,
    *,
    ours: _Entry | None,
    theirs: _Entry | None,
    difference: int,
    detail: Mapping[str, object],
) -> dict[str, object]:
    row: dict[str, object] = {
        "kind": kind.value,
        "scope": "",
        "business_on": day,
        "difference_fen": difference,
        "detail": json.dumps(detail, ensure_ascii=False) if detail else "",
    }
    for side, entry in (("ours", ours), ("theirs", theirs)):
        row[f"{side}_kind"] = entry[0].value if entry else None
        row[f"{side}_id"] = entry[1] if entry else None
        row[f"{side}_key"] = entry[2] if entry else ""
        row[f"{side}_fen"] = entry[3] if entry else 0
    return row
