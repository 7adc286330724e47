"""The command line: `python -m app`, installed as `duiping`; packed, it is the whole program."""

from __future__ import annotations

import sys

from app.base.children import leave_others_alone, part_wanted, run_part
from app.base.startup import start_lean


def main() -> int:
    """Run a command, or the part that a packed program is asked for; return the exit code."""
    leave_others_alone()
    wanted = part_wanted(sys.argv[1:])
    if wanted is not None:
        return run_part(*wanted)
    start_lean()

    from app.cli.main import main as run  # noqa: PLC0415 - after the line above

    return run()


if __name__ == "__main__":
    sys.exit(main())
