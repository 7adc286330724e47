"""Clearing batches with their headers, and the money that the bank receives for them."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from tests.oracle.days_clearing import cents, net
from tests.oracle.days_world import (
    ACCOUNTS,
    ONE_DAY,
    PAYEES,
    TILLS,
    Cells,
    Deal,
    Placed,
    World,
    yuan,
)
from tests.oracle.reference_entries import Fact


@dataclass(slots=True, kw_only=True)
class Bundle:
    """A batch: its header as the clearer writes it, and whose money it is."""

    day: int
    number: str
    payee: str
    clearing_on: date
    net: int
    row: Cells
    spoiled: bool = False
    money: str = ""


@dataclass(slots=True)
class Bank:
    """Batches and arrivals of all days."""

    world: World
    bundles: list[Bundle] = field(default_factory=list)
    arrivals: list[Placed] = field(default_factory=list)

    def as_of(self, day: int) -> date:
        """Return the day up to which the run for a business date takes arrivals as in."""
        known = [one.clearing_on for one in self.bundles if one.day <= day]
        return max([self.world.dates[day] + ONE_DAY, *known])

    def bundle_all(self) -> None:
        """Put all received lines into batches, at times several per payee and channel."""
        heaps: dict[tuple[int, str, str, int], list[tuple[Placed, Deal]]] = defaultdict(list)
        for deal in self.world.deals:
            alone = self.world.serial() if deal.own_batch else 0
            for placed in _both(deal):
                if placed.day < len(self.world.dates):
                    payee = placed.batch_payee or placed.row["收款单位编码"]
                    part = alone or -self.world.rng.randint(0, 1)
                    heaps[placed.day, payee, deal.collection, part].append((placed, deal))
        for (day, payee, collection, _), members in heaps.items():
            self._bundle(day, payee, collection, members)

    def _bundle(
        self, day: int, payee: str, collection: str, members: list[tuple[Placed, Deal]]
    ) -> None:
        world = self.world
        number = world.rng.choice(["QF{}", "QF{}", "{:020d}", "qf-{}-A"]).format(world.serial())
        basis = [placed for placed, deal in members if _holds(deal.header_basis, placed)]
        received = [placed for placed, deal in members if _holds(deal.received, placed)]
        for placed in received:
            placed.row["批次号"] = number
        row = _header(basis)
        on = world.dates[day]
        till = TILLS.get(collection)
        row |= {
            "批次号": number,
            "清分日期": (till.clearing_day(on) if till else on + ONE_DAY).isoformat(),
            "业务日期": on.isoformat(),
            "收款单位编码": payee,
            "收款单位": PAYEES[payee],
            "收款账号": ACCOUNTS[payee],
            "归集渠道": collection,
        }
        bundle = Bundle(
            day=day,
            number=number,
            payee=payee,
            clearing_on=date.fromisoformat(row["清分日期"]),
            net=_signed(row["净额"]),
            row=row,
            money=members[0][1].money,
            spoiled=len(basis) != len(received)
            or any(placed.batch_payee or not _holds(received, placed) for placed in basis),
        )
        self.bundles.append(bundle)
        if bundle.spoiled and _header(basis) != _header(received):
            lines = _signed(_header(received)["净额"])
            self.plant_batch(bundle, "total_differs", bundle.net - lines, why="A15")

    def plant_batch(self, bundle: Bundle, kind: str, difference: int, *, why: str = "") -> None:
        """Plant a fact about a batch's header."""
        fact = Fact(
            task="clearing",
            date=self.world.dates[bundle.day],
            kind=kind,
            ours_key="",
            theirs_key=bundle.number,
            difference_fen=difference,
        )
        self.world.plant(fact, why=why, day=bundle.day)

    def spoil(self, day: int, how: Callable[["Bank", Bundle], None]) -> None:
        """Do something to the header of a batch that is still good."""
        good = [one for one in self.bundles if one.day == day and not (one.spoiled or one.money)]
        if good:
            chosen = self.world.rng.choice(good)
            chosen.spoiled = True
            how(self, chosen)

    def book(self, account: str, on: date, amount: int, text: tuple[str, str], day: int) -> Placed:
        """Book money in, or out where the amount is negative; it comes with a day's files."""
        world = self.world
        serial = world.rng.choice(["{:08d}", "B{:06d}", "2024{:016d}"]).format(world.serial())
        row = {
            "账号": account,
            "记账日期": on.isoformat(),
            "交易时间": f"{on.isoformat()} {world.rng.randint(8, 17):02d}:15:00",
            "银行流水号": serial,
            "收入金额": yuan(amount) if amount > 0 else world.rng.choice(["", "0.00"]),
            "支出金额": yuan(-amount) if amount < 0 else world.rng.choice(["", "0.00"]),
            "余额": "",
            "对方户名": "国网电商平台备付金",
            "对方账号": "9999000011112222",
            "摘要": text[0],
            "附言": text[1],
        }
        placed = Placed(day=day, row=row)
        self.arrivals.append(placed)
        return placed

    def quiet_on(self, account: str) -> int:
        """Return how many arrivals on an account name no batch of it."""
        numbers = [one.number for one in self.bundles]
        return sum(
            one.row["账号"] == account
            and not any(each in one.row["摘要"] + one.row["附言"] for each in numbers)
            for one in self.arrivals
        )

    def waiting_on(self, account: str) -> int:
        """Return how many batches of an account are to be left without their money."""
        numbers = {one.number for one in self.bundles if ACCOUNTS[one.payee] == account}
        return sum(
            one.fact.kind == "not_arrived" and one.fact.ours_key in numbers
            for one in self.world.planted
        )

    def first_run(self, on: date, day: int) -> int | None:
        """Return the first run from a day on that takes a booking date as in."""
        days = range(day, len(self.world.dates))
        return next((each for each in days if self.as_of(each) >= on), None)


