"""Four people at once on one PostgreSQL database: nothing double, nothing lost, losers are told.

`DUIPING_NIGHTLY=1` plays eight people and 5,000 items.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select, text

from app.adjustments import service
from app.adjustments.drafting import Draft
from app.adjustments.queries import AdjustmentFilter, VoucherFilter, adjustments, vouchers
from app.adjustments.rules import AdjustmentKind, AdjustmentStatus
from app.base.errors import UserError
from app.db.workspace import Actor, Tx, Workspace
from app.discrepancies import byhand
from app.discrepancies.model import Discrepancy
from app.discrepancies.service import match_by_hand
from app.intake.rules import FileStatus
from app.matching.model import Match
from app.matching.rules import Kind, Task
from app.upkeep.verify import verify
from tests.books import DAY, Books, arrival, batch, bill_line, clearing_line, payment, record
from tests.guard.decided import broken
from tests.guard.office import Office

pytestmark = pytest.mark.postgres

NIGHTLY = os.environ.get("DUIPING_NIGHTLY") == "1"
ITEMS, CLERKS = (5_000, 8) if NIGHTLY else (400, 4)


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """People with one role each, and what each of them got or was told."""

    workspace: Workspace
    people: Sequence[Actor]

    def all_do(
        self, items: Sequence[object], work: Callable[[Actor, object], object]
    ) -> tuple[list[object], Counter[str]]:
        """Let everybody try everything, each in an order of his own; return who won and lost."""
        begin = threading.Barrier(len(self.people))

        def one(number: int) -> tuple[list[object], Counter[str]]:
            mine = list(items)
            Random(number).shuffle(mine)
            won: list[object] = []
            told: Counter[str] = Counter()
            begin.wait()
            for item in mine:
                try:
                    work(self.people[number], item)
                    won.append(item)
                except UserError as refused:
                    told[refused.user_message() and type(refused).__name__] += 1
            return won, told

        with ThreadPoolExecutor(len(self.people)) as pool:
            results = list(pool.map(one, range(len(self.people))))
        everything = [item for won, _told in results for item in won]
        return everything, sum((told for _won, told in results), Counter[str]())


@pytest.fixture
def books(postgres_url: str, clerk: Actor, tmp_path: Path) -> Iterator[Books]:
    workspace = Workspace.open(postgres_url)
    made = Books(workspace=workspace, actor=clerk, folder=tmp_path)
    made.know_payee()
    yield made
    workspace.close()


def crowd(books: Books, person: Actor) -> Crowd:
    """Return several sessions of people with one role; each has a name of his own."""
    people = [replace(person, name=f"{person.name}-{number}") for number in range(CLERKS)]
    return Crowd(workspace=books.workspace, people=people)


def unmatched(books: Books) -> list[tuple[str, str]]:
    """Payments and records that belong together and share no number."""
    books.load("payments", *(payment(n, 支付流水号=f"Z{n}") for n in range(ITEMS)))
    books.load("icbc", *(record(n, 商户订单号=f"Y{n}") for n in range(ITEMS)))
    books.reconcile(Task.CHANNEL)
    return [(f"Z{n}", f"Y{n}") for n in range(ITEMS)]


def pair_up(books: Books) -> Callable[[Actor, object], object]:
    def work(who: Actor, item: object) -> object:
        assert isinstance(item, tuple)
        return books.workspace.write(
            who,
            match_by_hand,
            task=Task.CHANNEL,
            ours=[item[0]],
            theirs=[item[1]],
            reason="seen",
        )

    return work


def matched(books: Books) -> list[int]:
    query = select(Match.ours_id).where(Match.run_id.is_(None))
    return [id_ for id_ in books.workspace.read(lambda s: list(s.scalars(query))) if id_]


def to_adjust(books: Books) -> list[int]:
    """Bills that were paid and not written off."""
    books.load("payments", *(payment(n) for n in range(ITEMS)))
    books.load("bills", *(bill_line(n) for n in range(ITEMS)))
    books.reconcile(Task.WRITEOFF)
    query = select(Discrepancy.id).where(Discrepancy.kind == Kind.NOT_WRITTEN_OFF)
    return list(books.workspace.read(lambda s: list(s.scalars(query))))


def submit(tx: Tx, *, id_: int) -> str:
    wanted = Draft(kind=AdjustmentKind.WRITE_OFF, reason="not written off", discrepancy_ids=(id_,))
    number = service.draft(tx, wanted=wanted)
    service.submit(tx, number=number)
    return number


def test_of_four_who_match_the_same_one_wins(books: Books, clerk: Actor) -> None:
    items = unmatched(books)

    won, told = crowd(books, clerk).all_do(items, pair_up(books))

    assert sorted(won) == sorted(items)  # type: ignore[type-var]
    assert told.total() == ITEMS * (CLERKS - 1)
    assert len(matched(books)) == len(set(matched(books))) == ITEMS
    assert books.workspace.read(verify).ok


def test_of_four_who_approve_the_same_one_wins(books: Books, checker: Actor) -> None:
    numbers = [
        books.workspace.write(books.actor, submit, id_=id_).value for id_ in to_adjust(books)
    ]
    people = crowd(books, checker)

    won, told = people.all_do(
        numbers,
        lambda who, item: books.workspace.write(who, service.approve, numbers=[str(item)]),
    )

    assert sorted(won) == sorted(numbers)  # type: ignore[type-var]
    assert told.total() == ITEMS * (CLERKS - 1)
    posted = books.workspace.read(vouchers, VoucherFilter())
    assert [one.serial for one in posted] == list(range(1, ITEMS + 1))
    assert sorted(one.source for one in posted) == sorted(numbers)
    assert books.workspace.read(broken) == []
    assert books.workspace.read(verify).ok


def test_who_adjusts_while_the_day_is_closed_is_in_time_or_told(
    books: Books, clerk: Actor, checker: Actor, supervisor: Actor
) -> None:
    ids = to_adjust(books)
    office = Office(workspace=books.workspace, clerk=clerk, checker=checker, supervisor=supervisor)
    _all_else_agrees(books, office)
    assert {row.id for row in office.open_cases(DAY)} == set(ids)
    closed = threading.Event()

    def close_at_last() -> None:
        while not closed.is_set():
            try:
                office.close(DAY)
                closed.set()
            except UserError:
                closed.wait(0.1)

    def settle(who: Actor, item: object) -> object:
        number = books.workspace.write(who, submit, id_=int(str(item))).value
        return books.workspace.write(checker, service.approve, numbers=[number])

    closer = threading.Thread(target=close_at_last)
    closer.start()
    people = crowd(books, clerk)
    won, _told = people.all_do(ids, settle)
    closer.join(timeout=120)

    assert closed.is_set()
    assert sorted(won) == sorted(ids)  # type: ignore[type-var]
    late = books.workspace.read(vouchers, VoucherFilter(day=DAY))
    assert len({one.number for one in late}) == len(late)
    done = books.workspace.read(
        adjustments, AdjustmentFilter(statuses=frozenset({AdjustmentStatus.APPROVED}))
    )
    assert len([one for one in done if one.discrepancy_ids[0] in ids]) == ITEMS
    assert books.workspace.read(broken) == []
    assert books.workspace.read(verify).ok


def test_of_four_who_import_the_same_one_wins(books: Books, clerk: Actor) -> None:
    count = 20
    paths = [
        books.write(f"day{number}", *(payment(number * 100 + n) for n in range(count)))
        for number in range(8)
    ]
    outcomes: Counter[FileStatus] = Counter()

    def work(who: Actor, item: object) -> None:
        (outcome,) = books.load_paths(Path(str(item)), actor=who)
        outcomes[outcome.status] += 1

    crowd(books, clerk).all_do(paths, work)

    assert outcomes == {FileStatus.LOADED: 8, FileStatus.DUPLICATE: 8 * (CLERKS - 1)}
    rows = books.workspace.read(
        lambda s: s.execute(text("SELECT count(*), count(DISTINCT payment_no) FROM payment")).one()
    )
    assert tuple(rows) == (8 * count, 8 * count)
    assert books.workspace.read(verify).ok


def test_without_its_guards_the_harness_fails(
    books: Books, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: without the look before and the index behind, two people both win."""
    items = unmatched(books)[:40]
    monkeypatch.setattr(byhand, "require_free", lambda *_args: None)

    def drop(tx: Tx) -> None:
        for name in ("ix_match_ours", "ix_match_theirs"):
            tx.session.execute(text(f"DROP INDEX {name}"))

    books.workspace.write(clerk, drop)
    crowd(books, clerk).all_do(items, _both(books))

    assert len(matched(books)) > len(set(matched(books)))
    assert not books.workspace.read(verify).ok


