"""Control totals: what the file states about its rows, held against the rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.base.errors import BadAmount
from app.base.money import parse_yuan_exact
from app.intake.columns import Flags, Ints
from app.intake.profiles import Measure, Profile, TotalLine, loose
from app.intake.reading import BlockReader, Numbers
from app.intake.rules import Reason, RowProblem, Total

_COUNT = re.compile("`?([0-9]{1,12})(?:\\.0+)?")
_PER_YUAN = 100_000
_PER_FEN = 1_000
WRITTEN = "@written"
"""Stands in a profile for the main amount as the file writes it."""


@dataclass(slots=True)
class Tally:
    """Counts and sums of a profile's measures, in hundred-thousandths of a yuan."""

    profile: Profile
    found: dict[str, int] = field(default_factory=dict)

    def measured(self, reader: BlockReader) -> dict[str, list[tuple[int, Numbers]]]:
        """Read the columns that the totals are about; bad cells are noted by the reader."""
        columns: dict[str, list[tuple[int, Numbers]]] = {}
        for name, measure in self.profile.measures.items():
            terms = []
            for names, sign in ((measure.plus, 1), (measure.minus, -1)):
                wanted = names and names != (WRITTEN,)
                found = reader.amounts(names, name, exact=True) if wanted else None
                if found is not None:
                    terms.append((sign, found))
            columns[name] = terms
        return columns

    def add(
        self,
        measured: Mapping[str, Sequence[tuple[int, Numbers]]],
        written: Ints,
        kept: Flags,
        refunds: Flags,
    ) -> None:
        """Add the rows of a block that count."""
        for name, measure in self.profile.measures.items():
            rows = kept & _side(measure, refunds)
            value = 0
            if not (measure.plus or measure.minus):
                value = int(rows.sum())
            if measure.plus == (WRITTEN,):
                value = int(written[rows].sum()) * _PER_FEN
            for sign, found in measured[name]:
                value += sign * int(found.values[rows & ~found.absent].sum())
            self.found[name] = self.found.get(name, 0) + value

    def check(self, lines: Sequence[tuple[int, tuple[str, ...]]]) -> Checked:
        """Hold the lines below (and above) the rows against what was found."""
        checked = Checked()
        pending = list(lines)
        while pending:
            line, cells = pending.pop(0)
            text = _joined(cells)
            if not text or self._by_pattern(checked, line, text):
                continue
            if names := self._names(cells):
                values = pending.pop(0) if pending else (line, ())
                self._by_name(checked, names, cells, values)
            elif not text.startswith("#") and not _matches(self.profile, text):
                checked.rest.append(line)
        missing = [total for total in self._required() if id(total) not in checked.seen]
        if missing:
            checked.problems.append(RowProblem(reason=Reason.TOTAL_MISSING))
        return checked

    def _required(self) -> Iterable[TotalLine]:
        return (total for total in self.profile.totals if total.must)

    def _by_pattern(self, checked: Checked, line: int, text: str) -> bool:
        for total in self.profile.totals:
            match = total.pattern.search(text) if total.pattern else None
            if match:
                checked.seen.add(id(total))
                for name, stated in match.groupdict().items():
                    if stated is not None:
                        shown = self.profile.measures[name].title or name
                        self._compare(checked, line, (shown, name), stated)
                return True
        return False

    def _names(self, cells: Sequence[str]) -> TotalLine | None:
        first = loose(cells[0]) if cells else ""
        for total in self.profile.totals:
            if first and first in {loose(name) for name in total.names}:
                return total
        return None

    def _by_name(
        self,
        checked: Checked,
        total: TotalLine,
        names: Sequence[str],
        values: tuple[int, tuple[str, ...]],
    ) -> None:
        checked.seen.add(id(total))
        line, stated = values
        measures = {loose(name): measure for name, measure in total.names.items()}
        for place, name in enumerate(names):
            measure = measures.get(loose(name))
            if measure is not None:
                text = stated[place] if place < len(stated) else ""
                self._compare(checked, line, (name.strip(), measure), text)

    def _compare(
        self, checked: Checked, line: int, what: tuple[str, str], stated_text: str
    ) -> None:
        shown, name = what
        measure = self.profile.measures[name]
        counts = not (measure.plus or measure.minus)
        text = stated_text.strip(" \t`[]\u00a0")
        stated = _count(text) if counts else _amount(text)
        if stated is None:
            checked.problems.append(
                RowProblem(
                    reason=Reason.TOTAL_UNREADABLE,
                    line=line,
                    value=text,
                    params={"what": shown},
                )
            )
            return
        found = self.found.get(name, 0)
        write = str if counts else _yuan
        total = Total(name=shown, stated=write(stated), found=write(found))
        checked.totals.append(total)
        if stated != found:
            params = {"what": shown, "stated": total.stated, "found": total.found}
            checked.problems.append(
                RowProblem(reason=Reason.TOTAL_DISAGREES, line=line, params=params)
            )


@dataclass(slots=True)
class Checked:
    """The outcome of a check."""

    totals: list[Total] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    rest: list[int] = field(default_factory=list)
    """Lines that are no totals."""
    seen: set[int] = field(default_factory=set)


def ends_rows(profile: Profile, cells: Sequence[str]) -> bool:
    """Tell whether this row is the first one below the entries."""
    text = _joined(cells)
    if any(pattern.search(text) for pattern in profile.end):
        return True
    below = [total for total in profile.totals if not total.preamble]
    if any(total.pattern and total.pattern.search(text) for total in below):
        return True
    names = {loose(name) for total in below for name in total.names}
    return bool(cells) and loose(cells[0]) in names


def is_skipped(profile: Profile, cells: Sequence[str]) -> bool:
    """Tell whether this row is no entry, such as a page's subtotal or a signature."""
    text = _joined(cells)
    return not text or any(pattern.search(text) for pattern in profile.skip)


def preamble_totals(profile: Profile, preamble: Sequence[str]) -> list[tuple[int, tuple[str, ...]]]:
    """Return the lines above the header that state totals."""
    patterns = [total.pattern for total in profile.totals if total.preamble and total.pattern]
    found: list[tuple[int, tuple[str, ...]]] = []
    for number, text in enumerate(preamble, start=1):
        if any(pattern.search(text) for pattern in patterns):
            found.append((number, (text,)))
    return found


def _matches(profile: Profile, text: str) -> bool:
    return any(pattern.search(text) for pattern in (*profile.end, *profile.skip))


def _joined(cells: Sequence[str]) -> str:
    return ",".join(cell.strip() for cell in cells).strip(", \t")


def _side(measure: Measure, refunds: Flags) -> Flags:
    match measure.side:
        case "":
            return np.ones(len(refunds), dtype=np.bool_)
        case "refund" | "out":
            return refunds
        case _:
            return ~refunds


def _count(text: str) -> int | None:
    match = _COUNT.fullmatch(text.replace(",", ""))
    return int(match[1]) if match else None


def _amount(text: str) -> int | None:
    try:
        return parse_yuan_exact(text)
    except BadAmount:
        return None


def _yuan(exact: int) -> str:
    whole, part = divmod(abs(exact), _PER_YUAN)
    digits = f"{part:05d}".rstrip("0").ljust(2, "0")
    return f"{'-' if exact < 0 else ''}{whole}.{digits}"
