"""The command line: `python -m app`, installed as `duiping`."""

from __future__ import annotations

import sys

from app.base.startup import start_lean


def main() -> int:
    """Run a command and return its exit code."""
    start_lean()

    from app.cli.main import main as run  # noqa: PLC0415 - after the line above

    return run()


if __name__ == "__main__":
    sys.exit(main())
