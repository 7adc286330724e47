"""The drawing process: takes papers on its standard input, writes one file, and ends.

It may be started before it is needed: it loads what it needs and waits for its request. Start it
with `python -m app.reporting`; its owner is `apart.py`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

from app.reporting.drawing import How, be_ready, draw
from app.reporting.paper import Stamp
from app.reporting.rules import Format
from app.reporting.storing import unpacked

_EVERY_S = 0.1


def main() -> int:
    """Carry out one request; without one do nothing."""
    inward, outward = _pipes()
    be_ready()
    line = inward.readline()
    if not line:
        return 0
    request = json.loads(line)
    papers = [
        (unpacked(inward.read(one["size"])), Stamp(**one["stamp"])) for one in request["papers"]
    ]
    right, down = request["offset"]
    how = How(format=Format(request["format"]), offset=(right, down))
    try:
        drawn = draw(Path(request["path"]), papers, how, _Told(outward))
    except OSError as error:
        _say(outward, {"errno": error.errno, "words": error.strerror or ""})
        return 1
    missing = [[one.character, one.field] for one in drawn.missing]
    _say(outward, {"pages": drawn.pages, "missing": missing})
    return 0


class _Told:
    """Tells the owner how far the work is; stopping is the owner's."""

    def __init__(self, outward: BinaryIO) -> None:
        self._out = outward
        self._told = 0.0

    def advance(self, done: int, total: int, note: str = "") -> None:  # noqa: ARG002 - Progress
        """Report how far the work is."""
        now = time.monotonic()
        if now - self._told >= _EVERY_S:
            self._told = now
            _say(self._out, {"done": done, "total": total})


def _say(outward: BinaryIO, value: dict[str, Any]) -> None:
    outward.write(json.dumps(value).encode() + b"\n")
    outward.flush()


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the two pipes; whatever a library prints goes to standard error."""
    outward = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, outward
