"""Makers, checkers and a supervisor decide in any order; after every step the sums hold.

The days are reconciled before it begins, so that a step takes a few hundredths of a second:
200 × 50 of them are played in the normal run, always the same ones, and 10 × 40 on PostgreSQL.
`DUIPING_NIGHTLY=1` plays 20,000 × 50 others, `DUIPING_SEED` chooses them.
What files and runs do stands in `test_state_machine.py`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import SystemRandom
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, make_url, select
from sqlalchemy.orm import Session

from app.adjustments import effects, service
from app.adjustments.drafting import Draft
from app.adjustments.ledger import bank_books
from app.adjustments.model import Adjustment, SuspenseItem
from app.adjustments.rules import (
    AdjustmentKind,
    AdjustmentStatus,
    SuspenseSide,
    SuspenseState,
    fitting,
)
from app.arrivals.service import check, confirm, unconfirm
from app.base.errors import UserError
from app.closing import closing
from app.closing.balancing import balancing
from app.db.workspace import Actor, Tx, Workspace
from app.discrepancies.casework import reopen_cases
from app.discrepancies.model import Discrepancy
from app.discrepancies.rules import Status
from app.discrepancies.service import assign, explain, match_by_hand, unmatch
from app.matching.model import Match
from app.matching.rules import Task
from app.records.model import ClearingBatch
from tests.guard import desk
from tests.guard.decided import broken
from tests.guard.office import prepare_days, ready_to_close
from tests.guard.world import DAYS, day_of, write_world
from tests.postgres import Server

NIGHTLY = os.environ.get("DUIPING_NIGHTLY") == "1"
EXAMPLES, STEPS = (20_000, 50) if NIGHTLY else (200, 50)
ON_POSTGRES = (400, 50) if NIGHTLY else (10, 40)
VERIFIED_EVERY = 10
PARTS = 4
"""Played side by side by the workers of the tests."""

ALWAYS = 237987559
SEED = int(os.environ.get("DUIPING_SEED", "0")) or (
    SystemRandom().randrange(1, 10**9) if NIGHTLY else ALWAYS
)

PLACE = st.integers(0, 10_000)
WHO = st.integers(0, 1)
DAY = st.integers(0, DAYS - 1)
LAST = day_of(DAYS)


LIKELY: dict[Callable[..., Any], frozenset[AdjustmentStatus]] = {
    service.approve: frozenset({AdjustmentStatus.SUBMITTED}),
    service.send_back: frozenset({AdjustmentStatus.SUBMITTED}),
    service.withdraw: frozenset({AdjustmentStatus.SUBMITTED, AdjustmentStatus.RETURNED}),
    service.submit: frozenset({AdjustmentStatus.RETURNED}),
    service.reverse_adjustment: frozenset({AdjustmentStatus.APPROVED}),
}


@dataclass(frozen=True, kw_only=True)
class Databases:
    """How a story gets a database of reconciled days for itself, and how it gives it back."""

    lend: Callable[[int], str]
    take_back: Callable[[int], None]


class Office(RuleBasedStateMachine):
    """A database of reconciled days, two clerks, two checkers and two supervisors."""

    databases: ClassVar[Databases]
    count: ClassVar[int] = 0
    steps: ClassVar[int] = 0
    done: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        super().__init__()
        type(self).count += 1
        self.number = type(self).count
        self.workspace = Workspace.open(self.databases.lend(self.number))
        self.clerks = self._two("clerk")
        self.checkers = self._two("checker")
        self.supervisors = self._two("supervisor")

    def teardown(self) -> None:
        try:
            # All checks of `verify` take a good part of a second; after each step stand the sums
            # that a decision can break.
            if type(self).count % VERIFIED_EVERY == 0:
                self.workspace.read(desk.sums_hold)
            self.workspace.read(_book_and_bank_agree)
        finally:
            self.workspace.close()
            self.databases.take_back(self.number)

    # ------------------------------------------------------------ adjustments

    @rule(who=WHO, place=PLACE, which=PLACE, part=st.integers(0, 2))
    def adjust(self, who: int, place: int, which: int, part: int) -> None:
        """Draft and submit something that fits, or half of it."""
        row = self._any(Discrepancy, place)
        if row is None:
            return
        kinds = fitting(row.task, row.kind, row.difference_fen) or tuple(AdjustmentKind)
        half = max(abs(row.difference_fen) // 2, 1) if part == 0 else None
        self._submit(who, self._one(kinds, which), discrepancy_ids=(row.id,), amount_fen=half)

    @rule(who=WHO, place=PLACE, which=PLACE, part=st.booleans())
    def take_out_of_suspense(self, who: int, place: int, which: int, *, part: bool) -> None:
        item = self._any(SuspenseItem, place)
        if item is None:
            return
        kind = self._one(
            (
                AdjustmentKind.CLAIM,
                AdjustmentKind.TRANSFER_OUT,
                AdjustmentKind.SMALL_DIFFERENCE,
                AdjustmentKind.REVERSE_PAYMENT,
            ),
            which,
        )
        half = max(item.amount_fen // 2, 1) if part else None
        self._submit(who, kind, item_ids=(item.id,), household="H1", amount_fen=half)

    @rule(who=WHO, place=PLACE)
    def approve(self, who: int, place: int) -> None:
        self._decide(self.checkers[who], service.approve, place, many=True)

    @rule(place=PLACE)
    def approve_ones_own(self, place: int) -> None:
        """A maker who is a checker as well is refused."""
        row = self._any(Adjustment, place)
        if row is None:
            return
        maker = next(one for one in self.clerks if one.user_id == row.maker_id)
        both = replace(maker, roles=frozenset({"clerk", "checker"}))
        assert not self._try(both, service.approve, numbers=[row.number])

    @rule(who=WHO, place=PLACE)
    def return_(self, who: int, place: int) -> None:
        self._decide(self.checkers[who], service.send_back, place, reason="look again")

    @rule(who=WHO, place=PLACE)
    def withdraw(self, who: int, place: int) -> None:
        self._decide(self.clerks[who], service.withdraw, place)

    @rule(who=WHO, place=PLACE)
    def submit_again(self, who: int, place: int) -> None:
        self._decide(self.clerks[who], service.submit, place)

    @rule(who=WHO, place=PLACE)
    def reverse(self, who: int, place: int) -> None:
        self._decide(self.checkers[who], service.reverse_adjustment, place, reason="wrong")

    # ------------------------------------------------------------ discrepancies and matches

    @rule(who=WHO, place=PLACE)
    def assign(self, who: int, place: int) -> None:
        row = self._any(Discrepancy, place)
        if row is not None:
            self._try(self.clerks[who], assign, ids=[row.id], to="clerk")

    @rule(who=WHO, place=PLACE)
    def explain(self, who: int, place: int) -> None:
        row = self._any(Discrepancy, place)
        if row is not None:
            self._try(self.clerks[who], explain, ids=[row.id], reason="known")

    @rule(who=WHO, place=PLACE)
    def reopen_case(self, who: int, place: int) -> None:
        row = self._any(Discrepancy, place)
        if row is not None:
            self._try(self.clerks[who], reopen_cases, ids=[row.id], reason="no")

    @rule(who=WHO, task=st.sampled_from(Task), place=PLACE, other=PLACE)
    def match(self, who: int, task: Task, place: int, other: int) -> None:
        alone = (Discrepancy.task == task, Discrepancy.status != Status.RESOLVED)
        ours = self._any(Discrepancy, place, *alone, Discrepancy.theirs_id.is_(None))
        theirs = self._any(Discrepancy, other, *alone, Discrepancy.ours_id.is_(None))
        if ours is not None and theirs is not None:
            self._try(
                self.clerks[who],
                match_by_hand,
                task=task,
                ours=[ours.ours_key],
                theirs=[theirs.theirs_key],
                reason="seen on paper",
            )

    @rule(who=WHO, place=PLACE)
    def take_apart(self, who: int, place: int) -> None:
        row = self._any(Match, place)
        if row is not None:
            self._try(self.clerks[who], unmatch, match_ids=[row.match_id], reason="wrong")

    @rule(who=WHO, day=DAY)
    def reconcile_arrivals(self, who: int, day: int) -> None:
        try:
            desk.run(self.workspace, self.clerks[who], day_of(day), (Task.ARRIVAL,))
        except UserError:
            return

    # ------------------------------------------------------------ arrivals and days

    @rule(who=WHO, place=PLACE)
    def confirm(self, who: int, place: int) -> None:
        self._batch(self.clerks[who], confirm, place)

    @rule(who=WHO, place=PLACE)
    def check(self, who: int, place: int) -> None:
        self._batch(self.checkers[who], check, place)

    @rule(who=WHO, place=PLACE)
    def unconfirm(self, who: int, place: int) -> None:
        self._batch(self.checkers[who], unconfirm, place, reason="too early")

    @rule(who=WHO, day=st.sampled_from((0, 0, 1, 2)))
    def close(self, who: int, day: int) -> None:
        self._try(self.supervisors[who], closing.close_day, day=day_of(day))

    @rule(who=WHO, day=DAY)
    def reopen(self, who: int, day: int) -> None:
        self._try(
            self.supervisors[who], closing.request_reopening, day=day_of(day), reason="forgotten"
        )
        self._try(self.supervisors[1 - who], closing.approve_reopening, day=day_of(day))

    # ------------------------------------------------------------ what always holds

    @invariant()
    def every_sum_holds(self) -> None:
        type(self).steps += 1
        found = self.workspace.read(broken)
        assert not found, found
        self.workspace.read(desk.each_has_one_place)

    def _submit(self, who: int, kind: AdjustmentKind, **about: Any) -> None:
        def drafted_and_submitted(tx: Tx) -> None:
            number = service.draft(tx, wanted=Draft(kind=kind, reason="known", **about))
            service.submit(tx, number=number)

        self._try(self.clerks[who], drafted_and_submitted)

    def _decide(
        self, who: Actor, verb: Callable[..., Any], place: int, *, many: bool = False, **more: Any
    ) -> None:
        # Mostly one that the verb is for, else it is refused nine times out of ten.
        likely = Adjustment.status.in_(LIKELY[verb])
        row = self._any(Adjustment, place, likely) if place % 8 else None
        row = row or self._any(Adjustment, place)
        if row is not None:
            named: Any = {"numbers": [row.number]} if many else {"number": row.number}
            self._try(who, verb, **named, **more)

    def _batch(self, who: Actor, verb: Callable[..., Any], place: int, **more: Any) -> None:
        row = self._any(ClearingBatch, place)
        if row is not None:
            self._try(who, verb, batch_nos=[row.batch_no], **more)

    def _try(self, who: Actor, verb: Callable[..., Any], **wanted: Any) -> bool:
        """Do it, or be told in words why not."""
        try:
            self.workspace.write(who, verb, **wanted)
        except UserError:
            return False
        name = getattr(verb, "__name__", "")
        type(self).done[name] = self.done.get(name, 0) + 1
        return True

    def _any(self, model: type[Any], place: int, *where: Any) -> Any:
        """Return one of the rows, or None where there is none."""
        key = next(iter(model.__table__.primary_key.columns))

        def found(session: Session) -> Any:
            count = session.execute(select(func.count(key)).where(*where)).scalar_one()
            if not count:
                return None
            query = select(model).where(*where).order_by(key).limit(1).offset(place % count)
            return session.scalars(query).one()

        return self.workspace.read(found)

    def _two(self, role: str) -> list[Actor]:
        return [
            desk.actor(self.workspace, role),
            desk.actor(self.workspace, f"{role}2"),
        ]

    @staticmethod
    def _one(values: Any, place: int) -> Any:
        return values[place % len(values)] if values else None


def _book_and_bank_agree(session: Session) -> None:
    """What vouchers and bank lines leave between book and bank always explains the difference."""
    for book in bank_books(session, LAST):
        found = balancing(session, book.account_no, LAST)
        assert found.difference_fen == 0, found


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> type[Office]:
    folder = tmp_path_factory.mktemp("decisions")
    template = folder / "template.db"
    shutil.copy(sqlite_template, template)
    prepare_days(f"sqlite:///{template}", *write_world(folder, SEED))
    ready_to_close(f"sqlite:///{template}", day_of(0))

    def lend(number: int) -> str:
        shutil.copy(template, folder / f"{number}.db")
        return f"sqlite:///{folder / f'{number}.db'}"

    def take_back(number: int) -> None:
        for path in folder.glob(f"{number}.db*"):
            path.unlink()

    Office.databases = Databases(lend=lend, take_back=take_back)
    return Office


@pytest.fixture
def shared_office(
    postgres_server: Server, postgres_url: str, tmp_path: Path
) -> Iterator[type[Office]]:
    prepare_days(postgres_url, *write_world(tmp_path, SEED))
    ready_to_close(postgres_url, day_of(0))
    template = str(make_url(postgres_url).database)
    before = getattr(Office, "databases", None)
    Office.databases = Databases(
        lend=lambda number: postgres_server.clone(template, f"{template}_{number}"),
        take_back=lambda number: postgres_server.drop(f"{template}_{number}"),
    )
    yield Office
    if before is not None:
        Office.databases = before


def play(office: type[Office], examples: int, number: int, steps: int = STEPS) -> None:
    office.steps, office.done = 0, {}
    seed(SEED + number)(office)
    run_state_machine_as_test(
        office,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink) if NIGHTLY else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.postgres
def test_every_sum_holds_on_postgresql(shared_office: type[Office]) -> None:
    sys.stdout.write(f"DUIPING_SEED={SEED}\n")
    examples, steps = ON_POSTGRES

    play(shared_office, examples, PARTS, steps)

    sys.stdout.write(f"{shared_office.steps} steps: {shared_office.done}\n")
    for verb in ("drafted_and_submitted", "approve"):
        assert shared_office.done.get(verb), shared_office.done


@pytest.mark.parametrize("part", range(PARTS))
def test_every_sum_holds_whatever_is_decided(office: type[Office], part: int) -> None:
    sys.stdout.write(f"DUIPING_SEED={SEED}\n")

    play(office, EXAMPLES // PARTS, part)

    sys.stdout.write(f"{office.count} examples, {office.steps} steps: {office.done}\n")
    # A machine that is always refused proves nothing.
    for verb in ("drafted_and_submitted", "approve", "reverse_adjustment", "confirm", "close_day"):
        assert office.done.get(verb), office.done


def tell(office: type[Office]) -> None:
    """Play the shortest story in which money leaves suspense."""
    machine = office()
    try:
        machine.every_sum_holds()
        item = machine._any(SuspenseItem, 0, SuspenseItem.state == SuspenseState.OPEN)
        kind = AdjustmentKind.SMALL_DIFFERENCE
        if item.side is SuspenseSide.PAYABLE:
            kind = AdjustmentKind.CLAIM
        machine._submit(0, kind, item_ids=(item.id,), household="H1", claimant="")
        row = machine._any(Adjustment, 0, Adjustment.status == AdjustmentStatus.SUBMITTED)
        assert machine._try(machine.checkers[0], service.approve, numbers=[row.number])
        machine.every_sum_holds()
    finally:
        machine.workspace.close()


def test_without_a_guard_the_machine_fails(
    office: type[Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: an approval that forgets to take out of suspense what it books."""
    tell(office)
    monkeypatch.setattr(effects, "_move", lambda *_args: None)

    with pytest.raises(AssertionError):
        tell(office)
