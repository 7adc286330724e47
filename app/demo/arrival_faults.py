"""Faults and decoys between the batches and the money on the payees' accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import Final

from app.demo.arrivals import Banks, Money
from app.demo.clearer import Batch
from app.demo.stage import Stage
from app.demo.world import NORMAL_PAYEES

_LARGEST_COMBINATION: Final = 4
_LEAST_FEN: Final = 2000
_SILENT_SHARE: Final = 0.3
_ODD_FEN: Final = 37

RESERVED: Final = NORMAL_PAYEES
"""The payee whose batches hold nothing but what is planted."""


@dataclass(slots=True)
class Open:
    """What stays without a partner on one account: nets of batches, amounts of arrivals."""

    nets: list[int] = field(default_factory=list)
    amounts: list[int] = field(default_factory=list)

    def clashes(self) -> bool:
        """Tell whether a chance sum on one side equals an amount on the other."""
        return _has_sum(self.nets, self.amounts) or _has_sum(self.amounts, self.nets)


class ArrivalFaults:
    """Plants faults in the arrivals of all days and keeps what stays open."""

    def __init__(self, banks: Banks, whole_payees: tuple[int, int]) -> None:
        self._banks = banks
        self._quiet = whole_payees
        self._opens = [Open() for _ in range(NORMAL_PAYEES + 1)]
        self._due: list[Batch] = []
        self._silent: set[tuple[int, int]] = set()
        """Accounts and amounts of what was paid without a name, on all days."""

    def plant(self, stage: Stage, rounds: int) -> None:
        """Decide for every batch that is due how its money comes."""
        self._banks.begin()
        batches = [batch for batch in stage.book.batches if batch.net_fen]
        self._due = [batch for batch in batches if batch.clearing_day == stage.day + 1]
        for batch in batches:
            if batch.clearing_day > stage.day + 1:
                self._banks.pay(batch).on = batch.clearing_day
        stage.rng.shuffle(self._due)
        self._lost_to_other_accounts(stage)
        self._ambiguous(stage)
        self._combined(stage)
        self._split_silently(stage)
        for _ in range(rounds):
            for plant in _KINDS:
                plant(self, stage)
        self._rest(stage)

    # ------------------------------------------------------------ faults

    def not_arrived(self, stage: Stage) -> None:
        """Plant a batch whose money never comes."""
        if batch := self._take(stage):
            _batch_fault(stage, "not_arrived", batch, 0)

    def late(self, stage: Stage) -> None:
        """Plant a batch whose money comes a day late."""
        if batch := self._take(stage):
            self._banks.late.append((batch, batch.net_fen))
            _batch_fault(stage, "not_arrived", batch, 0, closes=stage.has_next)

    def short(self, stage: Stage) -> None:
        """Plant a batch of which a part did not come."""
        if batch := self._take(stage):
            arrived = batch.net_fen - stage.rng.choice((1, 500, 1234))
            self._banks.pay(batch, amount_fen=arrived)
            _batch_fault(stage, "short_arrival", batch, arrived)

    def short_in_parts(self, stage: Stage) -> None:
        """Plant a batch that came in two arrivals, together too little."""
        if batch := self._take(stage):
            arrived = batch.net_fen - 300
            self._banks.pay(batch, amount_fen=arrived // 3)
            self._banks.pay(batch, amount_fen=arrived - arrived // 3)
            _batch_fault(stage, "short_arrival", batch, arrived)

    def short_at_first(self, stage: Stage) -> None:
        """Plant a batch of which the rest comes a day later."""
        if batch := self._take(stage):
            arrived = batch.net_fen // 2
            self._banks.pay(batch, amount_fen=arrived)
            self._banks.late.append((batch, batch.net_fen - arrived))
            _batch_fault(stage, "short_arrival", batch, arrived, closes=stage.has_next)

    def over(self, stage: Stage) -> None:
        """Plant a batch of which too much came."""
        if batch := self._take(stage):
            arrived = batch.net_fen + stage.rng.choice((1, 88, 2000))
            self._banks.pay(batch, amount_fen=arrived)
            _batch_fault(stage, "over_arrival", batch, arrived)

    def twice(self, stage: Stage) -> None:
        """Plant a batch that was paid twice."""
        if batch := self._take(stage):
            self._banks.pay(batch)
            money = self._banks.pay(batch)
            money.last = True
            _serial_fault(stage, "duplicate_theirs", money)

    def unexpected(self, stage: Stage) -> None:
        """Plant interest, and money of a stranger."""
        for summary, name in (("结息", ""), ("转账", "陈小明")):
            money = self._stray(stage, 1)
            money.summary, money.postscript, money.counterparty = summary, "", name
            _serial_fault(stage, "unexpected_arrival", money)

    def debit(self, stage: Stage) -> None:
        """Plant a bank's fee, and a transfer sent back."""
        for summary, name in (("账户管理费", ""), ("退汇", "临江物资有限公司")):
            money = self._stray(stage, -1)
            money.summary, money.postscript, money.counterparty = summary, "", name
            _serial_fault(stage, "unexpected_debit", money)

    # ------------------------------------------------------------ decoys

    def in_parts(self, stage: Stage) -> None:
        """Plant a batch that came in three arrivals which all name it."""
        if batch := self._take(stage, stays=False):
            first, second = batch.net_fen // 3, batch.net_fen // 4
            for amount in (first, second, batch.net_fen - first - second):
                self._banks.pay(batch, amount_fen=amount)
            stage.decoy("arrival", batch.batch_no, "in several arrivals")

    def together(self, stage: Stage) -> None:
        """Plant two batches of one account that came in one arrival which names both."""
        if (batch := self._take(stage, stays=False)) and (
            other := self._take(stage, payee=batch.payee, stays=False)
        ):
            self._banks.pay(batch, other)
            stage.decoy("arrival", batch.batch_no, "with others in one arrival")
            stage.decoy("arrival", other.batch_no, "with others in one arrival")
        elif batch:
            self._banks.pay(batch)

    # ------------------------------------------------------------ inside

    def _lost_to_other_accounts(self, stage: Stage) -> None:
        for batch in [batch for batch in self._due if batch.account_no]:
            self._due.remove(batch)
            self._opens[batch.payee].nets.append(batch.net_fen)
            _batch_fault(stage, "not_arrived", batch, 0, note="follows from account_differs")

    def _ambiguous(self, stage: Stage) -> None:
        """Let equal batches of one account meet equal arrivals that name none."""
        batches = [batch for batch in self._due if batch.payee == RESERVED]
        for batch in batches:
            self._due.remove(batch)
        twins = [batch for batch in batches if batch.net_fen == batches[0].net_fen]
        for batch in twins:
            self._opens[RESERVED].nets.append(batch.net_fen)
            _batch_fault(stage, "not_arrived", batch, 0, note="ambiguous")
        for _ in range(2 - stage.day % 2 if twins else 0):
            money = self._banks.pay_silently(RESERVED, twins[0].net_fen)
            _serial_fault(stage, "unexpected_arrival", money, note="ambiguous")

    def _combined(self, stage: Stage) -> None:
        """Pay some batches of one account in one arrival that names none of them."""
        payee = self._quiet[0]
        mine = [batch for batch in self._due if batch.payee == payee]
        for batches in combinations(mine[:5], min(3, len(mine) - 1)):
            total = sum(batch.net_fen for batch in batches)
            known = total in [batch.net_fen for batch in mine] or self._is_known(payee, total)
            if len(batches) > 1 and not known:
                for batch in batches:
                    self._due.remove(batch)
                    stage.decoy("arrival", batch.batch_no, "in one arrival that names none")
                self._pay_silently(payee, total)
                self._opens[payee].nets.extend(batch.net_fen for batch in batches)
                return

    def _split_silently(self, stage: Stage) -> None:
        """Pay a batch in two arrivals that do not name it."""
        payee = self._quiet[1]
        mine = [batch for batch in self._due if batch.payee == payee]
        nets = {batch.net_fen for batch in mine}
        for batch in mine:
            part = batch.net_fen // 3
            rest = batch.net_fen - part
            known = any(self._is_known(payee, fen) for fen in (part, rest, batch.net_fen))
            if batch.net_fen >= _LEAST_FEN and not known and not nets & {part, rest}:
                self._due.remove(batch)
                self._pay_silently(payee, part)
                self._pay_silently(payee, rest)
                stage.decoy("arrival", batch.batch_no, "in two arrivals that do not name it")
                return

    def _rest(self, stage: Stage) -> None:
        """Pay what is left: mostly by name, the others where the amount alone is enough."""
        nets = Counter((batch.payee, batch.net_fen) for batch in self._due)
        taken = {(money.payee, money.amount_fen) for money in self._banks.money}
        for batch in sorted(self._due, key=lambda batch: batch.batch_no):
            key = (batch.payee, batch.net_fen)
            opened = self._opens[batch.payee]
            alone = (
                nets[key] == 1
                and key not in taken
                and key not in self._silent
                and batch.net_fen not in opened.nets
                and batch.net_fen not in opened.amounts
            )
            if alone and stage.rng.random() < _SILENT_SHARE and batch.payee not in self._quiet:
                self._pay_silently(*key)
                stage.decoy("arrival", batch.batch_no, "found by its amount")
            else:
                self._banks.pay(batch)

    def _pay_silently(self, payee: int, amount_fen: int) -> None:
        self._silent.add((payee, amount_fen))
        self._banks.pay_silently(payee, amount_fen)

    def _is_known(self, payee: int, fen: int) -> bool:
        """Tell whether an amount was paid silently before, or adds up with what is open."""
        opened = Open([*self._opens[payee].nets], [fen])
        return (payee, fen) in self._silent or opened.clashes()

    def _take(self, stage: Stage, *, payee: int | None = None, stays: bool = True) -> Batch | None:
        """Take a batch of the day from those that are due; one that stays open must not clash."""
        for batch in self._due:
            if (
                batch.business_day != stage.day
                or batch.marked
                or batch.net_fen < _LEAST_FEN
                or batch.payee in self._quiet
                or payee not in {None, batch.payee}
            ):
                continue
            opened = self._opens[batch.payee]
            opened.nets.append(batch.net_fen)
            if stays and opened.clashes():
                opened.nets.pop()
                continue
            if not stays:
                opened.nets.pop()
            self._due.remove(batch)
            return batch
        return None

    def _stray(self, stage: Stage, sign: int) -> Money:
        """Make a movement that belongs to nothing and adds up with nothing."""
        while True:
            payee = stage.rng.randrange(NORMAL_PAYEES)
            if payee in self._quiet:
                continue
            amount = sign * (stage.rng.randrange(100, 90_000) * 100 + _ODD_FEN)
            nets = {batch.net_fen for batch in self._due if batch.payee == payee}
            opened = self._opens[payee]
            opened.amounts.append(amount)
            if amount in nets or opened.clashes():
                opened.amounts.pop()
                continue
            return self._banks.pay_silently(payee, amount)


