"""Children: our own program started once more, from its sources or packed.

What may die of a hostile file, and the window, are processes of their own. A packed program has
no `python -m`: there the program itself is started with a switch and the part that is meant.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

SWITCH = "--part"
"""The first word that a packed program gets when only a part of it is to run."""
WINDOW = "ui"
PARTS = (WINDOW, "app.intake", "app.reporting")
"""What can be started so: packages whose `__main__` has a function `main`."""

_SEARCH_PATHS = ("LD_LIBRARY_PATH", "LIBPATH")


def is_packed() -> bool:
    """Tell whether this is the installed program, which needs no Python."""
    return bool(getattr(sys, "frozen", False))


def command_of(part: str) -> list[str]:
    """Return the command that starts a part as a child process."""
    assert part in PARTS, part
    return [sys.executable, *([SWITCH] if is_packed() else ["-m"]), part]


def part_wanted(words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """Return the part that a packed program is to run and the words for it.

    Without a word it is the window: that is how a program is started from the desktop.

    Args:
        words: The arguments without the name of the program.
    """
    if not is_packed():
        return None
    if not words:
        return WINDOW, ()
    if len(words) > 1 and words[0] == SWITCH and words[1] in PARTS:
        return words[1], words[2:]
    return None


def run_part(part: str, words: Sequence[str]) -> int:
    """Run a part in this process and return its exit code."""
    sys.argv[1:] = words
    return int(import_module(f"{part}.__main__").main() or 0)


def leave_others_alone() -> None:
    """Let other programs that a packed one starts, a browser say, find their own libraries."""
    if not is_packed():
        return
    for name in _SEARCH_PATHS:
        before = os.environ.pop(f"{name}_ORIG", None)
        os.environ.pop(name, None)
        if before:
            os.environ[name] = before
    # Our own children begin as if started from outside; else they would miss what is gone now.
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
