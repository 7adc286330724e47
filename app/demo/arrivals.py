"""What the payees' banks book: most batches as promised, some otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from app.demo.almanac import DAY, Almanac
from app.demo.clearer import Batch
from app.demo.world import Organisation

_OPENS_AT: Final = 9 * 3600
_HOURS: Final = 8 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One row of a bank statement; money out is negative."""

    payee: int
    serial_no: str
    at: int
    amount_fen: int
    balance_fen: int
    counterparty: str
    summary: str
    postscript: str


@dataclass(slots=True, kw_only=True)
class Money:
    """A movement before the bank has given it a time, a number and a balance."""

    payee: int
    amount_fen: int
    summary: str = "清分款"
    postscript: str = ""
    counterparty: str = "示范电网统一支付平台"
    on: int | None = None
    """The day on which it is booked, if not on the next one."""
    last: bool = False
    """Whether it is booked after all that are not."""
    told: Callable[[str], None] | None = None
    """Is told the serial number, for faults whose key it is."""


@dataclass(slots=True)
class Banks:
    """The banks of all payees over all days: balances, serial numbers, what is to come."""

    rng: Random
    almanac: Almanac
    payees: tuple[Organisation, ...]
    late: list[tuple[Batch, int]] = field(default_factory=list)
    """Money that comes on the next day."""
    money: list[Money] = field(default_factory=list)
    _balances: list[int] = field(init=False)
    _serials: int = 0

    def __post_init__(self) -> None:
        self._balances = [payee.opening_fen for payee in self.payees]

    def begin(self) -> None:
        """Begin a day with the money that the day before left."""
        self.money = []
        for batch, amount in self.late:
            self.pay(batch, amount_fen=amount)
        self.late = []

    def pay(self, *batches: Batch, amount_fen: int | None = None) -> Money:
        """Pay batches and name them, in the summary or in the postscript."""
        net = sum(batch.net_fen for batch in batches)
        names = " ".join(batch.batch_no for batch in batches)
        money = Money(payee=batches[0].payee, amount_fen=net if amount_fen is None else amount_fen)
        if self.rng.random() < 0.5:  # noqa: PLR2004 - one half of them
            money.summary = f"清分款{names}"
        else:
            money.postscript = f"批次号 {names}"
        self.money.append(money)
        return money

    def pay_silently(self, payee: int, amount_fen: int) -> Money:
        """Pay without naming a batch."""
        money = Money(payee=payee, amount_fen=amount_fen, postscript="统一支付清分")
        self.money.append(money)
        return money

    def book(self, day: int) -> list[Arrival]:
        """Return what is booked on a day or, where a batch is due later, then; in order of time."""
        self.rng.shuffle(self.money)
        self.money.sort(key=lambda money: (money.on or day, money.last))
        step = max(1, _HOURS // (len(self.money) + 1))
        return [
            self._booked(money, (money.on or day) * DAY + _OPENS_AT + position * step)
            for position, money in enumerate(self.money)
        ]

    def _booked(self, money: Money, at: int) -> Arrival:
        self._serials += 1
        serial_no = f"{self.almanac.compact(at // DAY)}{self._serials:07d}3"
        self._balances[money.payee] += money.amount_fen
        if money.told is not None:
            money.told(serial_no)
        return Arrival(
            payee=money.payee,
            serial_no=serial_no,
            at=at,
            amount_fen=money.amount_fen,
            balance_fen=self._balances[money.payee],
            counterparty=money.counterparty,
            summary=money.summary,
            postscript=money.postscript,
        )
