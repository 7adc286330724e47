"""How a command ended, as its exit code."""

from __future__ import annotations

DONE = 0
DEFECT = 1
USAGE = 2
REJECTED = 3
REFUSED = 4
FAILED = 5
