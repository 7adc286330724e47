"""Write-off reconciliation: bill lines against what billing wrote off."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.clearing import compute
from app.clearing.engine import Engine
from app.intake.rules import Kind as EntryKind
from app.matching import elsewhere, inputs, keyed
from app.matching.extent import Extent
from app.matching.result import Result
from app.matching.rules import KEYED_TASKS, Limits, Task


def run(session: Session, engine: Engine, extent: Extent, *, limits: Limits) -> Result:
    """Reconcile bill lines with write-offs; bills of unpaid orders expect none."""
    payments, bills = inputs.clearing_inputs(session, engine, Task.WRITEOFF, extent)
    orders = compute.orders(engine, "writeoff", payments, bills)
    unpaid = orders.filter(orders.unsuccessful)
    ours, theirs = inputs.writeoff_sides(session, engine, extent, unpaid)
    sides = keyed.Sides(
        ours=ours, theirs=theirs, ours_kind=EntryKind.BILL_LINES, theirs_kind=EntryKind.WRITEOFFS
    )
    sorted_ = keyed.sort_out(engine, sides, KEYED_TASKS[Task.WRITEOFF], limits)
    shown = keyed.as_facts(engine, "writeoff", sorted_.facts, sides)
    return Result(
        matches=keyed.as_matches(engine, "writeoff_matches", sorted_.settled),
        facts=elsewhere.mark_repeated(session, Task.WRITEOFF, shown),
        totals=keyed.totals(engine, "writeoff", sides, sorted_.settled),
        suggestions=sorted_.suggestions,
    )
