"""Adding up the lines of vouchers, payee by payee."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.adjustments.posting import Line
from app.catalog.rules import Purpose


@dataclass(frozen=True, slots=True)
class _Key:
    """What of a line has to be equal so that amounts are added up."""

    purpose: Purpose | None
    account_no: str
    channel: str
    debit: bool
    part: str


class Sums:
    """Lines of vouchers by payee; what adds up to nothing is left out."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[_Key, Line]] = {}

    def add(self, payee: str, debit: Line, credit: Line, *, part: str = "") -> None:
        """Add an amount on both sides; lines of different parts are kept apart."""
        self.add_line(payee, debit, debit=True, part=part)
        self.add_line(payee, credit, debit=False, part=part)

    def add_line(self, payee: str, line: Line, *, debit: bool, part: str = "") -> None:
        """Add an amount on one side."""
        lines = self._lines.setdefault(payee, {})
        key = _Key(line.purpose, line.account_no, line.channel, debit, part)
        there = lines.get(key)
        if there is not None:
            line = replace(
                line,
                debit_fen=there.debit_fen + line.debit_fen,
                credit_fen=there.credit_fen + line.credit_fen,
            )
        lines[key] = line

    def by_payee(self) -> Iterator[tuple[str, tuple[Line, ...]]]:
        """Return the payees with their lines: debits first, each in the order of coming."""
        for payee in sorted(self._lines):
            own = [
                (key, line)
                for key, line in self._lines[payee].items()
                if line.debit_fen or line.credit_fen
            ]
            own.sort(key=lambda one: not one[0].debit)
            yield payee, tuple(line for _key, line in own)
