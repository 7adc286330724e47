"""Statements of the payees' banks: ICBC (new) and CCB (A) as they are, the others as templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from app.base.money import yuan
from app.demo.almanac import DAY, Almanac
from app.demo.arrivals import Arrival
from app.demo.files import Look, TextTable
from app.demo.world import BANK_NAMES, Organisation

_ICBC: Final = (
    "本方账号,对方账号,交易时间,借/贷,金额,凭证号,对方单位,对方行号,用途,摘要,附言,个性化信息"
)
_CCB: Final = (
    "账号,账户名称,交易时间,借方发生额（支取）,贷方发生额（收入）,余额,币种,对方户名,对方账号,对方开户机构,"
    "记账日期,摘要,备注,账户明细编号-交易流水号,企业流水号,凭证种类,凭证号"
)
_TEMPLATE: Final = (
    "账号,记账日期,交易时间,银行流水号,收入金额,支出金额,余额,对方户名,对方账号,摘要,附言"
)
_HEADERS: Final = {"ICBC": _ICBC, "CCB": _CCB}
_LOOKS: Final = {
    "ICBC": Look(encoding="gb18030", newline="\r\n"),
    "CCB": Look(encoding="gb18030", newline="\r\n"),
    "ABC": Look(encoding="utf-8-sig", total=True),
    "BOC": Look(total=True, shuffled=True, comment="中国银行入账明细"),
}
_PLATFORM_ACCOUNT: Final = "11001018800059261234"
_REPEATED: Final = 3
"""Rows of the day before that CCB's export shows once more."""


@dataclass(slots=True)
class Statements:
    """Writes each bank's file of a day; CCB's periods overlap."""

    payees: tuple[Organisation, ...]
    almanac: Almanac
    _repeated: list[str] = field(default_factory=list)

    def write(self, folder: Path, arrivals: Sequence[Arrival], day: int, rng: Random) -> None:
        """Write all banks' files of a booking day, and ICBC's of later ones."""
        for later in sorted({arrival.at // DAY for arrival in arrivals} - {day}):
            path = folder / f"bank_ICBC_{self.almanac.compact(later)}.csv"
            table = TextTable(path, _ICBC, _LOOKS["ICBC"], rng)
            for arrival in arrivals:
                if arrival.at // DAY == later:
                    table.add(self._icbc(arrival), arrival.amount_fen)
            table.close()
        self._write_day(folder, [one for one in arrivals if one.at // DAY == day], day, rng)

    def _write_day(self, folder: Path, arrivals: Sequence[Arrival], day: int, rng: Random) -> None:
        stamp = self.almanac.compact(day)
        rows: dict[str, list[tuple[str, int]]] = {bank: [] for bank in BANK_NAMES}
        for arrival in arrivals:
            bank = self.payees[arrival.payee].bank
            rows[bank].append((self._row(bank, arrival), arrival.amount_fen))
        ccb = [row for row, _ in rows["CCB"]]
        rows["CCB"] = [(row, 0) for row in self._repeated] + rows["CCB"]
        self._repeated = ccb[-_REPEATED:]
        for bank, lines in rows.items():
            path = folder / f"bank_{bank}_{stamp}.csv"
            table = TextTable(path, _HEADERS.get(bank, _TEMPLATE), _LOOKS[bank], rng)
            for row, amount in lines:
                table.add(row, amount)
            table.close()

    def _row(self, bank: str, arrival: Arrival) -> str:
        if bank == "ICBC":
            return self._icbc(arrival)
        if bank == "CCB":
            return self._ccb(arrival)
        return self._template(arrival)

    def _icbc(self, arrival: Arrival) -> str:
        account = self.payees[arrival.payee].account_no
        way = "贷" if arrival.amount_fen > 0 else "借"
        return (
            f"{account},{_other(arrival)},{self.almanac.text(arrival.at)},{way},"
            f"{yuan(abs(arrival.amount_fen))},{arrival.serial_no},{arrival.counterparty},,,"
            f"{arrival.summary},{arrival.postscript},"
        )

    def _ccb(self, arrival: Arrival) -> str:
        payee = self.payees[arrival.payee]
        day = self.almanac.compact(arrival.at // DAY)
        out, back = _both_ways(arrival, "0.00")
        time = self.almanac.text(arrival.at)[-8:]
        return (
            f"{payee.account_no},{payee.name},{day} {time},{out},{back},"
            f"{yuan(arrival.balance_fen)},人民币元,{arrival.counterparty},{_other(arrival)},,{day},"
            f"{arrival.summary},{arrival.postscript},{arrival.serial_no},,,"
        )

    def _template(self, arrival: Arrival) -> str:
        payee = self.payees[arrival.payee]
        out, back = _both_ways(arrival, "")
        text = self.almanac.text(arrival.at)
        return (
            f"{payee.account_no},{text[:10]},{text},{arrival.serial_no},{back},{out},"
            f"{yuan(arrival.balance_fen)},{arrival.counterparty},{_other(arrival)},"
            f"{arrival.summary},{arrival.postscript}"
        )


def _other(arrival: Arrival) -> str:
    return _PLATFORM_ACCOUNT if "平台" in arrival.counterparty else ""


def _both_ways(arrival: Arrival, nothing: str) -> tuple[str, str]:
    """Return money out and money in, of which one is nothing."""
    amount = yuan(abs(arrival.amount_fen))
    return (nothing, amount) if arrival.amount_fen > 0 else (amount, nothing)