def _both(books: Books) -> Callable[[Actor, object], object]:
    """Match by ids that were looked up before, as a program without guards would."""
    query = select(Discrepancy.ours_key, Discrepancy.theirs_key, Discrepancy.ours_id,
                   Discrepancy.theirs_id)  # fmt: skip
    ids: dict[str, int] = {}
    for ours, theirs, ours_id, theirs_id in books.workspace.read(lambda s: s.execute(query).all()):
        ids |= {key: id_ for key, id_ in ((ours, ours_id), (theirs, theirs_id)) if id_}

    def work(who: Actor, item: object) -> object:
        assert isinstance(item, tuple)
        return books.workspace.write(
            who,
            byhand.match_entries,
            task=Task.CHANNEL,
            ours=[ids[item[0]]],
            theirs=[ids[item[1]]],
            reason="seen",
        )

    return work


def _all_else_agrees(books: Books, office: Office) -> None:
    """Let channel, clearing and bank say what payments and bills say, and confirm what came."""
    whole = f"{ITEMS * 10}.00"
    books.load("icbc", *(record(n) for n in range(ITEMS)))
    books.load("batches", batch(1, 笔数=str(ITEMS), 缴费金额=whole, 净额=whole))
    books.load("lines", *(clearing_line(n, 批次号="QF1") for n in range(ITEMS)))
    books.load("bank", arrival(1, 收入金额=whole))
    for task in (Task.CHANNEL, Task.CLEARING, Task.ARRIVAL):
        books.reconcile(task)
    office.confirm(DAY)
    office.waive(DAY)
