"""Two clerks do whatever they may, in any order; after every step all sums hold.

`DUIPING_NIGHTLY=1` runs it at length, `DUIPING_SEED` repeats a run.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import SystemRandom
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text

from app.base.errors import NotAllowed, UserError
from app.closing.files import undo_import
from app.db.workspace import Actor, Tx, Workspace
from app.discrepancies.model import Discrepancy
from app.discrepancies.rules import Status
from app.discrepancies.service import assign, explain, match_by_hand, unmatch
from app.intake.model import SourceFile
from app.intake.rules import FileStatus, Kind
from app.matching.model import Match, Run
from app.matching.rules import Task
from app.records import dating, loading
from app.records.refusals import FileInUse
from tests.guard import desk
from tests.guard.world import DAYS, Paper, day_of, write_world

NIGHTLY = os.environ.get("DUIPING_NIGHTLY") == "1"
EXAMPLES, STEPS = (400, 50) if NIGHTLY else (16, 14)
# Each run of a keyed task takes the engine a good part of a second, however small the day is:
# 200 × 50 steps would take an hour. The commit tier is what fits into a minute.

PHASES = (Phase.generate, Phase.shrink) if NIGHTLY else (Phase.generate,)
"""To make a failure shorter takes minutes."""

SEED = int(os.environ.get("DUIPING_SEED", "0")) or SystemRandom().randrange(1, 10**9)

DAY = st.integers(0, DAYS - 1)
PLACE = st.integers(0, 10_000)
TASKS = st.sampled_from(
    [(Task.ARRIVAL,), (Task.ARRIVAL,), (Task.CHANNEL,), (Task.WRITEOFF,), (Task.CLEARING,)]
)


class Office(RuleBasedStateMachine):
    """A database, two clerks and a reader."""

    template: ClassVar[Path]
    folder: ClassVar[Path]
    papers: ClassVar[list[Paper]]
    count: ClassVar[int] = 0
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).count += 1
        path = self.folder / f"{self.count}.db"
        shutil.copy(self.template, path)
        self.workspace = Workspace.open(f"sqlite:///{path}")
        self.path = path
        self.clerks = [
            desk.actor(self.workspace, "clerk"),
            desk.actor(self.workspace, "clerk", "second"),
        ]
        self.reader = desk.actor(self.workspace, "reader")
        self.live: dict[int, Paper] = {}

    def teardown(self) -> None:
        self.workspace.close()
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink()

    @initialize(day=DAY)
    def a_day_has_come_in(self, day: int) -> None:
        """Most of what people do needs a day on record."""
        for paper in self.papers:
            if paper.day == day and paper.version == "faulty":
                self._load(0, paper, replace=False)

    @rule(who=st.integers(0, 1), place=PLACE)
    def import_(self, who: int, place: int) -> None:
        self._load(who, self.papers[place % len(self.papers)], replace=False)

    @rule(who=st.integers(0, 1), place=PLACE)
    def replace(self, who: int, place: int) -> None:
        self._load(who, self.papers[place % len(self.papers)], replace=True)

    @precondition(lambda self: self.live)
    @rule(place=PLACE)
    def import_again(self, place: int) -> None:
        paper = self._one(list(self.live.values()), place)

        assert desk.load(self.workspace, self.clerks[0], paper.path).status is FileStatus.DUPLICATE

    @precondition(lambda self: self.live)
    @rule(who=st.integers(0, 1), place=PLACE)
    def undo(self, who: int, place: int) -> None:
        file_id = self._one(sorted(self.live), place)
        with suppress(FileInUse):
            self.workspace.write(self.clerks[who], undo_import, file_id=file_id)
            del self.live[file_id]

    @rule(who=st.integers(0, 1), day=DAY, tasks=TASKS)
    def reconcile(self, who: int, day: int, tasks: tuple[Task, ...]) -> None:
        desk.run(self.workspace, self.clerks[who], day_of(day), tasks)

        before = self.workspace.read(desk.state)
        desk.run(self.workspace, self.clerks[1 - who], day_of(day), tasks)
        assert self.workspace.read(desk.state) == before

    @precondition(lambda self: self._ids(Run.id))
    @rule(place=PLACE)
    def reconcile_all_anew(self, place: int) -> None:
        """To run again, though nothing is new, gives what is there."""
        task = self._one(list(Task), place)
        days = self._ids(Run.business_on, Run.task == task)
        if not days:
            return
        last = max(days)
        day = day_of(0).replace(day=last % 100)
        desk.run(self.workspace, self.clerks[0], day, [task])
        before = self.workspace.read(desk.state)
        self.workspace.write(self.clerks[0], _stale)
        desk.run(self.workspace, self.clerks[0], day, [task])

        # Against which day an older run reckoned, and so what it called late, is not compared.
        again = self.workspace.read(desk.state)
        assert (again["matches"], again["discrepancies"]) == (
            before["matches"],
            before["discrepancies"],
        )

    @precondition(lambda self: self._open())
    @rule(who=st.integers(0, 1), task=st.sampled_from(Task), place=PLACE, other=PLACE)
    def match(self, who: int, task: Task, place: int, other: int) -> None:
        """Match what is open; where sums differ or someone was faster it is refused."""
        rows = [row for row in self._open() if row.task is task]
        ours = [row.ours_key for row in rows if row.ours_id and not row.theirs_id]
        theirs = [row.theirs_key for row in rows if row.theirs_id and not row.ours_id]
        if not (ours and theirs):
            return
        self._try(
            who,
            match_by_hand,
            task=task,
            ours=[self._one(ours, place)],
            theirs=[self._one(theirs, other)],
            reason="seen on paper",
        )

    @precondition(lambda self: self._ids(Match.match_id))
    @rule(who=st.integers(0, 1), place=PLACE)
    def take_apart(self, who: int, place: int) -> None:
        match_id = self._one(self._ids(Match.match_id), place)
        self._try(who, unmatch, match_ids=[match_id], reason="wrong")

    @precondition(lambda self: self._open())
    @rule(who=st.integers(0, 1), place=PLACE)
    def assign(self, who: int, place: int) -> None:
        self._try(who, assign, ids=[self._one(self._open(), place).id], to="clerk")

    @precondition(lambda self: self._open())
    @rule(who=st.integers(0, 1), place=PLACE)
    def explain(self, who: int, place: int) -> None:
        self._try(who, explain, ids=[self._one(self._open(), place).id], reason="known")

    @precondition(lambda self: self._open())
    @rule(place=PLACE)
    def who_may_only_read_changes_nothing(self, place: int) -> None:
        row = self._one(self._open(), place)
        with pytest.raises(NotAllowed):
            self.workspace.write(self.reader, explain, ids=[row.id], reason="no")

    @invariant()
    def every_sum_holds(self) -> None:
        type(self).steps += 1
        self.workspace.read(desk.sums_hold)
        self.workspace.read(desk.entries_are, self.live)
        self.workspace.read(desk.each_has_one_place)

    def _load(self, who: int, paper: Paper, *, replace: bool) -> None:
        outcome = desk.load(self.workspace, self.clerks[who], paper.path, replace=replace)
        if outcome.status in (FileStatus.LOADED, FileStatus.REPLACED):
            assert outcome.file_id is not None
            self.live[outcome.file_id] = paper
        for file_id in self._ids(SourceFile.id, SourceFile.status == FileStatus.REPLACED):
            self.live.pop(file_id, None)

    def _try(self, who: int, verb: Callable[..., Any], **wanted: Any) -> None:
        """Do it, or be told in words why not; then nothing has changed."""
        before = self.workspace.read(desk.state)
        try:
            self.workspace.write(self.clerks[who], verb, **wanted)
        except UserError:
            assert self.workspace.read(desk.state) == before

    def _open(self) -> list[Discrepancy]:
        query = select(Discrepancy).where(Discrepancy.status != Status.RESOLVED)
        return self.workspace.read(
            lambda session: list(session.scalars(query.order_by(Discrepancy.id)))
        )

    def _ids(self, column: Any, *where: Any) -> list[int]:
        query = select(column).where(*where).distinct().order_by(column)
        return self.workspace.read(lambda session: list(session.scalars(query)))

    @staticmethod
    def _one(values: list[Any], place: int) -> Any:
        return values[place % len(values)]


def _stale(tx: Tx) -> None:
    tx.session.execute(text("UPDATE run SET change_no = -1"))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> type[Office]:
    folder = tmp_path_factory.mktemp("office")
    template = folder / "template.db"
    shutil.copy(sqlite_template, template)
    master, papers = write_world(folder, SEED)
    workspace = Workspace.open(f"sqlite:///{template}")
    clerk: Actor = desk.actor(workspace, "clerk")
    for path in master:
        assert desk.load(workspace, clerk, path).status is FileStatus.LOADED
    workspace.close()
    Office.template, Office.folder, Office.papers = template, folder, papers
    return Office


def play(office: type[Office], examples: int, phases: tuple[Phase, ...]) -> None:
    office.steps = 0
    seed(SEED)(office)
    run_state_machine_as_test(
        office,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_sum_holds_after_every_step(office: type[Office]) -> None:
    sys.stdout.write(f"DUIPING_SEED={SEED}\n")

    play(office, EXAMPLES, PHASES)

    sys.stdout.write(f"{office.count} examples, {office.steps} steps\n")


def tell(office: type[Office], version: str, *, replace: bool) -> None:
    """Play the shortest story in which a guard matters: payments come a second time."""
    machine = office()
    try:
        machine.a_day_has_come_in(0)
        machine.reconcile(0, 0, (Task.CHANNEL,))
        machine.every_sum_holds()
        again = next(
            paper
            for paper in office.papers
            if (paper.kind, paper.day, paper.version) == (Kind.PAYMENTS, 0, version)
        )
        machine._load(1, again, replace=replace)
        machine.reconcile(1, 0, (Task.CHANNEL,))
        machine.every_sum_holds()
    finally:
        machine.teardown()


@pytest.mark.parametrize(
    ("guard", "version", "replace"),
    [("settle_overlaps", "wider", False), ("mark_touched", "correct", True)],
)
def test_without_a_guard_the_machine_fails(
    office: type[Office],
    guard: str,
    version: str,
    replace: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: a machine that cannot fail proves nothing."""
    tell(office, version, replace=replace)
    for module in (loading, dating):
        monkeypatch.setattr(module, guard, lambda *_args: 0, raising=module is loading)

    with pytest.raises(AssertionError):
        tell(office, version, replace=replace)
