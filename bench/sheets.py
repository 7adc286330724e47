"""Reading a workbook with python-calamine alone: every cell becomes a Python value."""

from __future__ import annotations

import sys

from python_calamine import CalamineWorkbook


def main(path: str) -> None:
    """Read the first sheet and say how many rows it has."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    sys.stdout.write(str(len(rows)))


if __name__ == "__main__":
    main(sys.argv[1])
