"""Two files of one day that are large enough to be killed in the middle of."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

from app.intake.rules import Kind
from tests.guard.world import HEADERS, yuan

ROWS = 10_000


def write_bulky(folder: Path) -> tuple[Path, Path, Path]:
    """Write payments, the channel's records, and the payments corrected."""
    rng = Random(7)
    payments, records = [], []
    for number in range(ROWS):
        at = f"2026-03-02 {8 + number % 12:02d}:{number % 60:02d}:00"
        fen = rng.randrange(100, 100_000)
        payments.append(
            [f"O{number}", f"N{number}", at, "CCB", "余额", "支付", yuan(fen), "", "", "成功", ""]
        )
        their_fen = fen + 100 * (number % 500 == 0)
        records.append(["CCB", f"N{number}", f"T{number}", at, "支付", yuan(their_fen), "", "成功"])
    corrected = [[*row] for row in payments[: -ROWS // 100]]
    corrected[500][6] = records[500][5]
    return (
        _write(folder / "payments.csv", Kind.PAYMENTS, payments),
        _write(folder / "records.csv", Kind.CHANNEL, records[ROWS // 200 :]),
        _write(folder / "corrected.csv", Kind.PAYMENTS, corrected),
    )


def _write(path: Path, kind: Kind, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADERS[kind], *rows])
    return path
