"""Named places at which a test lets the program die.

Without `DUIPING_FAILPOINT` in the environment they do nothing. Its value is a name, or a name
and a number such as `import.entries:3`: the process is killed when it comes there the third time.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

VARIABLE = "DUIPING_FAILPOINT"

_reached: Counter[str] = Counter()


def reach(name: str) -> None:
    """Say that the work has come to this point."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    place, _colon, number = wanted.partition(":")
    if place != name:
        return
    _reached[name] += 1
    if _reached[name] == int(number or 1):
        # Not an exception: nothing may be tidied up, as when the power fails.
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
