"""One table of what was measured, and the same as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measurement; times in seconds (medians), memory in MB."""

    name: str
    ours: float
    unit: str = "s"
    against: str = ""
    baseline: float | None = None
    limit: float | None = None
    """The most that the ratio (with a baseline) or the figure itself may be."""

    @property
    def ratio(self) -> float | None:
        """Return ours as a multiple of the baseline."""
        return self.ours / self.baseline if self.baseline else None

    @property
    def met(self) -> bool | None:
        """Tell whether the target is met; None without a target."""
        if self.limit is None:
            return None
        figure = self.ours if self.ratio is None else self.ratio
        return figure <= self.limit


def show(lines: Sequence[Line]) -> str:
    """Lay the measurements out for reading."""
    titles = ("what", "ours", "baseline", "ratio", "target", "met", "against")
    rows = [titles, *(_cells(line) for line in lines)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(titles))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i in (0, 6) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def save(path: Path, lines: Sequence[Line], rows: int) -> None:
    """Write the measurements and the kind of machine as JSON."""
    machine = {
        "cpus": os.cpu_count(),
        "system": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
    }
    measured = [asdict(line) | {"ratio": line.ratio, "met": line.met} for line in lines]
    document = {"rows": rows, "machine": machine, "lines": measured}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _cells(line: Line) -> tuple[str, ...]:
    has_ratio = line.ratio is not None
    verdict = {True: "yes", False: "NO", None: ""}[line.met]
    return (
        line.name,
        _figure(line.ours, line.unit),
        "" if line.baseline is None else _figure(line.baseline, line.unit),
        "" if line.ratio is None else f"{line.ratio:.2f} x",
        "" if line.limit is None else _target(line.limit, "x" if has_ratio else line.unit),
        verdict,
        line.against,
    )


def _target(limit: float, unit: str) -> str:
    return f"<= {limit:.2f} {unit}" if unit != "MB" else f"<= {limit:.0f} MB"


def _figure(value: float, unit: str) -> str:
    return (
        f"{value:.0f} MB" if unit == "MB" else f"{value:.3f} s" if value < 1 else f"{value:.1f} s"
    )
