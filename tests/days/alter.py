"""Other ways in which the same day can come: in halves, or wrong at first."""

from __future__ import annotations

from pathlib import Path

TOTAL = "#合计"
TOGETHER = {
    "payments": 1,
    "bill_lines": 0,
    "writeoffs": 1,
    "clearing_batches": 0,
    "clearing_lines": 1,
    "channel": 1,
}
"""Rows that agree in this column stay in one file: a key repeated inside a file is a
duplicate, in two files it is the same row twice."""


def kind_of(path: Path) -> str:
    """Return of which standard template a file of the generator is, or an empty text."""
    return next((kind for kind in TOGETHER if path.name.startswith(kind) and _is_text(path)), "")


def read_rows(path: Path) -> tuple[list[str], list[str]]:
    """Return the lines up to the header and the rows, without the total."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    lines = [line for line in text.splitlines() if not line.startswith(TOTAL)]
    head = next(place for place, line in enumerate(lines) if not line.startswith("#")) + 1
    return lines[:head], lines[head:]


def write_rows(path: Path, head: list[str], rows: list[str]) -> Path:
    """Write a file in UTF-8 without a total."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")
    return path


def halves(folder: Path, into: Path) -> tuple[list[Path], list[Path]]:
    """Cut each file of a standard template in two; the others belong to the first half."""
    first: list[Path] = []
    second: list[Path] = []
    for path in sorted(folder.iterdir()):
        kind = kind_of(path)
        if not kind:
            first.append(path)
            continue
        head, rows = read_rows(path)
        column = TOGETHER[kind]
        keys = sorted({row.split(",")[column] for row in rows})
        early = set(keys[: len(keys) // 2])
        for chosen, part, name in ((first, True, "a"), (second, False, "b")):
            kept = [row for row in rows if (row.split(",")[column] in early) is part]
            chosen.append(write_rows(into / f"{path.stem}-{name}.csv", head, kept))
    return first, second


def spoiled(path: Path, into: Path) -> Path:
    """Write a file with some rows lost, one made up and an amount changed."""
    head, rows = read_rows(path)
    amount = head[-1].split(",").index(_AMOUNTS[kind_of(path)])
    kept = [row for place, row in enumerate(rows) if place % 7 != 3]
    cells = kept[0].split(",")
    kept.append(",".join([*cells[:amount], "1.23", *cells[amount + 1 :]]))
    del kept[0]
    return write_rows(into / path.name, head, kept)


_AMOUNTS = {
    "payments": "金额",
    "bill_lines": "实缴金额",
    "writeoffs": "销账金额",
    "clearing_batches": "净额",
    "clearing_lines": "净额",
    "channel": "金额",
}


def _is_text(path: Path) -> bool:
    return path.suffix == ".csv"
