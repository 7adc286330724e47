"""Writing days of files with known faults; no database is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from app.base.errors import UserError
from app.base.i18n import N_, _
from app.base.progress import Progress, Silent
from app.demo.almanac import DAY, Almanac
from app.demo.arrival_faults import ArrivalFaults
from app.demo.arrivals import Banks
from app.demo.banks import Statements
from app.demo.book import Book
from app.demo.channel_faults import CHANNEL_FAULTS
from app.demo.clearing_faults import CLEARING_FAULTS, plant_in_headers
from app.demo.maker import Maker
from app.demo.master import write_master
from app.demo.rows import Order
from app.demo.stage import Carried, Stage
from app.demo.traffic import Traffic
from app.demo.truth import FILE_NAME, Decoy, Fault, Truth, listed_files, ordered, write_truth
from app.demo.world import ALL, NORMAL_PAYEES, Organisation, organisations, payees
from app.demo.writeoff_faults import WRITEOFF_FAULTS

_FIRST_MONDAY: Final = date(2026, 3, 2)
_STARTS: Final = 19
"""Seeds start on different days of the weeks without holidays after that Monday."""

MOST_ORDERS: Final = 1_000_000
MOST_DAYS: Final = 92
MOST_FAULTS: Final = 1000

_ORDERS_PER_ROUND: Final = 2000
_MOST_ROUNDS: Final = 100
_ROUNDS_OF_ARRIVALS: Final = 2
_STEP: Final = 1000


class BadWish(UserError):
    """More, or less, is wanted than the generator makes."""

    template = N_(
        "A demonstration has 1 to {orders} orders a day, 1 to {days} days and at most {faults} "
        "faults of each kind a day."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What days are wanted; `faults` says how often each fault is planted a day."""

    orders: int = 1000
    seed: int = 1
    first_day: date | None = None
    days: int = 1
    faults: int | None = None

    def __post_init__(self) -> None:
        faults = 0 if self.faults is None else self.faults
        if not (
            1 <= self.orders <= MOST_ORDERS
            and 1 <= self.days <= MOST_DAYS
            and 0 <= faults <= MOST_FAULTS
        ):
            raise BadWish(orders=MOST_ORDERS, days=MOST_DAYS, faults=MOST_FAULTS)

    @property
    def rounds(self) -> int:
        """Return how often each fault is planted a day, more often on a large one."""
        if self.faults is not None:
            return self.faults
        return min(1 + self.orders // _ORDERS_PER_ROUND, _MOST_ROUNDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The files that were written, and what is known about them."""

    files: tuple[Path, ...]
    truth_file: Path
    truth: Truth


def write_days(
    directory: Path, wish: Wish | None = None, *, progress: Progress | None = None
) -> Result:
    """Write the master data, a folder of files for each day, and the truth.

    What a former call wrote into the same directory is replaced. A call that is stopped
    leaves nothing.

    Raises:
        BadWish: Numbers of orders, days or faults beyond the limits.
        Cancelled: The user stopped it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=directory, prefix=".unfinished-") as unfinished:
        folder = Path(unfinished)
        truth = _Run(folder, wish or Wish(), progress or Silent()).write()
        _remove_former(directory)
        for name in (*truth.files, FILE_NAME):
            (directory / name).parent.mkdir(exist_ok=True)
            (folder / name).replace(directory / name)
    files = tuple(directory / name for name in truth.files)
    return Result(files=files, truth_file=directory / FILE_NAME, truth=truth)


@dataclass(slots=True)
class _Run:
    directory: Path
    wish: Wish
    progress: Progress
    faults: list[Fault] = field(default_factory=list)
    decoys: list[Decoy] = field(default_factory=list)
    carried: Carried = field(default_factory=Carried)
    refundable: list[Order] = field(default_factory=list)
    rng: Random = field(init=False)
    almanac: Almanac = field(init=False)
    payees: tuple[Organisation, ...] = field(init=False)
    maker: Maker = field(init=False)
    banks: Banks = field(init=False)
    statements: Statements = field(init=False)
    arrival_faults: ArrivalFaults = field(init=False)

    def __post_init__(self) -> None:
        seed = self.wish.seed
        first_day = self.wish.first_day or _FIRST_MONDAY + timedelta(days=seed % _STARTS)
        self.rng = Random(seed)  # noqa: S311 - repeatable on purpose
        self.almanac = Almanac(first_day)
        self.payees = payees(seed)
        self.maker = Maker(self.rng, self.almanac, self.payees)
        self.banks = Banks(self.rng, self.almanac, self.payees)
        self.statements = Statements(self.payees, self.almanac)
        self.arrival_faults = ArrivalFaults(self.banks, _whole_payees(seed))

    def write(self) -> Truth:
        """Write everything and return the truth about it."""
        seed = self.wish.seed
        write_master(self.directory / "master", seed, self.almanac.day(0))
        for day in range(self.wish.days):
            self._write_day(day)
        total = self.wish.orders * self.wish.days
        self.progress.advance(total, total)
        files = [path for path in self.directory.rglob("*") if path.is_file()]
        truth = Truth(
            seed=seed,
            orders=self.wish.orders,
            days=tuple(self.almanac.day(day) for day in range(self.wish.days)),
            faults=ordered(self.faults),
            decoys=tuple(self.decoys),
            files=tuple(sorted(path.relative_to(self.directory).as_posix() for path in files)),
        )
        write_truth(self.directory / FILE_NAME, truth)
        return truth

    def _write_day(self, day: int) -> None:
        folder = self.directory / self.almanac.compact(day)
        stage = self._stage(day, folder)
        try:
            self._fill(stage)
        finally:
            stage.book.release()
        self.statements.write(folder, self.banks.book(day + 1), day + 1, self.rng)
        self.carried = stage.carried

    def _fill(self, stage: Stage) -> None:
        """Write a day's files except the banks', and decide what the banks are to book."""
        book = stage.book
        for tender, order in self.carried.records:
            book.record(tender, order)
        for order in self.carried.orders:
            book.settle(order, recorded=False)
        for order, bill in self.carried.write_offs:
            book.write_off(order, bill, after=DAY)
        for order, share in self.carried.lines:
            book.line(order, share, book.batch(share.bill.payee, ALL))
        self._write_orders(stage)
        if self.wish.rounds:
            plant_in_headers(stage)
        self.arrival_faults.plant(stage, min(self.wish.rounds, _ROUNDS_OF_ARRIVALS))
        book.close()

    def _write_orders(self, stage: Stage) -> None:
        """Write the usual orders and, somewhere between them, the planted ones."""
        total = self.wish.orders
        plan = self._plan(stage)
        note = _("Writing {day}").format(day=self.almanac.day(stage.day))
        traffic = Traffic(stage, total, self.refundable)
        for index in range(total):
            if index % _STEP == 0:
                self.progress.advance(stage.day * total + index, self.wish.days * total, note)
            traffic.write(index)
            for plant in plan.get(index, ()):
                plant(stage)
        traffic.keep_in_the_black()
        self.refundable = traffic.kept

    def _plan(self, stage: Stage) -> dict[int, list[Callable[[Stage], None]]]:
        """Choose after which of the usual orders each planted one stands."""
        plan: dict[int, list[Callable[[Stage], None]]] = {}
        kinds = (*CHANNEL_FAULTS, *WRITEOFF_FAULTS, *CLEARING_FAULTS)
        for _round in range(self.wish.rounds):
            for plant in kinds:
                plan.setdefault(stage.rng.randrange(self.wish.orders), []).append(plant)
        if self.wish.rounds:
            plan.setdefault(0, []).append(Traffic.reserved_batches)
        return plan

    def _stage(self, day: int, folder: Path) -> Stage:
        return Stage(
            day=day,
            last_day=self.wish.days - 1,
            rng=self.rng,
            almanac=self.almanac,
            maker=self.maker,
            book=Book(folder, day, almanac=self.almanac, payees=self.payees, rng=self.rng),
            faults=self.faults,
            decoys=self.decoys,
            carried=Carried(),
            group_account=organisations(self.wish.seed)[0].account_no,
            whole_payees=_whole_payees(self.wish.seed),
        )


def _remove_former(directory: Path) -> None:
    """Remove the files that a former call wrote, as its truth lists them."""
    for name in listed_files(directory / FILE_NAME):
        (directory / name).unlink(missing_ok=True)


def _whole_payees(seed: int) -> tuple[int, int]:
    """Return two payees on whose accounts nothing is to stay open."""
    return (seed % NORMAL_PAYEES, (seed + 5) % NORMAL_PAYEES)