def header_total(bank: Bank, bundle: Bundle) -> None:
    """Write a wrong count, fee or net on the header; the money follows the header."""
    row = bundle.row
    match bank.world.rng.randint(0, 2):
        case 0:
            row["笔数"] = str(int(row["笔数"]) + 1)
            difference = 0
        case 1:
            row["手续费"] = yuan(_signed(row["手续费"]) + 5)
            difference = 0
        case _:
            difference = 100
            bundle.net += 100
            row["净额"] = yuan(bundle.net)
    bank.plant_batch(bundle, "total_differs", difference, why="A15")


def header_account(bank: Bank, bundle: Bundle) -> None:
    """Write an account that is not the designated one; the money comes to the right one."""
    others = [*(each for each in ACCOUNTS.values() if each != ACCOUNTS[bundle.payee]), "4444"]
    bundle.row["收款账号"] = bank.world.rng.choice(others)
    bank.plant_batch(bundle, "account_differs", 0)


def header_payee(bank: Bank, bundle: Bundle) -> None:
    """Write another payee on the header than on all its lines."""
    bundle.row["收款单位编码"] = next(code for code in PAYEES if code != bundle.payee)
    bank.plant_batch(bundle, "payee_differs", 0, why="A16")


def _both(deal: Deal) -> list[Placed]:
    return [
        *deal.received,
        *(placed for placed in deal.header_basis if not _holds(deal.received, placed)),
    ]


def _holds(rows: list[Placed], placed: Placed) -> bool:
    return any(each is placed for each in rows)


def _header(lines: list[Placed]) -> Cells:
    paid = [placed.row for placed in lines if placed.row["交易类型"] == "缴费"]
    back = [placed.row for placed in lines if placed.row["交易类型"] == "退费"]
    return {
        "笔数": str(len(lines)),
        "缴费金额": yuan(sum(cents(row["实缴金额"]) for row in paid)),
        "退款金额": yuan(sum(cents(row["实缴金额"]) for row in back)),
        "手续费": yuan(_balance(paid, back, "手续费分摊")),
        "优惠补贴": yuan(_balance(paid, back, "优惠分摊")),
        "净额": yuan(sum(net(row) for row in (*paid, *back))),
    }


def _balance(paid: list[Cells], back: list[Cells], column: str) -> int:
    return sum(cents(row[column]) for row in paid) - sum(cents(row[column]) for row in back)


def _signed(text: str) -> int:
    return int(text.replace(".", ""))
