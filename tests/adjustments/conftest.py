"""A reconciled day with differences, and the people who settle them, on both databases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import text

from app.adjustments import service
from app.adjustments.drafting import Draft
from app.adjustments.queries import (
    AdjustmentFilter,
    AdjustmentView,
    ItemView,
    VoucherFilter,
    VoucherView,
    adjustments,
    items,
    vouchers,
)
from app.adjustments.rules import AdjustmentKind
from app.adjustments.service import Done
from app.db.workspace import Actor, Tx, Workspace
from app.discrepancies.queries import DiscrepancyFilter, DiscrepancyView, discrepancies
from app.matching.rules import Kind, Task
from tests.books import Books


@dataclass(frozen=True, kw_only=True)
class Office(Books):
    """Books with a maker (`actor`), a checker and a second checker."""

    checker: Actor
    second: Actor

    def found(self, kind: Kind, task: Task | None = None) -> DiscrepancyView:
        """Return the one discrepancy of a kind."""
        (row,) = self.workspace.read(discrepancies, DiscrepancyFilter(kind=kind, task=task))
        return row

    def case(self, id_: int) -> DiscrepancyView:
        """Return a discrepancy as it stands."""
        (row,) = self.workspace.read(discrepancies, DiscrepancyFilter(ids=(id_,)))
        return row

    def draft(self, kind: AdjustmentKind, *ids: int, **fields: object) -> str:
        """Draft an adjustment of discrepancies, or of the items named by `item_ids`."""
        wanted = replace(
            Draft(kind=kind, reason="known", discrepancy_ids=ids),
            **fields,  # type: ignore[arg-type]
        )
        return self.workspace.write(self.actor, service.draft, wanted=wanted).value

    def submit(self, number: str, by: Actor | None = None) -> Done:
        """Submit a draft."""
        return self.workspace.write(by or self.actor, service.submit, number=number).value

    def submitted(self, kind: AdjustmentKind, *ids: int, **fields: object) -> str:
        """Draft and submit an adjustment."""
        number = self.draft(kind, *ids, **fields)
        self.submit(number)
        return number

    def approve(self, *numbers: str, by: Actor | None = None) -> list[Done]:
        """Approve adjustments."""
        return self.workspace.write(by or self.checker, service.approve, numbers=numbers).value

    def approved(self, kind: AdjustmentKind, *ids: int, **fields: object) -> str:
        """Draft, submit and approve an adjustment."""
        number = self.submitted(kind, *ids, **fields)
        self.approve(number)
        return number

    def reverse(self, number: str, by: Actor | None = None) -> Done:
        """Reverse an adjustment."""
        return self.workspace.write(
            by or self.checker, service.reverse_adjustment, number=number, reason="a mistake"
        ).value

    def adjustment(self, number: str) -> AdjustmentView:
        """Return an adjustment as it stands."""
        (row,) = self.workspace.read(adjustments, AdjustmentFilter(numbers=(number,)))
        return row

    def vouchers(self) -> list[VoucherView]:
        """Return all vouchers."""
        return self.workspace.read(vouchers, VoucherFilter())

    def items(self) -> list[ItemView]:
        """Return all items in suspense."""
        return self.workspace.read(items)

    def raw(self, statement: str) -> None:
        """Do something to the database that no service would do."""

        def step(tx: Tx) -> None:
            tx.session.execute(text(statement))

        self.workspace.write(self.actor, step)


@pytest.fixture
def office(
    workspace: Workspace, clerk: Actor, checker: Actor, people: dict[str, Actor], tmp_path: Path
) -> Office:
    """Return an office whose payee is known."""
    second = replace(people["auditor"], name="wang", roles=frozenset({"checker"}))
    made = Office(workspace=workspace, actor=clerk, folder=tmp_path, checker=checker, second=second)
    made.know_payee()
    return made