_KINDS: Final[tuple[Callable[[ArrivalFaults, Stage], None], ...]] = (
    ArrivalFaults.not_arrived,
    ArrivalFaults.late,
    ArrivalFaults.short,
    ArrivalFaults.short_in_parts,
    ArrivalFaults.short_at_first,
    ArrivalFaults.over,
    ArrivalFaults.twice,
    ArrivalFaults.in_parts,
    ArrivalFaults.together,
    ArrivalFaults.unexpected,
    ArrivalFaults.debit,
)


def _has_sum(parts: Sequence[int], wholes: Sequence[int]) -> bool:
    wanted = set(wholes)
    return any(
        sum(chosen) in wanted
        for size in range(1, _LARGEST_COMBINATION + 1)
        for chosen in combinations(parts, size)
    )


def _batch_fault(
    stage: Stage,
    kind: str,
    batch: Batch,
    arrived_fen: int,
    *,
    closes: bool = False,
    note: str = "",
) -> None:
    stage.fault(
        ("arrival", kind, "ours"),
        (batch.batch_no, ""),
        (batch.net_fen, arrived_fen),
        note=note,
        closes=closes,
    )


def _serial_fault(stage: Stage, kind: str, money: Money, *, note: str = "") -> None:
    """Note a fault whose key is known when the bank has booked the movement."""
    money.told = partial(_tell, stage, kind, money.amount_fen, note)


def _tell(stage: Stage, kind: str, amount_fen: int, note: str, serial_no: str) -> None:
    stage.fault(("arrival", kind, "theirs"), ("", serial_no), (0, amount_fen), note=note)
