"""What was planted: each fault, when it shows and when it closes; `truth.json`."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

FILE_NAME: Final = "truth.json"

_OURS: Final = re.compile(r"(?:master|[0-9]{8})/[0-9A-Za-z_.]+")
"""Names that the generator gives; nothing else is ever removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One discrepancy that a right reconciliation shows.

    `date` is the business date; the run for it shows the fault under `kind`. The run for
    `closed_on` closes it by itself; from the run for `becomes_on` on its kind is `becomes`.
    """

    task: str
    date: dt.date
    kind: str
    side: str
    key: str
    ours_key: str = ""
    theirs_key: str = ""
    ours_fen: int = 0
    theirs_fen: int = 0
    difference_fen: int = 0
    channel: str = ""
    closed_on: dt.date | None = None
    becomes: str = ""
    becomes_on: dt.date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One discrepancy that is to be open after the runs up to a day."""

    task: str
    kind: str
    date: dt.date
    key: str
    ours_key: str
    theirs_key: str
    difference_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoy:
    """Something that looks like a fault and must not be shown."""

    task: str
    date: dt.date
    key: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """All that is known about the days that were made."""

    seed: int
    orders: int
    days: tuple[dt.date, ...]
    faults: tuple[Fault, ...]
    decoys: tuple[Decoy, ...] = ()
    files: tuple[str, ...] = ()
    """Paths of what was written, relative to the folder of the truth."""

    def shown_after(self, day: dt.date) -> list[Shown]:
        """Return what is open when the days up to this one were reconciled in turn."""
        return [
            Shown(
                task=fault.task,
                kind=fault.becomes
                if fault.becomes_on is not None and fault.becomes_on <= day
                else fault.kind,
                date=fault.date,
                key=fault.key,
                ours_key=fault.ours_key,
                theirs_key=fault.theirs_key,
                difference_fen=fault.difference_fen,
            )
            for fault in self.faults
            if fault.date <= day and (fault.closed_on is None or fault.closed_on > day)
        ]


def write_truth(path: Path, truth: Truth) -> None:
    """Write the truth as JSON."""
    document = asdict(truth)
    text = json.dumps(document, ensure_ascii=False, indent=1, default=dt.date.isoformat)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def read_truth(path: Path) -> Truth:
    """Read a truth that was written before."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return Truth(
        seed=document["seed"],
        orders=document["orders"],
        days=tuple(dt.date.fromisoformat(day) for day in document["days"]),
        faults=tuple(Fault(**_dated(fault)) for fault in document["faults"]),
        decoys=tuple(Decoy(**_dated(decoy)) for decoy in document["decoys"]),
        files=tuple(document["files"]),
    )


def listed_files(path: Path) -> list[str]:
    """Return the files that a truth lists, none if it is not one of ours."""
    try:
        listed = read_truth(path).files
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [name for name in listed if _OURS.fullmatch(name)]


def ordered(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return faults by day, task, kind and key."""
    return tuple(sorted(faults, key=lambda fault: (fault.date, fault.task, fault.kind, fault.key)))


def _dated(row: Mapping[str, Any]) -> dict[str, Any]:
    dates = {
        name: dt.date.fromisoformat(row[name])
        for name in ("date", "closed_on", "becomes_on")
        if row.get(name)
    }
    return {**row, **dates}
