"""Writing the rows of a table into a file that spreadsheets open."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from app.base.i18n import _
from app.base.progress import Progress
from app.base.spreadsheets import csv_text
from ui.models.column import Column

Row = TypeVar("Row")

_CHUNK = 2_000
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Tells spreadsheets that the text is UTF-8."""


def write_csv(
    path: Path,
    columns: Sequence[Column[Row]],
    places: array[int],
    load: Callable[[Sequence[int]], list[Row]],
    progress: Progress,
) -> int:
    """Write rows as comma-separated text; nothing is left behind when it is cancelled."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            stream.write(_MARK)
            writer = csv.writer(stream)
            writer.writerow([_(column.title) for column in columns])
            for start in range(0, len(places), _CHUNK):
                progress.advance(start, len(places))
                for row in load(places[start : start + _CHUNK]):
                    writer.writerow([_cell(column, row) for column in columns])
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    progress.advance(len(places), len(places))
    return len(places)


def _cell(column: Column[Row], row: Row) -> str:
    """Numbers without separators, long numbers as text, and nothing that could be a formula."""
    text = column.text(row)
    return text.replace(",", "") if column.numeric else csv_text(text)
