"""Where the files that come with the program stand."""

from __future__ import annotations

import sys
from pathlib import Path


def bundled(*parts: str) -> Path:
    """Return the path of a file or folder that ships with the program."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parents[2]
    return root.joinpath(*parts)
