"""Opens the window: `python -m ui`, or `duiping show`."""

from __future__ import annotations

import os
import sys

from ui.application import main as open_window


def main() -> int:
    """Open the window; with DUIPING_TRIAL it only shows that it can, and ends."""
    if not os.environ.get("DUIPING_TRIAL"):
        return open_window()

    from ui.trial import Trial  # noqa: PLC0415 - nobody but a build needs it

    return open_window(kind=Trial)


if __name__ == "__main__":
    sys.exit(main())
