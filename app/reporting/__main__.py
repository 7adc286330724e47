"""The start of the drawing process: `python -m app.reporting`."""

from __future__ import annotations

import sys

from app.base.startup import start_lean


def main() -> int:
    """Draw the papers that come on the standard input."""
    start_lean()

    from app.reporting.drawer import main as drawn  # noqa: PLC0415 - after the line above

    return drawn()


if __name__ == "__main__":
    sys.exit(main())
